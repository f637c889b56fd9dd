//! What other analysers can't find, found: one program for each blind spot that is known of them.
//!
//! The numbers are those of the survey of `istioctl analyze`, Kiali, Gloo Edge's and Envoy Gateway's validation that the
//! checker's list of findings was made from. Where the language leaves no room for a mistake, the test shows that.

use gloo_checker::{Change, check, diff};
use gloo_ir::{Program, compile};
use gloo_source::Severity;

const PRELUDE: &str = r#"
mesh acme { mtls: strict }
cluster east { backend: istio(version: "1.30", mode: sidecar) }
cluster lab { backend: envoy(version: "1.40")  mtls: off }
namespace shop on [east, lab] {
  service frontend { port http: 8080 }
  service cart { port http: 8080  subset v1 { version: "v1" }  subset v2 { version: "v2" } }
  service payments { port http: 8080 }
}
gateway edge on [east, lab] {
  namespace: "ingress"
  listener web: http(80) { hosts: ["*.acme.com"] }
}
provider auth0: jwt { issuer: "https://acme.auth0.com/"  jwks: "https://acme.auth0.com/jwks.json"  audiences: ["shop"] }
"#;

fn program(text: &str) -> Program {
    let compiled = compile(&[("prelude.gloo", PRELUDE), ("case.gloo", text)], None);
    let errors: Vec<&str> = compiled.errors().map(|error| error.message.as_str()).collect();
    assert_eq!(errors, Vec::<&str>::new(), "the program has no errors");
    compiled.program
}

/// The names of what is found.
fn found(text: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        check(&program(text)).iter().map(|finding| finding.code.name).collect();
    names.dedup();
    names
}

fn finds(name: &str, text: &str) {
    let found = found(text);
    assert!(found.contains(&name), "{name} is found, not only {found:?}");
}

fn finds_no(name: &str, text: &str) {
    let found = found(text);
    assert!(!found.contains(&name), "{name} is not found");
}

#[test]
fn spot_1_fragments_that_a_gateway_merges_are_compared() {
    finds(
        "conflicting-routes",
        r#"routes one on edge for "a.acme.com" { any /cart/** => cart }
           routes two on edge for "a.acme.com" { GET /cart/special => frontend }"#,
    );
}

