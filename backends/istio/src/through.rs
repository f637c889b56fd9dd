//! Calls to hosts outside that go through an egress gateway.

use crate::destination_rule::{ClientTls, DestinationRule, Subset, TrafficPolicy};
use crate::emission::{Emission, New};
use crate::gateway::{Gateway, Port, Server, ServerTls};
use crate::names::{label, object_name};
use crate::route::number;
use crate::virtual_service::{
    Destination, HttpMatch, HttpRoute, PortNumber, Retries, TlsMatch, TlsRoute, VirtualService,
    WeightedDestination,
};
use gloo_domain::HostPattern;
use gloo_ir::{External, ExternalTls, Gateway as Declared, Mtls, Protocol};
use gloo_source::Reported;
use gloo_target::{ExternalPlan, PlanRule};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name of Istio's sidecars among gateways.
const MESH: &str = "mesh";

/// How calls reach the egress gateway.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leg {
    /// HTTP inside the mesh's TLS.
    Mutual,
    /// HTTP in plain text.
    Plain,
    /// The caller's own TLS, passed on by its server name.
    Passthrough,
}

impl Leg {
    fn of(external: &External, port: &gloo_ir::Port, mtls: Mtls) -> Option<Self> {
        let off = matches!(external.tls.value, ExternalTls::Off);
        match port.protocol {
            Protocol::Https | Protocol::Tls if off => Some(Self::Passthrough),
            Protocol::Tls | Protocol::Tcp => None,
            _ if mtls == Mtls::Off => Some(Self::Plain),
            _ => Some(Self::Mutual),
        }
    }

    /// The port of the egress gateway's Service.
    fn port(self) -> u16 {
        if self == Self::Plain { 80 } else { 443 }
    }

    /// The subset of the egress gateway's Service that begins TLS as this leg needs it. By itself Istio might wrap what
    /// the gateway only passes on.
    fn subset(self, external: &External) -> String {
        let suffix = if self == Self::Passthrough { "-tls" } else { "" };
        label(&format!("{}{suffix}", external.id))
    }

    fn policy(self, host: &str) -> TrafficPolicy {
        let tls = match self {
            Self::Mutual => {
                ClientTls { mode: "ISTIO_MUTUAL", sni: Some(host.to_owned()), ..ClientTls::default() }
            }
            Self::Plain | Self::Passthrough => ClientTls { mode: "DISABLE", ..ClientTls::default() },
        };
        TrafficPolicy { tls: Some(tls), ..TrafficPolicy::default() }
    }
}

/// The host of the egress gateway's Service.
fn egress_host(gateway: &Declared) -> String {
    format!("{}.{}.svc.cluster.local", gateway.name, gateway.namespace)
}

/// Where a rule sends requests to an external: to its egress gateway, if it has one.
///
/// # Errors
/// The gateway couldn't tell where the request is to go.
pub(crate) fn through_egress(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    external: &External,
    host: &str,
    port: &gloo_ir::Port,
) -> Result<Option<Destination>, Reported> {
    let plan = emission.plan.externals.iter().find(|plan| plan.external.id == external.id);
    let Some(gateway) = plan.and_then(|plan| plan.through.clone()) else { return Ok(None) };
    let seen = rule.options.host.as_ref().map(|host| host.value.as_str());
    if seen != Some(host) {
        return Err(emission.refuse(
            rule.origin.place,
            &format!(
                "a request to `{}` by the egress gateway `{}` with another host",
                external.id, gateway.id
            ),
            &format!(
                "say `host: \"{host}\"` in the rule's options: the gateway knows requests by their host"
            ),
        ));
    }
    if let Some(hash) = &rule.options.hash {
        let what = "`hash` on calls that go by an egress gateway";
        return Err(emission.refuse(
            hash.at,
            what,
            "say `balance: hash(…)` in a `traffic` block of the external",
        ));
    }
    let Some(leg) = Leg::of(external, port, emission.plan.mtls).filter(|leg| *leg != Leg::Passthrough) else {
        return Err(emission.refuse(
            rule.origin.place,
            &format!("a request to `{}` by an egress gateway that only passes its TLS on", external.id),
            "let the gateway begin TLS: say `tls: simple` on the external",
        ));
    };
    Ok(Some(to_gateway(&gateway, external, leg)))
}

fn to_gateway(gateway: &Declared, external: &External, leg: Leg) -> Destination {
    let port = PortNumber { number: leg.port() };
    Destination { host: egress_host(gateway), subset: Some(leg.subset(external)), port }
}

