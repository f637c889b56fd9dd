//! A first-match table folded: what is left for each rule by those before it.

#[cfg(test)]
mod tests;

use crate::diagram::{Set, Space};
use crate::formula::Formula;
use crate::undecided::Undecided;
use oxidd::BooleanFunction;
use std::collections::BTreeMap;

/// Rules whose path has more classes than this are compared with all others.
const MOST_CLASSES: usize = 64;

/// What becomes of a rule.
#[derive(Clone)]
pub(crate) enum Verdict {
    /// It decides these requests.
    Decides(Set),
    /// It matches no request, whatever stands before it.
    Impossible,
    /// It matches requests, and the rules before it take them all.
    Shadowed {
        /// Some request that it matches.
        sample: Set,
        /// The rules that take its requests, by their index; none of them can be left out.
        by: Vec<usize>,
    },
}

/// What becomes of each of `rules`, of which the first that matches decides, among the requests of `scope`.
///
/// # Errors
/// A diagram outgrows its memory.
pub(crate) fn fold(space: &Space<'_>, scope: &Set, rules: &[Formula]) -> Result<Vec<Verdict>, Undecided> {
    let mut sets: Vec<Set> = Vec::with_capacity(rules.len());
    let mut index = Index::default();
    let mut verdicts = Vec::with_capacity(rules.len());
    let mut left = scope.clone();
    for (number, rule) in rules.iter().enumerate() {
        let own = Undecided::of(scope.and(&space.set(rule)?))?;
        let verdict = if !own.satisfiable() {
            Verdict::Impossible
        } else {
            let decided = Undecided::of(own.and(&left))?;
            if decided.satisfiable() {
                left = Undecided::of(left.and(&Undecided::of(own.not())?))?;
                Verdict::Decides(decided)
            } else {
                let by = covering(&own, &sets, &index.near(space, rule, number))?;
                Verdict::Shadowed { sample: own.clone(), by }
            }
        };
        index.add(space, rule, number);
        sets.push(own);
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

/// The first of `candidates` that take parts of `own` until nothing is left, without those that others make needless.
pub(crate) fn covering(own: &Set, sets: &[Set], candidates: &[usize]) -> Result<Vec<usize>, Undecided> {
    let without = |left: &Set, taken: usize| -> Result<Set, Undecided> {
        let Some(taken) = sets.get(taken) else { return Ok(left.clone()) };
        Undecided::of(left.and(&Undecided::of(taken.not())?))
    };
    let mut left = own.clone();
    let mut by = Vec::new();
    for candidate in candidates.iter().copied() {
        let less = without(&left, candidate)?;
        if less != left {
            by.push(candidate);
            left = less;
        }
        if !left.satisfiable() {
            break;
        }
    }
    let mut kept = by.clone();
    for candidate in by {
        let others = kept.iter().copied().filter(|one| *one != candidate);
        let rest = others.clone().try_fold(own.clone(), |left, other| without(&left, other))?;
        if !rest.satisfiable() {
            kept = others.collect();
        }
    }
    Ok(kept)
}

/// Which rules can have a request in common with one whose path is known.
#[derive(Default)]
struct Index {
    by_class: BTreeMap<u32, Vec<usize>>,
    wide: Vec<usize>,
}

impl Index {
    fn add(&mut self, space: &Space<'_>, rule: &Formula, number: usize) {
        match path_classes(space, rule) {
            Some(classes) if classes.len() <= MOST_CLASSES => {
                classes.iter().for_each(|class| self.by_class.entry(*class).or_default().push(number));
            }
            _ => self.wide.push(number),
        }
    }

    /// The rules before the `number`th that may meet it, in their order.
    fn near(&self, space: &Space<'_>, rule: &Formula, number: usize) -> Vec<usize> {
        match path_classes(space, rule) {
            Some(classes) if classes.len() <= MOST_CLASSES => {
                let own = classes.iter().filter_map(|class| self.by_class.get(class)).flatten();
                let mut near: Vec<usize> = own.chain(&self.wide).copied().collect();
                near.sort_unstable();
                near.dedup();
                near
            }
            _ => (0..number).collect(),
        }
    }
}

/// The classes of the path that a rule is for, where it says so by itself.
fn path_classes<'f>(space: &Space<'_>, rule: &'f Formula) -> Option<&'f [u32]> {
    let own = |part: &'f Formula| match part {
        Formula::Member(field, classes) if space.is_path(*field) => Some(classes.as_ref()),
        _ => None,
    };
    match rule {
        Formula::All(parts) => parts.iter().find_map(own),
        part => own(part),
    }
}
