//! From a gateway or a caller to a service: the table for it, then every cluster where it may answer.

use super::policies::reaching;
use super::walk::{Decider, Ended, Passing, Record, Walk, Ways};
use super::{
    Final, Reached, Refusal, Source, StepKind, action, external, gateway, proxy, route, service, words,
};
use crate::{ClusterId, Destination, Percent, Scope, Service, ServiceId, Share, Table, Target, Traffic};
use std::collections::BTreeSet;

/// Whether the table for the called service still has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    /// It chooses the destination.
    Asked,
    /// It has chosen.
    Answered,
}

/// One hop of a request to one destination.
pub(crate) fn go(walk: &mut Walk<'_>, passing: &Passing, share: &Share, tables: Tables, ways: &mut Ways) {
    let ended = match &share.destination.target {
        Target::External(id) => external::go(walk, passing, id, share, ways),
        Target::Service { service, subset, cluster } => {
            // A subset or a cluster that is named is chosen already.
            let is_open =
                tables == Tables::Asked && subset.is_none() && cluster.is_none() && passing.is_message();
            let found =
                if is_open { route::tables_of(walk.program, walk.cluster, service) } else { Vec::new() };
            if found.is_empty() {
                arrive(walk, passing, share, ways)
            } else {
                choose(walk, passing, share, &found, ways)
            }
        }
    };
    if let Err(ended) = ended {
        ways.end(ended);
    }
}

/// Step 1 of a hop: the tables for the service choose the destination, or pass the call on to the service itself.
fn choose(
    walk: &mut Walk<'_>,
    passing: &Passing,
    share: &Share,
    tables: &[&Table],
    ways: &mut Ways,
) -> Result<(), Ended> {
    let mut asked = passing.clone();
    asked.seen.verified.clear();
    asked.seen.has_source(Source::Deployed { caller: passing.caller.clone(), cluster: walk.cluster.clone() });
    let found = gateway::find(walk, tables, &[], &asked, asked.seen.method);
    let scopes: Vec<Scope> = match &found {
        Some(found) => route::scopes_of(&found.chain),
        None => tables.iter().map(|table| Scope::Table(table.id.clone())).collect(),
    };
    let policies = reaching(walk.program, walk.cluster, &scopes);
    super::site::cors(walk, &policies, &asked)?;
    proxy::inspect(walk, &policies, &policies, &scopes, &mut asked)?;
    let Some(found) = found else {
        for table in tables {
            let decider = Decider::at(table.id.to_string(), table.place);
            walk.step(StepKind::Route, &decider, "no rule takes it, so it goes to the service itself");
        }
        return arrive(walk, &asked, share, ways);
    };
    let weight = share.weight;
    action::act(walk, &found, &policies, asked, ways, &|walk, sent, chosen, ways| {
        let chosen = Share { destination: chosen.destination.clone(), weight: part_of(weight, chosen) };
        go(walk, sent, &chosen, Tables::Answered, ways);
    })
}

/// The part of all requests that a share of a part is.
fn part_of(whole: Percent, share: &Share) -> Percent {
    let product = u64::from(whole.millionths) * u64::from(share.weight.millionths) / 1_000_000;
    Percent { millionths: u32::try_from(product).unwrap_or(1_000_000) }
}

