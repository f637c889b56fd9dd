//! Differences for programs.

use super::Compared;
use crate::workspace::Workspace;
use gloo_checker::{Change, Difference, Fate};
use gloo_ir::ClusterId;
use serde_json::{Value, json};

pub(super) fn value(compared: &Compared<'_>) -> Value {
    let entries: Vec<Value> = compared
        .entries
        .iter()
        .map(|one| {
            let differences: Vec<Value> =
                one.entry.differences.iter().map(|difference| of(compared, difference)).collect();
            json!({
                "entry": one.entry.entry,
                "clusters": one.names(),
                "change": one.entry.change.word(),
                "differences": differences,
                "undecided": one.entry.undecided.as_ref().map(|(why, help)| json!({ "why": why, "help": help })),
            })
        })
        .collect();
    let names =
        |clusters: &[ClusterId]| -> Vec<String> { clusters.iter().map(ToString::to_string).collect() };
    let count =
        |change: Change| compared.comparison.entries.iter().filter(|one| one.change == change).count();
    json!({
        "entries": entries,
        "added_clusters": names(&compared.comparison.added_clusters),
        "removed_clusters": names(&compared.comparison.removed_clusters),
        "unseen": compared.comparison.unseen,
        "summary": {
            "equal": compared.equal,
            "wider": count(Change::Wider),
            "narrower": count(Change::Narrower),
            "changed": count(Change::Changed),
            "undecided": count(Change::Undecided),
        },
    })
}

fn of(compared: &Compared<'_>, difference: &Difference) -> Value {
    json!({
        "change": difference.change.word(),
        "requests": difference.requests.to_string(),
        "request": difference.command,
        "before": fate(compared.old, &difference.before),
        "after": fate(compared.new, &difference.after),
    })
}

fn fate(workspace: &Workspace, fate: &Fate) -> Value {
    let by = fate.decided_by.as_ref().map(|(name, place)| {
        let (file, line) = workspace.position(*place).unzip();
        json!({ "name": name, "file": file, "line": line })
    });
    json!({ "summary": fate.summary, "effects": fate.effects, "decided_by": by })
}
