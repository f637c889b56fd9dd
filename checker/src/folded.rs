//! Every table of a program folded, and for each rule what came of it.

use crate::affected::content;
use crate::atoms::{Atoms, FieldKey, Sources, Universe, Value};
use crate::diagram::{Chosen, Diagrams, Set, Space};
use crate::fold::{self, Verdict};
use crate::formula::Formula;
use crate::solver::{Z3, second_opinion};
use crate::table::{Turn, turns};
use crate::undecided::Undecided;
use gloo_ir::joined::{Joined, joined_tables};
use gloo_ir::normal_form::{Conjunct, Witness, predicate_of};
use gloo_ir::{
    Action, AddressAttribute, Attachment, ClusterId, GatewayKind, Match, Predicate, Program, Table, TableId,
};
use oxidd::BooleanFunction;
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
    pub losses: Vec<Loss<'a>>,
}

/// A rule of another module takes a request of one that decides others.
pub(crate) struct Loss<'a> {
    /// The rule that loses it.
    pub turn: Turn<'a>,
    /// The rule that decides it, by another action.
    pub taker: Turn<'a>,
    /// The request.
    pub sample: Witness,
}

/// What came of a rule in its turn.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    /// It decides some request: this one, where samples were asked for, and of redirects always.
    Decides(Option<Witness>),
    /// No request can match it.
    Impossible(Impossible),
    /// The turns before it take all its requests.
    Shadowed {
        /// A request that it matches.
        sample: Witness,
        /// The turns that take its requests.
        by: Vec<usize>,
    },
}

/// Why no request can match a rule.
#[derive(Clone, Debug)]
pub(crate) enum Impossible {
    /// These conditions of its own exclude each other; none can be left out.
    Alone(Vec<Predicate>),
    /// It can be met, but by no request that the rules which delegate to it hand over.
    Delegated,
    /// It can be met, but by no request of the listeners or services that its table is for.
    Entry,
}

/// What is wanted besides what came of each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    Findings,
    /// A request for each rule that decides some.
    Samples,
    /// That the solver says the same as the diagrams.
    SecondOpinion,
}

/// All tables that requests meet first, in the order of their names, each folded once, whatever it is served on.
pub(crate) fn folded(program: &Program, wanted: Wanted) -> Vec<Folded<'_>> {
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
    let folds = roots.into_par_iter().map_init(
        || Diagrams::new(largest),
        |diagrams, table| {
            let sites = sites.get(&table.id).cloned().unwrap_or_default();
            let folded = fold_table(program, diagrams, table, &sites, wanted);
            let (turns, losses) = match folded {
                Ok((turns, losses)) => (Ok(turns), losses),
                Err(undecided) => (Err(undecided), Vec::new()),
            };
            Folded { table, sites, turns, losses }
        },
    );
    folds.collect()
}

