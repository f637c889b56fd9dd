//! `gloo completions`.

use crate::arguments::Arguments;
use crate::report::{Outcome, Terminal};
use clap::CommandFactory;

/// Prints the completion script of a shell.
pub fn run(shell: clap_complete::Shell, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "gloo", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    Ok(Outcome::Good)
}
