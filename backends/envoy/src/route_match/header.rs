//! Headers. One with several values meets a test if one of them does, and the inverted test if none does.

use super::alternatives::{Alternatives, Condition};
use crate::text_match::{self, TextMatch};
use envoy_types::pb::envoy::config::route::v3::HeaderMatcher;
use envoy_types::pb::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use envoy_types::pb::envoy::r#type::matcher::v3::StringMatcher;
use gloo_ir::TextTest;

/// A test of a header, or its plain negation.
pub(super) fn of(name: &str, test: &TextTest, negated: bool) -> Alternatives {
    let matched = match text_match::of(test) {
        TextMatch::Always => return Alternatives::one(Condition::Header(present(name, negated))),
        TextMatch::Never => return Alternatives::fixed(negated),
        TextMatch::If(matched) => matched,
    };
    if negated && text_match::holds(test, "") {
        // The empty text would meet the test, so an absent header can't be taken for an empty one.
        let other = HeaderMatcher { treat_missing_header_as_empty: false, ..matcher(name, matched, true) };
        return Alternatives::any([Condition::Header(present(name, true)), Condition::Header(other)]);
    }
    Alternatives::one(Condition::Header(matcher(name, matched, negated)))
}

/// Whether there is such a header, or none.
fn present(name: &str, negated: bool) -> HeaderMatcher {
    HeaderMatcher {
        name: name.to_owned(),
        invert_match: negated,
        header_match_specifier: Some(HeaderMatchSpecifier::PresentMatch(true)),
        ..HeaderMatcher::default()
    }
}

/// Whether a value of the header matches; or, negated, whether none does, an absent header included.
pub(super) fn matcher(name: &str, matched: StringMatcher, negated: bool) -> HeaderMatcher {
    HeaderMatcher {
        name: name.to_owned(),
        invert_match: negated,
        // Envoy takes an absent header for one that fails also the inverted test, unless it is taken for an empty one.
        treat_missing_header_as_empty: negated,
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(matched)),
    }
}
