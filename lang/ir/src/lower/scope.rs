//! Where an expression stands: which file's names it sees, and what the parameters around it stand for.

use crate::resolve::DeclarationId;
use gloo_source::{FileId, Place};
use gloo_syntax::ast::{Expr, NodeId};

/// Where an expression stands. The body of a `let` is read in the scope of its use: the names are those of the file that
/// declares it, the parameters what the use gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s> {
    /// The file whose names it sees, and whose nodes its expressions are.
    pub(crate) file: FileId,
    pub(super) bindings: &'s [Binding<'s>],
    pub(super) site: Option<&'s Site<'s>>,
}

/// What a parameter stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding<'s> {
    pub(super) name: &'s str,
    /// The argument and where it stands; absent while the body is checked by itself.
    pub(super) value: Option<(&'s Expr, &'s Scope<'s>)>,
}

/// A use of a `let`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'s> {
    /// Where it is used.
    pub(super) place: Place,
    /// What it is called.
    pub(super) name: &'s str,
    pub(super) template: DeclarationId,
    /// The whole body.
    pub(super) body: NodeId,
    /// The use around it.
    pub(super) outer: Option<&'s Site<'s>>,
}

impl<'s> Scope<'s> {
    /// The scope of a file's own declarations.
    pub(crate) fn of_file(file: FileId) -> Self {
        Self { file, bindings: &[], site: None }
    }

    /// The scope of a `let`'s body while it is read by itself.
    pub(crate) fn of_template(file: FileId, bindings: &'s [Binding<'s>]) -> Self {
        Self { file, bindings, site: None }
    }

    /// A parameter whose argument isn't known.
    pub(crate) fn unknown(name: &'s str) -> Binding<'s> {
        Binding { name, value: None }
    }

    /// The place of a node that stands here.
    pub(crate) fn place(&self, node: NodeId) -> Place {
        Place { file: self.file, node }
    }

    pub(super) fn binding(&self, name: &str) -> Option<&Binding<'s>> {
        self.bindings.iter().find(|binding| binding.name == name)
    }

    /// The uses of `let`s around it, the innermost first.
    pub(super) fn sites(&self) -> impl Iterator<Item = &'s Site<'s>> {
        std::iter::successors(self.site, |site| site.outer)
    }
}
