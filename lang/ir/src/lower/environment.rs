//! What lowering one file asks of the rest of the workspace besides names.

use crate::resolve::DeclarationId;
use gloo_syntax::ast;
use std::sync::Arc;

/// The content of files that programs take in with `file("…")`.
pub trait Assets {
    /// The text of the file of that path, relative to the workspace, with `/`. The path never leaves the workspace.
    ///
    /// # Errors
    /// Why it can't be taken in.
    fn read(&self, path: &str) -> Result<Arc<str>, AssetError>;
}

/// What lowering one file asks of the rest of the workspace: the contents of files and the bodies of `let`s.
pub trait Environment: Assets {
    /// A `let` of any file.
    fn template(&self, id: DeclarationId) -> Option<Arc<ast::Let>>;
}

/// Why a file can't be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AssetError {
    /// There is none.
    Missing,
    /// It is a folder.
    Folder,
    /// It isn't UTF-8 text.
    NotText,
    /// It is larger than what is taken in.
    TooLarge,
    /// It can't be read, for this reason.
    Unreadable(String),
}

impl std::fmt::Display for AssetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Folder => f.write_str("it is a folder"),
            Self::NotText => f.write_str("it is not UTF-8 text"),
            Self::TooLarge => f.write_str("it is too large"),
            Self::Unreadable(reason) => f.write_str(reason),
        }
    }
}

/// A workspace without files to take in.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAssets;

impl Assets for NoAssets {
    fn read(&self, _: &str) -> Result<Arc<str>, AssetError> {
        Err(AssetError::Missing)
    }
}

impl Assets for std::collections::BTreeMap<String, Arc<str>> {
    fn read(&self, path: &str) -> Result<Arc<str>, AssetError> {
        self.get(path).cloned().ok_or(AssetError::Missing)
    }
}

impl Environment for NoAssets {
    fn template(&self, _: DeclarationId) -> Option<Arc<ast::Let>> {
        None
    }
}
