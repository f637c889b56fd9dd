//! Names in the text: which word stands for what.

pub use crate::occurrence::{Occurrence, Symbol};
use crate::snapshot::{Opened, Snapshot};
use crate::tree::{Visitor, walk};
use gloo_ir::Lowered;
use gloo_ir::resolve::{DeclarationId, Hit, Kind, Kinds, Names, Shape};
use gloo_source::{NodeId, Span};
use gloo_syntax::ast::{
    Argument, Item, ItemKind, Let, Listener, Name, Port, Reference, Rule, Service, Subset,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// All names in a file, in the order of the text.
#[must_use]
pub fn occurrences(snapshot: &Snapshot, opened: &Opened<'_>) -> Vec<Occurrence> {
    let names = snapshot.database.names();
    let Some(lowered) = snapshot.database.lowered(&opened.path) else { return Vec::new() };
    let mut finder = Finder {
        names: &names,
        lowered,
        opened,
        found: Vec::new(),
        next: 0,
        uses: 0,
        within: None,
        owner: None,
        parameters: BTreeSet::new(),
    };
    walk(opened.tree(), &mut finder);
    let mut found = finder.found;
    found.sort_by_key(|one| (one.span, one.symbol.clone()));
    found.dedup();
    found
}

/// The name at a byte of a file, or that ends there.
#[must_use]
pub fn at(snapshot: &Snapshot, opened: &Opened<'_>, offset: u32) -> Option<Occurrence> {
    let mut all: Vec<Occurrence> = occurrences(snapshot, opened)
        .into_iter()
        .filter(|one| one.span.start <= offset && offset <= one.span.end)
        .collect();
    // `a.|b`: the word that begins here, not the one that ends.
    all.sort_by_key(|one| (one.span.start != offset, one.span.end));
    all.into_iter().next()
}

/// All occurrences in the workspace that are wanted.
#[must_use]
pub fn everywhere(snapshot: &Snapshot, wanted: impl Fn(&Occurrence) -> bool) -> Vec<Occurrence> {
    let paths: Vec<Arc<str>> = snapshot.database.paths().cloned().collect();
    let files = paths.iter().filter_map(|path| snapshot.file(path));
    files.flat_map(|opened| occurrences(snapshot, &opened)).filter(|one| wanted(one)).collect()
}

/// Where a symbol is declared; for an alias, what is behind it.
#[must_use]
pub fn declared(snapshot: &Snapshot, occurrence: &Occurrence) -> Option<Span> {
    let file = match &occurrence.symbol {
        Symbol::Declaration(id) | Symbol::Member(id, _) | Symbol::Parameter(id, _) => id.file,
        Symbol::Alias(..) => occurrence.behind?.file,
    };
    let symbol = match &occurrence.symbol {
        Symbol::Alias(..) => Symbol::Declaration(occurrence.behind?),
        other => other.clone(),
    };
    let opened = snapshot.numbered(file)?;
    occurrences(snapshot, &opened)
        .into_iter()
        .find(|one| one.declares && one.symbol == symbol)
        .map(|one| one.span)
}

/// The `let` of a declaration.
#[must_use]
pub fn template(snapshot: &Snapshot, id: DeclarationId) -> Option<Arc<Let>> {
    let opened = snapshot.numbered(id.file)?;
    gloo_ir::resolve::templates(opened.tree()).remove(&id.index)
}

struct Finder<'a> {
    names: &'a Names,
    lowered: &'a Lowered,
    opened: &'a Opened<'a>,
    found: Vec<Occurrence>,
    /// The number of the next declaration.
    next: u32,
    /// The number of the next name that a `use` brings in.
    uses: u32,
    /// The declaration that is gone through, if it has a name.
    within: Option<DeclarationId>,
    /// What ports and subsets belong to.
    owner: Option<DeclarationId>,
    /// What the `let` that is gone through calls its parameters.
    parameters: BTreeSet<Arc<str>>,
}

