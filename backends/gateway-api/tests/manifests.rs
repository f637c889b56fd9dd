//! Manifests of whole programs: every object must be one that a cluster with the schemas of the Gateway API and of Envoy
//! Gateway takes (`schema/README.md`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

#[path = "../../target/tests/support/cases.rs"]
mod cases;
#[path = "../../target/tests/support/schemas.rs"]
mod schemas;

use gloo_gateway_api::GatewayApiTarget;
use gloo_ir::Backend;
use schemas::Schemas;
use serde_json::{Value, json};

#[test]
fn golden() {
    let schemas = Schemas::read();
    insta::glob!("cases/*/input.gloo", |input| {
        cases::hold(input, &GatewayApiTarget, &|artifacts| schemas.problems_of(artifacts));
    });
}

/// What is said of policies is none of this crate's, so the secured example isn't here.
#[test]
fn examples() {
    let schemas = Schemas::read();
    let wanted = |backend: &Backend| matches!(backend, Backend::GatewayApi { .. });
    let check = |artifacts: &[_]| schemas.problems_of(artifacts);
    cases::hold_examples(&["bookinfo", "storefront"], wanted, &GatewayApiTarget, &check);
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let schemas = Schemas::read();
    let right = |kind: &str, version: &str, spec: Value| {
        let object = object(kind, version, &spec);
        assert_eq!(schemas.problems(&object), Vec::<String>::new(), "{object}");
    };
    let wrong = |kind: &str, version: &str, spec: Value, why: &str| {
        let problems = schemas.problems(&object(kind, version, &spec));
        assert!(problems.iter().any(|problem| problem.contains(why)), "{why}: {problems:?}");
    };
    let route = "gateway.networking.k8s.io/v1";
    let envoy = "gateway.envoyproxy.io/v1alpha1";
    let rules = |rule: Value| json!({"parentRefs": [{"name": "edge"}], "rules": [rule]});

    // The schema: names and types of fields, patterns, limits, keys of lists.
    right("HTTPRoute", route, rules(json!({"backendRefs": [{"name": "a", "port": 80}]})));
    wrong("HTTPRoute", route, rules(json!({"backendRef": []})), "backendRef");
    wrong("HTTPRoute", route, rules(json!({"timeouts": {"request": "1.5s"}})), "1.5s");
    wrong("HTTPRoute", route, rules(json!({"matches": [{"method": "FETCH"}]})), "FETCH");
    let twice = json!({"headers": [{"name": "x-a", "value": "1"}, {"name": "x-a", "value": "2"}]});
    wrong("HTTPRoute", route, rules(json!({"matches": [twice]})), "stands there twice");

    // The rules in CEL: of one object, of a field, of a list.
    let service = json!({"backendRefs": [{"name": "a"}]});
    wrong("HTTPRoute", route, rules(service), "Must have port for Service reference");
    let path = json!({"matches": [{"path": {"type": "PathPrefix", "value": "//"}}]});
    wrong("HTTPRoute", route, rules(path), "must not contain '//'");
    let both = json!({
        "backendRefs": [{"name": "a", "port": 80}],
        "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}],
    });
    wrong("HTTPRoute", route, rules(both), "RequestRedirect filter must not be used together");
    let listener = json!({"name": "a", "port": 80, "protocol": "HTTP", "tls": {"mode": "Terminate"}});
    let gateway = json!({"gatewayClassName": "envoy-gateway", "listeners": [listener]});
    wrong("Gateway", route, gateway, "tls must not be specified");
    let detection =
        json!({"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 1}, "directSourceIP": {}}});
    wrong("ClientTrafficPolicy", envoy, detection, "exactly one of xForwardedFor");
    let hash = json!({
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}],
        "loadBalancer": {"type": "ConsistentHash"},
    });
    wrong("BackendTrafficPolicy", envoy, hash, "consistentHash");
    let target = json!([{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "shop"}]);
    let claims = json!([{"name": "groups", "valueType": "StringArray", "values": ["admin"]}]);
    let allowed = json!({"action": "Allow", "principal": {"jwt": {"provider": "a", "claims": claims}}});
    let mut policy = json!({"targetRefs": target, "authorization": {"rules": [allowed]}});
    wrong("SecurityPolicy", envoy, policy.clone(), "jwt must be defined");
    policy["jwt"] = json!({"providers": [{"name": "a", "remoteJWKS": {"uri": "https://a.example/jwks"}}]});
    right("SecurityPolicy", envoy, policy.clone());
    policy["authorization"]["rules"][0]["principal"] = json!({});
    wrong("SecurityPolicy", envoy, policy, "at least one of clientCIDRs");
}

fn object(kind: &str, version: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "a", "namespace": "b"},
        "spec": spec,
    })
}
