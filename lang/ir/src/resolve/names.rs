//! All names of a workspace.

use super::{Brought, DeclarationId, Declarations, Declared, Kind, Shape, UseProblem};
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

    /// The same names, as they are seen from one more file of the root module that declares nothing.
    #[must_use]
    pub fn with_root_file(&self, file: FileId) -> Self {
        let mut names = self.clone();
        names.add(file, &"request".into(), &Arc::new(Declarations::default()));
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

    pub(super) fn is_public(&self, id: DeclarationId) -> bool {
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
