//! Limits that another path gets around.

use crate::diagram::Diagrams;
use crate::excerpt::{excerpt, with_clauses};
use crate::explore::survey;
use crate::opening::{Opening, openings};
use crate::passage::{reached, rule_at, rule_of, sent};
use crate::undecided::Undecided;
use crate::upstream::{Upstream, with_path};
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, StepKind, Trace, decide};
use gloo_ir::{Clause, ClauseKind, Policy, Predicate, Program, Rule, Scope, ServiceId, Table, Test};
use gloo_source::{Code, Diagnostic, Place};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// So many requests of a rule are tried with other paths.
const MOST_TRIED: usize = 12;

/// The limits of gateways that count the requests of one path and not those of another, where both come to the same
/// service as the same path and differ in nothing else.
pub(crate) fn limit_bypass(program: &Program) -> Vec<Diagnostic<Place>> {
    let limits: BTreeMap<Place, &Policy> = program
        .policies
        .values()
        .filter(|policy| !policy.shadow)
        .flat_map(|policy| policy.clauses.iter().map(move |clause| (policy.as_ref(), clause)))
        .filter(|(policy, clause)| asks_for_path(policy, clause))
        .map(|(policy, clause)| (clause.place, policy))
        .collect();
    if limits.is_empty() {
        return Vec::new();
    }
    let openings = openings(&[program]);
    let of_gateways = openings.into_par_iter().filter(|opening| opening.way.gateway().is_some());
    let each = of_gateways.map_init(Diagrams::of_entry, |diagrams, opening| {
        of_opening(program, diagrams, &opening, &limits).unwrap_or_else(|why| {
            let table = program.tables.values().find(|table| opening.way.has(table));
            let finding =
                table.map(|table| why.shown(table.place, "whether another path gets around a limit"));
            finding.map(|finding| ((table.map(|table| table.place), None), finding)).into_iter().collect()
        })
    });
    let all: Vec<BTreeMap<Key, Diagnostic<Place>>> = each.collect();
    let mut found: BTreeMap<Key, Diagnostic<Place>> = BTreeMap::new();
    for (key, finding) in all.into_iter().flatten() {
        found.entry(key).or_insert(finding);
    }
    found.into_values().collect()
}

/// What a finding is about: the limit, and the rule that gets around it.
type Key = (Option<Place>, Option<Place>);

/// Whether a clause is a limit of some of the requests of its target by their path.
fn asks_for_path(policy: &Policy, clause: &Clause) -> bool {
    if !matches!(clause.kind, ClauseKind::Limit(_)) {
        return false;
    }
    let mut asks = policy.targets.iter().any(|target| matches!(target.scope, Scope::Rule(..)));
    clause.condition.each_test(&mut |test| asks |= matches!(test, Test::Path(_)));
    let is_of_gateway = |scope: &Scope| {
        matches!(scope, Scope::Gateway(_) | Scope::Listener(..) | Scope::Table(_) | Scope::Rule(..))
    };
    asks && policy.targets.iter().any(|target| is_of_gateway(&target.scope))
}

/// Requests that a rule takes and that reach a service.
struct Taken<'p> {
    rule: &'p Rule,
    table: &'p Table,
    service: ServiceId,
    /// The limits of gateways that count them.
    limits: Vec<Place>,
    request: Request,
    sent: String,
}

fn of_opening(
    program: &Program,
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
    limits: &BTreeMap<Place, &Policy>,
) -> Result<BTreeMap<Key, Diagnostic<Place>>, Undecided> {
    let near = excerpt(program, &opening.way);
    if !near.policies.values().any(|policy| limits.values().any(|own| own.id == policy.id)) {
        return Ok(BTreeMap::new());
    }
    let part = with_clauses(near, |kind| {
        matches!(kind, ClauseKind::Require(_) | ClauseKind::TransformRequest(_) | ClauseKind::Limit(_))
    });
    let entrance = opening.entrance(&[&part], Interest::All, &Predicate::always());
    let taken = survey(diagrams, &entrance, |survey| {
        let mut taken = Vec::new();
        for region in &survey.regions {
            let Some((request, traces)) = survey.sample(&region.set)? else { continue };
            taken.extend(traces.first().into_iter().flat_map(|trace| all_taken(program, &request, trace)));
        }
        Ok(taken)
    })?;
    let mut found = BTreeMap::new();
    for counted in &taken {
        for place in counted.limits.iter().filter(|place| limits.contains_key(place)) {
            for free in taken.iter().filter(|free| free.service == counted.service && free.limits.is_empty())
            {
                let key = (Some(*place), Some(free.rule.place));
                if found.contains_key(&key) {
                    continue;
                }
                if let Some(pair) = pair(program, opening, counted, free, *place) {
                    found.insert(key, shown(program, opening, (counted, free), *place, &pair));
                }
            }
        }
    }
    Ok(found)
}

