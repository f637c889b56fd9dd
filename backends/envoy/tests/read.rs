//! Bootstraps read back: what gloo emits means what the program means, and what is changed in it is noticed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]
#![expect(clippy::indexing_slicing, reason = "documents are changed at places that are known to be there")]

use gloo_checker::{Equality, Fate, equality};
use gloo_envoy::{EnvoyTarget, read};
use gloo_ir::{Backend, Cluster, Program, compile};
use gloo_source::Sink;
use gloo_target::{Document, Layout, on_cluster};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
        Ok(equality(&on_cluster(&self.program, &self.cluster.id), &read))
    }
}

/// The examples and the golden cases, each on its first cluster that runs Envoy by itself.
fn cases() -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples =
        ["hello", "bookinfo", "storefront", "members"].map(|name| here.join("../../examples").join(name));
    let golden = ["actions", "admission", "calls", "listeners", "predicates", "tokens"]
        .map(|name| here.join("tests/cases").join(name));
    examples.into_iter().chain(golden).map(|folder| case(&folder)).collect()
}

fn case(folder: &Path) -> Case {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let program = compile(&files, None).program;
    let is_envoy = |cluster: &&Arc<Cluster>| matches!(cluster.backend.value, Backend::Envoy { .. });
    let cluster =
        program.clusters.values().find(is_envoy).unwrap_or_else(|| panic!("{name} runs Envoy")).clone();
    let mut sink = Sink::new();
    let layout = Layout::Flat;
    let targets = |_: &Backend| -> &(dyn gloo_target::Target + Sync) { &EnvoyTarget };
    let clusters = [cluster.clone()];
    let built =
        gloo_target::build(&program, &clusters, &targets, &layout, &|_| String::new(), &mut sink).unwrap();
    let documents = built.clusters[0].files.iter().filter(|file| file.path.ends_with(".yaml"));
    let documents = documents.flat_map(|file| Document::read(&file.path, &file.text).unwrap()).collect();
    Case { name, program, cluster, documents }
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

#[test]
fn what_is_emitted_means_what_the_program_means() {
    for case in cases() {
        let held = case.held(&case.documents).unwrap_or_else(|unread| panic!("{}: {unread}", case.name));
        assert!(held.is_proved(), "{}: {:?} {:#?}", case.name, held.settings, shown(&held));
        assert!(held.regions() > 0, "{} has requests", case.name);
    }
}

/// What differs, in words.
fn shown(held: &Equality) -> Vec<String> {
    let of = |fate: &Fate| format!("{} {:?}", fate.summary, fate.effects);
    let differences = held.entries.iter().flat_map(|entry| &entry.differences);
    let differences =
        differences.map(|one| format!("{}: {} / {}", one.command, of(&one.before), of(&one.after)));
    let undecided = held
        .entries
        .iter()
        .filter_map(|entry| Some(format!("{}: {:?}", entry.entry, entry.undecided.as_ref()?)));
    differences.chain(undecided).collect()
}

/// Every part of every bootstrap is left out, made another, or changes its place with the next. What is then still proved equal
/// is shown in the snapshot: nothing else may be, and none of it may decide what becomes of a request.
#[test]
fn what_is_changed_is_noticed() {
    let (mut tried, mut noticed) = (0_usize, 0_usize);
    let mut unnoticed: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        // The large ones would say it again, for minutes.
        if matches!(case.name.as_str(), "bookinfo" | "storefront" | "members" | "admission") {
            continue;
        }
        for (number, document) in case.documents.iter().enumerate() {
            if document.value.get("static_resources").is_none() {
                continue;
            }
            for (what, changed) in faults(&document.value) {
                let mut documents = case.documents.clone();
                documents[number].value = changed;
                tried += 1;
                match case.held(&documents) {
                    Ok(held) if held.is_proved() => *unnoticed.entry(what).or_default() += 1,
                    _ => noticed += 1,
                }
            }
        }
    }
    println!("{tried} changes, {noticed} noticed");
    assert!(noticed > 200, "only {noticed} of {tried}");
    let kinds: Vec<&String> = unnoticed.keys().collect();
    insta::assert_debug_snapshot!(kinds);
}

/// Documents with one thing changed, each with the place, without numbers, and the kind of change.
fn faults(document: &Value) -> Vec<(String, Value)> {
    let mut places = Vec::new();
    walk(document, String::new(), &mut places);
    let mut found = Vec::new();
    for place in places {
        let value = document.pointer(&place).unwrap();
        let name =
            place.split('/').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join("/");
        let mut with = |what: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = document.clone();
            change(changed.pointer_mut(&place).unwrap());
            if changed != *document {
                found.push((format!("{name} {what}"), changed));
            }
        };
        match value {
            Value::Object(fields) => {
                for field in fields.keys().filter(|field| !IGNORED.contains(&field.as_str())) {
                    with(&format!("without {field}"), &|value| {
                        drop(value.as_object_mut().unwrap().remove(field));
                    });
                }
            }
            Value::Array(parts) => {
                for index in 1..parts.len() {
                    with("in another order", &|value| value.as_array_mut().unwrap().swap(index - 1, index));
                }
                for index in 0..parts.len() {
                    with("without one", &|value| drop(value.as_array_mut().unwrap().remove(index)));
                }
            }
            Value::String(_) => with("another text", &|value| {
                *value = Value::String(format!("{}x", value.as_str().unwrap()));
            }),
            Value::Number(_) => with("another number", &|value| {
                *value = Value::from(value.as_u64().unwrap_or(0) + 1);
            }),
            Value::Bool(_) => with("the contrary", &|value| {
                *value = Value::Bool(!value.as_bool().unwrap());
            }),
            Value::Null => {}
        }
    }
    found
}

/// What says nothing about requests, by design of the target or as the reader says.
const IGNORED: [&str; 14] = [
    "admin",
    "stat_prefix",
    "connect_timeout",
    "circuit_breakers",
    "dns_lookup_family",
    "lb_policy",
    "round_robin_lb_config",
    "health_checks",
    "outlier_detection",
    "typed_extension_protocol_options",
    "retry_back_off",
    "generate_request_id",
    "request_headers_timeout",
    "hash_policy",
];

fn walk(value: &Value, place: String, places: &mut Vec<String>) {
    let below = |part: &str| format!("{place}/{}", part.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(fields) => {
            for (field, value) in fields.iter().filter(|(field, _)| !IGNORED.contains(&field.as_str())) {
                walk(value, below(field), places);
            }
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                walk(part, below(&index.to_string()), places);
            }
        }
        _ => {}
    }
    places.push(place);
}
