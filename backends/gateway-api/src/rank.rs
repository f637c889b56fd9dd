//! Ranks that give the first-match winner.
//!
//! Of the matches of a host that hold for a request, Envoy Gateway takes the one of the highest rank: an exact path
//! before a regular expression before a prefix; then the longer text; then more headers (the method counts as one), more
//! of them exact; then the same for cookies and for query keys (`internal/gatewayapi/sort.go`). Ties are broken by the
//! age of the route. So each match that may overlap with a later one must rank above it. Where the matches as written
//! don't, all paths of the host become regular expressions whose length is their rank: `(?:)` matches nothing and makes a
//! text longer than those of all later matches that may overlap.

use crate::route_match::{PathMatch, RouteMatch, ValueMatch};

/// The longest path that an HTTPRoute may match (`maxLength` of its schema).
const MAX_PATH: usize = 1024;
/// Matches nothing, and is so many characters long.
const FILLER: &str = "(?:)";

/// The rules of a host can't be ranked: too many of them overlap.
#[derive(Debug, PartialEq, Eq)]
pub struct TooManyOverlaps;

/// Changes paths where needed, so that every match ranks above each later one that a request could meet too. The matches
/// are those of one host, grouped by rule, in the order in which the rules decide.
pub fn rank(rules: &mut [Vec<RouteMatch>]) -> Result<(), TooManyOverlaps> {
    if is_ranked(rules) {
        return Ok(());
    }
    // The matches of the rules behind, as they were written, with the lengths that they got.
    let mut behind: Vec<(RouteMatch, usize)> = Vec::new();
    for matches in rules.iter_mut().rev() {
        let is_last =
            behind.is_empty() && matches.iter().all(|one| one.path == PathMatch::Prefix("/".to_owned()));
        if is_last && matches.iter().all(is_bare) {
            continue;
        }
        let mut own = Vec::new();
        for one in matches {
            let below = behind.iter().filter(|(other, _)| may_overlap(one, other)).map(|(_, length)| *length);
            let below = below.max().unwrap_or(0);
            let mut regex = as_regex(&one.path);
            while regex.len() <= below {
                regex.push_str(FILLER);
            }
            if regex.len() > MAX_PATH {
                return Err(TooManyOverlaps);
            }
            own.push((one.clone(), regex.len()));
            one.path = PathMatch::Regex(regex);
        }
        behind.extend(own);
    }
    Ok(())
}

fn is_bare(one: &RouteMatch) -> bool {
    one.method.is_none() && one.headers.is_empty() && one.queries.is_empty() && one.cookies.is_empty()
}

/// Whether each match ranks above all later ones of other rules that may overlap with it.
fn is_ranked(rules: &[Vec<RouteMatch>]) -> bool {
    let all: Vec<(usize, &RouteMatch, Rank)> = rules
        .iter()
        .enumerate()
        .flat_map(|(rule, matches)| matches.iter().map(move |one| (rule, one, Rank::of(one))))
        .collect();
    let mut by_rank: Vec<usize> = (0..all.len()).collect();
    by_rank.sort_by(|one, other| match (all.get(*one), all.get(*other)) {
        (Some(one), Some(other)) => other.2.cmp(&one.2).then(one.0.cmp(&other.0)),
        _ => std::cmp::Ordering::Equal,
    });
    // In the order of ranks the rules must come in their own order, wherever two of them overlap.
    let mut above: Vec<(usize, &RouteMatch, Rank)> = Vec::new();
    for index in by_rank {
        let Some((rule, one, rank)) = all.get(index) else { continue };
        let upset = |(other_rule, other, other_rank): &(usize, &RouteMatch, Rank)| {
            (*other_rule > *rule || (*other_rule < *rule && other_rank == rank)) && may_overlap(one, other)
        };
        if above.iter().any(upset) {
            return false;
        }
        above.push((*rule, one, *rank));
    }
    true
}

/// A rank; the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank([usize; 8]);