impl Finder<'_> {
    fn add(&mut self, node: NodeId, symbol: Symbol, behind: Option<DeclarationId>, declares: bool) {
        let span = self.opened.span(node);
        self.found.push(Occurrence { span, symbol, behind, declares });
    }

    fn declare(&mut self, name: &Name) -> DeclarationId {
        let id = DeclarationId { file: self.opened.file, index: self.next };
        self.next += 1;
        self.add(name.id, Symbol::Declaration(id), None, true);
        id
    }

    fn member(&mut self, owner: Option<DeclarationId>, name: &Name) {
        if let Some(owner) = owner {
            self.add(name.id, Symbol::Member(owner, name.text.clone()), None, true);
        }
    }

    /// What a reference stands for: as lowering found it, else whatever is called so.
    fn hit(&self, reference: &Reference) -> Option<Hit> {
        if let Some(hit) = self.lowered.found.get(&reference.id) {
            return Some(*hit);
        }
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        self.names.find(self.opened.file, &words, Kinds::of(Kind::ALL)).ok()
    }

    fn found_reference(&mut self, reference: &Reference, hit: Hit) {
        let last = hit.words.saturating_sub(1);
        let Some(name) = reference.segments.get(last) else { return };
        let declared = self.names.declared(hit.id);
        match hit.through.filter(|_| declared.is_some_and(|it| self.is_renamed(hit, &it.name))) {
            Some(through) => self.add(name.id, Symbol::Alias(self.opened.file, through), Some(hit.id), false),
            None => self.add(name.id, Symbol::Declaration(hit.id), None, false),
        }
        let before = last.checked_sub(1).and_then(|at| reference.segments.get(at));
        if let (Some(namespace), Some(before)) = (self.namespace_of(hit.id), before)
            && self.names.declared(namespace).is_some_and(|it| it.name == before.text)
        {
            self.add(before.id, Symbol::Declaration(namespace), None, false);
        }
        for member in reference.segments.get(hit.words..).unwrap_or_default() {
            if has_member(declared.map(|it| &it.shape), &member.text) {
                self.add(member.id, Symbol::Member(hit.id, member.text.clone()), None, false);
            }
        }
    }

    /// The namespace of a service.
    fn namespace_of(&self, id: DeclarationId) -> Option<DeclarationId> {
        match self.names.declared(id)?.shape {
            Shape::Service { namespace, .. } => Some(DeclarationId { file: id.file, index: namespace }),
            _ => None,
        }
    }

    /// Whether the `use` that something was found through calls it otherwise.
    fn is_renamed(&self, hit: Hit, name: &str) -> bool {
        let uses = self.opened.tree().items.iter().filter_map(|item| match &item.kind {
            ItemKind::Use(it) => Some(&it.names),
            _ => None,
        });
        let used = hit.through.and_then(|through| uses.flatten().nth(through as usize));
        used.and_then(|used| used.alias.as_ref()).is_some_and(|alias| hit.words == 1 && *alias.text != *name)
    }
}

/// Whether something has a member of that name.
fn has_member(shape: Option<&Shape>, name: &str) -> bool {
    match shape {
        Some(Shape::Service { ports, subsets, .. }) => {
            ports.iter().any(|port| &*port.name == name) || subsets.iter().any(|subset| &**subset == name)
        }
        Some(Shape::External { ports }) => ports.iter().any(|port| &*port.name == name),
        Some(Shape::Gateway { listeners, .. }) => listeners.iter().any(|it| &*it.name == name),
        Some(Shape::Routes { rules, .. }) => rules.iter().any(|rule| &**rule == name),
        _ => false,
    }
}

impl Visitor for Finder<'_> {
    fn item(&mut self, item: &Item) {
        self.within = item.name().map(|name| self.declare(name));
        self.owner = self.within;
        self.parameters.clear();
        match &item.kind {
            ItemKind::Let(it) => {
                for parameter in it.parameters.iter().flatten() {
                    self.parameters.insert(parameter.name.text.clone());
                    if let Some(id) = self.within {
                        let symbol = Symbol::Parameter(id, parameter.name.text.clone());
                        self.add(parameter.name.id, symbol, None, true);
                    }
                }
            }
            ItemKind::Use(it) => {
                for used in &it.names {
                    let index = self.uses;
                    self.uses += 1;
                    let brought = self.names.brought(self.opened.file).get(index as usize);
                    let ids = brought.and_then(|brought| brought.as_ref().ok()).cloned().unwrap_or_default();
                    for id in &ids {
                        self.add(used.name.id, Symbol::Declaration(*id), None, false);
                    }
                    // The last word before a service is its namespace.
                    let namespaces: Vec<_> = ids.iter().filter_map(|id| self.namespace_of(*id)).collect();
                    for (namespace, word) in namespaces.into_iter().zip(it.module.last()) {
                        self.add(word.id, Symbol::Declaration(namespace), None, false);
                    }
                    if let (Some(alias), Some(id)) = (&used.alias, ids.first()) {
                        let symbol = Symbol::Alias(self.opened.file, index);
                        self.add(alias.id, symbol, Some(*id), true);
                    }
                }
            }
            _ => {}
        }
    }

    fn service(&mut self, it: &Service) {
        self.owner = Some(self.declare(&it.name));
    }

    fn port(&mut self, it: &Port) {
        self.member(self.owner, &it.name);
    }

    fn subset(&mut self, it: &Subset) {
        self.member(self.owner, &it.name);
    }

    fn listener(&mut self, it: &Listener) {
        self.member(self.within, &it.name);
    }

    fn rule(&mut self, it: &Rule) {
        if let Some(name) = &it.name {
            self.member(self.within, name);
        }
    }

    fn reference(&mut self, it: &Reference) {
        if let (Some(first), Some(id)) = (it.segments.first(), self.within)
            && self.parameters.contains(&first.text)
        {
            self.add(first.id, Symbol::Parameter(id, first.text.clone()), None, false);
            return;
        }
        if let Some(hit) = self.hit(it) {
            self.found_reference(it, hit);
        }
        if let Some(cluster) = &it.cluster {
            let wanted = Kinds::of(&[Kind::Cluster]);
            if let Ok(hit) = self.names.find(self.opened.file, &[&cluster.text], wanted) {
                self.add(cluster.id, Symbol::Declaration(hit.id), None, false);
            }
        }
    }

    fn argument(&mut self, callee: &Reference, it: &Argument) {
        let Some(name) = it.name.as_ref().and_then(|name| name.word()) else { return };
        let Some(hit) = self.hit(callee) else { return };
        if self.names.kind(hit.id) == Some(Kind::Let) {
            self.add(name.id, Symbol::Parameter(hit.id, name.text.clone()), None, false);
        }
    }
}
