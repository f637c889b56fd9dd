//! Host names and wildcards.
//!
//! Names are those of RFC 1123 §2.1 and RFC 1035 §2.3.4: labels of letters, digits and inner hyphens, at most 63 long,
//! 253 in all; the same that Kubernetes, the Gateway API and certificates take, so `_` is none of them. Case means
//! nothing (RFC 4343) and is folded to lower.

mod parse;
mod set;

pub use set::HostSet;

use crate::PatternError;
use serde::{Serialize, Serializer};

/// The longest host name, in characters.
const MAX_HOST: usize = 253;

/// A set of hosts as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    /// `*`: every host.
    Any,
    /// `*.acme.com`, here as `acme.com`: every depth below it, not itself.
    Wildcard(DnsName),
    /// `shop.acme.com`: this host.
    Exact(DnsName),
}

/// A valid DNS name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

impl DnsName {
    /// Reads a name; upper case is folded.
    ///
    /// # Errors
    /// Where the text is none, with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        parse::name(text, 0).map(Self)
    }

    /// Its text, in lower case, without a trailing dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its labels, from the last: `com`, `acme`, `shop`.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.rsplit('.')
    }
}

impl std::fmt::Display for DnsName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for DnsName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How exactly a pattern names a host; a request goes to the greatest that holds its host.
///
/// The order is: any, then wildcards by their length, then exact names. Of two wildcards that hold one host the longer
/// lies within the shorter, so the greatest is the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Specificity {
    /// `*`
    Any,
    /// A wildcard over a name of this many characters.
    Wildcard(usize),
    /// An exact name.
    Exact,
}

impl HostPattern {
    /// Reads `shop.acme.com`, `*.acme.com` or `*`.
    ///
    /// # Errors
    /// Where the text is none of these, with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        parse::pattern(text)
    }

    /// Whether the host, in lower case and without port and trailing dot, is in the set.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(name) => name.as_str() == host,
            Self::Wildcard(name) => is_below(host, name.as_str()),
        }
    }

    /// Whether every host of `other` is a host of this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (_, Self::Exact(name)) => self.contains(name.as_str()),
            (Self::Wildcard(outer), Self::Wildcard(inner)) => {
                outer == inner || is_below(inner.as_str(), outer.as_str())
            }
            (Self::Exact(_), Self::Wildcard(_)) => false,
        }
    }

    /// Whether some host is in both. Two patterns that meet are nested: one covers the other.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }

    /// How exactly it names a host.
    #[must_use]
    pub fn specificity(&self) -> Specificity {
        match self {
            Self::Any => Specificity::Any,
            Self::Wildcard(name) => Specificity::Wildcard(name.as_str().len()),
            Self::Exact(_) => Specificity::Exact,
        }
    }

    /// Its hosts.
    #[must_use]
    pub fn set(&self) -> HostSet {
        HostSet::of(self)
    }
}

/// Whether `host` ends in `.name` with something before that.
fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.is_empty())
}

impl std::fmt::Display for HostPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Wildcard(name) => write!(f, "*.{name}"),
            Self::Exact(name) => write!(f, "{name}"),
        }
    }
}

impl Serialize for HostPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
