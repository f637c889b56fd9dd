//! Trees to typed declarations.
//!
//! Elaboration goes from the outside in: each place knows what it wants and asks for it ([`Lowering::duration`],
//! [`Lowering::predicate`], …), so a value is read as the type that is wanted, and an error can say what that is. All
//! of these look through parameters and `let`s by [`Lowering::follow`]: they get a [`Scope`] beside the expression, and
//! hand the scope that `follow` gives them to what they call in turn. A node's place is `scope.place(node)`.
//!
//! A noun's file is written so:
//!
//! 1. [`Settings::read`] checks the keys of a block; `required` and `optional` take out values.
//! 2. An error goes through [`Lowering::report`] or [`Lowering::error`], and gives a [`Reported`], so whoever fails has
//!    said why. What isn't needed to go on is left at its default.
//! 3. References are resolved with [`Lowering::named`] and its relatives.

mod access;
mod arguments;
mod attribute;
mod comparison;
mod destination;
mod environment;
mod file;
mod form;
mod infrastructure;
mod list;
mod missing;
mod path;
mod policy;
mod predicate;
mod proof;
mod provider;
mod reference;
mod report;
mod route;
mod scope;
mod scoped;
mod settings;
mod source;
mod template;
mod text;
mod traffic;
mod uses;
mod value;

pub use environment::{AssetError, Assets, Environment, NoAssets};
pub use proof::{RequestText, request_from_text};

pub(crate) use arguments::{Arguments, Takes};
pub(crate) use attribute::{Asking, AttributeOf};
pub(crate) use destination::Fit;
pub(crate) use form::form_of;
pub(crate) use reference::{Member, Named};
pub(crate) use report::{show, show_duration};
pub(crate) use scope::Scope;
pub(crate) use settings::{Settings, headers_word};
pub(crate) use template::MAX_DEPTH;

use crate::resolve::{DeclarationId, Hit, Kind, Names, declared_nodes};
use crate::{
    Access, Cluster, External, Gateway, Mesh, Namespace, Patch, Policy, Program, Proof, Provider, Service,
    Table, Telemetry, TestBlock, Traffic,
};
use gloo_source::{Code, Diagnostic, FileId, NodeId, Place, Reported, Sink};
use gloo_syntax::ast;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What lowering a file gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// Its declarations.
    pub items: Vec<Lower>,
    /// The places of the names that it declares, in the order of [`Declarations::declared`].
    ///
    /// [`Declarations::declared`]: crate::resolve::Declarations::declared
    pub declared: Vec<Place>,
    /// The `let`s, providers and tables that it uses.
    pub used: BTreeSet<DeclarationId>,
    /// The files that it takes in, or would if they were there.
    pub assets: BTreeSet<String>,
    /// What its references stand for, by the node of each [`Reference`]; those that stand for nothing are left out.
    ///
    /// [`Reference`]: ast::Reference
    pub found: BTreeMap<NodeId, Hit>,
    /// What is to be said about it.
    pub diagnostics: Vec<Diagnostic<Place>>,
}

/// A typed declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lower {
    /// `mesh`
    Mesh(Arc<Mesh>),
    /// `cluster`
    Cluster(Arc<Cluster>),
    /// `namespace`
    Namespace(Arc<Namespace>),
    /// `service`
    Service(Arc<Service>),
    /// `external`
    External(Arc<External>),
    /// `gateway`
    Gateway(Arc<Gateway>),
    /// `routes`
    Table(Arc<Table>),
    /// `provider`
    Provider(Arc<Provider>),
    /// `policy`
    Policy(Arc<Policy>),
    /// `access`
    Access(Arc<Access>),
    /// `traffic`
    Traffic(Arc<Traffic>),
    /// `telemetry`
    Telemetry(Arc<Telemetry>),
    /// `patch`
    Patch(Arc<Patch>),
    /// `prove`
    Proof(Arc<Proof>),
    /// `test`
    Test(Arc<TestBlock>),
}

