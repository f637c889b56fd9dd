//! What stands before a rule's `where`: methods, and the gRPC way to say a path.
//!
//! A path pattern itself is an [`Expr`](super::Expr): a path literal, or `prefix(…)`, `regex(…)`, `ignore_case(…)`.

use super::{Method, Node, NodeId};
use std::sync::Arc;

/// `any`, `GET` or `GET|HEAD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Methods {
    /// All of it.
    pub id: NodeId,
    /// Which.
    pub kind: MethodsKind,
}

/// Which methods a rule takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MethodsKind {
    /// `any`
    Any,
    /// `GET|HEAD`, at least one
    Listed(Vec<Node<Method>>),
}

/// `shop.Cart/AddItem`, `shop.Cart/*`, `"pkg.in.X/M"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GrpcMethod {
    /// All of it.
    pub id: NodeId,
    /// The full name of the service: `shop.Cart`.
    pub service: Arc<str>,
    /// The method's name; `None` for `*`.
    pub method: Option<Arc<str>>,
}
