//! A word that stands for something.

use gloo_ir::resolve::DeclarationId;
use gloo_source::{FileId, Span};
use std::sync::Arc;

/// What a word can stand for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A declaration.
    Declaration(DeclarationId),
    /// A port, a subset, a listener or a rule of one.
    Member(DeclarationId, Arc<str>),
    /// A parameter of a `let`.
    Parameter(DeclarationId, Arc<str>),
    /// The name that a `use` gives to something: its file, and which of the file's uses.
    Alias(FileId, u32),
}

/// A word that stands for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where it stands.
    pub span: Span,
    /// What it stands for.
    pub symbol: Symbol,
    /// What the symbol itself stands for: the declaration behind an alias.
    pub behind: Option<DeclarationId>,
    /// Whether it is declared here.
    pub declares: bool,
}

impl Occurrence {
    /// The declaration that is meant, whatever it is called here.
    #[must_use]
    pub fn declaration(&self) -> Option<DeclarationId> {
        match &self.symbol {
            Symbol::Declaration(id) => Some(*id),
            _ => self.behind,
        }
    }
}
