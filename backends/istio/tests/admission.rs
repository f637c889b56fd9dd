//! Who may pass, read back: at gateways for all requests, at services for those of a list, from every caller.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the programs are files")]

mod built;

use built::{Built, Faults, built};
use gloo_domain::Method;
use gloo_ir::evaluate::{
    Caller, Credential, Entry, Final, Headers, Identity, Message, Request, Trace, Verdict, decide,
};
use gloo_ir::{Program, ProviderId, ServiceId};
use std::collections::{BTreeMap, BTreeSet};

const CASES: [&str; 3] = [
    "backends/istio/tests/cases/access",
    "backends/istio/tests/cases/tokens",
    "backends/istio/tests/cases/tokens-and-access",
];

/// Those who call: all that are declared, nobody, and identities that aren't.
fn callers(program: &Program) -> Vec<Caller> {
    let services = program.services.keys().cloned().map(Caller::Service);
    let gateways = program.gateways.keys().cloned().map(Caller::Gateway);
    let uris = [
        "spiffe://cluster.local/ns/shop/sa/old",
        "spiffe://cluster.local/ns/ops/sa/other",
        "spiffe://other.domain/ns/ops/sa/console",
        "spiffe://other.domain/ns/shop/sa/checkout-sa",
    ];
    let others = uris.into_iter().map(|uri| Caller::Identity(Identity::new(uri)));
    services.chain(gateways).chain(others).chain([Caller::Outside]).collect()
}

fn messages() -> Vec<Message> {
    let paths = [
        "/",
        "/charge",
        "/charge/",
        "/charge/1",
        "/chargeback",
        "/internal",
        "/internal/x",
        "/healthz",
        "/api",
        "/api/x",
        "/apix",
        "/a%2",
        "/cart/gold/1",
    ];
    let mut found = Vec::new();
    for path in paths {
        for method in [Method::Get, Method::Post] {
            let probes = [vec![], vec![("x-probe", "2"), ("x-probe", "1")]];
            for headers in probes.into_iter().take(if path == "/healthz" { 2 } else { 1 }) {
                let mut message = Message::new(method, "any", path);
                message.headers = headers.into_iter().collect::<Headers>();
                found.push(message);
            }
        }
    }
    found
}

/// The calls to a service.
fn requests(program: &Program, service: &ServiceId) -> Vec<Request> {
    let Some(port) = program.services.get(service).and_then(|service| service.ports.first()) else {
        return Vec::new();
    };
    let tokens: Vec<ProviderId> = program.providers.keys().cloned().collect();
    let mut found = Vec::new();
    for caller in callers(program) {
        for message in messages() {
            for credential in [Credential::Absent, Credential::Invalid, Credential::Valid] {
                for group in ["admin", "adm"] {
                    // Without a good token nobody reads what it says; without providers there is none.
                    let is_read = credential == Credential::Valid && !tokens.is_empty();
                    if (!is_read && group != "admin")
                        || (tokens.is_empty() && credential != Credential::Absent)
                    {
                        continue;
                    }
                    let claim = |name: &str| {
                        let of = |provider: &ProviderId| {
                            ((provider.clone(), name.to_owned()), vec![group.to_owned()])
                        };
                        tokens.iter().map(of).collect::<BTreeMap<_, _>>()
                    };
                    found.push(Request {
                        entry: Entry::Service(service.clone()),
                        caller: caller.clone(),
                        message: port.protocol.is_http().then(|| message.clone()),
                        port: port.number,
                        tls: false,
                        sni: None,
                        source_address: None,
                        client_address: None,
                        certificate: None,
                        credentials: tokens.iter().map(|provider| (provider.clone(), credential)).collect(),
                        claims: claim("groups"),
                        waf: Verdict::Passes,
                        extensions: Verdict::Passes,
                    });
                }
            }
        }
    }
    found
}

/// What becomes of a request, whoever decides it.
fn answer(trace: &Trace) -> Vec<String> {
    let one = |end: &Final| match end {
        Final::Denied { status, .. } => format!("denied {status:?}"),
        Final::Redirected { status, .. } => format!("redirected {status}"),
        Final::Responded { status, .. } => format!("answered {status}"),
        Final::Forwarded(_) => "passed".to_owned(),
    };
    trace.outcomes().map(one).collect()
}

/// The manifests of a case, with calls to its services and what the program answers to them.
struct Held {
    built: Built,
    calls: Vec<(Request, Vec<String>)>,
}

