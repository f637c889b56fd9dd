//! `gloo man`: the manual pages, for the archive that `make dist` makes.

use crate::arguments::Arguments;
use crate::report::Outcome;
use crate::world::{Change, World};
use clap::CommandFactory;
use std::path::Path;

/// Writes `gloo.1` and one page for each subcommand into a folder.
///
/// # Errors
/// They can't be written.
pub fn run(folder: &Path, world: &dyn World) -> anyhow::Result<Outcome> {
    let command = Arguments::command();
    let mut pages = vec![page(command.clone(), "gloo", folder)?];
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let name = format!("gloo-{}", subcommand.get_name());
        pages.push(page(subcommand.clone().name(name.clone()), &name, folder)?);
    }
    world.change(&pages)?;
    Ok(Outcome::Good)
}

fn page(command: clap::Command, name: &str, folder: &Path) -> anyhow::Result<Change> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    Ok(Change::Write(folder.join(format!("{name}.1")), text))
}
