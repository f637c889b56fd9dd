//! `BackendTrafficPolicy`: how calls travel. A rule's policy replaces the gateway's, so each says everything.

use crate::emitter::Emitter;
use crate::http_route::duration;
use crate::names;
use crate::object::{GATEWAY, Metadata, Object, PolicyTarget};
use gloo_ir::{
    Balance, Ejection, Fault, HashKey, HealthCheck, Percent, Preference, Retries, RetryOn, TrafficTls,
    UpstreamProtocol,
};
use gloo_source::Place;
use gloo_target::{Answer, GatewayPlan, PlanRule, TrafficPlan, Upstream};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackendTrafficPolicySpec {
    target_refs: Vec<PolicyTarget>,
    #[serde(flatten)]
    settings: Value,
}

/// No circuit breaker: the largest number that Envoy takes.
const UNLIMITED: u32 = u32::MAX;

/// Adds the policy of all rules that have none of their own.
pub fn emit_for_gateway(emitter: &mut Emitter<'_>, planned: &GatewayPlan) {
    let gateway = &planned.gateway;
    let target =
        PolicyTarget { group: GATEWAY, kind: "Gateway", name: gateway.name.clone(), section_name: None };
    let object = Object {
        api_version: "gateway.envoyproxy.io/v1alpha1",
        kind: "BackendTrafficPolicy",
        metadata: Metadata::new(&gateway.namespace, &gateway.name),
        spec: BackendTrafficPolicySpec { target_refs: vec![target], settings: Value::Object(defaults()) },
    };
    emitter.add(&object, [gateway.place]);
}

/// Adds the policies of a route's rules.
pub fn emit_for_rules(emitter: &mut Emitter<'_>, route: &Metadata, rules: BTreeMap<String, (Place, Value)>) {
    for (rule, (place, settings)) in rules {
        let target = PolicyTarget {
            group: GATEWAY,
            kind: "HTTPRoute",
            name: route.name.clone(),
            section_name: Some(rule.clone()),
        };
        let object = Object {
            api_version: "gateway.envoyproxy.io/v1alpha1",
            kind: "BackendTrafficPolicy",
            metadata: Metadata::new(&route.namespace, &names::label(&format!("{}-{rule}", route.name))),
            spec: BackendTrafficPolicySpec { target_refs: vec![target], settings },
        };
        emitter.add(&object, [place]);
    }
}

/// What the language says where a program says nothing: least request, no limits, no timeout, upgrades pass.
fn defaults() -> Map<String, Value> {
    let settings = json!({
        "loadBalancer": { "type": "LeastRequest" },
        "circuitBreaker": {
            "maxConnections": UNLIMITED,
            "maxPendingRequests": UNLIMITED,
            "maxParallelRequests": UNLIMITED,
            "maxParallelRetries": UNLIMITED,
        },
        "timeout": { "http": { "requestTimeout": "0s" } },
        "httpUpgrade": [{ "type": "websocket" }],
    });
    match settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    }
}

/// The settings of a rule that has some of its own.
pub fn of_rule(emitter: &mut Emitter<'_>, rule: &PlanRule) -> Option<Value> {
    let mut settings = defaults();
    let mut own = false;
    if let Some(retries) = &rule.options.retries {
        own = true;
        let retry = retry(emitter, retries.at, retries);
        settings.insert("retry".into(), retry);
    }
    if let Some(fault) = &rule.options.fault {
        own = true;
        settings.insert("faultInjection".into(), fault_injection(fault));
    }
    if let Some(traffic) = traffic_of(emitter, rule) {
        own = true;
        apply(emitter, &traffic, &mut settings);
    }
    if own
        && let (Some(limit), Some(timeout)) = (&rule.options.timeout, settings.get_mut("timeout"))
        && let Some(http) = timeout.get_mut("http").and_then(Value::as_object_mut)
    {
        http.insert("requestTimeout".into(), duration(limit.value).into());
    }
    own.then_some(Value::Object(settings))
}

