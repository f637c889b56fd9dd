//! Rules of different tables that some request matches both of.

use crate::Test;
use crate::normal_form::Conjunct;
use gloo_domain::PathPattern;

/// A rule that takes part in the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Contender<'a> {
    /// Which table it belongs to: rules of one table are not compared.
    pub table: usize,
    /// What it matches.
    pub matches: &'a [Conjunct],
}

/// Two rules of different tables that meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The one rule, by its index among the contenders.
    pub one: usize,
    /// The other, of a later table.
    pub other: usize,
    /// What both match: some of it.
    pub meet: Conjunct,
}

/// The pairs of rules of different tables that meet within `scope` (what all requests of the entry have in common), at
/// most `limit` of them, in the order of the contenders.
///
/// Only rules whose paths begin alike are compared: each path pattern has a text that all its paths begin with, and two
/// patterns can only meet if one of those texts begins with the other.
#[must_use]
pub fn overlaps(contenders: &[Contender<'_>], scope: &Conjunct, limit: usize) -> Vec<Overlap> {
    let mut ways: Vec<Way<'_>> = Vec::new();
    for (rule, contender) in contenders.iter().enumerate() {
        for conjunct in contender.matches {
            let (start, is_exact) = beginning(conjunct);
            ways.push(Way { start, is_exact, table: contender.table, rule, conjunct });
        }
    }
    ways.sort_by(|one, other| one.start.cmp(&other.start).then(one.rule.cmp(&other.rule)));
    let mut found: Vec<Overlap> = Vec::new();
    // The ways whose beginning the current one's begins with, the shortest first.
    let mut enclosing: Vec<&Way<'_>> = Vec::new();
    for way in &ways {
        while enclosing.last().is_some_and(|outer| !way.start.starts_with(&outer.start)) {
            enclosing.pop();
        }
        for outer in &enclosing {
            if outer.table == way.table || (outer.is_exact && outer.start.len() < way.start.len()) {
                continue;
            }
            let (first, second) = if outer.table < way.table { (*outer, way) } else { (way, *outer) };
            let known = |pair: &Overlap| (pair.one, pair.other) == (first.rule, second.rule);
            let both = first.conjunct.meet(second.conjunct).and_then(|both| both.meet(scope));
            if let Some(meet) = both.filter(|_| !found.iter().any(known)) {
                found.push(Overlap { one: first.rule, other: second.rule, meet });
                if found.len() >= limit {
                    return in_order(found);
                }
            }
        }
        enclosing.push(way);
    }
    in_order(found)
}

fn in_order(mut found: Vec<Overlap>) -> Vec<Overlap> {
    found.sort_by_key(|pair| (pair.one, pair.other));
    found
}

/// One conjunct of a rule, with what all its paths begin with.
struct Way<'a> {
    start: String,
    is_exact: bool,
    table: usize,
    rule: usize,
    conjunct: &'a Conjunct,
}

/// A text that every path of the conjunct begins with, in lower case, and whether it is the only path.
fn beginning(conjunct: &Conjunct) -> (String, bool) {
    let mut longest = (String::new(), false);
    for literal in conjunct.literals.iter().filter(|literal| !literal.negated) {
        let Test::Path(patterns) = &literal.test else { continue };
        let found = match patterns.as_slice() {
            [one] => beginning_of(one),
            several => (common_beginning(several), false),
        };
        if (found.0.len(), found.1) > (longest.0.len(), longest.1) {
            longest = found;
        }
    }
    longest
}

fn common_beginning(patterns: &[PathPattern]) -> String {
    let mut beginnings = patterns.iter().map(|pattern| beginning_of(pattern).0);
    let first = beginnings.next().unwrap_or_default();
    beginnings.fold(first, |common, next| {
        let shared = common.chars().zip(next.chars()).take_while(|(one, other)| one == other);
        shared.map(|(one, _)| one).collect()
    })
}

fn beginning_of(pattern: &PathPattern) -> (String, bool) {
    if let Some(exact) = pattern.as_exact() {
        return (exact.to_ascii_lowercase(), true);
    }
    let prefix = pattern.as_segment_prefix().or_else(|| pattern.as_string_prefix());
    (prefix.unwrap_or_else(|| literal_start(pattern)).to_ascii_lowercase(), false)
}

/// What stands before the first wildcard of a pattern by segments; nothing for a regular expression.
fn literal_start(pattern: &PathPattern) -> String {
    let text = pattern.to_string();
    let text = text.strip_prefix("ignore_case(").unwrap_or(&text);
    if !text.starts_with('/') {
        return String::new();
    }
    let start = text.split(['*', '{']).next().unwrap_or_default();
    start.trim_end_matches('/').to_owned()
}
