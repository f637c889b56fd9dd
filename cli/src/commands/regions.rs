//! `gloo regions`.

use super::merged::{Merged, counted, merged};
use crate::arguments::{Output, RegionsArguments, RegionsOutput};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::{Result, bail};
use gloo_checker::{EntryRegions, regions, test_blocks};
use gloo_ir::resolve::suggest::closest;
use serde_json::{Value, json};

/// Parts all requests into regions that fare alike.
///
/// # Errors
/// The workspace can't be read, or has no such gateway or cluster.
pub fn run(arguments: &RegionsArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("looking at all requests");
    let workspace = Workspace::load(&arguments.workspace, world)?;
    let compiled = &workspace.compiled;
    let program = &compiled.program;
    if !workspace.is_right() {
        drop(progress);
        let form = if arguments.output == RegionsOutput::Json { Output::Json } else { Output::Text };
        return Ok(report_diagnostics(&compiled.diagnostics, &compiled.sources, form, terminal));
    }
    let gateways = program.gateways.keys().map(|id| id.as_str());
    let clusters = program.clusters.keys().map(|id| id.as_str());
    known("gateway", arguments.on.as_deref(), gateways)?;
    known("cluster", arguments.cluster.as_deref(), clusters)?;
    let all = regions(program, |cluster, gateway| {
        let is_on = arguments.on.as_ref().is_none_or(|on| gateway.is_some_and(|id| id.as_str() == on));
        is_on && arguments.cluster.as_ref().is_none_or(|own| cluster.as_str() == own)
    });
    drop(progress);
    let undecided = all.iter().any(|entry| entry.undecided.is_some());
    if arguments.output == RegionsOutput::Tests {
        terminal.print(&test_blocks(program, &all));
        return Ok(Outcome::of(undecided));
    }
    let entries = merged(all, |entry| &entry.cluster, plain);
    if arguments.output == RegionsOutput::Json {
        let all: Vec<Value> = entries.iter().map(|one| to_json(&workspace, one)).collect();
        terminal.json(&json!({ "entries": all }));
        return Ok(Outcome::of(undecided));
    }
    for one in &entries {
        terminal.line(&terminal.bold(&format!("{}{}", one.entry.entry, one.on(program))));
        for region in &one.entry.regions {
            terminal.line(&format!("  {}", region.requests));
            terminal.line(&format!("    {}", region.trace.summary()));
            terminal.line(&terminal.faint(&format!("    {}", region.command)));
        }
        if let Some((why, help)) = &one.entry.undecided {
            terminal.line(&terminal.yellow(&format!("  not all is known: {why}; {help}")));
        }
    }
    let count: usize = entries.iter().map(|one| one.entry.regions.len()).sum();
    terminal.line(&format!("{} at {}", counted(count, "region"), counted(entries.len(), "entry")));
    Ok(Outcome::of(undecided))
}

fn known<'n>(what: &str, name: Option<&str>, all: impl Iterator<Item = &'n str> + Clone) -> Result<()> {
    let Some(name) = name.filter(|name| !all.clone().any(|known| known == *name)) else { return Ok(()) };
    match closest(name, all) {
        Some(close) => bail!("there is no {what} `{name}`; did you mean `{close}`?"),
        None => bail!("there is no {what} `{name}`"),
    }
}

/// What an entry says but for its cluster.
fn plain(entry: &EntryRegions) -> String {
    let regions: Vec<String> = entry
        .regions
        .iter()
        .map(|region| format!("{} {}", region.requests, region.trace.summary()))
        .collect();
    format!("{} {regions:?} {:?}", entry.entry, entry.undecided)
}

fn to_json(workspace: &Workspace, one: &Merged<EntryRegions>) -> Value {
    let position = |place| workspace.position(place);
    let regions: Vec<Value> = one
        .entry
        .regions
        .iter()
        .map(|region| {
            json!({
                "requests": region.requests.to_string(),
                "request": region.command,
                "trace": region.trace.to_json(&position),
            })
        })
        .collect();
    json!({
        "entry": one.entry.entry,
        "clusters": one.names(),
        "regions": regions,
        "undecided": one.entry.undecided.as_ref().map(|(why, help)| json!({ "why": why, "help": help })),
    })
}
