//! Two automata run side by side.

use super::automaton::{Automaton, Edge, State};
use super::{MAX_STATES, minimise};
use crate::TooLarge;
use std::collections::{HashMap, HashSet};

/// Where the two are; nothing once no text leads to acceptance any more.
type Pair = (Option<u32>, Option<u32>);

/// The automaton of the texts for which `member` holds of being in the first and in the second language. It must not
/// hold of texts that are in neither.
pub(crate) fn combine(
    left: &Automaton,
    right: &Automaton,
    member: fn(bool, bool) -> bool,
) -> Result<Automaton, TooLarge> {
    let start = (Some(0), Some(0));
    let mut numbers = HashMap::from([(start, 0_u32)]);
    let mut order = vec![start];
    let mut states = Vec::new();
    while let Some(&pair) = order.get(states.len()) {
        let mut edges = Vec::new();
        for_each_edge(left, right, pair, |low, high, next| {
            if !matters(next, member) {
                return;
            }
            let target = *numbers.entry(next).or_insert_with(|| {
                order.push(next);
                u32::try_from(order.len() - 1).unwrap_or(u32::MAX)
            });
            edges.push(Edge { low, high, target });
        });
        if order.len() > 2 * MAX_STATES {
            return Err(TooLarge { limit: MAX_STATES });
        }
        states.push(State { accepting: accepts(left, right, pair, member), edges });
    }
    let automaton = minimise::minimal(&states);
    if automaton.len() > MAX_STATES { Err(TooLarge { limit: MAX_STATES }) } else { Ok(automaton) }
}

/// Whether `member` holds for some text, as for [`combine`], without building the automaton.
pub(crate) fn any(
    left: &Automaton,
    right: &Automaton,
    member: fn(bool, bool) -> bool,
) -> Result<bool, TooLarge> {
    let start = (Some(0), Some(0));
    let mut seen = HashSet::from([start]);
    let mut open = vec![start];
    while let Some(pair) = open.pop() {
        if accepts(left, right, pair, member) {
            return Ok(true);
        }
        for_each_edge(left, right, pair, |_, _, next| {
            if matters(next, member) && seen.insert(next) {
                open.push(next);
            }
        });
        if seen.len() > 16 * MAX_STATES {
            return Err(TooLarge { limit: 16 * MAX_STATES });
        }
    }
    Ok(false)
}

fn accepts(left: &Automaton, right: &Automaton, pair: Pair, member: fn(bool, bool) -> bool) -> bool {
    member(pair.0.is_some_and(|state| left.accepts(state)), pair.1.is_some_and(|state| right.accepts(state)))
}

/// Whether a text could still be found behind the pair.
fn matters(pair: Pair, member: fn(bool, bool) -> bool) -> bool {
    let either = |state: Option<u32>| if state.is_some() { [false, true].as_slice() } else { &[false] };
    either(pair.0).iter().any(|a| either(pair.1).iter().any(|b| member(*a, *b)))
}

/// Calls with each range of bytes that neither automaton tells apart, and where it leads.
fn for_each_edge(left: &Automaton, right: &Automaton, pair: Pair, mut each: impl FnMut(u8, u8, Pair)) {
    let edges = |automaton: &Automaton, state: Option<u32>| -> Vec<Edge> {
        state.map(|state| automaton.edges(state).to_vec()).unwrap_or_default()
    };
    let (left, right) = (edges(left, pair.0), edges(right, pair.1));
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    let mut from = 0_u8;
    loop {
        while lefts.next_if(|edge| edge.high < from).is_some() {}
        while rights.next_if(|edge| edge.high < from).is_some() {}
        // Up to where both stay as they are at `from`, and what they do there.
        let at = |edge: Option<&&Edge>| match edge {
            Some(edge) if edge.low <= from => (edge.high, Some(edge.target)),
            Some(edge) => (edge.low - 1, None),
            None => (u8::MAX, None),
        };
        let ((a, first), (b, second)) = (at(lefts.peek()), at(rights.peek()));
        let to = a.min(b);
        if first.is_some() || second.is_some() {
            each(from, to, (first, second));
        }
        match to.checked_add(1) {
            Some(next) => from = next,
            None => return,
        }
    }
}
