//! Documents as files have them.

use super::Unread;
use crate::yaml::from_yaml;
use serde_json::Value;

/// One document of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The file, relative to the folder of the cluster, with `/`.
    pub file: String,
    /// What it says.
    pub value: Value,
}

impl Document {
    /// The documents of a file.
    ///
    /// # Errors
    /// It isn't YAML.
    pub fn read(file: &str, text: &str) -> Result<Vec<Self>, Unread> {
        let documents = from_yaml(text).map_err(|error| Unread {
            file: file.to_owned(),
            at: String::new(),
            what: format!("it isn't YAML: {error}"),
        })?;
        Ok(documents.into_iter().map(|value| Self { file: file.to_owned(), value }).collect())
    }
}
