//! Crates know only the steps before them, as ARCHITECTURE.md draws it.

use super::Problem;
use serde_json::Value;
use std::collections::BTreeSet;

/// The arrows of the drawing; a crate may also use what stands behind the ones it points to.
const ARROWS: &[(&str, &[&str])] = &[
    ("gloo-world", &[]),
    ("gloo-source", &[]),
    ("gloo-domain", &[]),
    ("gloo-syntax", &["gloo-source"]),
    ("gloo-ir", &["gloo-syntax", "gloo-domain"]),
    ("gloo-db", &["gloo-ir"]),
    ("gloo-checker", &["gloo-ir"]),
    ("gloo-target", &["gloo-ir"]),
    ("gloo-istio", &["gloo-target"]),
    ("gloo-gateway-api", &["gloo-target"]),
    ("gloo-envoy", &["gloo-target"]),
    ("gloo-lsp", &["gloo-world", "gloo-db", "gloo-checker"]),
    ("gloo", &["gloo-lsp", "gloo-istio", "gloo-gateway-api", "gloo-envoy"]),
    ("gloo-tests", &["gloo-db", "gloo-checker", "gloo-istio", "gloo-gateway-api", "gloo-envoy"]),
    ("xtask", &[]),
];

/// What a crate's tests alone may use beyond what is drawn: the checker says whether a target's files, read back, mean the program.
const OF_TESTS: &[(&str, &str)] =
    &[("gloo-istio", "gloo-checker"), ("gloo-gateway-api", "gloo-checker"), ("gloo-envoy", "gloo-checker")];

/// Whether a package needs another for its tests alone.
fn is_of_tests(metadata: &Value, name: &str, other: &str) -> bool {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let own = packages.filter(|package| package["name"] == name);
    let mut uses = own.flat_map(|package| package["dependencies"].as_array().into_iter().flatten());
    OF_TESTS.contains(&(name, other)) && uses.all(|one| one["name"] != other || one["kind"] == "dev")
}

/// Dependencies, also those of tests and build scripts, that the drawing doesn't have.
pub fn check(metadata: &Value) -> Vec<Problem> {
    let packages = super::packages(metadata);
    let ours: BTreeSet<_> = packages.iter().map(|(name, ..)| *name).collect();
    let mut problems = Vec::new();
    for (name, manifest, dependencies) in &packages {
        let Some(allowed) = behind(name) else {
            let text = format!(
                "`{name}` is not drawn: give it its arrows in xtask/src/tidy/arrows.rs and ARCHITECTURE.md"
            );
            problems.push(Problem::new(manifest, 1, text));
            continue;
        };
        let drawn = |other: &str| allowed.contains(other) || is_of_tests(metadata, name, other);
        for other in dependencies.iter().filter(|other| ours.contains(*other) && !drawn(other)) {
            problems.push(Problem::new(manifest, 1, format!("no arrow leads from `{name}` to `{other}`")));
        }
    }
    problems
}

/// Everything that a crate may use.
fn behind(name: &str) -> Option<BTreeSet<&'static str>> {
    let arrows = |name: &str| ARROWS.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
    let mut found = BTreeSet::new();
    let mut next = arrows(name)?.to_vec();
    while let Some(name) = next.pop() {
        if found.insert(name) {
            next.extend(arrows(name).unwrap_or_default());
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn only_steps_before() {
        let package = |name: &str, dependencies: &[&str]| {
            let dependencies: Vec<_> = dependencies.iter().map(|name| json!({ "name": name })).collect();
            json!({ "name": name, "manifest_path": format!("/r/{name}/Cargo.toml"), "dependencies": dependencies })
        };
        let metadata = json!({ "workspace_root": "/r", "packages": [
            package("gloo-source", &["serde"]),
            package("gloo-syntax", &["gloo-source"]),
            package("gloo-istio", &["gloo-source", "gloo-envoy"]),
            package("gloo-envoy", &[]),
            package("gloo-lonely", &[]),
        ]});
        let found: Vec<_> =
            super::check(&metadata).into_iter().map(|problem| problem.file + ": " + &problem.text).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "gloo-istio/Cargo.toml: no arrow leads from `gloo-istio` to `gloo-envoy`");
        assert!(found[1].starts_with("gloo-lonely/Cargo.toml: `gloo-lonely` is not drawn"));
    }
}
