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

use serde_json::Value;
use std::fmt::Write;
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

/// Numbers that look random, and are the same each time (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).expect("small")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const HOSTS: [&str; 5] = [
    "\"shop.acme.com\"",
    "\"*.acme.com\"",
    "\"api.acme.com\"",
    "[\"a.acme.com\", \"b.acme.com\"]",
    "\"*.eu.acme.com\"",
];
const METHODS: [&str; 6] = ["any", "GET", "POST", "GET|HEAD", "PUT|PATCH|DELETE", "OPTIONS"];
const PATHS: [&str; 16] = [
    "/a",
    "/a/**",
    "/a/*",
    "/a/b",
    "/*/b",
    "/a/{id}/c",
    "prefix(\"/a\")",
    "regex(r\"/[ab](/b)?\")",
    "regex(r\"/v[0-9]+/.*\")",
    "/b",
    "ignore_case(/A/**)",
    "/*.png",
    "/img-*/x",
    "/",
    "/~bob/**",
    "/caf%C3%A9/**",
];
const CONDITIONS: [&str; 20] = [
    "header(\"x\") == \"1\"",
    "header(\"x\") != \"1\"",
    "has(header(\"x\"))",
    "!has(header(\"x\"))",
    "header(\"x\") matches r\"[0-9]+\"",
    "!(header(\"x\") == \"1\")",
    "header(\"accept\") contains \"html\"",
    "header(\"user-agent\") starts_with \"curl\"",
    "query(\"q\") == \"1\"",
    "query(\"q\") != \"1\"",
    "!has(query(\"q\"))",
    "cookie(\"c\") starts_with \"a\"",
    "cookie(\"c\") == \"b\"",
    "path in /a/**",
    "!path == /a/b",
    "!path in [/a/*, /b]",
    "host == \"shop.acme.com\"",
    "method != DELETE",
    "(header(\"x\") == \"1\" || query(\"q\") == \"2\")",
    "!(header(\"x\") == \"1\" && method == GET)",
];
const ACTIONS: [&str; 12] = [
    "one",
    "two",
    "three.v1",
    "split(one: 50%, two: 50%)",
    "respond(204)",
    "respond(418, \"short and stout\")",
    "redirect(path: \"/elsewhere\", status: 301)",
    "redirect(scheme: https, status: 308)",
    "one { rewrite: /r }",
    "two { request_headers { set x-a: \"1\"  remove x } }",
    "two { timeout: 2s  retries: 1 }",
    "one { host: \"inside.acme.com\" }",
];

/// A workspace of a few tables whose patterns overlap in every way.
fn workspace(seed: u64) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut text = String::from(
        "cluster lab { backend: envoy(version: \"1.40\") }\n\
         namespace shop {\n  service one { port http: 8080 }\n  service two { port http: 8080 }\n\
         \x20 service three { port http: 8080  subset v1 { version: \"v1\" } }\n}\n\
         gateway edge { namespace: \"edge\"  listener web: http(80) { hosts: [\"*.acme.com\"] } }\n",
    );
    // Hosts of their own: tables that share one could give a request two answers.
    let first = numbers.below(HOSTS.len());
    for table in 0..=numbers.below(3) {
        let host = HOSTS[(first + table) % HOSTS.len()];
        let _ = writeln!(text, "routes table{table} on edge for {host} {{");
        let mut known: Vec<String> = Vec::new();
        for _ in 0..4 + numbers.below(9) {
            let mut matched = format!("{} {}", numbers.one(&METHODS), numbers.one(&PATHS));
            let conditions: Vec<&str> = (0..numbers.below(3)).map(|_| numbers.one(&CONDITIONS)).collect();
            if !conditions.is_empty() {
                let _ = write!(matched, " where {}", conditions.join(" && "));
            }
            if !known.contains(&matched) {
                let _ = writeln!(text, "  {matched} => {}", numbers.one(&ACTIONS));
                known.push(matched);
            }
        }
        text.push_str(if numbers.below(2) == 0 { "  otherwise => respond(404)\n}\n" } else { "}\n" });
    }
    text
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
                    write("gloo.toml", "[workspace]\nname = \"made-up\"\n");
                    write("made-up.gloo", &workspace(seed));
                    let own =
                        conforms(&format!("workspace {seed}\n{}", workspace(seed)), "edge", folder.path());
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
    for (example, gateway) in [("hello", "front"), ("bookinfo", "ingress"), ("storefront", "edge")] {
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
