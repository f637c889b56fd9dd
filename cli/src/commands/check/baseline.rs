//! Findings that are known and left alone: `--baseline` and `--write-baseline`.

use crate::arguments::CheckOutput;
use crate::report::{Checked, Outcome, Terminal, identities, report_check};
use crate::workspace::{Workspace, text};
use crate::world::{Change, World};
use anyhow::{Context, Result, bail};
use gloo_source::{Diagnostic, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The form of the file.
const VERSION: u32 = 1;

/// The file: what was found when it was written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

/// Findings that are alike. All but the fingerprint and the count is there for who reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    declaration: String,
    message: String,
    about: String,
    fingerprint: String,
    count: usize,
}

/// What was found, held against a baseline.
pub struct Known {
    /// What the baseline doesn't have.
    pub new: Vec<Diagnostic>,
    /// How many it has.
    pub hidden: usize,
    /// How many it has that are found no more.
    pub gone: usize,
}

impl Baseline {
    /// Reads the file.
    ///
    /// # Errors
    /// It can't be read, or is none.
    pub fn read(path: &Path, world: &dyn World) -> Result<Self> {
        let text = text(&world.current_folder()?.join(path), world)?;
        let baseline: Self = serde_json::from_str(&text).with_context(|| {
            format!("`{}` is not a baseline: write one with `--write-baseline`", path.display())
        })?;
        if baseline.version != VERSION {
            bail!(
                "`{}` is a baseline of version {}, and this gloo knows version {VERSION}: write it anew with \
                 `--write-baseline`",
                path.display(),
                baseline.version
            );
        }
        Ok(baseline)
    }

    /// All that was found in a workspace, as a baseline.
    fn of(workspace: &Workspace) -> Self {
        let diagnostics = &workspace.compiled.diagnostics;
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (diagnostic, identity) in
            diagnostics.iter().zip(identities(diagnostics, &workspace.compiled.sources))
        {
            let entry = entries.entry(identity.fingerprint.clone()).or_insert_with(|| Entry {
                code: diagnostic.code.to_string(),
                name: diagnostic.code.name.to_owned(),
                declaration: identity.declaration,
                message: identity.message,
                about: beginning(&identity.about),
                fingerprint: identity.fingerprint,
                count: 0,
            });
            entry.count += 1;
        }
        let mut findings: Vec<Entry> = entries.into_values().collect();
        findings.sort();
        Self { version: VERSION, findings }
    }

    /// What is new in a workspace, and what became of the rest. Of findings that are alike, the first are the known ones.
    /// Something can be gone only where all was `asked`.
    pub fn split(&self, workspace: &Workspace, asked: bool) -> Known {
        let diagnostics = &workspace.compiled.diagnostics;
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &self.findings {
            *left.entry(&entry.fingerprint).or_default() += entry.count;
        }
        let mut known = Known { new: Vec::new(), hidden: 0, gone: 0 };
        for (diagnostic, identity) in
            diagnostics.iter().zip(identities(diagnostics, &workspace.compiled.sources))
        {
            match left.get_mut(&*identity.fingerprint).filter(|left| **left > 0) {
                Some(left) if can_be_known(diagnostic) => {
                    *left -= 1;
                    known.hidden += 1;
                }
                _ => known.new.push(diagnostic.clone()),
            }
        }
        // Of a program that can't be understood nothing was asked.
        known.gone = if asked && workspace.is_understood() { left.values().sum() } else { 0 };
        known
    }
}

impl Known {
    /// Says what isn't shown and what is gone.
    pub fn say(&self, path: &Path, terminal: &mut Terminal) {
        if self.hidden > 0 {
            let (count, verb) = counted(self.hidden);
            terminal.note(&format!("{count} of the baseline `{}` {verb} not shown", path.display()));
        }
        if self.gone > 0 {
            let (count, verb) = counted(self.gone);
            terminal.note(&format!(
                "{count} of the baseline {verb} gone: write it anew with `--write-baseline {}`",
                path.display()
            ));
        }
    }
}

/// As much of a text as people need to know it by.
fn beginning(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// Whether it may stand in a baseline: what no lint lowers may not.
fn can_be_known(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.level != Level::Error
}

/// Writes all that was found into a file; nothing, if there is something among it that can't be left alone.
///
/// # Errors
/// It can't be written.
pub fn write(
    path: &Path,
    workspace: &Workspace,
    output: CheckOutput,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<Outcome> {
    let (known, wrong): (Vec<_>, Vec<_>) =
        workspace.compiled.diagnostics.iter().cloned().partition(can_be_known);
    if !wrong.is_empty() {
        let outcome = report_check(&Checked::of(workspace, &wrong, world), output, None, None, terminal);
        let (count, _) = counted(wrong.len());
        terminal.note(&format!(
            "`{}` was not written: {count} can't be left alone and must be mended first",
            path.display()
        ));
        return Ok(outcome);
    }
    let mut content = serde_json::to_vec_pretty(&Baseline::of(workspace))?;
    content.push(b'\n');
    world.change(&[Change::Write(world.current_folder()?.join(path), content)])?;
    let (count, verb) = counted(known.len());
    terminal.note(&format!("{count} {verb} in `{}` now", path.display()));
    if output != CheckOutput::Text {
        return Ok(report_check(&Checked::of(workspace, &[], world), output, None, None, terminal));
    }
    Ok(Outcome::Good)
}

/// `1 finding` and `is`, or `3 findings` and `are`.
fn counted(count: usize) -> (String, &'static str) {
    if count == 1 { ("1 finding".to_owned(), "is") } else { (format!("{count} findings"), "are") }
}
