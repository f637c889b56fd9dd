//! `HTTPRoute`: the rules of one host on one listener.

mod action;
mod ranked;
mod refused;
mod unrouted;

use crate::admission::Guard;
use crate::emitter::Emitter;
use crate::filter::FilterSpec;
use crate::gateway::{ParentRef, Section};
use crate::names;
use crate::object::{Metadata, Object};
use crate::route_match::{PathMatch, RouteMatch, Served, ValueMatch};
use crate::security_policy::{self, Guarded};
use action::{Filters, filters};
pub use action::{backend_ref, duration, gcd};
use gloo_domain::HostPattern;
use gloo_ir::Listener;
use gloo_source::Place;
use gloo_target::{GatewayPlan, ListenerPlan, VirtualHost};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many rules may a route have (`maxItems` of its schema).
const MAX_RULES: usize = 16;
/// So many matches may a rule have (`maxItems` of its schema).
const MAX_MATCHES: usize = 64;
/// So many matches may all rules of a route have together (CEL rule of its schema: fewer than 128).
const MAX_ALL_MATCHES: usize = 127;
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpRouteSpec {
    parent_refs: Vec<ParentRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hostnames: Vec<String>,
    rules: Vec<RouteRule>,
}

/// A rule of an HTTPRoute.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteRule {
    name: String,
    matches: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filters: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backend_refs: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeouts: Option<Value>,
    #[serde(skip)]
    place: Place,
    #[serde(skip)]
    policy: Option<Value>,
    #[serde(skip)]
    guard: Guard,
}

/// Adds the routes of all hosts of a listener.
pub fn emit(
    emitter: &mut Emitter<'_>,
    planned: &GatewayPlan,
    served: &ListenerPlan,
    sections: &[Section],
    hosts: &[VirtualHost],
) {
    let listener = &served.listener;
    if sections.len() > 1 {
        emitter.cannot(
            listener.place,
            &format!("an https listener with {} hosts", sections.len()),
            "write a listener for each host, or one with a wildcard host: there the table is chosen by server name and host together",
        );
        return;
    }
    for host in hosts.iter().chain(&unrouted::unrouted(served, hosts)) {
        emit_host(emitter, planned, served, sections, host);
    }
}

fn emit_host(
    emitter: &mut Emitter<'_>,
    planned: &GatewayPlan,
    served: &ListenerPlan,
    sections: &[Section],
    host: &VirtualHost,
) {
    let listener = &served.listener;
    let asked = Served { host: &host.host, protocol: listener.protocol, port: listener.port };
    let Some(ranked) = ranked::ranked(emitter, served, host, &asked) else { return };
    let namespace = &planned.gateway.namespace;
    let parts = [&*planned.gateway.name, &listener.name, &host.host.to_string()];
    let base = emitter.name("HTTPRoute", namespace, &parts);
    let all = ranked.iter().flat_map(|part| &part.matches);
    let mut rules = vec![refused::refusing_rule(emitter, namespace, all, planned.gateway.place)];
    let mut parts = ranked.into_iter().peekable();
    while let Some(first) = parts.next() {
        let rule = first.rule;
        let Filters { shared, refs, timeouts, policy } = filters(emitter, namespace, rule);
        let mut made: Vec<(FilterSpec, String)> = Vec::new();
        let mut next = Some(first);
        while let Some(part) = next {
            for (cookies, matches) in by_cookies(part.matches) {
                let mut spec = shared.filter.clone();
                spec.cookies(&cookies);
                let name =
                    unique(&rules, &names::label(&format!("{}-{}", rule.origin.table, rule.origin.title)));
                let mut filters = shared.native.clone();
                if !spec.is_empty() {
                    let known =
                        made.iter().find(|(known, _)| *known == spec).map(|(_, filter)| filter.clone());
                    let filter = known.unwrap_or_else(|| {
                        let filter = names::label(&format!("{base}-{name}"));
                        spec.clone().emit(emitter, namespace, &filter, rule.origin.place);
                        made.push((spec, filter.clone()));
                        filter
                    });
                    filters.push(reference(&filter));
                }
                for (number, matches) in matches.chunks(MAX_MATCHES).enumerate() {
                    rules.push(RouteRule {
                        name: if number == 0 { name.clone() } else { unique(&rules, &name) },
                        matches: matches.iter().map(match_value).collect(),
                        filters: filters.clone(),
                        backend_refs: refs.clone(),
                        timeouts: timeouts.clone(),
                        place: rule.origin.place,
                        policy: policy.clone(),
                        guard: part.guard.clone(),
                    });
                }
            }
            next = parts.next_if(|next| std::ptr::eq(next.rule, rule));
        }
    }
    let docs = host.rules.iter().filter_map(|rule| rule.origin.doc.as_deref());
    let metadata = Metadata::new(namespace, &base).documented(docs);
    write(emitter, planned, sections, Some(&host.host), &metadata, rules);
}

