//! All names of a workspace.

use super::{DeclarationId, Declarations, Declared, Kind, Shape};
use crate::ClusterId;
use gloo_source::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All names of a workspace: what each module declares, what each file brings in, where things are placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub(super) files: BTreeMap<FileId, FileNames>,
    pub(super) modules: BTreeMap<Arc<str>, ModuleNames>,
    /// The services of each namespace.
    pub(super) services: BTreeMap<DeclarationId, BTreeMap<Arc<str>, DeclarationId>>,
    placed: BTreeMap<DeclarationId, Arc<BTreeSet<ClusterId>>>,
    nowhere: Arc<BTreeSet<ClusterId>>,
    duplicates: Vec<Duplicate>,
    /// Meshes, clusters and namespaces: one of a name in the workspace.
    unique: BTreeMap<(Kind, Arc<str>), DeclarationId>,
    mesh: Option<DeclarationId>,
}

/// The names of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileNames {
    pub(super) path: Arc<str>,
    pub(super) module: Arc<str>,
    pub(super) declarations: Arc<Declarations>,
    /// What each of its uses brings in.
    pub(super) brought: Vec<Result<Brought, UseProblem>>,
    /// Which uses bring in a name.
    pub(super) aliases: BTreeMap<Arc<str>, Vec<u32>>,
    /// The namespaces that uses bring in, with the use.
    pub(super) namespaces: Vec<(DeclarationId, u32)>,
}

/// The names of one module, the first declaration of each kind only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ModuleNames {
    pub(super) declared: BTreeMap<Arc<str>, Vec<DeclarationId>>,
    /// The services of its namespaces, by their short names.
    pub(super) services: BTreeMap<Arc<str>, Vec<DeclarationId>>,
    /// What its files' uses are called.
    pub(super) aliases: BTreeMap<Arc<str>, Vec<(FileId, u32)>>,
}

/// What a `use` brings in: the declarations of that name, one of a kind.
pub type Brought = Vec<DeclarationId>;

/// Why a `use` brings in nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseProblem {
    /// No module is named.
    NoModule,
    /// There is no such module.
    UnknownModule,
    /// The module has no such name.
    UnknownName,
    /// It is a module, not a declaration.
    IsModule,
    /// What has the name isn't `pub`.
    Private(DeclarationId),
    /// It is one of these uses, each of which stands for the next; in the first of them only.
    Cycle(Vec<Arc<str>>),
    /// It leads to a cycle that is reported elsewhere.
    LeadsToCycle,
    /// Its name here is already that of another thing of the same kind.
    Taken(DeclarationId),
    /// What it brings in is there already, by the same name.
    Again,
}

/// Two declarations of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The one that has it.
    pub first: DeclarationId,
    /// The one that may not.
    pub second: DeclarationId,
}

/// The module of a file: its folder, with dots. The root module is empty.
#[must_use]
pub fn module_of(path: &str) -> Arc<str> {
    path.rsplit_once('/').map_or(Arc::from(""), |(folder, _)| folder.replace('/', ".").into())
}

impl Names {
    /// All names of the files, which come with their paths (relative to the workspace, with `/`) in the order of them.
    #[must_use]
    pub fn join(files: &[(FileId, Arc<str>, Arc<Declarations>)]) -> Self {
        let mut names = Self::default();
        for (file, path, declarations) in files {
            names.add(*file, path, declarations);
        }
        names.bring_in();
        names.place();
        names
    }

    fn add(&mut self, file: FileId, path: &Arc<str>, declarations: &Arc<Declarations>) {
        let module_name = module_of(path);
        let mut parents: Vec<&str> = module_name.split('.').collect();
        while parents.len() > 1 {
            parents.pop();
            self.modules.entry(parents.join(".").into()).or_default();
        }
        let module = self.modules.entry(module_name.clone()).or_default();
        for (index, used) in (0..).zip(&declarations.uses) {
            module.aliases.entry(used.alias.clone()).or_default().push((file, index));
        }
        let mut aliases: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
        for (index, used) in (0..).zip(&declarations.uses) {
            aliases.entry(used.alias.clone()).or_default().push(index);
        }
        let entry = FileNames {
            path: path.clone(),
            module: module_name.clone(),
            declarations: declarations.clone(),
            brought: Vec::new(),
            aliases,
            namespaces: Vec::new(),
        };
        self.files.insert(file, entry);
        for (index, declared) in (0..).zip(&declarations.declared) {
            self.declare(DeclarationId { file, index }, &module_name, declared);
        }
    }

