//! Texts that a rule makes of a request, and edits of headers, which options and policies share.

use super::attribute::{Asking, AttributeOf};
use super::{Lowering, Scope};
use crate::{AddressAttribute, At, HeaderOperation, TextValue, Ty};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Edit, EditKind, Expr, ExprKind, Key, KeyKind, Literal, NodeId};
use std::collections::BTreeMap;

impl Lowering<'_> {
    /// A text: a string, or an attribute of the request.
    pub(crate) fn text_value(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        asking: Asking,
    ) -> Result<TextValue, Reported> {
        match self.attribute(scope, expr, asking)? {
            Some(AttributeOf::Text(attribute)) => return Ok(TextValue::Attribute(attribute)),
            Some(AttributeOf::Path) => return Ok(TextValue::Path),
            Some(AttributeOf::Host) => return Ok(TextValue::Host),
            Some(AttributeOf::Method) => return Ok(TextValue::Method),
            Some(AttributeOf::Address(AddressAttribute::Client)) => return Ok(TextValue::ClientAddress),
            Some(_) => {
                let message = format!("`{}` can't be written as a text here", super::report::show(expr));
                let help = "write a string, or one of `path`, `host`, `method`, `client.ip`, a header, query key, cookie or claim";
                return Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help));
            }
            None => {}
        }
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => {
                if text.value.contains(['\r', '\n', '\0']) {
                    let message = "a header can't hold a line break";
                    return Err(cx.error(
                        scope,
                        Code::TYPE_MISMATCH,
                        expr.id,
                        message,
                        "write it on one line",
                    ));
                }
                Ok(TextValue::Literal(text.value.to_string()))
            }
            _ => Err(cx.mismatch(scope, expr, Ty::String)),
        })
    }

    /// Edits of headers. Two edits of one header would need an order, so they are refused. `Body` edits are left out.
    pub(crate) fn header_operations(
        &mut self,
        scope: &Scope<'_>,
        edits: &[Edit],
        asking: Asking,
    ) -> Vec<At<HeaderOperation>> {
        let mut operations = Vec::new();
        let mut first: BTreeMap<String, NodeId> = BTreeMap::new();
        for edit in edits {
            let (key, value) = match &edit.kind {
                EditKind::Set { name, value } | EditKind::Add { name, value } => (name, Some(value)),
                EditKind::Remove { name } => (name, None),
                EditKind::Body(_) | EditKind::Error => continue,
            };
            let Ok(name) = self.header_key(scope, key) else { continue };
            if let Some(first) = first.insert(name.clone(), edit.id) {
                let message = format!("the header `{name}` is changed twice");
                let diagnostic = Diagnostic::new(Code::CONTRADICTION, scope.place(edit.id), message)
                    .saying("again here")
                    .label(scope.place(first), "first here")
                    .help("keep one of them: their order would mean nothing");
                self.report(scope, diagnostic);
            }
            let value = match value.map(|value| self.text_value(scope, value, asking)) {
                Some(Err(_)) => continue,
                Some(Ok(value)) => Some(value),
                None => None,
            };
            let operation = match (&edit.kind, value) {
                (EditKind::Set { .. }, Some(value)) => HeaderOperation::Set(name, value),
                (EditKind::Add { .. }, Some(value)) => HeaderOperation::Add(name, value),
                _ => HeaderOperation::Remove(name),
            };
            operations.push(At { value: operation, at: scope.place(edit.id) });
        }
        operations
    }

    fn header_key(&mut self, scope: &Scope<'_>, key: &Key) -> Result<String, Reported> {
        match &key.kind {
            KeyKind::Word(text) | KeyKind::Quoted(text) => {
                if text.eq_ignore_ascii_case("host") {
                    let message = "the host is not a header that can be changed";
                    let help = "write the option `host: \"internal.acme.com\"`";
                    return Err(self.error(scope, Code::MISPLACED, key.id, message, help));
                }
                self.header_name(scope, key.id, text)
            }
            KeyKind::Attribute(_) => {
                let message = "this is not the name of a header";
                Err(self.error(
                    scope,
                    Code::TYPE_MISMATCH,
                    key.id,
                    message,
                    "write it as `set x-user: \"…\"`",
                ))
            }
        }
    }
}
