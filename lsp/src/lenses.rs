//! What can be done with a declaration: `textDocument/codeLens`.

use crate::commands;
use crate::protocol::{Answer, CodeLens, CodeLensParams, Command, Position};
use crate::regions;
use crate::snapshot::{Opened, Snapshot};
use gloo_source::{NodeId, Place};
use gloo_syntax::ast::{ItemKind, RouteEntry};
use serde_json::json;

/// "Show a request" on rules and proofs, "run test" on tests, "what changes since HEAD" on tables.
pub fn lenses(snapshot: &Snapshot, params: &CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let lens = |node: NodeId, title: String, command: &str, more: serde_json::Value| {
        let range = opened.range(node);
        let at: Position = range.start;
        let mut argument = json!({ "uri": params.text_document.uri, "position": at });
        if let (Some(into), serde_json::Value::Object(from)) = (argument.as_object_mut(), more) {
            into.extend(from);
        }
        CodeLens {
            range: opened.text.range_of(opened.span(node).start, opened.span(node).start),
            command: Some(Command {
                title,
                tooltip: None,
                command: command.to_owned(),
                arguments: Some(vec![argument]),
            }),
            data: None,
        }
    };
    let mut all = Vec::new();
    let nothing = || json!({});
    for item in &opened.tree().items {
        match &item.kind {
            ItemKind::Routes(it) => {
                all.push(lens(item.id, "show the manifests".to_owned(), commands::MANIFESTS, nothing()));
                if !snapshot.is_single {
                    let revision = json!({ "revision": "HEAD" });
                    all.push(lens(item.id, "what changes since HEAD".to_owned(), commands::DIFF, revision));
                }
                for entry in &it.entries {
                    if let RouteEntry::Rule(rule) = entry {
                        all.push(lens(
                            rule.id,
                            of_rule(snapshot, &opened, rule.id),
                            commands::REQUEST,
                            nothing(),
                        ));
                    }
                }
            }
            ItemKind::Test(_) => all.push(lens(item.id, "run test".to_owned(), commands::TEST, nothing())),
            ItemKind::Prove(_) => {
                all.push(lens(item.id, "show a request".to_owned(), commands::PROVE, nothing()));
            }
            _ => {}
        }
    }
    Ok(Some(all))
}

/// How many kinds of requests get to a rule, where that is known.
fn of_rule(snapshot: &Snapshot, opened: &Opened<'_>, node: NodeId) -> String {
    let plain = "show a request".to_owned();
    let Some(insight) = regions::insight(snapshot, opened).filter(|insight| !insight.regions.is_empty())
    else {
        return plain;
    };
    match regions::of_rule(insight, Place { file: opened.file, node }).count() {
        0 => plain,
        1 => "show a request (1 kind)".to_owned(),
        kinds => format!("show a request ({kinds} kinds)"),
    }
}
