//! What changes for requests from one program to another.

use crate::affected::Affected;
use crate::behaviour::{decisive, differ, effects_without, is_stopped, told_apart};
use crate::cover::{Requests, cover};
use crate::diagram::{Diagrams, Set};
use crate::entrance::Way;
use crate::explore::{Region, Survey, survey};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Interest, Request, StepKind, Trace};
use gloo_ir::{ClusterId, Predicate, Program};
use gloo_source::Place;
use oxidd::BooleanFunction;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What changes from one program to another.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The entries that either of them has, in an order that only the programs decide.
    pub entries: Vec<EntryComparison>,
    /// Clusters that only the old one has.
    pub removed_clusters: Vec<ClusterId>,
    /// Clusters that only the new one has.
    pub added_clusters: Vec<ClusterId>,
    /// What is said differently and what no request shows, in words.
    pub unseen: Vec<String>,
}

/// What changes for the requests of one entry.
#[derive(Clone, Debug)]
pub struct EntryComparison {
    /// The cluster.
    pub cluster: ClusterId,
    /// The entry, in words.
    pub entry: String,
    /// In short.
    pub change: Change,
    /// All differences.
    pub differences: Vec<Difference>,
    /// What could not be said within the limits: why, and what to do.
    pub undecided: Option<(String, String)>,
    /// So many kinds of requests were looked at; none, where nothing that they meet has changed.
    pub regions: usize,
}

/// What changes for an entry, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing.
    Equal,
    /// Some requests are sent on that weren't; nothing else changes.
    Wider,
    /// Some requests are not sent on any more; nothing else changes.
    Narrower,
    /// Some requests fare otherwise.
    Changed,
    /// It is not known.
    Undecided,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Changed => "changed",
            Self::Undecided => "undecided",
        }
    }
}