fn all_taken<'p>(program: &'p Program, request: &Request, trace: &Trace) -> Vec<Taken<'p>> {
    let Some(((table, rule), sent)) =
        rule_of(program, trace).and_then(|place| rule_at(program, place)).zip(sent(trace))
    else {
        return Vec::new();
    };
    let limits = counted_by(trace);
    let one = |service| Taken {
        rule,
        table,
        service,
        limits: limits.clone(),
        request: request.clone(),
        sent: sent.clone(),
    };
    reached(trace).into_iter().map(one).collect()
}

/// The limits that count a request.
fn counted_by(trace: &Trace) -> Vec<Place> {
    let counts = trace.steps.iter().filter(|step| step.step == StepKind::Limit);
    counts.filter_map(|step| step.place).collect()
}

/// Two requests that differ in their path alone.
struct Pair {
    counted: String,
    free: Request,
    trace: Trace,
    sent: String,
}

fn pair(
    program: &Program,
    opening: &Opening<'_>,
    counted: &Taken<'_>,
    free: &Taken<'_>,
    limit: Place,
) -> Option<Pair> {
    let (one, other) = (Upstream::of(counted.rule)?, Upstream::of(free.rule)?);
    let mode = program.paths();
    let common = one.common(&other, mode).into_iter();
    let all = common.chain([counted.sent.clone(), free.sent.clone()]);
    let arrives = |request: &Request, taken: &Taken<'_>, sent_as: &str| -> Option<Trace> {
        let trace = decide(program, opening.cluster, request);
        let is_so =
            rule_of(program, &trace) == Some(taken.rule.place) && reached(&trace).contains(&taken.service);
        (is_so && sent(&trace).as_deref() == Some(sent_as)).then_some(trace)
    };
    for sent in all.take(MOST_TRIED) {
        for base in [&free.request, &counted.request] {
            for (from, to) in one
                .paths_of(&sent, mode)
                .into_iter()
                .flat_map(|from| other.paths_of(&sent, mode).into_iter().map(move |to| (from.clone(), to)))
                .filter(|(from, to)| from != to)
            {
                let (Some(limited), Some(request)) = (with_path(base, &from), with_path(base, &to)) else {
                    continue;
                };
                let is_counted = arrives(&limited, counted, &sent)
                    .is_some_and(|trace| counted_by(&trace).contains(&limit));
                let trace = arrives(&request, free, &sent).filter(|trace| !trace.limited);
                if let (true, Some(trace)) = (is_counted, trace) {
                    return Some(Pair { counted: from, free: request, trace, sent });
                }
            }
        }
    }
    None
}

fn shown(
    program: &Program,
    opening: &Opening<'_>,
    (counted, free): (&Taken<'_>, &Taken<'_>),
    limit: Place,
    pair: &Pair,
) -> Diagnostic<Place> {
    let title = |taken: &Taken<'_>| format!("`{}` of `{}`", taken.rule.title(), taken.table.id);
    let message = format!("{} gets around this limit", title(free));
    let finding = Diagnostic::new(Code::LIMIT_BYPASS, limit, message)
        .saying(format!("counts what comes to `{}` by `{}`", counted.service, pair.counted))
        .label(free.rule.place, format!("sends the same to `{}`, and no limit counts it", free.service));
    finding
        .help(format!(
            "the service sees the path `{}` of both; the request below is {}",
            pair.sent,
            pair.trace.summary()
        ))
        .help("name that path in the limit too, or put the limit on the service")
        .request(command_line(program, opening.cluster, &pair.free))
}
