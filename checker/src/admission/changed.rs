//! Rules whose answer changes with something that whoever sends a request chooses: the address that it says, a second value of
//! a header.

use super::{Group, Judge, groups};
use crate::atoms::FieldKey;
use crate::diagram::{Set, Space};
use crate::folded::witness;
use crate::proxy::{Proxy, ProxyOf, not};
use crate::undecided::Undecided;
use gloo_ir::normal_form::Witness;
use gloo_ir::{
    Access, AccessRule, AddressAttribute, Effect, Predicate, Program, SourcePattern, Test, TextAttribute,
};
use gloo_source::Place;
use oxidd::BooleanFunction;
use std::collections::{BTreeMap, BTreeSet};

/// A rule of a service that lets somebody in, or keeps out, by the client's address alone, which whoever calls it says: one
/// request that is refused, and the same with another address, which gets in.
pub(crate) struct Spoofed<'a> {
    /// The rule.
    pub rule: &'a AccessRule,
    /// The proxy.
    pub proxy: Proxy<'a>,
    /// The one that gets in.
    pub allowed: Witness,
    /// The one that is refused.
    pub refused: Witness,
}

/// The rules of services whose answer somebody who is no gateway changes by the client's address alone.
pub(crate) fn spoofed(program: &Program) -> (Vec<Spoofed<'_>>, Vec<(Place, Undecided)>) {
    let asks = |access: &Access| {
        let mut asks = false;
        access
            .rules
            .iter()
            .for_each(|rule| rule.condition.each_test(&mut |test| asks |= is_client_address(test)));
        asks
    };
    if !program.access.iter().any(|access| asks(access)) {
        return (Vec::new(), Vec::new());
    }
    let gateways = program.gateways.keys();
    let gateways = gateways.map(|gateway| SourcePattern::Gateway { gateway: gateway.clone(), cluster: None });
    let no_gateway = not(Predicate::Test(Test::Source(gateways.collect())));
    let (mut found, mut undecided): (BTreeMap<Place, Spoofed<'_>>, Vec<_>) = (BTreeMap::new(), Vec::new());
    for group in groups(program) {
        let of_service = matches!(group.proxy.of, ProxyOf::Service(_));
        if !of_service || !group.rules.iter().any(|(access, _)| asks(access)) {
            continue;
        }
        match group.as_sets(&no_gateway, |space, sets, all| group.spoofed(space, sets, all)) {
            Ok(spoofed) => {
                for one in spoofed {
                    found.entry(one.rule.place).or_insert(one);
                }
            }
            Err(why) => undecided.extend(group.rules.first().map(|(access, _)| (access.place, why))),
        }
    }
    (found.into_values().collect(), undecided)
}

fn is_client_address(test: &Test) -> bool {
    matches!(test, Test::Address(AddressAttribute::Client, _))
}

impl<'a> Group<'a> {
    fn spoofed(&self, space: &Space<'_>, sets: &[Set], all: &Set) -> Result<Vec<Spoofed<'a>>, Undecided> {
        let (in_, out) = self.in_and_out(space, sets, all)?;
        let address = FieldKey::Address(AddressAttribute::Client);
        let mut found = Vec::new();
        for ((_, rule), own) in self.rules.iter().zip(sets) {
            let mut asks = false;
            rule.condition.each_test(&mut |test| asks |= is_client_address(test));
            if !asks {
                continue;
            }
            // An allow lets in whom it speaks of, a deny keeps them out: the other address has to undo that.
            let (allowed, refused) = match rule.effect {
                Effect::Allow => (Undecided::of(in_.and(own))?, out.clone()),
                Effect::Deny => (in_.clone(), own.clone()),
            };
            let either = Undecided::of(space.whatever(&refused, &address)?.and(&allowed))?;
            let Some(chosen) = space.choose(&either)? else { continue };
            let twin = Undecided::of(refused.and(&space.alike(&chosen, &address)?))?;
            let Some(other) = space.choose(&twin)? else { continue };
            found.push(Spoofed {
                rule,
                proxy: self.proxy,
                allowed: witness(space.atoms(), &chosen),
                refused: witness(space.atoms(), &other),
            });
        }
        Ok(found)
    }
}

impl Group<'_> {
    /// The requests that get in, and those that are refused.
    fn in_and_out(&self, space: &Space<'_>, sets: &[Set], all: &Set) -> Result<(Set, Set), Undecided> {
        let gone = BTreeSet::new();
        let judge = Judge { space, rules: &self.rules, sets, gone: &gone };
        let denied = judge.union(Effect::Deny)?;
        let in_ = Undecided::of(judge.union(Effect::Allow)?.and(&Undecided::of(denied.not())?))?;
        let out = Undecided::of(all.and(&Undecided::of(in_.not())?))?;
        Ok((in_, out))
    }
}

/// A rule that a second value of a header gets around: a request with one value that is refused, and the same with another
/// beside it, which gets in.
pub(crate) struct Repeated<'a> {
    /// The rule.
    pub rule: &'a AccessRule,
    /// The proxy.
    pub proxy: Proxy<'a>,
    /// The header.
    pub header: String,
    /// The one that gets in.
    pub allowed: Witness,
    /// The one that is refused.
    pub refused: Witness,
}

