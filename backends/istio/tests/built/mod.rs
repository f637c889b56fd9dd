//! Programs with the manifests that are made of them, read back.

use gloo_checker::{Change, Equality, equality};
use gloo_ir::{Backend, Cluster, Compiled, Program, compile};
use gloo_istio::IstioTarget;
use gloo_source::Sink;
use gloo_target::{Document, Layout, Target, Unread, build, on_cluster};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A program with the manifests of one of its clusters.
pub struct Built {
    pub compiled: Compiled,
    pub cluster: Arc<Cluster>,
    pub files: Vec<(String, String)>,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program's files below a folder, with their paths in it.
fn sources(folder: &Path, within: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{within}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            sources(&path, &format!("{name}/"), files);
        } else if name.ends_with(".gloo") {
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The clusters of the program below a folder that run Istio, with their manifests; none, if it can't be built.
pub fn built(folder: &str) -> Vec<Built> {
    let mut files = Vec::new();
    sources(&root().join(folder), "", &mut files);
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let program = compile(&texts, None).program;
    let is_istio = |cluster: &&Arc<Cluster>| matches!(cluster.backend.value, Backend::Istio { .. });
    let clusters: Vec<Arc<Cluster>> = program.clusters.values().filter(is_istio).cloned().collect();
    let target = |_: &Backend| -> &(dyn Target + Sync) { &IstioTarget };
    let mut found = Vec::new();
    for cluster in clusters {
        let mut sink = Sink::new();
        let output = build(
            &program,
            std::slice::from_ref(&cluster),
            &target,
            &Layout::Flat,
            &|_| "here".to_owned(),
            &mut sink,
        );
        let Ok(output) = output else { continue };
        let files = output.clusters.iter().flat_map(|one| &one.files);
        let prefix = format!("{}/", cluster.id);
        let files = files.filter(|file| file.path.ends_with(".yaml")).map(|file| {
            let path = file.path.strip_prefix(&prefix).unwrap_or(&file.path);
            (path.to_owned(), file.text.to_string())
        });
        let files: Vec<(String, String)> = files.collect();
        found.push(Built { compiled: compile(&texts, None), cluster, files });
    }
    found
}

impl Built {
    /// The program that the manifests come to.
    pub fn read(&self) -> Result<Program, Vec<Unread>> {
        let documents = self.files.iter().flat_map(|(path, text)| Document::read(path, text).unwrap());
        let documents: Vec<Document> = documents.collect();
        gloo_istio::read::read(&self.compiled.program, &self.cluster.id, &documents)
    }

    /// The program as the cluster has it.
    pub fn said(&self) -> Program {
        on_cluster(&self.compiled.program, &self.cluster.id)
    }

    /// Reads the manifests back and holds them against the program.
    pub fn held(&self) -> Result<Equality, Vec<Unread>> {
        Ok(equality(&self.said(), &self.read()?))
    }

    /// What is wrong with them; empty if they are proved.
    pub fn wrong(&self) -> String {
        let equality = match self.held() {
            Ok(equality) => equality,
            Err(unread) => return unread.iter().map(|one| format!("{one}\n")).collect(),
        };
        let mut wrong = equality.settings.join("\n");
        for entry in equality.entries.iter().filter(|entry| entry.change != Change::Equal) {
            wrong.push_str(&format!("{}: {:?} {:?}\n", entry.entry, entry.change, entry.undecided));
            for one in &entry.differences {
                let (before, after) = (&one.before, &one.after);
                wrong.push_str(&format!(
                    "  {}\n    {}\n    program:   {} {:?}\n    manifests: {} {:?}\n",
                    one.requests, one.command, before.summary, before.effects, after.summary, after.effects
                ));
            }
        }
        wrong
    }
}

impl Built {
    /// Changes a file.
    pub fn edit_file(&mut self, file: &str, from: &str, to: &str) {
        let (_, text) = self.files.iter_mut().find(|(path, _)| path.ends_with(file)).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        *text = text.replacen(from, to, 1);
    }
}

/// A folder with files and what is changed in each: none of these may be proved.
pub type Faults<'f> = (&'f str, &'f [(&'f str, &'f str, &'f str)]);
