//! The attributes of a request that tests ask for.

use gloo_ir::evaluate::attribute_words;
use gloo_ir::{AddressAttribute, ProviderId, Test, TextAttribute};

/// An attribute that tests ask for, independent of all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FieldKey {
    /// The path. First, since most rules differ in it: so diagrams stay small.
    Path,
    /// The host.
    Host,
    /// The port.
    Port,
    /// The scheme.
    Scheme,
    /// The method.
    Method,
    /// Who sends it.
    Source,
    /// An address.
    Address(AddressAttribute),
    /// A text that may be absent.
    Text(TextAttribute),
    /// What a request has for a provider.
    Credential(ProviderId),
    /// What firewalls say.
    Waf,
    /// What `wasm` and `lua` clauses say.
    Extensions,
    /// The size of the body.
    Body,
}

impl FieldKey {
    /// The attribute that a test asks for; nothing for those of an answer, which no rule can ask for.
    pub fn of(test: &Test) -> Option<Self> {
        Some(match test {
            Test::Method(_) => Self::Method,
            Test::Path(_) => Self::Path,
            Test::Host(_) | Test::HostMatches(_) => Self::Host,
            Test::Port(_) => Self::Port,
            Test::SchemeIsHttps => Self::Scheme,
            Test::Text(attribute, _) => Self::Text(attribute.clone()),
            Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => Self::Source,
            Test::Address(attribute, _) => Self::Address(*attribute),
            Test::Status(_) | Test::RouteName(_) | Test::Sampled(_) => return None,
        })
    }

    /// In the language's words.
    pub fn name(&self) -> String {
        match self {
            Self::Path => "the path".to_owned(),
            Self::Host => "the host".to_owned(),
            Self::Port => "the port".to_owned(),
            Self::Scheme => "the scheme".to_owned(),
            Self::Method => "the method".to_owned(),
            Self::Source => "`source`".to_owned(),
            Self::Address(AddressAttribute::Client) => "`client.ip`".to_owned(),
            Self::Address(AddressAttribute::Source) => "`source.ip`".to_owned(),
            Self::Credential(provider) => format!("the credential for `{provider}`"),
            Self::Waf => "the firewall's word".to_owned(),
            Self::Extensions => "the extensions' word".to_owned(),
            Self::Body => "the body's size".to_owned(),
            Self::Text(attribute) => format!("`{}`", attribute_words(attribute)),
        }
    }

    /// Whether a request may have several values of it.
    pub fn is_list(&self) -> bool {
        match self {
            // A preflight announces one method (the Fetch standard, section 3.2.2).
            Self::Text(TextAttribute::Header(name)) if name == "access-control-request-method" => false,
            Self::Text(attribute) => attribute.may_be_several(),
            _ => false,
        }
    }
}
