//! What a `replaces` takes away.

use crate::diagram::Diagrams;
use crate::excerpt::excerpt;
use crate::explore::{Region, seek};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Interest, Request, StepKind, Trace};
use gloo_ir::{ClusterId, Policy, Predicate, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::sync::Arc;

/// What was done to a request before it was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    Refused,
    Inspected,
    Limited,
    Masked,
}

impl Lost {
    const ALL: [Self; 4] = [Self::Refused, Self::Inspected, Self::Limited, Self::Masked];

    fn words(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Inspected => "looked at by a firewall",
            Self::Limited => "limited",
            Self::Masked => "masked",
        }
    }

    /// Whether it is done by the one trace and not by the other.
    fn is_so(self, with: &Trace, without: &Trace) -> bool {
        match self {
            Self::Refused => is_refused(without) && !is_refused(with),
            Self::Inspected => without.inspected && !with.inspected,
            Self::Limited => without.limited && !with.limited,
            Self::Masked => without.masked && !with.masked,
        }
    }

    /// The declaration that did it.
    fn by(self, without: &Trace) -> Option<Place> {
        let kind = match self {
            Self::Refused => return without.steps.last().and_then(|step| step.place),
            Self::Inspected => StepKind::Waf,
            Self::Limited => StepKind::Limit,
            Self::Masked => StepKind::Response,
        };
        without.steps.iter().find(|step| step.step == kind).and_then(|step| step.place)
    }
}

fn is_refused(trace: &Trace) -> bool {
    trace.outcomes().all(|outcome| matches!(outcome, Final::Denied { .. }))
}

/// The policies that take something away from requests by replacing others.
pub(crate) fn policy_weakened(program: &Program) -> Vec<Diagnostic<Place>> {
    let replacing = program.policies.values().filter(|policy| !policy.shadow && !policy.replaces.is_empty());
    let replacing: Vec<&Arc<Policy>> = replacing.collect();
    if replacing.is_empty() {
        return Vec::new();
    }
    let openings = openings(&[program]);
    replacing.into_iter().filter_map(|policy| of_policy(program, &openings, policy)).collect()
}

/// A request that shows it, where it enters, and what becomes of it with the policy and without.
type Shown<'a> = (&'a ClusterId, Request, Vec<Trace>);

fn of_policy(program: &Program, openings: &[Opening<'_>], policy: &Policy) -> Option<Diagnostic<Place>> {
    let mut diagrams = Diagrams::of_entry();
    let mut lost: Vec<(Lost, Shown<'_>)> = Vec::new();
    let mut unknown: Option<Undecided> = None;
    for opening in openings {
        let with = excerpt(program, &opening.way);
        if !policy.replaces.iter().any(|id| with.policies.contains_key(id))
            || !with.policies.contains_key(&policy.id)
        {
            continue;
        }
        let mut without = with.clone();
        let unreplaced = Policy { replaces: Vec::new(), ..policy.clone() };
        without.policies.insert(policy.id.clone(), Arc::new(unreplaced));
        let entrance = opening.entrance(&[&with, &without], Interest::All, &Predicate::always());
        for kind in Lost::ALL {
            if lost.iter().any(|(known, _)| *known == kind) {
                continue;
            }
            let is_so = |traces: &[Trace]| matches!(traces, [with, without] if kind.is_so(with, without));
            match seek(&mut diagrams, &entrance, &|region: &Region| is_so(&region.traces)) {
                Ok(Some((request, traces))) if is_so(&traces) => {
                    lost.push((kind, (opening.cluster, request, traces)));
                }
                Ok(_) => {}
                Err(why) => drop(unknown.get_or_insert(why)),
            }
        }
    }
    let (kind, (cluster, request, traces)) = match lost.first() {
        Some(first) => first,
        None => return unknown.map(|why| why.shown(policy.place, "what this takes away by `replaces`")),
    };
    let [with, without] = traces.as_slice() else { return None };
    let replaced: Vec<String> = policy.replaces.iter().map(|id| format!("`{id}`")).collect();
    let all: Vec<&str> = lost.iter().map(|(kind, _)| kind.words()).collect();
    let message = format!("without {} some requests are no longer {}", replaced.join(" and "), listed(&all));
    let finding = Diagnostic::new(Code::POLICY_WEAKENED, policy.place, message);
    let finding = finding.saying(format!("`{}` replaces it", policy.id));
    let finding = match kind.by(without) {
        Some(place) => finding.label(place, format!("by this the request below was {}", kind.words())),
        None => finding,
    };
    Some(
        finding
            .help(format!("the request below is {}; before, it was {}", with.summary(), without.summary()))
            .help("repeat in it what should stay; or where that is meant, turn the finding off for this workspace")
            .request(command_line(program, cluster, request)),
    )
}

fn listed(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        words => words.join(""),
    }
}
