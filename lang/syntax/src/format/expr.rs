//! Expressions, references, blocks of settings.

use super::writer::Writer;
use crate::ast::{Argument, Block, Call, Entry, Expr, ExprKind, Headers, Key, KeyKind, Reference, Setting};
use crate::token::Fixed;

impl Writer<'_> {
    pub fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) => self.tight(1),
            ExprKind::Reference(it) => self.reference(it),
            ExprKind::Call(it) => self.call(it),
            ExprKind::List(elements) => self.list(elements, Self::expr),
            ExprKind::Pair(from, to) => {
                self.expr(from);
                self.space();
                self.sign(Fixed::Arrow);
                self.space();
                self.expr(to);
            }
            ExprKind::Block(it) => self.settings(it),
            ExprKind::Not(inner) => {
                self.sign(Fixed::Not);
                self.expr(inner);
            }
            ExprKind::Comparison(it) => self.comparison(it),
            ExprKind::And(operands) | ExprKind::Or(operands) => self.operands(operands),
            ExprKind::Group(inner) => {
                self.sign(Fixed::ParenOpen);
                self.expr(inner);
                self.sign(Fixed::ParenClose);
            }
            // A text with errors does not come here.
            ExprKind::Error => {}
        }
    }

    pub fn reference(&mut self, it: &Reference) {
        let dots = it.segments.len().saturating_sub(1);
        let all = if it.all.is_some() { 2 } else { 0 };
        let cluster = if it.cluster.is_some() { 2 } else { 0 };
        self.tight(it.segments.len() + dots + all + cluster);
    }

    fn call(&mut self, it: &Call) {
        self.reference(&it.callee);
        self.list(&it.arguments, Self::argument);
    }

    fn argument(&mut self, it: &Argument) {
        if let Some(name) = &it.name {
            self.expr(name);
            self.sign(Fixed::Colon);
            self.space();
        }
        self.expr(&it.value);
    }

    /// The braces of a block.
    pub fn settings(&mut self, it: &Block) {
        self.block(&it.entries, |writer, entry| writer.entry(entry));
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Setting(it) => self.setting(it),
            Entry::With { options, .. } => {
                self.words(1);
                self.space();
                self.expr(options);
            }
            Entry::Headers(it) => self.headers(it),
            // A text with errors does not come here.
            Entry::Error(_) => {}
        }
    }

    pub fn setting(&mut self, it: &Setting) {
        self.key(&it.key);
        self.sign(Fixed::Colon);
        self.space();
        self.expr(&it.value);
    }

    pub fn key(&mut self, it: &Key) {
        match &it.kind {
            KeyKind::Word(_) | KeyKind::Quoted(_) => self.tight(1),
            KeyKind::Attribute(expr) => self.expr(expr),
        }
    }

    fn headers(&mut self, it: &Headers) {
        self.words(1);
        self.space();
        self.edits(&it.edits);
    }
}
