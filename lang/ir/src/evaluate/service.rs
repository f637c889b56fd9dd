//! A request at a service's own proxy: who sends it, and what the service asks of it.

use super::policies::reaching;
use super::walk::{Decider, Ended, Passing, Walk};
use super::{Caller, Refusal, Source, StepKind, gateway, hop, normalise, proxy, site, transform};
use crate::{ClusterId, Mtls, Program, Protocol, Scope, Service, TrafficTls};

/// Takes a request in on the cluster of `walk`, from a caller on its own, at one port. Gives the request as the service
/// itself sees it.
pub(crate) fn enter(
    walk: &mut Walk<'_>,
    from: (&ClusterId, &Caller),
    service: &Service,
    port: &str,
    mut passing: Passing,
) -> Result<Passing, Ended> {
    let program = walk.program;
    connect(walk, from, service, port, &mut passing)?;
    if passing.is_message() {
        let host = normalise::host(passing.seen.host.as_deref().unwrap_or_default());
        passing.seen.host = Some(host);
        gateway::normalise(walk, &mut passing)?;
    }
    let namespace = Scope::Namespace(service.namespace.clone());
    let scopes = [Scope::Mesh, namespace, Scope::Service(service.id.clone())];
    let policies = reaching(program, walk.cluster, &scopes);
    if passing.is_message() {
        site::cors(walk, &policies, &passing)?;
    }
    proxy::inspect(walk, &policies, &policies, &scopes, &mut passing)?;
    if passing.is_message() {
        transform::requests(walk, &policies, &mut passing);
        transform::responses(walk, &policies, None, &passing);
        transform::strip_tokens(program, &mut passing);
    }
    Ok(passing)
}

/// Step 2 of a hop: who the caller is by mutual TLS, and what of the request is of this hop alone.
fn connect(
    walk: &mut Walk<'_>,
    (from, caller): (&ClusterId, &Caller),
    service: &Service,
    port: &str,
    passing: &mut Passing,
) -> Result<(), Ended> {
    let program = walk.program;
    let port = service.port(port);
    let own_tls = port.is_some_and(|port| matches!(port.protocol, Protocol::Https | Protocol::Tls));
    let blocks = hop::traffic(&walk.part(from), &service.id);
    let begun = blocks.iter().find_map(|block| block.tls.as_ref()).map(|tls| &tls.value);
    let shows = !matches!(begun, Some(TrafficTls::Off | TrafficTls::Simple { .. }));
    let shown = caller.identity(program, from).filter(|_| shows);
    let source = match program.mtls(walk.cluster) {
        Mtls::Off => None,
        Mtls::Permissive => shown,
        Mtls::Strict if shown.is_none() => {
            let says =
                format!("`{}` takes calls by mutual TLS alone, and the caller has no identity", service.id);
            return Err(walk.deny(StepKind::Hop, &mtls_decider(walk), Refusal::NoConnection, says));
        }
        Mtls::Strict => shown,
    };
    walk.record.encrypted &= source.is_some() || own_tls || matches!(begun, Some(TrafficTls::Simple { .. }));
    let seen = &mut passing.seen;
    seen.has_source(Source::Account(source));
    seen.is_to(
        port.map_or(seen.port, |port| port.number),
        port.is_some_and(|port| port.protocol == Protocol::Https),
    );
    seen.has_no_tls();
    seen.verified.clear();
    seen.route_name = None;
    Ok(())
}

/// What says how services prove who they are on this cluster.
fn mtls_decider(walk: &Walk<'_>) -> Decider {
    let own = walk.program.clusters.get(walk.cluster).and_then(|cluster| cluster.mtls.as_ref());
    match (own, &walk.program.mesh) {
        (Some(mtls), _) => Decider::at(format!("cluster {}", walk.cluster), mtls.at),
        (None, Some(mesh)) => Decider::at(format!("mesh {}", mesh.id), mesh.mtls.at),
        (None, None) => Decider::default("mtls"),
    }
}

/// The host by which a service is called: `SERVICE.NAMESPACE`, by their real names.
pub(crate) fn host(program: &Program, service: &Service) -> String {
    let namespace =
        program.namespaces.get(&service.namespace).map_or("", |namespace| namespace.name.as_str());
    format!("{}.{namespace}", service.name)
}