#[test]
fn spot_2_prefix_exact_and_expression_are_compared() {
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any /a/** => cart  any /a/b => frontend }"#,
    );
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any regex(r"/a.*") => cart  any /a/b => frontend }"#,
    );
    finds_no(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any /a/** => cart  any /ab => frontend }"#,
    );
}

#[test]
fn spot_3_the_number_of_conditions_does_not_matter() {
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any /a/** => cart  any /a/b/** where header("x") == "1" => frontend }"#,
    );
}

#[test]
fn spot_4_no_method_is_every_method() {
    finds("shadowed-rule", r#"routes r on edge for "a.acme.com" { any /a => cart  POST /a => frontend }"#);
    finds_no("shadowed-rule", r#"routes r on edge for "a.acme.com" { GET /a => cart  any /a => frontend }"#);
}

#[test]
fn spot_5_values_are_compared_as_their_kind_says() {
    finds_no(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" {
             any /a where header("x") == "foobar" => cart
             any /a where header("x") == "foo" => frontend
           }"#,
    );
    finds_no(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" {
             any /a where header("x") matches r"[0-9]+" => cart
             any /a where header("x") matches r"[a-z]+" => frontend
           }"#,
    );
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" {
             any ignore_case(/a) => cart
             any /a => frontend
           }"#,
    );
}

#[test]
fn spot_6_expressions_match_the_whole_text_and_are_compared_with_each_other() {
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any regex(r"/fo+") => cart  any regex(r"/foo?") => frontend }"#,
    );
    finds_no(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" { any regex(r"/fo") => cart  any /food => frontend }"#,
    );
}

#[test]
fn spot_7_several_rules_together_are_one_cover() {
    finds(
        "shadowed-rule",
        r#"routes r on edge for "a.acme.com" {
             GET /a => cart
             any /a where method != GET => frontend
             any /a => payments
           }"#,
    );
}

#[test]
fn spot_8_an_exact_path_overlaps_an_expression() {
    finds(
        "conflicting-routes",
        r#"routes one on edge for "a.acme.com" { any /foo => cart }
           routes two on edge for "a.acme.com" { any regex(r"/fo+") => frontend }"#,
    );
}

#[test]
fn spot_9_access_is_looked_into() {
    finds(
        "dead-allow",
        r#"routes r on edge for "a.acme.com" { any /** => payments }
           access payments@east { allow frontend where path in /charge/**  deny any where path in /charge/**  allow edge }"#,
    );
    // Another spelling of a path doesn't evade a rule: the spelling that comes to it is one.
    let strict = program(
        r#"routes r on edge for "a.acme.com" { any /admin/** => respond(403)  otherwise => cart }
           prove "nobody evades it" { no request through edge where path in ignore_case(/admin/**) && !path in /Admin/** && path in /admin/** => reaches(cart) }"#,
    );
    let errors = check(&strict).into_iter().filter(|one| one.severity == Severity::Error).count();
    assert_eq!(errors, 0);
}

#[test]
fn spot_10_a_service_sees_the_rewritten_path() {
    let text = r#"routes r on edge for "a.acme.com" { any /pay/** => payments { rewrite: /internal/** } }
                  access payments@east { allow any  deny any where path in /internal/** }
                  prove "payments can be made" { some request through edge on east where path in /pay/** => reaches(payments) && allowed }"#;
    finds("proof-failed", text);
}

#[test]
fn spot_11_clusters_are_compared() {
    finds(
        "proof-failed",
        r#"routes r on edge for "a.acme.com" { any /** => cart }
           routes c on mesh@east for cart { otherwise => cart.v2 }
           prove "both answer alike" { every request through edge => same(on: [east, lab]) }"#,
    );
}

/// A policy takes nothing away that another one asks for, unless it says so by `replaces`.
#[test]
fn spot_12_policies_add_up() {
    let text = r#"routes r on edge for "a.acme.com" { named: any /** => cart }
                  policy all on edge { require auth0 }
                  policy more on r.named { max_body 1KiB }
                  prove "all log in" { no request through edge => reaches(shop.*) && !authenticated }"#;
    finds_no("proof-failed", text);
    finds("proof-failed", &text.replace("on r.named {", "on edge replaces all {"));
}

#[test]
fn spot_13_two_versions_are_compared() {
    let old =
        program(r#"routes r on edge for "a.acme.com" { any /a/** => cart  otherwise => respond(404) }"#);
    let same = program(
        r#"routes r on edge for "a.acme.com" { any [/a, /a/**] => cart  otherwise => respond(404) }"#
            .replace("[/a, /a/**]", "/a/**")
            .as_str(),
    );
    assert!(diff(&old, &same).is_equal());
    let wider = program(
        r#"routes r on edge for "a.acme.com" { any prefix("/a") => cart  otherwise => respond(404) }"#,
    );
    let changes: Vec<Change> = diff(&old, &wider)
        .entries
        .into_iter()
        .map(|entry| entry.change)
        .filter(|change| *change != Change::Equal)
        .collect();
    assert_eq!(changes, [Change::Wider, Change::Wider], "on both clusters");
}

/// Which of two routes wins never depends on when they were made: tables are joined only where it makes no difference.
#[test]
fn spot_15_nothing_depends_on_creation_time() {
    let text = |first: &str, second: &str| {
        format!(
            r#"routes {first} on edge for "a.acme.com" {{ any /a => cart }}
               routes {second} on edge for "a.acme.com" {{ any /b => frontend }}"#
        )
    };
    let (one, other) = (program(&text("one", "two")), program(&text("two", "one")));
    finds_no("conflicting-routes", &text("one", "two"));
    assert!(diff(&one, &other).is_equal());
}

#[test]
fn spot_16_a_host_has_one_owner() {
    let compiled = compile(
        &[
            (
                "prelude.gloo",
                &PRELUDE.replace("\ngateway", "\npub gateway").replace("\nnamespace", "\npub namespace"),
            ),
            (
                "teams/a/r.gloo",
                r#"use root.{edge, shop}
routes mine on edge for "a.acme.com" { any /** => shop.cart }"#,
            ),
            (
                "teams/b/r.gloo",
                r#"use root.{edge, shop}
routes hijack on edge for "a.acme.com" { GET /login => shop.frontend }"#,
            ),
        ],
        None,
    );
    let errors: Vec<&str> = compiled.errors().map(|error| error.message.as_str()).collect();
    assert_eq!(errors, Vec::<&str>::new());
    assert!(check(&compiled.program).iter().any(|finding| finding.code.name == "conflicting-routes"));
}
