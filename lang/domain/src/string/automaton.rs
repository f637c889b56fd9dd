//! Minimal deterministic automata over bytes.
//!
//! An automaton here is minimal, without dead states, and numbered in a fixed order, so two with the same language are
//! equal values. The language lies within the valid UTF-8 texts.

use std::collections::VecDeque;
use std::sync::LazyLock;

/// The bytes from `low` to `high` lead to `target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Edge {
    pub(crate) low: u8,
    pub(crate) high: u8,
    pub(crate) target: u32,
}

/// A state of an automaton that is being built: edges in any order, none overlapping.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) accepting: bool,
    pub(crate) edges: Vec<Edge>,
}

/// A minimal automaton; it starts in state 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Automaton {
    accepting: Vec<bool>,
    /// Where the edges of each state end in `edges`; they begin where those of the state before end.
    ends: Vec<u32>,
    edges: Vec<Edge>,
    /// The state from which every text is accepted, if there is one.
    full: Option<u32>,
}

impl Automaton {
    /// Numbers the states of a minimal automaton, and leaves out those that can't be reached from `start`.
    pub(crate) fn numbered(states: &[State], start: u32) -> Self {
        let mut numbers: Vec<Option<u32>> = vec![None; states.len()];
        let mut queue = VecDeque::from([start]);
        let mut count = 0_u32;
        if let Some(first) = numbers.get_mut(start as usize) {
            *first = Some(0);
            count = 1;
        }
        let mut automaton = Self { accepting: Vec::new(), ends: Vec::new(), edges: Vec::new(), full: None };
        while let Some(old) = queue.pop_front() {
            let Some(state) = states.get(old as usize) else { continue };
            let mut edges = state.edges.clone();
            edges.sort_unstable_by_key(|edge| edge.low);
            let from = automaton.edges.len();
            for Edge { low, high, target } in edges {
                let Some(slot) = numbers.get_mut(target as usize) else { continue };
                let target = *slot.get_or_insert_with(|| {
                    queue.push_back(target);
                    count += 1;
                    count - 1
                });
                match automaton.edges.get_mut(from..).and_then(<[Edge]>::last_mut) {
                    Some(last) if last.target == target && last.high.checked_add(1) == Some(low) => {
                        last.high = high;
                    }
                    _ => automaton.edges.push(Edge { low, high, target }),
                }
            }
            automaton.accepting.push(state.accepting);
            automaton.ends.push(u32::try_from(automaton.edges.len()).unwrap_or(u32::MAX));
        }
        automaton.full = automaton.find_full();
        automaton
    }

    /// The automaton of no text.
    pub(crate) fn empty() -> Self {
        Self::numbered(&[State::default()], 0)
    }

    /// The automaton of all texts.
    pub(crate) fn all() -> &'static Self {
        static ALL: LazyLock<Automaton> = LazyLock::new(|| {
            let mut states = vec![State { accepting: true, edges: Vec::new() }];
            super::build::characters(&mut states, 0, 0, true);
            Automaton::numbered(&states, 0)
        });
        &ALL
    }

    pub(crate) fn len(&self) -> usize {
        self.accepting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.edges.is_empty() && !self.accepts(0)
    }

    pub(crate) fn accepts(&self, state: u32) -> bool {
        self.accepting.get(state as usize).copied().unwrap_or(false)
    }

    /// The state from which every text is accepted.
    pub(crate) fn full(&self) -> Option<u32> {
        self.full
    }

    /// The edges of a state, by their bytes.
    pub(crate) fn edges(&self, state: u32) -> &[Edge] {
        let end = |index: Option<usize>| {
            index.and_then(|index| self.ends.get(index)).map_or(0, |end| *end as usize)
        };
        let index = state as usize;
        self.edges.get(end(index.checked_sub(1))..end(Some(index))).unwrap_or_default()
    }

    pub(crate) fn step(&self, state: u32, byte: u8) -> Option<u32> {
        let edges = self.edges(state);
        let edge = edges.get(edges.partition_point(|edge| edge.high < byte))?;
        (edge.low <= byte).then_some(edge.target)
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        let end = text.bytes().try_fold(0, |state, byte| self.step(state, byte));
        end.is_some_and(|state| self.accepts(state))
    }

    /// A state that loops on ASCII is full if its other edges are those of [`Self::all`]; being minimal, the automaton
    /// has at most one.
    fn find_full(&self) -> Option<u32> {
        let loops = |state: &u32| {
            let ascii = Edge { low: 0, high: 0x7F, target: *state };
            self.accepts(*state) && self.edges(*state).first() == Some(&ascii)
        };
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        (0..count).filter(loops).find(|state| self.is_full(*state))
    }

    fn is_full(&self, state: u32) -> bool {
        let edges = self.edges(state).get(1..).unwrap_or_default();
        edges.len() == CHARACTERS.len()
            && edges.iter().zip(CHARACTERS).all(|(edge, (low, high, tail))| {
                let end = tail.iter().try_fold(edge.target, |state, (low, high)| match self.edges(state) {
                    [only] if (only.low, only.high) == (*low, *high) => Some(only.target),
                    _ => None,
                });
                (edge.low, edge.high) == (low, high) && end == Some(state)
            })
    }
}

/// The first bytes of characters beyond ASCII, each with the ranges of the bytes that follow (RFC 3629 §4).
const CHARACTERS: [(u8, u8, Tail); 8] = [
    (0xC2, 0xDF, &[(0x80, 0xBF)]),
    (0xE0, 0xE0, &[(0xA0, 0xBF), (0x80, 0xBF)]),
    (0xE1, 0xEC, &[(0x80, 0xBF), (0x80, 0xBF)]),
    (0xED, 0xED, &[(0x80, 0x9F), (0x80, 0xBF)]),
    (0xEE, 0xEF, &[(0x80, 0xBF), (0x80, 0xBF)]),
    (0xF0, 0xF0, &[(0x90, 0xBF), (0x80, 0xBF), (0x80, 0xBF)]),
    (0xF1, 0xF3, &[(0x80, 0xBF), (0x80, 0xBF), (0x80, 0xBF)]),
    (0xF4, 0xF4, &[(0x80, 0x8F), (0x80, 0xBF), (0x80, 0xBF)]),
];

/// Ranges of bytes, one after the other.
type Tail = &'static [(u8, u8)];
