//! Declarations that are missing.

use crate::diagnostics;
use crate::edit::Changes;
use crate::fixes::overlap;
use crate::protocol::{CodeAction, CodeActionKind, Range};
use crate::snapshot::{Opened, Snapshot};
use gloo_source::{Code, Diagnostic, Span};
use gloo_syntax::ast::{ItemKind, NamespaceEntry};
use std::sync::Arc;

/// Declares what has an unknown name in a range: a `let` before the declaration that uses it, a service in the first
/// namespace of the module.
#[must_use]
pub fn missing(
    snapshot: &Snapshot,
    opened: &Opened<'_>,
    all: &[Diagnostic],
    range: Range,
) -> Vec<CodeAction> {
    let mut found = Vec::new();
    for diagnostic in all.iter().filter(|one| one.code == Code::UNKNOWN_NAME) {
        let Some(span) = diagnostic.span().filter(|span| span.file == opened.file) else { continue };
        if !overlap(opened.text.range(span), range) {
            continue;
        }
        let place =
            of_let(opened, diagnostic, span).or_else(|| of_service(snapshot, opened, diagnostic, span));
        let Some((at, declaration)) = place else { continue };
        let mut changes = Changes::default();
        changes.replace(at, &declaration);
        found.push(CodeAction {
            title: format!("declare `{}`", opened.text.slice(span)),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostics::shown(snapshot, diagnostic)]),
            edit: Some(changes.edit(snapshot)),
            ..CodeAction::default()
        });
    }
    found
}

/// As the help of the diagnostic shows it.
fn of_let(opened: &Opened<'_>, diagnostic: &Diagnostic, span: Span) -> Option<(Span, String)> {
    let shown = |help: &String| help.strip_prefix("declare it: `")?.strip_suffix('`').map(str::to_owned);
    let declaration = diagnostic.help.iter().find_map(shown)?;
    let items = opened.tree().items.iter().map(|item| opened.span(item.id));
    let before = items.filter(|item| item.start <= span.start).map(|item| item.start).max()?;
    let line = opened.text.start(opened.text.line_of(before));
    Some((Span::at(opened.file, line), format!("{declaration}\n\n")))
}

/// Behind the last entry of a namespace.
fn of_service(
    snapshot: &Snapshot,
    opened: &Opened<'_>,
    diagnostic: &Diagnostic,
    span: Span,
) -> Option<(Span, String)> {
    let name = opened.text.slice(span);
    let is_word =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !diagnostic.message.starts_with("there is no service") || !is_word {
        return None;
    }
    let names = snapshot.database.names();
    let module = names.module(opened.file);
    let paths: Vec<Arc<str>> = snapshot.database.paths().cloned().collect();
    let mut files =
        paths.iter().filter_map(|path| snapshot.file(path)).filter(|it| names.module(it.file) == module);
    files.find_map(|file| {
        let last = file.tree().items.iter().find_map(|item| match &item.kind {
            ItemKind::Namespace(it) => it.entries.last(),
            _ => None,
        })?;
        let node = match last {
            NamespaceEntry::Setting(it) => it.id,
            NamespaceEntry::Service(it) => it.id,
            NamespaceEntry::Error(_) => return None,
        };
        let end = file.span(node).end;
        Some((Span::at(file.file, end), format!("\n  service {name} {{ port http: 8080 }}")))
    })
}
