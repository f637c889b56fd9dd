//! Declarations in words.

use crate::snapshot::{Opened, Snapshot};
use crate::types::type_word;
use crate::{names, regions};
use gloo_ir::ServiceId;
use gloo_ir::resolve::{DeclarationId, Kind, Shape, declared_nodes};
use gloo_source::NodeId;
use gloo_syntax::ast::{
    Doc, ExternalEntry, GatewayEntry, Item, ItemKind, NamespaceEntry, RouteEntry, Service, ServiceEntry,
};
use std::collections::BTreeSet;

/// So many ways to a service are read.
const MOST: usize = 8;

/// A declaration: how it begins, its documentation, where it is placed, for a service who can reach it.
#[must_use]
pub fn declaration(snapshot: &Snapshot, id: DeclarationId) -> Option<String> {
    let opened = snapshot.numbered(id.file)?;
    let names = snapshot.database.names();
    let declared = names.declared(id)?;
    let (head, doc) = head(&opened, id)?;
    let mut parts = vec![format!("```gloo\n{head}\n```")];
    if let (Kind::Let, Some(template)) = (declared.kind, names::template(snapshot, id)) {
        let ty = type_word(snapshot, id.file, &template.body);
        parts.extend(ty.map(|ty| format!("stands for: {ty}")));
    }
    parts.extend(doc.map(|doc| doc.to_string()));
    if matches!(declared.kind, Kind::Service | Kind::Namespace | Kind::Gateway) {
        let clusters: Vec<String> = names.clusters(id).iter().map(|it| format!("`{it}`")).collect();
        match clusters.is_empty() {
            true => parts.push("on no cluster".to_owned()),
            false => parts.push(format!("on {}", clusters.join(", "))),
        }
    }
    let module = names.module(id.file);
    if !module.is_empty() {
        parts.push(format!("in the module `{module}`"));
    }
    if declared.kind == Kind::Service {
        parts.extend(reached(snapshot, &opened, &ServiceId::new(names.qualified(id))));
    }
    Some(parts.join("\n\n"))
}

/// Who can reach a service.
fn reached(snapshot: &Snapshot, opened: &Opened<'_>, service: &ServiceId) -> Option<String> {
    let insight = regions::insight(snapshot, opened).filter(|insight| !insight.regions.is_empty())?;
    let ways = regions::of_service(insight, service);
    let ways: BTreeSet<String> =
        ways.map(|(entry, _)| format!("- `{}` on `{}`", entry.entry, entry.cluster)).collect();
    let head = "Reached by requests of, as of the last finished check:";
    if ways.is_empty() {
        return Some("No request reaches it, as of the last finished check.".to_owned());
    }
    let mut lines: Vec<String> = ways.iter().take(MOST).cloned().collect();
    if ways.len() > MOST {
        lines.push(format!("- and {} more entries", ways.len() - MOST));
    }
    Some(format!("{head}\n\n{}", lines.join("\n")))
}

/// A port, a subset, a listener or a rule.
#[must_use]
pub fn member(snapshot: &Snapshot, id: DeclarationId, name: &str) -> Option<String> {
    let opened = snapshot.numbered(id.file)?;
    let (node, doc) = member_node(&opened, id, name)?;
    let names = snapshot.database.names();
    let text = whole(&opened, node);
    let of = format!("of the {} `{}`", names.kind(id)?.noun(), names.qualified(id));
    let doc = doc.map(|doc| format!("\n\n{doc}")).unwrap_or_default();
    Some(format!("```gloo\n{text}\n```\n\n{of}{doc}"))
}

/// A parameter of a `let`.
#[must_use]
pub fn parameter(snapshot: &Snapshot, id: DeclarationId, name: &str) -> Option<String> {
    let template = names::template(snapshot, id)?;
    let parameter = template.parameters.iter().flatten().find(|it| &*it.name.text == name)?;
    Some(format!("```gloo\n{}: {}\n```\n\na parameter of `{}`", name, parameter.ty.text, template.name.text))
}

/// What a declaration begins with, up to its braces, and its documentation.
#[must_use]
pub fn head(opened: &Opened<'_>, id: DeclarationId) -> Option<(String, Doc)> {
    let node = declared_nodes(opened.tree()).get(id.index as usize).copied()?;
    let at = opened.span(node);
    let item = opened.tree().items.iter().find(|item| {
        let span = opened.span(item.id);
        span.start <= at.start && at.end <= span.end
    })?;
    if item.name().map(|name| name.id) == Some(node) {
        return Some((beginning(opened, item), item.doc.clone()));
    }
    let service = services(item).find(|service| service.name.id == node)?;
    let text = opened.text.slice(opened.span(service.id));
    Some((one_line(text.split('{').next().unwrap_or(text)), service.doc.clone()))
}

fn beginning(opened: &Opened<'_>, item: &Item) -> String {
    let text = opened.text.slice(opened.span(item.id));
    match &item.kind {
        ItemKind::Let(_) => one_line(text),
        _ => one_line(text.split('{').next().unwrap_or(text)),
    }
}

/// A text on one line, cut off where it is long.
fn one_line(text: &str) -> String {
    const LONG: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONG) {
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or("")),
        None => line,
    }
}

fn whole(opened: &Opened<'_>, node: NodeId) -> String {
    one_line(opened.text.slice(opened.span(node)))
}

/// The services of a namespace.
pub fn services(item: &Item) -> impl Iterator<Item = &Service> {
    let entries = match &item.kind {
        ItemKind::Namespace(it) => it.entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|entry| match entry {
        NamespaceEntry::Service(service) => Some(service),
        _ => None,
    })
}

fn member_node(opened: &Opened<'_>, id: DeclarationId, wanted: &str) -> Option<(NodeId, Doc)> {
    let declarations = gloo_ir::resolve::declarations(opened.tree());
    let declared = declarations.declared.get(id.index as usize)?;
    let node = declared_nodes(opened.tree()).get(id.index as usize).copied()?;
    for item in &opened.tree().items {
        if matches!(declared.shape, Shape::Service { .. }) {
            if let Some(service) = services(item).find(|service| service.name.id == node) {
                return service.entries.iter().find_map(|entry| match entry {
                    ServiceEntry::Port(it) if &*it.name.text == wanted => Some((it.id, it.doc.clone())),
                    ServiceEntry::Subset(it) if &*it.name.text == wanted => Some((it.id, it.doc.clone())),
                    _ => None,
                });
            }
        } else if item.name().map(|name| name.id) == Some(node) {
            return match &item.kind {
                ItemKind::External(it) => it.entries.iter().find_map(|entry| match entry {
                    ExternalEntry::Port(it) if &*it.name.text == wanted => Some((it.id, it.doc.clone())),
                    _ => None,
                }),
                ItemKind::Gateway(it) => it.entries.iter().find_map(|entry| match entry {
                    GatewayEntry::Listener(it) if &*it.name.text == wanted => Some((it.id, it.doc.clone())),
                    _ => None,
                }),
                ItemKind::Routes(it) => it.entries.iter().find_map(|entry| match entry {
                    RouteEntry::Rule(it) if it.name.as_ref().is_some_and(|name| &*name.text == wanted) => {
                        Some((it.id, it.doc.clone()))
                    }
                    _ => None,
                }),
                _ => None,
            };
        }
    }
    None
}
