//! The program of a workspace, put together from its files.

mod grpc;

use crate::lower::{Lower, Lowered};
use crate::resolve::{DeclarationId, Kind, Names, Shape};
use crate::{Manifest, Program, Table, TableId};
use gloo_source::{Code, Diagnostic, FileId, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Program {
    /// The program of all files, which come in the order of their paths, and what can be said of it only as a whole:
    /// names that two declarations have, names that nothing uses, delegations that end where they begin, gRPC to a port that
    /// doesn't speak it.
    #[must_use]
    pub fn join(
        names: &Names,
        manifest: &Manifest,
        files: &[(FileId, Arc<Lowered>)],
    ) -> (Self, Vec<Diagnostic<Place>>) {
        let mut program = Self { name: manifest.name.clone(), ..Self::default() };
        for item in files.iter().flat_map(|(_, lowered)| &lowered.items) {
            program.take(item);
        }
        let by_file: BTreeMap<FileId, &Lowered> =
            files.iter().map(|(file, lowered)| (*file, &**lowered)).collect();
        let place = |id: DeclarationId| {
            by_file.get(&id.file).and_then(|lowered| lowered.declared.get(id.index as usize)).copied()
        };
        let mut diagnostics = Vec::new();
        for duplicate in names.duplicates() {
            if let (Some(first), Some(second)) = (place(duplicate.first), place(duplicate.second)) {
                diagnostics.push(duplicated(names, duplicate.second, first, second));
            }
        }
        let used: BTreeSet<DeclarationId> =
            files.iter().flat_map(|(_, it)| it.used.iter().copied()).collect();
        for (id, declared) in names.all() {
            let warned = match (declared.kind, &declared.shape) {
                (Kind::Let | Kind::Provider, _) => true,
                (_, Shape::Routes { delegated, .. }) => *delegated,
                _ => false,
            };
            if let (true, false, Some(place)) = (warned, used.contains(&id), place(id)) {
                diagnostics.push(unused(declared.kind, &declared.name, place));
            }
        }
        diagnostics.extend(delegations(&program));
        diagnostics.extend(grpc::destinations(&program));
        diagnostics.extend(crate::lower::of_the_whole(&program));
        (program, diagnostics)
    }

    /// Takes in a declaration. The first of a name stays.
    fn take(&mut self, item: &Lower) {
        match item {
            Lower::Mesh(it) => drop(self.mesh.get_or_insert_with(|| it.clone())),
            Lower::Cluster(it) => drop(self.clusters.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Namespace(it) => drop(self.namespaces.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Service(it) => drop(self.services.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::External(it) => drop(self.externals.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Gateway(it) => drop(self.gateways.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Table(it) => drop(self.tables.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Provider(it) => drop(self.providers.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Policy(it) => drop(self.policies.entry(it.id.clone()).or_insert_with(|| it.clone())),
            Lower::Access(it) => self.access.push(it.clone()),
            Lower::Traffic(it) => self.traffic.push(it.clone()),
            Lower::Telemetry(it) => self.telemetry.push(it.clone()),
            Lower::Patch(it) => self.patches.push(it.clone()),
            Lower::Proof(it) => self.proofs.push(it.clone()),
            Lower::Test(it) => self.tests.push(it.clone()),
        }
    }
}

fn duplicated(names: &Names, id: DeclarationId, first: Place, second: Place) -> Diagnostic<Place> {
    let kind = names.kind(id).unwrap_or(Kind::Let);
    let declared = names.declared(id);
    let name = declared.map_or("", |it| &it.name);
    let message = match kind {
        Kind::Mesh => "a workspace has one mesh".to_owned(),
        _ => format!("there are two {}s called `{name}`", kind.noun()),
    };
    let help = match kind {
        Kind::Mesh => "remove one of them".to_owned(),
        Kind::Cluster | Kind::Namespace => {
            format!("rename one of them: the name of a {} is unique in the workspace", kind.noun())
        }
        _ => "rename one of them".to_owned(),
    };
    Diagnostic::new(Code::DUPLICATE_NAME, second, message)
        .saying("again here")
        .label(first, "first here")
        .help(help)
}

fn unused(kind: Kind, name: &str, place: Place) -> Diagnostic<Place> {
    let (message, help) = match kind {
        Kind::Provider => {
            (format!("the provider `{name}` is never used"), "name it in a `require`, or remove it")
        }
        Kind::Routes => {
            (format!("no table delegates to `{name}`"), "write `delegate(…)` in one, or remove it")
        }
        _ => (format!("`{name}` is never used"), "use it, or remove it"),
    };
    Diagnostic::new(Code::UNUSED_NAME, place, message).help(help)
}

/// Reports tables that in the end delegate to themselves, each cycle once, at its first table.
fn delegations(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut done: BTreeSet<&TableId> = BTreeSet::new();
    let mut diagnostics = Vec::new();
    for start in program.tables.keys() {
        // A walk in depth with its own stack: tables may delegate as deep as they like.
        let mut path: Vec<(&TableId, std::vec::IntoIter<(&TableId, Place)>)> = Vec::new();
        let mut on_path: BTreeMap<&TableId, usize> = BTreeMap::new();
        if done.insert(start) {
            on_path.insert(start, 0);
            path.push((start, handed(program.tables.get(start)).into_iter()));
        }
        while let Some((table, next)) = path.last_mut() {
            let Some((child, place)) = next.next() else {
                on_path.remove(*table);
                path.pop();
                continue;
            };
            if let Some(from) = on_path.get(child) {
                let around =
                    path.get(*from..).unwrap_or_default().iter().map(|(table, _)| *table).chain([child]);
                let around: Vec<String> = around.map(|table| format!("`{table}`")).collect();
                let message = format!("`{child}` delegates to itself: {}", around.join(" to "));
                let diagnostic = Diagnostic::new(Code::CYCLE, place, message);
                diagnostics.push(diagnostic.help("let one of them end with a destination"));
            } else if done.insert(child) {
                on_path.insert(child, path.len());
                path.push((child, handed(program.tables.get(child)).into_iter()));
            }
        }
    }
    diagnostics
}

/// The tables that a table hands requests to, and where it does.
fn handed(table: Option<&Arc<Table>>) -> Vec<(&TableId, Place)> {
    let rules = table.into_iter().flat_map(|table| &table.rules);
    rules
        .filter_map(|rule| match &rule.action.value {
            crate::Action::Delegate(child) => Some((child, rule.action.at)),
            _ => None,
        })
        .collect()
}
