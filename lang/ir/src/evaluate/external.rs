//! Calls to hosts outside the mesh.

use super::policies::reaching;
use super::walk::{Decider, Ended, Passing, Walk, Ways};
use super::{
    Effect, Reached, Refusal, Source, StepKind, action, gateway, hop, normalise, proxy, service, site,
};
use crate::{
    Destination, External, ExternalId, ExternalTls, GatewayId, Mtls, Outbound, Percent, Port, Protocol,
    Scope, Share, Target,
};
use std::collections::BTreeSet;

/// One hop to a declared host, by its egress gateway where it has one.
pub(crate) fn go(
    walk: &mut Walk<'_>,
    passing: &Passing,
    id: &ExternalId,
    share: &Share,
    ways: &mut Ways,
) -> Result<(), Ended> {
    let Some(external) = walk.program.externals.get(id) else {
        let says = "is not declared";
        return Err(walk.deny(StepKind::Hop, &Decider::default(id.to_string()), Refusal::NoConnection, says));
    };
    let mut leaving = passing.clone();
    if let Some(through) = &external.through {
        leave_by(walk, through, &mut leaving)?;
    }
    let port = external.ports.iter().find(|port| port.name == share.destination.port);
    let own_tls = port.is_some_and(|port| matches!(port.protocol, Protocol::Https | Protocol::Tls));
    walk.record.encrypted &= own_tls || !matches!(external.tls.value, ExternalTls::Off);
    walk.step(StepKind::Hop, &decider(external), format!("to `{id}`, outside"));
    if ways.sent.is_none() {
        ways.sent = action::sent(&leaving);
    }
    ways.reached.push(Reached {
        target: Some(share.destination.target.clone()),
        host: None,
        port: share.destination.port.clone(),
        weight: share.weight,
        clusters: BTreeSet::new(),
    });
    Ok(())
}

fn decider(external: &External) -> Decider {
    Decider::at(external.id.to_string(), external.place)
}

/// Through an egress gateway, which knows the caller by mutual TLS, and asks what its policies and access blocks say.
fn leave_by(walk: &mut Walk<'_>, id: &GatewayId, passing: &mut Passing) -> Result<(), Ended> {
    let program = walk.program;
    let Some(gateway) = program.gateways.get(id) else { return Ok(()) };
    let mtls = program.mtls(walk.cluster);
    let identity = passing.caller.identity(program, walk.cluster).filter(|_| mtls != Mtls::Off);
    walk.step(StepKind::Hop, &Decider::at(id.to_string(), gateway.place), "leaves by this gateway");
    walk.effect(Effect::Egress(id.clone()));
    walk.record.encrypted &= identity.is_some();
    passing.seen.has_source(Source::Account(identity));
    passing.seen.verified.clear();
    let scopes = [Scope::Gateway(id.clone())];
    let policies = reaching(program, walk.cluster, &scopes);
    if passing.is_message() {
        site::cors(walk, &policies, passing)?;
    }
    proxy::inspect(walk, &policies, &policies, &scopes, passing)
}

/// A call of a host by a workload: of a service by its name, of a declared host, or of another one if the mesh lets
/// services call such.
pub(crate) fn call(walk: &mut Walk<'_>, mut passing: Passing, ways: &mut Ways) -> Result<(), Ended> {
    let program = walk.program;
    let named = passing.seen.host.as_deref().or(passing.seen.sni.as_deref()).unwrap_or_default();
    let host = normalise::host(named);
    let own = program.services.values().find(|one| is_name_of(&host, &service::host(program, one)));
    if let Some(service) = own {
        return hop::call(walk, &service.id, passing, ways);
    }
    let declared = program.externals.values().filter_map(|external| {
        let covering = external.hosts.iter().filter(|own| own.contains(&host));
        Some((covering.map(gloo_domain::HostPattern::specificity).max()?, external))
    });
    if let Some((_, external)) = declared.max_by_key(|(specificity, _)| *specificity) {
        if passing.is_message() {
            passing.seen.host = Some(host);
            gateway::normalise(walk, &mut passing)?;
        }
        let Some(port) = port_of(external, passing.seen.port) else {
            let says = format!("has no port {}", passing.seen.port);
            return Err(walk.deny(StepKind::Hop, &decider(external), Refusal::NoConnection, says));
        };
        let target = Target::External(external.id.clone());
        let destination = Destination { target, port: port.name.clone(), place: port.place };
        hop::go(walk, &passing, &Share { destination, weight: Percent::ALL }, hop::Tables::Answered, ways);
        return Ok(());
    }
    let outbound = program
        .mesh
        .as_ref()
        .map(|mesh| (mesh.outbound, Decider::at(format!("mesh {}", mesh.id), mesh.outbound.at)));
    match outbound {
        Some((outbound, decider)) if outbound.value == Outbound::Declared => {
            let says = format!("`{host}` is not declared");
            Err(walk.deny(StepKind::Hop, &decider, Refusal::NoConnection, says))
        }
        outbound => {
            let decider = outbound.map_or_else(|| Decider::default("outbound: any"), |(_, decider)| decider);
            walk.step(StepKind::Hop, &decider, format!("to `{host}`, outside and not declared"));
            walk.record.encrypted &= passing.seen.https;
            ways.sent = action::sent(&passing);
            ways.reached.push(Reached {
                target: None,
                host: Some(host),
                port: passing.seen.port.to_string(),
                weight: Percent::ALL,
                clusters: BTreeSet::new(),
            });
            Ok(())
        }
    }
}

fn port_of(external: &External, number: u16) -> Option<&Port> {
    external.ports.iter().find(|port| port.number == number)
}

/// Whether a host is the name of a service: `cart.shop`, or that with `.svc` and the cluster's domain behind it.
fn is_name_of(host: &str, name: &str) -> bool {
    host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest == ".svc" || rest.starts_with(".svc."))
}
