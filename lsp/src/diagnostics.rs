//! What is wrong, as the editor shows it.

use crate::background::Insight;
use crate::protocol::{
    Answer, Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport, Message,
    Range, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};
use crate::snapshot::Snapshot;
use gloo_db::MANIFEST;
use gloo_source::{Code as Known, Severity};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The name that stands beside each diagnostic.
pub const SOURCE: &str = "gloo";

/// All that is to be said about a workspace: syntax, names and types as they are now, and of what the last check found
/// whatever still holds.
#[must_use]
pub fn of_workspace(snapshot: &Snapshot) -> Vec<gloo_source::Diagnostic> {
    let database = &snapshot.database;
    let mut diagnostics = database.diagnostics().to_vec();
    if diagnostics.iter().any(gloo_source::Diagnostic::is_mistake) {
        return diagnostics;
    }
    let Some(insight) = &snapshot.insight else { return diagnostics };
    let map = database.source_map();
    diagnostics.extend(still_true(snapshot, insight).map(|found| map.resolve(found.clone())));
    gloo_ir::finished(diagnostics, &database.manifest())
}

/// The findings of a check that speak of nothing that has changed since.
fn still_true<'i>(
    snapshot: &'i Snapshot,
    insight: &'i Insight,
) -> impl Iterator<Item = &'i gloo_source::Diagnostic<gloo_source::Place>> {
    let database = &snapshot.database;
    let same = Arc::ptr_eq(&insight.program, &database.program());
    let as_it_was = |file: gloo_source::FileId| {
        let now = database.path(file).and_then(|path| database.parsed(&path)).map(|parsed| &parsed.tree);
        now.is_some() && now == insight.trees.get(&file)
    };
    let files: BTreeMap<gloo_source::FileId, bool> =
        insight.trees.keys().map(|file| (*file, same || as_it_was(*file))).collect();
    let holds = move |file| files.get(&file).copied().unwrap_or(false);
    insight.found.iter().filter(move |found| {
        let edits = found.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.place));
        found.labels.iter().map(|label| label.place).chain(edits).all(|place| holds(place.file))
    })
}

/// The diagnostics of each file, by its path, each file's in the order of the text; files without any have none.
#[must_use]
pub fn by_file(snapshot: &Snapshot) -> BTreeMap<Arc<str>, Vec<Diagnostic>> {
    let mut all: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in of_workspace(snapshot) {
        // What has no place is about the workspace.
        let path = diagnostic.span().and_then(|span| snapshot.database.path(span.file));
        let path = path.unwrap_or_else(|| MANIFEST.into());
        all.entry(path).or_default().push(shown(snapshot, &diagnostic));
    }
    for diagnostics in all.values_mut() {
        diagnostics.sort_by_key(|one| (one.range.start, one.range.end));
    }
    all
}

/// A diagnostic for the editor.
#[must_use]
pub fn shown(snapshot: &Snapshot, diagnostic: &gloo_source::Diagnostic) -> Diagnostic {
    let mut labels = diagnostic.labels.iter();
    let first = labels.next();
    let range =
        first.and_then(|label| snapshot.location(label.place)).map_or_else(Range::default, |it| it.range);
    let related = labels.filter_map(|label| {
        let location = snapshot.location(label.place)?;
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = related.collect();
    let is_unused = matches!(diagnostic.code, Known::UNUSED_NAME | Known::UNUSED_USE);
    Diagnostic {
        range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: Some(Code::String(diagnostic.code.to_string())),
        code_description: None::<CodeDescription>,
        source: Some(SOURCE.to_owned()),
        message: Message::String(message(diagnostic)),
        tags: is_unused.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: diagnostic.request.clone().map(serde_json::Value::String),
    }
}

/// The message with all that the command line shows beside it.
fn message(diagnostic: &gloo_source::Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(said) = diagnostic.labels.first().map(|label| &label.text).filter(|text| !text.is_empty()) {
        text.push_str(": ");
        text.push_str(said);
    }
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    if let Some(request) = &diagnostic.request {
        text.push_str("\nrequest: ");
        text.push_str(request);
    }
    text
}

/// `textDocument/diagnostic`
pub fn of_document(
    snapshot: &Snapshot,
    params: &DocumentDiagnosticParams,
) -> Answer<DocumentDiagnosticReport> {
    let path = snapshot.path(&params.text_document.uri);
    let items = path.and_then(|path| by_file(snapshot).remove(&path)).unwrap_or_default();
    let id = result_id(&items);
    if params.previous_result_id.as_ref() == Some(&id) {
        let unchanged = UnchangedDocumentDiagnosticReport { result_id: id };
        return Ok(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: unchanged,
        }
        .into());
    }
    let full = FullDocumentDiagnosticReport { result_id: Some(id), items };
    Ok(RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: full }
        .into())
}

/// `workspace/diagnostic`
pub fn of_workspaces(
    snapshots: &[Snapshot],
    params: &WorkspaceDiagnosticParams,
) -> Answer<WorkspaceDiagnosticReport> {
    let previous: BTreeMap<_, _> =
        params.previous_result_ids.iter().map(|one| (&one.uri, &one.value)).collect();
    let mut items: Vec<WorkspaceDocumentDiagnosticReport> = Vec::new();
    for snapshot in snapshots {
        let mut all = by_file(snapshot);
        let paths = snapshot.database.paths().cloned().chain([MANIFEST.into()]);
        for path in paths.collect::<Vec<Arc<str>>>() {
            let Some(uri) = snapshot.uri(&path) else { continue };
            let found = all.remove(&path).unwrap_or_default();
            let (id, version) = (result_id(&found), snapshot.version(&path));
            items.push(if previous.get(&uri) == Some(&&id) {
                let unchanged = UnchangedDocumentDiagnosticReport { result_id: id };
                WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: unchanged,
                }
                .into()
            } else {
                let full = FullDocumentDiagnosticReport { result_id: Some(id), items: found };
                WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: full }
                    .into()
            });
        }
    }
    Ok(WorkspaceDiagnosticReport { items })
}

/// What tells these diagnostics from others.
#[must_use]
pub fn result_id(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
