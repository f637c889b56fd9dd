//! What a proxy is sent apart, put where it is used: routes into listeners, endpoints into clusters.

use super::pods::{self, Pod};
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The messages of a list of a proxy by the field that names them.
///
/// # Errors
/// One has no name.
pub fn named<'v>(proxy: &'v Value, list: &str, field: &str) -> Result<BTreeMap<&'v str, &'v Value>> {
    let all = proxy[list].as_array().map_or(&[][..], Vec::as_slice);
    let named = all.iter().map(|one| {
        let name =
            one[field].as_str().with_context(|| format!("one of the {list} has no `{field}`: {one}"))?;
        Ok((name, one))
    });
    named.collect()
}

/// Puts the routes where they are asked for.
///
/// # Errors
/// There are none of that name.
pub fn routes(value: &mut Value, routes: &BTreeMap<&str, &Value>) -> Result<()> {
    if let Some(asked) = value.get("rds") {
        let name = asked["route_config_name"].as_str().unwrap_or_default();
        let found = routes.get(name).with_context(|| format!("there are no routes `{name}`"))?;
        let found = (*found).clone();
        if let Some(fields) = value.as_object_mut() {
            fields.shift_remove("rds");
            fields.insert("route_config".to_owned(), found);
        }
        return Ok(());
    }
    match value {
        Value::Array(values) => values.iter_mut().try_for_each(|value| self::routes(value, routes)),
        Value::Object(fields) => fields.values_mut().try_for_each(|value| self::routes(value, routes)),
        _ => Ok(()),
    }
}

/// Makes the endpoints of a cluster what gloo's own files name them by.
///
/// # Errors
/// They are those of no service and no subset.
pub fn endpoints(cluster: &mut Value, assignments: &BTreeMap<&str, &Value>, pods: &[Pod]) -> Result<()> {
    let name = cluster["name"].as_str().unwrap_or_default().to_owned();
    if cluster["type"] == "EDS" {
        let asked = cluster.pointer("/eds_cluster_config/service_name").and_then(Value::as_str);
        let found = assignments.get(asked.unwrap_or(&name)).copied();
        let mut assignment = found.cloned().unwrap_or_else(|| json!({ "endpoints": [] }));
        assignment["cluster_name"] = json!(name);
        cluster["type"] = json!("STRICT_DNS");
        cluster["dns_lookup_family"] = json!("V4_PREFERRED");
        cluster["load_assignment"] = assignment;
        if let Some(fields) = cluster.as_object_mut() {
            fields.shift_remove("eds_cluster_config");
        }
    } else if cluster["type"] == "STATIC" || (cluster["type"].is_null() && cluster["cluster_type"].is_null())
    {
        cluster["type"] = json!("STRICT_DNS");
    }
    let is_weighted = cluster.pointer("/common_lb_config/locality_weighted_lb_config").is_some()
        || cluster.get("load_balancing_policy").is_some();
    let Some(localities) = cluster.pointer_mut("/load_assignment/endpoints").and_then(Value::as_array_mut)
    else {
        return Ok(());
    };
    localities.retain(|locality| locality["lb_endpoints"].as_array().is_some_and(|all| !all.is_empty()));
    if !is_weighted {
        merge(localities);
    }
    for locality in localities {
        collapse(locality, pods).with_context(|| format!("the cluster `{name}`"))?;
    }
    Ok(())
}

/// Makes one locality of those of the same priority.
fn merge(localities: &mut Vec<Value>) {
    let mut merged: Vec<Value> = Vec::new();
    for mut locality in localities.drain(..) {
        match merged.iter_mut().find(|known| known["priority"] == locality["priority"]) {
            Some(known) => {
                let more = locality["lb_endpoints"].as_array_mut().map(std::mem::take).unwrap_or_default();
                if let Some(all) = known["lb_endpoints"].as_array_mut() {
                    all.extend(more);
                }
            }
            None => merged.push(locality),
        }
    }
    *localities = merged;
}

/// Makes one endpoint, called by its name, of those of a locality.
fn collapse(locality: &mut Value, pods: &[Pod]) -> Result<()> {
    const ADDRESS: &str = "/endpoint/address/socket_address";
    let Some(all) = locality["lb_endpoints"].as_array_mut() else { return Ok(()) };
    let (mut addresses, mut ports, mut hosts) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for one in all.iter() {
        let Some(address) = one.pointer(ADDRESS) else { bail!("an endpoint without an address: {one}") };
        let host = address["address"].as_str().unwrap_or_default();
        ports.insert(address["port_value"].as_u64());
        match host.parse::<Ipv4Addr>() {
            Ok(address) => drop(addresses.insert(address)),
            Err(_) => hosts.push(host.to_owned()),
        }
    }
    if addresses.is_empty() {
        // Hosts outside, by their own names.
        return Ok(());
    }
    let name = pods::name(pods, &addresses);
    let (Some(name), true, 1) = (name, hosts.is_empty(), ports.len()) else {
        bail!("its endpoints are those of no service and no subset: {addresses:?} {hosts:?} at {ports:?}");
    };
    all.truncate(1);
    for one in all {
        if let Some(address) = one.pointer_mut(ADDRESS) {
            address["address"] = json!(name);
        }
        if let Some(fields) = one.as_object_mut() {
            fields.shift_remove("load_balancing_weight");
        }
        if let Some(endpoint) = one["endpoint"].as_object_mut() {
            endpoint.shift_remove("hostname");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{endpoints, routes};
    use crate::conformance::pods;
    use gloo_ir::ClusterId;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    /// Endpoints of these addresses.
    fn assignment(addresses: &[&str]) -> Value {
        let endpoint = |address| json!({ "endpoint": { "address": { "socket_address": { "address": address, "port_value": 80 } } } });
        let all: Vec<Value> = addresses.iter().map(endpoint).collect();
        json!({ "cluster_name": "c", "endpoints": [{ "lb_endpoints": all }] })
    }

    #[test]
    fn endpoints_are_called_by_the_service_that_they_are() {
        let text = "cluster c { backend: envoy(version: \"1.40\") }\n\
                    namespace n { service s { port http: 80 } service t { port http: 80 } }\n";
        let program = gloo_ir::compile(&[("a.gloo", text)], None).program;
        let pods = pods::of(&program, &ClusterId::new("c"));
        let inlined = |addresses: &[&str]| {
            let assignment = assignment(addresses);
            let mut cluster = json!({ "name": "c", "type": "EDS", "eds_cluster_config": {} });
            endpoints(&mut cluster, &BTreeMap::from([("c", &assignment)]), &pods).map(|()| cluster)
        };
        let cluster = inlined(&[&pods[0].address.to_string()]).unwrap();
        let at = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/address";
        assert_eq!(cluster.pointer(at).and_then(Value::as_str), Some("s.n"));
        assert_eq!(cluster["type"], "STRICT_DNS");
        assert!(inlined(&["10.1.0.1", "10.1.0.2"]).is_err(), "of two services");
        assert!(inlined(&["10.96.0.1"]).is_err(), "of a Service, not of its pods");
    }

    #[test]
    fn routes_that_were_not_sent_are_missed() {
        let sent = json!({ "name": "a", "virtual_hosts": [] });
        let mut listener =
            json!({ "filters": [{ "typed_config": { "rds": { "route_config_name": "a" } } }] });
        routes(&mut listener.clone(), &BTreeMap::new()).unwrap_err();
        routes(&mut listener, &BTreeMap::from([("a", &sent)])).unwrap();
        assert_eq!(listener, json!({ "filters": [{ "typed_config": { "route_config": sent } }] }));
    }
}