    fn declare(&mut self, id: DeclarationId, module: &Arc<str>, declared: &Declared) {
        if let Shape::Service { namespace, .. } = &declared.shape {
            let namespace = DeclarationId { file: id.file, index: *namespace };
            let services = self.services.entry(namespace).or_default();
            let first = *services.entry(declared.name.clone()).or_insert(id);
            if first != id {
                self.duplicates.push(Duplicate { first, second: id });
            } else if let Some(module) = self.modules.get_mut(module) {
                module.services.entry(declared.name.clone()).or_default().push(id);
            }
            return;
        }
        let first = match declared.kind {
            Kind::Mesh => self.mesh,
            Kind::Cluster | Kind::Namespace => {
                let first = *self.unique.entry((declared.kind, declared.name.clone())).or_insert(id);
                (first != id).then_some(first)
            }
            _ => self.own(module, declared),
        };
        if let Some(first) = first {
            self.duplicates.push(Duplicate { first, second: id });
            return;
        }
        if declared.kind == Kind::Mesh {
            self.mesh = Some(id);
        }
        let module = self.modules.entry(module.clone()).or_default();
        module.declared.entry(declared.name.clone()).or_default().push(id);
    }

    /// The declaration of the same kind and name in the module.
    fn own(&self, module: &str, declared: &Declared) -> Option<DeclarationId> {
        let same_name = self.modules.get(module)?.declared.get(&declared.name)?;
        same_name.iter().copied().find(|other| self.kind(*other) == Some(declared.kind))
    }

    /// Finds out what each `use` brings in. Uses may name what other uses bring in; chains are followed once.
    fn bring_in(&mut self) {
        let mut known: BTreeMap<(FileId, u32), Result<Brought, UseProblem>> = BTreeMap::new();
        let starts: Vec<(FileId, u32)> = self
            .files
            .iter()
            .flat_map(|(file, names)| (0..names.declarations.uses.len() as u32).map(|index| (*file, index)))
            .collect();
        for start in starts {
            let mut chain = Vec::new();
            let mut seen = BTreeSet::new();
            let mut at = start;
            let result = loop {
                if let Some(result) = known.get(&at) {
                    break match result {
                        Err(UseProblem::Cycle(_)) => Err(UseProblem::LeadsToCycle),
                        other => other.clone(),
                    };
                }
                if !seen.insert(at) {
                    break Err(self.cycle(&chain, at, &mut known));
                }
                chain.push(at);
                match self.step(at) {
                    Step::Ends(result) => break result,
                    Step::Next(next) => at = next,
                }
            };
            for at in chain {
                known.entry(at).or_insert_with(|| result.clone());
            }
        }
        for ((file, index), result) in known {
            let result = result.and_then(|ids| self.is_new(file, index, ids));
            let namespaces: Vec<DeclarationId> = result
                .iter()
                .flatten()
                .copied()
                .filter(|id| self.kind(*id) == Some(Kind::Namespace))
                .collect();
            if let Some(names) = self.files.get_mut(&file) {
                names.namespaces.extend(namespaces.into_iter().map(|id| (id, index)));
                names.brought.push(result);
            }
        }
    }

    /// Refuses a `use` whose name the module, or an earlier `use` of the file, already has for that kind.
    fn is_new(&self, file: FileId, index: u32, ids: Brought) -> Result<Brought, UseProblem> {
        let (Some(names), Some(used)) = (self.files.get(&file), self.used((file, index))) else {
            return Ok(ids);
        };
        let module = self.modules.get(&names.module);
        let own = module.and_then(|module| module.declared.get(&used.alias)).into_iter().flatten();
        let same_alias = names.aliases.get(&used.alias).into_iter().flatten();
        let earlier =
            same_alias.filter_map(|other| names.brought.get(*other as usize)?.as_ref().ok()).flatten();
        for other in own.chain(earlier) {
            if ids.contains(other) {
                return Err(UseProblem::Again);
            }
            if ids.iter().any(|id| self.kind(*id) == self.kind(*other)) {
                return Err(UseProblem::Taken(*other));
            }
        }
        Ok(ids)
    }

