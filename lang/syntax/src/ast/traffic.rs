//! How calls travel and what is told about them; raw target configuration.

use super::{Block, Doc, Expr, Name, Node, NodeId};

/// `traffic reviews { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Traffic {
    /// Calls to what: one target or a list.
    pub target: Expr,
    /// Its settings.
    pub body: Block,
}

/// `telemetry base on mesh { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Telemetry {
    /// Its name.
    pub name: Name,
    /// What it acts on: one target or a list.
    pub on: Expr,
    /// What stands in the braces.
    pub entries: Vec<SignalEntry>,
}

/// An entry of a [`Telemetry`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SignalEntry {
    /// `log { … } where status in 5xx`
    Signal(Signal),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `log { to: otel(ops.collector) } where status in 5xx`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// `log` or `trace`.
    pub kind: Node<SignalKind>,
    /// Its settings.
    pub body: Block,
    /// The predicate after `where`.
    pub condition: Option<Expr>,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// `log`
    Log,
    /// `trace`
    Trace,
}

/// `patch legacy on edge { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Patch {
    /// Its name.
    pub name: Name,
    /// What it is applied to: one target or a list.
    pub on: Expr,
    /// Its settings.
    pub body: Block,
}
