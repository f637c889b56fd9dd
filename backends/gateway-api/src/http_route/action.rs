//! What a rule does with its requests.

use crate::backend_traffic_policy;
use crate::emitter::Emitter;
use crate::filter::FilterSpec;
use gloo_ir::{HeaderOperation, Options, Percent, Redirect, TextValue};
use gloo_source::Place;
use gloo_target::{Answer, PlanRule, UpstreamKey};
use serde_json::{Map, Value, json};

/// What a rule does with its requests.
pub struct Filters {
    /// Its filters.
    pub shared: Shared,
    /// Where it sends them.
    pub refs: Vec<Value>,
    /// How long they may take.
    pub timeouts: Option<Value>,
    /// What else is said of the calls, in a BackendTrafficPolicy.
    pub policy: Option<Value>,
}

/// Filters of an HTTPRoute's own, and what needs an HTTPRouteFilter.
#[derive(Default)]
pub struct Shared {
    pub native: Vec<Value>,
    pub filter: FilterSpec,
}

/// What a rule does; what can't be said is reported.
pub fn filters(emitter: &mut Emitter<'_>, namespace: &str, rule: &PlanRule) -> Filters {
    let mut shared = Shared::default();
    let mut refs = Vec::new();
    let options = &rule.options;
    headers(emitter, options, &mut shared.native);
    match &rule.answer {
        Answer::Forward(shares) => {
            refs = references(emitter, namespace, shares);
            rewrite(emitter, rule, &mut shared);
            mirror(emitter, namespace, options, &mut shared.native);
        }
        Answer::Redirect(redirect) => redirect_filter(emitter, rule, redirect, &mut shared),
        Answer::Respond(respond) => shared.filter.respond(respond),
    }
    if let Some(websocket) = &options.websocket
        && !websocket.value
    {
        emitter.cannot(
            websocket.at,
            "`websocket: false`",
            "leave it out here: Envoy Gateway can't take upgrades away from one rule",
        );
    }
    if let Some(hash) = &options.hash {
        emitter.cannot(
            hash.at,
            "`hash` on a rule",
            "say `balance: hash(…)` in `traffic`, or use a cluster with an Envoy or Istio backend",
        );
    }
    let forwards = matches!(rule.answer, Answer::Forward(_));
    let timeouts = forwards.then(|| {
        let limit = options.timeout.as_ref().map_or_else(|| "0s".to_owned(), |limit| duration(limit.value));
        json!({ "request": limit })
    });
    let policy = backend_traffic_policy::of_rule(emitter, rule);
    Filters { shared, refs, timeouts, policy }
}

fn references(emitter: &mut Emitter<'_>, namespace: &str, shares: &[(UpstreamKey, Percent)]) -> Vec<Value> {
    let divisor = shares.iter().fold(0, |divisor, (_, share)| gcd(divisor, share.millionths)).max(1);
    let mut refs = Vec::new();
    for (key, share) in shares {
        let Some(reference) = emitter.reference(namespace, "HTTPRoute", key) else { continue };
        let mut value = backend_ref(&reference);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("weight".into(), (share.millionths / divisor).into());
        }
        refs.push(value);
    }
    refs
}

/// A reference to a Service or a Backend.
pub fn backend_ref(reference: &crate::emitter::Reference) -> Value {
    let mut value = json!({
        "group": reference.group,
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
    });
    if let (Some(port), Some(fields)) = (reference.port, value.as_object_mut()) {
        fields.insert("port".into(), port.into());
    }
    value
}

/// The greatest common divisor.
pub fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}

fn rewrite(emitter: &mut Emitter<'_>, rule: &PlanRule, shared: &mut Shared) {
    let mut native = Map::new();
    if let Some(host) = &rule.options.host {
        native.insert("hostname".into(), host.value.clone().into());
        shared.filter.hide_host();
    }
    if let Some(template) = &rule.options.rewrite {
        let everything = gloo_domain::PathPattern::parse("/**").ok();
        match (template.as_exact(), rule.path.as_ref().or(everything.as_ref())) {
            (Some(path), _) => {
                native.insert("path".into(), json!({ "type": "ReplaceFullPath", "replaceFullPath": path }));
            }
            (None, Some(pattern)) => match template.substitution(pattern) {
                Some(substitution) => shared.filter.rewrite(&substitution),
                None => emitter.cannot(
                    template.at,
                    "a rewrite that takes what the match doesn't capture",
                    "use names that the rule's path has",
                ),
            },
            (None, None) => {}
        }
    }
    if !native.is_empty() {
        shared.native.push(json!({ "type": "URLRewrite", "urlRewrite": native }));
    }
}

