//! What becomes of the requests that enter by a gateway, rule by rule.

use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::excerpt::{excerpt, lenient, services};
use crate::explore::{Region, survey};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Final, Interest, Question, Refusal, Request, StepKind, Trace};
use gloo_ir::{
    Action, AddressAttribute, ClusterId, Policy, Predicate, Program, Rule, ServiceId, Table, Target, Test,
    TextAttribute, TextTest,
};
use gloo_source::Place;
use oxidd::BooleanFunction;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Requests of one entry that one rule takes and that fare alike, for the luckiest of requests: what else may refuse
/// them, but for logins and access, lets them pass.
#[derive(Clone, Debug)]
pub(crate) struct Passage<'a> {
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The rule that decides about them.
    pub rule: Place,
    /// The services that they reach, by some draw.
    pub reached: BTreeSet<ServiceId>,
    /// What keeps them from a service, where access does: the declaration, and what it says.
    pub closed_by: Option<(Place, String)>,
    /// The `require` that has verified them; the first of several.
    pub verified_by: Option<Place>,
    /// One of them; if there is one, of somebody of whom nothing is known.
    pub request: Request,
    /// The path that the service sees of it.
    pub sent: Option<String>,
    /// Whether it is of somebody of whom nothing is known: without certificate, from an address that no rule names.
    pub is_of_stranger: bool,
    /// What of them could not be said of the request as it was sent: the way of others behind the gateway may be another.
    pub derived: Option<String>,
}

/// Those that enter where `wanted` says, with what could not be decided: at which table, why.
pub(crate) fn passages<'a>(
    program: &'a Program,
    wanted: impl Fn(&Way<'_>, &BTreeSet<ServiceId>) -> bool,
) -> (Vec<Passage<'a>>, Vec<(Place, Undecided)>) {
    let openings = openings(&[program]);
    let of_gateways: Vec<&Opening<'a>> = openings
        .iter()
        .filter(|opening| opening.way.gateway().is_some())
        .filter(|opening| wanted(&opening.way, &services(program, &opening.way)))
        .collect();
    let each = of_gateways.into_par_iter().map_init(Diagrams::of_entry, |diagrams, opening| {
        let table = program.tables.values().find(|table| opening.way.has(table));
        let place = table.map(|table| table.place);
        of_opening(program, diagrams, opening).map_err(|why| (place, why))
    });
    let each: Vec<_> = each.collect();
    let (mut all, mut undecided) = (Vec::new(), Vec::new());
    for one in each {
        match one {
            Ok(passages) => all.extend(passages),
            Err((place, why)) => undecided.extend(place.map(|place| (place, why))),
        }
    }
    (all, undecided)
}

fn of_opening<'a>(
    program: &'a Program,
    diagrams: &mut Diagrams,
    opening: &Opening<'a>,
) -> Result<Vec<Passage<'a>>, Undecided> {
    let part = lenient(excerpt(program, &opening.way));
    let entrance = opening.entrance(&[&part], Interest::Outcome, &Predicate::always());
    let stranger = stranger(&part);
    survey(diagrams, &entrance, |survey| {
        let strangers = survey.meeting(&stranger)?;
        let mut all = Vec::new();
        for region in &survey.regions {
            let Some(rule) = region.traces.first().and_then(|trace| rule_of(&part, trace)) else { continue };
            let own = Undecided::of(region.set.and(&strangers))?;
            let is_of_stranger = own.satisfiable();
            let sample = survey.sample(if is_of_stranger { &own } else { &region.set })?;
            let Some((request, traces)) = sample else { continue };
            let Some(trace) = traces.first() else { continue };
            all.push(Passage {
                cluster: opening.cluster,
                rule,
                reached: reached(trace),
                closed_by: closed_by(trace).into_iter().next(),
                verified_by: verified_by(trace),
                request,
                sent: sent(trace),
                is_of_stranger,
                derived: derived(region),
            });
        }
        Ok(all)
    })
}

fn derived(region: &Region) -> Option<String> {
    region.asked.iter().find_map(|asked| match &asked.question {
        Question::Derived(what) => Some(what.clone()),
        _ => None,
    })
}

