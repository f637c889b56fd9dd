//! What an emitter makes.

use crate::{Positions, YamlError, to_yaml};
use gloo_source::Place;
use serde_json::Value;
use std::collections::BTreeSet;

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

/// What every header begins with, after the sign of a comment and before the name of the workspace: what tells a
/// workspace's files from others.
const MARK: &str = "Made by gloo for ";

/// So many positions are named in a header; the rest is counted.
const NAMED_POSITIONS: usize = 3;

impl Artifact {
    /// The whole text of the file, as made for that workspace, its header first:
    /// `# Made by gloo for acme-shop from routes.gloo:12. Edit that file instead.`
    ///
    /// # Errors
    /// A document can't be written as YAML.
    pub fn text(&self, workspace: &str, positions: Positions<'_>) -> Result<String, YamlError> {
        let mut text = header(&self.path, workspace, &self.sources, positions);
        match &self.content {
            Content::Yaml(documents) => text.push_str(&to_yaml(documents)?),
            Content::Text(content) => text.push_str(content),
        }
        Ok(text)
    }

    /// Whether it is made for people or tools to look at before the rest is applied.
    #[must_use]
    pub fn is_prerequisite(&self) -> bool {
        self.path.starts_with("prerequisites/")
    }
}

/// The header of a file that comes from these places, as a comment of its kind of file.
fn header(path: &str, workspace: &str, sources: &[Place], positions: Positions<'_>) -> String {
    let places: BTreeSet<Place> = sources.iter().copied().collect();
    let mut named: Vec<String> = Vec::new();
    for place in &places {
        let position = positions(*place);
        if !named.contains(&position) {
            named.push(position);
        }
    }
    let more = named.len().saturating_sub(NAMED_POSITIONS);
    named.truncate(NAMED_POSITIONS);
    let from = match (named.as_slice(), more) {
        ([], _) => ". Edit the program instead.".to_owned(),
        ([one], 0) => format!(" from {one}. Edit that file instead."),
        (some, 0) => format!(" from {}. Edit them instead.", some.join(", ")),
        (some, more) => format!(" from {} and {more} more places. Edit them instead.", some.join(", ")),
    };
    let (open, close) = comment_signs(path);
    format!("{open} {MARK}{workspace}{from}{close}\n")
}

fn comment_signs(path: &str) -> (&'static str, &'static str) {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("md") => ("<!--", " -->"),
        Some("lua") => ("--", ""),
        _ => ("#", ""),
    }
}

/// The name of the workspace that gloo made a file for which begins so; none of a file of others.
#[must_use]
pub fn made_for(beginning: &str) -> Option<&str> {
    let line = beginning.lines().next()?;
    let rest = ["# ", "<!-- ", "-- "].iter().find_map(|sign| line.strip_prefix(sign))?;
    let rest = rest.strip_prefix(MARK)?;
    let end = rest.find(|character: char| !is_of_name(character)).unwrap_or(rest.len());
    rest.get(..end)
}

/// Whether the name of a workspace may have the character.
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-'
}
