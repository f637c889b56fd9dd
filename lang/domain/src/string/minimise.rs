//! The smallest automaton of a language.
//!
//! The algorithm is that of A. Valmari, "Fast brief practical DFA minimization", Information Processing Letters 112
//! (2012): blocks of states and bundles of transitions split each other until neither tells any two apart. It takes
//! partial automata as they are, in time O(m log m).
#![expect(
    clippy::indexing_slicing,
    reason = "all indices are numbers of states, transitions and blocks made here"
)]

use super::automaton::{Automaton, Edge, State};

/// The minimal automaton of the language that `states` accept from the first.
pub(crate) fn minimal(states: &[State]) -> Automaton {
    let states = trimmed(states);
    let Some(blocks) = blocks(&states) else { return Automaton::empty() };
    let merge = |first: &usize| {
        let state = &states[blocks.elements[*first]];
        let edge = |edge: &Edge| Edge { target: index(blocks.block[edge.target as usize]), ..*edge };
        State { accepting: state.accepting, edges: state.edges.iter().map(edge).collect() }
    };
    let merged: Vec<State> = blocks.first.iter().map(merge).collect();
    Automaton::numbered(&merged, index(blocks.block[0]))
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The states that lie on a way from the start to an accepting one. The start stays the first.
fn trimmed(states: &[State]) -> Vec<State> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    for (from, state) in states.iter().enumerate() {
        for edge in &state.edges {
            before[edge.target as usize].push(from);
        }
    }
    let reachable = closure(states.len(), [0], |state| {
        states[state].edges.iter().map(|edge| edge.target as usize).collect()
    });
    let accepting = (0..states.len()).filter(|state| states[*state].accepting);
    let useful = closure(states.len(), accepting, |state| before[state].clone());
    let mut numbers = vec![None; states.len()];
    let kept: Vec<usize> = (0..states.len()).filter(|state| reachable[*state] && useful[*state]).collect();
    for (number, &state) in kept.iter().enumerate() {
        numbers[state] = Some(index(number));
    }
    let keep = |&state: &usize| {
        let known = |edge: &Edge| numbers[edge.target as usize].map(|target| Edge { target, ..*edge });
        State {
            accepting: states[state].accepting,
            edges: states[state].edges.iter().filter_map(known).collect(),
        }
    };
    kept.iter().map(keep).collect()
}

fn closure(
    count: usize,
    from: impl IntoIterator<Item = usize>,
    next: impl Fn(usize) -> Vec<usize>,
) -> Vec<bool> {
    let mut seen = vec![false; count];
    let mut open: Vec<usize> = from.into_iter().filter(|state| *state < count).collect();
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut seen[state], true) {
            open.extend(next(state).into_iter().filter(|next| !seen[*next]));
        }
    }
    seen
}

struct Transition {
    tail: usize,
    label: usize,
    head: usize,
}

/// The blocks of states that no text tells apart, or nothing if there is no state.
fn blocks(states: &[State]) -> Option<Partition> {
    if states.is_empty() {
        return None;
    }
    let transitions = transitions(states);
    let mut blocks = Partition::new(states.len());
    (0..states.len()).filter(|state| states[*state].accepting).for_each(|state| blocks.mark(state));
    blocks.split();
    let mut bundles = Partition::by_key(transitions.len(), |transition| transitions[transition].label);
    let mut entering: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    for (number, transition) in transitions.iter().enumerate() {
        entering[transition.head].push(number);
    }
    let (mut next_block, mut next_bundle) = (1, 0);
    while next_bundle < bundles.count() {
        for place in bundles.first[next_bundle]..bundles.past[next_bundle] {
            blocks.mark(transitions[bundles.elements[place]].tail);
        }
        blocks.split();
        next_bundle += 1;
        while next_block < blocks.count() {
            for place in blocks.first[next_block]..blocks.past[next_block] {
                entering[blocks.elements[place]].iter().for_each(|&transition| bundles.mark(transition));
            }
            bundles.split();
            next_block += 1;
        }
    }
    Some(blocks)
}

/// The transitions over classes of bytes that no edge tells apart.
fn transitions(states: &[State]) -> Vec<Transition> {
    let mut begins = [false; 257];
    for edge in states.iter().flat_map(|state| &state.edges) {
        begins[usize::from(edge.low)] = true;
        begins[usize::from(edge.high) + 1] = true;
    }
    let mut class = 0;
    let mut classes = [0; 256];
    for byte in 0..256 {
        if begins[byte] {
            class += 1;
        }
        classes[byte] = class;
    }
    let expand = |(tail, edge): (usize, &Edge)| {
        let head = edge.target as usize;
        let labels = classes[usize::from(edge.low)]..=classes[usize::from(edge.high)];
        labels.map(move |label| Transition { tail, label, head })
    };
    let edges =
        states.iter().enumerate().flat_map(|(tail, state)| state.edges.iter().map(move |edge| (tail, edge)));
    edges.flat_map(expand).collect()
}

/// A partition that is refined by marking elements and splitting each block into its marked and its other elements.
struct Partition {
    /// All elements, those of one block side by side, its marked ones first.
    elements: Vec<usize>,
    /// Where each element stands.
    place: Vec<usize>,
    /// The block of each element.
    block: Vec<usize>,
    /// Where each block begins and ends.
    first: Vec<usize>,
    past: Vec<usize>,
    /// How many elements of each block are marked, and which blocks have any.
    marked: Vec<usize>,
    touched: Vec<usize>,
}

impl Partition {
    /// One block.
    fn new(count: usize) -> Self {
        Self::by_key(count, |_| 0)
    }

    /// A block for each key.
    fn by_key(count: usize, key: impl Fn(usize) -> usize) -> Self {
        let mut elements: Vec<usize> = (0..count).collect();
        elements.sort_by_key(|element| key(*element));
        let mut partition = Self {
            place: vec![0; count],
            block: vec![0; count],
            first: Vec::new(),
            past: Vec::new(),
            marked: Vec::new(),
            touched: Vec::new(),
            elements,
        };
        let mut last = None;
        for place in 0..count {
            let element = partition.elements[place];
            if last != Some(key(element)) {
                last = Some(key(element));
                partition.first.push(place);
                partition.past.push(place);
                partition.marked.push(0);
            }
            let block = partition.first.len() - 1;
            partition.past[block] = place + 1;
            partition.block[element] = block;
            partition.place[element] = place;
        }
        partition
    }

    fn count(&self) -> usize {
        self.first.len()
    }

    /// Marks an element that isn't marked.
    fn mark(&mut self, element: usize) {
        let block = self.block[element];
        let from = self.place[element];
        let to = self.first[block] + self.marked[block];
        let other = self.elements[to];
        self.elements.swap(from, to);
        self.place[other] = from;
        self.place[element] = to;
        if self.marked[block] == 0 {
            self.touched.push(block);
        }
        self.marked[block] += 1;
    }

    /// Makes the smaller part of each block with marks a block of its own, and unmarks all.
    fn split(&mut self) {
        while let Some(block) = self.touched.pop() {
            let middle = self.first[block] + self.marked[block];
            self.marked[block] = 0;
            if middle == self.past[block] {
                continue;
            }
            let new = if middle - self.first[block] <= self.past[block] - middle {
                let first = std::mem::replace(&mut self.first[block], middle);
                (first, middle)
            } else {
                let past = std::mem::replace(&mut self.past[block], middle);
                (middle, past)
            };
            for place in new.0..new.1 {
                self.block[self.elements[place]] = self.first.len();
            }
            self.first.push(new.0);
            self.past.push(new.1);
            self.marked.push(0);
        }
    }
}
