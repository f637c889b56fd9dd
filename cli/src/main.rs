//! The `gloo` command: checks, formats, tests, traces and builds policy programs.

#![expect(
    clippy::disallowed_methods,
    reason = "the command line is where files, processes and the clock are"
)]

mod arguments;
mod commands;
mod envoy;
mod report;
mod workspace;
mod world;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let world = world::Disk;
    let mut terminal = report::Terminal::new(arguments.color, &world);
    match commands::run(arguments.command, &world, &mut terminal) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(2)
        }
    }
}
