//! What each access rule does at the proxies that its block covers: which of them let nobody in or keep nobody out.

mod changed;

pub(crate) use changed::{Repeated, Spoofed, repeated, spoofed};

use crate::atoms::{Atoms, Sources, Universe};
use crate::diagram::{Diagrams, Set, Space};
use crate::fold::covering;
use crate::folded::witness;
use crate::proxy::{Proxy, proxies};
use crate::undecided::Undecided;
use gloo_ir::normal_form::Witness;
use gloo_ir::{Access, AccessRule, Effect, Predicate, Program, Test};
use gloo_source::Place;
use oxidd::BooleanFunction;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// An access rule that does nothing wherever its block is.
pub(crate) struct IdleRule<'a> {
    /// The block.
    pub access: &'a Access,
    /// The rule.
    pub rule: &'a AccessRule,
    /// Why, at each kind of proxy; at least one.
    pub at: Vec<(Proxy<'a>, Idle<'a>)>,
}

/// Why a rule does nothing at a proxy.
#[derive(Clone, Debug)]
pub(crate) enum Idle<'a> {
    /// No request that comes there meets it.
    Unmet(Unmet),
    /// Denies take every request that it allows, or that it denies and some rule allows: one of them, and these denies, of
    /// which none can be left out.
    Denied(Witness, Vec<&'a AccessRule>),
    /// It denies what no rule allows: one such request, and whether there is any allow at all.
    NotAllowed(Witness, bool),
}

/// Why no request meets a rule.
#[derive(Clone, Debug)]
pub(crate) enum Unmet {
    /// These conditions exclude each other; none can be left out.
    Condition(Vec<Predicate>),
    /// Nobody whom it speaks of comes there.
    Nobody,
    /// Nobody whom it speaks of can meet its condition.
    Sources,
    /// No request that comes there is so.
    Entry,
}

/// The rules that do nothing, in the order in which they are written. Of denies that cover each other, enough are left
/// out that the others can go together. With them what could not be decided, and where.
pub(crate) fn idle_rules(program: &Program) -> (Vec<IdleRule<'_>>, Vec<(Place, Undecided)>) {
    let groups = groups(program);
    let mut undecided = Vec::new();
    let mut by_rule: BTreeMap<Place, IdleRule<'_>> = BTreeMap::new();
    let mut busy: BTreeSet<Place> = BTreeSet::new();
    let judged: Vec<_> = groups.par_iter().map(|group| group.judge(&BTreeSet::new())).collect();
    for (group, judged) in groups.iter().zip(judged) {
        let verdicts = match judged {
            Ok(verdicts) => verdicts,
            Err(why) => {
                busy.extend(group.rules.iter().map(|(_, rule)| rule.place));
                undecided.extend(group.rules.first().map(|(access, _)| (access.place, why)));
                continue;
            }
        };
        for ((access, rule), idle) in group.rules.iter().zip(verdicts) {
            match idle {
                Some(idle) => {
                    let known = by_rule.entry(rule.place);
                    let known = known.or_insert_with(|| IdleRule { access, rule, at: Vec::new() });
                    known.at.push((group.proxy, idle));
                }
                None => drop(busy.insert(rule.place)),
            }
        }
    }
    by_rule.retain(|place, _| !busy.contains(place));
    keep_one_of_each(&groups, &mut by_rule, &mut undecided);
    (by_rule.into_values().collect(), undecided)
}

