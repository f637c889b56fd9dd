//! Lists, blocks and maps.

use super::{Lowering, Scope};
use crate::Ty;
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{Block, Expr, ExprKind, KeyKind};
use std::collections::BTreeMap;

impl Lowering<'_> {
    /// A list. Every element is read, so that each wrong one is reported.
    pub(crate) fn list<T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        wanted: &str,
        example: &str,
        each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::List(elements) => cx.all(scope, elements, each),
            _ => Err(cx.mismatch_with(scope, expr, wanted, example)),
        })
    }

    /// A list, or one element alone.
    pub(crate) fn one_or_list<T>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::List(elements) => cx.all(scope, elements, each),
            _ => each(cx, scope, expr).map(|one| vec![one]),
        })
    }

    /// Reads every element, and fails if one does.
    pub(crate) fn all<T>(
        &mut self,
        scope: &Scope<'_>,
        elements: &[Expr],
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        let mut values = Vec::with_capacity(elements.len());
        let mut failed = None;
        for element in elements {
            match each(self, scope, element) {
                Ok(value) => values.push(value),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(values), Err)
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<String>, Reported> {
        self.list(scope, expr, "a list of strings", "[\"a\", \"b\"]", |cx, scope, expr| cx.text(scope, expr))
    }

    /// The inside of a block: `then` gets it with its own scope.
    pub(crate) fn block<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        example: &str,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Block) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Block(block) => then(cx, scope, block),
            _ => Err(cx.mismatch_with(scope, expr, "a block", example)),
        })
    }

    /// Keys with strings: `{ app: "edge" }`.
    pub(crate) fn text_map(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<BTreeMap<String, String>, Reported> {
        self.block(scope, expr, Ty::Map.example(), |cx, scope, block| cx.text_entries(scope, block))
    }

    /// The keys and strings of a block.
    pub(crate) fn text_entries(
        &mut self,
        scope: &Scope<'_>,
        block: &Block,
    ) -> Result<BTreeMap<String, String>, Reported> {
        self.entries(scope, block, |cx, scope, expr| cx.text(scope, expr))
    }

    /// The keys of a block, which may be any, with their values.
    pub(crate) fn entries<T>(
        &mut self,
        scope: &Scope<'_>,
        block: &Block,
        mut each: impl FnMut(&mut Self, &Scope<'_>, &Expr) -> Result<T, Reported>,
    ) -> Result<BTreeMap<String, T>, Reported> {
        let mut values = BTreeMap::new();
        let mut first: BTreeMap<&str, gloo_syntax::ast::NodeId> = BTreeMap::new();
        let mut failed = None;
        for setting in block.settings() {
            let key = match &setting.key.kind {
                KeyKind::Word(text) | KeyKind::Quoted(text) => text,
                KeyKind::Attribute(_) => {
                    let help = "write a word, or a text in quotes";
                    let message = "this is no key of a map";
                    failed = Some(self.error(scope, Code::UNKNOWN_SETTING, setting.key.id, message, help));
                    continue;
                }
            };
            if let Some(first) = first.insert(key, setting.key.id) {
                self.repeated(scope, setting.key.id, first, &format!("`{key}`"));
            }
            match each(self, scope, &setting.value) {
                Ok(value) => drop(values.insert(key.to_string(), value)),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(values), Err)
    }
}