/// The lowering of one file: what it asks, and what it has gathered.
pub(crate) struct Lowering<'a> {
    /// All names.
    pub(crate) names: &'a Names,
    /// The rest of the workspace.
    pub(crate) environment: &'a dyn Environment,
    /// The file that is lowered.
    pub(crate) file: FileId,
    sink: Sink<Place>,
    /// How many errors have been reported, those in vain included.
    pub(crate) errors: usize,
    items: Vec<Lower>,
    used: BTreeSet<DeclarationId>,
    assets: BTreeSet<String>,
    /// The file's uses through which something was found.
    used_uses: BTreeSet<u32>,
    /// What the file's references stand for.
    found: BTreeMap<NodeId, Hit>,
    /// Whether the body of a `let` is wrong by itself.
    pub(crate) checked: BTreeMap<DeclarationId, Result<(), Reported>>,
    /// The `let`s whose bodies are being checked.
    pub(crate) checking: Vec<DeclarationId>,
    /// The `let`s that have been put in order, so that none is checked before what it uses.
    pub(crate) ordered: BTreeSet<DeclarationId>,
    pub(crate) cycles: BTreeSet<Vec<DeclarationId>>,
    /// How many expressions `let`s have put into the declaration.
    pub(crate) steps: u32,
    /// How deep the expression stands that is read.
    nesting: u32,
    pub(crate) too_deep: bool,
    /// How many close names may still be looked for.
    suggestions: u32,
    /// The unknown names that have been reported of the declaration: each is news once.
    unknown: BTreeSet<String>,
}

/// How many close names are looked for in one file: looking for one takes as long as there are names.
const MAX_SUGGESTIONS: u32 = 64;

/// Lowers one file. What it gives depends on the names of the workspace, the file's tree, the `let`s that it uses and
/// the files that it takes in.
#[must_use]
pub fn lower_file(names: &Names, file: FileId, tree: &ast::File, environment: &dyn Environment) -> Lowered {
    let mut cx = Lowering::new(names, file, environment);
    let mut index = 0;
    for item in &tree.items {
        let id = DeclarationId { file, index };
        cx.item(item, id);
        index += match &item.kind {
            ast::ItemKind::Namespace(it) => {
                1 + it.entries.iter().filter(|entry| matches!(entry, ast::NamespaceEntry::Service(_))).count()
                    as u32
            }
            _ => u32::from(item.name().is_some()),
        };
    }
    let declared: Vec<Place> = declared_nodes(tree).into_iter().map(|node| Place { file, node }).collect();
    cx.report_cycles(&declared);
    cx.check_uses(tree);
    let (items, used, assets, found) = (cx.items, cx.used, cx.assets, cx.found);
    Lowered { items, declared, used, assets, found, diagnostics: cx.sink.into_diagnostics() }
}

