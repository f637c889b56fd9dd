//! What mends a diagnostic, and changes of what is selected: `textDocument/codeAction`.

use crate::edit::Changes;
use crate::protocol::{
    Answer, CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Range, WorkspaceEdit,
};
use crate::snapshot::Snapshot;
use crate::{declare, diagnostics, extract};
use gloo_source::{Diagnostic, Fix};

/// The changes that can be made in a range: the fix of every diagnostic there, all safe ones of the file at once, and
/// what `extract.rs` can do.
pub fn actions(snapshot: &Snapshot, params: &CodeActionParams) -> Answer<Option<Vec<CodeActionResponse>>> {
    let Some(path) = snapshot.path(&params.text_document.uri) else { return Ok(None) };
    let Some(text) = snapshot.text(&path) else { return Ok(None) };
    let Some(file) = snapshot.database.file(&path) else { return Ok(None) };
    let all = diagnostics::of_workspace(snapshot);
    let in_file = |one: &&Diagnostic| one.span().is_some_and(|span| span.file == file);
    let mut found: Vec<CodeAction> = Vec::new();
    for diagnostic in all.iter().filter(in_file) {
        let (Some(fix), Some(span)) = (&diagnostic.fix, diagnostic.span()) else { continue };
        if overlap(text.range(span), params.range) {
            found.push(of_fix(snapshot, diagnostic, fix));
        }
    }
    let safe: Vec<&Fix> =
        all.iter().filter(in_file).filter_map(|one| one.fix.as_ref()).filter(|fix| fix.is_safe()).collect();
    if !safe.is_empty() {
        found.push(CodeAction {
            title: "make all safe fixes of this file".to_owned(),
            kind: Some(CodeActionKind::SourceFixAll),
            edit: Some(together(snapshot, &safe)),
            ..CodeAction::default()
        });
    }
    if let Some(opened) = snapshot.file(&path) {
        found.extend(declare::missing(snapshot, &opened, &all, params.range));
        found.extend(extract::to_let(snapshot, &opened, params.range));
    }
    if let Some(only) = &params.context.only {
        found.retain(|action| {
            action.kind.as_ref().is_some_and(|kind| only.iter().any(|one| is_of(kind, one)))
        });
    }
    Ok(Some(found.into_iter().map(CodeActionResponse::CodeAction).collect()))
}

/// `refactor.extract` is of `refactor`.
fn is_of(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let (kind, wanted) = (String::from(kind.clone()), String::from(wanted.clone()));
    wanted.is_empty()
        || kind == wanted
        || kind.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether two ranges have a place in common.
#[must_use]
pub fn overlap(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

fn of_fix(snapshot: &Snapshot, diagnostic: &Diagnostic, fix: &Fix) -> CodeAction {
    let mut changes = Changes::default();
    fix.edits.iter().for_each(|edit| changes.replace(edit.place, &edit.text));
    CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostics::shown(snapshot, diagnostic)]),
        is_preferred: Some(fix.is_safe()),
        edit: Some(changes.edit(snapshot)),
        ..CodeAction::default()
    }
}

/// Fixes that don't get into each other's way; the first of those that do.
fn together(snapshot: &Snapshot, fixes: &[&Fix]) -> WorkspaceEdit {
    let mut taken: Vec<gloo_source::Span> = Vec::new();
    let mut changes = Changes::default();
    for fix in fixes {
        let free = |place: gloo_source::Span| {
            taken.iter().all(|one| one.file != place.file || place.end < one.start || one.end < place.start)
        };
        if fix.edits.iter().all(|edit| free(edit.place)) {
            taken.extend(fix.edits.iter().map(|edit| edit.place));
            fix.edits.iter().for_each(|edit| changes.replace(edit.place, &edit.text));
        }
    }
    changes.edit(snapshot)
}
