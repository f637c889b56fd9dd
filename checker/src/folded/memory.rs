//! What came of tables in earlier checks, by all that it depends on.

use super::Wanted;
use super::outcome::Outcome;
use crate::affected::content;
use crate::atoms::Sources;
use crate::table::Turn;
use crate::undecided::Undecided;
use gloo_ir::{Predicate, Program, Rule, Table, TableId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What [`check_again`](crate::check_again) keeps from one check to the next: what came of each table of the last one. It is
/// found by the content of the table, wherever that is written, so it serves any program.
#[derive(Debug, Default)]
pub struct Memory {
    outcomes: HashMap<Key, Known>,
    /// The content of tables that are still the same in memory.
    contents: HashMap<usize, (Arc<Table>, Key)>,
}

/// What came of a table, or why that can't be said.
type Known = Result<Arc<Outcome>, Undecided>;

/// The content of all that the outcome of a table depends on. Two that differ have the same by chance only.
pub(super) type Key = (u64, u64);

impl Memory {
    /// What is known.
    pub(super) fn get(&self, key: Key) -> Option<Known> {
        self.outcomes.get(&key).cloned()
    }

    /// Knows these, of that program, from now on and nothing else.
    pub(super) fn remember(&mut self, program: &Program, all: impl Iterator<Item = (Key, Known)>) {
        self.outcomes = all.collect();
        let contents = program.tables.values().map(|table| {
            let content = self.content(table);
            (address(table), (table.clone(), content))
        });
        self.contents = contents.collect();
    }

    /// The content of a table.
    fn content(&self, table: &Arc<Table>) -> Key {
        match self.contents.get(&address(table)) {
            Some((_, known)) => *known,
            None => content(table),
        }
    }
}

/// Where a table is in memory: while it is kept, no other is there.
fn address(table: &Arc<Table>) -> usize {
    Arc::as_ptr(table) as usize
}

/// What the outcome of every table of a program depends on.
pub(super) struct Surroundings(Key);

impl Surroundings {
    /// Those of a program: who can call, how paths are read, what is wanted.
    pub fn of(program: &Program, wanted: Wanted) -> Self {
        let Program { mesh, clusters, namespaces, services, gateways, .. } = program;
        Self(content(&(mesh, clusters, namespaces, services, gateways, wanted)))
    }

    /// The key of a table: it with those that it delegates to, who can send requests to it, and which.
    pub fn key(
        &self,
        memory: &Memory,
        table: &Arc<Table>,
        turns: &[Turn<'_>],
        sources: &Sources,
        scope: &Predicate,
    ) -> Key {
        let others: BTreeMap<&TableId, &Arc<Table>> = turns
            .iter()
            .filter(|turn| turn.table.id != table.id)
            .map(|turn| (&turn.table.id, turn.table))
            .collect();
        let others: Vec<Key> = others.into_values().map(|other| memory.content(other)).collect();
        // Of what stands between the table and those that rules of others delegate to in turn.
        let between: Vec<&[&Rule]> = turns.iter().filter_map(|turn| turn.delegating.get(1..)).collect();
        content(&(self.0, memory.content(table), others, between, sources, scope))
    }
}
