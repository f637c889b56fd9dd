//! Sets of requests in words: a few conditions in the language's own terms, of which a request in the set meets one.

use crate::diagram::Set;
use crate::explore::{Region, Survey};
use crate::undecided::Undecided;
use gloo_ir::Predicate;
use gloo_ir::evaluate::{Asked, Credential, Question};
use oxidd::BooleanFunction;
use std::fmt::{Display, Formatter, Result as Written};

/// So many conditions are tried for being left out, one after the other.
const MOST_TRIED: usize = 200;

/// So many conditions are no burden.
const FEW: usize = 3;

/// Requests, said by what holds of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// What predicates say of them: all of these.
    pub conditions: Vec<Predicate>,
    /// What no predicate can say: credentials, what a firewall says of them, their size.
    pub with: Vec<String>,
    /// Whether those of them are left out that something refuses, or answers, before.
    pub unless_stopped: bool,
}

impl Display for Requests {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        if self.conditions.is_empty() && self.with.is_empty() {
            f.write_str("every request")?;
        }
        if !self.conditions.is_empty() {
            write!(f, "where {}", Predicate::All(self.conditions.clone()))?;
        }
        if !self.with.is_empty() {
            let space = if self.conditions.is_empty() { "" } else { " " };
            write!(f, "{space}with {}", self.with.join(", "))?;
        }
        if self.unless_stopped {
            f.write_str(", unless stopped before")?;
        }
        Ok(())
    }
}

/// A part of a set: its requests in words, and as a set.
pub(crate) struct Part {
    /// In words, among the requests of the entrance.
    pub requests: Requests,
    /// Those that no part before has.
    pub set: Set,
}

/// A set in parts, each said by what was asked of the requests of one region; together they are the set, as long as it is
/// made of whole regions. What they say may hold of requests of `stopped` too, which isn't worth a word each time.
///
/// # Errors
/// The diagrams outgrow their memory.
pub(crate) fn cover(
    survey: &Survey<'_>,
    regions: &[&Region],
    set: &Set,
    stopped: &Set,
) -> Result<Vec<Part>, Undecided> {
    let said = Undecided::of(set.or(stopped))?;
    let mut left = set.clone();
    let mut parts = Vec::new();
    for region in regions {
        if !Undecided::of(region.set.and(&left))?.satisfiable() {
            continue;
        }
        let (mut kept, mut whole) = shortest(survey, region, set)?;
        if kept.len() > FEW {
            (kept, whole) = shortest(survey, region, &said)?;
        }
        let own = Undecided::of(whole.and(&left))?;
        left = Undecided::of(left.and(&Undecided::of(whole.not())?))?;
        let mut requests = requests(kept);
        requests.unless_stopped = Undecided::of(whole.and(stopped))?.satisfiable();
        parts.push(Part { requests, set: own });
    }
    Ok(parts)
}

/// As few of the answers about a region's requests as say that a request is of the set, and all requests of which they
/// are true.
fn shortest<'r>(
    survey: &Survey<'_>,
    region: &'r Region,
    set: &Set,
) -> Result<(Vec<&'r Asked>, Set), Undecided> {
    let outside = Undecided::of(survey.scope.and(&Undecided::of(set.not())?))?;
    // What holds says more than what doesn't.
    let (yes, no): (Vec<&Asked>, Vec<&Asked>) = region.asked.iter().partition(|asked| asked.answer);
    let mut kept: Vec<(&Asked, Set)> = Vec::new();
    let mut wrong = outside.clone();
    for asked in yes.into_iter().chain(no) {
        if !wrong.satisfiable() {
            break;
        }
        let Some(own) = survey.answered(asked)? else { continue };
        let less = Undecided::of(wrong.and(&own))?;
        if less != wrong {
            wrong = less;
            kept.push((asked, own));
        }
    }
    let all = |kept: &[(&Asked, Set)], but: Option<usize>| -> Result<Set, Undecided> {
        let others = kept.iter().enumerate().filter(|(index, _)| Some(*index) != but);
        others.into_iter().try_fold(survey.scope.clone(), |all, (_, (_, own))| Undecided::of(all.and(own)))
    };
    if kept.len() <= MOST_TRIED {
        let mut index = 0;
        while index < kept.len() {
            let wider = all(&kept, Some(index))?;
            if Undecided::of(wider.and(&outside))?.satisfiable() {
                index += 1;
            } else {
                kept.remove(index);
            }
        }
    }
    let whole = all(&kept, None)?;
    Ok((kept.into_iter().map(|(asked, _)| asked).collect(), whole))
}

fn requests(kept: Vec<&Asked>) -> Requests {
    let mut requests = Requests::default();
    for Asked { question, answer } in kept {
        let not = if *answer { "" } else { "not " };
        match question {
            Question::Holds(Predicate::All(parts)) if *answer => requests.conditions.extend(parts.clone()),
            Question::Holds(Predicate::Not(inner)) if !*answer => requests.conditions.push(*inner.clone()),
            Question::Holds(predicate) if *answer => requests.conditions.push(predicate.clone()),
            Question::Holds(predicate) => {
                requests.conditions.push(Predicate::Not(Box::new(predicate.clone())));
            }
            Question::Credential(provider, own) => {
                let own = match own {
                    Credential::Absent => "absent",
                    Credential::Invalid => "invalid",
                    Credential::Valid => "valid",
                };
                requests.with.push(format!("{provider}: {not}{own}"));
            }
            Question::Waf => requests.with.push(verdict("waf", *answer)),
            Question::Extensions => requests.with.push(verdict("extensions", *answer)),
            Question::BodyBeyond(size) if *answer => requests.with.push(format!("body: over {size} bytes")),
            Question::BodyBeyond(size) => requests.with.push(format!("body: up to {size} bytes")),
            Question::Derived(_) => {}
        }
    }
    requests.conditions = simplified(std::mem::take(&mut requests.conditions));
    requests
}

/// The conditions, without what the others say already inside of those that are negated.
fn simplified(conditions: Vec<Predicate>) -> Vec<Predicate> {
    let said: Vec<Predicate> =
        conditions.iter().filter(|one| !matches!(one, Predicate::Not(_))).cloned().collect();
    let each = conditions.into_iter().map(|condition| {
        let Predicate::Not(inner) = &condition else { return condition };
        let Predicate::All(parts) = inner.as_ref() else { return condition };
        let mut left: Vec<Predicate> = parts.iter().filter(|part| !said.contains(part)).cloned().collect();
        match (left.len(), left.pop()) {
            (1, Some(only)) => Predicate::Not(Box::new(only)),
            (0, _) | (_, None) => condition,
            (_, Some(last)) => {
                left.push(last);
                Predicate::Not(Box::new(Predicate::All(left)))
            }
        }
    });
    each.collect()
}

fn verdict(of: &str, passes: bool) -> String {
    format!("{of}: {}", if passes { "passes" } else { "refuses" })
}
