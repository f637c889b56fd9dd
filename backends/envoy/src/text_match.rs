//! Tests of texts as Envoy's string matchers.

use crate::regex;
use envoy_types::pb::envoy::r#type::matcher::v3::StringMatcher;
use envoy_types::pb::envoy::r#type::matcher::v3::string_matcher::MatchPattern;
use gloo_domain::{PathPattern, Regex, StringSet, escaped};
use gloo_ir::TextTest;

/// What a test of a text that is there comes to.
pub(crate) enum TextMatch {
    /// Every text meets it.
    Always,
    /// No text meets it.
    Never,
    /// The texts that this matches meet it.
    If(StringMatcher),
}

/// What the test asks of a text that is there.
pub(crate) fn of(test: &TextTest) -> TextMatch {
    match test {
        TextTest::Present => TextMatch::Always,
        TextTest::Equals(texts) => match texts.as_slice() {
            [] => TextMatch::Never,
            [one] => TextMatch::If(pattern(MatchPattern::Exact(one.clone()))),
            _ => TextMatch::If(expression(regex::one_of(texts.iter().map(|text| escaped(text))))),
        },
        // Plans say it as presence and the negation of `Equals`.
        TextTest::Differs(_) => TextMatch::Never,
        TextTest::Matches(regex) => TextMatch::If(expression(regex.to_embeddable())),
        TextTest::Contains(text) | TextTest::StartsWith(text) | TextTest::EndsWith(text)
            if text.is_empty() =>
        {
            TextMatch::Always
        }
        TextTest::Contains(text) => TextMatch::If(pattern(MatchPattern::Contains(text.clone()))),
        TextTest::StartsWith(text) => TextMatch::If(pattern(MatchPattern::Prefix(text.clone()))),
        TextTest::EndsWith(text) => TextMatch::If(pattern(MatchPattern::Suffix(text.clone()))),
    }
}

/// Whether a text that is there meets the test.
pub(crate) fn holds(test: &TextTest, text: &str) -> bool {
    match test {
        TextTest::Present => true,
        TextTest::Equals(texts) => texts.iter().any(|one| one == text),
        TextTest::Differs(texts) => !texts.iter().any(|one| one == text),
        TextTest::Matches(regex) => regex.contains(text),
        TextTest::Contains(part) => text.contains(part.as_str()),
        TextTest::StartsWith(start) => text.starts_with(start.as_str()),
        TextTest::EndsWith(end) => text.ends_with(end.as_str()),
    }
}

/// The expression for texts that meet the test and consist of what `any` repeats, such as `[^&]*`. `None` where the
/// test is an expression of the user's own that also matches others: nothing can be joined to it then.
pub(crate) fn within(test: &TextTest, any: &str, forbidden: char) -> Option<String> {
    let part = |text: &str| (!text.contains(forbidden)).then(|| escaped(text));
    Some(match test {
        TextTest::Present => any.to_owned(),
        TextTest::Equals(texts) => match texts.iter().filter_map(|text| part(text)).collect::<Vec<_>>() {
            texts if texts.is_empty() => never(),
            texts => regex::one_of(texts),
        },
        TextTest::Differs(_) => never(),
        TextTest::Contains(text) => part(text).map_or_else(never, |text| format!("{any}{text}{any}")),
        TextTest::StartsWith(text) => part(text).map_or_else(never, |text| format!("{text}{any}")),
        TextTest::EndsWith(text) => part(text).map_or_else(never, |text| format!("{any}{text}")),
        TextTest::Matches(regex) if avoids(regex, forbidden) => regex.to_embeddable(),
        TextTest::Matches(_) => return None,
    })
}

/// An expression that matches nothing.
fn never() -> String {
    r"[^\x00-\x{10FFFF}]".to_owned()
}

/// Whether the expression matches no text that has the character.
fn avoids(regex: &Regex, character: char) -> bool {
    let (all, with) = (StringSet::regex(regex), StringSet::containing(&character.to_string()));
    matches!((all, with), (Ok(all), Ok(with)) if all.is_disjoint(&with) == Ok(true))
}

/// Whether a path belongs to the pattern.
pub(crate) fn of_path(path: &PathPattern) -> StringMatcher {
    let ignore_case = path.ignores_case();
    if let Some(exact) = path.as_exact() {
        StringMatcher { match_pattern: Some(MatchPattern::Exact(exact)), ignore_case }
    } else if let Some(prefix) = path.as_string_prefix() {
        StringMatcher { match_pattern: Some(MatchPattern::Prefix(prefix)), ignore_case }
    } else {
        expression(path.to_regex())
    }
}

/// The texts that the expression matches as a whole.
pub(crate) fn expression(regex: String) -> StringMatcher {
    pattern(MatchPattern::SafeRegex(regex::matcher(regex)))
}

/// This text alone.
pub(crate) fn exact(text: &str) -> StringMatcher {
    pattern(MatchPattern::Exact(text.to_owned()))
}

fn pattern(pattern: MatchPattern) -> StringMatcher {
    StringMatcher { match_pattern: Some(pattern), ignore_case: false }
}
