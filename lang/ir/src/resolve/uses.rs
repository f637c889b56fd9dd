//! What each `use` of a workspace brings in.

use super::{DeclarationId, Kind, Names, Used};
use gloo_source::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

impl Names {
    /// Finds out what each `use` brings in. Uses may name what other uses bring in; chains are followed once.
    pub(super) fn bring_in(&mut self) {
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

    fn used(&self, (file, index): (FileId, u32)) -> Option<&Used> {
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
}

/// What following a `use` once gives.
enum Step {
    Ends(Result<Brought, UseProblem>),
    Next((FileId, u32)),
}
