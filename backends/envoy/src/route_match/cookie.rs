//! Cookies: the first of the name, without quotes.

use super::alternatives::{Alternatives, Condition};
use crate::text_match::{self, TextMatch};
use envoy_types::pb::envoy::config::route::v3::CookieMatcher;
use gloo_ir::TextTest;

/// A test of a cookie, or its plain negation: Envoy's inverted test holds also where there is no such cookie.
pub(super) fn of(name: &str, test: &TextTest, negated: bool) -> Alternatives {
    let matched = match text_match::of(test) {
        TextMatch::Always => text_match::expression(".*".to_owned()),
        TextMatch::Never => return Alternatives::fixed(negated),
        TextMatch::If(matched) => matched,
    };
    Alternatives::one(Condition::Cookie(CookieMatcher {
        name: name.to_owned(),
        string_match: Some(matched),
        invert_match: negated,
    }))
}
