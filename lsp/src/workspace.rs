//! A workspace as it is in the editor: the files of the disk, and over them what is open.

use crate::documents::{Document, Documents};
use crate::protocol::Uri;
use gloo_db::{Database, MANIFEST};
use gloo_ir::AssetError;
use gloo_world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of a `gloo.toml`, or a single file that is in none.
pub struct Workspace {
    /// The folder; for a file that isn't on the disk, its address.
    pub root: PathBuf,
    /// Whether it is one file without a `gloo.toml`.
    pub is_single: bool,
    /// Its files, and what follows from them.
    pub database: Database,
    /// Counts its changes; threads that work on an older state see it and stop.
    pub generation: Arc<AtomicU64>,
    /// The paths that the database has from the disk.
    known: BTreeMap<String, Origin>,
    /// The addresses of open files, by their paths.
    open: Arc<BTreeMap<Arc<str>, (Uri, i32)>>,
}

/// Where the text of a file is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Disk,
    Editor,
}

impl Workspace {
    /// The workspace in a folder, its files not read yet.
    #[must_use]
    pub fn new(root: PathBuf, is_single: bool) -> Self {
        Self {
            root,
            is_single,
            database: Database::new(),
            generation: Arc::default(),
            known: BTreeMap::new(),
            open: Arc::default(),
        }
    }

    /// The addresses and versions of its open files, by their paths.
    #[must_use]
    pub fn open(&self) -> Arc<BTreeMap<Arc<str>, (Uri, i32)>> {
        self.open.clone()
    }

    /// Says that threads work on an older state from now on, and gives the number of the new one.
    pub fn changed(&mut self) -> u64 {
        self.generation.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Reads everything again. A file that can't be read is one that isn't there: the next event brings it back.
    pub fn reload(&mut self, documents: &Documents, world: &dyn World) {
        let mut files: BTreeMap<String, (Arc<str>, Origin)> = BTreeMap::new();
        if !self.is_single && world.exists(&self.root.join(MANIFEST)) {
            let read = gloo_world::read_what_is_there(&self.root, world);
            files.insert(MANIFEST.to_owned(), (read.manifest.into(), Origin::Disk));
            files.extend(read.files.into_iter().map(|(path, text)| (path, (text.into(), Origin::Disk))));
        }
        let mut open = BTreeMap::new();
        for (uri, document) in documents {
            let Some(path) = self.path_of(uri, world) else { continue };
            files.insert(path.clone(), (document.text.clone(), Origin::Editor));
            open.insert(Arc::from(path), (uri.clone(), document.version));
        }
        self.open = Arc::new(open);
        let gone: Vec<String> =
            self.known.keys().filter(|path| !files.contains_key(*path)).cloned().collect();
        for path in gone {
            self.database.remove_file(&path);
        }
        for (path, (text, _)) in &files {
            self.set(path, text);
        }
        self.known = files.into_iter().map(|(path, (_, origin))| (path, origin)).collect();
    }

    /// Takes over the text of an open file; whether that could be done without reading the others again.
    pub fn edit(&mut self, uri: &Uri, document: &Document) -> bool {
        let path = self.open.iter().find(|(_, (open, _))| open == uri).map(|(path, _)| path.clone());
        let Some(path) = path else { return false };
        let mut open = (*self.open).clone();
        open.insert(path.clone(), (uri.clone(), document.version));
        self.open = Arc::new(open);
        self.set(&path, &document.text);
        true
    }

    fn set(&mut self, path: &str, text: &Arc<str>) {
        // Setting what is set already would run everything again.
        if self.database.text(path).is_none_or(|known| known != *text) {
            self.database.set_file(path, text.clone());
        }
    }

    /// Reads files that the program takes in and that haven't been read yet.
    pub fn take_in(&mut self, wanted: BTreeSet<String>, world: &dyn World) {
        let others = if self.is_single { Vec::new() } else { gloo_world::others(&self.root, world) };
        let texts: BTreeMap<String, String> = others.into_iter().collect();
        for path in wanted {
            let content = texts.get(&path).map(|text| Arc::from(text.as_str()));
            self.database.set_asset(&path, content.ok_or(AssetError::Missing));
            self.known.insert(path, Origin::Disk);
        }
    }

    /// Whether a change of this file or folder on the disk can be one of the workspace.
    #[must_use]
    pub fn is_touched(&self, path: &Path) -> bool {
        let Ok(inner) = path.strip_prefix(&self.root) else { return false };
        let relative = gloo_world::relative(&self.root, path);
        if relative.split('/').any(|part| part.starts_with('.')) {
            return false;
        }
        let is_program = relative.ends_with(".gloo") || inner.ends_with(MANIFEST);
        // What has no ending may be a folder that came or went with its files.
        is_program || inner.extension().is_none() || self.known.contains_key(&relative)
    }

    /// The path of a file in the workspace, if it belongs to it.
    #[must_use]
    pub fn path_of(&self, uri: &Uri, world: &dyn World) -> Option<String> {
        if self.is_single {
            return (single_root(uri) == self.root).then(|| file_name(uri));
        }
        let path = uri.to_file_path().ok()?;
        let relative = gloo_world::relative(&self.root, path.strip_prefix(&self.root).ok()?);
        let is_ours = relative == MANIFEST || relative.ends_with(".gloo");
        let is_hidden = relative.split('/').any(|part| part.starts_with('.'));
        (is_ours && !is_hidden && root_of(&path, world).as_deref() == Some(&*self.root)).then_some(relative)
    }
}

/// The folder of the nearest `gloo.toml` around a file or folder.
#[must_use]
pub fn root_of(path: &Path, world: &dyn World) -> Option<PathBuf> {
    path.ancestors().find(|folder| world.exists(&folder.join(MANIFEST))).map(Path::to_path_buf)
}

/// What stands for the root of a file that is in no workspace.
#[must_use]
pub fn single_root(uri: &Uri) -> PathBuf {
    uri.to_file_path().unwrap_or_else(|()| PathBuf::from(uri.as_str()))
}

/// The name of a file that is in no workspace.
fn file_name(uri: &Uri) -> String {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    if last.ends_with(".gloo") { last.to_owned() } else { format!("{last}.gloo") }
}
