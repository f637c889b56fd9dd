//! Manifests read back: what gloo emits means what the program means, and what is changed in it is noticed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]
#![expect(clippy::indexing_slicing, reason = "documents are changed at places that are known to be there")]

#[path = "read/faults.rs"]
mod faults;
#[path = "read/guards.rs"]
mod guards;
#[path = "read/tangled.rs"]
mod tangled;

use faults::faults;
use gloo_checker::{Change, Equality, equality};
use gloo_gateway_api::{GatewayApiTarget, read};
use gloo_ir::{Backend, Cluster, Program, compile};
use gloo_source::{Sink, render::one_line};
use gloo_target::{Document, Layout, on_cluster};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tangled::{HEAD, TANGLED};

/// A program with what is emitted for one of its clusters.
struct Case {
    name: String,
    program: Program,
    cluster: Arc<Cluster>,
    documents: Vec<Document>,
}

impl Case {
    fn held(&self, documents: &[Document]) -> Result<Equality, String> {
        let read =
            read::read(&self.program, &self.cluster.id, documents).map_err(|unread| unread[0].to_string())?;
        Ok(self.against(&read))
    }

    fn against(&self, read: &Program) -> Equality {
        equality(&on_cluster(&self.program, &self.cluster.id), read)
    }
}

/// The examples and the golden cases, each on its first cluster that runs Envoy Gateway.
fn cases() -> Vec<Case> {
    let examples = ["hello", "bookinfo", "storefront"];
    let golden = [
        "access",
        "actions",
        "collisions",
        "delegated",
        "externals",
        "grpc",
        "guarded-hosts",
        "jwt",
        "listeners",
        "many-rules",
        "names",
        "options",
        "order",
        "paths",
        "predicates",
        "traffic",
    ];
    examples.into_iter().chain(golden).map(case).collect()
}

fn case(name: &str) -> Case {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = here.join("tests/cases").join(name);
    let folder = if golden.is_dir() { golden } else { here.join("../../examples").join(name) };
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files);
    // What of examples runs elsewhere is said to run here.
    let here = r#"backend: gateway_api(version: "1.6", gateway: envoy_gateway("1.9"), mesh: none)"#;
    if name == "hello" {
        for (_, text) in &mut files {
            let start = text.find("backend: ").unwrap();
            let end = start + text.get(start..).unwrap().find(')').unwrap() + 1;
            text.replace_range(start..end, here);
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    built(name, &files)
}

/// What is emitted for a program.
fn built(name: &str, files: &[(&str, &str)]) -> Case {
    let compiled = compile(files, None);
    let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}");
    let program = compiled.program;
    let is_here = |cluster: &&Arc<Cluster>| matches!(cluster.backend.value, Backend::GatewayApi { .. });
    let cluster = program
        .clusters
        .values()
        .find(is_here)
        .unwrap_or_else(|| panic!("{name} runs Envoy Gateway"))
        .clone();
    let mut sink = Sink::new();
    let targets = |_: &Backend| -> &(dyn gloo_target::Target + Sync) { &GatewayApiTarget };
    let clusters = [cluster.clone()];
    let built =
        gloo_target::build(&program, &clusters, &targets, &Layout::Flat, &|_| String::new(), &mut sink);
    let said = sink.into_diagnostics();
    let built = built.unwrap_or_else(|_| panic!("{name}: {said:?}"));
    let documents = built.clusters[0].files.iter().filter(|file| file.path.ends_with(".yaml"));
    let documents = documents.flat_map(|file| Document::read(&file.path, &file.text).unwrap()).collect();
    Case { name: name.to_owned(), program, cluster, documents }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|end| end == "gloo") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// What differs, in words.
fn differences(held: &Equality) -> String {
    let mut text = held.settings.join("\n");
    for entry in held.entries.iter().filter(|entry| entry.change != Change::Equal) {
        text.push_str(&format!("\n{} {:?}", entry.entry, entry.undecided));
        for one in &entry.differences {
            let (before, after) = (&one.before, &one.after);
            text.push_str(&format!(
                "\n  {}\n    {} {:?}\n    {} {:?}",
                one.command, before.summary, before.effects, after.summary, after.effects
            ));
        }
    }
    text
}