/// What the egress gateways need: what they listen on, and the two steps of each call.
pub(crate) fn write(emission: &mut Emission<'_>) {
    let plan = emission.plan;
    let mut subsets: BTreeMap<String, (Arc<Declared>, Vec<Subset>)> = BTreeMap::new();
    for external in &plan.externals {
        let Some(gateway) = &external.through else { continue };
        let Ok(legs) = legs(emission, external) else { continue };
        let host = external.external.hosts.first().map(HostPattern::to_string).unwrap_or_default();
        let namespace = gateway.namespace.as_str();
        let name = emission.name("Gateway", namespace, &[&gateway.name, external.external.id.as_str()]);
        let place = external.external.place;
        let servers = legs.iter().map(|leg| server(&external.external, *leg, &host)).collect();
        let spec = Gateway { selector: gateway.workload.clone(), servers };
        emission.object(New { namespace, name: &name, sources: vec![place], doc: None, spec: &spec });
        let spec = two_steps(external, gateway, &format!("{namespace}/{name}"), plan.mtls);
        let doc = external.external.doc.as_deref();
        emission.object(New { namespace, name: &name, sources: vec![place], doc, spec: &spec });
        emission.needs.gateway(gateway, legs.iter().map(|leg| leg.port()));
        let subset = |leg: &Leg| Subset {
            name: leg.subset(&external.external),
            labels: BTreeMap::new(),
            traffic_policy: Some(leg.policy(&host)),
        };
        let entry = subsets.entry(egress_host(gateway)).or_insert_with(|| (gateway.clone(), Vec::new()));
        entry.1.extend(legs.iter().map(subset));
    }
    for (host, (gateway, subsets)) in subsets {
        let spec = DestinationRule { host, traffic_policy: crate::traffic::defaults(), subsets };
        let name = object_name(&[&gateway.name]);
        let sources = vec![gateway.place];
        emission.object(New { namespace: &gateway.namespace, name: &name, sources, doc: None, spec: &spec });
    }
}

/// How calls to an external reach its gateway, one way for each port.
fn legs(emission: &mut Emission<'_>, plan: &ExternalPlan) -> Result<Vec<Leg>, Reported> {
    let external = &plan.external;
    if !matches!(external.hosts.as_slice(), [HostPattern::Exact(_)]) {
        return Err(emission.refuse(
            external.place,
            &format!("an egress gateway for `{}`, which isn't one host", external.id),
            "declare an external of its own for each host, or leave out `through`",
        ));
    }
    let mut legs: Vec<Leg> = Vec::new();
    for port in &external.ports {
        let Some(leg) = Leg::of(external, port, emission.plan.mtls) else {
            return Err(emission.refuse(
                port.place,
                "a port of bytes behind an egress gateway",
                "declare it as `https` or `http`, or leave out `through`",
            ));
        };
        if legs.contains(&leg) {
            return Err(emission.refuse(
                port.place,
                "two such ports of one external behind an egress gateway",
                "declare an external of its own for each port",
            ));
        }
        legs.push(leg);
    }
    Ok(legs)
}

/// What the gateway listens on for an external.
fn server(external: &External, leg: Leg, host: &str) -> Server {
    let (protocol, mode) = match leg {
        Leg::Mutual => ("HTTPS", Some("ISTIO_MUTUAL")),
        Leg::Plain => ("HTTP", None),
        Leg::Passthrough => ("TLS", Some("PASSTHROUGH")),
    };
    let name = label(&format!("{}-{}", protocol.to_ascii_lowercase(), external.id));
    Server {
        port: Port { number: leg.port(), name, protocol },
        hosts: vec![format!("./{host}")],
        tls: mode.map(|mode| ServerTls { mode, ..ServerTls::default() }),
    }
}

/// From the caller to the gateway, and from there to the host.
fn two_steps(plan: &ExternalPlan, gateway: &Declared, name: &str, mtls: Mtls) -> VirtualService {
    let external = &plan.external;
    let host = external.hosts.first().map(HostPattern::to_string).unwrap_or_default();
    let mut service = VirtualService {
        hosts: vec![host.clone()],
        gateways: vec![MESH.to_owned(), name.to_owned()],
        ..VirtualService::default()
    };
    for port in &external.ports {
        let Some(leg) = Leg::of(external, port, mtls) else { continue };
        let outside = Destination { host: host.clone(), subset: None, port: number(port) };
        let steps = [(MESH, port.number, to_gateway(gateway, external, leg)), (name, leg.port(), outside)];
        for (gateway, port, destination) in steps {
            let gateways = vec![gateway.to_owned()];
            let route = vec![WeightedDestination { destination, weight: None }];
            if leg == Leg::Passthrough {
                let found = TlsMatch { gateways, port: Some(port), sni_hosts: vec![host.clone()] };
                service.tls.push(TlsRoute { matches: vec![found], route });
            } else {
                let found = HttpMatch { gateways, port: Some(port), ..HttpMatch::default() };
                let retries = Some(Retries::default());
                service.http.push(HttpRoute { matches: vec![found], route, retries, ..HttpRoute::default() });
            }
        }
    }
    service
}
