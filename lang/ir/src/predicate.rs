//! Boolean expressions over one request.

mod text;

use crate::evaluate::is_joined;
use crate::{ClusterId, NamespaceId, Percent, ProviderId, SourcePattern, StatusSet};
use gloo_domain::{AddressRange, HostPattern, Method, PathPattern, PortSet, Regex};

/// A boolean expression over one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// Whether all hold; `All([])` always does.
    All(Vec<Predicate>),
    /// Whether one holds; `Any([])` never does.
    Any(Vec<Predicate>),
    /// Whether it does not hold.
    Not(Box<Predicate>),
    /// A test of one attribute.
    Test(Test),
}

impl Predicate {
    /// Holds for every request.
    #[must_use]
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// Whether it holds for every request by its form alone.
    #[must_use]
    pub fn is_always(&self) -> bool {
        matches!(self, Self::All(all) if all.is_empty())
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one.is_always() => other,
            (one, other) if other.is_always() => one,
            (Self::All(mut all), Self::All(more)) => {
                all.extend(more);
                Self::All(all)
            }
            (Self::All(mut all), other) => {
                all.push(other);
                Self::All(all)
            }
            (one, Self::All(mut all)) => {
                all.insert(0, one);
                Self::All(all)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// Calls `visit` with every test in it, in order.
    pub fn each_test<'a>(&'a self, visit: &mut dyn FnMut(&'a Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each_test(visit)),
            Self::Not(part) => part.each_test(visit),
            Self::Test(test) => visit(test),
        }
    }
}

/// A test of one attribute: membership in a set. A list of patterns means their union.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// The method is one of them.
    Method(Vec<Method>),
    /// The path is in one of them. `==` is an exact pattern, `starts_with` a string prefix, `matches`, `contains` and
    /// `ends_with` regular expressions.
    Path(Vec<PathPattern>),
    /// The host is in one of them.
    Host(Vec<HostPattern>),
    /// The host matches in full (from `matches`, `contains`, `starts_with` and `ends_with`).
    HostMatches(Regex),
    /// The port is one of them.
    Port(PortSet),
    /// The scheme is https; otherwise it is http.
    SchemeIsHttps,
    /// A test of an attribute that may be absent.
    Text(TextAttribute, TextTest),
    /// The source is one of them.
    Source(Vec<SourcePattern>),
    /// The source is of one of these namespaces.
    SourceNamespace(Vec<NamespaceId>),
    /// The source is of one of these clusters.
    SourceCluster(Vec<ClusterId>),
    /// The address is in one of the ranges.
    Address(AddressAttribute, Vec<AddressRange>),
    /// The answer's status is one of them; in `log` and `trace` only.
    Status(Vec<StatusSet>),
    /// The name of the rule that decided; in `log` and `trace` only.
    RouteName(TextTest),
    /// A random share of the requests; in `log` and `trace` only.
    Sampled(Percent),
}

/// An address of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressAttribute {
    /// `client.ip`: the original client, as the gateway's `client_address` says.
    Client,
    /// `source.ip`: the direct peer.
    Source,
}

/// A text of the request that may be absent; headers and claims may have several values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextAttribute {
    /// `header("x")`, its name in lower case.
    Header(String),
    /// `query("q")`: the first value of the key, as written.
    Query(String),
    /// `cookie("c")`: the first cookie of the name, without quotes.
    Cookie(String),
    /// `auth0.claim("groups")`; `auth0.sub` and `auth0.iss` are the claims `sub` and `iss`.
    Claim {
        /// The provider whose token is read.
        provider: ProviderId,
        /// The claim.
        name: String,
    },
    /// `client.cert.uri`: the URI names of the verified client certificate.
    ClientCertificateUri,
    /// `client.cert.dns`: the DNS names of the verified client certificate.
    ClientCertificateDns,
    /// `tls.sni`.
    ServerName,
}

impl Test {
    /// Whether it asks for something in which the entries of one table can differ: host, port, scheme, server name,
    /// client certificate.
    #[must_use]
    pub fn asks_for_entry(&self) -> bool {
        match self {
            Self::Host(_) | Self::HostMatches(_) | Self::Port(_) | Self::SchemeIsHttps => true,
            Self::Text(attribute, _) => matches!(
                attribute,
                TextAttribute::ServerName
                    | TextAttribute::ClientCertificateUri
                    | TextAttribute::ClientCertificateDns
            ),
            _ => false,
        }
    }
}

impl TextAttribute {
    /// Whether one request may have several values of it.
    #[must_use]
    pub fn may_be_several(&self) -> bool {
        match self {
            Self::Header(name) => !is_joined(name) && name != "host",
            Self::Claim { .. } | Self::ClientCertificateUri | Self::ClientCertificateDns => true,
            Self::Query(_) | Self::Cookie(_) | Self::ServerName => false,
        }
    }
}

/// What is asked of a text that may be absent. On several values it holds if some value meets it, but for `Differs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextTest {
    /// There is one.
    Present,
    /// A value equals one of these.
    Equals(Vec<String>),
    /// There is a value, and none equals one of these.
    Differs(Vec<String>),
    /// A value matches in full.
    Matches(Regex),
    /// A value contains this.
    Contains(String),
    /// A value begins with this.
    StartsWith(String),
    /// A value ends with this.
    EndsWith(String),
}
