//! Where requests enter that a test can't write, or that can't be sent at all; and traces as machines read them.

#![expect(clippy::expect_used, reason = "a test that can't go on fails")]

use gloo_domain::Method;
use gloo_ir::evaluate::{
    Caller, CaseError, Credential, Entry, Identity, Message, Request, Trace, Verdict, decide,
};
use gloo_ir::{Case, ClusterId, Compiled, GatewayId, Program, ProviderId, ServiceId, compile};
use std::collections::BTreeMap;

const SHOP: &str = include_str!("evaluate/shop.gloo");

fn compiled(text: &str) -> Compiled {
    let compiled = compile(&[("shop.gloo", SHOP), ("main.gloo", text)], None);
    assert_eq!(compiled.errors().count(), 0, "{:?}", compiled.diagnostics);
    compiled
}

fn request(entry: Entry, caller: Caller, host: &str, target: &str, port: u16, tls: bool) -> Request {
    Request {
        entry,
        caller,
        message: Some(Message::new(Method::Get, host, target)),
        port,
        tls,
        sni: Some(host.to_owned()).filter(|_| tls),
        source_address: None,
        client_address: None,
        certificate: None,
        credentials: BTreeMap::new(),
        claims: BTreeMap::new(),
        waf: Verdict::Passes,
        extensions: Verdict::Passes,
    }
}

fn east() -> ClusterId {
    ClusterId::new("east")
}

fn answer(program: &Program, request: &Request) -> String {
    decide(program, &east(), request).summary()
}

fn calls(service: &str) -> Caller {
    Caller::Service(ServiceId::new(format!("shop.{service}")))
}

#[test]
fn calls_of_hosts() {
    let declared = compiled("access out { allow checkout }").program;
    let any = compile(&[("shop.gloo", &SHOP.replace("outbound: declared", "outbound: any"))], None).program;
    let ask = |program: &Program, caller: &str, host: &str, port, tls| {
        answer(program, &request(Entry::Outbound, calls(caller), host, "/x", port, tls))
    };
    let table = [
        (&declared, "checkout", "api.stripe.com", 443, true, "forwarded to stripe as /x"),
        (&declared, "frontend", "api.stripe.com", 443, true, "denied with 403 by access out"),
        (&declared, "checkout", "api.stripe.com", 80, false, "denied: the connection is refused by stripe"),
        (&declared, "frontend", "today.weather.example", 80, false, "forwarded to weather as /x"),
        (
            &declared,
            "frontend",
            "weather.example",
            80,
            false,
            "denied: the connection is refused by mesh acme",
        ),
        (&any, "frontend", "weather.example", 80, false, "forwarded to weather.example as /x"),
        (&declared, "frontend", "cart.shop", 8080, false, "forwarded to shop.cart on east or west as /x"),
        (
            &declared,
            "frontend",
            "cart.shop.svc.cluster.local",
            8080,
            false,
            "forwarded to shop.cart on east or west as /x",
        ),
        (
            &declared,
            "frontend",
            "cart.shopping",
            8080,
            false,
            "denied: the connection is refused by mesh acme",
        ),
    ];
    for (program, caller, host, port, tls, expected) in table {
        assert_eq!(ask(program, caller, host, port, tls), expected, "{caller} calls {host}:{port}");
    }
}

#[test]
fn entries_that_are_not_there() {
    let program = compiled("").program;
    let ask = |entry: Entry, port| {
        answer(&program, &request(entry, Caller::Outside, "www.acme.com", "/", port, false))
    };
    let out = Entry::Gateway(GatewayId::new("out"));
    assert_eq!(ask(out.clone(), 80), "denied: the connection is refused by out");
    assert_eq!(
        ask(Entry::Gateway(GatewayId::new("nowhere")), 80),
        "denied: the connection is refused by nowhere"
    );
    assert_eq!(
        ask(Entry::Service(ServiceId::new("shop.nobody")), 80),
        "denied: the connection is refused by shop.nobody"
    );
    assert_eq!(
        ask(Entry::Service(ServiceId::new("shop.cart")), 81),
        "denied: the connection is refused by shop.cart"
    );
    let west = decide(
        &program,
        &ClusterId::new("west"),
        &request(out, Caller::Outside, "www.acme.com", "/", 80, false),
    );
    assert_eq!(west.steps[0].says, "is not placed on `west`");
}

