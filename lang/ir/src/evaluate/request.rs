//! One request: a finite record of everything that a predicate can name, and of every free choice.

use super::{Headers, Identity};
use crate::{ClusterId, GatewayId, Program, ProviderId, ServiceId};
use gloo_domain::Method;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A request, or a connection, with its free choices as fields, so that what becomes of it is a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where it enters.
    pub entry: Entry,
    /// Who sends it.
    pub caller: Caller,
    /// What is sent; a connection of which nobody reads the bytes, if absent.
    pub message: Option<Message>,
    /// The port that is called.
    pub port: u16,
    /// Whether the caller begins TLS by itself.
    pub tls: bool,
    /// The server name of the TLS that the caller begins.
    pub sni: Option<String>,
    /// The direct peer's address.
    pub source_address: Option<IpAddr>,
    /// The original client's address, as the gateway's `client_address` finds it.
    pub client_address: Option<IpAddr>,
    /// The client's certificate, where it has one that the listener's authority signed.
    pub certificate: Option<Certificate>,
    /// What the request has for each provider; absent, if it isn't listed.
    pub credentials: BTreeMap<ProviderId, Credential>,
    /// The claims of its tokens: who says it, what, and the values.
    pub claims: BTreeMap<(ProviderId, String), Vec<String>>,
    /// What a firewall would say of it.
    pub waf: Verdict,
    /// What `wasm` and `lua` clauses would say of it.
    pub extensions: Verdict,
}

/// Where a request enters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// By a gateway; which of its listeners, port and server name say.
    Gateway(GatewayId),
    /// At a service that is called.
    Service(ServiceId),
    /// At the caller's own proxy: the request goes to a host outside the mesh.
    Outbound,
}

impl Entry {
    /// The clusters that have this entry for calls of `caller`, in the order of their names.
    #[must_use]
    pub fn clusters(&self, program: &Program, caller: &Caller) -> Vec<ClusterId> {
        let of_caller = match caller {
            Caller::Service(service) => program.services.get(service).map(|service| &service.clusters),
            Caller::Gateway(gateway) => program.gateways.get(gateway).map(|gateway| &gateway.clusters),
            Caller::Outside | Caller::Identity(_) => None,
        };
        let placed = match self {
            Self::Gateway(gateway) => program.gateways.get(gateway).map(|gateway| &gateway.clusters),
            Self::Service(service) => {
                of_caller.or_else(|| program.services.get(service).map(|service| &service.clusters))
            }
            Self::Outbound => of_caller,
        };
        let known = program.clusters.keys();
        known.filter(|cluster| placed.is_none_or(|placed| placed.contains(*cluster))).cloned().collect()
    }
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// Nobody of the mesh.
    Outside,
    /// A service.
    Service(ServiceId),
    /// A gateway.
    Gateway(GatewayId),
    /// Somebody with that identity.
    Identity(Identity),
}

impl Caller {
    /// The identity that it has on a cluster.
    #[must_use]
    pub fn identity(&self, program: &Program, cluster: &ClusterId) -> Option<Identity> {
        match self {
            Self::Outside => None,
            Self::Identity(identity) => Some(identity.clone()),
            Self::Service(service) => {
                let service = program.services.get(service)?;
                let namespace = program.namespaces.get(&service.namespace)?;
                Some(Identity::of(program.trust_domain(cluster), &namespace.name, &service.account))
            }
            Self::Gateway(gateway) => {
                let gateway = program.gateways.get(gateway)?;
                Some(Identity::of(program.trust_domain(cluster), &gateway.namespace, &gateway.account))
            }
        }
    }
}

impl std::fmt::Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Outside => f.write_str("outside"),
            Self::Service(service) => write!(f, "{service}"),
            Self::Gateway(gateway) => write!(f, "{gateway}"),
            Self::Identity(identity) => write!(f, "{identity}"),
        }
    }
}

/// An HTTP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The method.
    pub method: Method,
    /// The host as sent: port, trailing dot and upper case may be there.
    pub host: String,
    /// The path as sent, without the query.
    pub path: String,
    /// What follows the first `?`.
    pub query: Option<String>,
    /// The headers besides `host`.
    pub headers: Headers,
    /// The size of the body in bytes.
    pub body: u64,
}

impl Message {
    /// A request of `method` for `target` (path and query) at `host`, without headers and body.
    #[must_use]
    pub fn new(method: Method, host: &str, target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        Self {
            method,
            host: host.to_owned(),
            path: path.to_owned(),
            query,
            headers: Headers::default(),
            body: 0,
        }
    }

    /// Whether it is a gRPC call by its content type.
    #[must_use]
    pub fn is_grpc(&self) -> bool {
        self.headers.are_of_grpc()
    }
}

/// The names of a verified client certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Its URI names.
    pub uri: Vec<String>,
    /// Its DNS names.
    pub dns: Vec<String>,
}

impl Certificate {
    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.uri.iter().chain(&self.dns).map(String::as_str)
    }
}

/// What a request has for a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// Nothing. Providers that need no credential refuse.
    #[default]
    Absent,
    /// Something that the provider doesn't vouch for. Providers that need no credential refuse.
    Invalid,
    /// Something that the provider vouches for. Providers that need no credential pass it.
    Valid,
}

/// What an inspection that gloo doesn't look into says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It lets the request pass.
    #[default]
    Passes,
    /// It refuses it, with a status of its own.
    Refuses,
}
