//! What a destination stands for: a host, a subset of it by its DestinationRule, a port by its number.

use super::filters::ROOT;
use super::world::number;
use super::{Site, egress};
use gloo_domain::HostPattern;
use gloo_ir::{Destination, Service, Target};
use gloo_target::{Fields, Unread};
use serde_json::Value;
use std::collections::BTreeMap;

/// The domain of the cluster's services.
const DOMAIN: &str = "svc.cluster.local";

/// A destination. `host` is the host that requests have behind the rule, where the rule says one: an egress gateway goes
/// by it.
pub(super) fn read(
    site: &Site<'_>,
    mut destination: Fields<'_>,
    host: Option<&str>,
) -> Result<Destination, Unread> {
    let name = destination.needed_text("host")?;
    let subset = destination.text("subset")?;
    let mut port = destination
        .object("port")?
        .ok_or_else(|| destination.unread("port", "it isn't known which port this means"))?;
    let number = number(&mut port, "number")?;
    port.done()?;
    let nothing = destination.unread("", format!("nothing declared is at `{name}:{number}`"));
    let missing = destination.unread("subset", "no DestinationRule has it: calls would go nowhere");
    let other = destination.unread("subset", "no declared subset has these labels");
    destination.done()?;
    let labels = match subset {
        Some(subset) => Some(labels(site, name, subset)?.ok_or(missing)?),
        None => None,
    };
    let labels = labels.filter(|labels| !labels.is_empty());
    if let Some((service, port)) = service(site, name, number) {
        let subset = match labels {
            None => None,
            Some(labels) => {
                let found = service.subsets.iter().find(|subset| subset.labels == labels);
                Some(found.ok_or(other)?.name.clone())
            }
        };
        let target = Target::Service { service: service.id.clone(), subset, cluster: None };
        return Ok(Destination { target, port, place: site.place() });
    }
    if labels.is_some() {
        return Err(other);
    }
    if let Some(gateway) = egress::gateway(site.base, name) {
        return egress::behind(site, gateway, number, host, nothing);
    }
    external(site, name, number).ok_or(nothing)
}

/// The service that has the host, `SERVICE.NAMESPACE.svc.cluster.local`, with the name of the port.
fn service<'a>(site: &Site<'a>, host: &str, number: u16) -> Option<(&'a Service, String)> {
    site.base.services.values().find_map(|service| {
        let namespace = site.base.namespaces.get(&service.namespace)?;
        if host != of_cluster(&service.name, &namespace.name) {
            return None;
        }
        let port = service.ports.iter().find(|port| port.number == number)?;
        Some((service.as_ref(), port.name.clone()))
    })
}

/// The host of a service of the cluster.
pub(super) fn of_cluster(name: &str, namespace: &str) -> String {
    format!("{name}.{namespace}.{DOMAIN}")
}

/// A host outside, that a ServiceEntry has.
pub(super) fn external(site: &Site<'_>, host: &str, number: u16) -> Option<Destination> {
    if !site.world.entries.contains(&(host, number)) {
        return None;
    }
    let is_it = |pattern: &HostPattern| matches!(pattern, HostPattern::Exact(name) if name.as_str() == host);
    site.base.externals.values().find_map(|external| {
        external.hosts.iter().find(|pattern| is_it(pattern))?;
        let port = external.ports.iter().find(|port| port.number == number)?;
        let target = Target::External(external.id.clone());
        Some(Destination { target, port: port.name.clone(), place: site.place() })
    })
}

/// The labels of a subset, from the one DestinationRule for the host; `None` if there is no such subset.
fn labels(site: &Site<'_>, host: &str, subset: &str) -> Result<Option<BTreeMap<String, String>>, Unread> {
    let mut found = None;
    let mut is_said = false;
    for rule in &site.world.rules {
        let mut spec = rule.spec()?;
        if spec.text("host")? != Some(host) {
            continue;
        }
        if is_said {
            return Err(spec.unread("host", format!("two DestinationRules are for `{host}`")));
        }
        is_said = true;
        // A client looks in its own namespace, then in that of the host, then in that of the mesh.
        let of_host = host.strip_suffix(&format!(".{DOMAIN}")).and_then(|host| host.rsplit_once('.'));
        let is_seen = rule.namespace == site.gateway.namespace
            || rule.namespace == ROOT
            || of_host.is_some_and(|(_, namespace)| namespace == rule.namespace);
        if !is_seen {
            return Err(
                spec.unread("host", "the gateway doesn't look for DestinationRules in this namespace")
            );
        }
        spec.ignore(&["trafficPolicy"]);
        for mut fields in spec.objects("subsets")? {
            fields.ignore(&["trafficPolicy"]);
            let name = fields.needed_text("name")?;
            let labels = labels_of(&mut fields, "labels")?;
            fields.done()?;
            if name == subset {
                found = Some(labels);
            }
        }
        spec.done()?;
    }
    Ok(found)
}

/// Labels by their names.
pub(super) fn labels_of(fields: &mut Fields<'_>, field: &str) -> Result<BTreeMap<String, String>, Unread> {
    let mut labels = BTreeMap::new();
    if let Some(mut object) = fields.object(field)? {
        for name in object.names() {
            let value = object.take(name).and_then(Value::as_str);
            let value = value.ok_or_else(|| object.unread(name, "a text is expected here"))?;
            labels.insert(name.to_owned(), value.to_owned());
        }
    }
    Ok(labels)
}
