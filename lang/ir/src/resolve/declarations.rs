//! What one file declares, without spans and without bodies.

use super::Kind;
use gloo_domain::HostPattern;
use gloo_source::{FileId, NodeId};
use gloo_syntax::ast;
use std::sync::Arc;

/// A declaration: the file, and which of its [`Declarations`] it is. An edit inside a body changes neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationId {
    /// The file that declares it.
    pub file: FileId,
    /// Which of the file's declarations.
    pub index: u32,
}

/// What one file declares: names, and of the infrastructure the shape that others ask for. It doesn't change when a
/// body of rules or settings does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Declarations {
    /// The declarations in the order of the text, the services of a namespace after it.
    pub declared: Vec<Declared>,
    /// The names that it uses of other modules, in the order of the text.
    pub uses: Vec<Used>,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Declared {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// Whether other modules may use it; a service is as public as its namespace.
    pub public: bool,
    /// What others ask for.
    pub shape: Shape,
}

/// What others ask of a declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing but its name.
    Plain,
    /// A cluster.
    Cluster {
        /// Whether it has a trust domain of its own.
        trust_domain: bool,
    },
    /// A namespace.
    Namespace {
        /// Where it is placed; everywhere, unless said.
        on: Option<Vec<Vec<Arc<str>>>>,
    },
    /// A service.
    Service {
        /// Its namespace, among the declarations of the same file.
        namespace: u32,
        /// Where it is placed; as its namespace, unless said.
        on: Option<Vec<Vec<Arc<str>>>>,
        /// Its ports.
        ports: Vec<PortShape>,
        /// Its subsets.
        subsets: Vec<Arc<str>>,
    },
    /// A host outside.
    External {
        /// Its ports.
        ports: Vec<PortShape>,
    },
    /// A gateway.
    Gateway {
        /// Where it is placed; everywhere, unless said.
        on: Option<Vec<Vec<Arc<str>>>>,
        /// Whether requests leave by it.
        egress: bool,
        /// Its listeners.
        listeners: Vec<ListenerShape>,
    },
    /// A routes table.
    Routes {
        /// Whether other tables delegate to it.
        delegated: bool,
        /// The names of its rules.
        rules: Vec<Arc<str>>,
    },
    /// A provider.
    Provider {
        /// Its kind: `jwt`.
        kind: Arc<str>,
    },
}

/// A port as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PortShape {
    /// Its name.
    pub name: Arc<str>,
    /// What is spoken there; none where that is wrongly said.
    pub protocol: Option<crate::Protocol>,
}

/// A listener as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListenerShape {
    /// Its name.
    pub name: Arc<str>,
    /// What it speaks; none where that is wrongly said.
    pub protocol: Option<crate::ListenerProtocol>,
    /// The hosts that it serves, those that are wrongly written left out; every host, if none is said.
    pub hosts: Vec<HostPattern>,
}

/// A name of another module, brought in by `use`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Used {
    /// The module, and perhaps a namespace in it.
    pub module: Vec<Arc<str>>,
    /// The name there.
    pub name: Arc<str>,
    /// The name here.
    pub alias: Arc<str>,
}

/// What a file declares.
#[must_use]
pub fn declarations(file: &ast::File) -> Declarations {
    let mut all = Declarations::default();
    for item in &file.items {
        let public = item.public.is_some();
        if let ast::ItemKind::Use(used) = &item.kind {
            let module: Vec<_> = used.module.iter().map(|name| name.text.clone()).collect();
            all.uses.extend(used.names.iter().map(|it| Used {
                module: module.clone(),
                name: it.name.text.clone(),
                alias: it.alias.as_ref().unwrap_or(&it.name).text.clone(),
            }));
        }
        let (Some(kind), Some(name)) = (kind(item), item.name()) else { continue };
        let namespace = all.declared.len() as u32;
        all.declared.push(Declared { kind, name: name.text.clone(), public, shape: shape(item) });
        for service in services(item) {
            let shape = Shape::Service {
                namespace,
                on: placement(service.on.as_ref()),
                ports: ports(service.entries.iter().filter_map(|entry| match entry {
                    ast::ServiceEntry::Port(port) => Some(port),
                    _ => None,
                })),
                subsets: subsets(service),
            };
            let name = service.name.text.clone();
            all.declared.push(Declared { kind: Kind::Service, name, public, shape });
        }
    }
    all
}

/// The nodes of the names that a file declares, in the order of [`Declarations::declared`].
#[must_use]
pub fn declared_nodes(file: &ast::File) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for item in &file.items {
        nodes.extend(item.name().map(|name| name.id));
        nodes.extend(services(item).map(|service| service.name.id));
    }
    nodes
}

/// The `let`s of a file, by their index in [`Declarations::declared`].
#[must_use]
pub fn templates(file: &ast::File) -> std::collections::BTreeMap<u32, Arc<ast::Let>> {
    let mut index = 0;
    let mut found = std::collections::BTreeMap::new();
    for item in &file.items {
        if let ast::ItemKind::Let(it) = &item.kind {
            found.insert(index, Arc::new(it.clone()));
        }
        index += item.name().is_some() as u32 + services(item).count() as u32;
    }
    found
}

