//! Choices among conjunctions of conditions that a route can hold.

use envoy_types::pb::envoy::config::route::v3::{CookieMatcher, HeaderMatcher, QueryParameterMatcher};
use envoy_types::pb::envoy::r#type::matcher::v3::FilterStateMatcher;
use gloo_domain::PathPattern;

/// One thing that a route asks.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// The path belongs to the pattern.
    Path(PathPattern),
    /// The path doesn't belong to the pattern.
    NotPath(PathPattern),
    /// A header is so.
    Header(HeaderMatcher),
    /// A query parameter is so.
    Query(QueryParameterMatcher),
    /// A cookie is so.
    Cookie(CookieMatcher),
    /// The state of the connection is so.
    State(FilterStateMatcher),
}

/// A choice: any of these, each a conjunction of conditions.
#[derive(Clone, Debug)]
pub(super) struct Alternatives(Vec<Vec<Condition>>);

impl Alternatives {
    /// Holds for every request.
    pub(super) fn always() -> Self {
        Self(vec![Vec::new()])
    }

    /// Holds for none.
    pub(super) fn never() -> Self {
        Self(Vec::new())
    }

    /// Holds for every request or for none.
    pub(super) fn fixed(holds: bool) -> Self {
        if holds { Self::always() } else { Self::never() }
    }

    /// Holds if the condition does.
    pub(super) fn one(condition: Condition) -> Self {
        Self(vec![vec![condition]])
    }

    /// Holds if one of the conditions does.
    pub(super) fn any(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self(conditions.into_iter().map(|condition| vec![condition]).collect())
    }

    /// Holds if all conditions do.
    pub(super) fn all(conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self(vec![conditions.into_iter().collect()])
    }

    /// Holds if both do; nothing, if that comes to more than `most`.
    pub(super) fn and(&self, other: &Self, most: usize) -> Option<Self> {
        if self.0.len().saturating_mul(other.0.len()) > most {
            return None;
        }
        let pairs =
            self.0.iter().flat_map(|one| other.0.iter().map(move |two| [one.as_slice(), two].concat()));
        Some(Self(pairs.collect()))
    }
}

impl IntoIterator for Alternatives {
    type Item = Vec<Condition>;
    type IntoIter = std::vec::IntoIter<Vec<Condition>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
