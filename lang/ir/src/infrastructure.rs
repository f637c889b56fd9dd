//! What there is: mesh, clusters, namespaces, services, hosts outside, gateways.

use crate::{At, ClusterId, ExternalId, GatewayId, MeshId, NamespaceId, Secret, ServiceId, Version};
use gloo_domain::HostPattern;
use gloo_source::Place;
use std::collections::{BTreeMap, BTreeSet};

/// One trust domain over all clusters, and what holds in all of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mesh {
    /// Its name.
    pub id: MeshId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// The SPIFFE trust domain; `cluster.local` unless said.
    pub trust_domain: String,
    /// How services prove to each other who they are.
    pub mtls: At<Mtls>,
    /// How paths are normalised.
    pub paths: At<PathMode>,
    /// Whether services may call hosts that are not declared.
    pub outbound: At<Outbound>,
    /// Other trust domains whose identities are accepted.
    pub trusts: Vec<Trust>,
}

/// A trust domain of others, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trust {
    /// Its trust domain.
    pub trust_domain: String,
    /// The authority whose certificates are accepted for it.
    pub ca: Secret,
}

/// How services prove to each other who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mtls {
    /// A caller without identity is refused.
    Strict,
    /// A caller without identity is let in, without a source.
    Permissive,
    /// Plain text.
    Off,
}

/// How paths are normalised before anything looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathMode {
    /// What could be read in two ways is refused or made one (semantics.md, "Paths, strict").
    Strict,
    /// The path as sent.
    Keep,
}

/// Whether services may call hosts that are not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outbound {
    /// They may not.
    Declared,
    /// They may.
    Any,
}

/// A cluster and what it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Its name.
    pub id: ClusterId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What the program is lowered to there.
    pub backend: At<Backend>,
    /// The region, where one is said.
    pub region: Option<String>,
    /// The network, where one is said.
    pub network: Option<String>,
    /// Host and port of the gateway that calls from other clusters enter by.
    pub east_west: Option<(String, u16)>,
    /// The kubeconfig context.
    pub context: Option<String>,
    /// What it has instead of the mesh's `mtls`.
    pub mtls: Option<At<Mtls>>,
    /// A trust domain of its own.
    pub trust_domain: Option<String>,
}

/// What a cluster runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// Istio.
    Istio {
        /// Istio's version.
        version: Version,
        /// How its proxies stand beside services.
        mode: IstioMode,
    },
    /// The Gateway API, by Envoy Gateway.
    GatewayApi {
        /// The Gateway API's version.
        version: Version,
        /// Envoy Gateway's version.
        envoy_gateway: Version,
        /// The mesh beside it.
        mesh: GatewayMesh,
    },
    /// Envoy by itself.
    Envoy {
        /// Envoy's version.
        version: Version,
        /// The socket of a SPIFFE workload API; without one there are no identities.
        identity: Option<String>,
    },
}

/// How Istio's proxies stand beside services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IstioMode {
    /// One beside each pod.
    Sidecar,
    /// ztunnel, and waypoints where a rule looks into HTTP.
    Ambient,
}

/// The mesh beside a Gateway API implementation that has none itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GatewayMesh {
    /// None: mesh constructs are errors there.
    None,
    /// Istio in ambient mode.
    IstioAmbient(Version),
}

/// A Kubernetes namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// Its name in the program.
    pub id: NamespaceId,
    /// Its real name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where it is placed.
    pub clusters: BTreeSet<ClusterId>,
    /// The waypoint of ambient clusters.
    pub waypoint: Option<String>,
}

/// A service of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    /// Its name in the program.
    pub id: ServiceId,
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Its real name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where it is placed.
    pub clusters: BTreeSet<ClusterId>,
    /// Its ports, at least one, as written.
    pub ports: Vec<Port>,
    /// Its subsets, as written.
    pub subsets: Vec<Subset>,
    /// The service account that it runs as.
    pub account: String,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
}

impl Service {
    /// The port of that name.
    #[must_use]
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// The subset of that name.
    #[must_use]
    pub fn subset(&self, name: &str) -> Option<&Subset> {
        self.subsets.iter().find(|subset| subset.name == name)
    }
}

/// A port of a service or an external.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its number, at least 1.
    pub number: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// Where it is declared.
    pub place: Place,
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// HTTP/1.
    Http,
    /// HTTP/2 in plain text.
    Http2,
    /// gRPC.
    Grpc,
    /// HTTP inside TLS of its own.
    Https,
    /// TLS.
    Tls,
    /// Bytes.
    Tcp,
}

