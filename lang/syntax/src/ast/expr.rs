//! Expressions, references, blocks of settings: what all constructs share.

use super::{Comparison, Doc, Headers, Literal, NodeId};
use std::sync::Arc;

/// A word that names something, where it is declared or used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The word.
    pub id: NodeId,
    /// Its text.
    pub text: Arc<str>,
}

/// `cart`, `shop.cart.v2`, `shop.*`, `cart.v2@east`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The whole reference.
    pub id: NodeId,
    /// Its names, at least one.
    pub segments: Vec<Name>,
    /// The `*` of `shop.*`, after the last name.
    pub all: Option<NodeId>,
    /// The cluster after `@`.
    pub cluster: Option<Name>,
}

impl Reference {
    /// The name, where the reference is one word and nothing else.
    #[must_use]
    pub fn single(&self) -> Option<&Name> {
        match self.segments.as_slice() {
            [name] if self.all.is_none() && self.cluster.is_none() => Some(name),
            _ => None,
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, name) in self.segments.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{}", name.text)?;
        }
        if self.all.is_some() {
            f.write_str(".*")?;
        }
        self.cluster.as_ref().map_or(Ok(()), |cluster| write!(f, "@{}", cluster.text))
    }
}

/// A value, predicate, source, action, outcome or `let` body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// The whole expression.
    pub id: NodeId,
    /// What it is.
    pub kind: ExprKind,
}

/// What an [`Expr`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// `250ms`, `"text"`, `/a/**`, `GET`
    Literal(Literal),
    /// `cart.v2@east`, `source.namespace`, `strict`
    Reference(Reference),
    /// `header("x-beta")`, `split(cart.v1: 90%, cart.v2: 10%)`
    Call(Call),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `east => west`; only as an element of a list
    Pair(Box<Expr>, Box<Expr>),
    /// `{ app: "edge" }`: a map, options, settings
    Block(Block),
    /// `!a`
    Not(Box<Expr>),
    /// `path in /api/**`
    Comparison(Box<Comparison>),
    /// `a && b && c`, at least two
    And(Vec<Expr>),
    /// `a || b || c`, at least two
    Or(Vec<Expr>),
    /// `(a)`, kept because it was written
    Group(Box<Expr>),
    /// Something that could not be read.
    Error,
}

impl Expr {
    /// The expression without the parentheses around it.
    #[must_use]
    pub fn ungrouped(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Group(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The one word that the expression is, if it is one.
    #[must_use]
    pub fn word(&self) -> Option<&Name> {
        match &self.ungrouped().kind {
            ExprKind::Reference(reference) => reference.single(),
            _ => None,
        }
    }

    /// The elements of a list, or the expression itself: for places where one may stand for a list of one.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match &self.kind {
            ExprKind::List(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }
}

/// `canary(cart, 10%)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// What is called: `header`, `auth0.claim`; never with `.*` or `@`.
    pub callee: Reference,
    /// The arguments in the order of the text.
    pub arguments: Vec<Argument>,
}

/// `10%` or `share: 10%`; in `split`, the name may be a reference: `cart.v1: 90%`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Argument {
    /// The whole argument.
    pub id: NodeId,
    /// What stands before the colon.
    pub name: Option<Expr>,
    /// The value.
    pub value: Expr,
}

/// `{ … }` with settings in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// From brace to brace.
    pub id: NodeId,
    /// The entries in the order of the text.
    pub entries: Vec<Entry>,
}

impl Block {
    /// The settings among the entries.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Setting(setting) => Some(setting),
            Entry::With { .. } | Entry::Headers(_) | Entry::Error(_) => None,
        })
    }
}

/// An entry of a [`Block`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// `timeout: 2s`
    Setting(Setting),
    /// `with patient(5s)`: takes in the entries of other options
    With {
        /// The whole entry.
        id: NodeId,
        /// Its documentation.
        doc: Doc,
        /// The options: a reference or a call.
        options: Expr,
    },
    /// `request_headers { set x-a: "1" }`
    Headers(Headers),
    /// An entry that could not be read.
    Error(NodeId),
}

/// `key: value`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// The whole entry.
    pub id: NodeId,
    /// Its documentation.
    pub doc: Doc,
    /// What stands before the colon.
    pub key: Key,
    /// What stands after it.
    pub value: Expr,
}

/// What stands before the colon of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The whole key.
    pub id: NodeId,
    /// How it is written.
    pub kind: KeyKind,
}

/// How a [`Key`] is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `timeout`
    Word(Arc<str>),
    /// `"app.kubernetes.io/name"`, decoded
    Quoted(Arc<str>),
    /// `client.ip`, `header("x-beta")`: an attribute of a test's request
    Attribute(Box<Expr>),
}

impl Key {
    /// The text of a word or a quoted key.
    #[must_use]
    pub fn text(&self) -> Option<&Arc<str>> {
        match &self.kind {
            KeyKind::Word(text) | KeyKind::Quoted(text) => Some(text),
            KeyKind::Attribute(_) => None,
        }
    }
}
