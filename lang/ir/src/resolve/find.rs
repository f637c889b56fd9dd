//! What a reference stands for.

use super::names::{FileNames, Names};
use super::{DeclarationId, Kind, Kinds, Shape, suggest};
use gloo_source::FileId;

/// A declaration that a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What is named.
    pub id: DeclarationId,
    /// How many of the reference's words name it; those after them are its members.
    pub words: usize,
    /// The `use` of the file that it was found through.
    pub through: Option<u32>,
}

/// Why a reference names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Nothing has the name.
    Unknown {
        /// Which of the words.
        word: usize,
    },
    /// A namespace, or a module (then absent), has no such member.
    NoMember {
        /// Which of the words.
        word: usize,
        /// The namespace.
        namespace: Option<DeclarationId>,
    },
    /// It is another module's, and not `pub`.
    Private(DeclarationId),
    /// It is something else than what is wanted.
    WrongKind(Hit),
    /// Several things have the name.
    Ambiguous(Vec<DeclarationId>),
}

/// What has been found of a name so far.
#[derive(Default)]
struct Search {
    hits: Vec<Hit>,
    others: Vec<Hit>,
    miss: Option<Miss>,
}

impl Names {
    /// What `words` stand for in `file`, where one of the kinds `wanted` is. The words after [`Hit::words`] are left to
    /// the caller.
    ///
    /// Names of the own module come first, then what `use` brings in, then the short names of services, then paths
    /// through modules.
    ///
    /// # Errors
    /// Why they stand for nothing.
    pub fn find(&self, file: FileId, words: &[&str], wanted: Kinds) -> Result<Hit, Miss> {
        let (Some(names), Some(first)) = (self.files.get(&file), words.first()) else {
            return Err(Miss::Unknown { word: 0 });
        };
        let mut search = Search::default();
        for id in self.own_names(names, first) {
            self.consider(id, words, 1, None, wanted, &mut search);
        }
        for (id, through) in brought(names, first) {
            self.consider(id, words, 1, Some(through), wanted, &mut search);
        }
        for (id, through) in self.short_services(names, first) {
            self.consider(id, words, 1, through, wanted, &mut search);
        }
        if search.hits.is_empty() && words.len() > 1 {
            self.through_modules(names, words, wanted, &mut search);
        }
        search.finish()
    }

    fn own_names(&self, names: &FileNames, first: &str) -> impl Iterator<Item = DeclarationId> {
        let module = self.modules.get(&names.module);
        module.and_then(|module| module.declared.get(first)).into_iter().flatten().copied()
    }

    /// The services of that name in the namespaces that are visible.
    fn short_services(&self, names: &FileNames, first: &str) -> Vec<(DeclarationId, Option<u32>)> {
        let module = self.modules.get(&names.module);
        let own = module.and_then(|module| module.services.get(first)).into_iter().flatten();
        let mut found: Vec<_> = own.map(|id| (*id, None)).collect();
        for (namespace, through) in &names.namespaces {
            let service = self.services.get(namespace).and_then(|services| services.get(first));
            found.extend(service.map(|id| (*id, Some(*through))));
        }
        found
    }

    /// `teams.cart.cart-api`, `root.edge`, `root.shop.cart`.
    fn through_modules(&self, names: &FileNames, words: &[&str], wanted: Kinds, search: &mut Search) {
        for length in (1..words.len()).rev() {
            let Some((module, rest)) = words.split_at_checked(length) else { continue };
            let module = match module.split_first() {
                Some((&"root", rest)) => rest,
                _ => module,
            };
            let key = module.join(".");
            let (Some(module), Some(name)) = (self.modules.get(key.as_str()), rest.first()) else { continue };
            let declared = module.declared.get(*name).into_iter().flatten();
            let own = *key == *names.module;
            for id in declared {
                if own || self.declared(*id).is_some_and(|it| it.public) {
                    self.consider(*id, words, length + 1, None, wanted, search);
                } else {
                    search.miss.get_or_insert(Miss::Private(*id));
                }
            }
            if search.hits.is_empty() && search.others.is_empty() {
                search.miss.get_or_insert(Miss::NoMember { word: length, namespace: None });
            }
            return;
        }
    }

    /// Takes in a declaration that the first `count` words name, or the service in a namespace that they name.
    fn consider(
        &self,
        id: DeclarationId,
        words: &[&str],
        count: usize,
        through: Option<u32>,
        wanted: Kinds,
        search: &mut Search,
    ) {
        let Some(kind) = self.kind(id) else { return };
        if let (Kind::Namespace, Some(service)) = (kind, words.get(count)) {
            match self.services.get(&id).and_then(|services| services.get(*service)) {
                Some(service) => {
                    let hit = Hit { id: *service, words: count + 1, through };
                    search.take(hit, wanted.contains(Kind::Service));
                }
                None => {
                    search.miss.get_or_insert(Miss::NoMember { word: count, namespace: Some(id) });
                }
            }
            return;
        }
        search.take(Hit { id, words: count, through }, wanted.contains(kind));
    }

