//! Z3 over bit-vectors and booleans: the class of each field is a number, each class of a list a boolean.
//!
//! No string ever reaches it: its theory of strings gives up on a hundred prefixes. A limit of resources decides when it
//! gives up, so that its answers don't depend on how busy the machine is.

use super::{Answer, Solver};
use crate::atoms::{Atoms, Kind};
use crate::formula::Formula;
use z3::ast::{BV, Bool};
use z3::{Params, SatResult};

/// After so many of Z3's own units of work it gives up on a question: some seconds.
const RESOURCES: u32 = 20_000_000;

/// Z3 with what it has been told.
pub(crate) struct Z3 {
    solver: z3::Solver,
    fields: Vec<Encoded>,
}

/// How a field is said to Z3.
enum Encoded {
    One(BV, u32),
    List(Vec<Bool>),
}

impl Z3 {
    /// A solver for questions over these atoms. It belongs to the thread that makes it.
    pub fn new(atoms: &Atoms) -> Self {
        let solver = z3::Solver::new_for_logic("QF_BV").unwrap_or_default();
        let mut limits = Params::new();
        limits.set_u32("rlimit", RESOURCES);
        solver.set_params(&limits);
        let mut fields = Vec::new();
        for (number, field) in atoms.fields.iter().enumerate() {
            let count = field.classes.len();
            fields.push(match field.kind {
                Kind::One => {
                    let width = usize::BITS - count.saturating_sub(1).leading_zeros();
                    let width = width.max(1);
                    let class = BV::new_const(format!("field{number}"), width);
                    let last = BV::from_u64(count.saturating_sub(1) as u64, width);
                    solver.assert(class.bvule(&last));
                    Encoded::One(class, width)
                }
                Kind::List => Encoded::List(
                    (0..count).map(|class| Bool::new_const(format!("field{number}has{class}"))).collect(),
                ),
            });
        }
        Self { solver, fields }
    }

    fn said(&self, formula: &Formula) -> Bool {
        match formula {
            Formula::Constant(value) => Bool::from_bool(*value),
            Formula::Member(field, classes) => match self.fields.get(*field) {
                Some(Encoded::One(class, width)) => {
                    let number = |class: u32| BV::from_u64(u64::from(class), *width);
                    let ranges: Vec<Bool> = ranges(classes)
                        .into_iter()
                        .map(|(first, last)| {
                            Bool::and(&[class.bvuge(number(first)), class.bvule(number(last))])
                        })
                        .collect();
                    Bool::or(&ranges)
                }
                _ => Bool::from_bool(false),
            },
            Formula::Some(field, class) => match self.fields.get(*field) {
                Some(Encoded::List(has)) => {
                    has.get(*class as usize).cloned().unwrap_or_else(|| Bool::from_bool(false))
                }
                _ => Bool::from_bool(false),
            },
            Formula::Not(inner) => self.said(inner).not(),
            Formula::All(parts) => Bool::and(&parts.iter().map(|part| self.said(part)).collect::<Vec<_>>()),
            Formula::Any(parts) => Bool::or(&parts.iter().map(|part| self.said(part)).collect::<Vec<_>>()),
        }
    }
}

impl Solver for Z3 {
    fn assume(&mut self, formula: &Formula) {
        self.solver.assert(self.said(formula));
    }

    fn can_hold(&mut self, formula: &Formula) -> Answer {
        self.solver.push();
        self.solver.assert(self.said(formula));
        let answer = match self.solver.check() {
            SatResult::Sat => Answer::Yes,
            SatResult::Unsat => Answer::No,
            SatResult::Unknown => Answer::Unknown,
        };
        self.solver.pop(1);
        answer
    }
}

/// Ascending numbers as ranges.
fn ranges(classes: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for class in classes.iter().copied() {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == class => *last = class,
            _ => ranges.push((class, class)),
        }
    }
    ranges
}
