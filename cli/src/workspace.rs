//! A workspace, read and compiled.

use crate::arguments::WorkspaceArgument;
use crate::world::World;
use anyhow::Result;
use gloo_ir::{Compiled, Lint};
use gloo_source::{Diagnostic, FileId, Place};
pub use gloo_world::{MANIFEST, WorkspaceFiles, find_root, read, relative, text, utf8};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The levels of findings, by their names.
pub type Lints = BTreeMap<String, Lint>;

/// A workspace that was read and compiled.
pub struct Workspace {
    /// The folder of the `gloo.toml`.
    pub root: PathBuf,
    /// The program and what is to be said about it.
    pub compiled: Compiled,
}

impl Workspace {
    /// Reads and compiles the workspace that `path` is in.
    ///
    /// # Errors
    /// There is none, or it can't be read.
    pub fn load(argument: &WorkspaceArgument, world: &dyn World) -> Result<Self> {
        Self::load_with(argument, None, world)
    }

    /// As [`Self::load`], with a file of the root module that isn't on the disk: its path and its text.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub fn load_with(
        argument: &WorkspaceArgument,
        more: Option<(&str, &str)>,
        world: &dyn World,
    ) -> Result<Self> {
        let root = find_root(argument.workspace.as_deref(), world)?;
        let read = read(&root, world)?;
        Ok(Self::compile(root, &read, more))
    }

    /// As [`Self::load`]; `lints` hold against those of the `gloo.toml`.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub fn load_under(argument: &WorkspaceArgument, lints: &Lints, world: &dyn World) -> Result<Self> {
        let root = find_root(argument.workspace.as_deref(), world)?;
        let read = read(&root, world)?;
        let files: Vec<(&str, &str)> = read.files.iter().map(|(path, text)| (&**path, &**text)).collect();
        Ok(Self { root, compiled: gloo_ir::compile_with(&files, Some(&read.manifest), lints) })
    }

    /// Compiles the files of a workspace whose root is given, with one more.
    pub fn compile(root: PathBuf, read: &WorkspaceFiles, more: Option<(&str, &str)>) -> Self {
        let files = read.files.iter().map(|(path, text)| (&**path, &**text)).chain(more);
        let files: Vec<(&str, &str)> = files.collect();
        Self { root, compiled: gloo_ir::compile(&files, Some(&read.manifest)) }
    }

    /// The same workspace with other texts in some of its files, by their paths.
    pub fn with(&self, texts: &BTreeMap<String, String>, lints: &Lints) -> Self {
        let sources = &self.compiled.sources;
        let text = |path: &str| texts.get(path).map(String::as_str);
        let all = sources.iter().map(|(_, file)| (&*file.path, text(&file.path).unwrap_or(&file.text)));
        let (manifest, files): (Vec<_>, Vec<_>) = all.partition(|(path, _)| *path == MANIFEST);
        let manifest = manifest.first().map(|(_, text)| *text);
        Self { root: self.root.clone(), compiled: gloo_ir::compile_with(&files, manifest, lints) }
    }

    /// Whether all of the program could be understood, whatever `[lints]` say of it.
    pub fn is_understood(&self) -> bool {
        !self.compiled.diagnostics.iter().any(Diagnostic::is_mistake)
    }

    /// Whether the program has no errors.
    pub fn is_right(&self) -> bool {
        self.compiled.errors().next().is_none()
    }

    /// The `gloo.toml` among the files, and its text.
    pub fn manifest(&self) -> Option<(FileId, &str)> {
        let found = self.compiled.sources.iter().find(|(_, file)| file.path == MANIFEST);
        found.map(|(id, file)| (id, &*file.text))
    }

    /// Adds what a later step found, places turned into spans, levels as the workspace's `[lints]` say.
    pub fn add(&mut self, found: Vec<Diagnostic<Place>>) {
        let found = found.into_iter().map(|diagnostic| self.compiled.source_map.resolve(diagnostic));
        let mut all = std::mem::take(&mut self.compiled.diagnostics);
        all.extend(found);
        self.compiled.diagnostics = gloo_ir::finished(all, &self.compiled.manifest);
    }

    /// What it is called in a sentence: by its own name, else by its folder's.
    pub fn shown_name(&self) -> String {
        shown_name(&self.compiled.program.name, &self.root)
    }

    /// File and line of a place.
    pub fn position(&self, place: Place) -> Option<(String, u32)> {
        let span = self.compiled.source_map.span(place);
        let file = self.compiled.sources.get(span.file)?;
        Some((file.path.clone(), self.compiled.sources.position(span)?.line))
    }

    /// `routes.gloo:12`
    pub fn link(&self, place: Place) -> String {
        self.position(place).map_or_else(String::new, |(file, line)| format!("{file}:{line}"))
    }
}

/// What a workspace is called in a sentence: by its own name, else by its folder's.
pub fn shown_name(name: &str, root: &Path) -> String {
    if name.is_empty() { root.display().to_string() } else { name.to_owned() }
}
