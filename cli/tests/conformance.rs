//! A request of every region, answered by a real Envoy: the examples whose constructs are lowered, and workspaces that are
//! made up here, always the same ones.
//!
//! `gloo regions -o tests` says the requests with what becomes of them by the evaluator; `gloo test --envoy` sends them.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

// The made-up workspaces of `make conformance`; of that crate, which knows all others, nothing may depend.
#[path = "../../tests/src/conformance/generate.rs"]
mod generate;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many workspaces are made up.
const WORKSPACES: u64 = 50;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn gloo(arguments: &[&str], workspace: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).arg(workspace).env("NO_COLOR", "1").env("COLUMNS", "80");
    command.env("GLOO_ENVOY", Path::new(env!("CARGO_MANIFEST_DIR")).join("../.deps/envoy/envoy"));
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How many regions of a workspace's gateway Envoy answers as the evaluator does: all.
fn conforms(name: &str, gateway: &str, workspace: &Path) -> usize {
    let regions = gloo(&["regions", "--on", gateway, "--cluster", "lab", "-o", "tests"], workspace);
    let tests = text(&regions.stdout);
    assert!(regions.status.success(), "{name}: {tests}{}", text(&regions.stderr));
    assert!(!tests.contains("can't be said by a test"), "{name}: {tests}");
    let cases = tests.lines().filter(|line| line.starts_with("  ")).count();
    assert!(cases > 0, "{name} has regions");
    std::fs::write(workspace.join("regions.gloo"), &tests).expect("a file");
    let output = gloo(&["test", "--envoy", "-o", "json", "--filter", &format!("{gateway}.")], workspace);
    let result: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{name}: {}{}", text(&output.stdout), text(&output.stderr)));
    let results = result["cases"].as_array().unwrap_or_else(|| panic!("{name}: {tests}{result:#}"));
    assert_eq!(results.len(), cases, "{name}: every region is asked");
    for case in results {
        let line = case["line"].as_u64().and_then(|line| tests.lines().nth(usize::try_from(line).ok()? - 1));
        assert_eq!(case["passed"], true, "{name}: {line:?}: {case}");
        assert_eq!(case["envoy"][0]["verdict"], "agrees", "{name}: {line:?}: {case}");
    }
    cases
}

#[test]
fn envoy_answers_every_region_of_made_up_workspaces() {
    let (next, regions) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed) as u64;
                    if seed >= WORKSPACES {
                        return;
                    }
                    let folder = tempfile::tempdir().expect("a folder");
                    let write = |name: &str, content: &str| {
                        std::fs::write(folder.path().join(name), content).expect("a file");
                    };
                    let program = generate::workspace(seed, "envoy(version: \"1.40\")");
                    write("gloo.toml", generate::MANIFEST);
                    write("made-up.gloo", &program);
                    let own = conforms(&format!("workspace {seed}\n{program}"), "edge", folder.path());
                    regions.fetch_add(own, Ordering::Relaxed);
                }
            });
        }
    });
    let regions = regions.into_inner();
    println!("{WORKSPACES} workspaces, {regions} regions, 0 mismatches");
    assert!(regions > 1_000, "only {regions} regions");
}

#[test]
fn envoy_answers_every_region_of_the_examples() {
    for (example, gateway) in
        [("hello", "front"), ("bookinfo", "ingress"), ("storefront", "edge"), ("members", "front")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&root().join("examples").join(example), folder.path());
        if example == "hello" {
            let program = folder.path().join("hello.gloo");
            let renamed =
                std::fs::read_to_string(&program).expect("a file").replace("cluster local", "cluster lab");
            std::fs::write(&program, renamed).expect("a file");
        }
        let regions = conforms(example, gateway, folder.path());
        println!("{example}: {regions} regions, 0 mismatches");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}
