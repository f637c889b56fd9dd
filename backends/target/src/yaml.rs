//! YAML: the one place that names the writer.
//!
//! Readers of YAML disagree about what a bare word is: `y`, `no`, `1_000` and `080` are text here and a truth value or a
//! number there. The writer quotes whatever any reader of YAML 1.1 or 1.2 could take for something else; the tests hold
//! that for every such word that we know of.

use serde_json::Value;

/// A value that can't be written as YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct YamlError(String);

/// The documents as one YAML text, separated by `---`: keys in the order of the values, text of several lines as a
/// block, no line folded, a line feed at the end.
///
/// # Errors
/// A value is nested beyond what the writer can do.
pub fn to_yaml(documents: &[Value]) -> Result<String, YamlError> {
    let mut text = String::new();
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            text.push_str("---\n");
        }
        // Folding would put line breaks into regular expressions, where nobody could search for them.
        let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
        serde_saphyr::to_fmt_writer_with_options(&mut text, document, options)
            .map_err(|error| YamlError(error.to_string()))?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

/// The documents of a YAML text.
///
/// # Errors
/// The text is no YAML, or comes to far more than it is long, by aliases.
pub fn from_yaml(text: &str) -> Result<Vec<Value>, YamlError> {
    // A text can be as large as a workspace asks for, but not larger than itself.
    let most = text.len().saturating_add(1_000);
    let budget = serde_saphyr::budget! {
        max_nodes: most,
        max_events: most.saturating_mul(2),
        max_total_scalar_bytes: most,
        max_documents: most,
    };
    let options = serde_saphyr::options! { budget: budget };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| YamlError(error.to_string()))
}
