//! The tree of one file.
//!
//! It says what was written and nothing about where: every node that can be blamed has a [`NodeId`], and
//! [`NodeSpans`](crate::NodeSpans) knows its bytes. Ids are numbered by the words of the file alone, so two texts that
//! differ in white space, commas or comments have equal trees.
//!
//! The tree holds what the grammar knows. What a name stands for, which settings a block has and what type a value is
//! are questions of later steps: one [`Expr`] serves values, predicates, sources, outcomes and `let` bodies.
//!
//! Something that could not be read is an `Error` leaf. A diagnostic has been given for it, so later steps pass over
//! it in silence.

mod access;
mod expr;
mod infrastructure;
mod path;
mod policy;
mod predicate;
mod proof;
mod route;
mod traffic;
mod value;

pub use access::{Access, AccessEntry, AccessRule, Effect};
pub use expr::{Argument, Block, Call, Entry, Expr, ExprKind, Key, KeyKind, Name, Reference, Setting};
pub use gloo_source::NodeId;
pub use infrastructure::{
    Cluster, External, ExternalEntry, Gateway, GatewayEntry, Listener, Mesh, Namespace, NamespaceEntry, Port,
    Service, ServiceEntry, Subset,
};
pub use path::{GrpcMethod, Methods, MethodsKind};
pub use policy::{
    Clause, ClauseEntry, ClauseKind, Direction, Edit, EditKind, Headers, Limit, Mask, Policy, Provider,
    Transform,
};
pub use predicate::{Comparison, Operator};
pub use proof::{Case, CaseEntry, CaseRequest, Claim, ClaimEntry, Prove, Quantifier, Scope, Test};
pub use route::{RouteEntry, Routes, Rule, RulePattern};
use std::sync::Arc;
pub use traffic::{Patch, Signal, SignalEntry, SignalKind, Telemetry, Traffic};
pub use value::{Literal, Method, Per, Text};

/// A value that can be blamed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node<T> {
    /// Its number in the file.
    pub id: NodeId,
    /// The value.
    pub value: T,
}

/// The text of the `///` lines before an entry, without the slashes, its lines joined by `\n`.
pub type Doc = Option<Arc<str>>;

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct File {
    /// What it says, in the order of the text.
    pub items: Vec<Item>,
}

/// A declaration, or a `use`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The whole declaration, from `pub` to its last word.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// The word `pub`, if it stands there.
    pub public: Option<NodeId>,
    /// What is declared.
    pub kind: ItemKind,
}

/// What an [`Item`] declares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// `use infra.edge as front`
    Use(Use),
    /// `let beta = header("x-beta") == "1"`
    Let(Let),
    /// `mesh acme { … }`
    Mesh(Mesh),
    /// `cluster east { … }`
    Cluster(Cluster),
    /// `namespace shop on [east, west] { … }`
    Namespace(Namespace),
    /// `external stripe { … }`
    External(External),
    /// `gateway edge on [east, west] { … }`
    Gateway(Gateway),
    /// `routes storefront on edge for "shop.acme.com" { … }`
    Routes(Routes),
    /// `provider auth0: jwt { … }`
    Provider(Provider),
    /// `policy front-door on storefront { … }`
    Policy(Policy),
    /// `access payments { … }`
    Access(Access),
    /// `traffic reviews { … }`
    Traffic(Traffic),
    /// `telemetry base on mesh { … }`
    Telemetry(Telemetry),
    /// `patch legacy on edge { … }`
    Patch(Patch),
    /// `prove "…" { … }`
    Prove(Prove),
    /// `test "…" { … }`
    Test(Test),
    /// A declaration that could not be read.
    Error,
}

impl Item {
    /// The name that it declares; `None` where nothing is named (`use`, `access`, `traffic`, `prove`, `test`).
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match &self.kind {
            ItemKind::Let(it) => Some(&it.name),
            ItemKind::Mesh(it) => Some(&it.name),
            ItemKind::Cluster(it) => Some(&it.name),
            ItemKind::Namespace(it) => Some(&it.name),
            ItemKind::External(it) => Some(&it.name),
            ItemKind::Gateway(it) => Some(&it.name),
            ItemKind::Routes(it) => Some(&it.name),
            ItemKind::Provider(it) => Some(&it.name),
            ItemKind::Policy(it) => Some(&it.name),
            ItemKind::Telemetry(it) => Some(&it.name),
            ItemKind::Patch(it) => Some(&it.name),
            ItemKind::Use(_)
            | ItemKind::Access(_)
            | ItemKind::Traffic(_)
            | ItemKind::Prove(_)
            | ItemKind::Test(_)
            | ItemKind::Error => None,
        }
    }
}

/// `use infra.{edge, east as e}`, `use infra.edge as front` or `use infra.edge`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Use {
    /// The names before the last dot: the module; empty in `use edge`.
    pub module: Vec<Name>,
    /// What is brought in; one where there are no braces.
    pub names: Vec<UsedName>,
    /// Whether the names stand in braces.
    pub braces: bool,
}

/// One name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsedName {
    /// The name with its `as`.
    pub id: NodeId,
    /// The name in the other module.
    pub name: Name,
    /// The name here, after `as`.
    pub alias: Option<Name>,
}

/// `let canary(s: service, share: percent) = split(s.v2: share, s.v1: rest)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its parameters; `None` where there are no parentheses.
    pub parameters: Option<Vec<Parameter>>,
    /// What it stands for; options are an [`ExprKind::Block`].
    pub body: Expr,
}

/// `share: percent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// The whole parameter.
    pub id: NodeId,
    /// Its name.
    pub name: Name,
    /// Its type's name.
    pub ty: Name,
}
