//! Rules whose requests are all refused by the access of the service that they are sent to.

use crate::diagram::Diagrams;
use crate::excerpt::{excerpt, lenient};
use crate::explore::explore;
use crate::opening::openings;
use crate::passage::{Passage, closed_by, reached, rule_at, rule_of};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Trace, decide};
use gloo_ir::{Action, ClusterId, Percent, Predicate, Program, Rule, ServiceId, Table, Target};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of a rule on a cluster.
#[derive(Default)]
struct Known {
    reached: BTreeSet<ServiceId>,
    closed: Option<Closed>,
    derived: Option<String>,
}

/// A request that is refused, by which declaration, and what that says.
#[derive(Clone)]
struct Closed {
    request: Request,
    by: (Place, String),
}

/// The rules of gateways that send requests to a service, on some cluster, whose access refuses every one of them.
pub(crate) fn never_allowed(program: &Program, passages: &[Passage<'_>]) -> Vec<Diagnostic<Place>> {
    let mut by_rule: BTreeMap<(Place, &ClusterId), Known> = BTreeMap::new();
    for passage in passages {
        let known = by_rule.entry((passage.rule, passage.cluster)).or_default();
        known.reached.extend(passage.reached.iter().cloned());
        known.derived = known.derived.take().or_else(|| passage.derived.clone());
        if let Some(by) = &passage.closed_by {
            known.closed.get_or_insert_with(|| Closed { request: passage.request.clone(), by: by.clone() });
        }
    }
    let mut found: BTreeMap<(Place, ServiceId), Diagnostic<Place>> = BTreeMap::new();
    for ((place, cluster), known) in by_rule {
        let Some(closed) = known.closed else { continue };
        let Some((table, rule)) = rule_at(program, place) else { continue };
        let meant = destinations(rule);
        for service in meant.iter().filter(|service| !known.reached.contains(*service)) {
            if found.contains_key(&(place, service.clone())) {
                continue;
            }
            let question = || format!("whether `{service}` lets some request of `{}` in", rule.title());
            let finding = if let Some(what) = &known.derived {
                Some(Undecided::derived(what).shown(place, &question()))
            } else if meant.len() == 1 && known.reached.is_empty() {
                Some(shown(program, cluster, (table, rule), service, &closed))
            } else {
                match alone(program, cluster, (table, rule), service) {
                    Ok(Some(closed)) => Some(shown(program, cluster, (table, rule), service, &closed)),
                    Ok(None) => None,
                    Err(why) => Some(why.shown(place, &question())),
                }
            };
            found.extend(finding.map(|finding| ((place, service.clone()), finding)));
        }
    }
    found.into_values().collect()
}

/// The services that a rule sends requests to.
pub(super) fn destinations(rule: &Rule) -> BTreeSet<ServiceId> {
    let Action::Forward(shares) = &rule.action.value else { return BTreeSet::new() };
    let drawn = shares.iter().filter(|share| share.weight != Percent::NONE);
    let services = drawn.filter_map(|share| match &share.destination.target {
        Target::Service { service, .. } => Some(service.clone()),
        Target::External(_) => None,
    });
    services.collect()
}

/// A request that the service refuses if the rule sends to it alone, where it refuses all of them.
fn alone(
    program: &Program,
    cluster: &ClusterId,
    (table, rule): (&Table, &Rule),
    service: &ServiceId,
) -> Result<Option<Closed>, Undecided> {
    let mut variant = program.clone();
    let mut own = table.clone();
    for rule in own.rules.iter_mut().filter(|one| one.place == rule.place) {
        if let Action::Forward(shares) = &mut rule.action.value {
            shares.retain(|share| matches!(&share.destination.target, Target::Service { service: to, .. } if to == service));
        }
        rule.options.mirror = None;
    }
    variant.tables.insert(table.id.clone(), Arc::new(own));
    let mut diagrams = Diagrams::of_entry();
    let mut closed = None;
    let openings = openings(&[&variant]);
    for opening in openings.iter().filter(|one| one.cluster == cluster && one.way.gateway().is_some()) {
        let part = lenient(excerpt(&variant, &opening.way));
        if !part.tables.contains_key(&table.id) {
            continue;
        }
        let entrance = opening.entrance(&[&part], Interest::Outcome, &Predicate::always());
        let is_own = |trace: &Trace| rule_of(&part, trace) == Some(rule.place);
        let gets_in = |_: &Request, trace: &Trace| is_own(trace) && !reached(trace).is_empty();
        let explored = explore(&mut diagrams, &entrance, &gets_in)?;
        if explored.found.is_some() {
            return Ok(None);
        }
        if let Some(what) = explored.derived {
            return Err(Undecided::derived(&what));
        }
        let is_closed = |_: &Request, trace: &Trace| is_own(trace) && !closed_by(trace).is_empty();
        let refused = explore(&mut diagrams, &entrance, &is_closed)?.found;
        closed = closed.or_else(|| {
            let (trace, request) = refused?;
            Some(Closed { request, by: closed_by(&trace).into_iter().next()? })
        });
    }
    Ok(closed)
}

fn shown(
    program: &Program,
    cluster: &ClusterId,
    (table, rule): (&Table, &Rule),
    service: &ServiceId,
    closed: &Closed,
) -> Diagnostic<Place> {
    let on = if program.clusters.len() > 1 { format!(" on `{cluster}`") } else { String::new() };
    let message = format!("`{service}` refuses every request of `{}` of `{}`{on}", rule.title(), table.id);
    let (place, says) = &closed.by;
    let finding = Diagnostic::new(Code::NEVER_ALLOWED, rule.place, message)
        .saying("whoever comes here is answered 403")
        .label(*place, says.clone())
        .help("allow the gateway there, or send these requests elsewhere");
    // What else may refuse a request, the luckiest pass; where this one is not as lucky, it shows nothing.
    let trace = decide(program, cluster, &closed.request);
    if closed_by(&trace).iter().all(|(by, _)| by != place) {
        return finding;
    }
    finding.help(format!("the request below is {}", trace.summary())).request(command_line(
        program,
        cluster,
        &closed.request,
    ))
}