/// The rules that a second value of a header gets around: denies that keep out one value by itself and not with another, and
/// allows that let in two values together of which each by itself is refused.
pub(crate) fn repeated(program: &Program) -> (Vec<Repeated<'_>>, Vec<(Place, Undecided)>) {
    let has_headers = |rule: &AccessRule| !headers(&rule.condition).is_empty();
    if !program.access.iter().flat_map(|access| &access.rules).any(has_headers) {
        return (Vec::new(), Vec::new());
    }
    let (mut found, mut undecided): (BTreeMap<Place, Repeated<'_>>, Vec<_>) = (BTreeMap::new(), Vec::new());
    for group in groups(program) {
        if !group.proxy.is_message || !group.rules.iter().any(|(_, rule)| has_headers(rule)) {
            continue;
        }
        match group.as_sets(&Predicate::always(), |space, sets, all| group.repeated(space, sets, all)) {
            Ok(repeated) => {
                for one in repeated {
                    found.entry(one.rule.place).or_insert(one);
                }
            }
            Err(why) => undecided.extend(group.rules.first().map(|(access, _)| (access.place, why))),
        }
    }
    (found.into_values().collect(), undecided)
}

/// The headers that a predicate asks for and that a request may have several values of.
fn headers(predicate: &Predicate) -> BTreeSet<TextAttribute> {
    let mut all = BTreeSet::new();
    predicate.each_test(&mut |test| {
        if let Test::Text(attribute @ TextAttribute::Header(_), _) = test
            && attribute.may_be_several()
        {
            all.insert(attribute.clone());
        }
    });
    all
}

impl<'a> Group<'a> {
    fn repeated(&self, space: &Space<'_>, sets: &[Set], all: &Set) -> Result<Vec<Repeated<'a>>, Undecided> {
        let (in_, out) = self.in_and_out(space, sets, all)?;
        let mut found = Vec::new();
        for ((_, rule), own) in self.rules.iter().zip(sets) {
            for header in headers(&rule.condition) {
                let key = FieldKey::Text(header.clone());
                // With both values: what this allow lets in, or what gets by this deny.
                let (alone, both) = match rule.effect {
                    Effect::Deny => (own.clone(), in_.clone()),
                    Effect::Allow => (out.clone(), Undecided::of(in_.and(own))?),
                };
                let Some((one, two)) = self.pair(space, &key, rule.effect, &alone, &both)? else { continue };
                let TextAttribute::Header(header) = header else { continue };
                found.push(Repeated { rule, proxy: self.proxy, header, allowed: two, refused: one });
                break;
            }
        }
        Ok(found)
    }

    /// A request of `alone` with one value of a header, and the same of `both` with another value beside it; for an allow,
    /// each of the two values by itself is of `alone`.
    fn pair(
        &self,
        space: &Space<'_>,
        key: &FieldKey,
        effect: Effect,
        alone: &Set,
        both: &Set,
    ) -> Result<Option<(Witness, Witness)>, Undecided> {
        let classes = space.atoms().fields.iter().find(|field| field.key == *key);
        let count = classes.map_or(0, |field| u32::try_from(field.classes.len()).unwrap_or(u32::MAX));
        let with = |set: &Set, classes: &[u32]| Undecided::of(set.and(&space.exactly(key, classes)?));
        for one in 0..count {
            for other in (0..count).filter(|other| *other != one) {
                let mut together = with(both, &[one.min(other), one.max(other)])?;
                let singles: &[u32] = if effect == Effect::Allow { &[one, other] } else { &[one] };
                for single in singles {
                    let own = space.whatever(&with(alone, &[*single])?, key)?;
                    together = Undecided::of(together.and(&own))?;
                }
                let Some(chosen) = space.choose(&together)? else { continue };
                let alike = Undecided::of(with(alone, &[one])?.and(&space.alike(&chosen, key)?))?;
                let Some(single) = space.choose(&alike)? else { continue };
                return Ok(Some((witness(space.atoms(), &single), witness(space.atoms(), &chosen))));
            }
        }
        Ok(None)
    }
}
