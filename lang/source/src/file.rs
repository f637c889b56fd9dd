//! The files of a workspace.

use crate::{LineColumn, LineIndex, Span};
use serde::{Deserialize, Serialize};

/// A file of the workspace, numbered in the order of the files' paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// One file: its path as users see it (relative to the workspace, with `/`), its text, and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the workspace, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: std::sync::Arc<str>,
    /// Where its lines begin.
    pub lines: LineIndex,
}

/// Files by their [`FileId`]: what turns spans into lines and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    files: std::collections::BTreeMap<FileId, SourceFile>,
}

impl Sources {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces the one of the same number.
    pub fn insert(&mut self, id: FileId, path: impl Into<String>, text: impl Into<std::sync::Arc<str>>) {
        let text = text.into();
        let lines = LineIndex::new(&text);
        self.files.insert(id, SourceFile { path: path.into(), text, lines });
    }

    /// The file of that number.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(&id)
    }

    /// All files in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().map(|(id, file)| (*id, file))
    }

    /// The text that a span covers; empty for a file that isn't known.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.range())).unwrap_or("")
    }

    /// Where a span begins; `None` for a file that isn't known.
    #[must_use]
    pub fn position(&self, span: Span) -> Option<LineColumn> {
        self.get(span.file).map(|file| file.lines.line_column(&file.text, span.start))
    }

    /// `path:line:column` of where a span begins, as terminals and editors make links of.
    #[must_use]
    pub fn link(&self, span: Span) -> String {
        match (self.get(span.file), self.position(span)) {
            (Some(file), Some(at)) => format!("{}:{}:{}", file.path, at.line, at.column),
            _ => String::new(),
        }
    }
}
