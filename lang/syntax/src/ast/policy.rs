//! Providers and policies, and the edits of headers that options share with them.

use super::{Block, Doc, Expr, Key, Name, Node, NodeId, Reference};

/// `provider auth0: jwt { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provider {
    /// Its name.
    pub name: Name,
    /// Its kind: `jwt`, `oidc` and so on.
    pub kind: Name,
    /// Its settings.
    pub body: Block,
}

/// `policy front-door on storefront { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// What it acts on: one target or a list.
    pub on: Expr,
    /// The word `shadow`, if it stands there.
    pub shadow: Option<NodeId>,
    /// The policy after `replaces`.
    pub replaces: Option<Reference>,
    /// What stands in the braces.
    pub entries: Vec<ClauseEntry>,
}

/// An entry of a [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClauseEntry {
    /// A clause.
    Clause(Box<Clause>),
    /// A clause that could not be read.
    Error(NodeId),
}

/// `verb argument [where predicate]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// The whole clause.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// The verb.
    pub verb: NodeId,
    /// The verb with its argument.
    pub kind: ClauseKind,
    /// The predicate after `where`.
    pub condition: Option<Expr>,
}

/// What a [`Clause`] does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClauseKind {
    /// `require auth0 || partner`
    Require(Expr),
    /// `limit 10/min per cluster via ops.ratelimit by auth0.sub`
    Limit(Limit),
    /// `waf owasp(paranoia: 2)`
    Waf(Expr),
    /// `mask [card_numbers] in [response, logs] { max: 1MiB }`
    Mask(Mask),
    /// `cors { … }`
    Cors(Block),
    /// `csrf { … }`
    Csrf(Block),
    /// `transform request { … }`
    Transform(Transform),
    /// `wasm module("oci://…")`
    Wasm(Expr),
    /// `lua file("stamp.lua")`
    Lua(Expr),
    /// `max_body 1MiB`
    MaxBody(Expr),
    /// `compress [gzip, brotli]`
    Compress(Expr),
}

impl ClauseKind {
    /// The verb.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Require(_) => "require",
            Self::Limit(_) => "limit",
            Self::Waf(_) => "waf",
            Self::Mask(_) => "mask",
            Self::Cors(_) => "cors",
            Self::Csrf(_) => "csrf",
            Self::Transform(_) => "transform",
            Self::Wasm(_) => "wasm",
            Self::Lua(_) => "lua",
            Self::MaxBody(_) => "max_body",
            Self::Compress(_) => "compress",
        }
    }
}

/// `100/min per proxy by client.ip`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The rate.
    pub rate: Expr,
    /// Where is counted, after `per`: `proxy`, `cluster` or `mesh`.
    pub per: Name,
    /// The service that counts, after `via`.
    pub via: Option<Expr>,
    /// By what is counted, after `by`.
    pub by: Option<Expr>,
}

/// `[card_numbers, ssn] in [response, logs] { max: 1MiB }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mask {
    /// What is masked: one pattern or a list.
    pub what: Expr,
    /// Where, after `in`: one place or a list.
    pub places: Expr,
    /// How.
    pub options: Option<Block>,
}

/// `request { set x-user: auth0.sub }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transform {
    /// Of the request or the response.
    pub direction: Node<Direction>,
    /// The edits in the order of the text.
    pub edits: Vec<Edit>,
}

/// `request_headers { … }` or `response_headers { … }`, an entry of options.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Headers {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// Of the request or the response: its first word.
    pub direction: Node<Direction>,
    /// The edits in the order of the text; none is [`EditKind::Body`].
    pub edits: Vec<Edit>,
}

/// Which of the two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The request.
    Request,
    /// The response.
    Response,
}

/// One edit of headers or of the body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The whole edit.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// What it does.
    pub kind: EditKind,
}

/// What an [`Edit`] does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// `set x-a: "1"`
    Set {
        /// The header: a word or quoted.
        name: Key,
        /// Its value afterwards.
        value: Expr,
    },
    /// `add x-b: "2"`
    Add {
        /// The header: a word or quoted.
        name: Key,
        /// The value added.
        value: Expr,
    },
    /// `remove x-c`
    Remove {
        /// The header: a word or quoted.
        name: Key,
    },
    /// `body replace(r"internal-[0-9]+", "internal")`
    Body(Expr),
    /// An edit that could not be read.
    Error,
}
