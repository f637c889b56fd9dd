//! Every table of a program folded, and for each rule what came of it.

mod memory;
mod outcome;

use crate::atoms::{Atoms, FieldKey, Sources, Universe, Value};
use crate::diagram::{Chosen, Diagrams};
use crate::table::{Turn, turns};
use crate::undecided::Undecided;
use gloo_ir::joined::{Joined, joined_tables};
use gloo_ir::normal_form::{Conjunct, Witness};
use gloo_ir::{AddressAttribute, Attachment, ClusterId, GatewayKind, Predicate, Program, Table, TableId};
pub use memory::Memory;
use memory::Surroundings;
use outcome::outcome;
pub(crate) use outcome::{Came, Impossible, Loss};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules of a table in their turns with what came of each.
pub(crate) type Turns<'a> = Vec<(Turn<'a>, Came)>;

/// A table with what came of its rules.
pub(crate) struct Folded<'a> {
    /// The table.
    pub table: &'a Arc<Table>,
    /// Where it is served.
    pub sites: Vec<(&'a ClusterId, Arc<Joined<'a>>)>,
    /// Its rules in their turns with what came of each, or why that can't be said.
    pub turns: Result<Turns<'a>, Undecided>,
    /// What its rules lose to rules of other modules, the first loss of each.
    pub losses: Vec<Loss>,
}

/// What is wanted besides what came of each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    /// Nothing.
    Findings,
    /// A request for each rule that decides some.
    Samples,
    /// That the solver says the same as the diagrams.
    SecondOpinion,
}

/// All tables that requests meet first, in the order of their names, each folded once, whatever it is served on; those that
/// the memory knows are not folded again.
pub(crate) fn folded<'a>(program: &'a Program, wanted: Wanted, memory: &mut Memory) -> Vec<Folded<'a>> {
    folded_while(program, wanted, memory, &|| true)
}

/// As [`folded`]; once `goes_on` says no, the tables that are left are not folded, and what is given says nothing.
pub(crate) fn folded_while<'a>(
    program: &'a Program,
    wanted: Wanted,
    memory: &mut Memory,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Vec<Folded<'a>> {
    let mut sites: BTreeMap<&TableId, Vec<(&ClusterId, Arc<Joined<'_>>)>> = BTreeMap::new();
    for cluster in program.clusters.keys() {
        for joined in joined_tables(program, cluster) {
            let joined = Arc::new(joined);
            for table in &joined.tables {
                sites.entry(&table.id).or_default().push((cluster, joined.clone()));
            }
        }
    }
    let roots: Vec<&Arc<Table>> =
        program.tables.values().filter(|table| table.attachment != Attachment::Delegated).collect();
    let largest = roots.iter().map(|table| table.rules.len()).max().unwrap_or_default();
    let surroundings = Surroundings::of(program, wanted);
    let known = &*memory;
    let folds = roots.into_par_iter().map_init(
        || Diagrams::new(largest),
        |diagrams, table| {
            if !goes_on() {
                let turns = Err(Undecided::diagram());
                return (None, Folded { table, sites: Vec::new(), turns, losses: Vec::new() });
            }
            let sites = sites.get(&table.id).cloned().unwrap_or_default();
            let turns = match turns(program, table) {
                Ok(turns) => turns,
                Err(undecided) => {
                    return (None, Folded { table, sites, turns: Err(undecided), losses: Vec::new() });
                }
            };
            let sources = sources(program, table);
            let scope = scope(&turns, &sites);
            let key = surroundings.key(known, table, &turns, &sources, &scope);
            let outcome = known.get(key).unwrap_or_else(|| {
                let universe = Universe { program, paths: program.paths(), sources };
                outcome(&universe, diagrams, &turns, &scope, wanted).map(Arc::new)
            });
            let (turns, losses) = match &outcome {
                Ok(outcome) => (
                    Ok(turns.into_iter().zip(outcome.came.iter().cloned()).collect()),
                    outcome.losses.clone(),
                ),
                Err(undecided) => (Err(undecided.clone()), Vec::new()),
            };
            (Some((key, outcome)), Folded { table, sites, turns, losses })
        },
    );
    let (outcomes, folds): (Vec<_>, Vec<_>) = folds.collect::<Vec<_>>().into_iter().unzip();
    memory.remember(program, outcomes.into_iter().flatten());
    folds
}

/// The requests that come to a table at any of its sites, as far as its rules ask for something in which those differ.
fn scope(turns: &[Turn<'_>], sites: &[(&ClusterId, Arc<Joined<'_>>)]) -> Predicate {
    if !turns.iter().any(|turn| asks_for_entry(&turn.predicate)) {
        return Predicate::always();
    }
    let scopes: BTreeSet<Conjunct> = sites.iter().map(|(_, joined)| joined.scope()).collect();
    Predicate::Any(scopes.into_iter().map(predicate).collect())
}

/// Who can be the source of the requests of a table.
pub(crate) fn sources(program: &Program, table: &Table) -> Sources {
    match &table.attachment {
        Attachment::Mesh { clusters, .. } => Sources::Deployed(clusters.iter().cloned().collect()),
        Attachment::Gateway { gateway, clusters, .. } => {
            let kind = program.gateways.get(gateway).map(|gateway| gateway.kind);
            match kind {
                Some(GatewayKind::Egress) => Sources::Accounts(clusters.iter().cloned().collect()),
                _ => Sources::Outside,
            }
        }
        Attachment::Delegated => Sources::Outside,
    }
}

/// The requests of a conjunct.
pub(crate) fn predicate(conjunct: Conjunct) -> Predicate {
    let literals = conjunct.literals.into_iter().map(|literal| {
        let test = Predicate::Test(literal.test);
        if literal.negated { Predicate::Not(Box::new(test)) } else { test }
    });
    Predicate::All(literals.collect())
}

/// Whether a predicate asks for something in which the entries of one table differ.
fn asks_for_entry(predicate: &Predicate) -> bool {
    let mut asks = false;
    predicate.each_test(&mut |test| asks |= test.asks_for_entry());
    asks
}

/// The request that has these classes.
pub(crate) fn witness(atoms: &Atoms, chosen: &Chosen) -> Witness {
    let mut witness = Witness::default();
    for (number, classes) in chosen {
        let Some(field) = atoms.fields.get(*number) else { continue };
        let values: Vec<&Value> =
            classes.iter().filter_map(|class| field.classes.get(*class as usize)).collect();
        let mut texts = Vec::new();
        for value in values {
            match (&field.key, value) {
                (FieldKey::Path, Value::Text(text)) => witness.path = Some(text.clone()),
                (FieldKey::Host, Value::Text(text)) => witness.host = Some(text.clone()),
                (_, Value::Text(text)) => texts.push(text.clone()),
                (_, Value::Port(port)) => witness.port = Some(*port),
                (_, Value::Https(https)) => witness.https = Some(*https),
                (_, Value::Method(method)) => witness.method = Some(*method),
                (_, Value::Source(caller)) => witness.source = Some(caller.clone()),
                (FieldKey::Address(AddressAttribute::Client), Value::Address(address)) => {
                    witness.client_address = Some(*address);
                }
                (_, Value::Address(address)) => witness.source_address = Some(*address),
                (_, Value::Absent | Value::Credential(_) | Value::Verdict(_) | Value::Body(_)) => {}
            }
        }
        if let (FieldKey::Text(attribute), false) = (&field.key, texts.is_empty()) {
            witness.texts.insert(attribute.clone(), texts);
        }
    }
    witness
}