/// Steps 2 to 4 of a hop: each cluster where the service may answer takes the request in by itself.
fn arrive(walk: &mut Walk<'_>, passing: &Passing, share: &Share, ways: &mut Ways) -> Result<(), Ended> {
    let program = walk.program;
    let Target::Service { service: id, cluster: only, .. } = &share.destination.target else { return Ok(()) };
    let name = words::destination(&share.destination);
    let Some(service) = program.services.get(id) else {
        let decider = Decider::default(id.to_string());
        walk.step(StepKind::Hop, &decider, "is not declared");
        return Err(Final::Responded { status: 503, by: decider.name }.into());
    };
    let decider = Decider::at(id.to_string(), service.place);
    let clusters = answering(walk, service, only.as_ref());
    if clusters.is_empty() {
        walk.step(StepKind::Hop, &decider, format!("no cluster has `{name}` for this caller"));
        return Err(Final::Responded { status: 503, by: decider.name }.into());
    }
    let mut groups: Vec<Group> = Vec::new();
    for cluster in clusters {
        let mut part = walk.part(cluster);
        let from = (walk.cluster, &passing.caller);
        let arrived = service::enter(&mut part, from, service, &share.destination.port, passing.clone());
        let (sent, ended) = match arrived {
            Ok(passing) => (Some(passing), None),
            Err(ended) => (None, Some(ended.outcome())),
        };
        let record = part.record;
        match groups.iter_mut().find(|group| group.record == record && group.ended == ended) {
            Some(group) => drop(group.clusters.insert(cluster.clone())),
            None => groups.push(Group { clusters: BTreeSet::from([cluster.clone()]), record, ended, sent }),
        }
    }
    let mut reached = BTreeSet::new();
    for group in groups {
        let on: Vec<String> = group.clusters.iter().map(ToString::to_string).collect();
        walk.step(StepKind::Hop, &decider, format!("to `{name}` on {}", on.join(" or ")));
        walk.absorb(group.record);
        match group.ended {
            Some(outcome) => ways.end(outcome.into()),
            None => reached.extend(group.clusters),
        }
        if let (None, Some(passing)) = (&ways.sent, group.sent) {
            ways.sent = action::sent(&passing);
        }
    }
    if !reached.is_empty() {
        ways.reached.push(Reached {
            target: Some(share.destination.target.clone()),
            host: None,
            port: share.destination.port.clone(),
            weight: share.weight,
            clusters: reached,
        });
    }
    Ok(())
}

/// Clusters that take a request in alike.
struct Group {
    clusters: BTreeSet<ClusterId>,
    record: Record,
    ended: Option<Final>,
    sent: Option<Passing>,
}

/// The clusters where a service is placed, less those that an `only` of its traffic excludes.
fn answering<'a>(walk: &mut Walk<'a>, service: &'a Service, named: Option<&ClusterId>) -> Vec<&'a ClusterId> {
    let mut clusters: Vec<&ClusterId> =
        service.clusters.iter().filter(|cluster| named.is_none_or(|named| named == *cluster)).collect();
    for block in traffic(walk, &service.id) {
        let Some(only) = &block.only else { continue };
        let before = clusters.len();
        clusters.retain(|cluster| only.contains(*cluster));
        if clusters.len() < before {
            let decider = Decider::at(format!("traffic {}", service.id), only.at);
            let names: Vec<String> = only.value.iter().map(ToString::to_string).collect();
            walk.step(StepKind::Hop, &decider, format!("only {}", names.join(" and ")));
        }
    }
    clusters
}

/// The traffic blocks that speak of calls to a service from this cluster.
pub(crate) fn traffic<'a>(walk: &Walk<'a>, service: &ServiceId) -> Vec<&'a Traffic> {
    let scopes = [Scope::Mesh, Scope::Namespace(service.namespace()), Scope::Service(service.clone())];
    let speaks =
        |block: &&std::sync::Arc<Traffic>| super::policies::covers(&block.targets, walk.cluster, &scopes);
    walk.program.traffic.iter().filter(speaks).map(AsRef::as_ref).collect()
}

/// A call of a service by somebody who names it.
pub(crate) fn call(
    walk: &mut Walk<'_>,
    id: &ServiceId,
    mut passing: Passing,
    ways: &mut Ways,
) -> Result<(), Ended> {
    let program = walk.program;
    let Some(service) = program.services.get(id) else {
        let says = "is not declared";
        return Err(walk.deny(StepKind::Hop, &Decider::default(id.to_string()), Refusal::NoConnection, says));
    };
    let port = service.ports.iter().find(|port| port.number == passing.seen.port);
    let Some(port) = port else {
        let says = format!("has no port {}", passing.seen.port);
        let decider = Decider::at(id.to_string(), service.place);
        return Err(walk.deny(StepKind::Hop, &decider, Refusal::NoConnection, says));
    };
    let target = Target::Service { service: id.clone(), subset: None, cluster: None };
    let destination = Destination { target, port: port.name.clone(), place: port.place };
    // What calls a service is no gateway that passes on what others sent: its own server name means nothing there.
    passing.seen.has_no_tls();
    passing.seen.is_to(port.number, passing.seen.https);
    if passing.is_message() {
        passing.seen.has_host(service::host(program, service));
        gateway::normalise(walk, &mut passing)?;
    }
    go(walk, &passing, &Share { destination, weight: Percent::ALL }, Tables::Asked, ways);
    Ok(())
}