#[test]
fn permissive_and_off() {
    let ask = |mtls: &str, caller: Caller| {
        let shop = SHOP.replace("mtls: strict", &format!("mtls: {mtls}"));
        let rules = "access cart { allow frontend  allow outside where path in /open/** }";
        let program = compile(&[("shop.gloo", &shop), ("main.gloo", rules)], None).program;
        let cart = || Entry::Service(ServiceId::new("shop.cart"));
        let one = |path: &str| {
            let trace = decide(&program, &east(), &request(cart(), caller.clone(), "", path, 8080, false));
            (trace.summary(), trace.encrypted)
        };
        (one("/x"), one("/open/x"))
    };
    let (passed, open) =
        ("forwarded to shop.cart on east or west as /x", "forwarded to shop.cart on east or west as /open/x");
    let denied = "denied with 403 by access shop.cart";
    let wanted = |one: &str, other: &str, encrypted: bool, also: bool| {
        ((one.to_owned(), encrypted), (other.to_owned(), also))
    };
    // A caller with an identity shows it, one without arrives without a source; in plain text nobody has one.
    assert_eq!(ask("permissive", calls("frontend")), wanted(passed, open, true, true));
    assert_eq!(ask("permissive", Caller::Outside), wanted(denied, open, false, false));
    assert_eq!(ask("off", calls("frontend")), wanted(denied, open, false, false));
    let stranger = Caller::Identity(Identity::new("spiffe://elsewhere/x"));
    assert_eq!(ask("strict", stranger), wanted(denied, denied, true, true));
}

#[test]
fn clusters_with_trust_domains_of_their_own() {
    let shop = SHOP
        .replace("cluster east { ", "cluster east { trust_domain: \"east.acme\"  ")
        .replace("cluster west { ", "cluster west { trust_domain: \"west.acme\"  ");
    let rules = "access cart { allow checkout@east }
        access catalog { allow any where source.cluster == west }
        access payments { allow shop.*@west }";
    let program = compile(&[("shop.gloo", &shop), ("main.gloo", rules)], None).program;
    let ask = |cluster: &str, service: &str| {
        let entry = Entry::Service(ServiceId::new(format!("shop.{service}")));
        let call = request(entry, calls("checkout"), "", "/x", 8080, false);
        decide(&program, &ClusterId::new(cluster), &call).summary()
    };
    assert_eq!(ask("east", "cart"), "forwarded to shop.cart on east or west as /x");
    assert_eq!(ask("west", "cart"), "denied with 403 by access shop.cart");
    assert_eq!(ask("east", "catalog"), "denied with 403 by access shop.catalog");
    assert_eq!(ask("west", "catalog"), "forwarded to shop.catalog on east or west as /x");
    assert_eq!(ask("east", "payments"), "denied with 403 by access shop.payments");
    assert_eq!(ask("west", "payments"), "forwarded to shop.payments on east or west as /x");
}