fn kind(item: &ast::Item) -> Option<Kind> {
    Some(match &item.kind {
        ast::ItemKind::Let(_) => Kind::Let,
        ast::ItemKind::Mesh(_) => Kind::Mesh,
        ast::ItemKind::Cluster(_) => Kind::Cluster,
        ast::ItemKind::Namespace(_) => Kind::Namespace,
        ast::ItemKind::External(_) => Kind::External,
        ast::ItemKind::Gateway(_) => Kind::Gateway,
        ast::ItemKind::Routes(_) => Kind::Routes,
        ast::ItemKind::Provider(_) => Kind::Provider,
        ast::ItemKind::Policy(_) => Kind::Policy,
        ast::ItemKind::Telemetry(_) => Kind::Telemetry,
        ast::ItemKind::Patch(_) => Kind::Patch,
        ast::ItemKind::Use(_)
        | ast::ItemKind::Access(_)
        | ast::ItemKind::Traffic(_)
        | ast::ItemKind::Prove(_)
        | ast::ItemKind::Test(_)
        | ast::ItemKind::Error => return None,
    })
}

fn services(item: &ast::Item) -> impl Iterator<Item = &ast::Service> {
    let entries = match &item.kind {
        ast::ItemKind::Namespace(namespace) => namespace.entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|entry| match entry {
        ast::NamespaceEntry::Service(service) => Some(service),
        _ => None,
    })
}

fn shape(item: &ast::Item) -> Shape {
    match &item.kind {
        ast::ItemKind::Cluster(it) => Shape::Cluster {
            trust_domain: it
                .body
                .settings()
                .any(|s| s.key.text().is_some_and(|key| &**key == "trust_domain")),
        },
        ast::ItemKind::Namespace(it) => Shape::Namespace { on: placement(it.on.as_ref()) },
        ast::ItemKind::External(it) => Shape::External {
            ports: ports(it.entries.iter().filter_map(|entry| match entry {
                ast::ExternalEntry::Port(port) => Some(port),
                _ => None,
            })),
        },
        ast::ItemKind::Gateway(it) => gateway(it),
        ast::ItemKind::Routes(it) => Shape::Routes {
            delegated: it.delegated.is_some(),
            rules: it
                .entries
                .iter()
                .filter_map(|entry| match entry {
                    ast::RouteEntry::Rule(rule) => rule.name.as_ref().map(|name| name.text.clone()),
                    ast::RouteEntry::Error(_) => None,
                })
                .collect(),
        },
        ast::ItemKind::Provider(it) => Shape::Provider { kind: it.kind.text.clone() },
        _ => Shape::Plain,
    }
}

fn gateway(it: &ast::Gateway) -> Shape {
    let mut egress = false;
    let mut listeners = Vec::new();
    for entry in &it.entries {
        match entry {
            ast::GatewayEntry::Setting(setting) if setting.key.text().is_some_and(|key| &**key == "kind") => {
                egress = setting.value.word().is_some_and(|word| &*word.text == "egress");
            }
            ast::GatewayEntry::Listener(listener) => listeners.push(ListenerShape {
                name: listener.name.text.clone(),
                protocol: call_word(&listener.protocol).and_then(crate::ListenerProtocol::of),
                hosts: hosts(listener),
            }),
            _ => {}
        }
    }
    Shape::Gateway { on: placement(it.on.as_ref()), egress, listeners }
}

fn hosts(listener: &ast::Listener) -> Vec<HostPattern> {
    let mut settings = listener.body.iter().flat_map(|body| body.settings());
    let Some(hosts) = settings.find(|setting| setting.key.text().is_some_and(|key| &**key == "hosts")) else {
        return vec![HostPattern::Any];
    };
    let texts = hosts.value.ungrouped().elements().iter().filter_map(|host| match &host.ungrouped().kind {
        ast::ExprKind::Literal(ast::Literal::String(text)) => HostPattern::parse(&text.value).ok(),
        _ => None,
    });
    texts.collect()
}

fn ports<'a>(ports: impl Iterator<Item = &'a ast::Port>) -> Vec<PortShape> {
    ports
        .map(|port| {
            let word = call_word(&port.value).unwrap_or(&port.name.text);
            PortShape { name: port.name.text.clone(), protocol: crate::Protocol::of(word) }
        })
        .collect()
}

fn subsets(service: &ast::Service) -> Vec<Arc<str>> {
    let subsets = service.entries.iter().filter_map(|entry| match entry {
        ast::ServiceEntry::Subset(subset) => Some(subset.name.text.clone()),
        _ => None,
    });
    subsets.collect()
}

/// `http` of `http(80)`.
fn call_word(expr: &ast::Expr) -> Option<&str> {
    match &expr.ungrouped().kind {
        ast::ExprKind::Call(call) => call.callee.single().map(|name| &*name.text),
        _ => None,
    }
}

/// The clusters named after `on`, as far as they are names.
fn placement(on: Option<&ast::Expr>) -> Option<Vec<Vec<Arc<str>>>> {
    let names = on?.ungrouped().elements().iter().filter_map(|expr| match &expr.ungrouped().kind {
        ast::ExprKind::Reference(it) if it.all.is_none() && it.cluster.is_none() => {
            Some(it.segments.iter().map(|name| name.text.clone()).collect())
        }
        _ => None,
    });
    Some(names.collect())
}
