//! Claims, held against all that can become of the requests that they speak of.

use crate::diagram::Diagrams;
use crate::entrance::{Way, calls, listeners};
use crate::explore::{Entrance, explore};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Source, Trace, holds};
use gloo_ir::{Claim, ClusterId, GatewayKind, Outcome, Program, Quantifier};

/// What a claim comes to.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It holds: for so many kinds of requests. Of a `some`, the example that shows it.
    Holds(usize, Option<Example>),
    /// This request shows that it doesn't.
    Fails(Example),
    /// No request does what some request should do.
    NoneDoes,
    /// It speaks of no request.
    Vacuous,
    /// It could not be decided within the limits: why, and what to do.
    Undecided(String, String),
}

/// A request with what becomes of it.
#[derive(Clone, Debug)]
pub struct Example {
    /// On which cluster.
    pub cluster: ClusterId,
    /// The request.
    pub request: Request,
    /// As a line that can be pasted.
    pub command: String,
    /// What becomes of it.
    pub trace: Trace,
}

/// Whether a claim holds of a program.
#[must_use]
pub fn ask(program: &Program, claim: &Claim) -> Answer {
    answer(program, &mut Diagrams::of_entry(), claim)
}

pub(crate) fn answer(program: &Program, diagrams: &mut Diagrams, claim: &Claim) -> Answer {
    let compared = compared(&claim.outcome);
    let (mut regions, mut unknown) = (0, None);
    let wanted = claim.quantifier != Quantifier::Every;
    let found = |request: &Request, trace: &Trace| holds(program, request, &claim.outcome, trace) == wanted;
    for (cluster, way) in ways(program, claim) {
        let entrance = Entrance {
            program,
            deciders: std::iter::once(cluster).chain(&compared).map(|one| (program, one)).collect(),
            interest: if is_of_effects(&claim.outcome) { Interest::All } else { Interest::Outcome },
            scope: way.scope(&claim.scope.condition, program, cluster),
            way: &way,
        };
        let explored = match explore(diagrams, &entrance, &found) {
            Ok(explored) => explored,
            Err(undecided) => {
                unknown.get_or_insert(undecided);
                continue;
            }
        };
        regions += explored.regions;
        if let Some((trace, request)) = explored.found {
            let command = command_line(program, cluster, &request);
            let example = Example { cluster: cluster.clone(), request, command, trace };
            return match claim.quantifier {
                Quantifier::Some => Answer::Holds(regions + 1, Some(example)),
                Quantifier::Every | Quantifier::No => Answer::Fails(example),
            };
        }
        if let Some(what) = explored.derived {
            unknown.get_or_insert_with(|| Undecided::derived(&what));
        }
    }
    match (unknown, claim.quantifier) {
        (Some(undecided), _) => Answer::Undecided(undecided.why, undecided.help),
        (None, _) if regions == 0 => Answer::Vacuous,
        (None, Quantifier::Some) => Answer::NoneDoes,
        (None, Quantifier::Every | Quantifier::No) => Answer::Holds(regions, None),
    }
}

/// Where the requests enter that a claim speaks of.
fn ways<'a>(program: &'a Program, claim: &'a Claim) -> Vec<(&'a ClusterId, Way<'a>)> {
    let scope = &claim.scope;
    let is_from = |source: &Source| {
        scope.from.as_ref().is_none_or(|from| from.iter().any(|pattern| source.is(program, pattern)))
    };
    let mut all = Vec::new();
    for cluster in program.clusters.keys().filter(|cluster| scope.on.as_ref().is_none_or(|on| on == *cluster))
    {
        let wants_gateways = scope.to.is_none() && is_from(&Source::Account(None));
        let gateways = program.gateways.values().filter(|gateway| {
            let is_meant = match &scope.through {
                Some(through) => *through == gateway.id,
                None => gateway.kind == GatewayKind::Ingress,
            };
            wants_gateways && is_meant && gateway.clusters.contains(cluster)
        });
        all.extend(gateways.flat_map(|gateway| listeners(gateway)).map(|way| (cluster, way)));
        let services = program.services.values().filter(|service| {
            let is_meant = scope.to.as_ref().is_none_or(|to| to.contains(&service.id));
            scope.through.is_none() && is_meant && service.clusters.contains(cluster)
        });
        all.extend(
            services.flat_map(|service| calls(program, cluster, service, is_from)).map(|way| (cluster, way)),
        );
    }
    all
}

/// Whether an outcome speaks of what is done to a request besides deciding what becomes of it.
fn is_of_effects(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::All(parts) | Outcome::Any(parts) => parts.iter().any(is_of_effects),
        Outcome::Not(inner) => is_of_effects(inner),
        Outcome::Limited | Outcome::Masked | Outcome::Same(_) => true,
        _ => false,
    }
}

/// The clusters that an outcome compares.
fn compared(outcome: &Outcome) -> Vec<ClusterId> {
    match outcome {
        Outcome::All(parts) | Outcome::Any(parts) => parts.iter().flat_map(compared).collect(),
        Outcome::Not(inner) => compared(inner),
        Outcome::Same(clusters) => clusters.clone(),
        _ => Vec::new(),
    }
}
