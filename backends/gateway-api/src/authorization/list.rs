//! Entries that ask for what a claim, or an address, is not: rules can't, so what decides is asked test by test, in an order in which
//! each rule is for what those before it left.

use crate::condition::{Narrowed, Settled};
use gloo_ir::normal_form::Conjunct;

/// More rules than a list may have.
pub struct TooMany;

/// Whether the requests of a conjunct pass; of the conjuncts the first that holds decides.
pub type Verdict = (Conjunct, bool);

/// The list for these denies and allows. The last is for all that is left.
pub fn decided(denies: &[Conjunct], allows: &[Conjunct], most: usize) -> Result<Vec<Verdict>, TooMany> {
    let deciding = Deciding { denies, allows, most };
    deciding.cut(&Narrowed::new(Conjunct::default()), &Settled::default())
}

struct Deciding<'a> {
    denies: &'a [Conjunct],
    allows: &'a [Conjunct],
    most: usize,
}

impl<'a> Deciding<'a> {
    fn verdict(&self, settled: &Settled<'a>) -> Option<bool> {
        let of = |sum: &[Conjunct]| settled.of_any(sum, &|_| None);
        match (of(self.denies), of(self.allows)) {
            (Some(true), _) | (_, Some(false)) => Some(false),
            (Some(false), allowed) => allowed,
            (None, _) => None,
        }
    }

    fn cut(&self, whole: &Narrowed, settled: &Settled<'a>) -> Result<Vec<Verdict>, TooMany> {
        if let Some(verdict) = self.verdict(settled) {
            return Ok(vec![(whole.asked.clone(), verdict)]);
        }
        let open = self.denies.iter().chain(self.allows).filter(|one| settled.of(one, &|_| None).is_none());
        let mut tests = open.flat_map(|one| &one.literals).map(|literal| &literal.test);
        let Some(test) = tests.find(|test| settled.get(test).is_none()) else { return Ok(Vec::new()) };
        let mut all = match whole.taken(test) {
            Some(taken) => self.cut(&taken, &settled.with(test, true))?,
            None => Vec::new(),
        };
        let rest = match whole.left(test) {
            Some(left) => self.cut(&left, &settled.with(test, false))?,
            None => Vec::new(),
        };
        if let [(_, verdict)] = rest.as_slice() {
            while all.last().is_some_and(|(_, known)| known == verdict) {
                all.pop();
            }
        }
        all.extend(rest);
        if all.len() > self.most { Err(TooMany) } else { Ok(all) }
    }
}
