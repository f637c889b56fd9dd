//! What a file declares, and what the workspace does.

use crate::protocol::{
    Answer, BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location,
    SymbolInformation, SymbolKind, WorkspaceSymbol, WorkspaceSymbolLocation, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use crate::snapshot::{Opened, Snapshot};
use gloo_ir::resolve::{Kind, declared_nodes};
use gloo_source::{NodeId, Span};
use gloo_syntax::ast::{
    ExternalEntry, GatewayEntry, Item, ItemKind, NamespaceEntry, Port, RouteEntry, ServiceEntry,
};

/// So many symbols are enough to choose from.
const MOST: usize = 500;

/// `textDocument/documentSymbol`
pub fn of_document(
    snapshot: &Snapshot,
    params: &DocumentSymbolParams,
) -> Answer<Option<DocumentSymbolResponse>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    let symbols: Vec<DocumentSymbol> =
        opened.tree().items.iter().filter_map(|item| declaration(&opened, item)).collect();
    if snapshot.client.nested_symbols {
        return Ok(Some(symbols.into()));
    }
    let mut flat = Vec::new();
    for symbol in symbols {
        flatten(symbol, None, &params.text_document.uri, &mut flat);
    }
    Ok(Some(flat.into()))
}

fn flatten(
    symbol: DocumentSymbol,
    container: Option<&str>,
    uri: &crate::protocol::Uri,
    flat: &mut Vec<SymbolInformation>,
) {
    flat.push(SymbolInformation {
        #[expect(deprecated, reason = "the type has the field")]
        deprecated: None,
        location: Location { uri: uri.clone(), range: symbol.range },
        base_symbol_information: BaseSymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            container_name: container.map(str::to_owned),
        },
    });
    for child in symbol.children.into_iter().flatten() {
        flatten(child, Some(&symbol.name), uri, flat);
    }
}

/// `workspace/symbol`: declarations whose name has the letters of the query in their order.
pub fn of_workspaces(
    snapshots: &[Snapshot],
    params: &WorkspaceSymbolParams,
) -> Answer<Option<WorkspaceSymbolResponse>> {
    let mut found = Vec::new();
    for snapshot in snapshots {
        let names = snapshot.database.names();
        for path in snapshot.database.paths().cloned().collect::<Vec<_>>() {
            let Some(opened) = snapshot.file(&path) else { continue };
            let nodes = declared_nodes(opened.tree());
            for (index, node) in (0..).zip(nodes) {
                let id = gloo_ir::resolve::DeclarationId { file: opened.file, index };
                let Some(declared) = names.declared(id).filter(|it| is_like(&it.name, &params.query)) else {
                    continue;
                };
                let Some(uri) = snapshot.uri(&path) else { continue };
                found.push(WorkspaceSymbol {
                    location: WorkspaceSymbolLocation::Location(Location { uri, range: opened.range(node) }),
                    data: None,
                    base_symbol_information: BaseSymbolInformation {
                        name: declared.name.to_string(),
                        kind: kind(declared.kind),
                        tags: None,
                        container_name: Some(container(&names.qualified(id), &path)),
                    },
                });
                if found.len() == MOST {
                    return Ok(Some(found.into()));
                }
            }
        }
    }
    Ok(Some(found.into()))
}

/// The namespace or module of a name, else its file.
fn container(qualified: &str, path: &str) -> String {
    qualified.rsplit_once('.').map_or(path, |(container, _)| container).to_owned()
}

/// Whether a name has the letters of a query in their order, case apart.
fn is_like(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// How the editor draws a kind of declaration.
#[must_use]
pub fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Let => SymbolKind::Function,
        Kind::Mesh | Kind::Cluster => SymbolKind::Package,
        Kind::Namespace => SymbolKind::Namespace,
        Kind::Service => SymbolKind::Class,
        Kind::External => SymbolKind::Interface,
        Kind::Gateway => SymbolKind::Module,
        Kind::Routes => SymbolKind::Array,
        Kind::Provider => SymbolKind::Key,
        Kind::Policy => SymbolKind::Object,
        Kind::Telemetry | Kind::Patch => SymbolKind::File,
    }
}

fn declaration(opened: &Opened<'_>, item: &Item) -> Option<DocumentSymbol> {
    let span = opened.span(item.id);
    let (name, at, detail, shown) = match &item.kind {
        ItemKind::Use(_) | ItemKind::Error => return None,
        ItemKind::Access(it) => {
            let text = opened.text.slice(opened.span(it.target.id)).to_owned();
            (text, it.target.id, "access", SymbolKind::Object)
        }
        ItemKind::Traffic(it) => {
            let text = opened.text.slice(opened.span(it.target.id)).to_owned();
            (text, it.target.id, "traffic", SymbolKind::Object)
        }
        ItemKind::Prove(it) => (it.title.value.value.to_string(), it.title.id, "prove", SymbolKind::Event),
        ItemKind::Test(it) => (it.title.value.value.to_string(), it.title.id, "test", SymbolKind::Event),
        other => {
            let name = item.name()?;
            let of = declared_kind(other)?;
            (name.text.to_string(), name.id, of.word(), kind(of))
        }
    };
    let mut symbol = symbol(opened, name, detail, shown, span, at);
    let children = children(opened, &item.kind);
    symbol.children = (!children.is_empty()).then_some(children);
    Some(symbol)
}

