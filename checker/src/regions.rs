//! The requests of a program, parted into regions that fare alike.

use crate::cover::{Requests, cover};
use crate::diagram::Diagrams;
use crate::explore::{Region, Survey, survey};
use crate::opening::{Opening, openings};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, Trace};
use gloo_ir::{ClusterId, GatewayId, Predicate, Program};
use rayon::prelude::*;

/// An entry of a cluster with the regions of its requests.
#[derive(Clone, Debug)]
pub struct EntryRegions {
    /// The cluster.
    pub cluster: ClusterId,
    /// The entry, in words: `edge.tls for "shop.acme.com"`.
    pub entry: String,
    /// The gateway, where it is one.
    pub gateway: Option<GatewayId>,
    /// Its regions: disjoint, and together all requests.
    pub regions: Vec<RegionSample>,
    /// What of its requests could not be said within the limits: why, and what to do.
    pub undecided: Option<(String, String)>,
}

/// Requests of an entry that fare alike.
#[derive(Clone, Debug)]
pub struct RegionSample {
    /// The requests, in words, among those of the entry.
    pub requests: Requests,
    /// One of them.
    pub request: Request,
    /// As a line that can be pasted.
    pub command: String,
    /// What becomes of it.
    pub trace: Trace,
}

/// The regions of each entry of a program for which `wanted` holds: gateways, calls of services by each kind of caller,
/// calls of hosts outside. In an order that only the program decides.
#[must_use]
pub fn regions(
    program: &Program,
    wanted: impl Fn(&ClusterId, Option<&GatewayId>) -> bool,
) -> Vec<EntryRegions> {
    let openings = openings(&[program]);
    let wanted: Vec<&Opening<'_>> =
        openings.iter().filter(|opening| wanted(opening.cluster, opening.way.gateway())).collect();
    let each = wanted.into_par_iter().map_init(Diagrams::of_entry, |diagrams, opening| {
        let mut entry = EntryRegions {
            cluster: opening.cluster.clone(),
            entry: opening.to_string(),
            gateway: opening.way.gateway().cloned(),
            regions: Vec::new(),
            undecided: None,
        };
        match of_opening(diagrams, opening) {
            Ok((regions, derived)) => {
                entry.regions = regions;
                entry.undecided = derived.map(|what| {
                    let undecided = Undecided::derived(&what);
                    (undecided.why, undecided.help)
                });
            }
            Err(undecided) => entry.undecided = Some((undecided.why, undecided.help)),
        }
        entry
    });
    each.collect()
}

fn of_opening(
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
) -> Result<(Vec<RegionSample>, Option<String>), Undecided> {
    let program = opening.within(opening.program);
    let entrance = opening.entrance(&[&program], Interest::All, &Predicate::always());
    survey(diagrams, &entrance, |survey| {
        let each = survey.regions.iter().map(|region| sample(opening, survey, region));
        Ok((
            each.collect::<Result<Vec<_>, Undecided>>()?.into_iter().flatten().collect(),
            survey.derived.clone(),
        ))
    })
}

fn sample(
    opening: &Opening<'_>,
    survey: &Survey<'_>,
    region: &Region,
) -> Result<Option<RegionSample>, Undecided> {
    let requests = cover(survey, &[region], &region.set, survey.space.none())?
        .into_iter()
        .next()
        .map(|part| part.requests);
    let Some((request, traces)) = survey.sample(&region.set)? else { return Ok(None) };
    let Some((trace, requests)) = traces.into_iter().next().zip(requests) else { return Ok(None) };
    let command = command_line(opening.program, opening.cluster, &request);
    Ok(Some(RegionSample { requests, request, command, trace }))
}
