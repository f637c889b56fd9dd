//! Claims, held against all that can become of the requests that they speak of.

use crate::affected::Affected;
use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::explore::{Explored, explore};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Source, Trace, holds};
use gloo_ir::{Claim, ClusterId, GatewayKind, Outcome, Program, Quantifier, Target};
use rayon::prelude::*;

/// So many entries are looked at before it is asked whether one of them has decided.
const AT_ONCE: usize = 32;

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
    let compared = compared(&claim.outcome);
    let openings = spoken_of(program, claim);
    let near = told_of(claim).map(|targets| Affected::by(program, targets));
    let (near, far): (Vec<Opening<'_>>, Vec<Opening<'_>>) =
        openings.into_iter().partition(|one| near.as_ref().is_none_or(|near| near.has(&one.way, &[program])));
    let (mut regions, mut unknown) = (0, None);
    for openings in near.chunks(AT_ONCE) {
        let each = openings.par_iter().map_init(Diagrams::of_entry, |diagrams, opening| {
            at_opening(diagrams, program, opening, claim, &compared)
        });
        for (opening, explored) in openings.iter().zip(each.collect::<Vec<_>>()) {
            let explored = match explored {
                Ok(explored) => explored,
                Err(undecided) => {
                    unknown.get_or_insert(undecided);
                    continue;
                }
            };
            regions += explored.regions;
            if let Some((trace, request)) = explored.found {
                let command = command_line(program, opening.cluster, &request);
                let example = Example { cluster: opening.cluster.clone(), request, command, trace };
                return match claim.quantifier {
                    Quantifier::Some => Answer::Holds(regions, Some(example)),
                    Quantifier::Every | Quantifier::No => Answer::Fails(example),
                };
            }
            if let Some(what) = explored.derived {
                unknown.get_or_insert_with(|| Undecided::derived(&what));
            }
        }
    }
    if let Some(undecided) = unknown {
        return Answer::Undecided(undecided.why, undecided.help);
    }
    // Of what can't come to the destinations it is enough that there is some request.
    if regions == 0 && !far.iter().any(|opening| has_requests(program, opening, claim)) {
        return Answer::Vacuous;
    }
    match claim.quantifier {
        Quantifier::Some => Answer::NoneDoes,
        Quantifier::Every | Quantifier::No => Answer::Holds(regions, None),
    }
}

fn at_opening(
    diagrams: &mut Diagrams,
    program: &Program,
    opening: &Opening<'_>,
    claim: &Claim,
    compared: &[ClusterId],
) -> Result<Explored, Undecided> {
    let wanted = claim.quantifier != Quantifier::Every;
    let interest = if is_of_effects(&claim.outcome) { Interest::All } else { Interest::Outcome };
    let program = &opening.within(program);
    let mut entrance = opening.entrance(&[program], interest, &claim.scope.condition);
    entrance.deciders.extend(compared.iter().map(|cluster| (program, cluster)));
    explore(diagrams, &entrance, &|request, trace| holds(program, request, &claim.outcome, trace) == wanted)
}

/// Whether a claim speaks of some request of an opening.
fn has_requests(program: &Program, opening: &Opening<'_>, claim: &Claim) -> bool {
    let entrance = opening.entrance(&[program], Interest::Outcome, &claim.scope.condition);
    let explored = explore(&mut Diagrams::of_entry(), &entrance, &|_, _| true);
    explored.is_ok_and(|explored| explored.found.is_some())
}

/// The entries whose requests a claim speaks of.
fn spoken_of<'a>(program: &'a Program, claim: &'a Claim) -> Vec<Opening<'a>> {
    let scope = &claim.scope;
    let is_from = |source: &Source| {
        scope.from.as_ref().is_none_or(|from| from.iter().any(|pattern| source.is(program, pattern)))
    };
    let egress = program
        .gateways
        .values()
        .filter(|gateway| gateway.kind == GatewayKind::Egress && scope.through.as_ref() == Some(&gateway.id));
    let leaving = egress.flat_map(|gateway| {
        let ways = gateway.listeners.iter().map(|listener| Way::Listener(gateway, listener));
        let placed = program.clusters.keys().filter(|cluster| gateway.clusters.contains(*cluster));
        placed.flat_map(move |cluster| ways.clone().map(move |way| Opening { cluster, program, way }))
    });
    let is_meant = |opening: &Opening<'_>| match &opening.way {
        Way::Listener(gateway, _) | Way::Hosts(gateway, ..) => {
            scope.to.is_none()
                && is_from(&Source::Account(None))
                && scope.through.as_ref().is_none_or(|through| *through == gateway.id)
        }
        Way::Call(service, _, _, caller) => {
            let source = Source::Deployed { caller: caller.clone(), cluster: opening.cluster.clone() };
            scope.through.is_none()
                && scope.to.as_ref().is_none_or(|to| to.contains(&service.id))
                && is_from(&source)
        }
        Way::Outbound(..) => false,
    };
    let all = openings(&[program]).into_iter().chain(leaving);
    let here = |opening: &Opening<'_>| scope.on.as_ref().is_none_or(|on| on == opening.cluster);
    all.filter(|opening| here(opening) && is_meant(opening)).collect()
}

/// The destinations that a request has to reach to be what is looked for; nothing where other requests may be it too.
fn told_of(claim: &Claim) -> Option<&[Target]> {
    let outcome = match (claim.quantifier, &claim.outcome) {
        (Quantifier::Every, Outcome::Not(inner)) => inner,
        (Quantifier::Every, _) => return None,
        (Quantifier::No | Quantifier::Some, outcome) => outcome,
    };
    let reached = |outcome: &'_ Outcome| matches!(outcome, Outcome::Reaches(_));
    let own = match outcome {
        Outcome::All(parts) => parts.iter().find(|part| reached(part))?,
        outcome => outcome,
    };
    if let Outcome::Reaches(targets) = own { Some(targets) } else { None }
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
