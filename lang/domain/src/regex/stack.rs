//! The groups that are open while an expression is read.

use super::flags::Flags;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Repetition};
use regex_syntax::utf8::Utf8Sequences;

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) hir: Hir,
    /// About how many instructions RE2 makes of it.
    pub(super) size: u64,
    /// The largest product of the counts nested in it.
    product: u32,
}

#[derive(Debug, Default)]
struct Group {
    alternatives: Vec<Part>,
    sequence: Vec<Part>,
}

impl Group {
    fn alternative(&mut self) {
        let part = join(std::mem::take(&mut self.sequence), Hir::concat);
        self.alternatives.push(part);
    }

    fn finish(mut self) -> Part {
        self.alternative();
        join(self.alternatives, Hir::alternation)
    }
}

fn join(parts: Vec<Part>, hir: fn(Vec<Hir>) -> Hir) -> Part {
    let product = parts.iter().map(|part| part.product).max().unwrap_or(1);
    let size = parts.iter().fold(1_u64, |size, part| size.saturating_add(part.size));
    Part { hir: hir(parts.into_iter().map(|part| part.hir).collect()), size, product }
}

/// About how many instructions RE2 makes of a literal or a class: one for each byte or range of bytes.
fn size(hir: &Hir) -> u64 {
    let bytes = |class: &ClassUnicode| {
        let sequences =
            class.ranges().iter().flat_map(|range| Utf8Sequences::new(range.start(), range.end()));
        sequences.map(|bytes| bytes.len() as u64).sum()
    };
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) if !class.is_ascii() => bytes(class),
        HirKind::Class(class) => match class {
            Class::Unicode(class) => class.ranges().len() as u64,
            Class::Bytes(class) => class.ranges().len() as u64,
        },
        _ => 1,
    }
}

/// What is restored and done when a group closes.
#[derive(Debug)]
struct Outer {
    group: Group,
    flags: Flags,
    start: usize,
}

#[derive(Debug, Default)]
pub(super) struct Stack {
    outer: Vec<Outer>,
    group: Group,
}

impl Stack {
    pub(super) fn depth(&self) -> usize {
        self.outer.len()
    }

    pub(super) fn push(&mut self, hir: Hir) {
        let size = size(&hir);
        self.group.sequence.push(Part { hir, size, product: 1 });
    }

    pub(super) fn alternative(&mut self) {
        self.group.alternative();
    }

    /// Begins a group at `start`, behind which `flags` hold again.
    pub(super) fn open(&mut self, start: usize, flags: Flags) {
        let group = std::mem::take(&mut self.group);
        self.outer.push(Outer { group, flags, start });
    }

    /// Ends the innermost group: the flags that hold from here on, or nothing if no group is open.
    pub(super) fn close(&mut self) -> Option<Flags> {
        let outer = self.outer.pop()?;
        let inner = std::mem::replace(&mut self.group, outer.group);
        self.group.sequence.push(inner.finish());
        Some(outer.flags)
    }

    /// Repeats what was read last: the product of counts that this makes, or nothing if there is nothing to repeat.
    pub(super) fn repeat(&mut self, min: u32, max: Option<u32>, greedy: bool) -> Option<u32> {
        let Part { hir, size, product } = self.group.sequence.pop()?;
        let times = max.unwrap_or(min).max(1);
        let product = product.saturating_mul(times);
        let size = size.saturating_add(1).saturating_mul(u64::from(times));
        let hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(hir) });
        self.group.sequence.push(Part { hir, size, product });
        Some(product)
    }

    /// The whole expression, or where the group begins that is still open.
    pub(super) fn finish(self) -> Result<Part, usize> {
        match self.outer.last() {
            Some(open) => Err(open.start),
            None => Ok(self.group.finish()),
        }
    }
}
