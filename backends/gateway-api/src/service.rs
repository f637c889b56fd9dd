//! A `Service` for each subset that some rule sends to: the Gateway API knows no subsets.

use crate::emitter::Emitter;
use crate::names;
use crate::object::{Metadata, Object};
use gloo_ir::{Namespace, Protocol, Service, Subset};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct ServiceSpec {
    selector: BTreeMap<String, String>,
    ports: Vec<ServicePort>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServicePort {
    name: String,
    port: u16,
    protocol: &'static str,
    app_protocol: &'static str,
}

/// The name of a subset's Service: `reviews-v2`.
pub fn subset_name(service: &Service, subset: &Subset) -> String {
    names::label(&format!("{}-{}", service.name, subset.name))
}

/// The labels of a subset's pods.
pub fn selector(service: &Service, subset: &Subset) -> BTreeMap<String, String> {
    let mut selector = service.labels.clone();
    if selector.is_empty() {
        selector.insert("app".to_owned(), service.name.clone());
    }
    selector.extend(subset.labels.clone());
    selector
}

/// Adds the Service of a subset: it selects the service's pods that have the subset's labels too.
pub fn emit(emitter: &mut Emitter<'_>, service: &Service, namespace: &Namespace, subset: &Subset) {
    let selector = selector(service, subset);
    let ports = service.ports.iter().map(|port| ServicePort {
        name: port.name.clone(),
        port: port.number,
        protocol: "TCP",
        app_protocol: match port.protocol {
            Protocol::Http => "http",
            Protocol::Http2 | Protocol::Grpc => "kubernetes.io/h2c",
            Protocol::Https => "https",
            Protocol::Tls => "tls",
            Protocol::Tcp => "tcp",
        },
    });
    let object = Object {
        api_version: "v1",
        kind: "Service",
        metadata: Metadata::new(&namespace.name, &subset_name(service, subset)),
        spec: ServiceSpec { selector, ports: ports.collect() },
    };
    emitter.add(&object, [service.place, subset.place]);
}
