//! How Istio compares texts.

use gloo_domain::escaped;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A comparison of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StringMatch {
    /// There is one.
    Present,
    /// It is this; never empty, since that asks for presence.
    Exact(String),
    /// It begins with this; never empty.
    Prefix(String),
    /// The whole of it matches; RE2.
    Regex(String),
}

impl StringMatch {
    /// The comparison with one text.
    pub(crate) fn exactly(text: &str) -> Self {
        if text.is_empty() { Self::Regex("()".to_owned()) } else { Self::Exact(text.to_owned()) }
    }

    /// The comparison with several texts: any of them.
    pub(crate) fn any_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts: Vec<&str> = texts.into_iter().collect();
        match texts.as_slice() {
            [one] => Self::exactly(one),
            _ => Self::Regex(alternatives(texts.into_iter().map(escaped))),
        }
    }

    /// The same as an expression.
    pub(crate) fn to_regex(&self) -> String {
        match self {
            Self::Present => ".*".to_owned(),
            Self::Exact(text) => escaped(text),
            Self::Prefix(text) => format!("{}.*", escaped(text)),
            Self::Regex(regex) => regex.clone(),
        }
    }
}

impl Serialize for StringMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Present => {}
            Self::Exact(text) => map.serialize_entry("exact", text)?,
            Self::Prefix(text) => map.serialize_entry("prefix", text)?,
            Self::Regex(regex) => map.serialize_entry("regex", regex)?,
        }
        map.end()
    }
}

/// An expression for any of these.
pub(crate) fn alternatives(expressions: impl IntoIterator<Item = String>) -> String {
    let expressions: Vec<String> = expressions.into_iter().collect();
    match expressions.as_slice() {
        [one] => one.clone(),
        _ => format!("(?:{})", expressions.join("|")),
    }
}