    /// Reports a cycle at its first use, and says what those that only lead to it stand for.
    fn cycle(
        &self,
        chain: &[(FileId, u32)],
        at: (FileId, u32),
        known: &mut BTreeMap<(FileId, u32), Result<Brought, UseProblem>>,
    ) -> UseProblem {
        let cycle: Vec<_> = chain.iter().copied().skip_while(|one| *one != at).collect();
        let first = cycle.iter().copied().min().unwrap_or(at);
        let around = cycle.iter().cycle().skip_while(|one| **one != first).take(cycle.len() + 1);
        let aliases = around.filter_map(|one| self.used(*one).map(|used| used.alias.clone())).collect();
        known.insert(first, Err(UseProblem::Cycle(aliases)));
        UseProblem::LeadsToCycle
    }

    fn used(&self, (file, index): (FileId, u32)) -> Option<&super::Used> {
        self.files.get(&file)?.declarations.uses.get(index as usize)
    }

    /// What one `use` stands for, or the `use` that says so.
    fn step(&self, at: (FileId, u32)) -> Step {
        let Some(file) = self.files.get(&at.0) else { return Step::Ends(Err(UseProblem::UnknownName)) };
        let Some(used) = self.used(at) else { return Step::Ends(Err(UseProblem::UnknownName)) };
        let Some((first, rest)) = used.module.split_first() else {
            return Step::Ends(Err(UseProblem::NoModule));
        };
        let segments = if &**first == "root" { rest } else { &used.module };
        let name = segments.join(".");
        let Some((key, module)) = self.modules.get_key_value(name.as_str()) else {
            return Step::Ends(self.service_of(segments, &used.name, &file.module));
        };
        let own = *key == file.module;
        let declared = module.declared.get(&used.name).map_or(&[][..], Vec::as_slice);
        let visible: Brought = declared.iter().copied().filter(|id| own || self.is_public(*id)).collect();
        if !visible.is_empty() {
            return Step::Ends(Ok(visible));
        }
        let aliases = module.aliases.get(&used.name).map_or(&[][..], Vec::as_slice);
        // What a file uses is not passed on to other modules, so only a module's own uses can be meant.
        if let Some(next) = aliases.iter().find(|other| own && **other != at) {
            return Step::Next(*next);
        }
        Step::Ends(Err(match declared.first() {
            Some(private) => UseProblem::Private(*private),
            None if self.modules.contains_key([&name, &*used.name].join(".").trim_start_matches('.')) => {
                UseProblem::IsModule
            }
            None => UseProblem::UnknownName,
        }))
    }

    /// The service in `use root.shop.cart`.
    fn service_of(&self, segments: &[Arc<str>], name: &str, from: &str) -> Result<Brought, UseProblem> {
        let Some((namespace, module)) = segments.split_last() else { return Err(UseProblem::UnknownModule) };
        let key = module.join(".");
        let declared = self.modules.get(key.as_str()).and_then(|module| module.declared.get(namespace));
        let namespace = declared.into_iter().flatten().find(|id| self.kind(**id) == Some(Kind::Namespace));
        let Some(namespace) = namespace else { return Err(UseProblem::UnknownModule) };
        if key != from && !self.is_public(*namespace) {
            return Err(UseProblem::Private(*namespace));
        }
        let service = self.services.get(namespace).and_then(|services| services.get(name));
        service.map(|id| vec![*id]).ok_or(UseProblem::UnknownName)
    }

