//! Objects of Kubernetes: what neither the API server nor the controllers refuse.

use super::{Document, Fault, list, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Limits of the Gateway API's schema that hold for a route as a whole.
const MAX_RULES: usize = 16;
const MAX_MATCHES: usize = 128;
const MAX_HOSTS: usize = 16;

/// An object by kind, namespace and name.
type Name<'a> = (&'a str, &'a str, &'a str);

/// Adds references to objects that are not there, objects given twice, hosts and policies that would compete.
pub(super) fn validate(documents: &[Document<'_>], faults: &mut Vec<Fault>) {
    let objects: Vec<Document<'_>> =
        documents.iter().copied().filter(|one| one.value.pointer("/metadata/name").is_some()).collect();
    let mut names: BTreeSet<Name<'_>> = BTreeSet::new();
    for object in &objects {
        let name = name_of(object);
        if !names.insert(name) {
            faults.push(object.fault(format!("two objects {}", shown(name))));
        }
        if !is_object_name(name.2) {
            faults.push(object.fault(format!("`{}` can't be the name of an object", name.2)));
        }
    }
    let subsets = subsets(&objects);
    let mut claimed: BTreeMap<(String, String), &str> = BTreeMap::new();
    let mut governed: BTreeMap<(String, String), &str> = BTreeMap::new();
    let sections: BTreeSet<(Name<'_>, &str)> = objects.iter().flat_map(sections).collect();
    for object in &objects {
        match text(object.value, "/kind") {
            "VirtualService" => virtual_service(object, &names, &subsets, &mut claimed, faults),
            "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" => route(object, &names, faults),
            _ => {}
        }
        policy(object, &names, &sections, &mut governed, faults);
    }
}

/// The parts of gateways and routes that policies can be on.
fn sections<'a>(object: &Document<'a>) -> Vec<(Name<'a>, &'a str)> {
    let parts = list(object.value, "/spec/listeners").iter().chain(list(object.value, "/spec/rules"));
    let named = parts.map(|part| (name_of(object), text(part, "/name")));
    named.filter(|(_, part)| !part.is_empty()).collect()
}

fn name_of<'a>(object: &Document<'a>) -> Name<'a> {
    (
        text(object.value, "/kind"),
        text(object.value, "/metadata/namespace"),
        text(object.value, "/metadata/name"),
    )
}

fn shown((kind, namespace, name): Name<'_>) -> String {
    format!("{kind} `{namespace}/{name}`")
}

/// RFC 1123 subdomains, as Kubernetes takes them.
fn is_object_name(name: &str) -> bool {
    let is_word = |part: &str| {
        let inner =
            part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        inner && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_word)
}

/// The subsets that destination rules have, by host.
fn subsets<'a>(objects: &[Document<'a>]) -> BTreeSet<(&'a str, &'a str)> {
    let rules = objects.iter().filter(|object| text(object.value, "/kind") == "DestinationRule");
    rules
        .flat_map(|rule| {
            let host = text(rule.value, "/spec/host");
            list(rule.value, "/spec/subsets").iter().map(move |subset| (host, text(subset, "/name")))
        })
        .collect()
}

/// Istio answers 503 where a subset isn't there, and where two objects speak of a host of one gateway the oldest decides.
fn virtual_service<'a>(
    object: &Document<'a>,
    names: &BTreeSet<Name<'_>>,
    subsets: &BTreeSet<(&str, &str)>,
    claimed: &mut BTreeMap<(String, String), &'a str>,
    faults: &mut Vec<Fault>,
) {
    let own = text(object.value, "/metadata/namespace");
    for gateway in object.list("/spec/gateways").iter().filter_map(Value::as_str) {
        let (namespace, name) = gateway.split_once('/').unwrap_or((own, gateway));
        if gateway != "mesh" && !names.contains(&("Gateway", namespace, name)) {
            faults.push(object.fault(format!("no Gateway `{gateway}`")));
        }
        for host in object.list("/spec/hosts").iter().filter_map(Value::as_str) {
            let key = (format!("{namespace}/{name}"), host.to_owned());
            if let Some(other) = claimed.insert(key, object.path) {
                faults.push(object.fault(format!("`{host}` on `{gateway}` is also in {other}")));
            }
        }
    }
    let routes = ["http", "tls", "tcp"].iter().flat_map(|kind| object.list(&format!("/spec/{kind}")));
    let routes =
        routes.flat_map(|rule| list(rule, "/route").iter().filter_map(|route| route.get("destination")));
    for destination in routes {
        let (host, subset) = (text(destination, "/host"), text(destination, "/subset"));
        if !subset.is_empty() && !subsets.contains(&(host, subset)) {
            faults.push(object.fault(format!("no subset `{subset}` of `{host}`")));
        }
    }
}

