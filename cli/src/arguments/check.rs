//! What `gloo check` takes.

use super::WorkspaceArgument;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Shown below the options.
pub const EXAMPLES: &str = "\
Examples:
  gloo check                               what is wrong with the workspace around this folder
  gloo check --fix                         mend what can be mended without asking
  gloo check --deny GL4007 --allow GL2005  other levels than `[lints]` has, this time
  gloo check --write-baseline known.json   note what is found today …
  gloo check --baseline known.json         … and from then on only what is new
  gloo check -o sarif > gloo.sarif         for code scanning; `github` and `junit` for other gates
  gloo check --paranoid examples/bookinfo  let a second engine confirm every answer

Exit status: 0 nothing that fails the check, 1 errors or denied findings, 2 wrong usage or unreadable files.";

/// What `gloo check` takes.
#[derive(Args, Debug, Default)]
pub struct CheckArguments {
    /// Find mistakes in syntax, names and types alone: ask nothing about requests.
    #[arg(long, conflicts_with = "paranoid")]
    pub types_only: bool,
    /// Ask a second engine (Z3) whether it says the same of every table.
    #[arg(long)]
    pub paranoid: bool,
    /// How to write what was found.
    #[arg(short, long, value_enum, default_value_t = CheckOutput::Text)]
    pub output: CheckOutput,
    /// Fail on this finding, by its name or code; may be given more than once, and holds against `[lints]`.
    #[arg(long, value_name = "NAME")]
    pub deny: Vec<String>,
    /// Show this finding without failing.
    #[arg(long, value_name = "NAME")]
    pub warn: Vec<String>,
    /// Don't show this finding.
    #[arg(long, value_name = "NAME")]
    pub allow: Vec<String>,
    /// Neither show nor count the findings that this file lists.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// List all that is found now in this file, for `--baseline`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fix", "types_only"])]
    pub write_baseline: Option<PathBuf>,
    /// Make the fixes that are safe, then check again, until there are none.
    #[arg(long)]
    pub fix: bool,
    /// Find everything out again, whatever is remembered of earlier checks.
    #[arg(long)]
    pub no_cache: bool,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// How what was found is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckOutput {
    /// For people.
    #[default]
    Text,
    /// For programs: one object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, which GitHub shows beside the lines of a pull request.
    Github,
    /// JUnit's XML, with a test case for each file.
    Junit,
}
