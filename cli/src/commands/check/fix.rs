//! `--fix`: the fixes that are safe, made in memory, checked again, and written when they turned out well.

mod edits;
mod verdict;

use super::baseline::Baseline;
use crate::arguments::CheckOutput;
use crate::report::{Terminal, identities};
use crate::workspace::{Lints, Workspace};
use crate::world::{Change, World};
use anyhow::{Result, ensure};
use edits::{chosen, texts};
use gloo_source::{Code, Diagnostic, Sources};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use verdict::worse;

/// So often is a program that was mended checked: a fix can bring out another, and none should without end.
const TRIES: usize = 40;

/// A fix, and where it is one.
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
    made: Vec<Made>,
    /// The texts of the changed files, as they were read and as they are now.
    files: BTreeMap<String, (Arc<str>, Arc<str>)>,
    /// The fixes that were not made, and why.
    refused: Vec<(Made, String)>,
    /// Whether there may be more to mend.
    is_unfinished: bool,
}

impl Made {
    fn to_json(&self) -> Map<String, Value> {
        Map::from_iter([
            ("code".to_owned(), json!(self.code)),
            ("name".to_owned(), self.code.name.into()),
            ("title".to_owned(), self.title.as_str().into()),
            ("file".to_owned(), self.file.as_str().into()),
            ("line".to_owned(), self.line.into()),
        ])
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, title, file, line } = self;
        write!(f, "{file}:{line}: {title} ({code} {})", code.name)
    }
}

/// The workspace with the fixes made of all that a baseline doesn't hide; `check` adds what the checker finds. Nothing
/// is written, and what would make the program worse is left out: fixes that do so together are made apart, since of two
/// rules that each make the other needless one may go.
pub fn fixed(
    workspace: Workspace,
    baseline: Option<&Baseline>,
    lints: &Lints,
    check: &dyn Fn(&mut Workspace),
) -> (Workspace, Fixed) {
    let mut now = workspace;
    let mut fixed = Fixed::default();
    let mut tried = BTreeSet::new();
    let mut most = usize::MAX;
    for _ in 0..TRIES {
        let sources = &now.compiled.sources;
        let new = baseline.map(|baseline| baseline.split(&now, false).new);
        let untried = untried(new.as_ref().unwrap_or(&now.compiled.diagnostics), &tried, sources);
        let mut chosen = chosen(untried, sources);
        chosen.truncate(most);
        if chosen.is_empty() {
            return (now, fixed);
        }
        let texts = texts(&chosen, sources);
        let mut next = now.with(&texts, lints);
        check(&mut next);
        let verdict = worse(&now, &next);
        if verdict.is_some() && chosen.len() > 1 {
            most = chosen.len() / 2;
            continue;
        }
        most = most.saturating_mul(2);
        let picked: Vec<Diagnostic> = chosen.iter().map(|choice| choice.diagnostic.clone()).collect();
        tried.extend(identities(&picked, sources).into_iter().map(|identity| identity.fingerprint));
        let made = chosen.iter().filter_map(|choice| made(choice.diagnostic, sources));
        if let Some(why) = verdict {
            fixed.refused.extend(made.map(|made| (made, why.clone())));
            continue;
        }
        fixed.made.extend(made);
        for (_, file) in sources.iter() {
            if let Some(text) = texts.get(&file.path) {
                let entry = fixed.files.entry(file.path.clone());
                entry.or_insert_with(|| (file.text.clone(), file.text.clone())).1 = text.as_str().into();
            }
        }
        now = next;
    }
    fixed.is_unfinished = true;
    (now, fixed)
}

/// The diagnostics whose fixes were not tried yet. One that is still there after its fix was made would be mended again
/// and again.
fn untried<'a>(
    diagnostics: &'a [Diagnostic],
    tried: &BTreeSet<String>,
    sources: &Sources,
) -> impl Iterator<Item = &'a Diagnostic> {
    let all = diagnostics.iter().zip(identities(diagnostics, sources));
    let all = all.filter(|(_, identity)| !tried.contains(&identity.fingerprint));
    all.map(|(diagnostic, _)| diagnostic)
}

fn made(diagnostic: &Diagnostic, sources: &Sources) -> Option<Made> {
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
    /// What `gloo check --fix -o json` says of it.
    pub fn describe(&self, object: &mut Map<String, Value>) {
        if !self.made.is_empty() {
            object.insert("fixed".to_owned(), self.made.iter().map(Made::to_json).collect());
        }
        if !self.refused.is_empty() {
            let refused = self.refused.iter().map(|(made, why)| {
                let mut refused = made.to_json();
                refused.insert("why".to_owned(), why.as_str().into());
                refused
            });
            object.insert("not_fixed".to_owned(), refused.collect());
        }
    }

    /// Says what was done.
    pub fn say(&self, output: CheckOutput, terminal: &mut Terminal) {
        let made = self.made.iter().map(|made| format!("fixed {made}"));
        let refused = self.refused.iter().map(|(made, why)| format!("not fixed {made}: {why}"));
        let mut lines: Vec<String> = made.chain(refused).collect();
        if !self.made.is_empty() {
            let (fixes, files) = (self.made.len(), self.files.len());
            let (f, s) = (if fixes == 1 { "fix" } else { "fixes" }, if files == 1 { "" } else { "s" });
            lines.push(format!("{fixes} {f} made in {files} file{s}"));
        }
        if self.is_unfinished {
            lines.push("there may be more to mend: say `gloo check --fix` again".to_owned());
        }
        for line in lines {
            if output == CheckOutput::Text { terminal.line(&line) } else { terminal.note(&line) }
        }
    }
}