impl Rank {
    fn of(one: &RouteMatch) -> Self {
        let (kind, length) = match &one.path {
            PathMatch::Exact(path) => (2, path.len()),
            PathMatch::Regex(regex) => (1, regex.len()),
            PathMatch::Prefix(prefix) if prefix == "/" => (0, 0),
            PathMatch::Prefix(prefix) => (0, prefix.len()),
        };
        let exact = |values: &[(String, ValueMatch)]| {
            values.iter().filter(|(_, value)| matches!(value, ValueMatch::Exact(_))).count()
        };
        let method = usize::from(one.method.is_some());
        Self([
            kind,
            length,
            one.headers.len() + method,
            exact(&one.headers) + method,
            one.cookies.len(),
            exact(&one.cookies),
            one.queries.len(),
            exact(&one.queries),
        ])
    }
}

/// Whether a request could meet both, by what is quickly seen: false only where none can.
fn may_overlap(one: &RouteMatch, other: &RouteMatch) -> bool {
    let methods = one.method.is_none() || other.method.is_none() || one.method == other.method;
    methods
        && paths_may_overlap(&one.path, &other.path)
        && !queries_apart(&one.queries, &other.queries)
        && !queries_apart(&one.cookies, &other.cookies)
}

/// Query keys and cookies have one value: two exact ones that differ exclude each other. Headers may have both.
fn queries_apart(one: &[(String, ValueMatch)], other: &[(String, ValueMatch)]) -> bool {
    one.iter().any(|(name, value)| {
        other.iter().any(|(known, wanted)| {
            known == name
                && matches!((value, wanted), (ValueMatch::Exact(one), ValueMatch::Exact(other)) if one != other)
        })
    })
}

fn paths_may_overlap(one: &PathMatch, other: &PathMatch) -> bool {
    match (one, other) {
        (PathMatch::Exact(one), PathMatch::Exact(other)) => one == other,
        (PathMatch::Exact(exact), PathMatch::Prefix(prefix))
        | (PathMatch::Prefix(prefix), PathMatch::Exact(exact)) => is_below(exact, prefix),
        (PathMatch::Prefix(one), PathMatch::Prefix(other)) => is_below(one, other) || is_below(other, one),
        (PathMatch::Regex(one), PathMatch::Regex(other)) => {
            texts_may_overlap(literal_start(one), literal_start(other))
        }
        (PathMatch::Regex(regex), PathMatch::Exact(text))
        | (PathMatch::Exact(text), PathMatch::Regex(regex)) => text.starts_with(literal_start(regex)),
        (PathMatch::Regex(regex), PathMatch::Prefix(prefix))
        | (PathMatch::Prefix(prefix), PathMatch::Regex(regex)) => {
            prefix == "/" || texts_may_overlap(literal_start(regex), prefix)
        }
    }
}

fn is_below(path: &str, prefix: &str) -> bool {
    let base = prefix.trim_end_matches('/');
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn texts_may_overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// The text that every match of a regular expression begins with: what stands before its first sign that isn't plain,
/// without the character that such a sign repeats.
fn literal_start(regex: &str) -> &str {
    if regex.contains('|') {
        return "";
    }
    let plain = |character: char| character.is_ascii_alphanumeric() || "/-_~%".contains(character);
    let Some(end) = regex.find(|character| !plain(character)) else { return regex };
    let repeats = regex.get(end..).is_some_and(|rest| rest.starts_with(['?', '*', '+', '{']));
    regex.get(..if repeats { end.saturating_sub(1) } else { end }).unwrap_or("")
}

/// The same paths as a regular expression.
fn as_regex(path: &PathMatch) -> String {
    match path {
        PathMatch::Exact(path) => gloo_domain::escaped(path),
        PathMatch::Regex(regex) if regex.contains('|') => format!("(?:{regex})"),
        PathMatch::Regex(regex) => regex.clone(),
        PathMatch::Prefix(prefix) if prefix == "/" => "/.*".to_owned(),
        PathMatch::Prefix(prefix) => format!("{}(?:/.*)?", gloo_domain::escaped(prefix)),
    }
}
