//! The second engine: a solver that is asked the same questions as the decision diagrams.

mod z3;

pub(crate) use self::z3::Z3;

use crate::fold::Verdict;
use crate::formula::Formula;
use crate::undecided::Undecided;

/// Whether a formula can be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Some request meets it.
    Yes,
    /// No request does.
    No,
    /// The solver gave up at its limit.
    Unknown,
}

/// Something that knows whether formulas over some atoms can be met.
pub(crate) trait Solver {
    /// From now on only requests count for which this holds.
    fn assume(&mut self, formula: &Formula);

    /// Whether some request that counts meets the formula.
    fn can_hold(&mut self, formula: &Formula) -> Answer;
}

/// Asks a solver what the diagrams have said of a table.
///
/// # Errors
/// The two disagree, or the solver has given up: then nothing that was said of the table can be relied on.
pub(crate) fn second_opinion(
    solver: &mut impl Solver,
    scope: &Formula,
    rules: &[Formula],
    verdicts: &[Verdict],
) -> Result<(), Undecided> {
    solver.assume(scope);
    for (rule, verdict) in rules.iter().zip(verdicts) {
        let said = match verdict {
            Verdict::Decides(_) => Answer::Yes,
            Verdict::Impossible | Verdict::Shadowed { .. } => Answer::No,
        };
        match solver.can_hold(rule) {
            Answer::Unknown => {
                return Err(Undecided {
                    why: "the second engine gave up on a rule of this table".to_owned(),
                    help: "check without `--paranoid`, or make the table smaller".to_owned(),
                });
            }
            answer if answer != said => {
                return Err(Undecided {
                    why: "the two engines disagree about this table".to_owned(),
                    help: "this is a defect of gloo: please report it with this table".to_owned(),
                });
            }
            _ => {}
        }
        solver.assume(&!rule.clone());
    }
    Ok(())
}
