//! Answers that several clusters share, said once.

use gloo_ir::{ClusterId, Program};

/// Entries that several clusters have.
pub struct Merged<T> {
    /// The clusters, in the order of their names.
    pub clusters: Vec<ClusterId>,
    /// The entry as the first of them has it.
    pub entry: T,
}

/// The entries, those that are alike but for their cluster once, in the order of the first.
pub fn merged<T>(
    entries: Vec<T>,
    cluster: impl Fn(&T) -> &ClusterId,
    are_alike: impl Fn(&T, &T) -> bool,
) -> Vec<Merged<T>> {
    let mut all: Vec<Merged<T>> = Vec::new();
    for entry in entries {
        match all.iter_mut().find(|known| are_alike(&known.entry, &entry)) {
            Some(known) => known.clusters.push(cluster(&entry).clone()),
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
