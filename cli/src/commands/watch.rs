//! `gloo watch`.

use crate::arguments::{Output, WorkspaceArgument};
use crate::report::{Outcome, Terminal};
use crate::workspace;
use crate::world::World;
use anyhow::Result;
use notify::{Event, RecursiveMode, Watcher};
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
    loop {
        // A file that vanishes while it is read is no reason to end: its next save brings it back.
        if let Err(error) = super::check::run(argument, Output::Text, world, terminal) {
            terminal.error(&error);
        }
        terminal.note("waiting for a file to be saved; Ctrl-C ends it");
        if receiver.recv().is_err() {
            return Ok(Outcome::Good);
        }
        while receiver.recv_timeout(PAUSE).is_ok() {}
    }
}
