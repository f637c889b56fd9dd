//! The classes into which sets of texts cut a universe of texts.
//!
//! All automata run side by side from the start, cheapest text first. An automaton is left out once it can't accept any
//! more, and a state isn't looked behind once each automaton left accepts whatever comes: then only the universe is
//! left, and the class is known. So the states that are visited are about as many as the texts of the patterns together
//! have places.

use super::StringSet;
use super::automaton::Automaton;
use crate::witness;
use crate::{Minterm, TooLarge};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

/// The most states that are visited, unless the caller says otherwise.
pub(super) const MAX_VISITED: usize = 1_000_000;

/// The most numbers that are kept for all visited states together.
const MAX_NUMBERS: usize = 32_000_000;

/// Where all automata are: the universe's state, then the set and its state for each set that isn't dead.
type Place = Rc<[u32]>;

struct Node {
    place: Place,
    cost: u32,
    before: u32,
    byte: u8,
    settled: bool,
}

struct Search<'a> {
    universe: &'a Automaton,
    sets: Vec<&'a Automaton>,
    limit: usize,
    numbers: usize,
    nodes: Vec<Node>,
    known: HashMap<Place, u32>,
    /// What to look at next, the cheapest first: a node, or with `true` the texts that complete it.
    open: BinaryHeap<Reverse<(u32, u32, bool)>>,
    completions: HashMap<u32, Option<(u32, Vec<u8>)>>,
    found: Vec<Minterm<String>>,
    classes: HashSet<Vec<u32>>,
}

/// The classes, in the order of their witnesses' costs.
pub(super) fn minterms(
    universe: &StringSet,
    sets: &[&StringSet],
    limit: usize,
) -> Result<Vec<Minterm<String>>, TooLarge> {
    let mut search = Search {
        universe: universe.automaton(),
        sets: sets.iter().map(|set| set.automaton()).collect(),
        limit,
        numbers: 0,
        nodes: Vec::new(),
        known: HashMap::new(),
        open: BinaryHeap::new(),
        completions: HashMap::new(),
        found: Vec::new(),
        classes: HashSet::new(),
    };
    if search.universe.is_empty() {
        return Ok(Vec::new());
    }
    let alive = (0_u32..).zip(&search.sets).filter(|(_, set)| !set.is_empty());
    let start = std::iter::once(0).chain(alive.flat_map(|(index, _)| [index, 0])).collect();
    search.reach(start, 0, 0, 0)?;
    while let Some(Reverse((cost, node, completes))) = search.open.pop() {
        search.visit(cost, node, completes)?;
    }
    Ok(search.found)
}

