//! Conditions that are settled test by test: what is known of a few tests may decide a whole sum of conjuncts.

use gloo_domain::PathPattern;
use gloo_ir::Test;
use gloo_ir::normal_form::{Conjunct, Literal};
use std::collections::BTreeMap;

/// So many tests are settled one after the other.
const MAX_SETTLED: usize = 512;

/// What has been settled: tests with their answers.
#[derive(Clone, Debug, Default)]
pub struct Settled<'a>(Vec<(&'a Test, bool)>);

impl<'a> Settled<'a> {
    /// The same and one more answer.
    pub fn with(&self, test: &'a Test, holds: bool) -> Self {
        let mut all = self.0.clone();
        all.push((test, holds));
        Self(all)
    }

    /// Whether more is settled than is worked with.
    pub fn is_much(&self) -> bool {
        self.0.len() > MAX_SETTLED
    }

    /// The answer to a test, if it is settled.
    pub fn get(&self, test: &Test) -> Option<bool> {
        self.0.iter().find(|(known, _)| *known == test).map(|(_, holds)| *holds)
    }

    /// Whether a conjunct holds, as far as that is settled. `fixed` answers what no part settles.
    pub fn of(&self, conjunct: &Conjunct, fixed: &dyn Fn(&Test) -> Option<bool>) -> Option<bool> {
        let mut all = Some(true);
        for literal in &conjunct.literals {
            match self.get(&literal.test).or_else(|| fixed(&literal.test)) {
                Some(holds) if holds == literal.negated => return Some(false),
                Some(_) => {}
                None => all = None,
            }
        }
        all
    }

    /// Whether some of the conjuncts holds, as far as that is settled.
    pub fn of_any(&self, sum: &[Conjunct], fixed: &dyn Fn(&Test) -> Option<bool>) -> Option<bool> {
        let mut any = Some(false);
        for conjunct in sum {
            match self.of(conjunct, fixed) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => any = None,
            }
        }
        any
    }
}

/// A conjunct with what is known of its requests besides: what was taken by others before.
#[derive(Clone, Debug)]
pub struct Narrowed {
    /// What is asked.
    pub asked: Conjunct,
    known: Conjunct,
}

impl Narrowed {
    /// Nothing is known besides.
    pub fn new(asked: Conjunct) -> Self {
        Self { known: asked.clone(), asked }
    }

    /// Those of its requests for which the test holds; nothing, if it never does.
    pub fn taken(&self, test: &Test) -> Option<Self> {
        let known = self.known.meet(&literal(test, false))?;
        let is_implied = self.known.meet(&literal(test, true)).is_none();
        let asked = if is_implied { self.asked.clone() } else { self.asked.meet(&literal(test, false))? };
        Some(Self { asked, known })
    }

    /// What is left of it behind a rule for those for which the test holds; nothing, if it always does.
    pub fn left(&self, test: &Test) -> Option<Self> {
        let known = self.known.meet(&literal(test, true))?;
        Some(Self { asked: self.asked.clone(), known })
    }
}

fn literal(test: &Test, negated: bool) -> Conjunct {
    Conjunct { literals: vec![Literal { test: test.clone(), negated }] }
}

/// So many rules are looked at for what they take from those behind them.
const MAX_BEFORE: usize = 256;

/// What rules take, whatever else a request is: no rule behind them gets it.
#[derive(Debug, Default)]
pub struct Before<'h> {
    taken: Vec<&'h Test>,
    /// For each pattern, whether all its paths are taken by one of so many of these.
    asked: BTreeMap<PathPattern, (bool, usize)>,
}

impl<'h> Before<'h> {
    /// A rule is for these requests.
    pub fn push(&mut self, matches: &'h [Conjunct]) {
        let single = matches.iter().filter_map(|one| match one.literals.as_slice() {
            [Literal { test: test @ Test::Path(_), negated: false }] => Some(test),
            _ => None,
        });
        let room = MAX_BEFORE.saturating_sub(self.taken.len());
        self.taken.extend(single.take(room));
    }

    /// Whether the rules take all requests for which the test holds.
    pub fn takes(&mut self, test: &Test) -> bool {
        let Test::Path(patterns) = test else { return false };
        patterns.iter().all(|pattern| {
            let (is_taken, looked_at) = self.asked.entry(pattern.clone()).or_default();
            let paths = literal(&Test::Path(vec![pattern.clone()]), false);
            for taken in self.taken.iter().skip(*looked_at) {
                *is_taken = *is_taken || paths.meet(&literal(taken, true)).is_none();
            }
            *looked_at = self.taken.len();
            *is_taken
        })
    }
}