#[test]
fn extensions_run_where_their_phase_says() {
    let rules = r#"
        routes www on edge for "www.acme.com" { any /** => frontend }
        provider auth0: jwt { issuer: "https://acme.auth0.com/"  jwks: "https://acme.auth0.com/jwks.json" }
        policy login on www { require auth0  limit 1/s per proxy }
        policy early on www { wasm module("oci://ghcr.io/acme/geo:1.2", phase: authn, sha256: "00") where path in /early }
        policy later on www { wasm module("oci://ghcr.io/acme/geo:1.2", phase: authz, sha256: "00") where path in /later }
        policy last on www { lua file("stamp.lua") where path in /last }"#;
    let files = [("shop.gloo", SHOP), ("main.gloo", rules), ("stamp.lua", "return")];
    let program = compile(&files, None).program;
    let ask = |path: &str, extensions| {
        let gateway = Entry::Gateway(GatewayId::new("edge"));
        let sent =
            Request { extensions, ..request(gateway, Caller::Outside, "www.acme.com", path, 443, true) };
        let unknown = decide(&program, &east(), &sent);
        let credentials = BTreeMap::from([(ProviderId::new("auth0"), Credential::Valid)]);
        let known = decide(&program, &east(), &Request { credentials, ..sent });
        (unknown.summary(), known.summary(), known.limited)
    };
    let login = "denied with 401 by policy login";
    let refused = |by: &str| format!("denied by policy {by}");
    assert_eq!(ask("/early", Verdict::Refuses), (refused("early"), refused("early"), false));
    assert_eq!(ask("/later", Verdict::Refuses), (login.to_owned(), refused("later"), false));
    assert_eq!(ask("/last", Verdict::Refuses), (login.to_owned(), refused("last"), true));
    let passed = "forwarded to shop.frontend on east or west as /last".to_owned();
    assert_eq!(ask("/last", Verdict::Passes), (login.to_owned(), passed, true));
}

#[test]
fn kept_paths() {
    let shop = SHOP.replace("paths: strict", "paths: keep");
    let rules = r#"routes www on edge for "www.acme.com" { any /a/** => catalog  otherwise => frontend }"#;
    let program = compile(&[("shop.gloo", &shop), ("main.gloo", rules)], None).program;
    let ask = |target| {
        answer(
            &program,
            &request(
                Entry::Gateway(GatewayId::new("edge")),
                Caller::Outside,
                "www.acme.com",
                target,
                8080,
                false,
            ),
        )
    };
    assert_eq!(ask("/a/x"), "forwarded to shop.catalog on east or west as /a/x");
    assert_eq!(ask("//a/x"), "forwarded to shop.frontend on east or west as //a/x");
    assert_eq!(ask("/b/../a/x"), "forwarded to shop.frontend on east or west as /b/../a/x");
    assert_eq!(ask("/a%2Fx"), "forwarded to shop.frontend on east or west as /a%2Fx");
}

/// The only case of a program's only test.
fn case(compiled: &Compiled) -> Case {
    compiled.program.tests.first().and_then(|block| block.cases.first()).expect("a case").clone()
}

#[test]
fn requests_that_cant_be_sent() {
    let ask = |main: &str, cluster: &str| {
        let compiled = compiled(main);
        let request =
            Request::from_case(&compiled.program, &ClusterId::new(cluster), &case(&compiled).request);
        request.expect_err("no request").to_string()
    };
    let second = r#"gateway side on [east] { namespace: "n"  account: "a"  workload: { app: "side" }  listener web: http(8080) { hosts: ["*.acme.com"] } }"#;
    let both = r#"test "t" { GET "http://shop.acme.com:8080/" => 404 }"#;
    assert_eq!(
        ask(&format!("{second} {both}"), "east"),
        "`shop.acme.com` is served by several gateways: `edge`, `side`"
    );
    assert_eq!(
        ask(r#"test "t" { GET "https://elsewhere.example/" => 404 }"#, "east"),
        "no gateway serves `elsewhere.example`"
    );
    assert_eq!(
        ask(r#"test "t" { tcp { port: 6379 } through out => denied }"#, "west"),
        "`out` is not placed on `west`"
    );
    assert_eq!(
        ask(r#"test "t" { GET / from db to cart => allowed }"#, "west"),
        "nobody calls `shop.cart` on `west`"
    );
    assert_eq!(
        ask(r#"test "t" { GET / from cart to db => allowed }"#, "east"),
        "`shop.db` has no port for such a request"
    );
    let error = CaseError::NoHost(GatewayId::new("edge"));
    assert_eq!(error.help(), "write a URL, or say `host: \"…\"` in braces");
}

#[test]
fn of_two_gateways_the_one_with_a_table_serves_the_host() {
    let compiled = compiled(
        r#"gateway side on [east] { namespace: "n"  account: "a"  workload: { app: "side" }  listener web: http(8080) { hosts: ["*.acme.com"] } }
        routes www on side for "www.acme.com" { otherwise => frontend }
        test "t" { GET "http://www.acme.com:8080/" => frontend }"#,
    );
    let request =
        Request::from_case(&compiled.program, &east(), &case(&compiled).request).expect("a request");
    assert_eq!(request.entry, Entry::Gateway(GatewayId::new("side")));
    // On west there is only the other one.
    let request = Request::from_case(&compiled.program, &ClusterId::new("west"), &case(&compiled).request);
    assert_eq!(request.expect("a request").entry, Entry::Gateway(GatewayId::new("edge")));
}

fn json(trace: &Trace) -> String {
    serde_json::to_string_pretty(&trace.to_json(&|_| Some(("shop.gloo".to_owned(), 7)))).expect("JSON")
}

#[test]
fn traces_as_json() {
    let compiled = compiled(
        r#"provider auth0: jwt { issuer: "https://acme.auth0.com/"  jwks: "https://acme.auth0.com/jwks.json" }
        policy counting on storefront { require auth0 where path in /cart/**  limit 5/min per proxy by auth0.sub where path in /cart/** }
        routes storefront on edge for "shop.acme.com" {
          any /cart/** => split(cart.v1: 87.5%, cart.v2: rest) { timeout: 1500ms  retries: 2  rewrite: /v2/**  mirror: { to: reviews.v1  share: 1% }  request_headers { set x-a: "1" }  websocket: false }
          any /old => redirect(path: "/new")
        }
        test "t" {
          GET "https://shop.acme.com/cart/x" { auth0: valid  auth0.sub: "u1" } => cart.v1
          GET "https://shop.acme.com/old?q" => redirected
          GET "https://shop.acme.com/cart/x" => 401
          GET "https://shop.acme.com:444/" through edge => denied
        }"#,
    );
    let traces: Vec<String> = compiled.program.tests[0]
        .cases
        .iter()
        .map(|case| {
            let request = Request::from_case(&compiled.program, &east(), &case.request).expect("a request");
            json(&decide(&compiled.program, &east(), &request))
        })
        .collect();
    insta::assert_snapshot!(traces.join("\n"));
}
