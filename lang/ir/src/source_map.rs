//! From places to spans: the parsers' tables of a workspace.

use gloo_source::{Diagnostic, FileId, Place, Span};
use gloo_syntax::NodeSpans;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the nodes of every file's tree stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    files: BTreeMap<FileId, Arc<NodeSpans>>,
}

impl SourceMap {
    /// Adds the nodes of a file, or replaces them.
    pub fn insert(&mut self, file: FileId, nodes: Arc<NodeSpans>) {
        self.files.insert(file, nodes);
    }

    /// The bytes of a place; the start of the file for one that isn't known.
    #[must_use]
    pub fn span(&self, place: Place) -> Span {
        self.files.get(&place.file).map_or(Span::at(place.file, 0), |nodes| nodes.get(place.node))
    }

    /// A diagnostic with its places turned into spans.
    #[must_use]
    pub fn resolve(&self, diagnostic: Diagnostic<Place>) -> Diagnostic {
        diagnostic.map_places(|place| self.span(place))
    }
}
