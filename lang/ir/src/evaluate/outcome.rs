//! Whether a trace is what a test or a proof says of it.

use super::{Final, Reached, Refusal, Request, Trace, decide, words};
use crate::{ClusterId, Outcome, Program, StatusSet, Target};

/// Whether `trace`, which `request` took, is what `outcome` says. Where parts of a split fare differently, each of them
/// has to be so; only `reaches` asks for one of them.
#[must_use]
pub fn holds(program: &Program, request: &Request, outcome: &Outcome, trace: &Trace) -> bool {
    let part = |outcome: &Outcome| holds(program, request, outcome, trace);
    match outcome {
        Outcome::All(parts) => parts.iter().all(part),
        Outcome::Any(parts) => parts.iter().any(part),
        Outcome::Not(inner) => !part(inner),
        Outcome::Allowed => trace.outcomes().all(|end| !is_denied(end)),
        Outcome::Denied => trace.outcomes().all(is_denied),
        Outcome::Redirected => trace.outcomes().all(is_redirected),
        Outcome::Authenticated(None) => !trace.authenticated.is_empty(),
        Outcome::Authenticated(Some(provider)) => trace.authenticated.contains(provider),
        Outcome::Reaches(targets) => reached(trace).any(|reached| lies_in(reached, targets)),
        Outcome::OnlyReaches(targets) => reached(trace).all(|reached| lies_in(reached, targets)),
        Outcome::Status(sets) => trace.outcomes().all(|end| has_status(end, sets)),
        Outcome::PassesWaf => trace.inspected,
        Outcome::Limited => trace.limited,
        Outcome::Masked => trace.masked,
        Outcome::Encrypted => trace.encrypted,
        Outcome::Same(clusters) => are_alike(program, request, clusters),
    }
}

fn is_denied(end: &Final) -> bool {
    matches!(end, Final::Denied { .. })
}

/// A log-in is denied and redirected.
fn is_redirected(end: &Final) -> bool {
    matches!(end, Final::Redirected { .. } | Final::Denied { location: Some(_), .. })
}

fn has_status(end: &Final, sets: &[StatusSet]) -> bool {
    let status = match end {
        Final::Denied { status: Refusal::Status(status), .. }
        | Final::Redirected { status, .. }
        | Final::Responded { status, .. } => *status,
        // What the firewall, an authoriser or the service answers isn't known.
        Final::Denied { .. } | Final::Forwarded(_) => return false,
    };
    sets.iter().any(|set| set.contains(status))
}

/// Where requests and copies end.
fn reached(trace: &Trace) -> impl Iterator<Item = &Reached> {
    let forwarded = trace.outcomes().filter_map(|end| match end {
        Final::Forwarded(forwarded) => Some(forwarded),
        _ => None,
    });
    forwarded.flat_map(|forwarded| forwarded.destinations.iter().chain(&forwarded.mirrors))
}

/// Whether a place is one of the targets: all of a service holds its subsets, and every cluster each of them.
fn lies_in(reached: &Reached, targets: &[Target]) -> bool {
    targets.iter().any(|target| match (target, &reached.target) {
        (Target::External(wanted), Some(Target::External(own))) => wanted == own,
        (
            Target::Service { service: wanted, subset: wanted_subset, cluster },
            Some(Target::Service { service, subset, .. }),
        ) => {
            wanted == service
                && wanted_subset.as_ref().is_none_or(|wanted| subset.as_ref() == Some(wanted))
                && cluster.as_ref().is_none_or(|cluster| reached.clusters.contains(cluster))
        }
        _ => false,
    })
}

/// Whether the clusters that have the request's entry answer it alike.
fn are_alike(program: &Program, request: &Request, clusters: &[ClusterId]) -> bool {
    let having = request.entry.clusters(program, &request.caller);
    let traces: Vec<Trace> = clusters
        .iter()
        .filter(|cluster| having.contains(cluster))
        .map(|cluster| decide(program, cluster, request))
        .collect();
    traces.windows(2).all(|pair| matches!(pair, [one, other] if one.answers_like(other)))
}

/// A formula in the words of the language: `allowed && reaches(shop.cart.v2)`.
#[must_use]
pub fn describe(outcome: &Outcome) -> String {
    let joined = |parts: &[Outcome], sign: &str| {
        let texts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Outcome::All(_) | Outcome::Any(_) => format!("({})", describe(part)),
                simple => describe(simple),
            })
            .collect();
        texts.join(sign)
    };
    match outcome {
        Outcome::All(parts) => joined(parts, " && "),
        Outcome::Any(parts) => joined(parts, " || "),
        Outcome::Not(inner) => format!("!{}", joined(std::slice::from_ref(inner), "")),
        Outcome::Allowed => "allowed".to_owned(),
        Outcome::Denied => "denied".to_owned(),
        Outcome::Redirected => "redirected".to_owned(),
        Outcome::Authenticated(None) => "authenticated".to_owned(),
        Outcome::Authenticated(Some(provider)) => format!("authenticated({provider})"),
        Outcome::Reaches(targets) => format!("reaches({})", listed(targets)),
        Outcome::OnlyReaches(targets) => format!("only_reaches({})", listed(targets)),
        Outcome::Status(sets) => statuses(sets),
        Outcome::PassesWaf => "passes(waf)".to_owned(),
        Outcome::Limited => "limited".to_owned(),
        Outcome::Masked => "masked".to_owned(),
        Outcome::Encrypted => "encrypted".to_owned(),
        Outcome::Same(clusters) => {
            let names: Vec<&str> = clusters.iter().map(ClusterId::as_str).collect();
            format!("same(on: [{}])", names.join(", "))
        }
    }
}

fn listed(targets: &[Target]) -> String {
    let names: Vec<String> = targets.iter().map(words::target).collect();
    match names.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn statuses(sets: &[StatusSet]) -> String {
    let words: Vec<String> = sets
        .iter()
        .map(|set| match set {
            StatusSet::Exactly(status) => status.to_string(),
            StatusSet::Class(class) => format!("{class}xx"),
        })
        .collect();
    match (sets, words.as_slice()) {
        ([StatusSet::Exactly(_)], [one]) => format!("status == {one}"),
        (_, [one]) => format!("status in {one}"),
        (_, several) => format!("status in [{}]", several.join(", ")),
    }
}
