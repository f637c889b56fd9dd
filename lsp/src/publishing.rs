//! What is wrong with a workspace, found out on another thread and shown.

use crate::background::Task;
use crate::diagnostics;
use crate::protocol::{Diagnostic, PublishDiagnosticsParams, Uri};
use crate::server::{Event, Server};
use crate::snapshot::Snapshot;
use gloo_db::unless_changed;
use gloo_source::Diagnostic as Known;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What is wrong with a workspace at one moment.
pub(crate) struct Diagnosed {
    root: PathBuf,
    generation: u64,
    by_file: BTreeMap<Arc<str>, (Uri, Option<i32>, Vec<Diagnostic>)>,
    /// Whether files have changed; else the checker has found something.
    anew: bool,
    /// The files that the program takes in and that nobody has read yet.
    wanted: BTreeSet<String>,
    /// The program and its trees, where it has a meaning to be checked.
    task: Option<Task>,
}

impl Server {
    /// Shows what is wrong with a workspace, and has it checked.
    pub(crate) fn diagnosed(&mut self, diagnosed: Diagnosed) {
        let Diagnosed { root, generation, by_file, anew, wanted, task } = diagnosed;
        let Some(workspace) = self.workspaces.get_mut(&root) else { return };
        if workspace.generation.load(Ordering::SeqCst) != generation {
            return;
        }
        if !wanted.is_empty() {
            workspace.changed();
            workspace.take_in(wanted, &*self.world);
            if self.client.pulls {
                self.ask("workspace/diagnostic/refresh", Value::Null);
            }
            return self.diagnose(&root, true);
        }
        if let Some(task) = task {
            self.background.check(task);
        }
        if self.client.pulls {
            // After an edit the editor asks by itself.
            if !anew {
                self.ask("workspace/diagnostic/refresh", Value::Null);
            }
            return;
        }
        let before = self.shown.remove(&root).unwrap_or_default();
        let mut now = BTreeMap::new();
        for (path, (uri, version, diagnostics)) in by_file {
            now.insert(path, uri.clone());
            self.publish(uri, version, diagnostics);
        }
        for (path, uri) in before {
            if now.get(&path) != Some(&uri) {
                self.publish(uri, None, Vec::new());
            }
        }
        self.shown.insert(root, now);
    }

    pub(crate) fn publish(&mut self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let id = format!("{version:?} {}", diagnostics::result_id(&diagnostics));
        if self.published.get(&uri) == Some(&id) {
            return;
        }
        if diagnostics.is_empty() {
            self.published.remove(&uri);
        } else {
            self.published.insert(uri.clone(), id);
        }
        self.notify(
            "textDocument/publishDiagnostics",
            PublishDiagnosticsParams { uri, version, diagnostics },
        );
    }

    /// Finds out on another thread what is wrong with a workspace; `anew` says that its files have changed.
    pub(crate) fn diagnose(&mut self, root: &Path, anew: bool) {
        let Some(workspace) = self.workspaces.get_mut(root) else { return };
        let newest = workspace.generation.clone();
        let generation = if anew { workspace.changed() } else { newest.load(Ordering::SeqCst) };
        let Some(snapshot) = self.snapshot(root) else { return };
        let (events, root, pulls) = (self.events.clone(), root.to_path_buf(), self.client.pulls);
        self.pool.run(move || {
            let done = catch_unwind(AssertUnwindSafe(|| {
                unless_changed(move || {
                    // Pulled diagnostics are made when they are asked for.
                    let by_file = if pulls { BTreeMap::new() } else { addressed(&snapshot) };
                    let wanted = snapshot.database.wanted_assets();
                    let task = anew.then(|| task(&snapshot, &root, generation, newest)).flatten();
                    Diagnosed { root, generation, by_file, anew, wanted, task }
                })
            }));
            if let Ok(Some(diagnosed)) = done {
                let _ = events.send(Event::Diagnosed(diagnosed));
            }
        });
    }
}

/// What is wrong with each file, with its address.
fn addressed(snapshot: &Snapshot) -> BTreeMap<Arc<str>, (Uri, Option<i32>, Vec<Diagnostic>)> {
    let mut all = diagnostics::by_file(snapshot);
    // What is open is told to be right, too.
    for path in snapshot.open_paths() {
        all.entry(path).or_default();
    }
    let known = |(path, diagnostics): (Arc<str>, Vec<Diagnostic>)| {
        let uri = snapshot.uri(&path)?;
        let version = snapshot.version(&path);
        Some((path, (uri, version, diagnostics)))
    };
    all.into_iter().filter_map(known).collect()
}

/// The program, if it has a meaning to be checked.
fn task(
    snapshot: &Snapshot,
    root: &Path,
    generation: u64,
    newest: Arc<std::sync::atomic::AtomicU64>,
) -> Option<Task> {
    let database = &snapshot.database;
    if database.diagnostics().iter().any(Known::is_mistake) {
        return None;
    }
    let trees =
        database.paths().filter_map(|path| Some((database.file(path)?, database.parsed(path)?.tree.clone())));
    Some(Task {
        root: root.to_path_buf(),
        generation,
        newest,
        program: database.program(),
        trees: trees.collect(),
    })
}