fn declared_kind(kind: &ItemKind) -> Option<Kind> {
    Some(match kind {
        ItemKind::Let(_) => Kind::Let,
        ItemKind::Mesh(_) => Kind::Mesh,
        ItemKind::Cluster(_) => Kind::Cluster,
        ItemKind::Namespace(_) => Kind::Namespace,
        ItemKind::External(_) => Kind::External,
        ItemKind::Gateway(_) => Kind::Gateway,
        ItemKind::Routes(_) => Kind::Routes,
        ItemKind::Provider(_) => Kind::Provider,
        ItemKind::Policy(_) => Kind::Policy,
        ItemKind::Telemetry(_) => Kind::Telemetry,
        ItemKind::Patch(_) => Kind::Patch,
        _ => return None,
    })
}

/// A symbol; editors refuse one whose name is empty or lies outside of it.
fn symbol(
    opened: &Opened<'_>,
    name: String,
    detail: &str,
    kind: SymbolKind,
    span: Span,
    at: NodeId,
) -> DocumentSymbol {
    let (at, text) = (opened.span(at), &opened.text);
    let selection = if span.start <= at.start && at.end <= span.end { at } else { span };
    DocumentSymbol {
        name: if name.trim().is_empty() { detail.to_owned() } else { name },
        detail: Some(detail.to_owned()),
        kind,
        tags: None,
        #[expect(deprecated, reason = "the type has the field")]
        deprecated: None,
        range: text.range(span),
        selection_range: text.range(selection),
        children: None,
    }
}

fn children(opened: &Opened<'_>, kind: &ItemKind) -> Vec<DocumentSymbol> {
    match kind {
        ItemKind::Namespace(it) => it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                NamespaceEntry::Service(it) => Some(it),
                _ => None,
            })
            .map(|it| {
                let name = it.name.text.to_string();
                let mut service =
                    symbol(opened, name, "service", SymbolKind::Class, opened.span(it.id), it.name.id);
                let members: Vec<_> = it.entries.iter().filter_map(|entry| member(opened, entry)).collect();
                service.children = (!members.is_empty()).then_some(members);
                service
            })
            .collect(),
        ItemKind::External(it) => it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                ExternalEntry::Port(it) => Some(port(opened, it)),
                _ => None,
            })
            .collect(),
        ItemKind::Gateway(it) => it
            .entries
            .iter()
            .filter_map(|entry| match entry {
                GatewayEntry::Listener(it) => Some(it),
                _ => None,
            })
            .map(|it| {
                let name = it.name.text.to_string();
                symbol(opened, name, "listener", SymbolKind::Field, opened.span(it.id), it.name.id)
            })
            .collect(),
        ItemKind::Routes(it) => it.entries.iter().filter_map(|entry| rule(opened, entry)).collect(),
        _ => Vec::new(),
    }
}

fn member(opened: &Opened<'_>, entry: &ServiceEntry) -> Option<DocumentSymbol> {
    match entry {
        ServiceEntry::Port(it) => Some(port(opened, it)),
        ServiceEntry::Subset(it) => {
            let name = it.name.text.to_string();
            Some(symbol(opened, name, "subset", SymbolKind::Field, opened.span(it.id), it.name.id))
        }
        ServiceEntry::Setting(_) | ServiceEntry::Error(_) => None,
    }
}

fn port(opened: &Opened<'_>, it: &Port) -> DocumentSymbol {
    let name = it.name.text.to_string();
    symbol(opened, name, "port", SymbolKind::Field, opened.span(it.id), it.name.id)
}

/// A rule, by its name or by what it matches.
fn rule(opened: &Opened<'_>, entry: &RouteEntry) -> Option<DocumentSymbol> {
    let RouteEntry::Rule(it) = entry else { return None };
    let span = opened.span(it.id);
    let (name, at) = match &it.name {
        Some(name) => (name.text.to_string(), name.id),
        None => {
            let text = opened.text.slice(span);
            let pattern = text.split("=>").next().unwrap_or(text);
            (pattern.split_whitespace().collect::<Vec<_>>().join(" "), it.id)
        }
    };
    Some(symbol(opened, name, "rule", SymbolKind::Method, span, at))
}
