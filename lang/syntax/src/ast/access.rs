//! Who may call whom.

use super::{Doc, Expr, Node, NodeId};

/// `access payments { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// What is called: one target or a list.
    pub target: Expr,
    /// What stands in the braces.
    pub entries: Vec<AccessEntry>,
}

/// An entry of an [`Access`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccessEntry {
    /// `allow checkout where method == POST`
    Rule(Box<AccessRule>),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `allow checkout where method == POST`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccessRule {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// `allow` or `deny`.
    pub effect: Node<Effect>,
    /// Who calls: one source or a list.
    pub source: Expr,
    /// The predicate after `where`.
    pub condition: Option<Expr>,
}

/// What an [`AccessRule`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// `allow`
    Allow,
    /// `deny`
    Deny,
}
