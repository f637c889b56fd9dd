//! The groups that are open while an expression is read.

use super::flags::Flags;
use regex_syntax::hir::{Capture, Hir, Repetition};

/// A part of an expression, with the largest product of the counts nested in it.
#[derive(Debug)]
struct Part {
    hir: Hir,
    product: u32,
}

#[derive(Debug, Default)]
struct Group {
    alternatives: Vec<Part>,
    sequence: Vec<Part>,
}

impl Group {
    fn alternative(&mut self) {
        let sequence = std::mem::take(&mut self.sequence);
        let product = product(&sequence);
        let hir = Hir::concat(sequence.into_iter().map(|part| part.hir).collect());
        self.alternatives.push(Part { hir, product });
    }

    fn finish(mut self) -> Part {
        self.alternative();
        let product = product(&self.alternatives);
        Part { hir: Hir::alternation(self.alternatives.into_iter().map(|part| part.hir).collect()), product }
    }
}

fn product(parts: &[Part]) -> u32 {
    parts.iter().map(|part| part.product).max().unwrap_or(1)
}

/// What is restored and done when a group closes.
#[derive(Debug)]
struct Outer {
    group: Group,
    flags: Flags,
    start: usize,
    capture: Option<(u32, Option<Box<str>>)>,
}

#[derive(Debug, Default)]
pub(super) struct Stack {
    outer: Vec<Outer>,
    group: Group,
    captures: u32,
}

impl Stack {
    pub(super) fn depth(&self) -> usize {
        self.outer.len()
    }

    pub(super) fn push(&mut self, hir: Hir) {
        self.group.sequence.push(Part { hir, product: 1 });
    }

    pub(super) fn alternative(&mut self) {
        self.group.alternative();
    }

    /// Begins a group at `start`, behind which `flags` hold again.
    pub(super) fn open(&mut self, start: usize, flags: Flags, capture: bool, name: Option<String>) {
        let capture = capture.then(|| {
            self.captures += 1;
            (self.captures, name.map(String::into_boxed_str))
        });
        let group = std::mem::take(&mut self.group);
        self.outer.push(Outer { group, flags, start, capture });
    }

    /// Ends the innermost group: the flags that hold from here on, or nothing if no group is open.
    pub(super) fn close(&mut self) -> Option<Flags> {
        let outer = self.outer.pop()?;
        let mut part = std::mem::replace(&mut self.group, outer.group).finish();
        if let Some((index, name)) = outer.capture {
            part.hir = Hir::capture(Capture { index, name, sub: Box::new(part.hir) });
        }
        self.group.sequence.push(part);
        Some(outer.flags)
    }

    /// Repeats what was read last: the product of counts that this makes, or nothing if there is nothing to repeat.
    pub(super) fn repeat(&mut self, min: u32, max: Option<u32>, greedy: bool) -> Option<u32> {
        let Part { hir, product } = self.group.sequence.pop()?;
        let product = product.saturating_mul(max.unwrap_or(min).max(1));
        let hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(hir) });
        self.group.sequence.push(Part { hir, product });
        Some(product)
    }

    /// The whole expression, or where the group begins that is still open.
    pub(super) fn finish(self) -> Result<Hir, usize> {
        match self.outer.last() {
            Some(open) => Err(open.start),
            None => Ok(self.group.finish().hir),
        }
    }
}
