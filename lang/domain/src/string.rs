//! Sets of texts: paths, and the values of headers, query keys, cookies and claims.

pub(crate) mod automaton;
mod build;
mod classes;
mod minimise;
mod product;
mod universe;

use crate::{Minterm, PathPattern, Regex, TooLarge, witness};
use automaton::Automaton;
use regex_syntax::hir::Hir;
use std::sync::Arc;

/// The most states that the automaton of one set has.
pub(crate) const MAX_STATES: usize = 32_768;

/// A set of texts (sequences of Unicode characters), exactly.
///
/// Held as a minimal automaton, so two sets are equal if and only if they have the same members. Every operation that
/// could make one too large to work with says so instead.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StringSet(Arc<Automaton>);

impl StringSet {
    fn new(automaton: Automaton) -> Self {
        Self(Arc::new(automaton))
    }

    fn automaton(&self) -> &Automaton {
        &self.0
    }

    /// No text.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(Automaton::empty())
    }

    /// Every text, the empty one included.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Automaton::all().clone())
    }

    /// This text.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::new(build::literal(text))
    }

    /// Every text that begins so.
    #[must_use]
    pub fn prefix(text: &str) -> Self {
        Self::new(build::prefix(text))
    }

    /// Every text that ends so.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn suffix(text: &str) -> Result<Self, TooLarge> {
        build::suffix(text).map(Self::new)
    }

    /// Every text that has this one somewhere.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn containing(text: &str) -> Result<Self, TooLarge> {
        build::containing(text).map(Self::new)
    }

    /// Every text that the expression matches as a whole.
    ///
    /// # Errors
    /// Where the set is too large: an expression may be small and its automaton is not, as for `.*a.{20}`.
    pub fn regex(regex: &Regex) -> Result<Self, TooLarge> {
        Self::expression(regex.hir())
    }

    pub(crate) fn expression(hir: &Hir) -> Result<Self, TooLarge> {
        build::expression(hir).map(Self::new)
    }

    /// Every text that is a path of the pattern. Of these, only those in [`paths`](Self::paths) come in a request.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn path(pattern: &PathPattern) -> Result<Self, TooLarge> {
        build::path(pattern).map(Self::new)
    }

    /// Every text that can come as the path of a request, before normalisation: begins with `/`, and has neither
    /// controls nor a space nor `?` nor `#` (RFC 3986 §3.3; proxies let characters beyond ASCII pass).
    ///
    /// # Errors
    /// Never in practice; as for all sets.
    pub fn paths() -> Result<Self, TooLarge> {
        universe::paths()
    }

    /// Every path that `paths: strict` hands to the rules: what normalisation leaves, and doesn't refuse.
    ///
    /// # Errors
    /// Never in practice; as for all sets.
    pub fn strict_paths() -> Result<Self, TooLarge> {
        universe::strict_paths()
    }

    /// Every text of ASCII alone.
    ///
    /// # Errors
    /// Never in practice; as for all sets.
    pub fn ascii() -> Result<Self, TooLarge> {
        universe::ascii()
    }

    /// Every text that can be the value of a header (RFC 9110 §5.5): no controls but inner tabs, no space at either end.
    ///
    /// # Errors
    /// Never in practice; as for all sets.
    pub fn header_values() -> Result<Self, TooLarge> {
        universe::header_values()
    }

    /// Whether the text is in the set.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// Whether no text is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts of both.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn meet(&self, other: &Self) -> Result<Self, TooLarge> {
        product::combine(&self.0, &other.0, |a, b| a && b).map(Self::new)
    }

    /// The texts of either.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn join(&self, other: &Self) -> Result<Self, TooLarge> {
        product::combine(&self.0, &other.0, |a, b| a || b).map(Self::new)
    }

    /// The texts of any of them.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn join_all(sets: &[Self]) -> Result<Self, TooLarge> {
        // By halves: one after the other would walk through the first set as often as there are sets.
        let mut level = sets.to_vec();
        while level.len() > 1 {
            let halves = level.chunks(2).map(|pair| match pair {
                [left, right] => left.join(right),
                _ => Ok(pair.first().cloned().unwrap_or_else(Self::empty)),
            });
            level = halves.collect::<Result<_, _>>()?;
        }
        Ok(level.pop().unwrap_or_else(Self::empty))
    }

    /// The texts that are not in the set.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn complement(&self) -> Result<Self, TooLarge> {
        product::combine(Automaton::all(), &self.0, |all, own| all && !own).map(Self::new)
    }

    /// The texts that are not in `other`.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn minus(&self, other: &Self) -> Result<Self, TooLarge> {
        product::combine(&self.0, &other.0, |a, b| a && !b).map(Self::new)
    }

    /// Whether each text is in `other` too.
    ///
    /// # Errors
    /// Where it takes too many states to tell.
    pub fn is_subset(&self, other: &Self) -> Result<bool, TooLarge> {
        product::any(&self.0, &other.0, |a, b| a && !b).map(|found| !found)
    }

    /// Whether no text is in `other` too.
    ///
    /// # Errors
    /// Where it takes too many states to tell.
    pub fn is_disjoint(&self, other: &Self) -> Result<bool, TooLarge> {
        product::any(&self.0, &other.0, |a, b| a && b).map(|found| !found)
    }

    /// A short, readable text of the set: of letters and digits where they do.
    #[must_use]
    pub fn witness(&self) -> Option<String> {
        let (_, bytes) = witness::completion(&self.0, 0)?;
        String::from_utf8(bytes).ok()
    }

    /// The classes into which the sets cut `universe`, in the order of their witnesses' lengths. Give equal sets once:
    /// each set costs.
    ///
    /// # Errors
    /// Where more than a million states would have to be visited.
    pub fn minterms(universe: &Self, sets: &[&Self]) -> Result<Vec<Minterm<String>>, TooLarge> {
        classes::minterms(universe, sets, classes::MAX_VISITED)
    }

    /// As [`minterms`](Self::minterms), but visits no more than `limit` states.
    ///
    /// # Errors
    /// Where that isn't enough.
    pub fn minterms_within(
        limit: usize,
        universe: &Self,
        sets: &[&Self],
    ) -> Result<Vec<Minterm<String>>, TooLarge> {
        classes::minterms(universe, sets, limit)
    }
}

impl std::fmt::Debug for StringSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StringSet({} states, such as {:?})", self.0.len(), self.witness())
    }
}
