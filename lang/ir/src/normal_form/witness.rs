//! A request that meets a conjunct, as a reader would write one.

use super::slot::{self, Slot};
use super::{Conjunct, Literal, source};
use crate::evaluate::Caller;
use crate::{AddressAttribute, PathMode, TextAttribute};
use gloo_domain::Method;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// The attributes that a conjunct asks for, small and readable; what it doesn't ask for is absent here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// The method.
    pub method: Option<Method>,
    /// The path.
    pub path: Option<String>,
    /// The host.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// Whether the scheme is https.
    pub https: Option<bool>,
    /// The texts that must be there, each with the values that it must have.
    pub texts: BTreeMap<TextAttribute, Vec<String>>,
    /// Who sends it.
    pub source: Option<Caller>,
    /// The original client's address.
    pub client_address: Option<IpAddr>,
    /// The direct peer's address.
    pub source_address: Option<IpAddr>,
}

impl Conjunct {
    /// A request that meets it, with a path that `paths` lets through; nothing if there is none, or if it would take too
    /// much work to find one.
    #[must_use]
    pub fn witness(&self, paths: PathMode) -> Option<Witness> {
        let mut found = Witness::default();
        for (slot, literals) in slot::groups(&self.literals) {
            if slot.excludes(&literals) {
                return None;
            }
            found.take(&slot, &literals, paths)?;
        }
        Some(found)
    }
}

impl Witness {
    /// Takes in what meets the tests of one attribute; nothing if that can't be found.
    fn take(&mut self, slot: &Slot, literals: &[&Literal], paths: PathMode) -> Option<()> {
        let asks = literals.iter().any(|literal| !literal.negated);
        match slot {
            Slot::Method => self.method = Some(slot::methods(literals).witness()?),
            Slot::Path => self.path = slot.texts(literals, paths)?.known()?.into_iter().next(),
            Slot::Host => self.host = slot.texts(literals, paths)?.known()?.into_iter().next(),
            Slot::Port => self.port = Some(slot::ports(literals).witness()?),
            Slot::Scheme => self.https = Some(asks),
            Slot::Text(attribute) => {
                let values = slot.texts(literals, paths)?.known()?;
                if !values.is_empty() {
                    self.texts.insert(attribute.clone(), values);
                }
            }
            Slot::Source => self.source = Some(source::find(literals)?),
            Slot::Address(attribute) => {
                let place = match attribute {
                    AddressAttribute::Client => &mut self.client_address,
                    AddressAttribute::Source => &mut self.source_address,
                };
                *place = Some(address(literals)?);
            }
            Slot::Status | Slot::RouteName | Slot::Sampled(_) => {}
        }
        Some(())
    }
}

/// An address that meets the tests: the one that requests have unless said, where it does.
fn address(literals: &[&Literal]) -> Option<IpAddr> {
    let usual = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let set = slot::addresses(literals);
    if set.contains(usual) { Some(usual) } else { set.witness() }
}
