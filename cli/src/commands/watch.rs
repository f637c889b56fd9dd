//! `gloo watch`.

use crate::arguments::{Output, WorkspaceArgument};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace;
use crate::world::World;
use anyhow::Result;
use gloo_checker::{Memory, check_again};
use gloo_db::Database;
use gloo_source::Diagnostic;
use notify::{Event, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Saves that come within this time are one: editors write a file in several steps.
const PAUSE: Duration = Duration::from_millis(50);

/// Checks a workspace, and again whenever one of its files is saved, until it is interrupted.
///
/// # Errors
/// The workspace can't be found or watched.
pub fn run(argument: &WorkspaceArgument, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let root = workspace::find_root(argument.workspace.as_deref(), world)?;
    let (sender, receiver) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let is_ours = event.is_ok_and(|event| {
            !event.kind.is_access()
                && event.paths.iter().any(|path| {
                    path.extension().is_some_and(|end| end == "gloo") || path.ends_with(workspace::MANIFEST)
                })
        });
        if is_ours {
            let _ = sender.send(());
        }
    })?;
    watcher.watch(&root, RecursiveMode::Recursive)?;
    let mut database = Database::new();
    let (mut known, mut memory) = (BTreeSet::new(), Memory::default());
    loop {
        // A file that vanishes while it is read is no reason to end: its next save brings it back.
        match read(&root, &mut database, &mut known, world) {
            Ok(()) => check(&root, &database, &mut memory, terminal),
            Err(error) => terminal.error(&error),
        }
        if terminal.is_lost() {
            return Ok(Outcome::Good);
        }
        terminal.note("waiting for a file to be saved; Ctrl-C ends it");
        if receiver.recv().is_err() {
            return Ok(Outcome::Good);
        }
        while receiver.recv_timeout(PAUSE).is_ok() {}
    }
}

/// Brings the database up to the files as they are; `known` are the paths that it has. What hasn't changed costs nothing
/// but the reading.
fn read(root: &Path, database: &mut Database, known: &mut BTreeSet<String>, world: &dyn World) -> Result<()> {
    let read = workspace::read(root, world)?;
    database.set_file(workspace::MANIFEST, read.manifest);
    let paths: BTreeSet<String> = read.files.iter().map(|(path, _)| path.clone()).collect();
    for gone in known.difference(&paths) {
        database.remove_file(gone);
    }
    for (path, text) in read.files {
        database.set_file(&path, text);
    }
    *known = paths;
    Ok(())
}

/// Says what is wrong with the files that the database has; tables that are as they were are remembered.
fn check(root: &Path, database: &Database, memory: &mut Memory, terminal: &mut Terminal) {
    let program = database.program();
    let mut diagnostics = database.diagnostics().to_vec();
    if !diagnostics.iter().any(Diagnostic::is_mistake) {
        let map = database.source_map();
        diagnostics.extend(check_again(&program, memory).into_iter().map(|found| map.resolve(found)));
        diagnostics = gloo_ir::finished(diagnostics, &database.manifest());
    }
    let outcome = report_diagnostics(&diagnostics, &database.sources(), Output::Text, terminal);
    let name = workspace::shown_name(&program.name, root);
    super::check::summary(outcome, &diagnostics, &program, &name, terminal);
}
