//! Where rules are written to: what is known there before any request comes.

use super::caller::Caller;
use gloo_domain::{AddressRange, HostPattern};
use gloo_ir::{ClientAddress, Gateway, Listener, ListenerProtocol, Service};
use std::collections::{BTreeMap, BTreeSet};

/// An entry whose rules are written.
#[derive(Clone, Copy)]
pub(crate) enum Scene<'s> {
    /// A host of a listener.
    Gateway {
        /// The gateway.
        gateway: &'s Gateway,
        /// The listener.
        listener: &'s Listener,
        /// The host.
        host: &'s HostPattern,
        /// The names of address ranges.
        tags: &'s AddressTags,
    },
    /// Calls to a service.
    Mesh {
        /// The service.
        service: &'s Service,
        /// Who calls.
        caller: &'s Caller,
    },
}

impl Scene<'_> {
    /// The host that requests here are for, if there is only one.
    pub(crate) fn exact_host(&self) -> Option<&str> {
        match self {
            Self::Gateway { host: HostPattern::Exact(name), .. } => Some(name.as_str()),
            _ => None,
        }
    }

    /// Whether requests come by https.
    pub(crate) fn is_https(&self) -> bool {
        matches!(self, Self::Gateway { listener, .. } if listener.protocol == ListenerProtocol::Https)
    }

    /// Whether the direct peer is the client.
    pub(crate) fn peer_is_client(&self) -> bool {
        matches!(self, Self::Gateway { gateway, .. } if matches!(gateway.client_address.value, ClientAddress::Direct))
    }
}

/// The address ranges that a gateway's rules ask for: each list has a name, which the proxy's `ip_tagging` filter gives
/// to requests whose client is in it.
#[derive(Debug, Default)]
pub(crate) struct AddressTags(BTreeMap<Vec<AddressRange>, String>);

impl AddressTags {
    /// Names for these lists.
    pub(crate) fn of(lists: BTreeSet<Vec<AddressRange>>) -> Self {
        let name = |(index, list): (usize, Vec<AddressRange>)| (list, format!("gloo-{}", index + 1));
        Self(lists.into_iter().enumerate().map(name).collect())
    }

    /// The name of a list.
    pub(crate) fn name(&self, list: &[AddressRange]) -> Option<&str> {
        self.0.get(list).map(String::as_str)
    }

    /// The lists with their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[AddressRange], &str)> {
        self.0.iter().map(|(list, name)| (list.as_slice(), name.as_str()))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
