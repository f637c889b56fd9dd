//! Tables of routes.

use super::{Block, Doc, Expr, GrpcMethod, Methods, Name, NodeId};

/// `routes storefront on edge for "shop.acme.com" { … }` or `routes cart-api delegated { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Routes {
    /// Its name.
    pub name: Name,
    /// The gateway, the listener, `mesh` or `mesh@east`, after `on`.
    pub on: Option<Expr>,
    /// The host, hosts or service, after `for`.
    pub target: Option<Expr>,
    /// The word `delegated`, if it stands there.
    pub delegated: Option<NodeId>,
    /// The rules, the first match of which decides.
    pub entries: Vec<RouteEntry>,
}

/// An entry of [`Routes`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RouteEntry {
    /// A rule.
    Rule(Box<Rule>),
    /// A rule that could not be read.
    Error(NodeId),
}

/// `buy: POST /checkout where beta => checkout { timeout: 5s }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The whole rule.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Its name.
    pub name: Option<Name>,
    /// What it matches.
    pub pattern: RulePattern,
    /// The predicate after `where`.
    pub condition: Option<Expr>,
    /// What it does: a reference or a call.
    pub action: Expr,
    /// How: the braces after the action.
    pub options: Option<Block>,
}

/// What a [`Rule`] matches, but for its `where`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RulePattern {
    /// `GET|HEAD /products/**`
    Http {
        /// The methods.
        methods: Methods,
        /// A path literal, or a call; `None` as in `any where …`, on listeners that carry bytes.
        path: Option<Expr>,
    },
    /// `grpc shop.Cart/AddItem`
    Grpc(GrpcMethod),
    /// The word `otherwise`.
    Otherwise(NodeId),
}
