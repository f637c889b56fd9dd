//! `gloo diff`.

mod json;
mod markdown;
mod text;

use super::merged::{Merged, merged};
use crate::arguments::{DiffArguments, DiffOutput, WorkspaceArgument};
use crate::report::{Outcome, Terminal};
use crate::revision;
use crate::workspace::{Workspace, find_root};
use crate::world::World;
use anyhow::{Result, bail};
use gloo_checker::{Change, Comparison, EntryComparison, Fate, diff};
use gloo_source::render::render;
use std::path::Path;

/// What is compared, and what came of it.
struct Compared<'a> {
    old: &'a Workspace,
    new: &'a Workspace,
    comparison: &'a Comparison,
    /// The entries that differ; what clusters share is said once.
    entries: Vec<Merged<EntryComparison>>,
    /// How many entries are equal.
    equal: usize,
}

/// Compares two versions of a workspace.
///
/// # Errors
/// One of them can't be read, or has errors.
pub fn run(arguments: &DiffArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("comparing");
    let new_name = arguments.new.as_deref();
    let folder = new_name.filter(|name| is_folder(name, world)).map(Path::new);
    let old = load(&arguments.old, folder, world)?;
    let new = match new_name {
        Some(name) => load(name, None, world)?,
        None => Workspace::load(&WorkspaceArgument { workspace: None }, world)?,
    };
    let mut wrong = Vec::new();
    for (version, name) in [(&old, arguments.old.as_str()), (&new, new_name.unwrap_or("the new version"))] {
        let errors: Vec<String> = version
            .compiled
            .errors()
            .map(|error| render(error, &version.compiled.sources, terminal.error_options()))
            .collect();
        if !errors.is_empty() {
            wrong.push(name.to_owned());
            errors.iter().for_each(|error| terminal.note(error));
        }
    }
    if !wrong.is_empty() {
        bail!("`{}` can't be compared: it has errors", wrong.join("` and `"));
    }
    let comparison = diff(&old.compiled.program, &new.compiled.program);
    drop(progress);
    let outcome = Outcome::of(!comparison.is_equal());
    let (equal, differ): (Vec<EntryComparison>, Vec<EntryComparison>) =
        comparison.entries.iter().cloned().partition(|entry| entry.change == Change::Equal);
    let entries = merged(differ, |entry| &entry.cluster, plain);
    let compared = Compared { old: &old, new: &new, comparison: &comparison, entries, equal: equal.len() };
    match arguments.output {
        DiffOutput::Text => text::write(&compared, terminal),
        DiffOutput::Json => terminal.json(&json::value(&compared)),
        DiffOutput::Markdown => terminal.print(&markdown::page(&compared)),
    }
    Ok(outcome)
}

fn is_folder(name: &str, world: &dyn World) -> bool {
    world.current_folder().is_ok_and(|current| world.exists(&current.join(name)))
}

/// The version of that name; a revision is one of the workspace around `folder`.
fn load(name: &str, folder: Option<&Path>, world: &dyn World) -> Result<Workspace> {
    if is_folder(name, world) {
        return Workspace::load(&WorkspaceArgument { workspace: Some(name.into()) }, world);
    }
    let read = revision::read(name, folder, world)?;
    Ok(Workspace::compile(find_root(folder, world)?, &read, None))
}

/// What an entry says but for its cluster.
fn plain(entry: &EntryComparison) -> String {
    let differences: Vec<String> = entry
        .differences
        .iter()
        .map(|one| format!("{} {:?} {:?}", one.requests, words(&one.before), words(&one.after)))
        .collect();
    format!("{} {differences:?} {:?}", entry.entry, entry.undecided)
}

/// What becomes of a request, with what is done to it besides.
fn words(fate: &Fate) -> String {
    let mut words = vec![fate.summary.clone()];
    words.extend(fate.effects.iter().cloned());
    words.join(", ")
}

/// `storefront rule 3 (routes.gloo:12)`
fn decider(workspace: &Workspace, fate: &Fate) -> Option<String> {
    fate.decided_by.as_ref().map(|(name, place)| format!("{name} ({})", workspace.link(*place)))
}

/// `2 entries narrower, 11 equal`
fn summary(compared: &Compared<'_>) -> String {
    let mut parts = Vec::new();
    for change in [Change::Wider, Change::Narrower, Change::Changed, Change::Undecided] {
        let own = compared.comparison.entries.iter().filter(|entry| entry.change == change).count();
        if own > 0 {
            parts.push(format!("{own} {}", change.word()));
        }
    }
    parts.push(format!("{} equal", compared.equal));
    format!("entries: {}", parts.join(", "))
}
