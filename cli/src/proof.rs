//! Whether manifests mean what the program means: read back by the target's own rules, and held against the program for
//! every request.

use crate::cache::Cache;
use crate::report::Terminal;
use gloo_checker::{Change, EntryComparison, Equality, equality};
use gloo_ir::{Backend, Cluster, ClusterId, Program};
use gloo_source::Sources;
use gloo_target::{ClusterOutput, Document, Output as Built, Unread, on_cluster};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many differences, and so much that can't be read, are shown of one cluster.
const MOST_SHOWN: usize = 10;

/// What came of reading a cluster's manifests back.
pub enum Proof {
    /// They mean what the program means, or don't.
    Held(Equality, &'static str),
    /// They were proved to mean what the program means when they were built before, by so many kinds of requests.
    Remembered(usize, &'static str),
    /// What of them could not be read.
    Unread(Vec<Unread>),
}

/// Holds what was built for each cluster against the program, in the order of the clusters. Clusters with the same files and
/// the same program are held once; what `memory` says to be proved, from these files, not again.
pub fn proofs(
    program: &Program,
    built: &Built,
    sources: &Sources,
    memory: Option<&Cache<'_>>,
) -> Vec<Arc<Proof>> {
    let texts =
        |one: &ClusterOutput| -> Vec<*const u8> { one.files.iter().map(|file| file.text.as_ptr()).collect() };
    let mut first: BTreeMap<Vec<*const u8>, &ClusterOutput> = BTreeMap::new();
    for one in &built.clusters {
        first.entry(texts(one)).or_insert(one);
    }
    let held: BTreeMap<&ClusterId, Arc<Proof>> = first
        .values()
        .copied()
        .collect::<Vec<_>>()
        .into_par_iter()
        .filter_map(|one| {
            let cluster = program.clusters.get(&one.cluster)?;
            let asked = format!("{} {}", cluster.id, title(&cluster.backend.value));
            if let Some(regions) = memory.and_then(|memory| memory.proved(sources, &asked, one)) {
                let besides = reader(&cluster.backend).1;
                return Some((&one.cluster, Arc::new(Proof::Remembered(regions, besides))));
            }
            let files = one.files.iter().map(|file| (file.path.as_str(), &*file.text));
            let proof = proof(program, cluster, files);
            if let (Some(memory), Proof::Held(equality, _)) = (memory, &proof)
                && equality.is_proved()
            {
                memory.note_proved(sources, &asked, one, equality.regions());
            }
            Some((&one.cluster, Arc::new(proof)))
        })
        .collect();
    let same =
        |one: &ClusterOutput| first.get(&texts(one)).and_then(|first| held.get(&first.cluster)).cloned();
    built.clusters.iter().filter_map(same).collect()
}

/// Holds the manifests of a cluster, by their paths below its folder, against the program.
pub fn proof<'f>(
    program: &Program,
    cluster: &Cluster,
    files: impl Iterator<Item = (&'f str, &'f str)>,
) -> Proof {
    let (mut documents, mut unread) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let is_manifest =
            std::path::Path::new(path).extension().is_some_and(|end| end == "yaml" || end == "yml");
        if !is_manifest {
            continue;
        }
        match Document::read(path, text) {
            Ok(read) => documents.extend(read),
            Err(error) => unread.push(error),
        }
    }
    if !unread.is_empty() {
        return Proof::Unread(unread);
    }
    let (read, besides) = reader(&cluster.backend);
    match read(program, &cluster.id, &documents) {
        Ok(read) => Proof::Held(equality(&on_cluster(program, &cluster.id), &read), besides),
        Err(unread) => Proof::Unread(unread),
    }
}

/// What reads the manifests for a backend, and what it doesn't read.
fn reader(backend: &Backend) -> (Read, &'static str) {
    match backend {
        Backend::Istio { .. } => (gloo_istio::read::read, gloo_istio::read::NOT_READ),
        Backend::GatewayApi { .. } => (gloo_gateway_api::read::read, gloo_gateway_api::read::NOT_READ),
        Backend::Envoy { .. } => (gloo_envoy::read::read, gloo_envoy::read::NOT_READ),
    }
}

/// What reads a target's manifests.
type Read = fn(&Program, &ClusterId, &[Document]) -> Result<Program, Vec<Unread>>;

impl Proof {
    /// Whether the manifests are known to mean something else.
    pub fn is_refuted(&self) -> bool {
        matches!(self, Self::Held(equality, _) if !equality.is_proved())
    }

