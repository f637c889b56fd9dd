//! `gloo new`.

use crate::report::{Outcome, Terminal};
use crate::workspace::MANIFEST;
use crate::world::{Change, World};
use anyhow::{Result, bail};
use std::path::Path;

const PROGRAM: &str = include_str!("new.gloo");

/// Makes a workspace: a gateway, a route and a test.
///
/// # Errors
/// The folder has a workspace or a program already, or can't be written.
pub fn run(folder: &Path, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let current = world.current_folder()?;
    let root = current.join(folder);
    for name in [MANIFEST, "main.gloo"] {
        if world.exists(&root.join(name)) {
            bail!("`{}` has a `{name}` already", folder.display());
        }
    }
    let name =
        root.file_name().map_or_else(|| "workspace".to_owned(), |name| name.to_string_lossy().into_owned());
    let manifest = format!("[workspace]\nname = {}\n", serde_json::Value::from(name));
    world.change(&[
        Change::Write(root.join(MANIFEST), manifest.into_bytes()),
        Change::Write(root.join("main.gloo"), PROGRAM.as_bytes().to_vec()),
    ])?;
    terminal.line(&format!("made a workspace in `{}`", folder.display()));
    terminal.line("next:");
    terminal.line(&format!("  cd {}", folder.display()));
    terminal.line("  gloo test      run the test in main.gloo");
    terminal.line("  gloo build     write what Envoy needs into out/");
    Ok(Outcome::Good)
}
