//! Answers that several clusters share, said once.

use gloo_ir::{ClusterId, Program};
use std::collections::BTreeMap;

/// Entries that several clusters have.
pub struct Merged<T> {
    /// The clusters, in the order of their names.
    pub clusters: Vec<ClusterId>,
    /// The entry as the first of them has it.
    pub entry: T,
}

/// The entries, those of which `plain` says the same once, in the order of the first.
pub fn merged<T>(
    entries: Vec<T>,
    cluster: impl Fn(&T) -> &ClusterId,
    plain: impl Fn(&T) -> String,
) -> Vec<Merged<T>> {
    let mut all: Vec<Merged<T>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let at = *known.entry(plain(&entry)).or_insert(all.len());
        match all.get_mut(at) {
            Some(merged) => merged.clusters.push(cluster(&entry).clone()),
            None => all.push(Merged { clusters: vec![cluster(&entry).clone()], entry }),
        }
    }
    all
}

impl<T> Merged<T> {
    /// ` on east, west`; nothing where the program has one cluster alone.
    pub fn on(&self, program: &Program) -> String {
        if program.clusters.len() < 2 {
            return String::new();
        }
        let names: Vec<&str> = self.clusters.iter().map(ClusterId::as_str).collect();
        format!(" on {}", names.join(", "))
    }

    /// The names of the clusters, for programs.
    pub fn names(&self) -> Vec<&str> {
        self.clusters.iter().map(ClusterId::as_str).collect()
    }
}

/// `1 region`, `2 regions`.
pub fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}