    /// In a word: `proved equal`, `differs`, `not proved`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held(equality, _) if equality.is_proved() => "proved equal",
            Self::Remembered(..) => "proved equal",
            Self::Held(..) => "differs",
            Self::Unread(_) => "not proved",
        }
    }

    /// In a word, with how many kinds of requests were looked at.
    pub fn summary(&self, terminal: &Terminal) -> String {
        match self {
            Self::Held(equality, _) if equality.is_proved() => {
                format!("{}, {} regions", terminal.green(self.word()), equality.regions())
            }
            Self::Remembered(regions, _) => format!("{}, {regions} regions", terminal.green(self.word())),
            Self::Held(..) => terminal.red(self.word()),
            Self::Unread(_) => terminal.yellow(self.word()),
        }
    }

    /// Says it, with what shows it.
    pub fn write(&self, cluster: &Cluster, title: &str, terminal: &mut Terminal) {
        let head = format!("{} ({title})", terminal.bold(cluster.id.as_str()));
        match self {
            Self::Held(equality, besides) if equality.is_proved() => {
                proved(&head, equality.regions(), besides, terminal);
            }
            Self::Remembered(regions, besides) => proved(&head, *regions, besides, terminal),
            Self::Held(equality, _) => {
                let word = terminal.red(self.word());
                terminal.line(&format!("{word}: {head}"));
                differences(equality, terminal);
            }
            Self::Unread(unread) => {
                let word = terminal.yellow(self.word());
                terminal.line(&format!("{word}: {head}: not all could be read"));
                for one in unread.iter().take(MOST_SHOWN) {
                    terminal.line(&format!("  {one}"));
                }
                if let Some(more) = unread.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
                    terminal.line(&format!("  and {more} more"));
                }
            }
        }
    }

    /// As an object.
    pub fn json(&self) -> Value {
        let (regions, settings, differences) = match self {
            Self::Held(equality, _) => {
                let entries = equality.entries.iter().filter(|entry| entry.change != Change::Equal);
                let all = entries.flat_map(|entry| {
                    entry.differences.iter().map(|one| {
                        json!({
                            "entry": entry.entry,
                            "requests": one.requests.to_string(),
                            "program": one.before.summary,
                            "manifests": one.after.summary,
                            "request": one.command,
                        })
                    })
                });
                (equality.regions(), equality.settings.clone(), all.collect())
            }
            Self::Remembered(regions, _) => (*regions, Vec::new(), Vec::new()),
            Self::Unread(_) => (0, Vec::new(), Vec::new()),
        };
        let unread: Vec<String> = match self {
            Self::Unread(unread) => unread.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        json!({
            "proof": self.word(),
            "regions": regions,
            "settings": settings,
            "differences": differences,
            "unread": unread,
        })
    }
}

fn proved(head: &str, regions: usize, besides: &str, terminal: &mut Terminal) {
    let word = terminal.green("proved equal");
    terminal.line(&format!("{word}: {head} · {regions} regions"));
    terminal.line(&terminal.faint(&format!("  not part of the proof: {besides}")));
}

/// A target with its version, as people call it.
pub fn title(backend: &Backend) -> String {
    match backend {
        Backend::Istio { version, .. } => format!("Istio {version}"),
        Backend::GatewayApi { envoy_gateway, .. } => format!("Envoy Gateway {envoy_gateway}"),
        Backend::Envoy { version, .. } => format!("Envoy {version}"),
    }
}

fn differences(equality: &Equality, terminal: &mut Terminal) {
    for setting in equality.settings.iter().take(MOST_SHOWN) {
        terminal.line(&format!("  {setting}"));
    }
    let wrong: Vec<&EntryComparison> =
        equality.entries.iter().filter(|entry| entry.change != Change::Equal).collect();
    for entry in wrong.iter().take(MOST_SHOWN) {
        terminal.line(&format!("  {}", entry.entry));
        for difference in &entry.differences {
            terminal.line(&format!("    {}", difference.requests));
            for (side, fate) in [("program  ", &difference.before), ("manifests", &difference.after)] {
                let words = std::iter::once(&fate.summary).chain(&fate.effects).cloned().collect::<Vec<_>>();
                terminal.line(&format!("      {side}  {}", words.join(", ")));
            }
            terminal.line(&terminal.faint(&format!("      as         {}", difference.command)));
        }
        if let Some((why, help)) = &entry.undecided {
            terminal.line(&terminal.yellow(&format!("    not all is known: {why}; {help}")));
        }
    }
    if let Some(more) = wrong.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        terminal.line(&format!("  and {more} more entries"));
    }
}
