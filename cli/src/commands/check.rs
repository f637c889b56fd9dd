//! `gloo check`.

use crate::arguments::{Output, WorkspaceArgument};
use crate::report::{Outcome, Terminal, report_diagnostics, summary_line};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::Result;

/// Says what is wrong with a workspace.
///
/// # Errors
/// It can't be read.
pub fn run(
    argument: &WorkspaceArgument,
    output: Output,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<Outcome> {
    let mut workspace = Workspace::load(argument, world)?;
    find(&mut workspace);
    let compiled = &workspace.compiled;
    let outcome = report_diagnostics(&compiled.diagnostics, &compiled.sources, output, terminal);
    if output == Output::Text {
        let line = match summary_line(&compiled.diagnostics) {
            Some(counts) if outcome == Outcome::Findings => terminal.red(&counts),
            Some(counts) => terminal.yellow(&counts),
            None => terminal.green("nothing wrong"),
        };
        terminal.line(&format!("{line} in `{}`", compiled.program.name));
    }
    Ok(outcome)
}

/// Adds what the checker finds, where the program has a meaning to be checked.
pub fn find(workspace: &mut Workspace) {
    if workspace.is_right() {
        workspace.add(gloo_checker::check(&workspace.compiled.program));
    }
}
