//! What is said of the rules of random tables, and of claims about random programs, held against the evaluator.
//!
//! Each table is text: patterns that overlap in every way, methods, headers, queries, addresses, delegation. A rule that
//! is said to decide has a request; the evaluator says that this rule decides it. A rule that is said never to decide is
//! asked about every request of a grid: the evaluator finds none that it decides.

use gloo_checker::{check_twice, samples};
use gloo_domain::Method;
use gloo_ir::evaluate::{Credential, Entry, Message, Request, StepKind, Verdict, decide, holds, meets};
use gloo_ir::{ClusterId, GatewayId, Program, ProviderId, Quantifier, compile};
use gloo_source::{Code, Place};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};

const PRELUDE: &str = r#"
cluster lab { backend: envoy(version: "1.40") }
namespace shop { service one { port http: 80 } }
gateway edge { namespace: "edge"  listener web: http(80) { hosts: ["*.acme.com"] } }
"#;

const PATHS: [&str; 12] = [
    "/a",
    "/a/**",
    "/a/*",
    "/a/b",
    "/*/b",
    "/**",
    "/a/{id}/c",
    "prefix(\"/a\")",
    "regex(\"/[ab](/b)?\")",
    "/b",
    "ignore_case(/A)",
    "/*.png",
];
const METHODS: [&str; 4] = ["any", "GET", "POST", "GET|HEAD"];
const CONDITIONS: [&str; 16] = [
    "header(\"x\") == \"1\"",
    "header(\"x\") != \"1\"",
    "has(header(\"x\"))",
    "!has(header(\"x\"))",
    "header(\"x\") matches \"[0-9]+\"",
    "header(\"accept\") contains \"html\"",
    "query(\"q\") == \"1\"",
    "query(\"q\") != \"1\"",
    "!has(query(\"q\"))",
    "cookie(\"c\") starts_with \"a\"",
    "client.ip in 10.0.0.0/8",
    "!client.ip in 10.1.0.0/16",
    "path in /a/**",
    "!path == /a/b",
    "host == \"www.acme.com\"",
    "(header(\"x\") == \"1\" || query(\"q\") == \"2\")",
];

fn rule() -> impl Strategy<Value = String> {
    let condition = proptest::collection::vec(select(CONDITIONS.to_vec()), 0..3);
    (select(METHODS.to_vec()), select(PATHS.to_vec()), condition).prop_map(|(method, path, conditions)| {
        let condition =
            if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" && ")) };
        format!("  {method} {path}{condition}")
    })
}

fn program() -> impl Strategy<Value = String> {
    let rules = |most| proptest::collection::vec(rule(), 1..most);
    (rules(9), rules(5), 0_usize..9).prop_map(|(outer, inner, delegating)| {
        let line = |(index, rule): (usize, &String)| {
            let action = if index == delegating { "delegate(inner)" } else { "shop.one" };
            format!("{rule} => {action}\n")
        };
        let outer: String = outer.iter().enumerate().map(line).collect();
        let inner: String = inner.iter().map(|rule| format!("{rule} => shop.one\n")).collect();
        format!(
            "routes outer on edge for [\"www.acme.com\", \"shop.acme.com\"] {{\n{outer}  otherwise => respond(404)\n}}\n\
             routes inner delegated {{\n{inner}}}\n"
        )
    })
}

/// Requests that differ in whatever the rules ask for.
fn grid() -> Vec<Request> {
    let mut all = Vec::new();
    for path in ["/", "/a", "/A", "/a/b", "/a/b/c", "/ab", "/b", "/b/b", "/x.png", "/a/1/c"] {
        for method in [Method::Get, Method::Post, Method::Put] {
            for header in [None, Some("1"), Some("2"), Some("x")] {
                for query in [None, Some("1"), Some("2")] {
                    for (host, client, accept, cookie) in [
                        ("www.acme.com", "192.0.2.1", "text/html", "ab"),
                        ("shop.acme.com", "10.0.0.1", "text/plain", "b"),
                        ("www.acme.com", "10.1.0.1", "text/plain", "b"),
                    ] {
                        let mut message = Message::new(method, host, path);
                        header.into_iter().for_each(|value| message.headers.add("x", value));
                        message.headers.add("accept", accept);
                        message.headers.add("cookie", format!("c={cookie}"));
                        query.into_iter().for_each(|value| message.add_query("q", value));
                        all.push(request(message, client));
                    }
                }
            }
        }
    }
    all
}

fn request(message: Message, client: &str) -> Request {
    Request {
        entry: Entry::Gateway(GatewayId::new("edge")),
        caller: gloo_ir::evaluate::Caller::Outside,
        message: Some(message),
        port: 80,
        tls: false,
        sni: None,
        source_address: None,
        client_address: client.parse().ok(),
        certificate: None,
        credentials: BTreeMap::new(),
        claims: BTreeMap::new(),
        waf: Verdict::Passes,
        extensions: Verdict::Passes,
    }
}

