//! Who can call a service, through which rules: the call hierarchy.

use crate::names::{self, Symbol};
use crate::protocol::{
    Answer, CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range,
    SymbolKind,
};
use crate::regions;
use crate::snapshot::{Opened, Snapshot};
use crate::symbols::kind;
use gloo_ir::resolve::{DeclarationId, Kind, declared_nodes};
use gloo_source::Span;
use gloo_syntax::ast::{ItemKind, RouteEntry};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `textDocument/prepareCallHierarchy`: services, externals and tables call and are called.
pub fn prepare(
    snapshot: &Snapshot,
    params: &CallHierarchyPrepareParams,
) -> Answer<Option<Vec<CallHierarchyItem>>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let found = names::at(snapshot, &opened, opened.offset(at.position));
    let id = found.and_then(|found| match found.symbol {
        // A subset is called where its service is.
        Symbol::Member(id, _) => Some(id),
        _ => found.declaration(),
    });
    Ok(id.and_then(|id| item(snapshot, id)).map(|item| vec![item]))
}

/// `callHierarchy/incomingCalls`: the rules that name it.
pub fn incoming(
    snapshot: &Snapshot,
    params: &CallHierarchyIncomingCallsParams,
) -> Answer<Option<Vec<CallHierarchyIncomingCall>>> {
    let Some(callee) = identity(snapshot, params.item.data.as_ref()) else { return Ok(None) };
    let paths: Vec<_> = snapshot.database.paths().cloned().collect();
    let mut calls = Vec::new();
    for opened in paths.iter().filter_map(|path| snapshot.file(path)) {
        let mut by_rule: BTreeMap<Span, (CallHierarchyItem, Vec<Range>)> = BTreeMap::new();
        for one in names::occurrences(snapshot, &opened) {
            let is_callee = one.declaration() == Some(callee)
                || matches!(&one.symbol, Symbol::Member(of, _) if *of == callee);
            let action = destination_around(&opened, one.span).filter(|_| is_callee && !one.declares);
            let Some((table, rule)) = action else { continue };
            let Some(uri) = snapshot.uri(&opened.path) else { continue };
            let shown = || CallHierarchyItem {
                name: title(&opened, rule),
                kind: SymbolKind::Method,
                tags: None,
                detail: Some(table),
                uri,
                range: opened.text.range(rule),
                selection_range: opened.text.range_of(rule.start, rule.start),
                data: None,
            };
            by_rule.entry(rule).or_insert_with(|| (shown(), Vec::new())).1.push(opened.text.range(one.span));
        }
        let called = by_rule.into_values();
        calls.extend(called.map(|(from, from_ranges)| CallHierarchyIncomingCall { from, from_ranges }));
    }
    Ok(Some(calls))
}

/// `callHierarchy/outgoingCalls`: what the rules of a table name.
pub fn outgoing(
    snapshot: &Snapshot,
    params: &CallHierarchyOutgoingCallsParams,
) -> Answer<Option<Vec<CallHierarchyOutgoingCall>>> {
    let Some(caller) = identity(snapshot, params.item.data.as_ref()) else { return Ok(None) };
    let names = snapshot.database.names();
    if names.kind(caller) != Some(Kind::Routes) {
        return Ok(None);
    }
    let Some(opened) = snapshot.numbered(caller.file) else { return Ok(None) };
    let Some(node) = declared_nodes(opened.tree()).get(caller.index as usize).copied() else {
        return Ok(None);
    };
    let item_of = opened.tree().items.iter().find(|item| item.name().is_some_and(|name| name.id == node));
    let Some(whole) = item_of.map(|item| opened.span(item.id)) else { return Ok(None) };
    let mut called: BTreeMap<DeclarationId, Vec<Range>> = BTreeMap::new();
    for one in names::occurrences(snapshot, &opened) {
        let inside = whole.start <= one.span.start && one.span.end <= whole.end && !one.declares;
        let is_destination = inside && destination_around(&opened, one.span).is_some();
        let Some(id) = one.declaration().filter(|_| is_destination) else { continue };
        if matches!(names.kind(id), Some(Kind::Service | Kind::External | Kind::Routes)) {
            called.entry(id).or_default().push(opened.text.range(one.span));
        }
    }
    let calls = called.into_iter().filter_map(|(id, from_ranges)| {
        Some(CallHierarchyOutgoingCall { to: item(snapshot, id)?, from_ranges })
    });
    Ok(Some(calls.collect()))
}

/// The table and the rule around a span that stands in the rule's action or options.
fn destination_around(opened: &Opened<'_>, span: Span) -> Option<(String, Span)> {
    let (_, rule) = regions::rule_at(opened, span.start)?;
    for item in &opened.tree().items {
        let ItemKind::Routes(table) = &item.kind else { continue };
        for entry in &table.entries {
            let RouteEntry::Rule(it) = entry else { continue };
            if opened.span(it.id) == rule {
                let action = opened.span(it.action.id);
                return (action.start <= span.start).then(|| (table.name.text.to_string(), rule));
            }
        }
    }
    None
}

fn title(opened: &Opened<'_>, rule: Span) -> String {
    let text = opened.text.slice(rule);
    let pattern = text.split("=>").next().unwrap_or(text);
    pattern.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn item(snapshot: &Snapshot, id: DeclarationId) -> Option<CallHierarchyItem> {
    let names = snapshot.database.names();
    let declared = names.declared(id)?;
    if !matches!(declared.kind, Kind::Service | Kind::External | Kind::Routes) {
        return None;
    }
    let opened = snapshot.numbered(id.file)?;
    let node = declared_nodes(opened.tree()).get(id.index as usize).copied()?;
    let range = opened.range(node);
    Some(CallHierarchyItem {
        name: names.qualified(id).to_string(),
        kind: kind(declared.kind),
        tags: None,
        detail: Some(declared.kind.noun().to_owned()),
        uri: snapshot.uri(&opened.path)?,
        range,
        selection_range: range,
        data: Some(json!({ "path": &*opened.path, "index": id.index })),
    })
}

fn identity(snapshot: &Snapshot, data: Option<&Value>) -> Option<DeclarationId> {
    let data = data?;
    let file = snapshot.database.file(data.get("path")?.as_str()?)?;
    let index = u32::try_from(data.get("index")?.as_u64()?).ok()?;
    Some(DeclarationId { file, index })
}