fn fold_table<'a>(
    program: &'a Program,
    diagrams: &mut Diagrams,
    table: &'a Arc<Table>,
    sites: &[(&'a ClusterId, Arc<Joined<'a>>)],
    wanted: Wanted,
) -> Result<(Turns<'a>, Vec<Loss<'a>>), Undecided> {
    let turns = turns(program, table)?;
    let universe = Universe { program, paths: program.paths(), sources: sources(program, table) };
    let scope = if turns.iter().any(|turn| asks_for_entry(&turn.predicate)) {
        let scopes: BTreeSet<Conjunct> = sites.iter().map(|(_, joined)| joined.scope()).collect();
        Predicate::Any(scopes.into_iter().map(predicate).collect())
    } else {
        Predicate::always()
    };
    let asked = turns.iter().map(|turn| &turn.predicate).chain([&scope]);
    let atoms = Atoms::of(&universe, asked)?;
    let formulas: Vec<Formula> = turns.iter().map(|turn| atoms.formula(&turn.predicate)).collect();
    let space = diagrams.space(&atoms)?;
    let scope = atoms.formula(&scope);
    let verdicts = fold::fold(&space, &space.set(&scope)?, &formulas)?;
    if wanted == Wanted::SecondOpinion {
        second_opinion(&mut Z3::new(&atoms), &scope, &formulas, &verdicts)?;
    }
    let losses = losses(&space, &space.set(&scope)?, &turns, &formulas, &verdicts)?;
    let came = turns.iter().zip(verdicts).map(|(turn, verdict)| {
        Ok(match verdict {
            Verdict::Decides(own) => Came::Decides(match (wanted, &turn.rule.action.value) {
                (Wanted::Samples, _) | (_, Action::Redirect(_)) => {
                    space.choose(&own)?.map(|chosen| witness(&atoms, &chosen))
                }
                (Wanted::Findings | Wanted::SecondOpinion, _) => None,
            }),
            Verdict::Impossible => Came::Impossible(why(&space, turn)?),
            Verdict::Shadowed { sample, by } => {
                let chosen = space.choose(&sample)?.unwrap_or_default();
                Came::Shadowed { sample: witness(&atoms, &chosen), by }
            }
        })
    });
    let came: Vec<Came> = came.collect::<Result<_, Undecided>>()?;
    Ok((turns.into_iter().zip(came).collect(), losses))
}

/// What the rules of a table lose to those of other modules. An `otherwise` means to lose, and an action that is the same
/// takes nothing.
fn losses<'a>(
    space: &Space<'_>,
    scope: &Set,
    turns: &[Turn<'a>],
    formulas: &[Formula],
    verdicts: &[Verdict],
) -> Result<Vec<Loss<'a>>, Undecided> {
    let mut losses = Vec::new();
    if turns.iter().all(|turn| turns.first().is_some_and(|first| turn.module() == first.module())) {
        return Ok(losses);
    }
    for (number, ((turn, formula), verdict)) in turns.iter().zip(formulas).zip(verdicts).enumerate() {
        let Verdict::Decides(decided) = verdict else { continue };
        if turn.rule.matches == Match::Otherwise {
            continue;
        }
        let own = Undecided::of(scope.and(&space.set(formula)?))?;
        let lost = Undecided::of(own.and(&Undecided::of(decided.not())?))?;
        if !lost.satisfiable() {
            continue;
        }
        for (taker, verdict) in turns.iter().zip(verdicts).take(number) {
            let Verdict::Decides(taken) = verdict else { continue };
            if taker.module() == turn.module()
                || content(&taker.rule.action.value) == content(&turn.rule.action.value)
            {
                continue;
            }
            let taken = Undecided::of(lost.and(taken))?;
            if let Some(chosen) = space.choose(&taken)? {
                let sample = witness(space.atoms(), &chosen);
                losses.push(Loss { turn: turn.clone(), taker: taker.clone(), sample });
                break;
            }
        }
    }
    Ok(losses)
}

/// Why nothing meets a rule that nothing meets.
fn why(space: &Space<'_>, turn: &Turn<'_>) -> Result<Impossible, Undecided> {
    let is_possible = |predicates: &[Predicate]| -> Result<bool, Undecided> {
        let all = Formula::all(predicates.iter().map(|one| space.atoms().formula(one)));
        Ok(space.set(&all)?.satisfiable())
    };
    let own = match predicate_of(&turn.rule.matches) {
        Predicate::All(parts) => parts,
        one => vec![one],
    };
    if is_possible(&own)? {
        let delegating = turn.delegating.iter().map(|rule| predicate_of(&rule.matches));
        let all: Vec<Predicate> = delegating.chain(own).collect();
        return Ok(if is_possible(&all)? { Impossible::Entry } else { Impossible::Delegated });
    }
    let mut kept = own.clone();
    for part in own {
        let others: Vec<Predicate> = kept.iter().filter(|one| **one != part).cloned().collect();
        if !is_possible(&others)? {
            kept = others;
        }
    }
    Ok(Impossible::Alone(kept))
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
