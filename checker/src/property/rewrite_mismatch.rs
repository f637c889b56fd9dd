//! Rewritten paths that the rules of the destination take otherwise than the original ones, of which they speak.

use crate::diagram::Diagrams;
use crate::excerpt::{excerpt, with_clauses};
use crate::explore::{Region, seek};
use crate::opening::{Opening, openings};
use crate::passage::rule_of;
use crate::witness::command_line;
use gloo_ir::evaluate::{Effect, Final, Interest, Trace};
use gloo_ir::normal_form::predicate_of;
use gloo_ir::{Attachment, ClauseKind, Predicate, Program, Rule, Scope, Scoped, Table, Target, Test};
use gloo_source::{Code, Diagnostic, Place};
use std::sync::Arc;

/// A rule of a service that asks for the path: where it is, and what it asks.
type Spoken = (Place, Predicate);

/// The rules of gateways whose rewrites take requests out of what rules of the destination say of the path as it was.
pub(crate) fn rewrite_mismatch(program: &Program) -> Vec<Diagnostic<Place>> {
    let rewriting: Vec<(&Arc<Table>, &Rule, Vec<Spoken>)> = program
        .tables
        .values()
        .filter(|table| !matches!(table.attachment, Attachment::Mesh { .. }))
        .flat_map(|table| table.rules.iter().map(move |rule| (table, rule)))
        .filter(|(_, rule)| rule.options.rewrite.is_some())
        .map(|(table, rule)| (table, rule, spoken(program, rule)))
        .filter(|(_, _, spoken)| !spoken.is_empty())
        .collect();
    if rewriting.is_empty() {
        return Vec::new();
    }
    let openings = openings(&[program]);
    let of_gateways: Vec<&Opening<'_>> =
        openings.iter().filter(|opening| opening.way.gateway().is_some()).collect();
    let found = rewriting.iter().filter_map(|(table, rule, spoken)| {
        of_gateways.iter().find_map(|opening| of_opening(program, opening, (table, rule), spoken))
    });
    found.collect()
}

/// What the rules of the services that a rule sends to say of paths.
fn spoken(program: &Program, rule: &Rule) -> Vec<Spoken> {
    let services = super::never_allowed::destinations(rule);
    let is_near = |targets: &[Scoped]| {
        targets.iter().any(|target| match &target.scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => services.iter().any(|service| service.namespace() == *namespace),
            Scope::Service(service) => services.contains(service),
            _ => false,
        })
    };
    let access = program.access.iter().filter(|access| is_near(&access.targets));
    let access = access.flat_map(|access| &access.rules).map(|rule| (rule.place, rule.condition.clone()));
    let policies = program.policies.values().filter(|policy| !policy.shadow && is_near(&policy.targets));
    let clauses = policies.flat_map(|policy| &policy.clauses).filter(|clause| matters(&clause.kind));
    let clauses = clauses.map(|clause| (clause.place, clause.condition.clone()));
    let is_called = |table: &&Arc<Table>| match &table.attachment {
        Attachment::Mesh { services: called, .. } => called.iter().any(|one| services.contains(&one.value)),
        _ => false,
    };
    let tables = program.tables.values().filter(is_called);
    let rules = tables.flat_map(|table| &table.rules).map(|rule| (rule.place, predicate_of(&rule.matches)));
    access.chain(clauses).chain(rules).filter(|(_, condition)| asks_for_path(condition)).collect()
}

fn matters(kind: &ClauseKind) -> bool {
    matches!(
        kind,
        ClauseKind::Require(_) | ClauseKind::TransformRequest(_) | ClauseKind::Limit(_) | ClauseKind::Waf(_)
    )
}

fn asks_for_path(condition: &Predicate) -> bool {
    let mut asks = false;
    condition.each_test(&mut |test| asks |= matches!(test, Test::Path(_)));
    asks
}

fn of_opening(
    program: &Program,
    opening: &Opening<'_>,
    (table, rule): (&Arc<Table>, &Rule),
    spoken: &[Spoken],
) -> Option<Diagnostic<Place>> {
    let near = excerpt(program, &opening.way);
    let own = near.tables.get(&table.id)?;
    let mut plain = own.as_ref().clone();
    plain.rules.iter_mut().filter(|one| one.place == rule.place).for_each(|rule| rule.options.rewrite = None);
    let part = with_clauses(near, matters);
    let mut unwritten = part.clone();
    unwritten.tables.insert(table.id.clone(), Arc::new(plain));
    let entrance = opening.entrance(&[&part, &unwritten], Interest::All, &Predicate::always());
    let is_sought = |path: &str, traces: &[Trace]| -> Option<Place> {
        let [with, without] = traces else { return None };
        let is_own = rule_of(&part, with) == Some(rule.place) && rule_of(&part, without) == Some(rule.place);
        if !is_own || fate(with) == fate(without) {
            return None;
        }
        let sent = rewritten(with)?;
        let tells = |test: &Test| match test {
            Test::Path(patterns) => {
                let holds = |path: &str| patterns.iter().any(|pattern| pattern.contains(path));
                holds(path) && !holds(&sent)
            }
            _ => false,
        };
        let mut asks = spoken.iter().filter(|(_, condition)| {
            let mut found = false;
            condition.each_test(&mut |test| found |= tells(test));
            found
        });
        asks.next().map(|(place, _)| *place)
    };
    let path_of = |region: &Region| region.request.message.as_ref().map(|message| message.path.clone());
    let mut diagrams = Diagrams::of_entry();
    let found = seek(&mut diagrams, &entrance, &|region: &Region| {
        path_of(region).is_some_and(|path| is_sought(&path, &region.traces).is_some())
    });
    let question = || format!("whether what `{}` rewrites is taken as it was", rule.title());
    let (request, traces) = match found {
        Ok(found) => found?,
        Err(why) => return Some(why.shown(rule.place, &question())),
    };
    let path = request.message.as_ref()?.path.clone();
    let speaks = is_sought(&path, &traces)?;
    let [with, without] = traces.as_slice() else { return None };
    let sent = rewritten(with)?;
    let place = rule.options.rewrite.as_ref()?.at;
    let message = format!(
        "`{}` of `{}` rewrites a path of which the destination's rules speak",
        rule.title(),
        table.id
    );
    Some(
        Diagnostic::new(Code::REWRITE_MISMATCH, place, message)
            .saying(format!("makes `{sent}` of `{path}`"))
            .label(speaks, format!("is for `{path}`, and not for `{sent}`"))
            .help(format!(
                "the request below is {}; if its path were not rewritten, it would be {}",
                with.summary(),
                without.summary()
            ))
            .help("behind a rewrite the rules of the destination see the new path: name that one there")
            .request(command_line(program, opening.cluster, &request)),
    )
}

/// What a request's path is rewritten to.
fn rewritten(trace: &Trace) -> Option<String> {
    trace.effects.iter().find_map(|effect| match effect {
        Effect::Rewrite(path) => Some(path.clone()),
        _ => None,
    })
}

/// What becomes of a request, whatever its path is in the end: where each of its ways ends (refused, if nowhere), by how
/// many it is verified, whether it is limited, and whether a firewall looks at it.
type Fate = (Vec<Option<Vec<Target>>>, usize, bool, bool);

fn fate(trace: &Trace) -> Fate {
    let ends = trace.outcomes().map(|outcome| match outcome {
        Final::Forwarded(forwarded) => {
            Some(forwarded.destinations.iter().filter_map(|one| one.target.clone()).collect())
        }
        _ => None,
    });
    (ends.collect(), trace.authenticated.len(), trace.limited, trace.inspected)
}
