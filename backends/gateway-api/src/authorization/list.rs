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
        if settled.is_much() {
            return Err(TooMany);
        }
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

#[cfg(test)]
mod tests {
    use super::decided;
    use gloo_ir::normal_form::{Conjunct, disjuncts};
    use gloo_ir::{Predicate, ProviderId, Test, TextAttribute, TextTest};

    fn has(name: &str) -> Predicate {
        let attribute = TextAttribute::Claim { provider: ProviderId::new("p"), name: name.to_owned() };
        Predicate::Test(Test::Text(attribute, TextTest::Equals(vec!["1".to_owned()])))
    }

    fn not(predicate: Predicate) -> Predicate {
        Predicate::Not(Box::new(predicate))
    }

    fn asked(conjunct: &Conjunct) -> String {
        let each = conjunct.literals.iter().map(|literal| match &literal.test {
            Test::Text(TextAttribute::Claim { name, .. }, _) if !literal.negated => name.as_str(),
            _ => "?",
        });
        each.collect::<Vec<_>>().join("&")
    }

    fn list(denies: Predicate, allows: Predicate) -> String {
        let [denies, allows] = [denies, allows].map(|sum| disjuncts(&sum).unwrap());
        let list = decided(&denies, &allows, 16).map_err(|_| "too many").unwrap();
        let each =
            list.iter().map(|(one, allows)| format!("{}{}", if *allows { "+" } else { "-" }, asked(one)));
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_not_is_taken_away_before() {
        let never = Predicate::Any(Vec::new());
        assert_eq!(list(never.clone(), not(has("a"))), "-a +");
        assert_eq!(list(never.clone(), has("a").and(not(has("b")))), "-a&b +a -");
        assert_eq!(list(not(has("a")), Predicate::always()), "+a -");
        assert_eq!(list(has("a"), not(has("b"))), "-a -b +");
        let either = Predicate::Any(vec![has("a").and(not(has("b"))), has("c")]);
        assert_eq!(list(never, either), "+a&b&c -a&b +a +c -");
    }
}
