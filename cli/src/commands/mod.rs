//! One file for each subcommand.

mod build;
pub mod check;
mod completions;
mod diff;
mod explain;
mod fmt;
mod lsp;
mod man;
mod merged;
mod new;
mod prove;
mod reach;
mod regions;
mod test;
mod trace;
mod verify;
mod watch;

pub use explain::page;

use crate::arguments::Command;
use crate::report::{Outcome, Terminal};
use crate::world::World;

/// Does what is asked.
///
/// # Errors
/// It can't be done: wrong usage, or files that can't be read or written.
pub fn run(command: Command, world: &dyn World, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match command {
        Command::New { folder } => new::run(&folder, world, terminal),
        Command::Check(arguments) => check::run(&arguments, world, terminal),
        Command::Fmt { check, paths } => fmt::run(&paths, check, world, terminal),
        Command::Test(arguments) => test::run(&arguments, world, terminal),
        Command::Trace(arguments) => trace::run(&arguments, world, terminal),
        Command::Prove(arguments) => prove::run(&arguments, world, terminal),
        Command::WhoCan { arguments, .. } => reach::who_can(&arguments, world, terminal),
        Command::WhatReaches(arguments) => reach::what_reaches(&arguments, world, terminal),
        Command::Regions(arguments) => regions::run(&arguments, world, terminal),
        Command::Diff(arguments) => diff::run(&arguments, world, terminal),
        Command::Build(arguments) => build::run(&arguments, world, terminal),
        Command::Verify(arguments) => verify::run(&arguments, world, terminal),
        Command::Explain { code } => explain::run(code.as_deref(), terminal),
        Command::Watch { workspace } => watch::run(&workspace, world, terminal),
        Command::Lsp { .. } => lsp::run(),
        Command::Completions { shell } => completions::run(shell, terminal),
        Command::Man { folder } => man::run(&folder, world),
    }
}
