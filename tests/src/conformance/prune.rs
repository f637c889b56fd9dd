//! Rules that can't be said on a target, left out: of workspaces that are made up, for they are made up for all targets.

use anyhow::{Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;

/// The program without the rules that these errors are about, and how many they are.
///
/// # Errors
/// One of them isn't about a rule that can't be said on the target.
pub fn without(program: &str, diagnostics: &Value) -> Result<(String, usize)> {
    let mut lines = BTreeSet::new();
    for error in diagnostics.as_array().into_iter().flatten().filter(|one| one["severity"] == "error") {
        let line = error["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
        let text = program.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let is_rule = text.starts_with("  ") && text.contains(" => ");
        if !is_rule || error["code"].as_str().is_none_or(|code| !code.starts_with("GL5")) {
            bail!("{} in line {line}: {}", error["code"], error["message"]);
        }
        lines.insert(line);
    }
    if lines.is_empty() {
        bail!("it can't be built, and nothing says why");
    }
    let kept = (1..).zip(program.lines()).filter(|(number, _)| !lines.contains(number));
    Ok((kept.map(|(_, line)| format!("{line}\n")).collect(), lines.len()))
}
