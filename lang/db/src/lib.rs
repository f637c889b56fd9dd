//! The steps from text to program as incremental queries.
//!
//! No logic of its own: [`Database`] holds the files, `queries.rs` says which step depends on which. Trees have no
//! spans, so an edit of white space or comments re-runs the parser and nothing after it; declarations have no bodies,
//! so an edit in a body re-runs the lowering of its file and the joining of the program.

mod input;
mod queries;

use gloo_ir::resolve::Names;
use gloo_ir::{AssetError, Lowered, Manifest, Program, SourceMap};
use gloo_source::{Diagnostic, FileId, Sources};
use gloo_syntax::Parsed;
use input::{Asset, Source, Workspace};
use salsa::Setter;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the file that holds a workspace's settings.
pub const MANIFEST: &str = "gloo.toml";

/// The files of a workspace, and everything that follows from them, computed once.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    workspace: Option<Workspace>,
    sources: BTreeMap<Arc<str>, Source>,
    assets: BTreeMap<String, Asset>,
    next: u32,
    ran: Option<Ran>,
}

/// The names of the queries that ran.
type Ran = Arc<Mutex<Vec<String>>>;

#[salsa::db]
impl salsa::Database for Database {}

/// Does something with a clone of a [`Database`]; nothing comes of it if a file of the original is set meanwhile, which
/// waits until all clones are dropped. So drop the clone in `act`.
pub fn unless_changed<R>(act: impl FnOnce() -> R) -> Option<R> {
    salsa::Cancelled::catch(std::panic::AssertUnwindSafe(act)).ok()
}

impl Default for Database {
    fn default() -> Self {
        Self::with(salsa::Storage::default(), None)
    }
}

