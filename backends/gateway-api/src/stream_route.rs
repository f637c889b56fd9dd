//! `TLSRoute` and `TCPRoute`: connections that are passed on.

use crate::emitter::Emitter;
use crate::gateway::{ParentRef, Section};
use crate::http_route::{backend_ref, gcd};
use crate::object::{Metadata, Object};
use gloo_source::Place;
use gloo_target::{Answer, ConnectionHost, GatewayPlan};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamRouteSpec {
    parent_refs: Vec<ParentRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hostnames: Vec<String>,
    rules: Vec<StreamRule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamRule {
    backend_refs: Vec<Value>,
}

/// Adds the routes of a listener that passes connections on.
pub fn emit(
    emitter: &mut Emitter<'_>,
    planned: &GatewayPlan,
    sections: &[Section],
    hosts: &[ConnectionHost],
    tls: bool,
) {
    let kind = if tls { "TLSRoute" } else { "TCPRoute" };
    let namespace = &planned.gateway.namespace;
    for host in hosts {
        let Some(rule) = host.rules.first() else { continue };
        let conditional =
            host.rules.iter().find(|rule| rule.matches.iter().all(|one| !one.literals.is_empty()));
        if let Some(rule) = conditional {
            emitter.cannot(
                rule.origin.place,
                "a connection's route with a condition",
                "send all connections of the listener to one place, or use a cluster with an Envoy backend",
            );
            continue;
        }
        let Answer::Forward(shares) = &rule.answer else { continue };
        let divisor = shares.iter().fold(0, |divisor, (_, share)| gcd(divisor, share.millionths)).max(1);
        let mut refs = Vec::new();
        for (key, share) in shares {
            let Some(reference) = emitter.reference(namespace, kind, key) else { continue };
            let mut value = backend_ref(&reference);
            if let Some(fields) = value.as_object_mut() {
                fields.insert("weight".into(), (share.millionths / divisor).into());
            }
            refs.push(value);
        }
        let served = sections.iter().filter(|section| match (&section.host, &host.host) {
            (Some(section), Some(host)) => section.covers(host),
            _ => true,
        });
        let parent_refs: Vec<ParentRef> =
            served.map(|section| ParentRef::new(&planned.gateway.name, &section.name)).collect();
        let suffix = host.host.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string);
        let listener = sections.first().map_or("", |section| section.name.as_str());
        let name = emitter.name(kind, namespace, &[&planned.gateway.name, listener, &suffix]);
        let places: Vec<Place> = host.rules.iter().map(|rule| rule.origin.place).collect();
        let object = Object {
            api_version: "gateway.networking.k8s.io/v1",
            kind,
            metadata: Metadata::new(namespace, &name).documented(rule.origin.doc.as_deref().into_iter()),
            spec: StreamRouteSpec {
                parent_refs,
                hostnames: host.host.iter().map(ToString::to_string).collect(),
                rules: vec![StreamRule { backend_refs: refs }],
            },
        };
        emitter.add(&object, places);
    }
}
