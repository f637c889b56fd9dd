//! A bootstrap of Envoy. What `envoy --mode validate` finds by itself isn't looked for.

use super::{Document, Fault, list, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// Adds what Envoy would start with all the same: clusters that are named and not there (in `ext_authz`, rate limits,
/// key sets), settings of a route for a filter that its chain doesn't have, two clusters or listeners of a name.
pub(super) fn validate(document: Document<'_>, faults: &mut Vec<Fault>) {
    let mut clusters = BTreeSet::new();
    for name in document.list("/static_resources/clusters").iter().map(|one| text(one, "/name")) {
        if !clusters.insert(name) {
            faults.push(document.fault(format!("two clusters `{name}`")));
        }
    }
    let mut listeners = BTreeSet::new();
    for name in document.list("/static_resources/listeners").iter().map(|one| text(one, "/name")) {
        if !listeners.insert(name) {
            faults.push(document.fault(format!("two listeners `{name}`")));
        }
    }
    // A bootstrap is as deep as its emitter made it, and no emitter nests what users nest.
    let mut open: Vec<&Value> = list_of(document.value.pointer("/static_resources/listeners"));
    open.extend(
        document.list("/static_resources/clusters").iter().filter_map(|one| one.get("transport_socket")),
    );
    while let Some(value) = open.pop() {
        for name in clusters_named_by(value) {
            if !clusters.contains(name) {
                faults.push(document.fault(format!("no cluster `{name}`")));
            }
        }
        if value.get("http_filters").is_some() {
            settings_without_filter(document, value, faults);
        }
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(elements) => open.extend(elements),
            _ => {}
        }
    }
}

fn list_of(value: Option<&Value>) -> Vec<&Value> {
    value.into_iter().collect()
}

/// The clusters that an object names itself.
fn clusters_named_by(value: &Value) -> Vec<&str> {
    let direct = ["/cluster", "/envoy_grpc/cluster_name"];
    let mut names: Vec<&str> =
        direct.iter().filter_map(|pointer| value.pointer(pointer).and_then(Value::as_str)).collect();
    names.extend(list(value, "/weighted_clusters/clusters").iter().map(|one| text(one, "/name")));
    names
}

/// Settings of routes and hosts for a filter that isn't in the chain: Envoy leaves them out.
fn settings_without_filter(document: Document<'_>, manager: &Value, faults: &mut Vec<Fault>) {
    let filters: BTreeSet<&str> =
        list(manager, "/http_filters").iter().map(|one| text(one, "/name")).collect();
    let hosts = list(manager, "/route_config/virtual_hosts");
    let routes = hosts.iter().flat_map(|host| list(host, "/routes"));
    for part in hosts.iter().chain(routes) {
        let Some(settings) = part.get("typed_per_filter_config").and_then(Value::as_object) else { continue };
        for name in settings.keys().filter(|name| !filters.contains(name.as_str())) {
            faults
                .push(document.fault(format!("settings for the filter `{name}`, which isn't in the chain")));
        }
    }
    let mut names = BTreeSet::new();
    for name in hosts.iter().map(|host| text(host, "/name")) {
        if !names.insert(name) {
            faults.push(document.fault(format!("two virtual hosts `{name}`")));
        }
    }
}
