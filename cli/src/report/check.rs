//! What a check found, in the form that was asked for.

use super::diagnostics::{as_json, report_diagnostics};
use super::{Outcome, Terminal, github, junit, sarif};
use crate::arguments::{CheckOutput, Output};
use crate::commands::check::{Fixed, Known};
use crate::workspace::{MANIFEST, Workspace};
use crate::world::World;
use gloo_source::{Diagnostic, Severity, Sources};
use serde_json::json;
use std::path::{Component, Path, PathBuf};

/// What a check found.
pub struct Checked<'a> {
    /// What is to be shown, sorted.
    pub diagnostics: &'a [Diagnostic],
    /// The files of the workspace.
    pub sources: &'a Sources,
    /// What the workspace is called in a sentence.
    pub name: String,
    /// What stands before the paths of files where another program is to find them: nothing, or a folder and `/`.
    pub folder: String,
}

impl<'a> Checked<'a> {
    /// What was found in a workspace, as far as it is to be shown. In a workflow of GitHub's, files are called by their
    /// paths in the repository, elsewhere by those in the workspace.
    pub fn of(workspace: &'a Workspace, diagnostics: &'a [Diagnostic], world: &dyn World) -> Self {
        let repository = world.variable("GITHUB_WORKSPACE").filter(|path| !path.is_empty());
        let folder = repository.and_then(|repository| below(&workspace.root, Path::new(&repository)));
        Self {
            diagnostics,
            sources: &workspace.compiled.sources,
            name: workspace.shown_name(),
            folder: folder.unwrap_or_default(),
        }
    }

    /// The paths of the files that were looked at: the program's and the manifest.
    pub fn files(&self) -> impl Iterator<Item = (gloo_source::FileId, &'a str)> {
        let all = self.sources.iter().map(|(id, file)| (id, &*file.path));
        all.filter(|(_, path)| path.ends_with(".gloo") || *path == MANIFEST)
    }
}

/// The folder relative to another one, ended by `/`; empty for that one itself; `None` if it isn't below it.
fn below(folder: &Path, other: &Path) -> Option<String> {
    let (folder, other) = (plain(folder), plain(other));
    let rest = folder.strip_prefix(other).ok()?;
    let parts = rest.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy()));
    Some(parts.collect())
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// Writes what was found, and says whether an error is among it. `fixed` is what was made of the workspace
/// before, `known` what a baseline took away.
pub fn report_check(
    checked: &Checked<'_>,
    output: CheckOutput,
    fixed: Option<&Fixed>,
    known: Option<&Known>,
    terminal: &mut Terminal,
) -> Outcome {
    match output {
        CheckOutput::Text => {
            return report_diagnostics(checked.diagnostics, checked.sources, Output::Text, terminal);
        }
        CheckOutput::Json => {
            let mut object = as_json(checked.diagnostics, checked.sources);
            if let Some(fixed) = fixed {
                fixed.describe(&mut object);
            }
            if let Some(known) = known {
                let counts = json!({ "known": known.hidden, "gone": known.gone });
                object.insert("baseline".to_owned(), counts);
            }
            terminal.json(&object.into());
        }
        CheckOutput::Sarif => terminal.print(&sarif::log(checked)),
        CheckOutput::Github => terminal.print(&github::commands(checked)),
        CheckOutput::Junit => terminal.print(&junit::report(checked)),
    }
    Outcome::of(checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error))
}

#[cfg(test)]
mod tests {
    use super::below;
    use std::path::Path;

    #[test]
    fn folders_below_others() {
        let below = |folder: &str, other: &str| below(Path::new(folder), Path::new(other));
        assert_eq!(below("/r/a/b", "/r").as_deref(), Some("a/b/"));
        assert_eq!(below("/r/./x/../a", "/r/").as_deref(), Some("a/"));
        assert_eq!(below("/r", "/r").as_deref(), Some(""));
        assert_eq!(below("/other", "/r"), None);
    }
}
