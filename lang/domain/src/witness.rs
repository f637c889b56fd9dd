//! Which member of a set of texts a reader likes best.
//!
//! The shortest, of letters and digits where they do, rather longer than with control characters. Each byte has a cost;
//! a text with the smallest sum is taken, and among several the one that begins better.

use crate::string::automaton::{Automaton, Edge};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a byte costs, and which of those with the same cost comes first.
fn cost(byte: u8) -> (u32, u8) {
    match byte {
        b'a'..=b'z' => (100, byte - b'a'),
        b'1'..=b'9' => (100, byte),
        b'0' => (100, b'9' + 1),
        b'/' => (100, u8::MAX),
        b'A'..=b'Z' => (101, byte),
        b'-' | b'.' | b'_' | b'=' | b'~' => (102, byte),
        b'!'..=b'~' => (110, byte),
        b' ' => (130, byte),
        0x00..=0x1F | 0x7F => (1000, byte),
        // `é` is the first character that isn't ASCII.
        0xC3 => (250, 0),
        0xA9 => (140, 0),
        0x80..=0xBF => (150, byte),
        0xC0..=0xFF => (400, byte),
    }
}

/// Which of the bytes with the same cost comes first.
pub(crate) fn rank(byte: u8) -> u8 {
    cost(byte).1
}

/// The best byte from `low` to `high`, and its cost.
pub(crate) fn best(low: u8, high: u8) -> (u8, u32) {
    let (cost, _, byte) = (low..=high)
        .map(|byte| {
            let (cost, rank) = cost(byte);
            (cost, rank, byte)
        })
        .min()
        .unwrap_or((0, 0, low));
    (byte, cost)
}

/// The best text that leads from the state to an accepting one, and its cost. From each state some text does, unless
/// the language is empty.
pub(crate) fn completion(automaton: &Automaton, from: u32) -> Option<(u32, Vec<u8>)> {
    // Each state with the cheapest way to it that is known: cost, the state before, the byte.
    let mut ways: Vec<Option<(u32, u32, u8)>> = vec![None; automaton.len()];
    let mut open = BinaryHeap::from([Reverse((0_u32, 0_usize, from))]);
    *ways.get_mut(from as usize)? = Some((0, from, 0));
    let mut order = 0;
    while let Some(Reverse((cost, _, state))) = open.pop() {
        if automaton.accepts(state) {
            return Some((cost, path(&ways, from, state)));
        }
        if ways.get(state as usize).copied().flatten().is_some_and(|(known, _, _)| known < cost) {
            continue;
        }
        let mut steps: Vec<(u32, u8, u32)> = automaton.edges(state).iter().map(step).collect();
        steps.sort_by_key(|(cost, byte, _)| (*cost, rank(*byte)));
        for (more, byte, target) in steps {
            let Some(way) = ways.get_mut(target as usize) else { continue };
            if way.is_none_or(|(known, _, _)| cost + more < known) {
                *way = Some((cost + more, state, byte));
                order += 1;
                open.push(Reverse((cost + more, order, target)));
            }
        }
    }
    None
}

fn step(edge: &Edge) -> (u32, u8, u32) {
    let (byte, cost) = best(edge.low, edge.high);
    (cost, byte, edge.target)
}

fn path(ways: &[Option<(u32, u32, u8)>], from: u32, to: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut state = to;
    while state != from {
        let Some((_, before, byte)) = ways.get(state as usize).copied().flatten() else { break };
        bytes.push(byte);
        state = before;
    }
    bytes.reverse();
    bytes
}