impl Database {
    /// A workspace without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A workspace without files that remembers which queries run: see [`Database::ran`].
    #[must_use]
    pub fn observed() -> Self {
        let ran = Ran::default();
        let seen = ran.clone();
        let storage = salsa::Storage::new(Some(Box::new(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.push(format!("{database_key:?}"));
            }
        })));
        Self::with(storage, Some(ran))
    }

    fn with(storage: salsa::Storage<Self>, ran: Option<Ran>) -> Self {
        let mut this = Self {
            storage,
            workspace: None,
            sources: BTreeMap::new(),
            assets: BTreeMap::new(),
            next: 0,
            ran,
        };
        this.workspace = Some(Workspace::new(&this, Vec::new(), BTreeMap::new(), None));
        this
    }

    /// The queries that ran since this was asked last, in order: `parse`, `lower`, … Empty unless
    /// [`observed`](Self::observed).
    #[must_use]
    pub fn ran(&self) -> Vec<String> {
        let Some(ran) = &self.ran else { return Vec::new() };
        let names = std::mem::take(&mut *ran.lock().unwrap_or_else(PoisonError::into_inner));
        names.into_iter().map(|name| name.split('(').next().unwrap_or_default().to_owned()).collect()
    }

    /// Sets the text of a file, by its path relative to the workspace, with `/`. Files that end in `.gloo` are the
    /// program, [`MANIFEST`] holds its settings, all others can be taken in with `file("…")`.
    ///
    /// Set the files of a new workspace in the order of their paths: their numbers follow from it.
    pub fn set_file(&mut self, path: &str, text: impl Into<Arc<str>>) {
        let text = text.into();
        let Some(workspace) = self.workspace else { return };
        if path == MANIFEST {
            let id = workspace.manifest(self).as_ref().map(|(id, _)| *id);
            let id = id.unwrap_or_else(|| self.number());
            workspace.set_manifest(self).to(Some((id, text)));
        } else if !path.ends_with(".gloo") {
            self.set_asset(path, Ok(text));
        } else if let Some(source) = self.sources.get(path).copied() {
            if **source.text(self) != *text {
                source.set_text(self).to(text);
            }
        } else {
            let id = self.number();
            let path: Arc<str> = path.into();
            let source = Source::new(self, id, path.clone(), text);
            self.sources.insert(path, source);
            self.list_sources();
        }
    }

    /// Sets what programs get that take in a file, or why they don't.
    pub fn set_asset(&mut self, path: &str, content: Result<Arc<str>, AssetError>) {
        let Some(workspace) = self.workspace else { return };
        if let Some(asset) = self.assets.get(path).copied() {
            drop(asset.set_content(self).to(content));
            return;
        }
        let asset = Asset::new(self, content);
        self.assets.insert(path.to_owned(), asset);
        let assets = self.assets.clone();
        workspace.set_assets(self).to(assets);
    }

    /// Removes a file, whatever kind it is of.
    pub fn remove_file(&mut self, path: &str) {
        let Some(workspace) = self.workspace else { return };
        if path == MANIFEST {
            workspace.set_manifest(self).to(None);
        } else if self.sources.remove(path).is_some() {
            self.list_sources();
        } else if self.assets.remove(path).is_some() {
            let assets = self.assets.clone();
            workspace.set_assets(self).to(assets);
        }
    }

    fn number(&mut self) -> FileId {
        let id = FileId(self.next);
        self.next += 1;
        id
    }

    fn list_sources(&mut self) {
        let sources: Vec<Source> = self.sources.values().copied().collect();
        if let Some(workspace) = self.workspace {
            workspace.set_sources(self).to(sources);
        }
    }

    /// The program, as far as it could be understood.
    #[must_use]
    pub fn program(&self) -> Arc<Program> {
        self.workspace.map(|workspace| queries::program(self, workspace).0.clone()).unwrap_or_default()
    }

    /// All that is to be said about the workspace, in the order of paths and lines.
    #[must_use]
    pub fn diagnostics(&self) -> Arc<Vec<Diagnostic>> {
        self.workspace.map(|workspace| queries::diagnostics(self, workspace).clone()).unwrap_or_default()
    }

    /// The settings of the workspace.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        self.workspace.map(|workspace| queries::manifest(self, workspace).0.clone()).unwrap_or_default()
    }

    /// All names of the workspace.
    #[must_use]
    pub fn names(&self) -> Arc<Names> {
        self.workspace.map(|workspace| queries::names(self, workspace).clone()).unwrap_or_default()
    }

    /// From places to spans.
    #[must_use]
    pub fn source_map(&self) -> Arc<SourceMap> {
        self.workspace.map(|workspace| queries::source_map(self, workspace).clone()).unwrap_or_default()
    }

    /// What the parser says of a file of the program; nothing if there is none of that path.
    #[must_use]
    pub fn parsed(&self, path: &str) -> Option<&Parsed> {
        self.sources.get(path).map(|source| queries::parse(self, *source))
    }

    /// The paths of the files of the program, in their order.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.sources.keys()
    }

    /// The number of a file of the program or of the manifest; nothing if there is none of that path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileId> {
        if path == MANIFEST {
            return self.workspace?.manifest(self).as_ref().map(|(id, _)| *id);
        }
        self.sources.get(path).map(|source| source.id(self))
    }

    /// The path of the file of that number; nothing if there is none.
    #[must_use]
    pub fn path(&self, file: FileId) -> Option<Arc<str>> {
        let workspace = self.workspace?;
        match queries::numbers(self, workspace).get(&file) {
            Some(source) => Some(source.path(self).clone()),
            None => (self.file(MANIFEST) == Some(file)).then(|| MANIFEST.into()),
        }
    }

    /// The text of a file of the program or of the manifest; nothing if there is none of that path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        if path == MANIFEST {
            return self.workspace?.manifest(self).as_ref().map(|(_, text)| text.clone());
        }
        self.sources.get(path).map(|source| source.text(self).clone())
    }

    /// What lowering says of a file of the program; nothing if there is none of that path.
    #[must_use]
    pub fn lowered(&self, path: &str) -> Option<&Lowered> {
        let workspace = self.workspace?;
        self.sources.get(path).map(|source| &**queries::lower(self, workspace, *source))
    }

    /// The files with their texts, which diagnostics are rendered with.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        for (path, source) in &self.sources {
            sources.insert(source.id(self), &**path, source.text(self).clone());
        }
        if let Some((id, text)) = self.workspace.and_then(|workspace| workspace.manifest(self).clone()) {
            sources.insert(id, MANIFEST, text);
        }
        sources
    }

    /// The files that the program takes in and that haven't been set. Set them with [`set_asset`](Self::set_asset),
    /// those that can't be read too, and ask again: what they hold may name none, but a file may be taken in later.
    #[must_use]
    pub fn wanted_assets(&self) -> BTreeSet<String> {
        let Some(workspace) = self.workspace else { return BTreeSet::new() };
        let lowered = self.sources.values().map(|source| queries::lower(self, workspace, *source));
        let wanted = lowered.flat_map(|lowered| lowered.assets.iter());
        wanted.filter(|path| !self.assets.contains_key(*path)).cloned().collect()
    }
}
