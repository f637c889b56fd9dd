//! Regular expressions as Envoy takes them: RE2, matched against the whole text.

use envoy_types::pb::envoy::r#type::matcher::v3::RegexMatcher;

/// An expression.
pub(crate) fn matcher(regex: String) -> RegexMatcher {
    RegexMatcher { regex, ..RegexMatcher::default() }
}

/// An expression that matches what one of these does.
pub(crate) fn one_of(regexes: impl IntoIterator<Item = String>) -> String {
    let regexes: Vec<_> = regexes.into_iter().collect();
    match regexes.as_slice() {
        [one] => one.clone(),
        _ => format!("(?:{})", regexes.join("|")),
    }
}

/// An expression for a list that is joined with `,`, one of whose elements `element` matches.
pub(crate) fn list_with(element: &str) -> String {
    format!("(?:.*,)?(?:{element})(?:,.*)?")
}
