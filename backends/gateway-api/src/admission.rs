//! Who may pass, cut into parts of a rule: Envoy Gateway's policies can't be for some requests of a rule alone, so each
//! part has one policy for all of its requests.

use crate::authorization::{self, Residue, Verdicts};
use crate::condition::{Before, Narrowed, Settled};
use crate::emitter::Emitter;
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{AddressAttribute, Provider, ProviderId, Test, TextAttribute};
use gloo_source::Place;
use gloo_target::{AccessEntry, Admission, PlanRule, Requirement};
use std::sync::Arc;

/// So many parts may one rule have.
const MAX_PARTS: usize = 64;

/// What is asked of all requests of a part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guard {
    /// Who must vouch for the caller.
    pub provider: Option<Arc<Provider>>,
    /// Who is let in of those; everybody, if absent.
    pub verdicts: Option<Verdicts>,
}

impl Guard {
    /// Whether nothing is asked.
    pub fn is_open(&self) -> bool {
        self.provider.is_none() && self.verdicts.is_none()
    }
}

/// Some of a rule's requests. Of the parts of a rule the first that a request meets has it.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which requests.
    pub matches: Vec<Conjunct>,
    /// What is asked of them.
    pub guard: Guard,
    /// The condition that set it apart.
    pub place: Option<Place>,
}

/// The parts of a rule behind others; nothing after an error.
pub fn parts(
    emitter: &mut Emitter<'_>,
    rule: &PlanRule,
    admission: &Admission,
    before: &mut Before<'_>,
) -> Option<Vec<Part>> {
    let whole: Vec<Narrowed> = rule.matches.iter().cloned().map(Narrowed::new).collect();
    if admission.is_open() {
        let part = Part { matches: rule.matches.clone(), guard: Guard::default(), place: None };
        return Some(vec![part]);
    }
    if !is_sayable(emitter, admission) {
        return None;
    }
    let asked = sums(admission).flat_map(tests).filter(|test| before.takes(test));
    let settled = asked.fold(Settled::default(), |settled, test| settled.with(test, false));
    let mut cutting = Cutting { emitter, admission, count: 0 };
    match cutting.cut(&whole, &settled, None) {
        Ok(parts) => Some(parts),
        Err(Stopped::Reported) => None,
        Err(Stopped::TooMany(place)) => {
            emitter.cannot(
                place,
                &format!("conditions of policies that cut one rule into more than {MAX_PARTS} parts"),
                "ask fewer things, or split the rule",
            );
            None
        }
    }
}

/// Reports tests that no match of a route and no policy can ask.
fn is_sayable(emitter: &mut Emitter<'_>, admission: &Admission) -> bool {
    let mut is_sayable = true;
    for requirement in &admission.requirements {
        if tests(&requirement.matches).any(|test| matches!(test, Test::Address(..))) {
            is_sayable = false;
            emitter.cannot(
                requirement.place,
                "a `require` for some addresses",
                "require it of all, or let addresses in by `access`",
            );
        }
    }
    let access = admission.access.iter();
    for entry in access.flat_map(|access| access.denies.iter().chain(&access.allows)) {
        if tests(&entry.matches).any(|test| matches!(test, Test::Address(AddressAttribute::Source, _))) {
            is_sayable = false;
            emitter.cannot(
                entry.place,
                "`source.ip` in `access`",
                "ask `client.ip`, which with `client_address: direct` is the same address",
            );
        }
    }
    is_sayable
}

/// The conditions of an admission.
fn sums(admission: &Admission) -> impl Iterator<Item = &[Conjunct]> {
    let entries = admission.access.iter().flat_map(|access| access.denies.iter().chain(&access.allows));
    let required = admission.requirements.iter().map(|one| one.matches.as_slice());
    required.chain(entries.map(|entry| entry.matches.as_slice()))
}

fn tests(sum: &[Conjunct]) -> impl Iterator<Item = &Test> {
    sum.iter().flat_map(|conjunct| &conjunct.literals).map(|literal| &literal.test)
}

/// Whether policies ask it, and not routes.
fn is_left_to_policies(test: &Test) -> bool {
    matches!(test, Test::Text(TextAttribute::Claim { .. }, _) | Test::Address(AddressAttribute::Client, _))
}

enum Stopped {
    Reported,
    TooMany(Place),
}

struct Cutting<'e, 'p, 'a> {
    emitter: &'e mut Emitter<'p>,
    admission: &'a Admission,
    count: usize,
}