fn route(object: &Document<'_>, names: &BTreeSet<Name<'_>>, faults: &mut Vec<Fault>) {
    let own = text(object.value, "/metadata/namespace");
    let rules = object.list("/spec/rules");
    let matches: usize = rules.iter().map(|rule| list(rule, "/matches").len()).sum();
    let hosts = object.list("/spec/hostnames").len();
    for (found, most, of) in
        [(rules.len(), MAX_RULES, "rules"), (matches, MAX_MATCHES, "matches"), (hosts, MAX_HOSTS, "hosts")]
    {
        if found > most {
            faults.push(object.fault(format!("{found} {of}, of which there may be {most}")));
        }
    }
    for parent in object.list("/spec/parentRefs") {
        require(object, own, parent, "Gateway", names, faults);
    }
    for rule in rules {
        for filter in list(rule, "/filters").iter().filter_map(|filter| filter.get("extensionRef")) {
            require(object, own, filter, "HTTPRouteFilter", names, faults);
        }
        // A Service may be any of the user's own; what only gloo makes must be there.
        let backends = list(rule, "/backendRefs").iter().filter(|one| text(one, "/kind") == "Backend");
        for backend in backends {
            require(object, own, backend, "Backend", names, faults);
        }
    }
}

/// A policy of Envoy Gateway or of the Gateway API: what it is on must be there, and only one of a kind on one thing.
fn policy<'a>(
    object: &Document<'a>,
    names: &BTreeSet<Name<'_>>,
    sections: &BTreeSet<(Name<'_>, &str)>,
    governed: &mut BTreeMap<(String, String), &'a str>,
    faults: &mut Vec<Fault>,
) {
    let own = text(object.value, "/metadata/namespace");
    let kind = text(object.value, "/kind");
    for target in object.list("/spec/targetRefs") {
        let of = text(target, "/kind");
        if of != "Service" {
            require(object, own, target, of, names, faults);
        }
        let section = text(target, "/sectionName");
        // Without its part a policy does nothing, and nothing is refused.
        let on = (of, own, text(target, "/name"));
        let has_parts = matches!(of, "HTTPRoute" | "Gateway");
        if has_parts && !section.is_empty() && names.contains(&on) && !sections.contains(&(on, section)) {
            faults.push(object.fault(format!("{} has no part `{section}`", shown(on))));
        }
        let target = format!("{of} `{own}/{}` {section}", text(target, "/name"));
        let target = target.trim_end().to_owned();
        if let Some(other) = governed.insert((kind.to_owned(), target.clone()), object.path) {
            faults.push(object.fault(format!("{other} is a {kind} on {target} too")));
        }
    }
}

/// Adds a fault if a reference from the namespace `own` has no object.
fn require(
    object: &Document<'_>,
    own: &str,
    reference: &Value,
    default_kind: &str,
    names: &BTreeSet<Name<'_>>,
    faults: &mut Vec<Fault>,
) {
    let or = |pointer: &str, default: &str| match text(reference, pointer) {
        "" => default.to_owned(),
        given => given.to_owned(),
    };
    let (kind, namespace) = (or("/kind", default_kind), or("/namespace", own));
    let name = (kind.as_str(), namespace.as_str(), text(reference, "/name"));
    if !names.contains(&name) {
        faults.push(object.fault(format!("no {}", shown(name))));
    }
}
