//! Query parameters: the first value of a key, as written.

use super::alternatives::{Alternatives, Condition};
use super::header;
use crate::text_match::{self, TextMatch};
use envoy_types::pb::envoy::config::route::v3::QueryParameterMatcher;
use envoy_types::pb::envoy::config::route::v3::query_parameter_matcher::QueryParameterMatchSpecifier;
use gloo_domain::escaped;
use gloo_ir::TextTest;

/// The test of a query parameter.
pub(super) fn of(name: &str, test: &TextTest) -> Alternatives {
    if !can_be_key(name) {
        return Alternatives::never();
    }
    let specifier = match text_match::of(test) {
        TextMatch::Always => QueryParameterMatchSpecifier::PresentMatch(true),
        TextMatch::Never => return Alternatives::never(),
        TextMatch::If(matched) => QueryParameterMatchSpecifier::StringMatch(matched),
    };
    Alternatives::one(Condition::Query(QueryParameterMatcher {
        name: name.to_owned(),
        query_parameter_match_specifier: Some(specifier),
    }))
}

/// The plain negation of the test: Envoy has none for query parameters, so it asks path and query as a whole. `None`
/// where the test is an expression that could reach over the end of the value.
pub(super) fn negated(name: &str, test: &TextTest) -> Option<Alternatives> {
    if !can_be_key(name) {
        return Some(Alternatives::always());
    }
    let key = escaped(name);
    let value = text_match::within(test, "[^&]*", '&')?;
    // A key without `=` has the empty value.
    let pair = if text_match::holds(test, "") {
        format!("{key}(?:=(?:{value}))?")
    } else {
        format!("{key}=(?:{value})")
    };
    let expression = format!(r"[^?]*\?(?:(?:{})&)*{pair}(?:&.*)?", other_pair(name));
    let matched = text_match::expression(expression);
    Some(Alternatives::one(Condition::Header(header::matcher(":path", matched, true))))
}

/// An expression for a pair of any key but this one.
fn other_pair(name: &str) -> String {
    // Behind the whole name stands at least one character more; behind a part of it nothing, or something else than
    // the name goes on with.
    name.chars().rev().fold("[^&=][^&]*".to_owned(), |rest, next| {
        format!("(?:=[^&]*|{}[^&]*|{}{rest})?", key_character_but(next), escaped(&next.to_string()))
    })
}

/// A class of the characters that a key may have, but for this one.
fn key_character_but(one: char) -> String {
    if matches!(one, '\\' | ']' | '^' | '-' | '[') { format!(r"[^&=\{one}]") } else { format!("[^&={one}]") }
}

/// Whether a query can have such a key.
fn can_be_key(name: &str) -> bool {
    !name.contains(['&', '='])
}
