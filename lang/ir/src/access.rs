//! Who may call a service or a gateway.

use crate::{ClusterId, GatewayId, NamespaceId, Predicate, Scoped, ServiceId};
use gloo_source::Place;

/// An access block: what it covers is closed but for its allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it covers: services, namespaces, the mesh, gateways.
    pub targets: Vec<Scoped>,
    /// Its rules, as written; their order means nothing.
    pub rules: Vec<AccessRule>,
}

/// One `allow` or `deny`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccessRule {
    /// Where it is written.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// Who it speaks of: any of them.
    pub sources: Vec<SourcePattern>,
    /// Which of their requests.
    pub condition: Predicate,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Lets in.
    Allow,
    /// Refuses, whatever allows.
    Deny,
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourcePattern {
    /// Anybody, with an identity or without.
    Any,
    /// Nobody of the mesh: no identity.
    Outside,
    /// A service, by the account that it runs as.
    Service {
        /// The service.
        service: ServiceId,
        /// Only its instances of that cluster.
        cluster: Option<ClusterId>,
    },
    /// Everybody of a namespace.
    Namespace {
        /// The namespace.
        namespace: NamespaceId,
        /// Only its workloads of that cluster.
        cluster: Option<ClusterId>,
    },
    /// A gateway, by the account that it runs as.
    Gateway {
        /// The gateway.
        gateway: GatewayId,
        /// Only its instances of that cluster.
        cluster: Option<ClusterId>,
    },
    /// A SPIFFE identity.
    Identity(String),
}
