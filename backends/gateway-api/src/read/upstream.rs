//! What a reference of a route comes to: a service, some of its pods, or a host outside.

use super::object::{ENVOY, Object, Objects, Reference, reference};
use super::{Site, nowhere};
use gloo_domain::HostPattern;
use gloo_ir::{Destination, External, ExternalTls, Percent, Program, Service, Share, Target};
use gloo_target::{Fields, Unread};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the objects that are emitted stand for, by kind, namespace and name; each port's number with its name.
pub(super) type Upstreams<'a> = BTreeMap<(&'a str, &'a str, &'a str), Upstream>;

/// What an object stands for.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    target: Target,
    ports: BTreeMap<u16, String>,
}

/// What all Services and Backends stand for.
pub(super) fn read<'a>(base: &Program, objects: &Objects<'a>) -> Result<Upstreams<'a>, Vec<Unread>> {
    let (mut all, mut unread) = (Upstreams::new(), Vec::new());
    for object in objects.of_kind("Service").chain(objects.of_kind("Backend")) {
        let read = if object.kind == "Service" { service(base, &object) } else { backend(base, &object) };
        match read {
            Ok(upstream) => drop(all.insert((object.kind, object.namespace, object.name), upstream)),
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok(all) } else { Err(unread) }
}

/// A Service is the pods that have all its labels. A service's pods have its labels, or `app: NAME`; a subset's have more.
fn service(base: &Program, object: &Object<'_>) -> Result<Upstream, Unread> {
    let mut spec = object.spec()?;
    let selector = spec.take("selector").and_then(|selector| selector.as_object());
    let selector = selector.ok_or_else(|| spec.unread("selector", "it is missing"))?;
    let selector: BTreeMap<&str, &str> =
        selector.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect();
    let mut ports = BTreeMap::new();
    for mut port in spec.objects("ports")? {
        port.ignore(&["name", "appProtocol"]);
        let number = port.number("port")?.and_then(|port| u16::try_from(port).ok());
        let number = number.ok_or_else(|| port.unread("port", "it is missing"))?;
        if port.text("protocol")?.is_some_and(|protocol| protocol != "TCP") {
            return Err(port.unread("protocol", "only TCP is read"));
        }
        port.done()?;
        ports.insert(number, String::new());
    }
    let unread = spec.unread("selector", "it isn't known whose pods these are");
    spec.done()?;
    let own = base.services.values().filter(|service| {
        base.namespaces.get(&service.namespace).is_some_and(|one| one.name == object.namespace)
    });
    let mut found: Vec<(&Service, &str)> = Vec::new();
    for service in own {
        let mut labels: BTreeMap<&str, &str> =
            service.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        if labels.is_empty() {
            labels.insert("app", &service.name);
        }
        for subset in &service.subsets {
            let mut labels = labels.clone();
            labels.extend(subset.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            if labels == selector {
                found.push((service, &subset.name));
            }
        }
    }
    // Subsets with the same labels are the same pods: either is right.
    let named = found.iter().find(|(service, subset)| format!("{}-{subset}", service.name) == object.name);
    let (service, subset) = named.or(found.first()).ok_or(unread)?;
    ports.retain(|number, name| self::named(service, *number, name));
    Ok(Upstream { target: target(service, Some(subset)), ports })
}

/// Gives the name of a port of the service, if it has that one.
fn named(service: &Service, number: u16, name: &mut String) -> bool {
    let port = service.ports.iter().find(|port| port.number == number);
    port.map(|port| name.clone_from(&port.name)).is_some()
}

fn target(service: &Service, subset: Option<&str>) -> Target {
    Target::Service { service: service.id.clone(), subset: subset.map(str::to_owned), cluster: None }
}

/// A Backend is the host outside that has these addresses and is called in this TLS.
fn backend(base: &Program, object: &Object<'_>) -> Result<Upstream, Unread> {
    let mut spec = object.spec()?;
    spec.ignore(&["appProtocols"]);
    if spec.text("type")?.is_some_and(|kind| kind != "Endpoints") {
        return Err(spec.unread("type", "only endpoints are read"));
    }
    let (mut hosts, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for mut endpoint in spec.objects("endpoints")? {
        let address = endpoint.object("fqdn")?;
        let mut address = address.ok_or_else(|| endpoint.unread("fqdn", "only names are read"))?;
        endpoint.done()?;
        hosts.insert(address.needed_text("hostname")?);
        numbers.insert(address.number("port")?.and_then(|port| u16::try_from(port).ok()));
        address.done()?;
    }
    let unread = spec.unread("endpoints", "nothing declared is at these addresses");
    let (Some(Some(number)), 1) = (numbers.first().copied(), numbers.len()) else { return Err(unread) };
    let is_it = |external: &&Arc<External>| {
        let own = external.hosts.iter().map(|host| match host {
            HostPattern::Exact(name) => Some(name.as_str()),
            _ => None,
        });
        own.collect::<Option<BTreeSet<_>>>().is_some_and(|own| own == hosts)
            && external.ports.iter().any(|port| port.number == number)
    };
    let external = base.externals.values().find(is_it).ok_or(unread)?;
    tls(&mut spec, external)?;
    spec.done()?;
    let ports = external.ports.iter().filter(|port| port.number == number);
    let ports = ports.map(|port| (port.number, port.name.clone())).collect();
    Ok(Upstream { target: Target::External(external.id.clone()), ports })
}

/// Hosts outside are called in TLS exactly if they say so, under the name and with the certificate that they say.
fn tls(spec: &mut Fields<'_>, external: &External) -> Result<(), Unread> {
    let wrong = spec.unread("tls", "TLS is begun otherwise than declared");
    let (sni, certificate) = match (&external.tls.value, spec.object("tls")?) {
        (ExternalTls::Off, None) => return Ok(()),
        (ExternalTls::Simple { sni }, Some(tls)) => ((sni, tls), None),
        (ExternalTls::Mutual { certificate, sni }, Some(tls)) => ((sni, tls), Some(certificate)),
        (ExternalTls::Off, Some(_)) | (_, None) => return Err(wrong),
    };
    let (sni, mut tls) = sni;
    tls.expect("wellKnownCACertificates", &json!("System"), "the certificate is not verified")?;
    let host = external.hosts.first().map(ToString::to_string);
    if tls.text("sni")?.map(str::to_owned) != sni.clone().or(host) {
        return Err(wrong);
    }
    let own = match tls.object("clientCertificateRef")? {
        Some(mut own) => {
            let to = reference(&mut own, ("", "Secret"), "")?;
            own.done()?;
            Some(to.name).filter(|_| (to.group, to.kind, to.namespace) == ("", "Secret", ""))
        }
        None => None,
    };
    if own != certificate.map(|secret| secret.name.as_str()) {
        return Err(wrong);
    }
    tls.done()
}

/// Where a reference of a route leads. The route must be allowed to send there.
pub(super) fn destination(
    site: &Site<'_>,
    (group, route): (&str, &Object<'_>),
    fields: &mut Fields<'_>,
) -> Result<Destination, Unread> {
    let to = reference(fields, ("", "Service"), route.namespace)?;
    let number = fields.number("port")?.and_then(|port| u16::try_from(port).ok());
    if !site.grants.allow((group, route), &to) {
        return Err(fields.unread("namespace", "no ReferenceGrant allows it: it is answered by 500"));
    }
    let unread = fields.unread("name", format!("there is no `{}` of this kind, or not this port", to.name));
    let (target, port) = found(site, &to, number).ok_or(unread)?;
    Ok(Destination { target, port, place: nowhere() })
}

fn found(site: &Site<'_>, to: &Reference<'_>, number: Option<u16>) -> Option<(Target, String)> {
    if let Some(upstream) = site.upstreams.get(&(to.kind, to.namespace, to.name)) {
        let port = match (to.group, to.kind) {
            ("", "Service") => upstream.ports.get(&number?)?,
            (ENVOY, "Backend") => upstream.ports.values().next()?,
            _ => return None,
        };
        return Some((upstream.target.clone(), port.clone()));
    }
    if (to.group, to.kind) != ("", "Service") {
        return None;
    }
    let service = site.base.services.values().find(|service| {
        let namespace = site.base.namespaces.get(&service.namespace);
        service.name == to.name && namespace.is_some_and(|namespace| namespace.name == to.namespace)
    })?;
    let port = service.ports.iter().find(|port| Some(port.number) == number)?;
    Some((target(service, None), port.name.clone()))
}

/// The parts of what references get, by their weights: 1 unless said.
pub(super) fn shares(
    site: &Site<'_>,
    route: (&str, &Object<'_>),
    refs: Vec<Fields<'_>>,
) -> Result<Vec<Share>, Unread> {
    let mut parts = Vec::new();
    let mut unread = route.1.unread("the weights are nothing together: it is answered by 500");
    for mut fields in refs {
        let weight = fields.number("weight")?.unwrap_or(1);
        unread.at = fields.place("");
        parts.push((destination(site, route, &mut fields)?, weight));
        fields.done()?;
    }
    let all: u64 = parts.iter().map(|(_, weight)| weight).sum();
    let parts = parts.into_iter().filter(|(_, weight)| *weight > 0).map(|(destination, weight)| {
        let share = weight.checked_mul(1_000_000)?.checked_add(all / 2)?.checked_div(all)?;
        Some(Share { destination, weight: Percent { millionths: u32::try_from(share).ok()? } })
    });
    let shares = parts.collect::<Option<Vec<_>>>().filter(|shares| !shares.is_empty());
    shares.ok_or(unread)
}