/// The traffic blocks of a rule's destinations, which must be the same for all of them: a policy is on the rule.
fn traffic_of(emitter: &mut Emitter<'_>, rule: &PlanRule) -> Option<TrafficPlan> {
    let Answer::Forward(shares) = &rule.answer else { return None };
    let of = |upstream: &Upstream| match upstream {
        Upstream::Service { traffic, .. } | Upstream::External { traffic, .. } => traffic.clone(),
    };
    let plans: Vec<TrafficPlan> =
        shares.iter().filter_map(|(key, _)| emitter.plan.upstreams.get(key)).map(of).collect();
    let first = plans.first()?.clone();
    if plans.iter().any(|plan| *plan != first) {
        emitter.cannot(
            rule.origin.place,
            "a split between services whose `traffic` differs",
            "give them one `traffic` block",
        );
    }
    if let Some(balance) = first.get(|block| block.balance.as_ref())
        && matches!(balance.value, Balance::Hash(_))
        && shares.len() > 1
    {
        emitter.cannot(
            rule.origin.place,
            "a split between services with `balance: hash(…)`",
            "balance otherwise: here the key would decide which part of the split a request goes to",
        );
    }
    (!first.blocks.is_empty()).then_some(first)
}

fn apply(emitter: &mut Emitter<'_>, traffic: &TrafficPlan, settings: &mut Map<String, Value>) {
    let mut balancer = Map::new();
    let kind = match traffic.get(|block| block.balance.as_ref()) {
        None => "LeastRequest",
        Some(balance) => match &balance.value {
            Balance::LeastRequest => "LeastRequest",
            Balance::RoundRobin => "RoundRobin",
            Balance::Random => "Random",
            Balance::Hash(key) => {
                balancer.insert("consistentHash".into(), consistent_hash(key));
                "ConsistentHash"
            }
        },
    };
    balancer.insert("type".into(), kind.into());
    if let Some(warm_up) = traffic.get(|block| block.warm_up.as_ref()) {
        balancer.insert("slowStart".into(), json!({ "window": duration(warm_up.value) }));
    }
    if let Some(prefer) = traffic.get(|block| block.prefer.as_ref()) {
        match prefer.value {
            Preference::Zone => {
                balancer.insert("zoneAware".into(), json!({ "preferLocal": {} }));
            }
            Preference::Region | Preference::Cluster => emitter.cannot(
                prefer.at,
                "`prefer` of a region or a cluster",
                "write `prefer: zone`, or use a cluster with an Istio backend",
            ),
        }
    }
    settings.insert("loadBalancer".into(), balancer.into());
    connections(traffic, settings);
    let mut health = Map::new();
    if let Some(eject) = traffic.get(|block| block.eject.as_ref()) {
        health.insert("passive".into(), passive(eject));
    }
    if let Some(check) = traffic.get(|block| block.health.as_ref()) {
        health.insert("active".into(), active(check));
    }
    if !health.is_empty() {
        settings.insert("healthCheck".into(), health.into());
    }
    refuse(emitter, traffic);
}

fn connections(traffic: &TrafficPlan, settings: &mut Map<String, Value>) {
    let connections = traffic.get(|block| block.connections.as_ref());
    if let (Some(connections), Some(breaker)) =
        (connections, settings.get_mut("circuitBreaker").and_then(Value::as_object_mut))
    {
        let limits = [
            ("maxConnections", connections.max),
            ("maxPendingRequests", connections.pending),
            ("maxRequestsPerConnection", connections.requests_per_connection),
        ];
        for (key, limit) in limits {
            if let Some(limit) = limit {
                breaker.insert(key.into(), limit.into());
            }
        }
    }
    if let Some(budget) = traffic.get(|block| block.retry_budget.as_ref())
        && let Some(breaker) = settings.get_mut("circuitBreaker").and_then(Value::as_object_mut)
    {
        let percent = json!({ "numerator": budget.millionths, "denominator": 1_000_000 });
        breaker.insert("retryBudget".into(), json!({ "percent": percent }));
    }
    let connect = connections.and_then(|connections| connections.connect_timeout);
    if let (Some(connect), Some(timeout)) =
        (connect, settings.get_mut("timeout").and_then(Value::as_object_mut))
    {
        timeout.insert("tcp".into(), json!({ "connectTimeout": duration(connect) }));
    }
}