/// Requests for which the same thing changes.
#[derive(Clone, Debug)]
pub struct Difference {
    /// In short.
    pub change: Change,
    /// The requests, in words, among those of the entry.
    pub requests: Requests,
    /// One of them.
    pub request: Request,
    /// As a line that can be pasted.
    pub command: String,
    /// What became of it.
    pub before: Fate,
    /// What becomes of it.
    pub after: Fate,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub struct Fate {
    /// In one line.
    pub summary: String,
    /// What is done to it besides, and isn't on the other side.
    pub effects: Vec<String>,
    /// The declaration that decided: its name and where it is.
    pub decided_by: Option<(String, Place)>,
}

/// What changes from `old` to `new`, entry by entry.
#[must_use]
pub fn diff(old: &Program, new: &Program) -> Comparison {
    diff_at(old, new, |_| true, |_, _| None)
}

/// What changes from `old` to `new` at the entries that are wanted. Where `equal` knows that nothing does, for so many kinds
/// of requests, they are not gone through.
pub(crate) fn diff_at(
    old: &Program,
    new: &Program,
    wanted: impl Fn(&Way<'_>) -> bool,
    equal: impl Fn(&mut Diagrams, &Opening<'_>) -> Option<usize> + Sync,
) -> Comparison {
    let changes = Affected::between(old, new);
    let only = |one: &Program, other: &Program| -> Vec<ClusterId> {
        one.clusters.keys().filter(|cluster| !other.clusters.contains_key(*cluster)).cloned().collect()
    };
    let openings = openings(&[new, old]);
    let common: Vec<&Opening<'_>> = openings
        .iter()
        .filter(|one| old.clusters.contains_key(one.cluster) && new.clusters.contains_key(one.cluster))
        .filter(|one| wanted(&one.way))
        .collect();
    let entries = common.into_par_iter().map_init(Diagrams::of_entry, |diagrams, opening| {
        let mut entry = EntryComparison {
            cluster: opening.cluster.clone(),
            entry: opening.to_string(),
            change: Change::Equal,
            differences: Vec::new(),
            undecided: None,
            regions: 0,
        };
        if !changes.has(&opening.way, &[old, new]) {
            return entry;
        }
        if let Some(kinds) = equal(diagrams, opening) {
            entry.regions = kinds;
            return entry;
        }
        match compare(diagrams, opening, old, new) {
            Ok((differences, regions, derived)) => {
                entry.differences = differences;
                entry.regions = regions;
                entry.undecided =
                    derived.map(|what| Undecided::derived(&what)).map(|one| (one.why, one.help));
            }
            Err(undecided) => entry.undecided = Some((undecided.why, undecided.help)),
        }
        entry.change = in_short(&entry);
        entry
    });
    Comparison {
        entries: entries.collect(),
        removed_clusters: only(old, new),
        added_clusters: only(new, old),
        unseen: changes.unseen.clone(),
    }
}

impl Comparison {
    /// Whether anything changes for requests, or might.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.entries.iter().all(|entry| entry.change == Change::Equal)
            && self.removed_clusters.is_empty()
            && self.added_clusters.is_empty()
    }
}

fn in_short(entry: &EntryComparison) -> Change {
    let all = |change: Change| entry.differences.iter().all(|difference| difference.change == change);
    match (&entry.undecided, entry.differences.is_empty()) {
        (Some(_), _) => Change::Undecided,
        (None, true) => Change::Equal,
        (None, false) if all(Change::Wider) => Change::Wider,
        (None, false) if all(Change::Narrower) => Change::Narrower,
        (None, false) => Change::Changed,
    }
}

/// A request with what became and becomes of it.
type Pair = (Request, [Trace; 2]);

/// The regions for which the same thing changes.
struct Group<'r> {
    regions: Vec<&'r Region>,
    set: Set,
    example: Pair,
}

fn compare(
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
    old: &Program,
    new: &Program,
) -> Result<(Vec<Difference>, usize, Option<String>), Undecided> {
    let (old, new) = (opening.within(old), opening.within(new));
    let entrance = opening.entrance(&[&old, &new], Interest::All, &Predicate::always());
    survey(diagrams, &entrance, |survey| {
        let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
        for region in &survey.regions {
            let Some(example) = difference(region, &entrance.deciders) else { continue };
            let [before, after] = &example.1;
            match groups.entry(kind(before, after)) {
                std::collections::btree_map::Entry::Vacant(new) => {
                    new.insert(Group { regions: vec![region], set: region.set.clone(), example });
                }
                std::collections::btree_map::Entry::Occupied(known) => {
                    let group = known.into_mut();
                    group.set = Undecided::of(group.set.or(&region.set))?;
                    group.regions.push(region);
                }
            }
        }
        let stopped = survey.union(|region| {
            let is_same = matches!(region.traces.as_slice(), [before, after] if !differ(before, after));
            is_same && region.traces.iter().all(is_stopped)
        })?;
        let mut differences = Vec::new();
        for group in groups.values() {
            differences.extend(of_group(opening, survey, group, &stopped)?);
        }
        Ok((differences, survey.regions.len(), survey.derived.clone()))
    })
}

/// A request of the region of which the two make different things.
fn difference(region: &Region, deciders: &[(&Program, &ClusterId)]) -> Option<Pair> {
    let pair = |traces: Vec<Trace>| <[Trace; 2]>::try_from(traces).ok();
    let traces = pair(region.traces.clone())?;
    let [before, after] = &traces;
    if differ(before, after) {
        return Some((region.request.clone(), traces));
    }
    let (request, traces) = told_apart(&region.request, deciders)?;
    Some((request, pair(traces)?))
}

/// What tells the differences of an entry apart: all but what is built of each request.
fn kind(before: &Trace, after: &Trace) -> String {
    let of = |trace: &Trace, other: &Trace| {
        let ends: Vec<String> = trace
            .outcomes()
            .map(|end| match end {
                Final::Denied { status, by, .. } => format!("denied {status:?} {by}"),
                Final::Redirected { status, by, .. } => format!("redirected {status} {by}"),
                Final::Responded { status, by } => format!("responded {status} {by}"),
                Final::Forwarded(to) => format!("forwarded {:?} {:?}", to.destinations, to.mirrors),
            })
            .collect();
        let effects: Vec<&str> = trace
            .effects
            .iter()
            .filter(|effect| effects_without(trace, other).contains(&effect.text()))
            .map(gloo_ir::evaluate::Effect::word)
            .collect();
        let step = decisive(trace).map(|step| step.decided_by.clone());
        format!("{ends:?} {effects:?} {step:?}")
    };
    format!("{} {}", of(before, after), of(after, before))
}

fn of_group(
    opening: &Opening<'_>,
    survey: &Survey<'_>,
    group: &Group<'_>,
    stopped: &Set,
) -> Result<Vec<Difference>, Undecided> {
    let mut differences = Vec::new();
    for part in cover(survey, &group.regions, &group.set, stopped)? {
        let plain = survey.sample(&part.set)?;
        let plain = plain.and_then(|(request, traces)| Some((request, <[Trace; 2]>::try_from(traces).ok()?)));
        let (request, [before, after]) = plain
            .filter(|(_, [before, after])| differ(before, after))
            .unwrap_or_else(|| group.example.clone());
        differences.push(Difference {
            change: change(&before, &after),
            requests: part.requests,
            command: command_line(opening.program, opening.cluster, &request),
            request,
            before: fate(&before, &after),
            after: fate(&after, &before),
        });
    }
    Ok(differences)
}

fn change(before: &Trace, after: &Trace) -> Change {
    let is_sent_on = |trace: &Trace| trace.outcomes().any(|end| matches!(end, Final::Forwarded(_)));
    match (is_sent_on(before), is_sent_on(after)) {
        (false, true) => Change::Wider,
        (true, false) => Change::Narrower,
        _ => Change::Changed,
    }
}

fn fate(own: &Trace, other: &Trace) -> Fate {
    let is_sent_on = |trace: &Trace| matches!(trace.outcome, Final::Forwarded(_));
    let routed = own.steps.iter().rfind(|step| step.step == StepKind::Route && step.place.is_some());
    // Of what goes on as before the rule says how.
    let step = routed.filter(|_| is_sent_on(own) && is_sent_on(other)).or_else(|| decisive(own));
    Fate {
        summary: own.summary(),
        effects: effects_without(own, other),
        decided_by: step.and_then(|step| Some((step.decided_by.clone(), step.place?))),
    }
}
