//! Orders of clusters that order nothing, and `only`s that leave no cluster.

use crate::callable::scopes;
use crate::crossing::some_call;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, covers, decide};
use gloo_ir::{At, ClusterId, Program, Scope, Scoped, Service, Traffic};
use gloo_source::{Code, Diagnostic, Place};
use std::sync::Arc;

/// The pairs of `failover` that none of the block's services can follow, the clusters in `only` that none of them is on,
/// and the `only`s that leave a service no cluster at all.
pub(crate) fn failover_nowhere(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for block in &program.traffic {
        let called = called(program, block);
        findings.extend(block.failover.iter().filter_map(|pair| idle(program, &called, pair)));
        if let Some(only) = &block.only {
            findings.extend(absent(&called, only));
            findings.extend(nowhere(program, &called, only));
        }
    }
    findings
}

/// The services that a block speaks of, each with the cluster that it is called from; nothing stands for any cluster.
fn called<'a>(program: &'a Program, block: &'a Traffic) -> Vec<(&'a Arc<Service>, &'a Scoped)> {
    let speaks = |target: &Scoped, service: &Service| match &target.scope {
        Scope::Mesh => true,
        Scope::Namespace(namespace) => *namespace == service.namespace,
        Scope::Service(id) => *id == service.id,
        _ => false,
    };
    let all = block.targets.iter().flat_map(|target| {
        program.services.values().filter(move |one| speaks(target, one)).map(move |one| (one, target))
    });
    all.collect()
}

/// The clusters that may answer calls of a service from a cluster.
fn answering<'a>(program: &'a Program, service: &'a Service, from: &ClusterId) -> Vec<&'a ClusterId> {
    let scopes = scopes(service);
    let blocks = program.traffic.iter().filter(|block| covers(&block.targets, from, &scopes));
    let only: Vec<&Vec<ClusterId>> =
        blocks.filter_map(|block| block.only.as_ref()).map(|only| &only.value).collect();
    service.clusters.iter().filter(|cluster| only.iter().all(|only| only.contains(cluster))).collect()
}

/// The clusters that a target is called from.
fn callers<'a>(program: &'a Program, target: &'a Scoped) -> impl Iterator<Item = &'a ClusterId> {
    program.clusters.keys().filter(|cluster| target.cluster.as_ref().is_none_or(|only| only == *cluster))
}

fn idle(
    program: &Program,
    called: &[(&Arc<Service>, &Scoped)],
    (from, to): &(At<ClusterId>, At<ClusterId>),
) -> Option<Diagnostic<Place>> {
    let orders = called.iter().any(|(service, target)| {
        callers(program, target).any(|calling| {
            let answering = answering(program, service, calling);
            answering.contains(&&from.value) && answering.contains(&&to.value)
        })
    });
    if orders {
        return None;
    }
    let is_on = |cluster: &ClusterId| called.iter().any(|(service, _)| service.clusters.contains(cluster));
    let on_both = called
        .iter()
        .any(|(service, _)| service.clusters.contains(&from.value) && service.clusters.contains(&to.value));
    let (at, says) = match (called.is_empty(), is_on(&from.value), is_on(&to.value)) {
        (true, ..) => (from.at, "a host outside is on no cluster".to_owned()),
        (_, false, _) => (from.at, format!("none of its services is on `{}`", from.value)),
        (_, _, false) => (to.at, format!("none of its services is on `{}`", to.value)),
        _ if !on_both => (from.at, "no service is on both clusters".to_owned()),
        _ => (from.at, "an `only` leaves out one of the clusters".to_owned()),
    };
    let message = format!("`{} => {}` orders nothing", from.value, to.value);
    Some(
        Diagnostic::new(Code::FAILOVER_NOWHERE, at, message)
            .saying(says)
            .help("name clusters that a service is on, or leave the pair out"),
    )
}

/// The clusters of an `only` that no service of the block is on.
fn absent(called: &[(&Arc<Service>, &Scoped)], only: &At<Vec<ClusterId>>) -> Option<Diagnostic<Place>> {
    let is_on = |cluster: &ClusterId| called.iter().any(|(service, _)| service.clusters.contains(cluster));
    let absent: Vec<String> =
        only.value.iter().filter(|cluster| !is_on(cluster)).map(|cluster| format!("`{cluster}`")).collect();
    if absent.is_empty() {
        return None;
    }
    let says =
        if called.is_empty() { "a host outside is on no cluster" } else { "none of its services is there" };
    let message = format!("`only` names {} for nothing", absent.join(" and "));
    let help = "name clusters that a service is on, or leave `only` out";
    Some(Diagnostic::new(Code::FAILOVER_NOWHERE, only.at, message).saying(says).help(help))
}

/// The services that an `only` leaves no cluster, shown by a call of the first.
fn nowhere(
    program: &Program,
    called: &[(&Arc<Service>, &Scoped)],
    only: &At<Vec<ClusterId>>,
) -> Option<Diagnostic<Place>> {
    let lost = called.iter().find_map(|(service, target)| {
        let from = callers(program, target).find(|from| answering(program, service, from).is_empty())?;
        let request = some_call(program, from, service)?;
        let answer = decide(program, from, &request).outcome;
        matches!(answer, Final::Responded { status: 503, .. }).then_some((service, from, request))
    });
    let (service, from, request) = lost?;
    let name = &service.id;
    let placed: Vec<String> = service.clusters.iter().map(|cluster| format!("`{cluster}`")).collect();
    let message = format!("`only` leaves no cluster for calls of `{name}`");
    Some(
        Diagnostic::new(Code::FAILOVER_NOWHERE, only.at, message)
            .saying(format!("without {}", placed.join(" and ")))
            .label(service.place, format!("`{name}` is nowhere else"))
            .help("the request below is answered with 503")
            .help("name a cluster that it is on, or write `traffic` for the other services alone")
            .request(command_line(program, from, &request)),
    )
}