impl Protocol {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Http, Self::Http2, Self::Grpc, Self::Https, Self::Tls, Self::Tcp];

    /// The protocol of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.word() == word)
    }

    /// The word that programs use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
            Self::Grpc => "grpc",
            Self::Https => "https",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
        }
    }

    /// Whether routes can look into it.
    #[must_use]
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Http2 | Self::Grpc | Self::Https)
    }
}

/// Some of a service's pods.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subset {
    /// Its name.
    pub name: String,
    /// The labels that its pods have.
    pub labels: BTreeMap<String, String>,
    /// Where it is declared.
    pub place: Place,
}

/// A host outside the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct External {
    /// Its name.
    pub id: ExternalId,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its hosts, at least one.
    pub hosts: Vec<HostPattern>,
    /// Its ports, at least one.
    pub ports: Vec<Port>,
    /// How TLS is begun to it.
    pub tls: At<ExternalTls>,
    /// The egress gateway that calls go through.
    pub through: Option<GatewayId>,
}

/// How TLS is begun to a host outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExternalTls {
    /// The caller's business.
    Off,
    /// TLS, its certificate verified by the system's authorities.
    Simple {
        /// The server name; the host unless said.
        sni: Option<String>,
    },
    /// TLS with a client certificate.
    Mutual {
        /// The certificate.
        certificate: Secret,
        /// The server name; the host unless said.
        sni: Option<String>,
    },
}

/// A gateway: where requests enter or leave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gateway {
    /// Its name in the program.
    pub id: GatewayId,
    /// Its real name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where it is placed.
    pub clusters: BTreeSet<ClusterId>,
    /// Whether requests enter or leave by it.
    pub kind: GatewayKind,
    /// The Kubernetes namespace that it runs in.
    pub namespace: String,
    /// The service account that it runs as.
    pub account: String,
    /// The labels of its pods.
    pub workload: BTreeMap<String, String>,
    /// How it knows the original client.
    pub client_address: At<ClientAddress>,
    /// Its listeners, as written.
    pub listeners: Vec<Listener>,
}

impl Gateway {
    /// The listener of that name.
    #[must_use]
    pub fn listener(&self, name: &str) -> Option<&Listener> {
        self.listeners.iter().find(|listener| listener.name == name)
    }
}

/// Whether requests enter or leave by a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GatewayKind {
    /// They enter.
    Ingress,
    /// They leave.
    Egress,
}

/// How a gateway knows the original client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// So many trusted proxies stand before it and add to `x-forwarded-for`.
    Hops(u32),
    /// A header that a trusted proxy sets.
    Header(String),
    /// The PROXY protocol.
    ProxyProtocol,
    /// The direct peer is the client.
    Direct,
}

/// A port that a gateway listens on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it speaks.
    pub protocol: ListenerProtocol,
    /// Its port.
    pub port: u16,
    /// The hosts that it serves; any, unless said. Empty on `tcp`.
    pub hosts: Vec<HostPattern>,
    /// Whether everything is answered by a redirect to https.
    pub redirect_https: bool,
    /// The server's certificate: always there on `https` and never elsewhere.
    pub certificate: Option<Secret>,
    /// The oldest TLS that is spoken; 1.2 unless said.
    pub min_tls: TlsVersion,
    /// What is offered in ALPN; h2 and http1 unless said.
    pub alpn: Vec<Alpn>,
    /// The certificate asked of clients.
    pub client_certificate: Option<ClientCertificate>,
}

/// What a listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListenerProtocol {
    /// HTTP in plain text.
    Http,
    /// HTTP in TLS that ends here.
    Https,
    /// TLS that is passed on by its server name.
    Tls,
    /// Bytes.
    Tcp,
}

impl ListenerProtocol {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Http, Self::Https, Self::Tls, Self::Tcp];

    /// The protocol of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.word() == word)
    }

    /// The word that programs use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
        }
    }

    /// Whether it serves HTTP requests.
    #[must_use]
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// What is spoken inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alpn {
    /// HTTP/2.
    H2,
    /// HTTP/1.1.
    Http1,
}

/// The certificate asked of clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// Where it was written.
    pub place: Place,
    /// Whether a client without one is refused (`require`) or let in (`request`).
    pub required: bool,
    /// The authority that signs them.
    pub ca: Secret,
    /// The names that are accepted; any, if empty.
    pub names: Vec<NamePattern>,
}

/// Names in certificates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamePattern {
    /// That name.
    Exactly(String),
    /// `spiffe://partner/**`: that name and all below it, by whole segments. Held without the `/**`.
    Below(String),
}

impl NamePattern {
    /// Whether `name` is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Exactly(one) => one == name,
            Self::Below(base) => {
                name.strip_prefix(base.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}
