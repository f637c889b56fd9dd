//! Edits of several files.

use crate::protocol::{
    DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier,
    TextEdit, WorkspaceEdit,
};
use crate::snapshot::Snapshot;
use gloo_source::Span;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Replacements, gathered.
#[derive(Debug, Default)]
pub struct Changes {
    all: Vec<(Span, String)>,
}

impl Changes {
    /// Puts a text where a span is.
    pub fn replace(&mut self, span: Span, text: &str) {
        let change = (span, text.to_owned());
        if !self.all.contains(&change) {
            self.all.push(change);
        }
    }

    /// What the editor is to do.
    #[must_use]
    pub fn edit(self, snapshot: &Snapshot) -> WorkspaceEdit {
        let mut by_path: BTreeMap<Arc<str>, Vec<TextEdit>> = BTreeMap::new();
        for (span, new_text) in self.all {
            let Some(path) = snapshot.database.path(span.file) else { continue };
            let Some(text) = snapshot.text(&path) else { continue };
            by_path.entry(path).or_default().push(TextEdit { range: text.range(span), new_text });
        }
        let files = by_path.into_iter().filter_map(|(path, mut edits)| {
            edits.sort_by_key(|edit| edit.range.start);
            Some((snapshot.uri(&path)?, snapshot.version(&path), edits))
        });
        if !snapshot.client.versioned_edits {
            let changes: HashMap<_, _> = files.map(|(uri, _, edits)| (uri, edits)).collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let documents = files.map(|(uri, version, edits)| {
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    version,
                    text_document_identifier: TextDocumentIdentifier { uri },
                },
                edits: edits.into_iter().map(Edit::TextEdit).collect(),
            })
        });
        WorkspaceEdit { document_changes: Some(documents.collect()), ..WorkspaceEdit::default() }
    }
}