    /// Says where namespaces, services and gateways are placed. Clusters that aren't there are left out: the file that
    /// names them says so.
    fn place(&mut self) {
        let everywhere: Arc<BTreeSet<ClusterId>> = Arc::new(
            self.all()
                .filter(|(_, it)| it.kind == Kind::Cluster)
                .map(|(_, it)| ClusterId::new(it.name.clone()))
                .collect(),
        );
        let mut placed: BTreeMap<DeclarationId, Arc<BTreeSet<ClusterId>>> = BTreeMap::new();
        for (id, declared) in self.all() {
            let (on, otherwise) = match &declared.shape {
                Shape::Namespace { on } | Shape::Gateway { on, .. } => (on, everywhere.clone()),
                Shape::Service { namespace, on, .. } => {
                    let namespace = DeclarationId { file: id.file, index: *namespace };
                    (on, placed.get(&namespace).unwrap_or(&everywhere).clone())
                }
                _ => continue,
            };
            let clusters = on.as_ref().map_or(otherwise, |on| {
                let wanted = super::Kinds::of(&[Kind::Cluster]);
                let found = on.iter().filter_map(|path| {
                    let words: Vec<&str> = path.iter().map(|word| &**word).collect();
                    self.find(id.file, &words, wanted).ok()
                });
                Arc::new(
                    found
                        .filter_map(|hit| self.declared(hit.id))
                        .map(|it| ClusterId::new(it.name.clone()))
                        .collect(),
                )
            });
            placed.insert(id, clusters);
        }
        self.placed = placed;
    }

    /// All declarations in the order of files and text.
    pub fn all(&self) -> impl Iterator<Item = (DeclarationId, &Declared)> {
        self.files.iter().flat_map(|(file, names)| {
            let numbered = (0..).zip(&names.declarations.declared);
            numbered.map(|(index, declared)| (DeclarationId { file: *file, index }, declared))
        })
    }

    /// A declaration.
    #[must_use]
    pub fn declared(&self, id: DeclarationId) -> Option<&Declared> {
        self.files.get(&id.file)?.declarations.declared.get(id.index as usize)
    }

    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self, id: DeclarationId) -> Option<Kind> {
        self.declared(id).map(|declared| declared.kind)
    }

    fn is_public(&self, id: DeclarationId) -> bool {
        self.declared(id).is_some_and(|declared| declared.public)
    }

    /// Its name in the program: alone for meshes, clusters and namespaces, `NAMESPACE.SERVICE` for services, qualified by
    /// the module for everything else.
    #[must_use]
    pub fn qualified(&self, id: DeclarationId) -> Arc<str> {
        let Some(declared) = self.declared(id) else { return Arc::from("") };
        if declared.kind.is_unique_in_workspace() {
            return declared.name.clone();
        }
        let prefix = match &declared.shape {
            Shape::Service { namespace, .. } => {
                let namespace = DeclarationId { file: id.file, index: *namespace };
                self.declared(namespace).map_or("", |namespace| &namespace.name)
            }
            _ => self.module(id.file),
        };
        if prefix.is_empty() { declared.name.clone() } else { format!("{prefix}.{}", declared.name).into() }
    }

    /// The module of a file; empty for the root.
    #[must_use]
    pub fn module(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |names| &names.module)
    }

    /// The path of a file, relative to the workspace.
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |names| &names.path)
    }

    /// Where a namespace, service or gateway is placed.
    #[must_use]
    pub fn clusters(&self, id: DeclarationId) -> &BTreeSet<ClusterId> {
        self.placed.get(&id).unwrap_or(&self.nowhere)
    }

    /// The services of a namespace, by their declared names.
    pub fn services(&self, namespace: DeclarationId) -> impl Iterator<Item = (&str, DeclarationId)> {
        self.services.get(&namespace).into_iter().flatten().map(|(name, id)| (&**name, *id))
    }

    /// What each `use` of a file brings in, in the order of its [`Declarations::uses`].
    #[must_use]
    pub fn brought(&self, file: FileId) -> &[Result<Brought, UseProblem>] {
        self.files.get(&file).map_or(&[], |names| &names.brought)
    }

    /// Declarations whose name another one has.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// The mesh, cluster or namespace of that name.
    #[must_use]
    pub fn unique(&self, kind: Kind, name: &str) -> Option<DeclarationId> {
        self.unique.get(&(kind, Arc::from(name))).copied()
    }

    /// The mesh, where one is declared.
    #[must_use]
    pub fn mesh(&self) -> Option<DeclarationId> {
        self.mesh
    }

    /// Whether there is such a module; the root is empty.
    #[must_use]
    pub fn has_module(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    /// The modules, the root being empty.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(|name| &**name)
    }
}

/// What following a `use` once gives.
enum Step {
    Ends(Result<Brought, UseProblem>),
    Next((FileId, u32)),
}
