//! Whether manifests mean what the program means: read back by the target's own rules, and held against the program for
//! every request.

use crate::report::Terminal;
use gloo_checker::{Change, EntryComparison, Equality, equality};
use gloo_ir::{Backend, Cluster, Program};
use gloo_target::{Document, Unread, on_cluster};
use serde_json::{Value, json};

/// So many differences, and so much that can't be read, are shown of one cluster.
const MOST_SHOWN: usize = 10;

/// What came of reading a cluster's manifests back.
pub enum Proof {
    /// They mean what the program means, or don't.
    Held(Equality, &'static str),
    /// What of them could not be read.
    Unread(Vec<Unread>),
    /// There is no reader for the target yet.
    NoReader,
}

/// Holds the manifests of a cluster, by their paths below its folder, against the program.
pub fn proof<'f>(
    program: &Program,
    cluster: &Cluster,
    files: impl Iterator<Item = (&'f str, &'f str)>,
) -> Proof {
    if !matches!(cluster.backend.value, Backend::Envoy { .. }) {
        return Proof::NoReader;
    }
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
    match gloo_envoy::read::read(program, &cluster.id, &documents) {
        Ok(read) => {
            Proof::Held(equality(&on_cluster(program, &cluster.id), &read), gloo_envoy::read::NOT_READ)
        }
        Err(unread) => Proof::Unread(unread),
    }
}

impl Proof {
    /// Whether the manifests are known to mean something else.
    pub fn is_refuted(&self) -> bool {
        matches!(self, Self::Held(equality, _) if !equality.is_proved())
    }

    /// In a word: `proved equal`, `differs`, `not proved`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held(equality, _) if equality.is_proved() => "proved equal",
            Self::Held(..) => "differs",
            Self::Unread(_) | Self::NoReader => "not proved",
        }
    }

    /// Says it, with what shows it.
    pub fn write(&self, cluster: &Cluster, title: &str, terminal: &mut Terminal) {
        let head = format!("{} ({title})", terminal.bold(cluster.id.as_str()));
        match self {
            Self::Held(equality, besides) if equality.is_proved() => {
                let word = terminal.green(self.word());
                terminal.line(&format!("{word}: {head} · {} regions", equality.regions()));
                terminal.line(&terminal.faint(&format!("  not part of the proof: {besides}")));
            }
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
            Self::NoReader => {
                let word = terminal.yellow(self.word());
                terminal.line(&format!("{word}: {head}: gloo doesn't read this target's manifests back yet"));
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
            Self::Unread(_) | Self::NoReader => (0, Vec::new(), Vec::new()),
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
