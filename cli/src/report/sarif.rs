//! SARIF 2.1.0, the form in which code scanning takes findings.

use super::{Checked, Identity, identities};
use crate::commands::page;
use gloo_source::{Code, Diagnostic, Fix, Label, Level, SourceFile, Span};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where the schema of the format is.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What paths are relative to.
const BASE: &str = "%SRCROOT%";

/// The log with one run: the rules that found something, and what they found.
pub fn log(checked: &Checked<'_>) -> String {
    let codes: BTreeSet<Code> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let mut seen = BTreeMap::new();
    let identities = identities(checked.diagnostics, checked.sources);
    let results: Vec<Value> = checked
        .diagnostics
        .iter()
        .zip(&identities)
        .map(|(diagnostic, identity)| {
            let earlier = seen.entry(&identity.fingerprint).or_insert(0);
            *earlier += 1;
            let rule = codes.iter().position(|code| *code == diagnostic.code);
            result(diagnostic, rule, identity, *earlier, checked)
        })
        .collect();
    let root = if checked.folder.is_empty() { "the workspace" } else { "the repository" };
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gloo",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            // Code scanning holds against each other only runs of the same workspace.
            "automationDetails": { "id": format!("gloo/{}/", checked.name) },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { BASE: { "description": { "text": format!("the folder of {root}") } } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// What a code means.
fn rule(code: Code) -> Value {
    let page = page(code);
    let body = page.split_once('\n').map_or(page, |(_, body)| body).trim();
    let first = body.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": code.to_string(),
        "name": code.name,
        "shortDescription": { "text": first },
        "help": { "text": body, "markdown": body },
        "defaultConfiguration": {
            "enabled": code.level != Level::Allow,
            "level": match code.level {
                Level::Error | Level::Deny => "error",
                Level::Warn | Level::Allow => "warning",
            },
        },
    })
}

fn result(
    diagnostic: &Diagnostic,
    rule: Option<usize>,
    identity: &Identity,
    earlier: usize,
    checked: &Checked<'_>,
) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(said) = diagnostic.labels.first().filter(|label| !label.text.is_empty()) {
        text = format!("{text}: {}", said.text);
    }
    if let Some(request) = &diagnostic.request {
        text = format!("{text}\nrequest: {request}");
    }
    let mut result = Map::new();
    result.insert("ruleId".into(), diagnostic.code.to_string().into());
    result.insert("ruleIndex".into(), rule.into());
    result.insert("level".into(), diagnostic.severity.as_str().into());
    result.insert("message".into(), json!({ "text": text }));
    let mut labels = diagnostic.labels.iter();
    let primary = labels.next().and_then(|label| location(label, checked));
    if let Some(mut primary) = primary {
        let of = json!([{ "fullyQualifiedName": identity.declaration }]);
        primary.insert("logicalLocations".into(), of);
        result.insert("locations".into(), json!([primary]));
    }
    let related = (1..).zip(labels).filter_map(|(id, label)| {
        let mut location = location(label, checked)?;
        location.insert("id".into(), Value::from(id));
        Some(location.into())
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result.insert("relatedLocations".into(), related.into());
    }
    // The second of two findings that are alike is told from the first by its number. GitHub's `primaryLocationLineHash`
    // is left to its own upload, which warns of every value that it didn't compute itself.
    let fingerprint = format!("{}:{earlier}", identity.fingerprint);
    result.insert("partialFingerprints".into(), json!({ "gloo/v1": fingerprint }));
    if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.is_safe()) {
        result.insert("fixes".into(), json!([fixed(fix, checked)]));
    }
    let mut properties = Map::from_iter([("help".to_owned(), json!(diagnostic.help))]);
    if let Some(request) = &diagnostic.request {
        properties.insert("request".into(), request.as_str().into());
    }
    result.insert("properties".into(), properties.into());
    result.into()
}

fn location(label: &Label, checked: &Checked<'_>) -> Option<Map<String, Value>> {
    let file = checked.sources.get(label.place.file)?;
    let place = json!({
        "artifactLocation": artifact(file, checked),
        "region": region(label.place, file),
    });
    let mut location = Map::from_iter([("physicalLocation".to_owned(), place)]);
    if !label.text.is_empty() {
        location.insert("message".into(), json!({ "text": label.text }));
    }
    Some(location)
}

fn artifact(file: &SourceFile, checked: &Checked<'_>) -> Value {
    json!({ "uri": uri(&format!("{}{}", checked.folder, file.path)), "uriBaseId": BASE })
}

/// Lines and columns from 1, columns in the code units of UTF-16, the end exclusive.
fn region(place: Span, file: &SourceFile) -> Value {
    let at = |offset| file.lines.line_column_utf16(&file.text, offset);
    let (start, end) = (at(place.start), at(place.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A fix, its edits by their files.
fn fixed(fix: &Fix, checked: &Checked<'_>) -> Value {
    let mut by_file: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        if let Some(file) = checked.sources.get(edit.place.file) {
            by_file.entry(edit.place.file).or_default().push(json!({
                "deletedRegion": region(edit.place, file),
                "insertedContent": { "text": edit.text },
            }));
        }
    }
    let change = |(id, replacements)| {
        let file = checked.sources.get(id)?;
        Some(json!({ "artifactLocation": artifact(file, checked), "replacements": replacements }))
    };
    let changes: Vec<Value> = by_file.into_iter().filter_map(change).collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
