//! What must hold, and single requests that are tried.

use super::{Block, Doc, Expr, GrpcMethod, Method, Node, NodeId, Text};

/// `prove "only checkout and ops charge cards" { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prove {
    /// The sentence.
    pub title: Node<Text>,
    /// What stands in the braces.
    pub entries: Vec<ClaimEntry>,
}

/// An entry of a [`Prove`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClaimEntry {
    /// A claim.
    Claim(Box<Claim>),
    /// A claim that could not be read.
    Error(NodeId),
}

/// `no request through edge where path in /account/** => reaches(shop.*) && !authenticated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The whole claim.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// How many requests.
    pub quantifier: Node<Quantifier>,
    /// Which requests.
    pub scope: Scope,
    /// Which of them, by the predicate after `where`.
    pub condition: Option<Expr>,
    /// What happens to them.
    pub outcome: Expr,
}

/// How many of the requests in scope meet the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// `every`
    Every,
    /// `no`
    No,
    /// `some`
    Some,
}

/// `[from SOURCE] [through GATEWAY] [to SERVICE] [on CLUSTER]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The caller, or a list.
    pub from: Option<Expr>,
    /// The gateway.
    pub through: Option<Expr>,
    /// The service called.
    pub to: Option<Expr>,
    /// The cluster.
    pub on: Option<Expr>,
}

/// `test "the storefront" { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// The sentence.
    pub title: Node<Text>,
    /// What stands in the braces.
    pub entries: Vec<CaseEntry>,
}

/// An entry of a [`Test`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseEntry {
    /// A case.
    Case(Box<Case>),
    /// A case that could not be read.
    Error(NodeId),
}

/// `POST /charge/1 from checkout to payments => allowed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Case {
    /// The whole case.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// The request.
    pub request: Node<CaseRequest>,
    /// Attributes of the request, in braces.
    pub attributes: Option<Block>,
    /// The way that it takes.
    pub scope: Scope,
    /// What must happen.
    pub outcome: Expr,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseRequest {
    /// `GET "https://shop.acme.com/cart"` or `POST /charge/1`
    Http {
        /// The method.
        method: Node<Method>,
        /// A string (a URL, or a path with its query) or a path literal.
        target: Expr,
    },
    /// `grpc shop.Cart/AddItem`
    Grpc(GrpcMethod),
    /// `tcp`
    Tcp,
}
