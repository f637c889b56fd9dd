//! Meshes, clusters, namespaces with their services, externals, gateways.

use super::{Block, Doc, Expr, Name, NodeId, Setting};

/// `mesh acme { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mesh {
    /// Its name.
    pub name: Name,
    /// Its settings.
    pub body: Block,
}

/// `cluster east { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Its name.
    pub name: Name,
    /// Its settings.
    pub body: Block,
}

/// `namespace shop on [east, west] { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// Its name.
    pub name: Name,
    /// The clusters that it is on: one or a list.
    pub on: Option<Expr>,
    /// What stands in the braces.
    pub entries: Vec<NamespaceEntry>,
}

/// An entry of a [`Namespace`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamespaceEntry {
    /// `waypoint: "shop-wp"`
    Setting(Setting),
    /// `service cart { … }`
    Service(Service),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `service db on [east] { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    /// The whole declaration.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// The clusters that it is on: one or a list.
    pub on: Option<Expr>,
    /// What stands in the braces.
    pub entries: Vec<ServiceEntry>,
}

/// An entry of a [`Service`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ServiceEntry {
    /// `account: "payments-sa"`
    Setting(Setting),
    /// `port http: 8080`
    Port(Port),
    /// `subset v1 { version: "v1" }`
    Subset(Subset),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `port http: 8080` or `port admin: http(9901)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Its name, which is the protocol unless the value names one.
    pub name: Name,
    /// A number, or a protocol called with one.
    pub value: Expr,
}

/// `subset v1 { version: "v1" }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subset {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// The labels of its pods.
    pub labels: Block,
}

/// `external stripe { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct External {
    /// Its name.
    pub name: Name,
    /// What stands in the braces.
    pub entries: Vec<ExternalEntry>,
}

/// An entry of an [`External`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExternalEntry {
    /// `hosts: ["api.stripe.com"]`
    Setting(Setting),
    /// `port https: 443`
    Port(Port),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `gateway edge on [east, west] { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gateway {
    /// Its name.
    pub name: Name,
    /// The clusters that it is on: one or a list.
    pub on: Option<Expr>,
    /// What stands in the braces.
    pub entries: Vec<GatewayEntry>,
}

/// An entry of a [`Gateway`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GatewayEntry {
    /// `account: "edge-sa"`
    Setting(Setting),
    /// `listener web: http(80) { … }`
    Listener(Listener),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `listener tls: https(443) { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listener {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// The protocol called with the port: `https(443)`.
    pub protocol: Expr,
    /// Its settings, if it has braces.
    pub body: Option<Block>,
}