/// Two denies of the same requests are both needless, but not together: the first stays.
fn keep_one_of_each(
    groups: &[Group<'_>],
    idle: &mut BTreeMap<Place, IdleRule<'_>>,
    undecided: &mut Vec<(Place, Undecided)>,
) {
    let is_denied = |(_, why): &(Proxy<'_>, Idle<'_>)| matches!(why, Idle::Denied(..));
    let by_others = |rule: &IdleRule<'_>| rule.rule.effect == Effect::Deny && rule.at.iter().any(is_denied);
    let candidates: Vec<Place> =
        idle.values().filter(|rule| by_others(rule)).map(|rule| rule.rule.place).collect();
    let mut gone: BTreeSet<Place> = BTreeSet::new();
    for place in candidates.into_iter().rev() {
        gone.insert(place);
        let mut still = true;
        for group in groups.iter().filter(|group| group.rules.iter().any(|(_, rule)| rule.place == place)) {
            if !group.rules.iter().any(|(_, rule)| rule.place != place && gone.contains(&rule.place)) {
                continue;
            }
            match group.judge(&gone) {
                Ok(verdicts) => {
                    let own = group.rules.iter().zip(verdicts).find(|((_, rule), _)| rule.place == place);
                    still &= own.is_some_and(|(_, verdict)| verdict.is_some());
                }
                Err(why) => {
                    undecided.push((place, why));
                    still = false;
                }
            }
        }
        if !still {
            gone.remove(&place);
            idle.remove(&place);
        }
    }
}

/// Proxies where the same rules hold for the same requests: one of them stands for all.
struct Group<'a> {
    proxy: Proxy<'a>,
    rules: Vec<(&'a Access, &'a AccessRule)>,
}

/// What tells two proxies apart: the blocks, the requests.
type Key = (Vec<usize>, Predicate, bool, bool);

fn groups(program: &Program) -> Vec<Group<'_>> {
    let asks: Vec<bool> = program.access.iter().map(|access| asks_for_entry(access)).collect();
    let mut by_key: std::collections::HashMap<Key, usize> = std::collections::HashMap::new();
    let mut groups = Vec::new();
    if program.access.is_empty() {
        return groups;
    }
    for proxy in proxies(program) {
        let covering = program.access.iter().enumerate().filter(|(_, access)| proxy.is_covered_by(access));
        let covering: Vec<usize> = covering.map(|(number, _)| number).collect();
        if covering.is_empty() {
            continue;
        }
        let asked = covering.iter().any(|number| asks.get(*number) == Some(&true));
        let outside = proxy.sources() == Sources::Outside;
        let key = (covering.clone(), proxy.scope(asked), outside, proxy.is_message);
        let next = groups.len();
        if *by_key.entry(key).or_insert(next) == next {
            let blocks = covering.iter().filter_map(|number| program.access.get(*number));
            let rules = blocks.flat_map(|access| access.rules.iter().map(|rule| (access.as_ref(), rule)));
            groups.push(Group { proxy, rules: rules.collect() });
        }
    }
    groups
}

fn asks_for_entry(access: &Access) -> bool {
    let mut asks = false;
    for rule in &access.rules {
        rule.condition.each_test(&mut |test| asks |= test.asks_for_entry());
    }
    asks
}

impl<'a> Group<'a> {
    /// Of each rule why it does nothing, if it does nothing; as if those that are `gone` were not there.
    fn judge(&self, gone: &BTreeSet<Place>) -> Result<Vec<Option<Idle<'a>>>, Undecided> {
        self.as_sets(&Predicate::always(), |space, sets, all| {
            let judge = Judge { space, rules: &self.rules, sets, gone };
            let allowed = judge.union(Effect::Allow)?;
            let each = self.rules.iter().enumerate().map(|(number, (_, rule))| {
                let (sources, condition) = self.asked(rule);
                judge.idle(number, &allowed, &|| unmet(space, &sources, &condition, all))
            });
            each.collect()
        })
    }

    /// What a rule asks: of the source, and of the rest.
    fn asked(&self, rule: &AccessRule) -> (Predicate, Predicate) {
        (Predicate::Test(Test::Source(rule.sources.clone())), self.proxy.seen(&rule.condition))
    }

    /// Gives the requests that each rule speaks of, among those that come to the proxy and for which `condition` holds, and
    /// all of these.
    fn as_sets<R>(
        &self,
        condition: &Predicate,
        then: impl FnOnce(&Space<'_>, &[Set], &Set) -> Result<R, Undecided>,
    ) -> Result<R, Undecided> {
        let proxy = &self.proxy;
        let is_asked = self.rules.iter().any(|(access, _)| asks_for_entry(access));
        let scope = proxy.scope(is_asked).and(condition.clone());
        let parts: Vec<(Predicate, Predicate)> =
            self.rules.iter().map(|(_, rule)| self.asked(rule)).collect();
        let program = proxy.program;
        let universe = Universe { program, paths: program.paths(), sources: proxy.sources() };
        let predicates = parts.iter().flat_map(|(sources, condition)| [sources, condition]).chain([&scope]);
        let atoms = Atoms::of(&universe, predicates)?;
        let mut diagrams = Diagrams::new(1 << 3);
        let space = diagrams.space(&atoms)?;
        let make = |predicate: &Predicate| space.set(&atoms.formula(predicate));
        let all = make(&scope)?;
        let sets = parts.iter().map(|(sources, condition)| {
            let own = Undecided::of(make(sources)?.and(&make(condition)?))?;
            Undecided::of(own.and(&all))
        });
        let sets: Vec<Set> = sets.collect::<Result<_, _>>()?;
        then(&space, &sets, &all)
    }
}

