//! What changes for requests since a revision.

use super::{Subject, result};
use crate::protocol::{Answer, Failure};
use gloo_checker::{Change, Comparison, Fate, diff as compare};
use gloo_world::revision;
use serde_json::{Value, json};

/// Says for which requests the workspace does something else than at `revision`, or `HEAD`.
pub fn diff(subject: &Subject, argument: &Value) -> Answer<Value> {
    let revision = argument.get("revision").and_then(Value::as_str).unwrap_or("HEAD");
    if subject.is_single {
        return Err(Failure::Refused("the file is in no workspace: a folder with a `gloo.toml`".to_owned()));
    }
    let read = revision::read(revision, Some(&subject.root), &*subject.world)
        .map_err(|error| Failure::Refused(error.to_string()))?;
    let files: Vec<(&str, &str)> = read.files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let old = gloo_ir::compile(&files, Some(&read.manifest));
    if old.errors().next().is_some() {
        return Err(Failure::Refused(format!("`{revision}` can't be compared: it has errors")));
    }
    let comparison = compare(&old.program, &subject.program);
    let changed = comparison.entries.iter().filter(|entry| entry.change != Change::Equal).count();
    let title = match comparison.is_equal() {
        true => format!("every request fares as at {revision}"),
        false => format!("{changed} entries differ from {revision}"),
    };
    let mut shown = result(title, "markdown", page(&comparison));
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("changed".to_owned(), json!(changed));
    }
    Ok(shown)
}

fn page(comparison: &Comparison) -> String {
    let mut lines = Vec::new();
    for entry in comparison.entries.iter().filter(|entry| entry.change != Change::Equal) {
        lines.push(format!("## {} on {}: {}\n", entry.entry, entry.cluster, entry.change.word()));
        for one in &entry.differences {
            lines.push(format!("- `{}`", one.requests));
            lines.push(format!("  - before: {}", words(&one.before)));
            lines.push(format!("  - after: {}", words(&one.after)));
            lines.push(format!("  - as `{}`", one.command));
        }
        if let Some((why, help)) = &entry.undecided {
            lines.push(format!("\nNot all is known: {why}; {help}."));
        }
    }
    for (clusters, word) in [(&comparison.removed_clusters, "gone"), (&comparison.added_clusters, "new")] {
        lines.extend(clusters.iter().map(|cluster| format!("- cluster `{cluster}` is {word}")));
    }
    lines.extend(
        comparison.unseen.iter().map(|unseen| format!("- differs, and no request shows it: {unseen}")),
    );
    if lines.is_empty() {
        lines.push("Nothing: every request fares as before.".to_owned());
    }
    lines.join("\n") + "\n"
}

fn words(fate: &Fate) -> String {
    let mut words = vec![fate.summary.clone()];
    words.extend(fate.effects.iter().cloned());
    words.join(", ")
}
