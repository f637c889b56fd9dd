//! Access blocks on many services that close one which nobody speaks of, and requests that are sent there.

use super::never_allowed::destinations;
use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::excerpt::{excerpt, lenient};
use crate::explore::survey;
use crate::opening::{Opening, openings};
use crate::passage::{Passage, reached, rule_at, rule_of};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, decide};
use gloo_ir::normal_form::predicate_of;
use gloo_ir::{Access, ClusterId, Predicate, Program, Rule, Scope, ServiceId, Table, Test};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many of the routes that lead there are shown.
const MOST_SHOWN: usize = 4;

/// The services that some requests of a rule reach, and those requests that are refused.
type Fared<'p> = (BTreeSet<ServiceId>, Vec<&'p Passage<'p>>);

/// The rules all of whose requests are refused, each with the service, and a request that would get in.
type Shut<'a> = BTreeMap<Place, (ServiceId, &'a ClusterId, Request)>;

/// The blocks on a namespace or the mesh that refuse every request which some route sends to a service that no block names,
/// where one of them would get in if the block were not there.
pub(crate) fn closed_by_accident(program: &Program, passages: &[Passage<'_>]) -> Vec<Diagnostic<Place>> {
    let named: BTreeSet<&ServiceId> = program
        .access
        .iter()
        .flat_map(|access| &access.targets)
        .filter_map(|target| match &target.scope {
            Scope::Service(service) => Some(service),
            _ => None,
        })
        .collect();
    let mut by_rule: BTreeMap<(Place, &ClusterId), Fared<'_>> = BTreeMap::new();
    for passage in passages {
        let (reached, closed) = by_rule.entry((passage.rule, passage.cluster)).or_default();
        reached.extend(passage.reached.iter().cloned());
        closed.extend(passage.closed_by.is_some().then_some(passage));
    }
    let wide =
        program.access.iter().filter(|access| access.targets.iter().any(|target| is_wide(&target.scope)));
    let wide: Vec<&Arc<Access>> = wide.collect();
    let openings = if wide.is_empty() { Vec::new() } else { openings(&[program]) };
    let each = wide.into_iter().filter_map(|access| {
        let without = without(program, access);
        let mut shut = Shut::new();
        for ((place, cluster), (reached_by, closed)) in &by_rule {
            let Some((_, rule)) = rule_at(program, *place) else { continue };
            let meant = destinations(rule);
            let Some(service) = meant.first().filter(|_| meant.len() == 1) else { continue };
            if named.contains(service) || !reached_by.is_empty() {
                continue;
            }
            let gets_in = |passage: &&&Passage<'_>| {
                reached(&decide(&without, cluster, &passage.request)).contains(service)
                    && reached(&decide(program, cluster, &passage.request)).is_empty()
            };
            if let Some(passage) = closed.iter().find(gets_in) {
                let lost = || (service.clone(), *cluster, passage.request.clone());
                shut.entry(*place).or_insert_with(lost);
            }
        }
        if let Err(why) = calls(program, access, &without, &named, &openings, &mut shut) {
            return Some(why.shown(access.place, "whether this closes a service that it doesn't mean"));
        }
        shown(program, access, &shut)
    });
    each.collect()
}

/// Notes the rules of tables of the mesh that name a caller all of whose calls are refused, where one of them would get in
/// without the block.
fn calls<'a>(
    program: &Program,
    access: &Access,
    without: &Program,
    named: &BTreeSet<&ServiceId>,
    openings: &[Opening<'a>],
    shut: &mut Shut<'a>,
) -> Result<(), Undecided> {
    let mut diagrams = Diagrams::of_entry();
    for opening in openings {
        let Way::Call(service, ..) = &opening.way else { continue };
        let is_covered = access.targets.iter().any(|target| match &target.scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => service.namespace == *namespace,
            _ => false,
        });
        let names_caller =
            |table: &Arc<Table>| opening.way.has(table) && table.rules.iter().any(names_source);
        if !is_covered || named.contains(&service.id) || !program.tables.values().any(names_caller) {
            continue;
        }
        let with = lenient(excerpt(program, &opening.way));
        let without = lenient(excerpt(without, &opening.way));
        let entrance = opening.entrance(&[&with, &without], Interest::Outcome, &Predicate::always());
        survey(&mut diagrams, &entrance, |survey| {
            let mut lost: BTreeMap<Place, Request> = BTreeMap::new();
            let mut gets_in: BTreeSet<Place> = BTreeSet::new();
            for region in &survey.regions {
                let [now, before] = region.traces.as_slice() else { continue };
                let Some((_, rule)) = rule_of(&with, now).and_then(|place| rule_at(&with, place)) else {
                    continue;
                };
                if !reached(now).is_empty() {
                    gets_in.insert(rule.place);
                } else if names_source(rule) && !reached(before).is_empty() {
                    let sample = survey.sample(&region.set)?.map(|(request, _)| request);
                    lost.extend(sample.map(|request| (rule.place, request)));
                }
            }
            lost.retain(|place, _| !gets_in.contains(place));
            for (place, request) in lost {
                shut.entry(place).or_insert_with(|| (service.id.clone(), opening.cluster, request));
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Whether a rule says whose requests it is for.
fn names_source(rule: &Rule) -> bool {
    let mut names = false;
    predicate_of(&rule.matches).each_test(&mut |test| {
        names |= matches!(test, Test::Source(_) | Test::SourceNamespace(_));
    });
    names
}

fn is_wide(scope: &Scope) -> bool {
    matches!(scope, Scope::Mesh | Scope::Namespace(_))
}

fn without(program: &Program, access: &Arc<Access>) -> Program {
    let mut other = program.clone();
    other.access.retain(|one| !Arc::ptr_eq(one, access));
    other
}

fn shown(program: &Program, access: &Access, shut: &Shut<'_>) -> Option<Diagnostic<Place>> {
    let (_, cluster, request) = shut.values().next()?;
    let services: BTreeSet<String> = shut.values().map(|(service, ..)| format!("`{service}`")).collect();
    let services: Vec<String> = services.into_iter().collect();
    let target = access.targets.iter().find(|target| is_wide(&target.scope))?;
    let message = format!("this closes {} too, which no access block names", services.join(" and "));
    let finding = Diagnostic::new(Code::CLOSED_BY_ACCIDENT, target.place, message)
        .saying("an access block closes all that it covers");
    let finding = shut.iter().take(MOST_SHOWN).fold(finding, |finding, (place, (service, ..))| {
        finding.label(*place, format!("sends requests to `{service}`, and all are refused"))
    });
    let trace = decide(program, cluster, request);
    Some(
        finding
            .help(format!("the request below is {}; without this block it gets in", trace.summary()))
            .help("allow the caller in this block, or in one of the service's own")
            .request(command_line(program, cluster, request)),
    )
}
