//! What is asked of a run, and where things are.

use super::target::Target;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};

/// How the program is called.
const USAGE: &str = "conformance --gloo FILE --programs FOLDER --out FOLDER --crds PATH… [--target TARGET]… \
                     [--example NAME]… [--workspaces COUNT]";

/// So many workspaces are made up.
const WORKSPACES: u64 = 50;

/// What is asked of a run, and where things are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The command.
    pub gloo: PathBuf,
    /// The folder of the translators.
    pub programs: PathBuf,
    /// The folder that everything is written to.
    pub out: PathBuf,
    /// The examples.
    pub examples: PathBuf,
    /// Files and folders with the CRDs that the API server has.
    pub(super) crds: Vec<PathBuf>,
    /// The targets.
    pub(super) targets: Vec<Target>,
    /// Only these examples; all, if empty.
    pub(super) only: Vec<String>,
    /// So many workspaces are made up.
    pub(super) workspaces: u64,
}

impl Settings {
    /// What the arguments say.
    ///
    /// # Errors
    /// They say something else.
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let (mut gloo, mut programs, mut out) = (None, None, None);
        let (mut targets, mut only, mut crds) = (Vec::new(), Vec::new(), Vec::new());
        let mut workspaces = WORKSPACES;
        while let Some(option) = arguments.next() {
            let value = arguments.next().with_context(|| format!("`{option}` without a value: {USAGE}"))?;
            match option.as_str() {
                "--gloo" => gloo = Some(value),
                "--programs" => programs = Some(value),
                "--out" => out = Some(value),
                "--crds" => crds.push(PathBuf::from(value)),
                "--target" => targets.push(Target::of(&value)?),
                "--example" => only.push(value),
                "--workspaces" => workspaces = value.parse().context(USAGE)?,
                _ => bail!("`{option}` is not known: {USAGE}"),
            }
        }
        let absolute = |path: Option<String>| {
            let path = path.context(USAGE)?;
            std::path::absolute(&path).with_context(|| format!("`{path}`"))
        };
        if crds.is_empty() {
            bail!("no CRDs: {USAGE}");
        }
        if targets.is_empty() {
            targets = Target::ALL.to_vec();
        }
        Ok(Self {
            gloo: absolute(gloo)?,
            programs: absolute(programs)?,
            out: absolute(out)?,
            examples: Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples"),
            crds,
            targets,
            only,
            workspaces,
        })
    }

    /// Prints a text.
    #[expect(clippy::print_stdout, reason = "the table is what is asked for")]
    pub(super) fn say(&self, text: &str) {
        println!("{text}");
    }
}
