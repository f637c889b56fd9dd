//! What lies outside the program: secrets, by name, and files of the workspace, which are taken in.

use super::{Arguments, Lowering, Scope, Takes, form_of};
use crate::Secret;
use gloo_source::{Code, Reported};
use gloo_syntax::ast::Expr;
use std::sync::Arc;

impl Lowering<'_> {
    /// `secret("name")`, `secret("namespace/name")`.
    pub(crate) fn secret(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Secret, Reported> {
        let what = "a secret";
        let example = "secret(\"name\")";
        self.follow(scope, expr, |cx, scope, expr| {
            let Some(("secret", Some(call))) = form_of(expr) else {
                return Err(cx.mismatch_with(scope, expr, what, example));
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["name"]))?;
            let value = arguments.required(cx, scope, "name", "\"name\"")?;
            let text = cx.text(scope, value)?;
            let (namespace, name) = match text.split_once('/') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, &*text),
            };
            if namespace.is_some_and(|namespace| !is_label(namespace)) || !is_subdomain(name) {
                let message = format!("`{text}` can't be the name of a Secret");
                let help = "names of Kubernetes have lower-case letters, digits, `-` and `.`";
                return Err(cx.error(scope, Code::BAD_HOST, value.id, message, help));
            }
            let namespace = namespace.map(str::to_owned);
            Ok(Secret { namespace, name: name.to_owned(), at: scope.place(expr.id) })
        })
    }

    /// The text of `file("…")`. The path is relative to the file that names it and stays in the workspace.
    pub(crate) fn file_text(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Arc<str>, Reported> {
        self.follow(scope, expr, |cx, scope, expr| {
            let Some(("file", Some(call))) = form_of(expr) else {
                return Err(cx.mismatch_with(scope, expr, "a file", "file(\"rules.conf\")"));
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["path"]))?;
            let value = arguments.required(cx, scope, "path", "\"rules.conf\"")?;
            let text = cx.text(scope, value)?;
            let Some(path) = relative(cx.names.path(scope.file), &text) else {
                let message = format!("`{text}` lies outside the workspace");
                let help = "name a file of the workspace, relative to this one";
                return Err(cx.error(scope, Code::BAD_FILE, value.id, message, help));
            };
            cx.assets.insert(path.clone());
            cx.environment.read(&path).map_err(|error| {
                let message = format!("`{path}` can't be taken in: {error}");
                let help = "the path is relative to the file that names it";
                cx.error(scope, Code::BAD_FILE, value.id, message, help)
            })
        })
    }

    /// A string, or the text of `file("…")`.
    pub(crate) fn text_or_file(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match form_of(expr) {
            Some(("file", Some(_))) => cx.file_text(scope, expr).map(|text| text.to_string()),
            _ => cx.text(scope, expr),
        })
    }
}

/// Whether Kubernetes takes the text as a name that is one label (RFC 1123).
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether Kubernetes takes the text as a name of labels with dots (RFC 1123).
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// `text` as seen from the file at `from`, from the root of the workspace; nothing if it lies outside.
fn relative(from: &str, text: &str) -> Option<String> {
    if text.is_empty() || text.starts_with('/') || text.contains(['\\', '\0']) || text.get(1..2) == Some(":")
    {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
