//! What is changed in emitted manifests, one thing at a time.

use serde_json::{Value, json};

/// A change at a place of a file; `null` takes away what stands there.
pub type Fault<'a> = (&'a str, &'a str, Value);

/// What is changed in the manifests of each case.
pub fn faults() -> Vec<(&'static str, Vec<Fault<'static>>)> {
    let route = "httproute-edge-web-shop-acme-com.yaml";
    let gateway = "gateway-edge.yaml";
    let policy = "clienttrafficpolicy-edge-web.yaml";
    let first = "backendtrafficpolicy-edge-web-shop-acme-com-storefront-rule-1.yaml";
    let second = "backendtrafficpolicy-edge-web-shop-acme-com-storefront-rule-2.yaml";
    let abort = "backendtrafficpolicy-edge-web-shop-acme-com-storefront-rule-6.yaml";
    let grant = "referencegrant-gloo-shop-ingress.yaml";
    let (b2b, guest) = ("clienttrafficpolicy-edge-b2b.yaml", "clienttrafficpolicy-edge-guest.yaml");
    vec![
        (
            "actions",
            vec![
                (route, "/spec/rules/0/matches/0/path/value", json!("/never")),
                (route, "/spec/rules/1/matches/0/path/type", json!("Exact")),
                (route, "/spec/rules/1/backendRefs/0/weight", json!(8)),
                (route, "/spec/rules/1/backendRefs/1/name", json!("cart")),
                (route, "/spec/rules/2/backendRefs/0/port", json!(8080)),
                (route, "/spec/rules/3/filters/0/requestRedirect/path/replaceFullPath", json!("/newer")),
                (route, "/spec/rules/4/filters/0/requestRedirect/port", Value::Null),
                (route, "/spec/rules/4/filters/0/requestRedirect/hostname", json!("acme.com")),
                (route, "/spec/rules/5/filters/0/requestRedirect/statusCode", json!(302)),
                (route, "/spec/rules/5/filters/0/requestRedirect/scheme", json!("http")),
                (route, "/spec/rules/6/filters/0/extensionRef/name", json!("gloo-refuse-path")),
                (route, "/spec/rules/10/filters/0/urlRewrite/path/replaceFullPath", json!("/other")),
                (route, "/spec/rules/11/filters/0/requestMirror/fraction/denominator", json!(20)),
                (route, "/spec/rules/11/filters/0/requestMirror/backendRef/name", json!("cart-v1")),
                (route, "/spec/rules/13/matches/0/path/value", json!("/x")),
                (route, "/spec/hostnames/0", json!("*.acme.com")),
                (route, "/spec/parentRefs/0/sectionName", json!("webs")),
                (route, "/metadata/namespace", json!("shop")),
                (
                    "httproutefilter-edge-web-shop-acme-com-storefront-rule-7.yaml",
                    "/spec/directResponse/statusCode",
                    json!(200),
                ),
                (
                    "httproutefilter-edge-web-shop-acme-com-storefront-rule-8.yaml",
                    "/spec/urlRewrite/path/replaceRegexMatch/substitution",
                    json!("/v3\\1"),
                ),
                ("httproutefilter-gloo-refuse-path.yaml", "/spec/directResponse/statusCode", json!(404)),
                ("service-cart-v1.yaml", "/spec/selector/version", json!("v2")),
                (grant, "/spec/from/0/namespace", json!("elsewhere")),
                ("gatewayclass.yaml", "/spec/controllerName", json!("istio.io/gateway-controller")),
                ("gatewayclass.yaml", "/spec/parametersRef", json!({ "kind": "EnvoyProxy" })),
            ],
        ),
        (
            "options",
            vec![
                (route, "/spec/rules/1/timeouts/request", json!("2s")),
                (route, "/spec/rules/3/timeouts", Value::Null),
                (route, "/spec/rules/4/filters/0/requestHeaderModifier/set/0/value", json!("99")),
                (route, "/spec/rules/4/filters/0/requestHeaderModifier/remove", Value::Null),
                (route, "/spec/rules/4/filters/1/responseHeaderModifier/set", Value::Null),
                (route, "/spec/rules/2/name", json!("renamed")),
                (first, "/spec/retry/numRetries", json!(3)),
                (first, "/spec/retry", Value::Null),
                (first, "/spec/retry/retryOn", Value::Null),
                (first, "/spec/mergeType", json!("StrategicMerge")),
                (second, "/spec/retry/perRetry", Value::Null),
                (second, "/spec/retry/retryOn/httpStatusCodes/0", json!(503)),
                (second, "/spec/targetRefs/0/sectionName", json!("storefront-rule-1")),
                (abort, "/spec/faultInjection/abort/httpStatus", json!(500)),
                (abort, "/spec/faultInjection/abort/percentage", Value::Null),
                ("backendtrafficpolicy-edge.yaml", "/spec/httpUpgrade/0/type", json!("CONNECT")),
                ("backendtrafficpolicy-edge.yaml", "/spec/retry", json!({})),
                ("backendtrafficpolicy-edge.yaml", "/spec/requestBuffer", json!({ "limit": "1Mi" })),
                (policy, "/spec/path/escapedSlashesAction", Value::Null),
                (policy, "/spec/path/disableMergeSlashes", json!(true)),
                (policy, "/spec/headers/host", Value::Null),
                (policy, "/spec/clientIPDetection", json!({ "xForwardedFor": { "numTrustedHops": 1 } })),
                (policy, "/spec/targetRefs/0/sectionName", json!("other")),
            ],
        ),
        (
            "predicates",
            vec![
                (route_any(), "/spec/rules/1/matches/0/headers", Value::Null),
                (route_any(), "/spec/rules/1/matches/0/headers/0/name", json!("x-gamma")),
                (route_any(), "/spec/rules/2/matches/0/headers/0/value", json!("3")),
                (route_any(), "/spec/rules/1/matches/0/path/type", json!("PathPrefix")),
                (route_any(), "/spec/rules/1/matches/0/method", json!("GET")),
            ],
        ),
        (
            "order",
            vec![
                (route, "/spec/rules/4/matches/0/path/value", json!("/.*(?:)(?:)(?:)(?:)(?:)(?:)(?:)(?:)")),
                (route, "/spec/rules/1/matches/0/path/type", json!("PathPrefix")),
                (
                    route,
                    "/spec/rules/0/matches/0/path/value",
                    json!(r".*%([^0-9A-Fa-f].*|.[^0-9A-Fa-f].*|.?)|//"),
                ),
            ],
        ),
        (
            "listeners",
            vec![
                (gateway, "/spec/listeners/0/port", json!(81)),
                (gateway, "/spec/listeners/0/hostname", json!("x.acme.com")),
                (gateway, "/spec/listeners/0/allowedRoutes/namespaces/from", json!("Selector")),
                (gateway, "/spec/listeners/1/hostname", Value::Null),
                (gateway, "/spec/listeners/1/tls/certificateRefs/0/name", json!("other")),
                (gateway, "/spec/listeners/4/hostname", json!("dc.acme.com")),
                (gateway, "/spec/listeners/6/port", json!(6380)),
                (gateway, "/spec/gatewayClassName", json!("istio")),
                (b2b, "/spec/tls/clientValidation", Value::Null),
                (b2b, "/spec/tls/clientValidation/mode", json!("VerifyIfGiven")),
                (b2b, "/spec/tls/clientValidation/subjectAltNames", Value::Null),
                (b2b, "/spec/headers/earlyRequestHeaders", Value::Null),
                (guest, "/spec/tls/clientValidation/subjectAltNames/dnsNames/0/value", json!("x.example")),
                (guest, "/spec/tls/minVersion", json!("1.3")),
                (guest, "/spec/tls/alpnProtocols", json!(["http/1.1"])),
                (
                    "clienttrafficpolicy-third-web.yaml",
                    "/spec/clientIPDetection/customHeader/name",
                    json!("x"),
                ),
                ("clienttrafficpolicy-other-web.yaml", "/spec/proxyProtocol", Value::Null),
                ("tcproute-edge-redis-all.yaml", "/spec/rules/0/backendRefs/0/weight", json!(1)),
                ("tlsroute-edge-pass-db-acme-com-db-acme-com.yaml", "/spec/hostnames", json!(["x.acme.com"])),
                ("referencegrant-gloo-shop-ingress-secrets.yaml", "/spec/to/0/name", json!("a")),
            ],
        ),
        (
            "externals",
            vec![
                ("backend-stripe-https.yaml", "/spec/tls", Value::Null),
                ("backend-stripe-https.yaml", "/spec/tls/sni", json!("x.com")),
                ("backend-stripe-https.yaml", "/spec/tls/insecureSkipVerify", json!(true)),
                ("backend-partner-https.yaml", "/spec/tls/clientCertificateRef", Value::Null),
                ("backend-plain-http.yaml", "/spec/endpoints/0/fqdn/port", json!(9000)),
                ("backend-plain-http.yaml", "/spec/endpoints/0/fqdn/hostname", json!("api.stripe.com")),
            ],
        ),
    ]
}

fn route_any() -> &'static str {
    "httproute-edge-web-any-acme-com.yaml"
}
