//! A proxy's configuration as one file like those that are built for Envoy.

use super::inline;
use super::secrets;
use super::world::World;
use anyhow::{Context as _, Result};
use gloo_ir::Gateway;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The file of a gateway, and the files of the secrets that it asks for.
///
/// # Errors
/// The configuration asks for what was not sent, or has endpoints that are those of nothing in the program.
pub fn of(proxy: &Value, gateway: &Gateway, world: &World) -> Result<(Value, BTreeMap<String, Value>)> {
    let routes = inline::named(proxy, "routes", "name")?;
    let assignments = inline::named(proxy, "endpoints", "cluster_name")?;
    let sent = inline::named(proxy, "secrets", "name")?;
    let list =
        |name: &str| proxy[name].as_array().cloned().with_context(|| format!("a proxy without `{name}`"));

    let mut listeners = Vec::new();
    for mut listener in list("listeners")? {
        let Some(name) = name(&listener, gateway, &proxy["ports"]) else { continue };
        inline::routes(&mut listener, &routes).with_context(|| format!("the listener `{name}`"))?;
        listener["name"] = json!(name);
        listeners.push(listener);
    }
    let mut clusters = list("clusters")?;
    for cluster in &mut clusters {
        inline::endpoints(cluster, &assignments, &world.pods)?;
    }
    let mut bootstrap = json!({
        "node": { "id": gateway.name, "cluster": gateway.name },
        "static_resources": { "listeners": listeners, "clusters": clusters },
        "admin": { "address": { "socket_address": { "address": "127.0.0.1", "port_value": 9901 } } },
    });
    let files = secrets::to_files(&mut bootstrap, &sent, world)?;
    if proxy["runtime"].is_object() {
        let layer = json!({ "name": "static", "static_layer": proxy["runtime"] });
        bootstrap["layered_runtime"] = json!({ "layers": [layer] });
    }
    Ok((bootstrap, files))
}

/// What gloo's own files call a listener: by all listeners of the program that share its port. None, if there are none: a
/// target has some of its own, for probes.
fn name(listener: &Value, gateway: &Gateway, ports: &Value) -> Option<String> {
    let address = listener.pointer("/address/socket_address")?;
    if address["protocol"] == "UDP" {
        return None;
    }
    let own = address["port_value"].as_u64()?;
    let port = ports[own.to_string()].as_u64().unwrap_or(own);
    let served = gateway.listeners.iter().filter(|known| u64::from(known.port) == port);
    let served: Vec<&str> = served.map(|known| known.name.as_str()).collect();
    (!served.is_empty()).then(|| format!("{}.{}", gateway.name, served.join("+")))
}
