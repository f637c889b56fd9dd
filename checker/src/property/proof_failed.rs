//! Proofs: what is claimed of all requests, held against all that can become of them.

use crate::diagram::Diagrams;
use crate::entrance::{Way, calls, listeners};
use crate::explore::{Entrance, explore};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Interest, Request, Source, StepKind, Trace, describe, holds};
use gloo_ir::{Claim, ClusterId, GatewayKind, Outcome, Program, Proof, Quantifier};
use gloo_source::{Code, Diagnostic, Place};

/// The claims that don't hold, those that speak of no request, and those that can't be decided.
pub(crate) fn proof_failed(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut diagrams = Diagrams::new(1 << 8);
    let claims = program.proofs.iter().flat_map(|proof| proof.claims.iter().map(move |claim| (proof, claim)));
    claims
        .filter_map(|(proof, claim)| Decision::of(program, &mut diagrams, claim).shown(program, proof, claim))
        .collect()
}

/// What a claim comes to.
enum Decision {
    Holds,
    Fails(ClusterId, Box<(Trace, Request)>),
    /// No request does what some request should do.
    NoneDoes,
    Vacuous,
    Unknown(Undecided),
}

impl Decision {
    fn of(program: &Program, diagrams: &mut Diagrams, claim: &Claim) -> Self {
        let compared = compared(&claim.outcome);
        let (mut spoken_of, mut unknown) = (false, None);
        for (cluster, way) in ways(program, claim) {
            let entrance = Entrance {
                program,
                cluster,
                compared: &compared,
                interest: if is_of_effects(&claim.outcome) { Interest::All } else { Interest::Outcome },
                scope: way.scope(&claim.scope.condition, program, cluster),
                request: &|witness| way.request(witness),
            };
            let wanted = claim.quantifier != Quantifier::Every;
            let found =
                |request: &Request, trace: &Trace| holds(program, request, &claim.outcome, trace) == wanted;
            let explored = match explore(diagrams, &entrance, &found) {
                Ok(explored) => explored,
                Err(undecided) => {
                    unknown.get_or_insert(undecided);
                    continue;
                }
            };
            spoken_of |= explored.regions > 0;
            match (explored.found, claim.quantifier) {
                (Some(_), Quantifier::Some) => return Self::Holds,
                (Some(found), Quantifier::Every | Quantifier::No) => {
                    return Self::Fails(cluster.clone(), Box::new(found));
                }
                (None, _) => {}
            }
            if let Some(what) = explored.derived {
                unknown.get_or_insert_with(|| not_followed(&what));
            }
        }
        match (unknown, spoken_of, claim.quantifier) {
            (Some(undecided), ..) => Self::Unknown(undecided),
            (None, false, _) => Self::Vacuous,
            (None, true, Quantifier::Some) => Self::NoneDoes,
            (None, true, Quantifier::Every | Quantifier::No) => Self::Holds,
        }
    }

    fn shown(self, program: &Program, proof: &Proof, claim: &Claim) -> Option<Diagnostic<Place>> {
        let wanted = describe(&claim.outcome);
        let failed = || {
            let message = format!("it is not so that {}", proof.title);
            Diagnostic::new(Code::PROOF_FAILED, claim.place, message)
        };
        Some(match self {
            Self::Holds => return None,
            Self::Fails(cluster, found) => {
                let (trace, sample) = *found;
                let word = if claim.quantifier == Quantifier::No { "should not be" } else { "should be" };
                let mut finding = failed()
                    .saying(format!("{word} `{wanted}`"))
                    .help(format!("the request below is {}", trace.summary()));
                // What sent it on is more to the point than where it arrived.
                let is_forwarded = matches!(trace.outcome, Final::Forwarded(_));
                let mut steps =
                    trace.steps.iter().rev().filter(|step| {
                        !is_forwarded || matches!(step.step, StepKind::Route | StepKind::Access)
                    });
                let decisive = steps.find_map(|step| Some((step.place?, step)));
                if let Some((place, step)) = decisive {
                    finding = finding.label(place, format!("here `{}` {}", step.decided_by, step.says));
                }
                finding.request(command_line(program, &cluster, &sample))
            }
            Self::NoneDoes => failed()
                .saying(format!("no request that this speaks of is `{wanted}`"))
                .help("ask `gloo trace` what becomes of the request that was meant"),
            Self::Vacuous => Diagnostic::new(
                Code::PROOF_VACUOUS,
                claim.place,
                format!("no request is spoken of by `{}`", proof.title),
            )
            .saying("no request is in its scope")
            .help("make the scope wider, or delete the claim: it says nothing"),
            Self::Unknown(undecided) => undecided.shown(claim.place, &format!("whether {}", proof.title)),
        })
    }
}

fn not_followed(what: &str) -> Undecided {
    Undecided {
        why: format!("what is asked after this can't be followed: {what}"),
        help: "ask for it before the change, or leave out the change".to_owned(),
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