/// The rules of a group as sets.
struct Judge<'j, 'a> {
    space: &'j Space<'j>,
    rules: &'j [(&'a Access, &'a AccessRule)],
    sets: &'j [Set],
    gone: &'j BTreeSet<Place>,
}

impl<'a> Judge<'_, 'a> {
    fn union(&self, effect: Effect) -> Result<Set, Undecided> {
        let own = self.rules.iter().zip(self.sets).filter(|((_, rule), _)| rule.effect == effect);
        own.into_iter().try_fold(self.space.none().clone(), |sum, (_, set)| Undecided::of(sum.or(set)))
    }

    fn idle(
        &self,
        number: usize,
        allowed: &Set,
        unmet: &dyn Fn() -> Result<Unmet, Undecided>,
    ) -> Result<Option<Idle<'a>>, Undecided> {
        let Some(own) = self.sets.get(number) else { return Ok(None) };
        if !own.satisfiable() {
            return Ok(Some(Idle::Unmet(unmet()?)));
        }
        let matters = Undecided::of(own.and(allowed))?;
        if !matters.satisfiable() {
            let has_allow = self.rules.iter().any(|(_, rule)| rule.effect == Effect::Allow);
            return Ok(self.sample(own)?.map(|sample| Idle::NotAllowed(sample, has_allow)));
        }
        let others: Vec<usize> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(other, (_, one))| {
                *other != number && one.effect == Effect::Deny && !self.gone.contains(&one.place)
            })
            .map(|(other, _)| other)
            .collect();
        let empty = self.space.none();
        let denied = others.iter().filter_map(|other| self.sets.get(*other));
        let denied = denied.into_iter().try_fold(empty.clone(), |sum, set| Undecided::of(sum.or(set)))?;
        if Undecided::of(matters.and(&Undecided::of(denied.not())?))?.satisfiable() {
            return Ok(None);
        }
        let by = covering(&matters, self.sets, &others)?;
        let by = by.into_iter().filter_map(|other| self.rules.get(other)).map(|(_, rule)| *rule).collect();
        Ok(self.sample(&matters)?.map(|sample| Idle::Denied(sample, by)))
    }

    fn sample(&self, set: &Set) -> Result<Option<Witness>, Undecided> {
        Ok(self.space.choose(set)?.map(|chosen| witness(self.space.atoms(), &chosen)))
    }
}

fn unmet(
    space: &Space<'_>,
    sources: &Predicate,
    condition: &Predicate,
    all: &Set,
) -> Result<Unmet, Undecided> {
    let set = |predicate: &Predicate| space.set(&space.atoms().formula(predicate));
    let is_possible = |parts: &[Predicate]| -> Result<bool, Undecided> {
        Ok(set(&Predicate::All(parts.to_vec()))?.satisfiable())
    };
    let own = match condition {
        Predicate::All(parts) => parts.clone(),
        one => vec![one.clone()],
    };
    if !is_possible(&own)? {
        let mut kept = own.clone();
        for part in own {
            let others: Vec<Predicate> = kept.iter().filter(|one| **one != part).cloned().collect();
            if !is_possible(&others)? {
                kept = others;
            }
        }
        return Ok(Unmet::Condition(kept));
    }
    let here = Undecided::of(set(sources)?.and(all))?;
    if !here.satisfiable() {
        return Ok(Unmet::Nobody);
    }
    let meets = Undecided::of(set(sources)?.and(&set(condition)?))?;
    Ok(if meets.satisfiable() { Unmet::Entry } else { Unmet::Sources })
}