impl Search<'_> {
    fn reach(&mut self, place: Vec<u32>, cost: u32, before: u32, byte: u8) -> Result<(), TooLarge> {
        if let Some(&known) = self.known.get(place.as_slice()) {
            if let Some(node) =
                self.nodes.get_mut(known as usize).filter(|node| !node.settled && cost < node.cost)
            {
                (node.cost, node.before, node.byte) = (cost, before, byte);
                self.open.push(Reverse((cost, known, false)));
            }
            return Ok(());
        }
        self.numbers += place.len();
        if self.nodes.len() >= self.limit || self.numbers > MAX_NUMBERS {
            return Err(TooLarge { limit: self.limit });
        }
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let place: Place = place.into();
        self.known.insert(Rc::clone(&place), number);
        self.nodes.push(Node { place, cost, before, byte, settled: false });
        self.open.push(Reverse((cost, number, false)));
        Ok(())
    }

    fn visit(&mut self, cost: u32, number: u32, completes: bool) -> Result<(), TooLarge> {
        let Some(node) = self.nodes.get_mut(number as usize) else { return Ok(()) };
        if node.settled && !completes {
            return Ok(());
        }
        node.settled = true;
        let place = Rc::clone(&node.place);
        let Some((&at, others)) = place.split_first() else { return Ok(()) };
        if completes || self.universe.accepts(at) {
            let end = if completes { self.completion(at).map(|(_, text)| text) } else { Some(Vec::new()) };
            self.class(number, others, &end.unwrap_or_default());
        }
        let decided =
            pairs(others).all(|(set, state)| self.set(set).is_some_and(|set| set.full() == Some(state)));
        if !decided {
            return self.expand(cost, number, at, others);
        }
        if !completes && !self.universe.accepts(at) {
            let more = self.completion(at).map_or(0, |(cost, _)| cost);
            self.open.push(Reverse((cost.saturating_add(more), number, true)));
        }
        Ok(())
    }

    fn set(&self, index: u32) -> Option<&Automaton> {
        self.sets.get(index as usize).copied()
    }

    fn completion(&mut self, state: u32) -> Option<(u32, Vec<u8>)> {
        let universe = self.universe;
        self.completions.entry(state).or_insert_with(|| witness::completion(universe, state)).clone()
    }

    /// Notes the class of the text that leads to the node and goes on with `end`, if it is new.
    fn class(&mut self, number: u32, others: &[u32], end: &[u8]) {
        let accepts = |(index, state): (u32, u32)| self.set(index)?.accepts(state).then_some(index);
        let members: Vec<u32> = pairs(others).filter_map(accepts).collect();
        if !self.classes.insert(members.clone()) {
            return;
        }
        let mut bytes: Vec<u8> = end.iter().rev().copied().collect();
        let mut node = number;
        while node != 0 {
            let Some(Node { before, byte, .. }) = self.nodes.get(node as usize) else { break };
            bytes.push(*byte);
            node = *before;
        }
        bytes.reverse();
        // The universe holds valid texts only.
        self.found.push(Minterm { members, witness: String::from_utf8_lossy(&bytes).into_owned() });
    }

    fn expand(&mut self, cost: u32, number: u32, at: u32, others: &[u32]) -> Result<(), TooLarge> {
        let mut begins = [false; 257];
        let edges = |automaton: &Automaton, state: u32, begins: &mut [bool; 257]| {
            for edge in automaton.edges(state) {
                for place in [usize::from(edge.low), usize::from(edge.high) + 1] {
                    if let Some(begin) = begins.get_mut(place) {
                        *begin = true;
                    }
                }
            }
        };
        edges(self.universe, at, &mut begins);
        for (set, state) in pairs(others) {
            if let Some(set) = self.set(set) {
                edges(set, state, &mut begins);
            }
        }
        let ranges = ranges(&begins);
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); ranges.len()];
        for edge in self.universe.edges(at) {
            for place in within(&ranges, &mut next, edge.low, edge.high) {
                place.push(edge.target);
            }
        }
        for (index, state) in pairs(others) {
            let Some(set) = self.sets.get(index as usize) else { continue };
            for edge in set.edges(state) {
                // Where the universe ends, nothing is left to tell apart.
                for place in within(&ranges, &mut next, edge.low, edge.high).filter(|place| !place.is_empty())
                {
                    place.extend([index, edge.target]);
                }
            }
        }
        let mut steps: Vec<(u32, u8, Vec<u32>)> = Vec::new();
        for ((low, high), place) in ranges.into_iter().zip(next) {
            if !place.is_empty() {
                let (byte, more) = witness::best(low, high);
                steps.push((cost.saturating_add(more), byte, place));
            }
        }
        steps.sort_by_key(|(cost, byte, _)| (*cost, witness::rank(*byte)));
        steps.into_iter().try_for_each(|(cost, byte, place)| self.reach(place, cost, number, byte))
    }
}

fn pairs(others: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    others.chunks_exact(2).filter_map(|pair| match pair {
        [set, state] => Some((*set, *state)),
        _ => None,
    })
}

/// The ranges of bytes between the places where something begins.
fn ranges(begins: &[bool; 257]) -> Vec<(u8, u8)> {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for (byte, begins) in (0..=u8::MAX).zip(begins) {
        match ranges.last_mut() {
            Some((_, high)) if !begins => *high = byte,
            _ => ranges.push((byte, byte)),
        }
    }
    ranges
}

/// What belongs to the ranges from `low` to `high`, which begin and end with ranges.
fn within<'n, T>(ranges: &[(u8, u8)], values: &'n mut [T], low: u8, high: u8) -> std::slice::IterMut<'n, T> {
    let from = ranges.partition_point(|range| range.1 < low);
    let to = ranges.partition_point(|range| range.0 <= high);
    values.get_mut(from..to).unwrap_or_default().iter_mut()
}
