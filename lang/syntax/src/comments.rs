//! Comments: beside the tree, sorted, so that no later step sees them and the formatter loses none.

use crate::ast::Doc;
use gloo_source::Span;
use std::sync::Arc;

/// A comment, from its slashes to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Its text with the slashes, without white space at its end.
    pub text: Arc<str>,
    /// Whether it begins with exactly three slashes, and so documents what follows.
    pub doc: bool,
    /// Whether nothing but white space stands before it on its line.
    pub own_line: bool,
}

/// The documentation before entries, by the offset of the token that it stands before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    /// Sorted by offset.
    before: Vec<(u32, Arc<str>)>,
    /// Lines that wait for a token.
    open: String,
}

impl Docs {
    /// Takes in a `///` comment.
    pub fn line(&mut self, comment: &str) {
        let text = comment.strip_prefix("///").unwrap_or(comment);
        if !self.open.is_empty() {
            self.open.push('\n');
        }
        self.open.push_str(text.strip_prefix(' ').unwrap_or(text).trim_end());
    }

    /// A token stands at `offset`.
    pub fn token(&mut self, offset: u32) {
        if !self.open.is_empty() {
            self.before.push((offset, std::mem::take(&mut self.open).into()));
        }
    }

    /// What documents the entry whose first token stands at `offset`.
    pub fn before(&self, offset: u32) -> Doc {
        let at = self.before.binary_search_by_key(&offset, |(start, _)| *start).ok()?;
        self.before.get(at).map(|(_, text)| Arc::clone(text))
    }
}
