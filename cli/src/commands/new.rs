//! `gloo new`.

use crate::report::{Outcome, Terminal};
use crate::workspace::MANIFEST;
use crate::world::{Change, World};
use anyhow::{Result, bail};
use std::path::Path;

const PROGRAM: &str = include_str!("new.gloo");

/// So long may the name of a workspace be.
const MAX_NAME: usize = 63;

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
    let name = root.file_name().map_or_else(String::new, |name| name_for(&name.to_string_lossy()));
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

/// The name of a workspace in a folder of that name: in lower case, everything but letters and digits as `-`.
fn name_for(folder: &str) -> String {
    let mut name = String::new();
    for character in folder.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(MAX_NAME);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "workspace".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names() {
        for (folder, name) in
            [("shop", "shop"), ("My Shop_2!", "my-shop-2"), ("Käse", "k-se"), ("…", "workspace")]
        {
            assert_eq!(super::name_for(folder), name);
        }
        assert_eq!(super::name_for(&"a".repeat(90)).len(), 63);
    }
}