    /// The name most like the word that is unknown, of those that are wanted and can be seen from `file`.
    #[must_use]
    pub fn closest(&self, file: FileId, words: &[&str], miss: &Miss, wanted: Kinds) -> Option<String> {
        let (word, namespace) = match miss {
            Miss::Unknown { word } => (*word, None),
            Miss::NoMember { word, namespace } => (*word, Some(*namespace)),
            _ => return None,
        };
        let text = words.get(word)?;
        let names = self.files.get(&file)?;
        let of_kind = |ids: &[DeclarationId]| {
            ids.iter()
                .any(|id| self.kind(*id).is_some_and(|kind| wanted.contains(kind) || kind == Kind::Namespace))
        };
        match namespace {
            Some(Some(namespace)) => {
                suggest::closest(text, self.services(namespace).map(|(name, _)| name)).map(str::to_owned)
            }
            Some(None) => {
                let key = words.get(..word)?.join(".");
                let module = self
                    .modules
                    .get(key.strip_prefix("root").map_or(&*key, |it| it.trim_start_matches('.')))?;
                let declared =
                    module.declared.iter().filter(|(_, ids)| of_kind(ids)).map(|(name, _)| &**name);
                suggest::closest(text, declared).map(str::to_owned)
            }
            None => {
                let module = self.modules.get(&names.module)?;
                let declared =
                    module.declared.iter().filter(|(_, ids)| of_kind(ids)).map(|(name, _)| &**name);
                let services =
                    module.services.keys().filter(|_| wanted.contains(Kind::Service)).map(|name| &**name);
                let used = names.aliases.keys().map(|name| &**name);
                suggest::closest(text, declared.chain(services).chain(used)).map(str::to_owned)
            }
        }
    }

    /// The names that can be written in a file for something of the kinds `wanted`, in the order of the alphabet:
    /// those of its own module.
    pub fn visible(&self, file: FileId, wanted: Kinds) -> impl Iterator<Item = &str> {
        let module = self.files.get(&file).and_then(|names| self.modules.get(&names.module));
        let names = module.into_iter().flat_map(move |module| {
            let declared = module.declared.iter().filter(move |(_, ids)| {
                ids.iter().any(|id| self.kind(*id).is_some_and(|kind| wanted.contains(kind)))
            });
            let services = module.services.keys().filter(move |_| wanted.contains(Kind::Service));
            declared.map(|(name, _)| &**name).chain(services.map(|name| &**name))
        });
        names.collect::<std::collections::BTreeSet<_>>().into_iter()
    }

    /// The name in a module that is most like a word.
    #[must_use]
    pub fn closest_in(&self, module: &str, word: &str) -> Option<&str> {
        suggest::closest(word, self.modules.get(module)?.declared.keys().map(|name| &**name))
    }

    /// Where else in the workspace something of that name and of a kind that is wanted is declared: the path to write.
    #[must_use]
    pub fn elsewhere(&self, file: FileId, word: &str, wanted: Kinds) -> Option<(String, DeclarationId)> {
        let own = self.module(file);
        self.all().find_map(|(id, it)| {
            let module = self.module(id.file);
            (*it.name == *word && wanted.contains(it.kind) && module != own).then(|| (self.path_to(id), id))
        })
    }

    /// How another module writes the name: `root.shop.cart`, `teams.cart.cart-api`.
    #[must_use]
    pub fn path_to(&self, id: DeclarationId) -> String {
        let Some(declared) = self.declared(id) else { return String::new() };
        let module = self.module(id.file);
        let prefix = if module.is_empty() { "root" } else { module };
        match &declared.shape {
            Shape::Service { namespace, .. } => {
                let namespace = self.declared(DeclarationId { file: id.file, index: *namespace });
                format!("{prefix}.{}.{}", namespace.map_or("", |it| &it.name), declared.name)
            }
            _ => format!("{prefix}.{}", declared.name),
        }
    }
}

impl Search {
    fn take(&mut self, hit: Hit, wanted: bool) {
        let list = if wanted { &mut self.hits } else { &mut self.others };
        if !list.iter().any(|other| other.id == hit.id) {
            list.push(hit);
        }
    }

    fn finish(self) -> Result<Hit, Miss> {
        match self.hits.as_slice() {
            [one] => Ok(*one),
            [] => Err(match (self.miss, self.others.first()) {
                (Some(miss @ (Miss::Private(_) | Miss::NoMember { .. })), _) => miss,
                (_, Some(other)) => Miss::WrongKind(*other),
                (Some(miss), None) => miss,
                (None, None) => Miss::Unknown { word: 0 },
            }),
            several => Err(Miss::Ambiguous(several.iter().map(|hit| hit.id).collect())),
        }
    }
}

fn brought<'a>(names: &'a FileNames, first: &str) -> impl Iterator<Item = (DeclarationId, u32)> + 'a {
    let uses = names.aliases.get(first).into_iter().flatten();
    uses.flat_map(|index| {
        let ids = names.brought.get(*index as usize).and_then(|brought| brought.as_ref().ok());
        ids.into_iter().flatten().map(|id| (*id, *index))
    })
}
