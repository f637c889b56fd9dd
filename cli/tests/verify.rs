//! `gloo verify`: what a build wrote is proved equal, and an edit by hand is found, with a request that shows it.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn storefront() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/storefront")
}

fn gloo(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "80");
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The storefront's manifests for the cluster that runs Envoy, in a folder of the test.
fn built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = storefront();
    let workspace = workspace.to_str().expect("a path");
    let output = gloo(&["build", "--cluster", "lab", "--out", "out", workspace], folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("lab (Envoy 1.40): 3 files, proved equal"),
        "{}",
        text(&output.stdout)
    );
    folder
}

fn verify(folder: &Path, more: &[&str]) -> Output {
    let workspace = storefront();
    let against = workspace.to_str().expect("a path");
    gloo(&[&["verify", "out", "--against", against], more].concat(), folder)
}

#[test]
fn what_was_built_is_proved() {
    let folder = built();
    let output = verify(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(
        text(&output.stdout).starts_with("proved equal: lab (Envoy 1.40) · "),
        "{}",
        text(&output.stdout)
    );
    let output = verify(folder.path(), &["-o", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).expect("an object");
    assert_eq!(json["clusters"][0]["result"]["proof"], "proved equal");
}

#[test]
fn edits_are_found() {
    // What is replaced, by what, and the request that shows it.
    const EDITS: [(&str, &str, &str); 11] = [
        ("path_separated_prefix: /cart\n", "prefix: /cart\n", "/cart"),
        ("regex: (?:GET|HEAD)\n", "regex: (?:GET|HEAD|POST)\n", "-X POST 'https://shop.acme.com/products'"),
        ("timeout: 2s\n", "timeout: 20s\n", "/products"),
        ("weight: 9\n", "weight: 8\n", "/cart"),
        ("path: /healthz\n", "path: /health\n", "/health"),
        ("cluster: shop.checkout:http\n", "cluster: shop.catalog:http\n", "/checkout"),
        ("exact: beta\n", "exact: alpha\n", "ring="),
        ("num_retries: 2\n", "num_retries: 3\n", "https://"),
        ("substitution: /v2\\1\n", "substitution: /v3\\1\n", "/api"),
        ("path_redirect: /\n", "path_redirect: /x\n", "/shop"),
        ("response_code: FOUND\n", "response_code: SEE_OTHER\n", "http://"),
    ];
    let folder = built();
    let file = folder.path().join("out/lab/edge.yaml");
    let before = std::fs::read_to_string(&file).expect("the bootstrap");
    for (old, new, request) in EDITS {
        let after = before.replacen(old, new, 1);
        assert_ne!(after, before, "`{old}` stands in the bootstrap");
        std::fs::write(&file, after).expect("a file");
        let output = verify(folder.path(), &[]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{old}: {said}");
        assert!(said.starts_with("differs: lab (Envoy 1.40)\n"), "{old}: {said}");
        assert!(
            said.lines().any(|line| line.trim_start().starts_with("as ") && line.contains(request)),
            "{old}: {said}"
        );
    }
}

/// What isn't understood is never called proved.
#[test]
fn what_cannot_be_read_is_said() {
    let folder = built();
    let file = folder.path().join("out/lab/edge.yaml");
    let before = std::fs::read_to_string(&file).expect("the bootstrap");
    let after = before.replacen(
        "use_remote_address: true\n",
        "use_remote_address: true\n          proxy_100_continue: true\n",
        1,
    );
    std::fs::write(&file, after).expect("a file");
    let output = verify(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.starts_with("not proved: lab (Envoy 1.40): not all could be read\n"), "{said}");
    assert!(said.contains("edge.yaml: static_resources.listeners[0]"), "{said}");
    assert!(said.contains("proxy_100_continue: it isn't known what this does to requests"), "{said}");

    std::fs::write(&file, "a: [\n").expect("a file");
    let said = text(&verify(folder.path(), &[]).stdout);
    assert!(said.contains("edge.yaml: it isn't YAML"), "{said}");
    let output =
        gloo(&["verify", "nowhere", "--against", storefront().to_str().expect("a path")], folder.path());
    assert_eq!(output.status.code(), Some(2));
}
