//! The diagnostics of one file, not more of them than anybody reads.

use gloo_source::{Code, Diagnostic, FileId, Severity, Span};

/// How many errors, and how many warnings, of one file are kept.
const MOST: usize = 100;

/// Where lexer and parser report to.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Report {
    pub fn new(file: FileId) -> Self {
        Self { file, diagnostics: Vec::new(), errors: 0, warnings: 0 }
    }

    /// The span `start..end` of the file.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    /// A diagnostic at `start..end`, which is yet to be added.
    pub fn at(&self, code: Code, start: u32, end: u32, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.span(start, end), message)
    }

    /// Adds a diagnostic, unless there are too many already.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= MOST {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether further errors are dropped.
    pub fn is_full(&self) -> bool {
        self.errors >= MOST
    }

    /// What has been added, in the order of the text.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics;
        diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| (span.start, span.end)));
        diagnostics
    }

    /// What has been added.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Takes back everything but the first `said`.
    pub fn truncate(&mut self, said: usize) {
        self.diagnostics.truncate(said);
        self.count();
    }

    fn count(&mut self) {
        self.errors = self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        self.warnings = self.diagnostics.len() - self.errors;
    }

    /// Takes back what was said about bytes between `start` and `end`.
    pub fn retract(&mut self, start: u32, end: u32) {
        self.diagnostics.retain(|diagnostic| {
            !diagnostic.span().is_some_and(|span| start <= span.start && span.end <= end)
        });
        self.count();
    }
}
