//! The parts of a host's rules in the order in which they decide, with matches that rank so.

use crate::admission::{Guard, parts};
use crate::condition::Before;
use crate::emitter::Emitter;
use crate::rank::rank;
use crate::route_match::{RouteMatch, Served, matches};
use gloo_target::{ListenerPlan, PlanRule, VirtualHost};

/// A rule, or some of its requests, with what is asked of these.
pub struct Ranked<'h> {
    pub rule: &'h PlanRule,
    pub matches: Vec<RouteMatch>,
    pub guard: Guard,
}

/// The parts of a host's rules, ranked; nothing after an error.
pub fn ranked<'h>(
    emitter: &mut Emitter<'_>,
    planned: &ListenerPlan,
    host: &'h VirtualHost,
    served: &Served<'_>,
) -> Option<Vec<Ranked<'h>>> {
    let mut all = Vec::new();
    let mut found = Vec::new();
    let mut failed = false;
    let mut before = Before::default();
    for rule in &host.rules {
        let Some(whole) = matches_of(emitter, &rule.matches, rule.origin.place, served) else {
            failed = true;
            continue;
        };
        let admission = planned.admission(rule);
        let Some(parts) = parts(emitter, rule, admission, &mut before) else {
            failed = true;
            continue;
        };
        before.push(&rule.matches);
        if let (Some(fault), false) = (&rule.options.fault, parts.iter().all(|part| part.guard.is_open())) {
            failed = true;
            emitter.cannot(
                fault.at,
                "a fault on a rule that policies guard",
                "put it on a rule of its own: Envoy Gateway puts faults in before it asks who calls",
            );
        }
        for part in parts {
            let matches = match part.place {
                None if part.matches == rule.matches => Some(whole.clone()),
                place => matches_of(emitter, &part.matches, place.unwrap_or(rule.origin.place), served),
            };
            let Some(matches) = matches else {
                failed = true;
                continue;
            };
            all.push(matches);
            found.push((&**rule, part.guard));
        }
    }
    if failed {
        return None;
    }
    if rank(&mut all).is_err() {
        let place = host.rules.first().map_or(emitter.plan.cluster.place, |rule| rule.origin.place);
        emitter.cannot(
            place,
            &format!("the order of so many rules that overlap (`{}`)", host.host),
            "split the table by host, or write patterns that exclude each other",
        );
        return None;
    }
    let each = found.into_iter().zip(all);
    Some(each.map(|((rule, guard), matches)| Ranked { rule, matches, guard }).collect())
}

/// The matches of conjuncts; what can't be said is reported at `place`.
fn matches_of(
    emitter: &mut Emitter<'_>,
    conjuncts: &[gloo_target::Conjunct],
    place: gloo_source::Place,
    served: &Served<'_>,
) -> Option<Vec<RouteMatch>> {
    let mut all = Vec::new();
    for conjunct in conjuncts {
        match matches(conjunct, served) {
            Ok(found) => all.extend(found),
            Err(unsayable) => {
                emitter.cannot(place, &unsayable.construct, unsayable.instead);
                return None;
            }
        }
    }
    Some(all)
}
