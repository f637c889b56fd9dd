//! Automata of texts, prefixes, path patterns and expressions.

use super::automaton::{Automaton, Edge, State};
use super::{MAX_STATES, product};
use crate::path::{Form, PathPattern};
use crate::{Regex, TooLarge, regex};
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Dot, Hir, Repetition};
use std::collections::BTreeMap;

/// The text itself.
pub(super) fn literal(text: &str) -> Automaton {
    let mut chain = Chain::new();
    chain.text(text, false);
    chain.accept();
    chain.finish()
}

/// Every text that begins so.
pub(super) fn prefix(text: &str) -> Automaton {
    let mut chain = Chain::new();
    chain.text(text, false);
    chain.anything();
    chain.finish()
}

/// Every text that ends so.
pub(super) fn suffix(text: &str) -> Result<Automaton, TooLarge> {
    expression(&Hir::concat(vec![any_text(), Hir::literal(text.as_bytes())]))
}

/// Every text that has it somewhere.
pub(super) fn containing(text: &str) -> Result<Automaton, TooLarge> {
    expression(&Hir::concat(vec![any_text(), Hir::literal(text.as_bytes()), any_text()]))
}

fn any_text() -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(Hir::dot(Dot::AnyChar)) })
}

/// Every text that is in the pattern.
pub(super) fn path(pattern: &PathPattern) -> Result<Automaton, TooLarge> {
    let ignore_case = pattern.ignores_case();
    let mut chain = Chain::new();
    match pattern.form() {
        Form::Prefix(prefix) => {
            chain.text(prefix, ignore_case);
            chain.anything();
        }
        Form::Segments { segments, rest } => {
            for segment in segments {
                chain.text("/", false);
                match segment.literal() {
                    Some(literal) => chain.text(literal, ignore_case),
                    None if segment.is_wildcard() => chain.segment(),
                    // Text with wildcards in it has no fixed number of states; the general way finds them.
                    None => {
                        let regex = Regex::parse(&format!("(?s){}", pattern.to_regex()));
                        return expression(regex.map_err(|_| TooLarge { limit: regex::MAX_LENGTH })?.hir());
                    }
                }
            }
            if *rest {
                if !segments.is_empty() {
                    chain.accept();
                }
                chain.text("/", false);
                chain.anything();
            } else {
                chain.accept();
            }
        }
        Form::Regex(regex) => {
            return product::combine(&expression(regex.hir())?, &prefix("/"), |a, b| a && b);
        }
    }
    Ok(chain.finish())
}

/// Every text that the expression matches as a whole.
pub(super) fn expression(hir: &Hir) -> Result<Automaton, TooLarge> {
    let too_large = TooLarge { limit: MAX_STATES };
    let nfa = regex::nfa(hir).ok_or(too_large)?;
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .match_kind(MatchKind::All)
        .accelerate(false)
        .dfa_size_limit(Some(DFA_LIMIT))
        .determinize_size_limit(Some(DFA_LIMIT));
    let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| too_large)?;
    let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|_| too_large)?;
    let states = states(&dfa, start);
    // Each state of the set may stand here twice, with and without a match.
    if states.len() > 2 * MAX_STATES {
        return Err(too_large);
    }
    let automaton = super::minimise::minimal(&states);
    let automaton = if hir.properties().is_utf8() {
        automaton
    } else {
        product::combine(&automaton, Automaton::all(), |a, b| a && b)?
    };
    if automaton.len() > MAX_STATES { Err(too_large) } else { Ok(automaton) }
}

/// Memory for the automaton of one expression while it is built, in bytes.
const DFA_LIMIT: usize = 16 << 20;

