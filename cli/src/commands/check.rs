//! `gloo check`.

use crate::arguments::{Output, WorkspaceArgument};
use crate::report::{Outcome, Terminal, report_diagnostics, summary_line};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::Result;
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

/// Says what is wrong with a workspace.
///
/// # Errors
/// It can't be read.
pub fn run(
    argument: &WorkspaceArgument,
    depth: Depth,
    output: Output,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<Outcome> {
    let progress = terminal.progress("checking");
    let mut workspace = Workspace::load(argument, world)?;
    find(&mut workspace, depth);
    drop(progress);
    let compiled = &workspace.compiled;
    let outcome = report_diagnostics(&compiled.diagnostics, &compiled.sources, output, terminal);
    if output == Output::Text {
        summary(outcome, &compiled.diagnostics, &compiled.program, &workspace.shown_name(), terminal);
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
    if !workspace.is_right() {
        return;
    }
    let program = &workspace.compiled.program;
    let findings = match depth {
        Depth::Types => return,
        Depth::Requests => gloo_checker::check(program),
        Depth::Twice => gloo_checker::check_twice(program),
    };
    workspace.add(findings);
}
