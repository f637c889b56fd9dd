//! Manifests of whole programs: every object must be one that a cluster with Istio's schemas takes
//! (`schema/README.md`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

#[path = "../../target/tests/support/cases.rs"]
mod cases;
#[path = "../../target/tests/support/schemas.rs"]
mod schemas;

use gloo_ir::Backend;
use gloo_istio::IstioTarget;
use schemas::Schemas;
use serde_json::{Value, json};

#[test]
fn golden() {
    let schemas = Schemas::read();
    insta::glob!("cases/*/input.gloo", |input| {
        cases::hold(input, &IstioTarget, &|artifacts| schemas.problems_of(artifacts));
    });
}

/// What is said of policies is none of this crate's, so the secured example isn't here.
#[test]
fn examples() {
    let schemas = Schemas::read();
    let wanted = |backend: &Backend| matches!(backend, Backend::Istio { .. });
    let check = |artifacts: &[_]| schemas.problems_of(artifacts);
    cases::hold_examples(&["bookinfo", "storefront"], wanted, &IstioTarget, &check);
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let schemas = Schemas::read();
    let service = |spec: Value| {
        json!({
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "a", "namespace": "b"},
            "spec": spec,
        })
    };
    let problems = |spec: Value| schemas.problems(&service(spec));
    assert_eq!(problems(json!({"hosts": ["a.b"], "http": [{"timeout": "1s"}]})), Vec::<String>::new());
    assert_ne!(problems(json!({"hosts": ["a.b"], "http": [{"timeout": "0s"}]})), Vec::<String>::new());
    assert_ne!(problems(json!({"host": ["a.b"]})), Vec::<String>::new());
    assert_ne!(problems(json!({"hosts": "a.b"})), Vec::<String>::new());
    let two = json!({"hosts": ["a.b"], "http": [{"match": [{"uri": {"exact": "/", "prefix": "/"}}]}]});
    assert_ne!(problems(two), Vec::<String>::new());
}
