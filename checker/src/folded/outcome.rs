//! What comes of the rules of a table, by their numbers: it outlives the program that they are of.

use super::{Wanted, witness};
use crate::affected::content;
use crate::atoms::{Atoms, Universe};
use crate::diagram::{Diagrams, Set, Space};
use crate::fold::{self, Verdict};
use crate::formula::Formula;
use crate::solver::{Z3, second_opinion};
use crate::table::Turn;
use crate::undecided::Undecided;
use gloo_ir::normal_form::{Witness, predicate_of};
use gloo_ir::{Action, Match, Percent, Predicate, Rule};
use oxidd::BooleanFunction;

/// What came of the rules of a table.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What came of each.
    pub came: Vec<Came>,
    /// What they lose to rules of other modules, the first loss of each.
    pub losses: Vec<Loss>,
}

/// What came of a rule in its turn.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    /// It decides some request: this one, where samples were asked for or a finding may want to show it.
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

/// A rule of another module takes a request of one that decides others.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    /// The turn that loses it.
    pub turn: usize,
    /// The turn that decides it, by another action.
    pub taker: usize,
    /// The request.
    pub sample: Witness,
}

/// What comes of rules in their turns, of the requests of `scope`.
///
/// # Errors
/// It is beyond the limits.
pub(super) fn outcome(
    universe: &Universe<'_>,
    diagrams: &mut Diagrams,
    turns: &[Turn<'_>],
    scope: &Predicate,
    wanted: Wanted,
) -> Result<Outcome, Undecided> {
    let asked = turns.iter().map(|turn| &turn.predicate).chain([scope]);
    let atoms = Atoms::of(universe, asked)?;
    let formulas: Vec<Formula> = turns.iter().map(|turn| atoms.formula(&turn.predicate)).collect();
    let space = diagrams.space(&atoms)?;
    let scope = atoms.formula(scope);
    let verdicts = fold::fold(&space, &space.set(&scope)?, &formulas)?;
    if wanted == Wanted::SecondOpinion {
        second_opinion(&mut Z3::new(&atoms), &scope, &formulas, &verdicts)?;
    }
    let losses = losses(&space, &space.set(&scope)?, turns, &formulas, &verdicts)?;
    let came = turns.iter().zip(verdicts).map(|(turn, verdict)| {
        Ok(match verdict {
            Verdict::Decides(own) if wanted == Wanted::Samples || is_shown(turn.rule) => {
                Came::Decides(space.choose(&own)?.map(|chosen| witness(&atoms, &chosen)))
            }
            Verdict::Decides(_) => Came::Decides(None),
            Verdict::Impossible => Came::Impossible(why(&space, turn)?),
            Verdict::Shadowed { sample, by } => {
                let chosen = space.choose(&sample)?.unwrap_or_default();
                Came::Shadowed { sample: witness(&atoms, &chosen), by }
            }
        })
    });
    Ok(Outcome { came: came.collect::<Result<_, Undecided>>()?, losses })
}

/// Whether a finding may want to show a request that the rule decides: where it redirects, sends nothing to a part, or tries
/// again within a time.
fn is_shown(rule: &Rule) -> bool {
    let has_idle_part = match &rule.action.value {
        Action::Redirect(_) => return true,
        Action::Forward(shares) => shares.iter().any(|share| share.weight == Percent::NONE),
        Action::Respond(_) | Action::Delegate(_) => false,
    };
    let copies_nothing = rule.options.mirror.as_ref().is_some_and(|mirror| mirror.share == Percent::NONE);
    let tries = rule.options.retries.as_ref().is_some_and(|retries| retries.per_try.is_some());
    has_idle_part || copies_nothing || (tries && rule.options.timeout.is_some())
}

/// What the rules of a table lose to those of other modules. An `otherwise` means to lose, and an action that is the same
/// takes nothing.
fn losses(
    space: &Space<'_>,
    scope: &Set,
    turns: &[Turn<'_>],
    formulas: &[Formula],
    verdicts: &[Verdict],
) -> Result<Vec<Loss>, Undecided> {
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
        for (index, (taker, verdict)) in turns.iter().zip(verdicts).take(number).enumerate() {
            let Verdict::Decides(taken) = verdict else { continue };
            if taker.module() == turn.module()
                || content(&taker.rule.action.value) == content(&turn.rule.action.value)
            {
                continue;
            }
            let taken = Undecided::of(lost.and(taken))?;
            if let Some(chosen) = space.choose(&taken)? {
                let sample = witness(space.atoms(), &chosen);
                losses.push(Loss { turn: number, taker: index, sample });
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
