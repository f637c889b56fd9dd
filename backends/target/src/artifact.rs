//! What an emitter makes.

use gloo_source::Place;
use serde_json::Value;

/// A file of the output of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// Its path below `out/<cluster>/`, with `/`.
    pub path: String,
    /// The declarations that it comes from, for the header.
    pub sources: Vec<Place>,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// YAML documents, their keys in the order in which they are written.
    Yaml(Vec<Value>),
    /// Text as it is.
    Text(String),
}
