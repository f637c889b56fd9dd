//! With `paths: keep`: spellings of a path that get around a rule which keeps it closed.

use super::never_allowed::destinations;
use crate::diagram::Diagrams;
use crate::excerpt::{excerpt, lenient};
use crate::explore::survey;
use crate::opening::{Opening, openings};
use crate::passage::{reached, rule_at, rule_of};
use crate::undecided::Undecided;
use crate::upstream::with_path;
use crate::witness::command_line;
use gloo_ir::evaluate::{Entry, Final, Interest, Request, StepKind, Trace, decide};
use gloo_ir::{ClauseKind, Effect, PathMode, Predicate, Program, ServiceId, Test};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};

/// The denies and logins that ask for the path and that another spelling of it gets around. With `paths: strict` every path
/// has one spelling.
pub(crate) fn path_evasion(program: &Program) -> Vec<Diagnostic<Place>> {
    let closing = closing(program);
    if program.paths() != PathMode::Keep || closing.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<Place, Diagnostic<Place>> = BTreeMap::new();
    let mut diagrams = Diagrams::of_entry();
    for opening in openings(&[program]) {
        let requests = match closed(program, &mut diagrams, &opening, &closing) {
            Ok(requests) => requests,
            Err(why) => {
                let place = closing.iter().find(|place| !found.contains_key(place));
                let shown =
                    |place: &Place| why.shown(*place, "whether another spelling of a path gets around this");
                found.extend(place.map(|place| (*place, shown(place))));
                continue;
            }
        };
        for (place, request) in requests {
            if found.contains_key(&place)
                || closed_at(&decide(program, opening.cluster, &request)) != Some(place)
            {
                continue;
            }
            found.extend(evaded(program, &opening, &request, place).map(|finding| (place, finding)));
        }
    }
    found.into_values().collect()
}

/// The rules that keep somebody out by the path: denies, and clauses that ask for a login.
fn closing(program: &Program) -> BTreeSet<Place> {
    let denies = program.access.iter().flat_map(|access| &access.rules);
    let denies = denies.filter(|rule| rule.effect == Effect::Deny).map(|rule| (rule.place, &rule.condition));
    let clauses =
        program.policies.values().filter(|policy| !policy.shadow).flat_map(|policy| &policy.clauses);
    let logins = clauses.filter(|clause| matches!(clause.kind, ClauseKind::Require(_)));
    let logins = logins.map(|clause| (clause.place, &clause.condition));
    denies.chain(logins).filter(|(_, condition)| asks_for_path(condition)).map(|(place, _)| place).collect()
}

fn asks_for_path(condition: &Predicate) -> bool {
    let mut asks = false;
    condition.each_test(&mut |test| asks |= matches!(test, Test::Path(_)));
    asks
}

/// Requests of an entry that one of these rules keeps out, some of each that fares otherwise.
fn closed(
    program: &Program,
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
    closing: &BTreeSet<Place>,
) -> Result<Vec<(Place, Request)>, Undecided> {
    let part = lenient(excerpt(program, &opening.way));
    let entrance = opening.entrance(&[&part], Interest::Outcome, &Predicate::always());
    survey(diagrams, &entrance, |survey| {
        let mut all = Vec::new();
        for region in &survey.regions {
            let place = region.traces.first().and_then(closed_at).filter(|place| closing.contains(place));
            let sample = match place {
                Some(_) => survey.sample(&region.set)?,
                None => None,
            };
            all.extend(place.zip(sample.map(|(request, _)| request)));
        }
        Ok(all)
    })
}

/// The rule that keeps a request out.
fn closed_at(trace: &Trace) -> Option<Place> {
    let is_denied = matches!(trace.outcome, Final::Denied { .. }) && trace.others.is_empty();
    let last = trace.steps.last().filter(|_| is_denied)?;
    last.place.filter(|_| matches!(last.step, StepKind::Access | StepKind::Authentication))
}

fn evaded(
    program: &Program,
    opening: &Opening<'_>,
    request: &Request,
    place: Place,
) -> Option<Diagnostic<Place>> {
    let path = request.message.as_ref()?.path.clone();
    let closed = decide(program, opening.cluster, request);
    // What is closed at a service is open only where the service is reached.
    let is_sent = closed.steps.iter().any(|step| step.step == StepKind::Hop);
    let meant: Option<BTreeSet<ServiceId>> = is_sent.then(|| match &request.entry {
        Entry::Service(service) => BTreeSet::from([service.clone()]),
        _ => {
            let rule = rule_of(program, &closed).and_then(|place| rule_at(program, place));
            rule.map(|(_, rule)| destinations(rule)).unwrap_or_default()
        }
    });
    spellings(&path).into_iter().find_map(|spelled| {
        let other = with_path(request, &spelled)?;
        let trace = decide(program, opening.cluster, &other);
        let gets_through = match &meant {
            None => trace.outcomes().any(|outcome| matches!(outcome, Final::Forwarded(_))),
            Some(meant) => !reached(&trace).is_disjoint(meant),
        };
        gets_through.then(|| {
            Diagnostic::new(
                Code::PATH_EVASION,
                place,
                format!("another spelling of `{path}` gets around this rule"),
            )
            .saying(format!("is for `{path}`, and not for `{spelled}`"))
            .help(format!("the request below is {}; many services take both for one", trace.summary()))
            .help("write `paths: strict` in the mesh: then every path has one spelling")
            .request(command_line(program, opening.cluster, &other))
        })
    })
}

/// Other spellings of a path that servers often take for the same: empty and dot segments, escapes, parameters, another
/// case.
fn spellings(path: &str) -> Vec<String> {
    let mut all = vec![format!("/{path}"), format!("/.{path}"), format!("/%2e{path}"), format!("{path};a")];
    let inner = path.trim_start_matches('/');
    let (first, rest) = inner.split_once('/').unwrap_or((inner, ""));
    let behind = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    all.push(format!("/{first};a{behind}"));
    if !rest.is_empty() {
        all.push(format!("/{first}//{rest}"));
        all.push(format!("/{first}%2f{rest}"));
    }
    if let Some(letter) = first.chars().next().filter(char::is_ascii_alphanumeric) {
        let escaped: String = first.chars().skip(1).collect();
        all.push(format!("/%{:02x}{escaped}{behind}", u32::from(letter)));
        all.push(format!("/{}{behind}", first.to_ascii_uppercase()));
    }
    all.retain(|spelled| spelled != path);
    all
}