impl Held {
    fn new(folder: &str) -> Self {
        let mut all = built(folder);
        assert_eq!(all.len(), 1, "{folder}");
        let built = all.remove(0);
        let said = built.said();
        let requests = said.services.keys().flat_map(|service| requests(&said, service));
        let answer = |request: Request| {
            let answer = answer(&decide(&said, &built.cluster.id, &request));
            (request, answer)
        };
        let calls: Vec<_> = requests.map(answer).collect();
        let answers: BTreeSet<&Vec<String>> = calls.iter().map(|(_, answer)| answer).collect();
        assert!(answers.len() > 1, "{answers:?}");
        Self { built, calls }
    }

    /// What the manifests do otherwise than the program.
    fn wrong(&self) -> String {
        let Ok(read) = self.built.read() else { return self.built.wrong() };
        for (request, wanted) in &self.calls {
            let found = answer(&decide(&read, &self.built.cluster.id, request));
            if *wanted != found {
                let sent = request.message.as_ref().map(|message| (message.method, message.path.clone()));
                let (entry, caller, credentials) = (&request.entry, &request.caller, &request.credentials);
                return format!("{entry:?} {caller} {sent:?} {credentials:?}: {wanted:?} is {found:?}");
            }
        }
        self.built.wrong()
    }
}

#[test]
fn whoever_may_pass_passes() {
    for folder in CASES {
        assert_eq!(Held::new(folder).wrong(), "", "{folder}");
    }
}

