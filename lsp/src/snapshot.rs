//! What a handler gets: one workspace at one moment.

use crate::Build;
use crate::background::Insight;
use crate::client::Client;
use crate::position::Text;
use crate::protocol::{Answer, Failure, Location, Position, Range, Uri};
use gloo_db::{Database, MANIFEST};
use gloo_source::{FileId, Span};
use gloo_syntax::Parsed;
use gloo_syntax::ast::File as Tree;
use gloo_world::World;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A workspace at one moment. As long as there is one, no file of the workspace can change, so it isn't kept.
pub struct Snapshot {
    /// Its files, and what follows from them.
    pub database: Database,
    /// Its folder.
    pub root: PathBuf,
    /// Whether it is one file without a `gloo.toml`.
    pub is_single: bool,
    /// What the editor can do.
    pub client: Arc<Client>,
    /// What the last check that was finished found out.
    pub insight: Option<Arc<Insight>>,
    /// Files and processes.
    pub world: Arc<dyn World + Send>,
    /// From a program to the files of its clusters.
    pub build: Arc<Build>,
    open: Arc<BTreeMap<Arc<str>, (Uri, i32)>>,
    texts: Mutex<BTreeMap<Arc<str>, Arc<Text>>>,
}

/// A file of the program, parsed.
pub struct Opened<'s> {
    /// Its path in the workspace.
    pub path: Arc<str>,
    /// Its number.
    pub file: FileId,
    /// Its text.
    pub text: Arc<Text>,
    /// What the parser says of it.
    pub parsed: &'s Parsed,
}

impl Opened<'_> {
    /// Its tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.parsed.tree
    }

    /// The byte at a position.
    #[must_use]
    pub fn offset(&self, position: Position) -> u32 {
        self.text.offset(position)
    }

    /// Where a node stands.
    #[must_use]
    pub fn span(&self, node: gloo_source::NodeId) -> Span {
        self.parsed.spans.get(node)
    }

    /// The editor's range of a node.
    #[must_use]
    pub fn range(&self, node: gloo_source::NodeId) -> Range {
        self.text.range(self.span(node))
    }
}

impl Snapshot {
    /// A workspace as it is now.
    pub(crate) fn new(
        workspace: &crate::workspace::Workspace,
        client: Arc<Client>,
        insight: Option<Arc<Insight>>,
        world: Arc<dyn World + Send>,
        build: Arc<Build>,
    ) -> Self {
        Self {
            database: workspace.database.clone(),
            root: workspace.root.clone(),
            is_single: workspace.is_single,
            client,
            insight,
            world,
            build,
            open: workspace.open(),
            texts: Mutex::default(),
        }
    }

    /// The path in the workspace of an address.
    #[must_use]
    pub fn path(&self, uri: &Uri) -> Option<Arc<str>> {
        let open = self.open.iter().find(|(_, (open, _))| open == uri).map(|(path, _)| path.clone());
        open.or_else(|| {
            let path = uri.to_file_path().ok()?;
            Some(gloo_world::relative(&self.root, path.strip_prefix(&self.root).ok()?).into())
        })
    }

    /// The address of a path in the workspace: the one that the editor uses, if it is open.
    #[must_use]
    pub fn uri(&self, path: &str) -> Option<Uri> {
        match self.open.get(path) {
            Some((uri, _)) => Some(uri.clone()),
            None => Uri::from_file_path(join(&self.root, path)).ok(),
        }
    }

    /// The editor's version of a file; none if it isn't open.
    #[must_use]
    pub fn version(&self, path: &str) -> Option<i32> {
        self.open.get(path).map(|(_, version)| *version)
    }

    /// The paths of open files.
    pub fn open_paths(&self) -> impl Iterator<Item = Arc<str>> {
        self.open.keys().cloned()
    }

    /// The text of a file of the program, or of the manifest.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<Arc<Text>> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(path) {
            return Some(text.clone());
        }
        let text = Arc::new(Text::new(self.database.text(path)?, self.client.encoding));
        texts.insert(path.into(), text.clone());
        Some(text)
    }

    /// A file of the program by its address.
    ///
    /// # Errors
    /// There is none.
    pub fn open(&self, uri: &Uri) -> Answer<Opened<'_>> {
        let path = self.path(uri);
        let found = path.and_then(|path| self.file(&path));
        found.ok_or_else(|| Failure::Invalid(format!("`{uri}` is no file of the workspace")))
    }

    /// Whether an address is the workspace's manifest.
    #[must_use]
    pub fn is_manifest(&self, uri: &Uri) -> bool {
        self.path(uri).as_deref() == Some(MANIFEST)
    }

    /// A file of the program by its path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Opened<'_>> {
        let parsed = self.database.parsed(path)?;
        let file = self.database.file(path)?;
        Some(Opened { path: path.into(), file, text: self.text(path)?, parsed })
    }

    /// A file of the program by its number.
    #[must_use]
    pub fn numbered(&self, file: FileId) -> Option<Opened<'_>> {
        self.file(&self.database.path(file)?)
    }

    /// Where a span is for the editor.
    #[must_use]
    pub fn location(&self, span: Span) -> Option<Location> {
        let path = self.database.path(span.file)?;
        Some(Location { uri: self.uri(&path)?, range: self.text(&path)?.range(span) })
    }
}

/// A path in a workspace as one of the machine.
#[must_use]
pub fn join(root: &Path, path: &str) -> PathBuf {
    path.split('/').fold(root.to_path_buf(), |folder, part| folder.join(part))
}