/// What a policy on a rule can't say.
fn refuse(emitter: &mut Emitter<'_>, traffic: &TrafficPlan) {
    if let Some(protocol) = traffic.get(|block| block.protocol.as_ref())
        && protocol.value == UpstreamProtocol::H2
    {
        emitter.cannot(
            protocol.at,
            "`protocol: h2`",
            "declare the port as `http2` and set `appProtocol: kubernetes.io/h2c` on the Service",
        );
    }
    if let Some(tls) = traffic.get(|block| block.tls.as_ref())
        && tls.value != TrafficTls::Off
    {
        emitter.cannot(
            tls.at,
            "TLS to a service",
            "leave `tls` out for this cluster: the gateway has no identity of the mesh",
        );
    }
    for block in &traffic.blocks {
        if let Some((from, _)) = block.failover.first() {
            emitter.cannot(from.at, "`failover` between clusters", "use clusters with an Istio backend");
        }
        if let Some(only) = &block.only {
            emitter.cannot(only.at, "`only`", "use clusters with an Istio backend");
        }
    }
}

fn consistent_hash(key: &HashKey) -> Value {
    match key {
        HashKey::Header(name) => json!({ "type": "Headers", "headers": [{ "name": name }] }),
        HashKey::Cookie(name) => json!({ "type": "Cookie", "cookie": { "name": name } }),
        HashKey::Query(name) => json!({ "type": "QueryParams", "queryParams": [{ "name": name }] }),
        HashKey::ClientAddress => json!({ "type": "SourceIP" }),
    }
}

fn passive(eject: &Ejection) -> Value {
    json!({
        "consecutive5XxErrors": eject.after,
        "consecutiveGatewayErrors": 0,
        "interval": duration(eject.interval),
        "baseEjectionTime": duration(eject.duration),
        "maxEjectionPercent": eject.at_most.millionths / 10_000,
    })
}

fn active(check: &HealthCheck) -> Value {
    json!({
        "type": "HTTP",
        "interval": duration(check.every),
        "timeout": duration(check.timeout),
        "unhealthyThreshold": check.unhealthy_after,
        "healthyThreshold": check.healthy_after,
        "http": { "path": check.path, "method": "GET", "expectedStatuses": [200] },
    })
}

fn fault_injection(fault: &Fault) -> Value {
    let mut fields = Map::new();
    let share = percentage(fault.share);
    if let Some(delay) = fault.delay {
        fields.insert("delay".into(), json!({ "fixedDelay": duration(delay), "percentage": share }));
    }
    if let Some(status) = fault.abort {
        fields.insert("abort".into(), json!({ "httpStatus": status, "percentage": share }));
    }
    fields.into()
}

/// A share in percent, whole where it is.
fn percentage(share: Percent) -> Value {
    if share.millionths.is_multiple_of(10_000) {
        (share.millionths / 10_000).into()
    } else {
        (f64::from(share.millionths) / 10_000.0).into()
    }
}

fn retry(emitter: &mut Emitter<'_>, place: Place, retries: &Retries) -> Value {
    let (mut triggers, mut statuses) = (Vec::new(), Vec::new());
    for on in &retries.on {
        match on {
            RetryOn::ConnectFailure => triggers.push("connect-failure"),
            RetryOn::RefusedStream => triggers.push("refused-stream"),
            RetryOn::Reset => triggers.push("reset"),
            RetryOn::Class(5) => triggers.push("5xx"),
            RetryOn::Class(_) => triggers.push("retriable-4xx"),
            RetryOn::GatewayError => triggers.push("gateway-error"),
            RetryOn::Status(status) => statuses.push(*status),
            RetryOn::Grpc(status) => match status.word() {
                "cancelled" => triggers.push("cancelled"),
                "deadline_exceeded" => triggers.push("deadline-exceeded"),
                "internal" => triggers.push("internal"),
                "resource_exhausted" => triggers.push("resource-exhausted"),
                "unavailable" => triggers.push("unavailable"),
                other => emitter.cannot(
                    place,
                    &format!("a retry on `{other}`"),
                    "retry on cancelled, deadline_exceeded, internal, resource_exhausted or unavailable",
                ),
            },
        }
    }
    if !statuses.is_empty() {
        triggers.push("retriable-status-codes");
    }
    let mut on = Map::new();
    on.insert("triggers".into(), triggers.into());
    if !statuses.is_empty() {
        on.insert("httpStatusCodes".into(), statuses.into());
    }
    let mut fields = Map::new();
    fields.insert("numRetries".into(), retries.attempts.into());
    fields.insert("retryOn".into(), on.into());
    if let Some(per_try) = retries.per_try {
        fields.insert("perRetry".into(), json!({ "timeout": duration(per_try) }));
    }
    fields.into()
}