fn mirror(emitter: &mut Emitter<'_>, namespace: &str, options: &Options, native: &mut Vec<Value>) {
    let Some(mirror) = &options.mirror else { return };
    let key = UpstreamKey::of(&mirror.to);
    let Some(reference) = emitter.reference(namespace, "HTTPRoute", &key) else { return };
    let mut filter = json!({ "backendRef": backend_ref(&reference) });
    if mirror.share != Percent::ALL
        && let Some(fields) = filter.as_object_mut()
    {
        let divisor = gcd(mirror.share.millionths, 1_000_000).max(1);
        let fraction =
            json!({ "numerator": mirror.share.millionths / divisor, "denominator": 1_000_000 / divisor });
        fields.insert("fraction".into(), fraction);
    }
    native.push(json!({ "type": "RequestMirror", "requestMirror": filter }));
}

fn redirect_filter(emitter: &mut Emitter<'_>, rule: &PlanRule, redirect: &Redirect, shared: &mut Shared) {
    let mut fields = Map::new();
    if let Some(https) = redirect.https {
        fields.insert("scheme".into(), if https { "https" } else { "http" }.into());
    }
    if let Some(host) = &redirect.host {
        fields.insert("hostname".into(), host.clone().into());
    }
    if let Some(port) = redirect.port {
        // Envoy Gateway leaves these two out of the answer, whatever the scheme is.
        let is_told_by_scheme = redirect.https == Some(port == 443);
        if matches!(port, 80 | 443) && !is_told_by_scheme {
            emitter.cannot(
                rule.origin.place,
                "a redirect to port 80 or 443 of the other scheme",
                "say the scheme that the port belongs to, or another port",
            );
        }
        fields.insert("port".into(), port.into());
    }
    if let Some(template) = &redirect.path {
        match template.as_exact() {
            Some(path) => {
                fields.insert("path".into(), json!({ "type": "ReplaceFullPath", "replaceFullPath": path }));
            }
            None => emitter.cannot(
                rule.origin.place,
                "a redirect to a path that takes something from the match",
                "name the whole path, or use a cluster with an Envoy backend",
            ),
        }
    }
    fields.insert("statusCode".into(), redirect.status.into());
    shared.native.push(json!({ "type": "RequestRedirect", "requestRedirect": fields }));
}

fn headers(emitter: &mut Emitter<'_>, options: &Options, native: &mut Vec<Value>) {
    let lists = [
        ("RequestHeaderModifier", "requestHeaderModifier", &options.request_headers),
        ("ResponseHeaderModifier", "responseHeaderModifier", &options.response_headers),
    ];
    for (kind, key, operations) in lists {
        let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        let mut named: Vec<&str> = Vec::new();
        for operation in operations {
            let (name, list, value) = match &operation.value {
                HeaderOperation::Set(name, value) => (name, Some(&mut set), Some(value)),
                HeaderOperation::Add(name, value) => (name, Some(&mut add), Some(value)),
                HeaderOperation::Remove(name) => (name, None, None),
            };
            if named.contains(&name.as_str()) {
                emitter.cannot(
                    operation.at,
                    &format!("two operations on header `{name}` in one rule"),
                    "say what the header is in the end",
                );
            }
            named.push(name);
            match (list, value) {
                (Some(list), Some(value)) => list.extend(header_value(emitter, operation.at, name, value)),
                _ => remove.push(Value::from(name.as_str())),
            }
        }
        let mut fields = Map::new();
        for (field, list) in [("set", set), ("add", add), ("remove", remove)] {
            if !list.is_empty() {
                fields.insert(field.into(), list.into());
            }
        }
        if !fields.is_empty() {
            native.push(json!({ "type": kind, key: fields }));
        }
    }
}

/// A header with its value, in which Envoy takes `%` for the beginning of an operator.
fn header_value(emitter: &mut Emitter<'_>, place: Place, name: &str, value: &TextValue) -> Option<Value> {
    match value {
        TextValue::Literal(text) if !is_taken(text) => {
            emitter.cannot(
                place,
                &format!("the value {text:?} of header `{name}`"),
                "write visible ASCII, and one space at most between words: what else it is given Envoy Gateway answers with 500",
            );
            None
        }
        TextValue::Literal(text) => Some(json!({ "name": name, "value": text.replace('%', "%%") })),
        _ => {
            emitter.cannot(
                place,
                &format!("header `{name}` from an attribute of the request"),
                "set a fixed text, or use a cluster with an Envoy backend",
            );
            None
        }
    }
}

/// Whether Envoy Gateway takes it for a value (`HeaderValueRegexp` of its `internal/gatewayapi/filters.go`).
fn is_taken(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    text.split([' ', '\t']).all(word)
}

/// A duration as the Gateway API writes it (GEP-2257): `1h30m`, `250ms`, `0s`.
pub fn duration(duration: std::time::Duration) -> String {
    let millis = duration.as_millis();
    let parts = [
        (millis / 3_600_000, "h"),
        (millis / 60_000 % 60, "m"),
        (millis / 1_000 % 60, "s"),
        (millis % 1_000, "ms"),
    ];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}
