//! `gloo check`.

mod baseline;
mod fix;
mod lints;

pub use baseline::Known;
pub use fix::Fixed;

use crate::arguments::{CheckArguments, CheckOutput};
use crate::cache::Cache;
use crate::report::{Checked, Outcome, Terminal, report_check, summary_line};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::Result;
use baseline::Baseline;
use gloo_ir::Program;
use gloo_source::Diagnostic;

/// Said where there is nothing to build for.
pub const NO_CLUSTER: &str =
    "the workspace has no cluster; declare one: `cluster local { backend: envoy(version: \"1.40\") }`";

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Syntax, names and types.
    Types,
    /// What becomes of requests, too.
    Requests,
    /// What becomes of requests, by two engines.
    Twice,
}

impl Depth {
    fn of(arguments: &CheckArguments) -> Self {
        match (arguments.types_only, arguments.paranoid) {
            (true, _) => Self::Types,
            (false, true) => Self::Twice,
            (false, false) => Self::Requests,
        }
    }
}

/// Says what is wrong with a workspace.
///
/// # Errors
/// It can't be read, or the arguments can't be meant.
pub fn run(arguments: &CheckArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let lints = lints::chosen(arguments)?;
    let baseline = arguments.baseline.as_deref().map(|path| Baseline::read(path, world)).transpose()?;
    let depth = Depth::of(arguments);
    let cache = if arguments.no_cache { None } else { Cache::of_user(world) };
    let progress = terminal.progress("checking");
    let mut workspace = Workspace::load_under(&arguments.workspace, &lints, world)?;
    find_with(&mut workspace, depth, cache.as_ref());
    let mut fixed = Fixed::default();
    if arguments.fix {
        let again = |workspace: &mut Workspace| find_with(workspace, depth, cache.as_ref());
        (workspace, fixed) = fix::fixed(workspace, baseline.as_ref(), &lints, &again);
        fix::write(&fixed, &workspace.root, world)?;
    }
    drop(progress);
    if let Some(path) = &arguments.write_baseline {
        return baseline::write(path, &workspace, arguments.output, world, terminal);
    }
    let known = baseline.as_ref().map(|baseline| baseline.split(&workspace, depth != Depth::Types));
    let shown = known.as_ref().map_or(&workspace.compiled.diagnostics, |known| &known.new);
    let checked = Checked::of(&workspace, shown, world);
    let outcome = report_check(&checked, arguments.output, Some(&fixed), known.as_ref(), terminal);
    let to_people = matches!(arguments.output, CheckOutput::Text | CheckOutput::Github);
    fixed.say(arguments.output, terminal);
    if let (Some(known), Some(path)) = (&known, &arguments.baseline) {
        known.say(path, terminal);
    }
    if known.as_ref().is_some_and(|known| known.hidden > 0) && shown.is_empty() && to_people {
        terminal.line(&format!("{} in `{}`", terminal.green("nothing new"), workspace.shown_name()));
    } else if to_people {
        summary(outcome, shown, &workspace.compiled.program, &workspace.shown_name(), terminal);
    }
    Ok(outcome)
}

/// The last line, which says how it went.
pub fn summary(
    outcome: Outcome,
    diagnostics: &[Diagnostic],
    program: &Program,
    name: &str,
    terminal: &mut Terminal,
) {
    let line = match summary_line(diagnostics) {
        Some(counts) if outcome == Outcome::Findings => terminal.red(&counts),
        Some(counts) => terminal.yellow(&counts),
        None => terminal.green("nothing wrong"),
    };
    terminal.line(&format!("{line} in `{name}`"));
    if outcome == Outcome::Good && program.clusters.is_empty() {
        terminal.note(&format!("nothing can be built: {NO_CLUSTER}"));
    }
}

/// Adds what the checker finds, where the program has a meaning to be checked.
pub fn find(workspace: &mut Workspace, depth: Depth) {
    find_with(workspace, depth, None);
}

/// As [`find`]; what was found about the same files before is taken from the cache.
pub fn find_with(workspace: &mut Workspace, depth: Depth, cache: Option<&Cache<'_>>) {
    if !workspace.is_understood() {
        return;
    }
    let compiled = &workspace.compiled;
    let (asked, check): (_, fn(&Program) -> _) = match depth {
        Depth::Types => return,
        Depth::Requests => ("requests", gloo_checker::check),
        Depth::Twice => ("requests, twice", gloo_checker::check_twice),
    };
    let check = || check(&compiled.program);
    let findings = match cache {
        Some(cache) => cache.findings(&compiled.sources, asked, check),
        None => check(),
    };
    workspace.add(findings);
}
