//! Calls between services: mesh tables, mutual TLS, hosts that may be called.

use crate::admission::{STRICT_PATHS, guards};
use crate::emission::{Emission, New};
use crate::envoy_filter::{Context, EnvoyFilter, unguarded};
use crate::listeners::{sources, strict_paths};
use crate::names::{ROOT_NAMESPACE, service_host};
use crate::peer_authentication::{MutualTls, PeerAuthentication};
use crate::route::{REFUSED_PATHS, Routes, Scene, callers};
use crate::sidecar::{Egress, OutboundTrafficPolicy, Sidecar};
use crate::virtual_service::VirtualService;
use gloo_ir::{Mtls, Outbound, PathMode};
use gloo_target::{MeshEntry, ServicePlan};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Writes the tables of calls between services.
pub(crate) fn write(emission: &mut Emission<'_>) {
    let plan = emission.plan;
    for entry in &plan.mesh {
        let Some(service) = plan.services.iter().find(|service| service.service.id == entry.service.id)
        else {
            continue;
        };
        if emission.is_ambient() && !served_by_waypoint(emission, entry, service) {
            continue;
        }
        write_entry(emission, entry, service);
    }
}

/// Whether a waypoint can do what the table says; what it can't has been reported.
fn served_by_waypoint(emission: &mut Emission<'_>, entry: &MeshEntry, service: &ServicePlan) -> bool {
    let Some(place) = entry.rules.first().map(|rule| rule.origin.place) else { return false };
    if service.namespace.waypoint.is_none() {
        let what = format!("a table for `{}`, whose namespace has no waypoint,", entry.service.id);
        let instead = format!("say `waypoint: \"…\"` in namespace `{}`", service.namespace.id);
        emission.refuse(place, &what, &instead);
        return false;
    }
    if emission.plan.paths == PathMode::Strict {
        let what = "`paths: strict` at a waypoint, where no header name can be refused,";
        emission.refuse(place, what, "say `paths: keep` in the mesh, or `mode: sidecar` on the cluster");
        return false;
    }
    true
}

fn write_entry(emission: &mut Emission<'_>, entry: &MeshEntry, service: &ServicePlan) {
    let Ok(callers) = callers(emission, &entry.rules) else { return };
    let ambient = emission.is_ambient();
    let mut routes = Routes::default();
    routes.refuse_paths(emission.plan.paths);
    for caller in &callers {
        routes.add(emission, Scene::Mesh { service: &entry.service, caller }, &entry.rules);
    }
    let sources = sources(&entry.rules);
    if let Some(place) = sources.first().filter(|_| ambient) {
        if callers.len() > 1 {
            let what = "a rule that tells callers by their `source` at a waypoint";
            emission.refuse(
                *place,
                what,
                "say `mode: sidecar` on the cluster, or ask for something of the request",
            );
        }
        if !routes.settings.is_empty() {
            let what = "`websocket: false`, or a redirect that keeps a part of the path, at a waypoint";
            emission.refuse(*place, what, "say `mode: sidecar` on the cluster, or leave the option out");
        }
    }
    let host = service_host(&entry.service, &service.namespace);
    let namespace = service.namespace.name.as_str();
    let name = emission.name("VirtualService", namespace, &[&entry.service.name]);
    let spec = VirtualService {
        hosts: vec![host.clone()],
        gateways: vec!["mesh".to_owned()],
        http: routes.http,
        ..VirtualService::default()
    };
    emission.object(New { namespace, name: &name, sources: sources.clone(), doc: None, spec: &spec });
    if routes.settings.is_empty() {
        return;
    }
    // Every caller's proxy is meant, in whatever namespace it is.
    let ports = entry.service.ports.iter().filter(|port| port.protocol.is_http());
    let virtual_hosts: Vec<String> = ports.map(|port| format!("{host}:{}", port.number)).collect();
    let patches = routes.settings.iter().flat_map(|(route, settings): &(String, Value)| {
        virtual_hosts
            .iter()
            .map(move |virtual_host| Context::Outbound.route(virtual_host, route, settings.clone()))
    });
    let spec = EnvoyFilter { workload_selector: None, config_patches: patches.collect() };
    let name = emission.name("EnvoyFilter", ROOT_NAMESPACE, &[namespace, &entry.service.name]);
    emission.object(New { namespace: ROOT_NAMESPACE, name: &name, sources, doc: None, spec: &spec });
}

/// Writes what holds for all services: mutual TLS, the hosts that may be called, the paths that are refused. Only the
/// program's own namespaces are meant, since others may live on the cluster.
pub(crate) fn write_defaults(emission: &mut Emission<'_>) {
    let plan = emission.plan;
    let own: BTreeSet<&str> = plan.services.iter().map(|service| service.namespace.name.as_str()).collect();
    if own.is_empty() {
        return;
    }
    let mode = match plan.mtls {
        Mtls::Strict => "STRICT",
        Mtls::Permissive => "PERMISSIVE",
        Mtls::Off => "DISABLE",
    };
    let authentication = PeerAuthentication { mtls: MutualTls { mode } };
    for namespace in &own {
        emission.object(New {
            namespace,
            name: "default",
            sources: Vec::new(),
            doc: None,
            spec: &authentication,
        });
    }
    if emission.is_ambient() {
        if plan.outbound == Outbound::Declared {
            let what = "`outbound: declared` on an ambient cluster, whose pods have no proxy of their own,";
            let instead = "say `outbound: any` in the mesh, or `mode: sidecar` on the cluster";
            emission.refuse(plan.cluster.backend.at, what, instead);
        }
        return;
    }
    let mode = match plan.outbound {
        Outbound::Declared => "REGISTRY_ONLY",
        Outbound::Any => "ALLOW_ANY",
    };
    let sidecar = Sidecar {
        egress: vec![Egress { hosts: vec!["*/*"] }],
        outbound_traffic_policy: OutboundTrafficPolicy { mode },
    };
    for namespace in &own {
        emission.object(New { namespace, name: "default", sources: Vec::new(), doc: None, spec: &sidecar });
        if plan.paths == PathMode::Strict {
            let name = "gloo-strict-paths";
            let spec = refusing_paths(guards(plan, namespace));
            emission.object(New { namespace, name, sources: Vec::new(), doc: None, spec: &spec });
        }
    }
}

/// What a service's own proxy refuses under `strict`, before it looks at who may pass.
fn refusing_paths(is_guarded: bool) -> EnvoyFilter {
    let mut route = json!({
        "name": STRICT_PATHS,
        "match": {"safe_regex": {"regex": REFUSED_PATHS}},
        "direct_response": {"status": 400},
    });
    if let Some(route) = route.as_object_mut().filter(|_| is_guarded) {
        route.insert("typed_per_filter_config".to_owned(), unguarded());
    }
    // Where a table of the mesh answers or redirects, the caller's own proxy is the only one to look.
    let manager = |context: Context| context.connection_manager(strict_paths(PathMode::Strict));
    EnvoyFilter {
        workload_selector: None,
        config_patches: vec![
            manager(Context::Inbound),
            manager(Context::Outbound),
            Context::Inbound.first_route(route),
        ],
    }
}
