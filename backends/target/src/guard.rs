//! Admission settled for parts of a rule's requests: what is asked of a request decides which part it is of, so that a
//! target asks for tokens and claims alone.

use crate::{AccessList, Admission};
use gloo_ir::normal_form::{Conjunct, Literal, MAX_DISJUNCTS, TooMany};
use gloo_ir::{Provider, Test, TextAttribute};
use std::sync::Arc;

/// What is asked of every request of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Each must have verified a token; else it is 401.
    pub providers: Vec<Arc<Provider>>,
    /// Then, whose claims meet one of these is refused with 403.
    pub denies: Vec<Conjunct>,
    /// Then, who meets none of these is refused with 403; nobody is, if absent.
    pub allows: Option<Vec<Conjunct>>,
}

/// Some requests of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// Which, in disjunctive form.
    pub matches: Vec<Conjunct>,
    /// What is asked of them.
    pub guard: Guard,
}

/// A part while it is divided.
struct Part {
    guarded: Guarded,
    /// Whether access is decided for all of it.
    is_decided: bool,
    /// What belongs to parts before it.
    taken: Vec<Conjunct>,
}

impl Guard {
    /// Whether everybody passes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.providers.is_empty() && self.denies.is_empty() && self.allows.is_none()
    }
}

impl Admission {
    /// The parts of the requests that `matches` says, in the order in which they decide: the first that a request
    /// belongs to is its own. The last is for all that are left.
    ///
    /// # Errors
    /// A part has too many alternatives.
    pub fn guarded(&self, matches: &[Conjunct]) -> Result<Vec<Guarded>, TooMany> {
        let guard = Guard { allows: self.access.as_ref().map(|_| Vec::new()), ..Guard::default() };
        let guarded = Guarded { matches: matches.to_vec(), guard };
        let mut parts = vec![Part { guarded, is_decided: false, taken: Vec::new() }];
        for requirement in &self.requirements {
            parts = divided(parts, &requirement.matches, |part| {
                let providers = &mut part.guarded.guard.providers;
                if !providers.iter().any(|known| known.id == requirement.provider.id) {
                    providers.push(requirement.provider.clone());
                }
            })?;
        }
        if let Some(access) = &self.access {
            parts = with_access(parts, access)?;
        }
        Ok(parts.into_iter().map(|part| part.guarded).collect())
    }
}

fn with_access(mut parts: Vec<Part>, access: &AccessList) -> Result<Vec<Part>, TooMany> {
    for conjunct in access.denies.iter().flat_map(|entry| &entry.matches) {
        let (asked, claims) = of_claims(conjunct);
        parts = divided(parts, &[asked], |part| {
            if claims.is_always() {
                part.is_decided = true;
                part.guarded.guard.denies.clear();
            } else {
                part.guarded.guard.denies.push(claims.clone());
            }
        })?;
    }
    for conjunct in access.allows.iter().flat_map(|entry| &entry.matches) {
        let (asked, claims) = of_claims(conjunct);
        parts = divided(parts, &[asked], |part| {
            if claims.is_always() {
                part.is_decided = true;
                part.guarded.guard.allows = None;
            } else if let Some(allows) = &mut part.guarded.guard.allows {
                allows.push(claims.clone());
            }
        })?;
    }
    Ok(parts)
}

/// What a conjunct asks of the request itself, and what of claims.
fn of_claims(conjunct: &Conjunct) -> (Conjunct, Conjunct) {
    let is_of_claim =
        |literal: &&Literal| matches!(&literal.test, Test::Text(TextAttribute::Claim { .. }, _));
    let (claims, asked): (Vec<&Literal>, Vec<&Literal>) = conjunct.literals.iter().partition(is_of_claim);
    let all = |literals: Vec<&Literal>| Conjunct { literals: literals.into_iter().cloned().collect() };
    (all(asked), all(claims))
}

/// Each part as what of it `condition` holds for, changed, and before all of it, unchanged.
fn divided(
    parts: Vec<Part>,
    condition: &[Conjunct],
    change: impl Fn(&mut Part),
) -> Result<Vec<Part>, TooMany> {
    let mut all = Vec::new();
    for mut part in parts {
        if part.is_decided {
            all.push(part);
            continue;
        }
        let matches = &part.guarded.matches;
        if matches.len().saturating_mul(condition.len()) > MAX_DISJUNCTS {
            return Err(TooMany);
        }
        let is_covered = matches.iter().all(|one| condition.iter().any(|of| lies_in(one, of)));
        let mut within: Vec<Conjunct> = if is_covered {
            matches.clone()
        } else {
            matches.iter().flat_map(|one| condition.iter().filter_map(|of| one.meet(of))).collect()
        };
        within.retain(|one| !part.taken.iter().any(|taken| lies_in(one, taken)));
        if !within.is_empty() {
            let guarded = Guarded { matches: within.clone(), guard: part.guarded.guard.clone() };
            let mut inner = Part { guarded, is_decided: false, taken: part.taken.clone() };
            change(&mut inner);
            // A part that is asked nothing else than the whole is no part.
            if is_covered || inner.is_decided || inner.guarded.guard != part.guarded.guard {
                all.push(inner);
                part.taken.extend(within);
            }
        }
        if !is_covered {
            all.push(part);
        }
    }
    Ok(all)
}

/// Whether every request of `one` is one of `other`.
fn lies_in(one: &Conjunct, other: &Conjunct) -> bool {
    other.literals.iter().all(|literal| {
        let denied = Literal { test: literal.test.clone(), negated: !literal.negated };
        one.meet(&Conjunct { literals: vec![denied] }).is_none()
    })
}
