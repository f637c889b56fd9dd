//! What users see: results on standard output, progress and errors on standard error.

mod check;
mod diagnostics;
mod github;
mod identity;
mod junit;
mod progress;
mod sarif;
mod terminal;

pub use check::{Checked, report_check};
pub use diagnostics::{report_diagnostics, summary_line};
pub use identity::{Identity, identities};
pub use progress::Progress;
pub use terminal::Terminal;

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// Something was found.
    Findings,
}

impl Outcome {
    /// `Findings` if something was found.
    #[must_use]
    pub fn of(found: bool) -> Self {
        if found { Self::Findings } else { Self::Good }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Good => Self::SUCCESS,
            Outcome::Findings => Self::from(1),
        }
    }
}
