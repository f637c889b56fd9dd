//! What is changed of a built file so that it runs on this machine: ports of listeners, addresses of endpoints, and
//! where secrets are. Nothing else: the rest is what users will run.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The folder that built files expect secrets in.
pub const SECRETS: &str = "/etc/gloo/secrets";

/// The file that built files expect the system's authorities in.
pub const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where an endpoint is: its name and port, as built.
pub type Endpoint = (String, u16);

/// The endpoints of a bootstrap's clusters, by the clusters' names.
#[must_use]
pub fn endpoints(bootstrap: &Value) -> BTreeMap<String, Endpoint> {
    let clusters = array(bootstrap, "/static_resources/clusters");
    let named = clusters.iter().filter_map(|cluster| {
        let address =
            cluster.pointer("/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address")?;
        Some((cluster.get("name")?.as_str()?.to_owned(), endpoint(address)?))
    });
    named.collect()
}

/// All addresses that a bootstrap's clusters send to.
#[must_use]
pub fn addresses(bootstrap: &Value) -> Vec<Endpoint> {
    let clusters = array(bootstrap, "/static_resources/clusters").iter();
    let localities = clusters.flat_map(|cluster| array(cluster, "/load_assignment/endpoints"));
    let endpoints = localities.flat_map(|locality| array(locality, "/lb_endpoints"));
    endpoints.filter_map(|one| endpoint(one.pointer("/endpoint/address/socket_address")?)).collect()
}

/// The server names that a bootstrap's clusters ask for, and the identities that they accept.
#[must_use]
pub fn server_names(bootstrap: &Value) -> (Vec<String>, Vec<String>) {
    let (mut names, mut identities) = (Vec::new(), Vec::new());
    for cluster in array(bootstrap, "/static_resources/clusters") {
        collect(cluster, &mut names, &mut identities);
    }
    (names, identities)
}

fn collect(value: &Value, names: &mut Vec<String>, identities: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, names, identities)),
        Value::Object(fields) => {
            for (field, value) in fields {
                match (field.as_str(), value) {
                    ("sni", Value::String(name)) => names.push(name.clone()),
                    ("exact", Value::String(name)) if name.starts_with("spiffe://") => {
                        identities.push(name.clone());
                    }
                    _ => collect(value, names, identities),
                }
            }
        }
        _ => {}
    }
}

/// Changes a bootstrap: listeners take any free port, endpoints are where `upstreams` says, and secrets are below
/// `folder`.
pub fn bootstrap(document: &mut Value, upstreams: &BTreeMap<Endpoint, u16>, folder: &Path) {
    let listeners = array_mut(document, "/static_resources/listeners");
    for listener in listeners {
        set(listener, "/address/socket_address/port_value", json!(0));
    }
    set(document, "/admin/address/socket_address/port_value", json!(0));
    for cluster in array_mut(document, "/static_resources/clusters") {
        for locality in array_mut(cluster, "/load_assignment/endpoints") {
            for one in array_mut(locality, "/lb_endpoints") {
                let Some(address) = one.pointer_mut("/endpoint/address/socket_address") else { continue };
                if let Some(port) = endpoint(address).and_then(|endpoint| upstreams.get(&endpoint)) {
                    set(address, "/address", json!("127.0.0.1"));
                    set(address, "/port_value", json!(port));
                }
            }
        }
    }
    secrets(document, folder);
}

/// Changes where secrets are.
pub fn secrets(document: &mut Value, folder: &Path) {
    match document {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(SECRETS) {
                *text = format!("{}{rest}", folder.display());
            } else if text == SYSTEM_AUTHORITIES {
                *text = folder.join("system/ca.crt").display().to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| secrets(value, folder)),
        Value::Object(fields) => fields.values_mut().for_each(|value| secrets(value, folder)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn endpoint(address: &Value) -> Option<Endpoint> {
    let port = u16::try_from(address.get("port_value")?.as_u64()?).ok()?;
    Some((address.get("address")?.as_str()?.to_owned(), port))
}

fn array<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn array_mut<'v>(value: &'v mut Value, pointer: &str) -> &'v mut [Value] {
    value.pointer_mut(pointer).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

fn set(value: &mut Value, pointer: &str, new: Value) {
    if let Some(old) = value.pointer_mut(pointer) {
        *old = new;
    }
}

#[cfg(test)]
mod tests {
    use super::{bootstrap, endpoints};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;
    use std::path::Path;

    /// The places where two documents differ.
    fn differences(place: &str, one: &Value, other: &Value) -> Vec<String> {
        match (one, other) {
            (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => one
                .iter()
                .flat_map(|(key, value)| differences(&format!("{place}/{key}"), value, &other[key]))
                .collect(),
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
                .iter()
                .zip(other)
                .flat_map(|(one, other)| differences(&format!("{place}/*"), one, other))
                .collect(),
            _ if one == other => Vec::new(),
            _ => vec![place.to_owned()],
        }
    }

    #[test]
    fn only_ports_endpoints_and_secrets_change() {
        let address =
            |host: &str, port: u16| json!({"socket_address": {"address": host, "port_value": port}});
        let built = json!({
            "admin": {"address": address("127.0.0.1", 9901)},
            "static_resources": {
                "listeners": [{
                    "name": "edge.tls",
                    "address": address("0.0.0.0", 443),
                    "filter_chains": [{
                        "filters": [{"route_config": {"virtual_hosts": [{"domains": ["a.example:443"], "routes": [
                            {"redirect": {"port_redirect": 443, "host_redirect": "cart.shop"}},
                        ]}]}}],
                        "transport_socket": {"path": "/etc/gloo/secrets/cert/certificate.yaml"},
                    }],
                }],
                "clusters": [{
                    "name": "shop.cart:http",
                    "load_assignment": {
                        "cluster_name": "shop.cart:http",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address("cart.shop", 8080)}}]}],
                    },
                }],
            },
        });
        assert_eq!(endpoints(&built)["shop.cart:http"], ("cart.shop".to_owned(), 8080));
        let mut run = built.clone();
        let upstreams = BTreeMap::from([(("cart.shop".to_owned(), 8080), 40_001)]);
        bootstrap(&mut run, &upstreams, Path::new("/tmp/secrets"));
        let mut changed = differences("", &built, &run);
        changed.sort();
        let endpoint =
            "/static_resources/clusters/*/load_assignment/endpoints/*/lb_endpoints/*/endpoint/address";
        assert_eq!(
            changed,
            [
                "/admin/address/socket_address/port_value".to_owned(),
                format!("{endpoint}/socket_address/address"),
                format!("{endpoint}/socket_address/port_value"),
                "/static_resources/listeners/*/address/socket_address/port_value".to_owned(),
                "/static_resources/listeners/*/filter_chains/*/transport_socket/path".to_owned(),
            ]
        );
    }
}
