//! Tests of the claims of verified tokens, as identities that an `rbac` filter knows.

use crate::jwt;
use crate::text_match::{self, TextMatch};
use envoy_types::pb::envoy::config::rbac::v3::{Principal, SourcedMetadata, principal};
use envoy_types::pb::envoy::r#type::matcher::v3::value_matcher::MatchPattern;
use envoy_types::pb::envoy::r#type::matcher::v3::{
    ListMatcher, MetadataMatcher, OrMatcher, StringMatcher, ValueMatcher, list_matcher, metadata_matcher,
};
use gloo_ir::{ProviderId, Test, TextAttribute, TextTest};
use gloo_target::{Conjunct, Literal};

/// Whoever meets the tests of the claims, all of which are of providers that have verified a token.
pub(crate) fn principal(conjunct: &Conjunct) -> Principal {
    let mut all: Vec<Principal> = conjunct.literals.iter().map(literal).collect();
    match all.len() {
        1 => all.remove(0),
        _ => identified(principal::Identifier::AndIds(principal::Set { ids: all })),
    }
}

fn literal(literal: &Literal) -> Principal {
    let holds = match &literal.test {
        Test::Text(TextAttribute::Claim { provider, name }, test) => claim(provider, name, test),
        // Other tests are asked of requests by their routes.
        _ => None,
    };
    match (holds, literal.negated) {
        (Some(holds), false) => holds,
        (Some(holds), true) => not(holds),
        (None, false) => not(anybody()),
        (None, true) => anybody(),
    }
}

/// A claim that is a text which meets the test, or a list with such a text; nothing if no text does.
fn claim(provider: &ProviderId, name: &str, test: &TextTest) -> Option<Principal> {
    let text = match text_match::of(test) {
        TextMatch::Always => text_match::expression("(?s:.*)".to_owned()),
        TextMatch::Never => return None,
        TextMatch::If(matched) => matched,
    };
    let segment = |key: &str| metadata_matcher::PathSegment {
        segment: Some(metadata_matcher::path_segment::Segment::Key(key.to_owned())),
    };
    let matcher = MetadataMatcher {
        filter: jwt::FILTER.to_owned(),
        path: vec![segment(provider.as_str()), segment(name)],
        value: Some(text_or_list(text)),
        invert: false,
    };
    let metadata = SourcedMetadata { metadata_matcher: Some(matcher), ..SourcedMetadata::default() };
    Some(identified(principal::Identifier::SourcedMetadata(metadata)))
}

fn text_or_list(text: StringMatcher) -> ValueMatcher {
    let value = |pattern| ValueMatcher { match_pattern: Some(pattern) };
    let text = value(MatchPattern::StringMatch(text));
    let one_of = list_matcher::MatchPattern::OneOf(Box::new(text.clone()));
    let list = value(MatchPattern::ListMatch(Box::new(ListMatcher { match_pattern: Some(one_of) })));
    value(MatchPattern::OrMatch(OrMatcher { value_matchers: vec![text, list] }))
}

/// Everybody.
pub(crate) fn anybody() -> Principal {
    identified(principal::Identifier::Any(true))
}

fn not(one: Principal) -> Principal {
    identified(principal::Identifier::NotId(Box::new(one)))
}

fn identified(identifier: principal::Identifier) -> Principal {
    Principal { identifier: Some(identifier) }
}
