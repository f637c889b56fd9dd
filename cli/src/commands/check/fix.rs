//! `--fix`: the fixes that are safe, made in memory, checked again, and written when they turned out well.

mod edits;
mod verdict;

use super::baseline::Baseline;
use crate::arguments::CheckOutput;
use crate::report::Terminal;
use crate::workspace::{Lints, Workspace};
use crate::world::{Change, World};
use anyhow::{Result, ensure};
use edits::{chosen, texts};
use gloo_source::{Code, Diagnostic};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use verdict::worse;

/// So often is what was mended checked again: a fix can bring out another, and none should without end.
const ROUNDS: usize = 10;

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    code: Code,
    title: String,
    file: String,
    line: u32,
}

/// What was made of a workspace.
#[derive(Default)]
pub struct Fixed {
    /// The fixes, in the order in which they were made.
    pub made: Vec<Made>,
    /// The texts of the changed files, as they were read and as they are now.
    files: BTreeMap<String, (Arc<str>, Arc<str>)>,
    /// Why the next fixes were not made.
    refused: Option<String>,
}

impl Made {
    /// As `gloo check --fix -o json` prints it.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "name": self.code.name,
            "title": self.title,
            "file": self.file,
            "line": self.line,
        })
    }
}

/// The workspace with the fixes made of all that a baseline doesn't hide; `check` adds what the checker finds. Nothing
/// is written, and what would make the program worse is left out.
pub fn fixed(
    workspace: Workspace,
    baseline: Option<&Baseline>,
    lints: &Lints,
    check: &dyn Fn(&mut Workspace),
) -> (Workspace, Fixed) {
    let mut fixed = Fixed::default();
    let mut now = None;
    for _ in 0..ROUNDS {
        let present = now.as_ref().unwrap_or(&workspace);
        let sources = &present.compiled.sources;
        let new = baseline.map(|baseline| baseline.split(present, false).new);
        let chosen = chosen(new.as_ref().unwrap_or(&present.compiled.diagnostics), sources);
        if chosen.is_empty() {
            return (now.unwrap_or(workspace), fixed);
        }
        let texts = texts(&chosen, sources);
        let mut next = present.with(&texts, lints);
        check(&mut next);
        if let Some(why) = worse(present, &next) {
            fixed.refused = Some(why);
            return (now.unwrap_or(workspace), fixed);
        }
        fixed.made.extend(chosen.iter().filter_map(|choice| made(choice.diagnostic, present)));
        for (_, file) in sources.iter() {
            if let Some(text) = texts.get(&file.path) {
                let entry = fixed.files.entry(file.path.clone());
                entry.or_insert_with(|| (file.text.clone(), file.text.clone())).1 = text.as_str().into();
            }
        }
        now = Some(next);
    }
    // A fix that brings itself back would be made again and again.
    let refused = Some(format!("after {ROUNDS} rounds there is still something to mend"));
    (workspace, Fixed { refused, ..Fixed::default() })
}

fn made(diagnostic: &Diagnostic, workspace: &Workspace) -> Option<Made> {
    let sources = &workspace.compiled.sources;
    let fix = diagnostic.fix.as_ref()?;
    let place = fix.edits.first()?.place;
    let (file, line) = (sources.get(place.file)?.path.clone(), sources.position(place)?.line);
    Some(Made { code: diagnostic.code, title: fix.title.clone(), file, line })
}

/// Writes the changed files, all or none.
///
/// # Errors
/// One of them isn't what it was when it was read, or can't be written.
pub fn write(fixed: &Fixed, root: &Path, world: &dyn World) -> Result<()> {
    let mut changes = Vec::new();
    for (path, (before, after)) in &fixed.files {
        let full = root.join(path);
        ensure!(
            world.read(&full)? == before.as_bytes(),
            "`{path}` was changed while it was checked, or is not UTF-8: no fix was made"
        );
        changes.push(Change::Write(full, after.as_bytes().to_vec()));
    }
    Ok(world.change(&changes)?)
}

impl Fixed {
    /// Says what was done.
    pub fn say(&self, output: CheckOutput, terminal: &mut Terminal) {
        let mut lines: Vec<String> = Vec::new();
        for made in &self.made {
            let Made { code, title, file, line } = made;
            lines.push(format!("fixed {file}:{line}: {title} ({code} {})", code.name));
        }
        if let Some(why) = &self.refused {
            let other = if self.made.is_empty() { "no fix" } else { "no other fix" };
            lines.push(format!("{other} was made: {why}"));
        }
        if !self.made.is_empty() {
            let (fixes, files) = (self.made.len(), self.files.len());
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            let (f, s) = (if fixes == 1 { "fix" } else { "fixes" }, plural(files));
            lines.push(format!("{fixes} {f} made in {files} file{s}"));
        }
        for line in lines {
            if output == CheckOutput::Text { terminal.line(&line) } else { terminal.note(&line) }
        }
    }
}
