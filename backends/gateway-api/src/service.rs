//! A `Service` for each subset that some rule sends to: the Gateway API knows no subsets.

use crate::emitter::Emitter;
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

/// The name of a subset's Service: `reviews-v2`, unless a service of the namespace is called so.
pub fn subset_name(
    emitter: &mut Emitter<'_>,
    service: &Service,
    namespace: &Namespace,
    subset: &Subset,
) -> String {
    emitter.name(KIND, &namespace.name, &[&service.name, &subset.name])
}

/// The kind, for names.
pub const KIND: &str = "Service";

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
    let name = subset_name(emitter, service, namespace, subset);
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
        metadata: Metadata::new(&namespace.name, &name),
        spec: ServiceSpec { selector, ports: ports.collect() },
    };
    emitter.add(&object, [service.place, subset.place]);
}
