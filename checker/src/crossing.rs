//! Calls from one cluster to another, and who says how they are protected.

use crate::callable::scopes;
use crate::callers::callers;
use crate::entrance::Way;
use gloo_ir::evaluate::{Caller, Final, Reached, Request, Trace, covers};
use gloo_ir::normal_form::Witness;
use gloo_ir::{At, Cluster, ClusterId, Program, Protocol, Service, Target, Traffic, TrafficTls};
use gloo_source::Place;

/// Whether calls from one cluster can come to another: it has a gateway for them, or both are on one network.
pub(crate) fn can_cross(from: &Cluster, to: &Cluster) -> bool {
    let shared = from.network.is_some() && from.network == to.network;
    from.id != to.id && (to.east_west.is_some() || shared)
}

/// Where it is said how services of a cluster prove who they are; nothing where there is no mesh.
pub(crate) fn mtls_place(program: &Program, cluster: &ClusterId) -> Option<Place> {
    let own = program.clusters.get(cluster).and_then(|cluster| cluster.mtls.as_ref());
    own.or(program.mesh.as_ref().map(|mesh| &mesh.mtls)).map(|mtls| mtls.at)
}

/// How calls of a service from a cluster begin TLS, where it is said, by the first block that says it.
pub(crate) fn begun<'a>(
    program: &'a Program,
    from: &ClusterId,
    service: &Service,
) -> Option<(&'a Traffic, &'a At<TrafficTls>)> {
    let scopes = scopes(service);
    let mut blocks = program.traffic.iter().filter(|block| covers(&block.targets, from, &scopes));
    blocks.find_map(|block| Some((block.as_ref(), block.tls.as_ref()?)))
}

/// A plain call of a service from a cluster by another service of it, if there is one.
pub(crate) fn some_call(program: &Program, from: &ClusterId, service: &Service) -> Option<Request> {
    let here = || program.services.values().filter(|one| one.clusters.contains(from)).map(|one| &one.id);
    let caller = here().find(|id| **id != service.id).or_else(|| here().next())?;
    let port = service.ports.iter().find(|port| port.protocol.is_http()).or(service.ports.first())?;
    let https = port.protocol == Protocol::Https;
    let way = Way::Call(service, port.number, https, Caller::Service(caller.clone()));
    let mut request = way.request(&Witness::default());
    if !port.protocol.is_http() {
        request.message = None;
    }
    Some(request)
}

/// The calls of a service from a cluster, by one of each kind of service or other workload that tests tell apart. What a
/// gateway sends, its rules say.
pub(crate) fn calls<'a>(program: &Program, from: &ClusterId, service: &'a Service) -> Vec<Way<'a>> {
    let mut callers = callers(&[program], from);
    callers.retain(|caller| matches!(caller, Caller::Service(_) | Caller::Identity(_)));
    callers.sort_by_key(|caller| !matches!(caller, Caller::Service(_)));
    let ports = || service.ports.iter().filter(|port| port.protocol.is_http());
    let ways = callers.into_iter().flat_map(|caller| {
        ports().map(move |port| {
            Way::Call(service, port.number, port.protocol == Protocol::Https, caller.clone())
        })
    });
    ways.collect()
}

/// Where requests and their copies end.
pub(crate) fn reached(trace: &Trace) -> impl Iterator<Item = &Reached> {
    let forwarded = trace.outcomes().filter_map(|end| match end {
        Final::Forwarded(forwarded) => Some(forwarded),
        _ => None,
    });
    forwarded.flat_map(|forwarded| forwarded.destinations.iter().chain(&forwarded.mirrors))
}

/// Whether a request may end at a service on a cluster.
pub(crate) fn arrives(trace: &Trace, service: &Service, on: &ClusterId) -> bool {
    reached(trace).any(|reached| {
        let is_service =
            matches!(&reached.target, Some(Target::Service { service: own, .. }) if *own == service.id);
        is_service && reached.clusters.contains(on)
    })
}