/// What can be said of a program only as a whole: contradictions between declarations of different files.
pub(crate) fn of_the_whole(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut diagnostics = policy::of_the_whole(program);
    diagnostics.extend(traffic::of_the_whole(program));
    diagnostics
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(names: &'a Names, file: FileId, environment: &'a dyn Environment) -> Self {
        Self {
            names,
            environment,
            file,
            sink: Sink::new(),
            errors: 0,
            items: Vec::new(),
            used: BTreeSet::new(),
            assets: BTreeSet::new(),
            used_uses: BTreeSet::new(),
            found: BTreeMap::new(),
            checked: BTreeMap::new(),
            checking: Vec::new(),
            ordered: BTreeSet::new(),
            cycles: BTreeSet::new(),
            steps: 0,
            nesting: 0,
            too_deep: false,
            suggestions: MAX_SUGGESTIONS,
            unknown: BTreeSet::new(),
        }
    }

    /// Lowers one declaration, `id` being its own where it has a name. One that can't be lowered has been reported.
    fn item(&mut self, item: &ast::Item, id: DeclarationId) {
        (self.steps, self.too_deep) = (0, false);
        self.unknown.clear();
        if let Some(name) = item.name() {
            self.check_name(name);
        }
        let scope = &Scope::of_file(self.file);
        let lowered = match &item.kind {
            ast::ItemKind::Use(_) | ast::ItemKind::Error => None,
            ast::ItemKind::Let(it) => {
                self.declare_template(it, id);
                None
            }
            ast::ItemKind::Mesh(it) => {
                self.lower_mesh(scope, item, it).ok().map(|it| Lower::Mesh(Arc::new(it)))
            }
            ast::ItemKind::Cluster(it) => {
                self.lower_cluster(scope, item, it).ok().map(|it| Lower::Cluster(Arc::new(it)))
            }
            ast::ItemKind::Namespace(it) => {
                self.lower_namespace(scope, item, it, id).ok().map(|it| Lower::Namespace(Arc::new(it)))
            }
            ast::ItemKind::External(it) => {
                self.lower_external(scope, item, it, id).ok().map(|it| Lower::External(Arc::new(it)))
            }
            ast::ItemKind::Gateway(it) => {
                self.lower_gateway(scope, item, it, id).ok().map(|it| Lower::Gateway(Arc::new(it)))
            }
            ast::ItemKind::Routes(it) => {
                self.lower_table(scope, item, it, id).ok().map(|it| Lower::Table(Arc::new(it)))
            }
            ast::ItemKind::Provider(it) => {
                self.lower_provider(scope, item, it, id).ok().map(|it| Lower::Provider(Arc::new(it)))
            }
            ast::ItemKind::Policy(it) => {
                self.lower_policy(scope, item, it, id).ok().map(|it| Lower::Policy(Arc::new(it)))
            }
            ast::ItemKind::Access(it) => {
                self.lower_access(scope, item, it).ok().map(|it| Lower::Access(Arc::new(it)))
            }
            ast::ItemKind::Traffic(it) => {
                self.lower_traffic(scope, item, it).ok().map(|it| Lower::Traffic(Arc::new(it)))
            }
            ast::ItemKind::Telemetry(it) => {
                self.lower_telemetry(scope, item, it, id).ok().map(|it| Lower::Telemetry(Arc::new(it)))
            }
            ast::ItemKind::Patch(it) => {
                self.lower_patch(scope, item, it, id).ok().map(|it| Lower::Patch(Arc::new(it)))
            }
            ast::ItemKind::Prove(it) => {
                self.lower_proof(scope, item, it).ok().map(|it| Lower::Proof(Arc::new(it)))
            }
            ast::ItemKind::Test(it) => {
                self.lower_test(scope, item, it).ok().map(|it| Lower::Test(Arc::new(it)))
            }
        };
        self.items.extend(lowered);
        if self.too_deep {
            let message = "the `let`s used here stand for too many others";
            let help = format!("write some of them out: at most {MAX_DEPTH} may stand one for the other");
            self.error(scope, Code::TOO_LARGE, item.id, message, help);
        }
    }

    /// Says that what the reference `node` was found to stand for is used.
    pub(crate) fn mark_used(&mut self, scope: &Scope<'_>, node: NodeId, hit: Hit) {
        if matches!(self.names.kind(hit.id), Some(Kind::Let | Kind::Provider | Kind::Routes)) {
            self.used.insert(hit.id);
        }
        if scope.file == self.file {
            self.used_uses.extend(hit.through);
            self.found.insert(node, hit);
        }
    }

    /// Does something whose errors are given elsewhere: they are counted, not kept.
    pub(crate) fn quietly<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        let kept = (std::mem::take(&mut self.sink), std::mem::take(&mut self.unknown));
        let result = act(self);
        (self.sink, self.unknown) = kept;
        result
    }

    /// The place of a node of the file itself.
    fn place(&self, node: NodeId) -> Place {
        Place { file: self.file, node }
    }

    /// The documentation of an entry.
    pub(crate) fn doc(doc: &ast::Doc) -> Option<String> {
        doc.as_deref().map(str::to_owned)
    }
}
