//! `--deny`, `--warn` and `--allow`.

use crate::arguments::CheckArguments;
use crate::workspace::Lints;
use anyhow::{Result, anyhow, bail};
use gloo_ir::{Lint, LintProblem, lint_name};

/// The levels that the command line gives, by the names of the findings.
///
/// # Errors
/// A name is no finding's, may not be lowered, or gets two levels.
pub fn chosen(arguments: &CheckArguments) -> Result<Lints> {
    let mut lints = Lints::new();
    for (level, names) in
        [(Lint::Deny, &arguments.deny), (Lint::Warn, &arguments.warn), (Lint::Allow, &arguments.allow)]
    {
        for text in names {
            let name = lint_name(text, level).map_err(|problem| said(text, level, problem))?;
            match lints.insert(name.to_owned(), level) {
                Some(other) if other != level => {
                    bail!("`{name}` is given by {} and by {}: give it once", option(other), option(level));
                }
                _ => {}
            }
        }
    }
    Ok(lints)
}

fn said(text: &str, level: Lint, problem: LintProblem) -> anyhow::Error {
    match problem {
        LintProblem::Unknown(Some(close)) => anyhow!("there is no finding `{text}`; did you mean `{close}`?"),
        LintProblem::Unknown(None) => anyhow!("there is no finding `{text}`; `gloo explain` lists them all"),
        LintProblem::AlwaysError(code) => {
            anyhow!(
                "`{}` ({code}) is always an error, and {} can't change that: mend what it finds",
                code.name,
                option(level)
            )
        }
    }
}

fn option(level: Lint) -> &'static str {
    match level {
        Lint::Deny => "`--deny`",
        Lint::Warn => "`--warn`",
        Lint::Allow => "`--allow`",
    }
}
