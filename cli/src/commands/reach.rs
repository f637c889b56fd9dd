//! `gloo who-can` and `gloo what-reaches`.

use super::merged::{Merged, counted, merged};
use crate::arguments::{Output, ReachArguments};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::Result;
use gloo_checker::{EntryReach, Reach, reaching};
use gloo_ir::Target;
use gloo_source::Place;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The name of the file that a question stands in for the compiler.
pub const QUESTION: &str = "(the question).gloo";

/// Says which requests reach a destination, by the way they come in.
///
/// # Errors
/// The workspace can't be read.
pub fn who_can(arguments: &ReachArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    answer(arguments, world, terminal, |workspace, entries, terminal| {
        for one in entries {
            let head = format!("{}{}", one.entry.entry, one.on(&workspace.compiled.program));
            terminal.line(&terminal.bold(&head));
            for reach in &one.entry.reached {
                let by = reach.allowed_by.as_ref().or(reach.sent_by.as_ref());
                let by = by.map(|(name, place)| format!("{name} ({})", workspace.link(*place)));
                show(reach, by.as_deref().map(|by| ("by", by)), terminal);
            }
            show_undecided(&one.entry, terminal);
        }
    })
}

/// Says which declarations send requests to a destination.
///
/// # Errors
/// The workspace can't be read.
pub fn what_reaches(
    arguments: &ReachArguments,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<Outcome> {
    answer(arguments, world, terminal, |workspace, entries, terminal| {
        let mut by_sender: BTreeMap<String, Vec<(String, &Reach)>> = BTreeMap::new();
        for one in entries {
            let entry = format!("{}{}", one.entry.entry, one.on(&workspace.compiled.program));
            for reach in &one.entry.reached {
                let sender = reach.sent_by.as_ref();
                let sender = sender.map(|(name, place)| format!("{name} ({})", workspace.link(*place)));
                let sender = sender.unwrap_or_else(|| "calls by its own name".to_owned());
                by_sender.entry(sender).or_default().push((entry.clone(), reach));
            }
        }
        for (sender, reached) in &by_sender {
            terminal.line(&terminal.bold(sender));
            for (entry, reach) in reached {
                show(reach, Some(("at", entry)), terminal);
            }
        }
        entries.iter().for_each(|one| show_undecided(&one.entry, terminal));
    })
}

fn answer(
    arguments: &ReachArguments,
    world: &dyn World,
    terminal: &mut Terminal,
    tell: impl FnOnce(&Workspace, &[Merged<EntryReach>], &mut Terminal),
) -> Result<Outcome> {
    let progress = terminal.progress("asking");
    let question =
        format!("prove \"what is asked\" {{\n  some request => reaches({})\n}}\n", arguments.destination);
    let workspace = Workspace::load_with(&arguments.workspace, Some((QUESTION, &question)), world)?;
    let compiled = &workspace.compiled;
    if !workspace.is_right() {
        drop(progress);
        return Ok(report_diagnostics(&compiled.diagnostics, &compiled.sources, arguments.output, terminal));
    }
    let entries = reaching(&compiled.program, &targets(&workspace));
    drop(progress);
    let entries = merged(entries, |entry| &entry.cluster, plain);
    let kinds: usize = entries.iter().map(|one| one.entry.reached.len()).sum();
    let undecided = entries.iter().filter(|one| one.entry.undecided.is_some()).count();
    match arguments.output {
        Output::Text => {
            tell(&workspace, &entries, terminal);
            let line = if kinds == 0 && undecided == 0 {
                format!("no request reaches `{}`", arguments.destination)
            } else {
                let by = counted(entries.len(), "entry");
                format!(
                    "{} of requests at {by} can reach `{}`",
                    counted(kinds, "kind"),
                    arguments.destination
                )
            };
            terminal.line(&line);
        }
        Output::Json => {
            let all: Vec<Value> = entries.iter().map(|one| to_json(&workspace, one)).collect();
            terminal.json(&json!({ "destination": arguments.destination, "entries": all }));
        }
    }
    Ok(Outcome::of(undecided > 0))
}

/// What the question asks for.
fn targets(workspace: &Workspace) -> Vec<Target> {
    let sources = &workspace.compiled.sources;
    let proofs = workspace.compiled.program.proofs.iter();
    let own = proofs.filter(|proof| {
        let span = workspace.compiled.source_map.span(proof.place);
        sources.get(span.file).is_some_and(|file| file.path == QUESTION)
    });
    let outcomes = own.flat_map(|proof| &proof.claims).map(|claim| &claim.outcome);
    outcomes
        .flat_map(|outcome| match outcome {
            gloo_ir::Outcome::Reaches(targets) => targets.clone(),
            _ => Vec::new(),
        })
        .collect()
}

/// What an entry says but for its cluster.
fn plain(entry: &EntryReach) -> String {
    let reached: Vec<String> = entry
        .reached
        .iter()
        .map(|reach| {
            format!("{} {:?} {:?} {}", reach.requests, reach.sent_by, reach.allowed_by, reach.summary)
        })
        .collect();
    format!("{} {reached:?} {:?}", entry.entry, entry.undecided)
}

fn show(reach: &Reach, more: Option<(&str, &str)>, terminal: &mut Terminal) {
    terminal.line(&format!("  {}", reach.requests));
    if let Some((word, text)) = more {
        terminal.line(&terminal.faint(&format!("    {word}   {text}")));
    }
    terminal.line(&terminal.faint(&format!("    as   {}", reach.command)));
}

fn show_undecided(entry: &EntryReach, terminal: &mut Terminal) {
    if let Some((why, help)) = &entry.undecided {
        terminal.line(&terminal.yellow(&format!("  not all is known of {}: {why}; {help}", entry.entry)));
    }
}

fn to_json(workspace: &Workspace, one: &Merged<EntryReach>) -> Value {
    let reached: Vec<Value> = one
        .entry
        .reached
        .iter()
        .map(|reach| {
            let of = |by: &Option<(String, Place)>| {
                by.as_ref().map(|(name, place)| {
                    let (file, line) = workspace.position(*place).unzip();
                    json!({ "name": name, "file": file, "line": line })
                })
            };
            json!({
                "requests": reach.requests.to_string(),
                "request": reach.command,
                "summary": reach.summary,
                "sent_by": of(&reach.sent_by),
                "allowed_by": of(&reach.allowed_by),
            })
        })
        .collect();
    json!({
        "entry": one.entry.entry,
        "clusters": one.names(),
        "reached": reached,
        "undecided": one.entry.undecided.as_ref().map(|(why, help)| json!({ "why": why, "help": help })),
    })
}
