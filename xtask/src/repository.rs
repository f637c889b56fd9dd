//! The repository that the chores are done in.

use anyhow::{Context, bail};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder with the root `Cargo.toml`.
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository that this program was built in.
    pub fn here() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask is not in a folder")?;
        Ok(Self { root: root.to_owned() })
    }

    /// The path of something in the repository.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file, for a file that is text.
    pub fn read(&self, path: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.path(path)).with_context(|| format!("{path} can't be read"))
    }

    /// Writes a file, making its folder.
    pub fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let full = self.path(path);
        if let Some(folder) = full.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(full, text).with_context(|| format!("{path} can't be written"))
    }

    /// A command that runs in the root.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs this.
    pub fn cargo(&self) -> Command {
        self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// All files that belong to the repository, or will once they are added; sorted.
    pub fn files(&self) -> anyhow::Result<Vec<String>> {
        let mut git = self.command("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = text(&run(&mut git)?);
        let mut files: Vec<_> = listed.split_terminator('\0').map(str::to_owned).collect();
        files.retain(|file| self.path(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// What `cargo metadata` says.
    pub fn metadata(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let mut cargo = self.cargo();
        cargo.args(["metadata", "--format-version=1", "--locked"]).args(arguments);
        Ok(serde_json::from_slice(&run(&mut cargo)?.stdout)?)
    }
}

/// Runs a command to its end; an error if it fails.
pub fn run(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.output().with_context(|| format!("{} can't be run", name(command)))?;
    if !output.status.success() {
        bail!("{} failed:\n{}", name(command), String::from_utf8_lossy(&output.stderr));
    }
    Ok(output)
}

/// Runs a command to its end with its output where ours goes; an error if it fails.
pub fn show(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{} can't be run", name(command)))?;
    if !status.success() {
        bail!("{} failed", name(command));
    }
    Ok(())
}

/// What a command wrote.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
