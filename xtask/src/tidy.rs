//! The rules that no compiler holds.

mod arrows;
mod codes;
mod length;
mod libraries;
mod words;

use crate::repository::Repository;
use std::process::ExitCode;

/// Something that breaks a rule, or nearly does.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Whether the rule still holds.
    pub warning: bool,
    /// What is wrong.
    pub text: String,
}

impl Problem {
    fn new(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, warning: false, text: text.into() }
    }
}

/// Prints every problem as `file:line: …`; fails if there is one that is more than a warning.
pub fn tidy(repository: &Repository) -> anyhow::Result<ExitCode> {
    let files = repository.files()?;
    let metadata = repository.metadata(&["--no-deps"])?;
    let mut problems = arrows::check(&metadata);
    problems.extend(libraries::check(repository, &files, &metadata)?);
    problems.extend(codes::check(repository, &files)?);
    problems.extend(length::check(repository, &files)?);
    problems.extend(words::check(repository, &files)?);
    problems.sort();
    let (warnings, errors): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.warning);
    for (severity, problems) in [("warning", &warnings), ("error", &errors)] {
        for Problem { file, line, text, .. } in problems {
            println!("{file}:{line}: {severity}: {text}");
        }
    }
    println!("tidy: {} files, {} errors, {} warnings", files.len(), errors.len(), warnings.len());
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Packages of the workspace: name, manifest's path in the repository, and dependencies by name.
fn packages(metadata: &serde_json::Value) -> Vec<(&str, String, Vec<&str>)> {
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let manifest = manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/');
            let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
            let dependencies =
                dependencies.iter().filter_map(|dependency| dependency["name"].as_str()).collect();
            (package["name"].as_str().unwrap_or_default(), manifest.to_owned(), dependencies)
        })
        .collect()
}
