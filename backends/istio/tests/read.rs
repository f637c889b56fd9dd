//! Manifests that are read back mean what the program means, and what is changed in them is found.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the programs are files")]

mod built;

use built::{Built, Faults, built, root};

/// The folders of the programs.
fn folders() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["examples", "backends/istio/tests/cases"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            found.push(format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn manifests_mean_what_programs_mean() {
    let mut wrong = String::new();
    let mut seen = 0;
    for folder in folders() {
        for built in built(&folder) {
            seen += 1;
            let found = built.wrong();
            if !found.is_empty() {
                wrong.push_str(&format!("== {folder} {}\n{found}", built.cluster.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen >= 16, "{seen}");
}

impl Built {
    /// Changes the first file that has the text.
    fn edit(&mut self, from: &str, to: &str) {
        let (_, text) = self.files.iter_mut().find(|(_, text)| text.contains(from)).unwrap();
        *text = text.replacen(from, to, 1);
    }
}

/// What the reader had found in the emitter's work, put back.
#[test]
fn mistakes_that_there_were() {
    let cases = "backends/istio/tests/cases";
    for (folder, right, wrong) in [
        // `cookie: a=1; ring=alpha; ring=beta`: a cookie that begins with a space is taken for another.
        (format!("{cases}/predicates"), "[^r; ]", "[^r;]"),
        ("examples/storefront".to_owned(), "[^r; ]", "[^r;]"),
        // `/o/a?b=.png`: the query is taken for a part of the path.
        (format!("{cases}/predicates"), r"[^?]*\.png", r".*\.png"),
        // `server` is set by the connection manager, behind all routes.
        (format!("{cases}/options"), "          server_header_transformation: PASS_THROUGH\n", ""),
    ] {
        let mut built = built(&folder).remove(0);
        assert_eq!(built.wrong(), "", "{folder}");
        built.edit(right, wrong);
        assert_ne!(built.wrong(), "", "{folder}: {right}");
    }
}

const STOREFRONT: Faults<'_> = (
    "examples/storefront",
    &[
        // Another set of paths, methods, headers.
        ("tls-shop.acme.com.yaml", "prefix: /products/", "prefix: /products"),
        ("tls-shop.acme.com.yaml", "exact: /\n", "prefix: /\n"),
        ("tls-shop.acme.com.yaml", "exact: /healthz\n", "exact: /health\n"),
        ("tls-shop.acme.com.yaml", "regex: (?:GET|HEAD)", "exact: GET"),
        ("tls-shop.acme.com.yaml", "      headers:\n        x-beta:\n          exact: \"1\"\n", ""),
        ("tls-shop.acme.com.yaml", "          exact: \"1\"", "          prefix: \"1\""),
        ("tls-shop.acme.com.yaml", "ring=", "rung="),
        ("tls-shop.acme.com.yaml", "/\\.[^/]*;.*", "/\\.[^/]*;"),
        // Other destinations and answers.
        ("tls-shop.acme.com.yaml", "subset: v1", "subset: v2"),
        ("tls-shop.acme.com.yaml", "subset: v1", "subset: v3"),
        ("tls-shop.acme.com.yaml", "weight: 10\n", "weight: 20\n"),
        ("tls-shop.acme.com.yaml", "host: checkout.shop", "host: catalog.shop"),
        ("tls-shop.acme.com.yaml", "number: 8080", "number: 8081"),
        ("tls-shop.acme.com.yaml", "status: 404", "status: 403"),
        ("tls-shop.acme.com.yaml", "string: ok", "string: no"),
        ("tls-shop.acme.com.yaml", "redirectCode: 301", "redirectCode: 308"),
        ("tls-shop.acme.com.yaml", "uri: /\n", "uri: /shop\n"),
        // Other times and tries, another path.
        ("tls-shop.acme.com.yaml", "    timeout: 5s\n", ""),
        ("tls-shop.acme.com.yaml", "attempts: 0", "attempts: 1"),
        ("tls-shop.acme.com.yaml", "retryOn: 5xx,reset", "retryOn: reset"),
        ("tls-shop.acme.com.yaml", "rewrite: /v2\\1", "rewrite: /v3\\1"),
        // Other hosts, gateways, settings.
        ("tls-shop.acme.com.yaml", "  - shop.acme.com", "  - shop2.acme.com"),
        ("tls-shop.acme.com.yaml", "  - shop-ingress/edge-tls", "  - shop-ingress/edge-web"),
        ("tls-shop.acme.com.yaml", "      method:\n        exact: GET\n", "      port: 80\n"),
        ("tls-grpc.acme.com.yaml", "grpc-status: \"12\"", "grpc-status: \"13\""),
        ("tls-grpc.acme.com.yaml", "prefix: application/grpc+", "prefix: application/grpc"),
        ("web-below.acme.com.yaml", "redirectCode: 302", "redirectCode: 301"),
        ("pass-db.acme.com.yaml", "      - db.acme.com", "      - db2.acme.com"),
        ("edge-redis-tcp.yaml", "number: 6379", "number: 6380"),
        ("gateway-edge-tls.yaml", "TLSV1_2", "TLSV1_3"),
        ("gateway-edge-tls.yaml", "./*.acme.com", "./*"),
        ("gateway-edge-tls.yaml", "./*.acme.com", "other/*.acme.com"),
        ("gateway-edge-tls.yaml", "number: 443", "number: 8443"),
        ("gateway-edge-tls.yaml", "istio: ingressgateway", "istio: other"),
        ("gateway-edge-tls.yaml", "credentialName: acme-cert", "credentialName: other"),
        ("envoyfilter-edge.yaml", "xff_num_trusted_hops: 1", "xff_num_trusted_hops: 2"),
        ("envoyfilter-edge.yaml", "strip_trailing_host_dot: true", "strip_trailing_host_dot: false"),
        ("envoyfilter-edge.yaml", "istio: ingressgateway", "istio: other"),
        ("meshconfig.yaml", "MERGE_SLASHES", "BASE"),
        ("meshconfig.yaml", "\"true\"", "\"false\""),
        ("meshconfig.yaml", "trustDomain: cluster.local", "trustDomain: acme.com"),
        ("destinationrule-cart.yaml", "version: v2", "version: v1"),
        ("destinationrule-cart.yaml", "host: cart.shop", "host: cart.other"),
    ],
);

const CASES: [Faults<'_>; 6] = [
    (
        "backends/istio/tests/cases/options",
        &[
            ("virtualservice-edge-web-shop.acme.com.yaml", "value: 10\n", "value: 20\n"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "fixedDelay: 2s", "fixedDelay: 3s"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "httpStatus: 503", "httpStatus: 500"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "perTryTimeout: 0.5s", "perTryTimeout: 5s"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "x-a: 100%%", "x-a: 101%%"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "authority: internal", "authority: other"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "/e/?(.*)", "/e(.*)"),
            ("envoyfilter-edge-web-shop.acme.com.yaml", "enabled: false", "enabled: true"),
            ("envoyfilter-edge-web-shop.acme.com.yaml", "shop.acme.com:80", "shop.acme.com:81"),
        ],
    ),
    (
        "backends/istio/tests/cases/actions",
        &[
            ("virtualservice-edge-web-shop.acme.com.yaml", "      derivePort: FROM_REQUEST_PORT\n", ""),
            ("virtualservice-edge-web-shop.acme.com.yaml", "port: 8443", "port: 8444"),
            ("envoyfilter-edge-web-shop.acme.com.yaml", "substitution: /to", "substitution: /from"),
        ],
    ),
    (
        "backends/istio/tests/cases/listeners",
        &[
            ("gateway-edge-b2b.yaml", "mode: MUTUAL", "mode: OPTIONAL_MUTUAL"),
            ("gateway-edge-b2b.yaml", "partners-ca", "guests-ca"),
            ("gateway-edge-guest.yaml", "- guest.example", "- guest2.example"),
            ("envoyfilter-edge.yaml", "sni: b2b.acme.com", "sni: b3b.acme.com"),
            ("envoyfilter-edge.yaml", "spiffe://partner(?:/.*)?", "spiffe://partner.*"),
        ],
    ),
    (
        "backends/istio/tests/cases/addresses",
        &[
            ("envoyfilter-edge.yaml", "prefix_len: 8", "prefix_len: 9"),
            ("envoyfilter-edge.yaml", "v3.ProxyProtocol", "v3.OriginalDst"),
            ("virtualservice-edge-web-shop.acme.com.yaml", "withoutHeaders", "headers"),
        ],
    ),
    (
        "backends/istio/tests/cases/externals",
        &[
            ("serviceentry-stripe.yaml", "number: 443", "number: 444"),
            (
                "virtualservice-edge-web-shop.acme.com.yaml",
                "authority: api.stripe.com",
                "authority: bank.example",
            ),
            ("virtualservice-out-stripe.yaml", "  - shop-egress/out-stripe", "  - shop-egress/out-bank"),
        ],
    ),
    (
        "backends/istio/tests/cases/delegated",
        &[
            ("virtualservice-edge-web-www.acme.com.yaml", "regex: /cart/[^/]+", "regex: /cart/[^/]*"),
            ("virtualservice-edge-web-www.acme.com.yaml", "      method:\n        exact: POST\n", ""),
            ("virtualservice-edge-web-www.acme.com.yaml", "rewrite: /items/\\1", "rewrite: /items/x"),
        ],
    ),
];

/// The faults that are proved to mean what the program means.
fn missed((folder, faults): Faults<'_>) -> Vec<String> {
    let mut missed = Vec::new();
    let mut built = built(folder).remove(0);
    let original = built.files.clone();
    for (file, from, to) in faults {
        built.files.clone_from(&original);
        built.edit_file(file, from, to);
        if built.wrong().is_empty() {
            missed.push(format!("{folder}: {file}: {from} -> {to}"));
        }
    }
    missed
}

#[test]
fn faults_of_the_storefront_are_found() {
    assert_eq!(missed(STOREFRONT), Vec::<String>::new());
}

#[test]
fn faults_of_the_cases_are_found() {
    assert_eq!(CASES.into_iter().flat_map(missed).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_order_of_rules_counts() {
    let mut built = built("examples/storefront").remove(0);
    let (_, text) =
        built.files.iter_mut().find(|(path, _)| path.ends_with("tls-shop.acme.com.yaml")).unwrap();
    let rules: Vec<&str> = text.split("  - name: ").collect();
    let mut swapped = rules.clone();
    // The rules 3 and 4 are both for `/cart/**`; before them stand the head and the refusal of paths.
    swapped.swap(4, 5);
    *text = swapped.join("  - name: ");
    assert_ne!(built.wrong(), "");
}

#[test]
fn what_is_not_understood_is_said() {
    let mut built = built("examples/storefront").remove(0);
    let original = built.files.clone();
    let shop = original.iter().find(|(path, _)| path.ends_with("tls-shop.acme.com.yaml")).unwrap().1.clone();
    let policy = "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\n\
                  metadata: { name: a, namespace: shop-ingress }\nspec: {}\n";
    let filter = "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n\
                  metadata: { name: a, namespace: istio-system }\nspec:\n  configPatches:\n  - applyTo: HTTP_FILTER\n    \
                  match: { context: GATEWAY }\n    patch: { operation: INSERT_FIRST, value: { name: x } }\n";
    for (text, at) in [
        // Which of two is older decides.
        (shop.replace("name: edge-tls-shop", "name: second"), "spec.hosts"),
        (policy.to_owned(), "kind"),
        (filter.to_owned(), "spec.configPatches[0]"),
        (filter.replace("GATEWAY", "ANY"), "spec.configPatches[0]"),
    ] {
        built.files.clone_from(&original);
        built.files.push(("more.yaml".to_owned(), text));
        let unread = built.held().unwrap_err();
        assert!(unread.iter().any(|one| one.file == "more.yaml" && one.at == at), "{at}: {unread:?}");
    }
    built.files.clone_from(&original);
    built.edit_file("tls-shop.acme.com.yaml", "    timeout: 5s\n", "    timeout: 5s\n    corsPolicy: {}\n");
    assert!(built.wrong().contains("spec.http[5].corsPolicy"), "{}", built.wrong());
}
