//! Bootstraps of whole programs: a real Envoy must take each as it is. `make deps` fetches it; without one the tests fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files, and Envoy is a process")]

#[path = "../../target/tests/support/cases.rs"]
mod cases;

use gloo_envoy::EnvoyTarget;
use gloo_ir::Backend;
use gloo_target::Artifact;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where bootstraps look for the files of secrets.
const SECRETS: &str = "/etc/gloo/secrets";

#[test]
fn golden() {
    let envoy = envoy();
    insta::glob!("cases/*/input.gloo", |input| {
        cases::hold(input, &EnvoyTarget, &|artifacts| refusals(&envoy, artifacts));
    });
}

/// The secured example isn't here: some of its policies are not lowered.
#[test]
fn examples() {
    let envoy = envoy();
    let wanted = |backend: &Backend| matches!(backend, Backend::Envoy { .. });
    let check = |artifacts: &[Artifact]| refusals(&envoy, artifacts);
    cases::hold_examples(&["hello", "bookinfo", "storefront", "members"], wanted, &EnvoyTarget, &check);
}

#[test]
fn envoy_refuses_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let bootstrap = folder.path().join("bootstrap.yaml");
    let says = |text: &str| {
        std::fs::write(&bootstrap, text).unwrap();
        refusal(&envoy(), &bootstrap)
    };
    assert_eq!(says("static_resources: {}\n"), None);
    assert!(says("static_resources: { listener: [] }\n").unwrap().contains("listener"));
    assert!(says("static_resources: { clusters: [{ name: a, connect_timeout: 0s }] }\n").is_some());
}

/// Envoy's program: the one that `GLOO_ENVOY` names, or the one that `make deps` fetched.
fn envoy() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.deps/envoy/envoy");
    let envoy = std::env::var_os("GLOO_ENVOY").map_or(fetched, PathBuf::from);
    assert!(envoy.exists(), "there is no Envoy at `{}`: `make deps` fetches one", envoy.display());
    envoy
}

/// What Envoy says of the bootstraps that it doesn't take. The files of secrets stand in a folder of the test, whatever
/// else a bootstrap says is left as it is.
fn refusals(envoy: &Path, artifacts: &[Artifact]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets").to_str().unwrap().to_owned();
    let mut bootstraps = Vec::new();
    for artifact in artifacts {
        let path = folder.path().join(&artifact.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = artifact.text("case", &|_| String::new()).unwrap().replace(SECRETS, &secrets);
        std::fs::write(&path, &text).unwrap();
        if text.contains("\nstatic_resources:") {
            bootstraps.push(path);
        }
    }
    assert_ne!(bootstraps, Vec::<PathBuf>::new(), "no bootstrap among the files");
    bootstraps.iter().filter_map(|bootstrap| refusal(envoy, bootstrap)).collect()
}

/// What Envoy says of a bootstrap that it doesn't take.
fn refusal(envoy: &Path, bootstrap: &Path) -> Option<String> {
    let output = Command::new(envoy)
        .args(["--mode", "validate", "--log-level", "warn", "--config-path"])
        .arg(bootstrap)
        .output()
        .unwrap_or_else(|error| panic!("`{}` can't be started: {error}", envoy.display()));
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
