//! Which requests reach a destination.

use crate::affected::Affected;
use crate::behaviour::is_stopped;
use crate::cover::{Requests, cover};
use crate::diagram::{Diagrams, Set};
use crate::explore::{Region, Survey, survey};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Step, StepKind, Trace, holds};
use gloo_ir::{ClusterId, Outcome, Predicate, Program, Target};
use gloo_source::Place;
use oxidd::BooleanFunction;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The requests of one entry that reach a destination.
#[derive(Clone, Debug)]
pub struct EntryReach {
    /// The cluster.
    pub cluster: ClusterId,
    /// The entry, in words.
    pub entry: String,
    /// The requests; none, if what could be said is only `undecided`.
    pub reached: Vec<Reach>,
    /// What could not be said within the limits: why, and what to do.
    pub undecided: Option<(String, String)>,
}

/// Requests that reach a destination by one declaration.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The requests, in words, among those of the entry.
    pub requests: Requests,
    /// One of them.
    pub request: Request,
    /// As a line that can be pasted.
    pub command: String,
    /// What becomes of it.
    pub summary: String,
    /// The rule that sends them there: its name and where it is. Nothing where the call itself names the service.
    pub sent_by: Option<(String, Place)>,
    /// The access block that lets them in: its name and where the rule is. Nothing where none speaks of them.
    pub allowed_by: Option<(String, Place)>,
}

/// All requests that reach one of these destinations, copies included; entries of which none does are left out. In an
/// order that only the program decides.
#[must_use]
pub fn reaching(program: &Program, targets: &[Target]) -> Vec<EntryReach> {
    let near = Affected::by(program, targets);
    let openings = openings(&[program]);
    let near: Vec<&Opening<'_>> =
        openings.iter().filter(|opening| near.has(&opening.way, &[program])).collect();
    let each = near.into_par_iter().map_init(Diagrams::of_entry, |diagrams, opening| {
        let mut entry = EntryReach {
            cluster: opening.cluster.clone(),
            entry: opening.to_string(),
            reached: Vec::new(),
            undecided: None,
        };
        match of_opening(diagrams, opening, &Outcome::Reaches(targets.to_vec())) {
            Ok((reached, derived)) => {
                entry.reached = reached;
                entry.undecided =
                    derived.map(|what| Undecided::derived(&what)).map(|one| (one.why, one.help));
            }
            Err(undecided) => entry.undecided = Some((undecided.why, undecided.help)),
        }
        entry
    });
    let all: Vec<EntryReach> = each.collect();
    all.into_iter().filter(|entry| !entry.reached.is_empty() || entry.undecided.is_some()).collect()
}

/// Regions that reach the destination, with their requests, by what sends them there and what lets them in.
type BySender<'r> = BTreeMap<[Option<(Place, String)>; 2], (Vec<&'r Region>, Set)>;

fn of_opening(
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
    wanted: &Outcome,
) -> Result<(Vec<Reach>, Option<String>), Undecided> {
    let program = opening.within(opening.program);
    let entrance = opening.entrance(&[&program], Interest::Outcome, &Predicate::always());
    survey(diagrams, &entrance, |survey| {
        let mut by_sender: BySender<'_> = BTreeMap::new();
        let stopped = survey.union(|region| region.traces.iter().all(is_inspected))?;
        for region in &survey.regions {
            let Some(trace) = region.traces.first() else { continue };
            if !holds(opening.program, &region.request, wanted, trace) {
                continue;
            }
            let sender = [StepKind::Route, StepKind::Access].map(|kind| {
                let step = trace.steps.iter().rfind(|step| step.step == kind)?;
                Some((step.place?, step.decided_by.clone()))
            });
            let (regions, set) =
                by_sender.entry(sender).or_insert_with(|| (Vec::new(), survey.space.none().clone()));
            regions.push(region);
            *set = Undecided::of(set.or(&region.set))?;
        }
        let mut reached = Vec::new();
        for (sender, (regions, set)) in by_sender {
            let by = sender.map(|by| by.map(|(place, name)| (name, place)));
            reached.extend(parts(opening, survey, &regions, [&set, &stopped], &by)?);
        }
        Ok((reached, survey.derived.clone()))
    })
}

/// Whether a request is stopped for something else than who sends it.
fn is_inspected(trace: &Trace) -> bool {
    let by_identity =
        |step: &Step| matches!(step.step, StepKind::Authentication | StepKind::Access | StepKind::Hop);
    is_stopped(trace) && !trace.steps.last().is_some_and(by_identity)
}

fn parts(
    opening: &Opening<'_>,
    survey: &Survey<'_>,
    regions: &[&Region],
    [set, stopped]: [&Set; 2],
    [sent_by, allowed_by]: &[Option<(String, Place)>; 2],
) -> Result<Vec<Reach>, Undecided> {
    let mut all = Vec::new();
    for part in cover(survey, regions, set, stopped)? {
        let Some((request, traces)) = survey.sample(&part.set)? else { continue };
        let Some(trace) = traces.first() else { continue };
        all.push(Reach {
            requests: part.requests,
            command: command_line(opening.program, opening.cluster, &request),
            request,
            summary: trace.summary(),
            sent_by: sent_by.clone(),
            allowed_by: allowed_by.clone(),
        });
    }
    Ok(all)
}