/// The rule that decides a request.
fn decisive(program: &Program, cluster: &ClusterId, request: &Request) -> Option<Place> {
    let trace = decide(program, cluster, request);
    trace.steps.iter().rfind(|step| step.step == StepKind::Route).and_then(|step| step.place)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_rules_is_what_the_evaluator_does(text in program()) {
        let compiled = compile(&[("prelude.gloo", PRELUDE), ("case.gloo", &text)], None);
        let errors = compiled.errors().count();
        prop_assert_eq!(errors, 0, "{}", text);
        let program = &compiled.program;
        let cluster = ClusterId::new("lab");
        let never = [Code::SHADOWED_RULE, Code::IMPOSSIBLE_MATCH, Code::DELEGATE_ESCAPE, Code::UNDECIDED];
        let found: BTreeSet<Place> = check_twice(program)
            .into_iter()
            .filter(|finding| never.contains(&finding.code))
            .map(|finding| finding.labels.first().expect("a place").place)
            .collect();
        let mut deciding = BTreeSet::new();
        for sample in samples(program) {
            prop_assert_eq!(decisive(program, &sample.cluster, &sample.request), Some(sample.rule), "{}", text);
            deciding.insert(sample.rule);
        }
        for request in grid() {
            let place = decisive(program, &cluster, &request).expect("a rule decides");
            prop_assert!(!found.contains(&place), "{:?} decides {:?} of\n{}", place, request, text);
            prop_assert!(deciding.contains(&place));
        }
        prop_assert!(found.is_disjoint(&deciding));
    }
}

const CLAIMED: &str = r#"
provider auth0: jwt { issuer: "https://acme.example/"  jwks: "https://acme.example/keys"  audiences: ["shop"] }
policy door on outer { require auth0 where path in /a/** && method == GET }
access shop.one { deny any where header("x") == "2"  allow any where !path in /b/** }
routes calls on mesh for shop.one { any /a/b => respond(410)  any /moved/{id}/c => respond(411) }
"#;

const ACTIONS: [&str; 5] = [
    "shop.one",
    "respond(404)",
    "redirect(path: \"/r\")",
    "shop.one { rewrite: /a/b }",
    "shop.one { request_headers { set x: query(\"q\") } }",
];
const OUTCOMES: [&str; 8] = [
    "allowed",
    "denied",
    "reaches(shop.one)",
    "status == 404",
    "status in [410, 411]",
    "authenticated || !reaches(shop.one)",
    "redirected",
    "!status == 403",
];

/// A program with policies, access and rewrites, and claims about it of which most are wrong.
fn claims() -> impl Strategy<Value = String> {
    let rules = proptest::collection::vec((rule(), select(ACTIONS.to_vec())), 1..6);
    let quantifier = select(vec!["every", "no", "some"]);
    let claims =
        proptest::collection::vec((quantifier, select(CONDITIONS.to_vec()), select(OUTCOMES.to_vec())), 4);
    (rules, claims).prop_map(|(rules, claims)| {
        let rules: String = rules.iter().map(|(rule, action)| format!("{rule} => {action}\n")).collect();
        let claim = |(index, (quantifier, condition, outcome)): (usize, &(&str, &str, &str))| {
            format!("prove \"claim {index}\" {{ {quantifier} request through edge where {condition} && host in \"*.acme.com\" => {outcome} }}\n")
        };
        let claims: String = claims.iter().enumerate().map(claim).collect();
        format!(
            "routes outer on edge for [\"www.acme.com\", \"shop.acme.com\"] {{\n{rules}\
             \x20 any /old/{{id}} => shop.one {{ rewrite: /moved/{{id}}/c }}\n  otherwise => respond(404)\n}}\n{claims}"
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_claims_is_what_the_evaluator_does(text in claims()) {
        let compiled = compile(&[("prelude.gloo", PRELUDE), ("claimed.gloo", CLAIMED), ("case.gloo", &text)], None);
        let errors: Vec<String> = compiled.errors().map(|error| error.message.clone()).collect();
        prop_assert_eq!(errors, Vec::<String>::new(), "{}", text);
        let program = &compiled.program;
        let cluster = ClusterId::new("lab");
        let findings = check_twice(program);
        let said = |code: Code, place: Place| {
            findings.iter().any(|one| one.code == code && one.labels.first().is_some_and(|label| label.place == place))
        };
        for claim in program.proofs.iter().flat_map(|proof| &proof.claims) {
            let fails = said(Code::PROOF_FAILED, claim.place);
            let is_known = fails || !said(Code::UNDECIDED, claim.place) && !said(Code::PROOF_VACUOUS, claim.place);
            prop_assert!(is_known, "{:?} of\n{}", claim, text);
            for mut request in grid() {
                for credential in [Credential::Absent, Credential::Invalid, Credential::Valid] {
                    request.credentials.insert(ProviderId::new("auth0"), credential);
                    if !meets(program, &claim.scope.condition, &request.attributes(program, &cluster)) {
                        continue;
                    }
                    let trace = decide(program, &cluster, &request);
                    let meets = holds(program, &request, &claim.outcome, &trace);
                    let is_against = match claim.quantifier {
                        Quantifier::Every => !meets,
                        Quantifier::No => meets,
                        // Some request does, so it can't be said that none does.
                        Quantifier::Some => meets && fails,
                    };
                    prop_assert!(!is_against || fails && claim.quantifier != Quantifier::Some,
                        "{:?} {:?} of\n{}", claim, request, text);
                }
            }
        }
    }
}
