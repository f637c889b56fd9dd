//! What the grammar's actions share: the text, the numbering of nodes, what went wrong.

use crate::ast::{
    Argument, Call, Doc, Expr, ExprKind, GrpcMethod, Item, ItemKind, Key, KeyKind, Literal, Name, Node,
    NodeId, Reference, Text, Use, UsedName,
};
use crate::comments::Docs;
use crate::report::Report;
use crate::spans::NodeSpans;
use crate::token::Token;
use crate::{number, path, string};
use gloo_source::Code;
use lalrpop_util::ErrorRecovery;
use std::cell::Cell;

/// The error of a token stream, of which there is none: the lexer reports and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Never {}

/// What LALRPOP hands over where it recovered.
pub(crate) type Recovery = ErrorRecovery<u32, Token, Never>;
/// What LALRPOP says about a token.
pub(crate) type ParseError = lalrpop_util::ParseError<u32, Token, Never>;

/// The values themselves, which the parser held in boxes.
pub(crate) fn unbox<T>(boxes: Vec<Box<T>>) -> Vec<T> {
    boxes.into_iter().map(|it| *it).collect()
}

pub(crate) struct Context<'a> {
    text: &'a str,
    docs: &'a Docs,
    pub spans: &'a mut NodeSpans,
    pub errors: Vec<ParseError>,
    pub report: &'a mut Report,
    /// How many more errors there may be.
    left: &'a Cell<usize>,
}

impl<'a> Context<'a> {
    pub fn new(
        text: &'a str,
        docs: &'a Docs,
        spans: &'a mut NodeSpans,
        report: &'a mut Report,
        left: &'a Cell<usize>,
    ) -> Self {
        Self { text, docs, spans, errors: Vec::new(), report, left }
    }

    /// Numbers the node at `start..end`.
    pub fn id(&mut self, start: u32, end: u32) -> NodeId {
        self.spans.push(start, end)
    }

    pub fn node<T>(&mut self, start: u32, value: T, end: u32) -> Node<T> {
        Node { id: self.id(start, end), value }
    }

    /// What documents the entry that begins at `start`.
    pub fn doc(&self, start: u32) -> Doc {
        self.docs.before(start)
    }

    /// A declaration; only what has a name can be made visible.
    pub fn item(&mut self, start: u32, public: Option<NodeId>, kind: ItemKind, end: u32) -> Item {
        let item = Item { id: self.id(start, end), doc: self.doc(start), public, kind };
        if let (Some(public), None) = (item.public, item.name()) {
            let span = self.spans.get(public);
            let message = "`pub` stands before a declaration that has a name";
            let mut diagnostic = self.report.at(Code::UNEXPECTED, span.start, span.end, message);
            diagnostic = diagnostic.fix("leave `pub` out", span, "");
            self.report.add(diagnostic.help("leave it out: nothing could refer to this from another module"));
        }
        item
    }

    /// A leaf for what could not be read.
    pub fn recover(&mut self, start: u32, recovery: Recovery, end: u32) -> NodeId {
        self.errors.push(recovery.error);
        self.left.set(self.left.get().saturating_sub(1));
        self.id(start, end)
    }

    fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    pub fn name(&mut self, start: u32, end: u32) -> Name {
        Name { id: self.id(start, end), text: self.slice(start, end).into() }
    }

    pub fn expr(&mut self, start: u32, kind: ExprKind, end: u32) -> Expr {
        Expr { id: self.id(start, end), kind }
    }

    /// A literal that needs no look at the text.
    pub fn literal(&mut self, start: u32, literal: Literal, end: u32) -> Expr {
        self.expr(start, ExprKind::Literal(literal), end)
    }

    /// A number; the lexer has said what is wrong with a bad one.
    pub fn number(&mut self, start: u32, end: u32) -> Expr {
        let kind = number::decode(self.slice(start, end)).map_or(ExprKind::Error, ExprKind::Literal);
        self.expr(start, kind, end)
    }

    pub fn path(&mut self, start: u32, end: u32) -> Expr {
        // A path in quotes has been reported, and is read as if it had none.
        let text = self.slice(start, end).trim_matches('"');
        let kind =
            if path::is_bad(text) { ExprKind::Error } else { ExprKind::Literal(Literal::Path(text.into())) };
        self.expr(start, kind, end)
    }

    /// A string's text; the lexer has said what is wrong with a bad one.
    pub fn text(&self, start: u32, end: u32) -> Text {
        let literal = self.slice(start, end);
        let plain = literal
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|body| !body.contains(['\\', '"']));
        match plain {
            Some(body) => Text { value: body.into(), raw: false },
            None => {
                let decoded = string::decode(literal);
                Text { value: decoded.value.into(), raw: decoded.raw }
            }
        }
    }

    /// A key from the reference or call that stands before a colon.
    pub fn key(&mut self, start: u32, expr: Expr, end: u32) -> Key {
        let kind = match &expr.kind {
            ExprKind::Reference(reference) => reference.single().map(|name| KeyKind::Word(name.text.clone())),
            _ => None,
        };
        Key { id: self.id(start, end), kind: kind.unwrap_or_else(|| KeyKind::Attribute(Box::new(expr))) }
    }

    pub fn call(&mut self, start: u32, callee: Reference, arguments: Vec<Argument>, end: u32) -> Expr {
        self.expr(start, ExprKind::Call(Call { callee, arguments }), end)
    }

    /// `a.b.C/Method` from its text.
    pub fn grpc(&mut self, start: u32, text: &str, end: u32) -> GrpcMethod {
        let id = self.id(start, end);
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (service, method) = compact.split_once('/').unwrap_or((&compact, "*"));
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !(compact.contains('/') && service.split('.').all(word) && (method == "*" || word(method))) {
            let message = format!("`{compact}` is not a gRPC method");
            let help = "a gRPC method is written `package.Service/Method`, or `package.Service/*` for all of a service";
            self.report.add(self.report.at(Code::BAD_PATH, start, end, message).help(help));
        }
        GrpcMethod { id, service: service.into(), method: (method != "*").then(|| method.into()) }
    }

    /// A gRPC method that is written in words.
    pub fn grpc_words(&mut self, start: u32, end: u32) -> GrpcMethod {
        let text = self.slice(start, end);
        self.grpc(start, text, end)
    }

    /// `use a.b as c`: the last name of the chain is what is brought in. It ends with the `as`, if there is one.
    pub fn use_one(&mut self, mut module: Vec<Name>, alias: Option<Name>, end: u32) -> Use {
        let names = module.pop().map(|name| {
            let start = self.spans.get(name.id).start;
            UsedName { id: self.id(start, end), name, alias }
        });
        Use { module, names: names.into_iter().collect(), braces: false }
    }
}