/// The rule that decides where a request enters, if it gets so far: the first that doesn't hand it on to another table.
pub(crate) fn rule_of(program: &Program, trace: &Trace) -> Option<Place> {
    let routes = trace.steps.iter().filter(|step| step.step == StepKind::Route);
    let mut rules = routes.filter_map(|step| rule_at(program, step.place?));
    rules.find(|(_, rule)| !matches!(rule.action.value, Action::Delegate(_))).map(|(_, rule)| rule.place)
}

/// The rule that is written there, with its table.
pub(crate) fn rule_at(program: &Program, place: Place) -> Option<(&Arc<Table>, &Rule)> {
    let rules = program.tables.values().flat_map(|table| table.rules.iter().map(move |rule| (table, rule)));
    rules.into_iter().find(|(_, rule)| rule.place == place)
}

/// The services that a request reaches.
pub(crate) fn reached(trace: &Trace) -> BTreeSet<ServiceId> {
    let forwarded = trace.outcomes().filter_map(|outcome| match outcome {
        Final::Forwarded(forwarded) => Some(&forwarded.destinations),
        _ => None,
    });
    let targets = forwarded.flatten().filter_map(|reached| reached.target.as_ref());
    let services = targets.filter_map(|target| match target {
        Target::Service { service, .. } => Some(service.clone()),
        Target::External(_) => None,
    });
    services.collect()
}

/// What keeps a request that was sent on from its services, where access does: of each way that ends so, if the request
/// reaches none.
pub(crate) fn closed_by(trace: &Trace) -> Vec<(Place, String)> {
    let is_refused = |outcome: &Final| matches!(outcome, Final::Denied { status: Refusal::Status(403), .. });
    let hop = trace.steps.iter().position(|step| step.step == StepKind::Hop);
    let Some(after) = hop.and_then(|hop| trace.steps.get(hop..)) else { return Vec::new() };
    if !trace.outcomes().any(is_refused) {
        return Vec::new();
    }
    // What access lets in goes on: the step that ends a way is followed by nothing, or by the hop of another.
    let ends = after.iter().enumerate().filter(|(number, step)| {
        let next = after.get(number + 1).map(|next| next.step);
        step.step == StepKind::Access && matches!(next, None | Some(StepKind::Hop))
    });
    ends.filter_map(|(_, step)| Some((step.place?, step.says.clone()))).collect()
}

fn verified_by(trace: &Trace) -> Option<Place> {
    let mut steps = trace.steps.iter().filter(|step| step.step == StepKind::Authentication);
    steps.find_map(|step| step.place).filter(|_| !trace.authenticated.is_empty())
}

/// The path that the service sees.
pub(crate) fn sent(trace: &Trace) -> Option<String> {
    trace.outcomes().find_map(|outcome| match outcome {
        Final::Forwarded(forwarded) => Some(forwarded.sent.as_ref()?.path.clone()),
        _ => None,
    })
}

/// Somebody of whom nothing is known: no certificate, and no address that anything names.
pub(crate) fn stranger(program: &Program) -> Predicate {
    let mut known: BTreeSet<Test> = BTreeSet::new();
    let mut add = |predicate: &Predicate| {
        predicate.each_test(&mut |test| {
            if matches!(test, Test::Address(AddressAttribute::Client | AddressAttribute::Source, _)) {
                known.insert(test.clone());
            }
        });
    };
    let rules = program.tables.values().flat_map(|table| &table.rules);
    rules.for_each(|rule| add(&gloo_ir::normal_form::predicate_of(&rule.matches)));
    let clauses = |policy: &Arc<Policy>| policy.clauses.clone();
    program.policies.values().flat_map(clauses).for_each(|clause| add(&clause.condition));
    program.access.iter().flat_map(|access| &access.rules).for_each(|rule| add(&rule.condition));
    let certificates = [TextAttribute::ClientCertificateUri, TextAttribute::ClientCertificateDns];
    known.extend(certificates.map(|attribute| Test::Text(attribute, TextTest::Present)));
    Predicate::Not(Box::new(Predicate::Any(known.into_iter().map(Predicate::Test).collect())))
}
