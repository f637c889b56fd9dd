//! What targets don't check themselves.
//!
//! A target takes a reference to something that isn't there, a second object of the same name, a setting for a filter
//! that isn't in the chain, and does nothing, or something else. What is found here is a mistake of gloo, not of the
//! program, and no file is written.

mod envoy;
mod kubernetes;

use crate::{Artifact, Content};
use serde_json::Value;
use std::collections::BTreeSet;

/// A mistake in the output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{path}: {what}")]
pub struct Fault {
    /// The file, below the cluster's folder.
    pub path: String,
    /// What is wrong there.
    pub what: String,
}

/// The mistakes in the files of one cluster, by file.
#[must_use]
pub fn validate(artifacts: &[Artifact]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut paths = BTreeSet::new();
    for artifact in artifacts {
        let path = artifact.path.as_str();
        if !paths.insert(path) {
            faults.push(Fault { path: path.to_owned(), what: "two files of this name".to_owned() });
        }
        if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
            faults.push(Fault {
                path: path.to_owned(),
                what: "not a path below the cluster's folder".to_owned(),
            });
        }
    }
    let documents: Vec<Document<'_>> = artifacts.iter().flat_map(documents).collect();
    for document in documents.iter().filter(|one| one.value.get("static_resources").is_some()) {
        envoy::validate(*document, &mut faults);
    }
    kubernetes::validate(&documents, &mut faults);
    faults.sort();
    faults.dedup();
    faults
}

/// A document and the file that it stands in.
#[derive(Clone, Copy)]
struct Document<'a> {
    path: &'a str,
    value: &'a Value,
}

impl Document<'_> {
    fn fault(self, what: impl Into<String>) -> Fault {
        Fault { path: self.path.to_owned(), what: what.into() }
    }

    /// The elements of the list at a JSON pointer; none if there is no list.
    fn list(&self, pointer: &str) -> &[Value] {
        list(self.value, pointer)
    }
}

fn documents(artifact: &Artifact) -> impl Iterator<Item = Document<'_>> {
    let values: &[Value] = match &artifact.content {
        Content::Yaml(values) => values,
        Content::Text(_) => &[],
    };
    values.iter().map(|value| Document { path: &artifact.path, value })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