impl<'a> Cutting<'_, '_, 'a> {
    /// Cuts by the next test that matters: those for which it holds come first, so the others need no test.
    fn cut(
        &mut self,
        whole: &[Narrowed],
        settled: &Settled<'a>,
        place: Option<Place>,
    ) -> Result<Vec<Part>, Stopped> {
        let matches = || whole.iter().map(|one| one.asked.clone()).collect();
        let Some((test, at)) = self.next(settled) else {
            self.count += 1;
            if self.count > MAX_PARTS {
                return Err(Stopped::TooMany(place.unwrap_or(self.emitter.plan.cluster.place)));
            }
            let guard = self.guard(settled)?;
            return Ok(vec![Part { matches: matches(), guard, place }]);
        };
        if settled.is_much() {
            return Err(Stopped::TooMany(at));
        }
        let taken: Vec<Narrowed> = whole.iter().filter_map(|one| one.taken(test)).collect();
        let left: Vec<Narrowed> = whole.iter().filter_map(|one| one.left(test)).collect();
        if taken.is_empty() {
            return self.cut(&left, &settled.with(test, false), place);
        }
        let mut parts = self.cut(&taken, &settled.with(test, true), Some(at))?;
        if left.is_empty() {
            // No request is known by the test, so none need be asked for it.
            return Ok(parts);
        }
        let mut rest = self.cut(&left, &settled.with(test, false), place)?;
        // What comes last and is treated as the rest is, is of the rest.
        if let [rest] = rest.as_mut_slice() {
            while parts.last().is_some_and(|part| part.guard == rest.guard) {
                parts.pop();
                rest.matches = matches();
            }
        }
        parts.extend(rest);
        Ok(parts)
    }

    /// The providers that vouch, as far as that is settled.
    fn required(&self, settled: &Settled<'a>) -> impl Iterator<Item = &'a Requirement> {
        let asked = self.admission.requirements.iter();
        asked
            .filter(|one| settled.of_any(&one.matches, &|_| None) == Some(true))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The next test that something depends on, with the place of that.
    fn next(&self, settled: &Settled<'a>) -> Option<(&'a Test, Place)> {
        let required: Vec<&ProviderId> = self.required(settled).map(|one| &one.provider.id).collect();
        for requirement in &self.admission.requirements {
            let is_open = settled.of_any(&requirement.matches, &|_| None).is_none();
            if is_open && !required.contains(&&requirement.provider.id) {
                let test = unsettled(&requirement.matches, settled, &|_| None)?;
                return Some((test, requirement.place));
            }
        }
        let access = self.admission.access.as_ref()?;
        let fixed = |test: &Test| readable(test, &required);
        let holds = |entry: &AccessEntry| settled.of_any(&entry.matches, &fixed) == Some(true);
        let next = |entries: &'a [AccessEntry]| {
            let mut each = entries.iter();
            each.find_map(|entry| Some((unsettled(&entry.matches, settled, &fixed)?, entry.place)))
        };
        if access.denies.iter().any(holds) {
            return None;
        }
        let denied = next(&access.denies);
        denied.or_else(|| if access.allows.iter().any(holds) { None } else { next(&access.allows) })
    }

    fn guard(&mut self, settled: &Settled<'a>) -> Result<Guard, Stopped> {
        let required: Vec<&Requirement> = self.required(settled).collect();
        let provider = required.first().map(|one| one.provider.clone());
        let other =
            required.iter().find(|one| provider.as_ref().is_some_and(|first| first.id != one.provider.id));
        if let (Some(other), Some(first)) = (other, &provider) {
            let construct =
                format!("tokens of both `{}` and `{}` on one request", first.id, other.provider.id);
            let instead = "let one of them vouch: Envoy Gateway takes either where it is asked for two";
            self.emitter.cannot(other.place, &construct, instead);
            return Err(Stopped::Reported);
        }
        let Some(access) = &self.admission.access else { return Ok(Guard { provider, verdicts: None }) };
        let known: Vec<&ProviderId> = provider.iter().map(|provider| &provider.id).collect();
        let residue = |entries: &'a [AccessEntry]| {
            let each = entries.iter().flat_map(|entry| entry.matches.iter().map(|one| (entry.place, one)));
            let open = each
                .filter_map(|(place, one)| Residue::of(place, one, settled, &|test| readable(test, &known)));
            open.collect::<Vec<_>>()
        };
        let verdicts =
            authorization::verdicts(self.emitter, &residue(&access.denies), &residue(&access.allows));
        match verdicts {
            Ok(verdicts) => Ok(Guard { provider, verdicts }),
            Err(_) => Err(Stopped::Reported),
        }
    }
}

/// The claims of a token that nobody verifies are absent.
fn readable(test: &Test, verified: &[&ProviderId]) -> Option<bool> {
    match test {
        Test::Text(TextAttribute::Claim { provider, .. }, _) if !verified.contains(&provider) => Some(false),
        _ => None,
    }
}

/// The first test for routes that the sum depends on.
fn unsettled<'a>(
    sum: &'a [Conjunct],
    settled: &Settled<'a>,
    fixed: &dyn Fn(&Test) -> Option<bool>,
) -> Option<&'a Test> {
    let open = sum.iter().filter(|one| settled.of(one, fixed).is_none());
    let mut tests = open.flat_map(|one| &one.literals).map(|literal| &literal.test);
    tests.find(|test| settled.get(test).is_none() && fixed(test).is_none() && !is_left_to_policies(test))
}