const FAULTS: [Faults<'_>; 3] = [
    (
        CASES[0],
        &[
            // Of services: another path, method, caller; a deny that is lost; nobody let in; everybody let in.
            ("admit-payments.yaml", "/charge/*", "/charge*"),
            ("admit-payments.yaml", "        - /charge\n", ""),
            ("admit-payments.yaml", "POST", "PUT"),
            ("admit-payments.yaml", "sa/checkout-sa", "sa/checkout"),
            ("admit-payments.yaml", "cluster.local/ns/ops/sa/*", "other.domain/ns/ops/sa/*"),
            (
                "admit-payments.yaml",
                "principals:\n        - cluster.local/ns/ops/sa/*",
                "namespaces:\n        - ops",
            ),
            ("admit-payments.yaml", "action: ALLOW", "action: DENY"),
            ("admit-payments.yaml", "app: payments", "app: other"),
            ("restrict-payments.yaml", "action: DENY", "action: AUDIT"),
            ("restrict-payments.yaml", "app: payments", "app: other"),
            ("restrict-payments.yaml", "notValues", "values"),
            ("restrict-cart.yaml", "sa/checkout-sa", "sa/checkout"),
            ("restrict-cart.yaml", "/internal\n", "/internals\n"),
            ("admit-cart.yaml", "notPrincipals", "principals"),
            ("admit-cart.yaml", "request.headers[x-probe]", "request.headers[x-prob]"),
            ("admit-cart.yaml", "        - /healthz\n", "        - /healthz*\n"),
            ("admit-db.yaml", "sa/checkout-sa", "sa/cart"),
            ("admit-closed.yaml", "  action: ALLOW\n", "  action: ALLOW\n  rules:\n  - {}\n"),
            ("admit-closed.yaml", "action: ALLOW", "action: DENY"),
            ("shop/envoyfilter-gloo-strict-paths.yaml", "typed_per_filter_config", "other_config"),
            ("shop/peerauthentication-default.yaml", "STRICT", "PERMISSIVE"),
            // Of the gateway.
            ("restrict-edge.yaml", "/admin/*", "/admin*"),
            ("restrict-edge.yaml", "10.0.0.0/8", "10.0.0.0/9"),
            ("restrict-edge.yaml", "remote.ip", "source.ip"),
            ("restrict-edge.yaml", "TRACE", "PATCH"),
            ("restrict-edge.yaml", "bot*", "\"*bot\""),
            ("restrict-edge.yaml", "- b\n", "- c\n"),
            ("admit-edge.yaml", "\"*.docs.acme.com\"", "\"*.acme.com\""),
            ("admit-edge.yaml", "/status*", "/status"),
            ("admit-edge.yaml", "action: ALLOW", "action: AUDIT"),
            ("admit-edge.yaml", "istio: ingressgateway", "istio: other"),
            ("envoyfilter-edge.yaml", "name: gloo.https", "name: gloo.http"),
            ("envoyfilter-edge.yaml", "name: gloo.strict-paths", "name: gloo.loose-paths"),
            ("envoyfilter-edge.yaml", "rbac.v3.RBACPerRoute", "rbac.v3.RBAC"),
        ],
    ),
    (
        CASES[1],
        &[
            ("require-edge.yaml", "/account/*", "/account*"),
            ("require-edge.yaml", "https://acme.auth0.com/", "https://acme.auth0.com"),
            ("require-edge.yaml", "OPTIONS", "HEAD"),
            ("require-edge.yaml", "action: DENY", "action: ALLOW"),
            ("require-edge.yaml", "istio: ingressgateway", "istio: other"),
            ("envoyfilter-edge.yaml", "issuer: https://acme.auth0.com/", "issuer: https://other.auth0.com/"),
            ("envoyfilter-edge.yaml", "- app\n", "- other\n"),
            ("envoyfilter-edge.yaml", "\"Bearer \"", "\"Token \""),
            ("envoyfilter-edge.yaml", "allow_missing_or_failed", "allow_missing"),
            ("envoyfilter-edge.yaml", "payload_in_metadata: payload", "payload_in_metadata: claims"),
            ("envoyfilter-edge.yaml", "status_code: 401", "status_code: 403"),
            ("envoyfilter-edge.yaml", "policy[gloo-require-edge]", "policy[gloo-require-other]"),
            ("envoyfilter-edge.yaml", "forward: true", "forward: false"),
            ("envoyfilter-edge.yaml", "exact: acme.auth0.com", "exact: other.auth0.com"),
            ("envoyfilter-edge.yaml", "sni: acme.auth0.com", "sni: other.auth0.com"),
            ("envoyfilter-edge.yaml", "address: acme.auth0.com", "address: other.auth0.com"),
            ("envoyfilter-edge.yaml", "operation: INSERT_FIRST", "operation: ADD"),
            ("envoyfilter-edge.yaml", "name: envoy.filters.http.jwt_authn", "name: jwt"),
            ("envoyfilter-edge.yaml", "name: gloo.strict-paths", "name: gloo.loose-paths"),
            ("require-account.yaml", "action: DENY", "action: ALLOW"),
            ("envoyfilter-gloo-require-account.yaml", "name: x-token", "name: x-other"),
            ("envoyfilter-gloo-require-account.yaml", "forward: false", "forward: true"),
            ("envoyfilter-gloo-require-account.yaml", "status_code: 401", "status_code: 404"),
        ],
    ),
    (
        CASES[2],
        &[
            ("require-edge.yaml", "admin.acme.com", "other.acme.com"),
            ("require-edge.yaml", "POST", "GET"),
            ("admit-edge.yaml", "request.auth.claims[groups]", "request.auth.claims[roles]"),
            ("admit-edge.yaml", "- ops\n", "- op\n"),
            (
                "admit-edge.yaml",
                "        notHosts:\n        - admin.acme.com\n        - shop.acme.com\n",
                "        hosts:\n        - x.acme.com\n",
            ),
            ("restrict-edge.yaml", "*@example.com", "*example.com"),
            ("restrict-edge.yaml", "- gold\n", "- silver\n"),
            ("restrict-edge.yaml", "  name: gloo-restrict-edge", "  name: gloo-deny-edge"),
            ("require-admin.yaml", "/api/*", "/api*"),
            ("admit-admin.yaml", "- admin\n", "- adm*\n"),
        ],
    ),
];

#[test]
fn faults_are_found() {
    let mut missed = Vec::new();
    for (folder, faults) in FAULTS {
        let mut held = Held::new(folder);
        let original = held.built.files.clone();
        for (file, from, to) in faults {
            held.built.files.clone_from(&original);
            held.built.edit_file(file, from, to);
            // What a gateway does differs where it is gone through.
            let is_of_gateway = file.ends_with("edge.yaml");
            let wrong = if is_of_gateway { held.built.wrong() } else { held.wrong() };
            if wrong.is_empty() {
                missed.push(format!("{folder}: {file}: {from} -> {to}"));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

/// Policies and filters that are not there. Of `closed`, which lets nobody in, the DENY says nothing more.
#[test]
fn what_is_left_out_is_found() {
    let mut missed = Vec::new();
    for folder in CASES {
        let mut held = Held::new(folder);
        let original = held.built.files.clone();
        for (path, _) in &original {
            let is_of_guard =
                path.contains("authorizationpolicy-") || path.contains("envoyfilter-gloo-require");
            if !is_of_guard || path.ends_with("gloo-restrict-closed.yaml") {
                continue;
            }
            held.built.files = original.iter().filter(|(other, _)| other != path).cloned().collect();
            if held.wrong().is_empty() {
                missed.push(format!("{folder}: {path}"));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}