/// The states of the engine's automaton. It knows a match one step late, when it sees the end of the text.
fn states(dfa: &dense::DFA<Vec<u32>>, start: StateID) -> Vec<State> {
    let mut numbers = BTreeMap::from([(start, 0_u32)]);
    let mut order = vec![start];
    let mut states = Vec::new();
    while let Some(&id) = order.get(states.len()) {
        let mut edges: Vec<Edge> = Vec::new();
        for byte in 0..=u8::MAX {
            let next = dfa.next_state(id, byte);
            if dfa.is_dead_state(next) {
                continue;
            }
            let target = *numbers.entry(next).or_insert_with(|| {
                order.push(next);
                u32::try_from(order.len() - 1).unwrap_or(u32::MAX)
            });
            match edges.last_mut() {
                Some(last) if last.target == target && last.high.checked_add(1) == Some(byte) => {
                    last.high = byte;
                }
                _ => edges.push(Edge { low: byte, high: byte, target }),
            }
        }
        let accepting = dfa.is_match_state(dfa.next_eoi_state(id));
        states.push(State { accepting, edges });
    }
    states
}

/// An automaton that reads one part after the other; what it builds is minimal.
struct Chain {
    states: Vec<State>,
    /// The state behind the last part.
    end: u32,
}

impl Chain {
    fn new() -> Self {
        Self { states: vec![State::default()], end: 0 }
    }

    fn add(&mut self) -> u32 {
        add(&mut self.states)
    }

    fn edge(&mut self, from: u32, low: u8, high: u8, target: u32) {
        edge(&mut self.states, from, low, high, target);
    }

    fn text(&mut self, text: &str, ignore_case: bool) {
        for byte in text.bytes() {
            let next = self.add();
            self.edge(self.end, byte, byte, next);
            if ignore_case && byte.is_ascii_alphabetic() {
                let other = byte ^ 0x20;
                self.edge(self.end, other, other, next);
            }
            self.end = next;
        }
    }

    /// One or more characters but `/`.
    fn segment(&mut self) {
        let inside = self.add();
        characters(&mut self.states, self.end, inside, false);
        // The tails of characters are the same, whether they are the first or not.
        let first = self.states.get(self.end as usize).map(|state| state.edges.clone()).unwrap_or_default();
        if let Some(state) = self.states.get_mut(inside as usize) {
            state.edges = first;
        }
        self.end = inside;
    }

    /// Any text, to the end.
    fn anything(&mut self) {
        self.accept();
        characters(&mut self.states, self.end, self.end, true);
    }

    fn accept(&mut self) {
        if let Some(state) = self.states.get_mut(self.end as usize) {
            state.accepting = true;
        }
    }

    fn finish(self) -> Automaton {
        Automaton::numbered(&self.states, 0)
    }
}

fn add(states: &mut Vec<State>) -> u32 {
    states.push(State::default());
    u32::try_from(states.len() - 1).unwrap_or(u32::MAX)
}

fn edge(states: &mut [State], from: u32, low: u8, high: u8, target: u32) {
    if let Some(state) = states.get_mut(from as usize) {
        state.edges.push(Edge { low, high, target });
    }
}

/// Edges for one character in UTF-8 (RFC 3629 §4), any or any but `/`, from one state to another.
pub(super) fn characters(states: &mut Vec<State>, from: u32, to: u32, slash: bool) {
    let mut tail = |low, high, target| {
        let state = add(states);
        edge(states, state, low, high, target);
        state
    };
    let one = tail(0x80, 0xBF, to);
    let two = tail(0x80, 0xBF, one);
    let three = tail(0x80, 0xBF, two);
    let leads = [
        (0xC2, 0xDF, one),
        (0xE0, 0xE0, tail(0xA0, 0xBF, one)),
        (0xE1, 0xEC, two),
        (0xED, 0xED, tail(0x80, 0x9F, one)),
        (0xEE, 0xEF, two),
        (0xF0, 0xF0, tail(0x90, 0xBF, two)),
        (0xF1, 0xF3, three),
        (0xF4, 0xF4, tail(0x80, 0x8F, two)),
    ];
    if slash {
        edge(states, from, 0x00, 0x7F, to);
    } else {
        edge(states, from, 0x00, b'/' - 1, to);
        edge(states, from, b'/' + 1, 0x7F, to);
    }
    for (low, high, target) in leads {
        edge(states, from, low, high, target);
    }
}
