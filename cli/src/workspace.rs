//! Finding and reading a workspace.

use crate::arguments::WorkspaceArgument;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gloo_ir::{Compiled, Lint};
use gloo_source::{Diagnostic, FileId, Place};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file that makes a folder a workspace.
pub const MANIFEST: &str = "gloo.toml";

/// Files larger than this are no rules, scripts or templates that a program takes in.
const MAX_ASSET: usize = 4 * 1024 * 1024;

/// The levels of findings, by their names.
pub type Lints = BTreeMap<String, Lint>;

/// The files of a workspace, as read.
pub struct WorkspaceFiles {
    /// The text of the `gloo.toml`.
    pub manifest: String,
    /// Paths relative to the root, with `/`, and texts: the `*.gloo` files, and where one of them takes in files, all
    /// other texts of the workspace.
    pub files: Vec<(String, String)>,
}

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

/// The folder of the workspace that `path` is in, or the current folder if it isn't given.
///
/// # Errors
/// There is no such file or folder, or no `gloo.toml` in it or above.
pub fn find_root(path: Option<&Path>, world: &dyn World) -> Result<PathBuf> {
    let current = world.current_folder().context("the current folder can't be read")?;
    let start = path.map_or_else(|| current.clone(), |path| current.join(path));
    if !world.exists(&start) {
        bail!("there is no file or folder `{}`", path.unwrap_or(&start).display());
    }
    let root = start.ancestors().find(|folder| world.exists(&folder.join(MANIFEST)));
    root.map(Path::to_path_buf).with_context(|| {
        let place = path.map_or_else(|| "this folder".to_owned(), |path| format!("`{}`", path.display()));
        format!(
            "no `{MANIFEST}` in {place} or above it: a workspace is a folder with a `{MANIFEST}`; \
             `gloo new DIR` makes one"
        )
    })
}

/// Reads the workspace whose root is given.
///
/// # Errors
/// A folder or a file can't be read.
pub fn read(root: &Path, world: &dyn World) -> Result<WorkspaceFiles> {
    let manifest = text(&root.join(MANIFEST), world)?;
    // A folder with a `gloo.toml` of its own is another workspace.
    let other = |path: &Path| world.exists(&path.join(MANIFEST));
    let (programs, others): (Vec<PathBuf>, Vec<PathBuf>) = world
        .list(root, &other)?
        .into_iter()
        .partition(|path| path.extension().is_some_and(|end| end == "gloo"));
    let mut files = Vec::new();
    for path in programs {
        let bytes = world.read(&path)?;
        // What isn't UTF-8 becomes characters that the lexer refuses, each at its place.
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        files.push((relative(root, &path), text));
    }
    if files.iter().any(|(_, text)| text.contains("file(")) {
        for path in others {
            let asset = world.read(&path).ok().filter(|bytes| bytes.len() <= MAX_ASSET);
            if let Some(text) = asset.and_then(|bytes| String::from_utf8(bytes).ok()) {
                files.push((relative(root, &path), text));
            }
        }
        files.retain(|(path, _)| path != MANIFEST);
    }
    Ok(WorkspaceFiles { manifest, files })
}

/// The text of a file.
///
/// # Errors
/// It can't be read, or isn't UTF-8.
pub fn text(path: &Path, world: &dyn World) -> Result<String> {
    utf8(world.read(path)?, &path.display().to_string())
}

/// Bytes as text; `name` is what they are of.
///
/// # Errors
/// They aren't UTF-8.
pub fn utf8(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("`{name}` is not UTF-8 from line {line} on: save it as UTF-8")
    })
}

/// The path relative to the workspace, with `/` between its parts.
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
