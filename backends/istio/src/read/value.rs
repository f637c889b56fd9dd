//! Values of AuthorizationPolicies: a text, or one with a `*` at an end for any rest.

use super::text::Text;
use gloo_domain::{PathPattern, escaped};
use gloo_ir::{Predicate, Test, TextAttribute, TextTest};

/// Some texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// All; of most attributes, but the empty text.
    Any,
    Exact(String),
    Prefix(String),
    Suffix(String),
}

impl Pattern {
    /// What a value means (`StringMatcherWithPrefix`): a `*` at the beginning goes before one at the end.
    pub fn read(text: &str) -> Self {
        if text == "*" {
            Self::Any
        } else if let Some(end) = text.strip_prefix('*') {
            Self::Suffix(end.to_owned())
        } else if let Some(start) = text.strip_suffix('*') {
            Self::Prefix(start.to_owned())
        } else {
            Self::Exact(text.to_owned())
        }
    }
}

/// The texts of an attribute that meet one of these. Of a header a `*` asks only whether there is one.
pub(super) fn any_of(attribute: &TextAttribute, patterns: &[Pattern]) -> Predicate {
    let test = |pattern: &Pattern| {
        let test = match pattern.clone() {
            Pattern::Any => TextTest::Present,
            Pattern::Exact(text) => TextTest::Equals(vec![text]),
            Pattern::Prefix(start) => TextTest::StartsWith(start),
            Pattern::Suffix(end) => TextTest::EndsWith(end),
        };
        Predicate::Test(Test::Text(attribute.clone(), test))
    };
    Predicate::Any(patterns.iter().map(test).collect())
}

/// The paths, without their query, that meet a value. Templates take fewer characters than a path may have, and are not
/// read.
pub(super) fn path(text: &str) -> Option<PathPattern> {
    if text.contains("{*}") || text.contains("{**}") {
        return None;
    }
    match Pattern::read(text) {
        Pattern::Any => Some(PathPattern::everything()),
        Pattern::Exact(path) => Text::Exact(path).path(),
        Pattern::Prefix(start) => Text::Prefix(start).path(),
        Pattern::Suffix(end) => PathPattern::regex(&format!(".*{}", escaped(&end))).ok(),
    }
}
