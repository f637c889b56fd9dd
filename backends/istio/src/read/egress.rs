//! Calls to hosts outside by an egress gateway: it sends on by the host, as the VirtualServices for it say.

use super::destination::{external, of_cluster};
use super::world::{Object, number};
use super::{Site, host};
use gloo_domain::HostPattern;
use gloo_ir::{Destination, Gateway, GatewayKind, Program};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// The egress gateway whose Service has the host.
pub(super) fn gateway<'a>(base: &'a Program, host: &str) -> Option<&'a Gateway> {
    let mut egress = base.gateways.values().filter(|gateway| gateway.kind == GatewayKind::Egress);
    egress.find(|gateway| of_cluster(&gateway.name, &gateway.namespace) == host).map(AsRef::as_ref)
}

/// Where the gateway sends requests that come to it with that host at that port. `nothing` is said if that isn't known.
pub(super) fn behind(
    site: &Site<'_>,
    gateway: &Gateway,
    port: u16,
    host: Option<&str>,
    nothing: Unread,
) -> Result<Destination, Unread> {
    let Some(wanted) = host else { return Err(nothing) };
    let pattern = host::pattern(wanted).filter(|pattern| matches!(pattern, HostPattern::Exact(_)));
    let Some(pattern) = pattern else { return Err(nothing) };
    let mut servers: Vec<(String, Option<String>)> = Vec::new();
    for object in &site.world.gateways {
        servers.extend(server(object, gateway, port, &pattern)?);
    }
    let mut found = None;
    for object in &site.world.services {
        let mut spec = object.spec()?;
        let gateways = spec.texts("gateways")?;
        let serves = |name: &str, (server, namespace): &(String, Option<String>)| {
            server == name && namespace.as_deref().is_none_or(|own| own == object.namespace)
        };
        let named = gateways.iter().find(|name| servers.iter().any(|server| serves(name, server)));
        let (Some(named), true) = (named, spec.texts("hosts")?.contains(&wanted)) else { continue };
        if found.is_some() {
            return Err(spec.unread("hosts", format!("two VirtualServices are for `{wanted}` there")));
        }
        for route in spec.objects("http")? {
            if let Some(destination) = step(site, route, named, port)? {
                found = Some(destination);
                break;
            }
        }
    }
    found.ok_or(nothing)
}

/// The name of a Gateway of these pods that serves the host at the port, if it is one, with the namespace whose
/// VirtualServices may serve it.
fn server(
    object: &Object<'_>,
    gateway: &Gateway,
    port: u16,
    wanted: &HostPattern,
) -> Result<Option<(String, Option<String>)>, Unread> {
    let mut spec = object.spec()?;
    let selector = super::destination::labels_of(&mut spec, "selector")?;
    if selector.is_empty() || selector.iter().any(|(name, value)| gateway.workload.get(name) != Some(value)) {
        return Ok(None);
    }
    for mut server in spec.objects("servers")? {
        let hosts = server.texts("hosts")?;
        let own = server.object("port")?.map(|mut own| number(&mut own, "number")).transpose()?;
        let is_passed =
            server.object("tls")?.is_some_and(|mut tls| tls.take("mode") == Some(&json!("PASSTHROUGH")));
        let found = hosts.iter().find_map(|text| {
            let host = host::of_server(text, object.namespace, |what| server.unread("hosts", what));
            host.ok().filter(|host| host.host == *wanted)
        });
        if let Some(host) = found.filter(|_| own == Some(port) && !is_passed) {
            return Ok(Some((object.full_name(), host.namespace)));
        }
    }
    Ok(None)
}

/// Where a rule of the egress gateway's sends everything, if it is for this gateway.
fn step(
    site: &Site<'_>,
    mut route: Fields<'_>,
    named: &str,
    port: u16,
) -> Result<Option<Destination>, Unread> {
    let matches = route.objects("match")?;
    let mut applies = matches.is_empty();
    for mut matched in matches {
        let gateways = matched.texts("gateways")?;
        let own = matched.number("port")?;
        matched.done()?;
        applies |= gateways.contains(&named) && own.is_none_or(|own| own == u64::from(port));
    }
    if !applies {
        return Ok(None);
    }
    route.ignore(&["name"]);
    let none = json!({ "attempts": 0 });
    route.expect("retries", &none, "the gateway in the midst would try again")?;
    let unread = route.unread("route", "it isn't known where this sends requests");
    let mut targets = route.objects("route")?;
    route.done()?;
    let (Some(mut target), true) = (targets.pop(), targets.is_empty()) else { return Err(unread) };
    target.ignore(&["weight"]);
    let destination = target.object("destination")?;
    target.done()?;
    let Some(mut destination) = destination else { return Err(unread) };
    let host = destination.needed_text("host")?;
    let number = destination.object("port")?.map(|mut port| number(&mut port, "number")).transpose()?;
    destination.done()?;
    number.and_then(|number| external(site, host, number)).map(Some).ok_or(unread)
}