/// Adds the route of a listener that redirects everything to https.
pub fn emit_redirect(
    emitter: &mut Emitter<'_>,
    planned: &GatewayPlan,
    listener: &Listener,
    sections: &[Section],
) {
    let namespace = &planned.gateway.namespace;
    for host in &listener.hosts {
        let parts = [&*planned.gateway.name, &listener.name, "redirect", &host.to_string()];
        let name = emitter.name("HTTPRoute", namespace, &parts);
        let rules = vec![
            refused::refusing_rule(emitter, namespace, std::iter::empty(), listener.place),
            RouteRule {
                name: "redirect".to_owned(),
                matches: vec![json!({ "path": { "type": "PathPrefix", "value": "/" } })],
                filters: vec![json!({
                    "type": "RequestRedirect",
                    "requestRedirect": { "scheme": "https", "statusCode": 302 },
                })],
                backend_refs: Vec::new(),
                timeouts: None,
                place: listener.place,
                policy: None,
                guard: Guard::default(),
            },
        ];
        write(emitter, planned, sections, Some(host), &Metadata::new(namespace, &name), rules);
    }
}

/// Cookies, and the matches that ask for them.
type CookieGroup = (Vec<(String, ValueMatch)>, Vec<RouteMatch>);

/// The matches that ask for the same cookies, in the order in which they first occur.
fn by_cookies(matches: Vec<RouteMatch>) -> Vec<CookieGroup> {
    let mut groups: Vec<CookieGroup> = Vec::new();
    for one in matches {
        match groups.iter_mut().find(|(cookies, _)| *cookies == one.cookies) {
            Some((_, group)) => group.push(one),
            None => groups.push((one.cookies.clone(), vec![one])),
        }
    }
    groups
}

/// Adds the rules as one route, or as several where there are too many of them: their ranks don't depend on it.
fn write(
    emitter: &mut Emitter<'_>,
    planned: &GatewayPlan,
    sections: &[Section],
    host: Option<&HostPattern>,
    metadata: &Metadata,
    rules: Vec<RouteRule>,
) {
    let parents: Vec<ParentRef> =
        sections.iter().map(|section| ParentRef::new(&planned.gateway.name, &section.name)).collect();
    let hostnames: Vec<String> =
        host.filter(|host| **host != HostPattern::Any).map(ToString::to_string).into_iter().collect();
    for (part, rules) in parts(rules).into_iter().enumerate() {
        let mut metadata = metadata.clone();
        if part > 0 {
            metadata.name = names::label(&format!("{}-{}", metadata.name, part + 1));
        }
        crate::backend_traffic_policy::emit_for_rules(emitter, &metadata, policies(&rules));
        let guarded =
            rules.iter().map(|rule| Guarded { rule: &rule.name, guard: &rule.guard, place: rule.place });
        security_policy::emit(emitter, &metadata, &guarded.collect::<Vec<_>>());
        let places: Vec<Place> = rules.iter().map(|rule| rule.place).collect();
        let object = Object {
            api_version: "gateway.networking.k8s.io/v1",
            kind: "HTTPRoute",
            metadata,
            spec: HttpRouteSpec { parent_refs: parents.clone(), hostnames: hostnames.clone(), rules },
        };
        emitter.add(&object, places);
    }
}

/// The settings of rules that have some of their own, by the rule's name.
fn policies(rules: &[RouteRule]) -> BTreeMap<String, (Place, Value)> {
    let with = rules.iter().filter_map(|rule| {
        rule.policy.as_ref().map(|policy| (rule.name.clone(), (rule.place, policy.clone())))
    });
    with.collect()
}

fn parts(rules: Vec<RouteRule>) -> Vec<Vec<RouteRule>> {
    let mut parts: Vec<Vec<RouteRule>> = Vec::new();
    let mut matches = 0;
    for rule in rules {
        let fits = parts
            .last()
            .is_some_and(|part| part.len() < MAX_RULES && matches + rule.matches.len() <= MAX_ALL_MATCHES);
        if fits {
            matches += rule.matches.len();
            if let Some(part) = parts.last_mut() {
                part.push(rule);
            }
        } else {
            matches = rule.matches.len();
            parts.push(vec![rule]);
        }
    }
    parts
}

fn unique(rules: &[RouteRule], name: &str) -> String {
    let taken = |name: &str| rules.iter().any(|rule| rule.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    let numbered = (2..).map(|number| names::label(&format!("{name}-{number}"))).find(|name| !taken(name));
    numbered.unwrap_or_else(|| name.to_owned())
}

fn reference(filter: &str) -> Value {
    json!({
        "type": "ExtensionRef",
        "extensionRef": { "group": crate::gateway::FILTER_GROUP, "kind": "HTTPRouteFilter", "name": filter },
    })
}

fn match_value(one: &RouteMatch) -> Value {
    let (kind, path) = match &one.path {
        PathMatch::Exact(path) => ("Exact", path),
        PathMatch::Regex(regex) => ("RegularExpression", regex),
        PathMatch::Prefix(prefix) => ("PathPrefix", prefix),
    };
    let mut value = json!({ "path": { "type": kind, "value": path } });
    if let Some(fields) = value.as_object_mut() {
        if let Some(method) = one.method {
            fields.insert("method".into(), method.as_str().into());
        }
        for (key, values) in [("headers", &one.headers), ("queryParams", &one.queries)] {
            if !values.is_empty() {
                fields.insert(key.into(), values.iter().map(value_match).collect());
            }
        }
    }
    value
}

fn value_match((name, value): &(String, ValueMatch)) -> Value {
    let (kind, text) = match value {
        ValueMatch::Exact(text) => ("Exact", text),
        ValueMatch::Regex(regex) => ("RegularExpression", regex),
    };
    json!({ "type": kind, "name": name, "value": text })
}