#[test]
fn what_is_emitted_means_what_the_program_means() {
    for case in cases() {
        let held = case.held(&case.documents).unwrap_or_else(|unread| panic!("{}: {unread}", case.name));
        assert!(held.is_proved(), "{}: {}", case.name, differences(&held));
        assert!(held.regions() > 0, "{} has requests", case.name);
        println!("{}: {} regions", case.name, held.regions());
    }
}

/// Where regular expressions rank last, as the specification lets others rank them, what is emitted for these is wrong: it is
/// made for Envoy Gateway alone.
const FOR_ENVOY_GATEWAY_ALONE: [&str; 8] =
    ["bookinfo", "storefront", "access", "actions", "delegated", "grpc", "jwt", "order"];

/// Whichever route is the oldest, Envoy Gateway does the same.
#[test]
fn every_age_of_routes_means_the_same() {
    for case in cases() {
        let documents = &case.documents;
        let readings = read::readings(&case.program, &case.cluster.id, documents).unwrap();
        let held: Vec<Equality> = readings.iter().map(|reading| case.against(reading)).collect();
        assert_eq!(held.len(), 4);
        for held in &held[..2] {
            assert!(held.is_proved(), "{}: {}", case.name, differences(held));
        }
        let by_others = held[2..].iter().all(Equality::is_proved);
        assert!(by_others || FOR_ENVOY_GATEWAY_ALONE.contains(&&*case.name), "{}", case.name);
    }
}

#[test]
fn tangled_rules_win_as_written() {
    for (number, routes) in TANGLED.into_iter().enumerate() {
        let name = format!("tangle {number}");
        let case = built(&name, &[("input.gloo", &format!("{HEAD}{routes}"))]);
        let readings = read::readings(&case.program, &case.cluster.id, &case.documents).unwrap();
        for reading in &readings[..2] {
            let held = case.against(reading);
            assert!(held.is_proved(), "{name}: {}", differences(&held));
        }
    }
}

/// Rules, and routes, decide by their ranks and not by where they stand.
#[test]
fn the_written_order_means_nothing() {
    for case in cases() {
        let mut documents = case.documents.clone();
        documents.reverse();
        for route in documents.iter_mut().filter(|document| document.value["kind"] == "HTTPRoute") {
            route.value["spec"]["rules"].as_array_mut().unwrap().reverse();
        }
        let held = case.held(&documents).unwrap();
        assert!(held.is_proved(), "{}: {}", case.name, differences(&held));
    }
}

#[test]
fn what_is_changed_is_noticed() {
    let (mut tried, mut refuted, mut unnoticed) = (0, 0, Vec::new());
    for (name, faults) in faults() {
        let case = case(name);
        for (file, place, value) in faults {
            let mut documents = case.documents.clone();
            let document = documents.iter_mut().find(|document| document.file.ends_with(&format!("/{file}")));
            let document = document.unwrap_or_else(|| panic!("{name} has {file}"));
            let (within, field) = place.rsplit_once('/').unwrap();
            let parent = document.value.pointer_mut(within).unwrap_or_else(|| panic!("{file} has {place}"));
            let changed = match parent {
                Value::Array(all) => {
                    std::mem::replace(&mut all[field.parse::<usize>().unwrap()], value.clone())
                }
                parent => std::mem::replace(&mut parent[field], value.clone()),
            };
            assert_ne!(changed, value, "{file}: {place}");
            tried += 1;
            match case.held(&documents) {
                Ok(held) if held.is_proved() => unnoticed.push(format!("{name}: {file}: {place} = {value}")),
                Ok(_) => refuted += 1,
                Err(_) => {}
            }
        }
    }
    println!("{tried} changes, {refuted} refuted, the others not read");
    assert_eq!(unnoticed, Vec::<String>::new());
}

/// A policy that is lost, or asks something else, or is on something else.
#[test]
fn what_is_changed_in_policies_is_noticed() {
    let (mut tried, mut refuted, mut unnoticed) = (0, 0, Vec::new());
    for case in ["jwt", "access", "guarded-hosts"].map(case) {
        for (what, documents) in guards::changes(&case.documents) {
            tried += 1;
            match case.held(&documents) {
                Ok(held) if held.is_proved() => unnoticed.push(what),
                Ok(_) => refuted += 1,
                Err(_) => {}
            }
        }
    }
    println!("{tried} changes, {refuted} refuted, the others not read");
    assert_eq!(unnoticed, Vec::<String>::new());
}
