//! The `gloo` command: checks, formats, tests, traces and builds policy programs.

#![expect(
    clippy::disallowed_methods,
    reason = "the command line is where files, processes and the clock are"
)]

mod arguments;
mod cache;
mod commands;
mod envoy;
mod hash;
mod proof;
mod report;
mod workspace;

use anyhow::anyhow;
use clap::Parser;
use gloo_world::{self as world, revision};
use std::process::ExitCode;

fn main() -> ExitCode {
    let world = world::Disk;
    let (color, asked) = match arguments::Arguments::try_parse() {
        Ok(arguments) => (arguments.color, Ok(arguments.command)),
        Err(answer) => (arguments::Color::Auto, Err(answer)),
    };
    let mut terminal = report::Terminal::new(color, &world);
    let done = match asked {
        Ok(command) => commands::run(command, &world, &mut terminal).map(ExitCode::from),
        Err(answer) => Ok(help(&answer, &mut terminal)),
    };
    // A result that is cut off must not pass for a good one.
    let written = terminal
        .finish()
        .map_err(|error| anyhow!("the output can't be written: {}", world::in_words(&error)));
    match done.and_then(|code| written.map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(2)
        }
    }
}

/// Shows what clap answers by itself: help and the version are results, all else is wrong usage.
fn help(answer: &clap::Error, terminal: &mut report::Terminal) -> ExitCode {
    if answer.use_stderr() {
        // There is nowhere else to say it.
        let _ = answer.print();
        return ExitCode::from(2);
    }
    terminal.print(&terminal.styled(&answer.render()));
    ExitCode::SUCCESS
}
