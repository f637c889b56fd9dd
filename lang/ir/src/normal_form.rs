//! Predicates in disjunctive normal form, and exact answers about one conjunct: whether any request meets it, and which.
//!
//! A [`Conjunct`] tests each attribute on its own, and attributes are independent of each other, so it is empty exactly
//! if the tests of one of its attributes exclude each other. Sets are those of `gloo_domain`. Sources are told apart by
//! name, as in mesh tables; what names alone don't tell (which namespace a gateway runs in, whose identity a URI is)
//! stays possible.

mod slot;
mod source;
mod text;
mod witness;

pub use witness::Witness;

use crate::evaluate::{Attributes, meets_test};
use crate::{Match, Predicate, Program, Test, TextAttribute, TextTest};
use gloo_domain::{Method, PathPattern};
use std::collections::BTreeSet;

/// So many alternatives may a predicate have.
pub const MAX_DISJUNCTS: usize = 4_096;

/// A predicate has more alternatives than [`MAX_DISJUNCTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {MAX_DISJUNCTS} alternatives")
    }
}

impl std::error::Error for TooMany {}

/// A conjunction of tests; empty, it holds for every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conjunct {
    /// Its tests, in the order in which they were written.
    pub literals: Vec<Literal>,
}

/// A test or its plain negation. `Differs` does not occur: it is `Present` and not `Equals`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// The test.
    pub test: Test,
    /// Whether it must not hold.
    pub negated: bool,
}

impl Literal {
    /// Whether it holds for a request with these attributes.
    #[must_use]
    pub fn holds(&self, program: &Program, attributes: &Attributes) -> bool {
        meets_test(program, &self.test, attributes) != self.negated
    }
}

impl Conjunct {
    /// Whether it holds for every request by its form alone.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.literals.is_empty()
    }

    /// Whether it holds for a request with these attributes.
    #[must_use]
    pub fn holds(&self, program: &Program, attributes: &Attributes) -> bool {
        self.literals.iter().all(|literal| literal.holds(program, attributes))
    }

    /// The requests of both, without the tests that others of it imply; nothing if no request meets both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let both = self.with(other);
        (!both.is_empty()).then(|| both.simplified())
    }

    /// Whether no request meets it. What is too large to be decided counts as possible.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        slot::groups(&self.literals).iter().any(|(slot, literals)| slot.excludes(literals))
    }

    /// The same requests, said without the tests that others of it imply.
    #[must_use]
    pub fn simplified(&self) -> Self {
        let mut kept = self.clone();
        for (slot, literals) in slot::groups(&self.literals) {
            if literals.len() < 2 {
                continue;
            }
            // The last first: what was written first is what a reader looks for.
            for literal in literals.into_iter().rev() {
                let mut without = kept.clone();
                without.literals.retain(|one| one != literal);
                let denied = Literal { test: literal.test.clone(), negated: !literal.negated };
                let mut rest: Vec<&Literal> = slot::of(&slot, &without.literals);
                if rest.is_empty() {
                    continue;
                }
                rest.push(&denied);
                if slot.excludes(&rest) {
                    kept = without;
                }
            }
        }
        kept
    }

    fn with(&self, other: &Self) -> Self {
        let mut literals = self.literals.clone();
        let known: BTreeSet<&Literal> = self.literals.iter().collect();
        literals.extend(other.literals.iter().filter(|literal| !known.contains(literal)).cloned());
        Self { literals }
    }

    /// Whether every test of `other` is one of this: then this lies within `other`.
    fn repeats(&self, other: &Self) -> bool {
        other.literals.iter().all(|literal| self.literals.contains(literal))
    }
}

/// What a predicate holds for: the requests of any of the conjuncts. None of them is empty or lies in another by its
/// form; no conjunct at all is no request.
///
/// # Errors
/// The predicate has too many alternatives.
pub fn disjuncts(predicate: &Predicate) -> Result<Vec<Conjunct>, TooMany> {
    let all = expand(predicate, false)?;
    let possible = all.into_iter().filter(|conjunct| !conjunct.is_empty());
    Ok(distinct(possible.map(|conjunct| conjunct.simplified()).collect()))
}

/// What a rule matches by itself: the requests of any of the conjuncts.
///
/// # Errors
/// Its condition has too many alternatives.
pub fn disjuncts_of(matches: &Match) -> Result<Vec<Conjunct>, TooMany> {
    disjuncts(&predicate_of(matches))
}

/// What a rule matches by itself, as one predicate.
#[must_use]
pub fn predicate_of(matches: &Match) -> Predicate {
    match matches {
        Match::Http { methods, path, condition } => {
            let mut all = Vec::new();
            if !methods.is_empty() {
                all.push(Predicate::Test(Test::Method(methods.clone())));
            }
            if !path.is_everything() {
                all.push(Predicate::Test(Test::Path(vec![path.clone()])));
            }
            Predicate::All(all).and(condition.clone())
        }
        Match::Grpc { service, method, condition } => {
            let call = Predicate::All(vec![
                Predicate::Test(Test::Method(vec![Method::Post])),
                Predicate::Test(Test::Path(grpc_path(service, method.as_deref()).into_iter().collect())),
                is_of_grpc(),
            ]);
            call.and(condition.clone())
        }
        Match::Connection { condition } => condition.clone(),
        Match::Otherwise => Predicate::always(),
    }
}

/// The request is a gRPC call by its content type.
#[must_use]
pub fn is_of_grpc() -> Predicate {
    let kind = |asked| Predicate::Test(Test::Text(TextAttribute::Header("content-type".to_owned()), asked));
    Predicate::Any(vec![
        kind(TextTest::Equals(vec!["application/grpc".to_owned()])),
        kind(TextTest::StartsWith("application/grpc+".to_owned())),
    ])
}

/// `/SERVICE/METHOD`, or `/SERVICE/*`; nothing for names that no path can hold.
#[must_use]
pub fn grpc_path(service: &str, method: Option<&str>) -> Option<PathPattern> {
    PathPattern::parse(&format!("/{service}/{}", method.unwrap_or("*"))).ok()
}

fn expand(predicate: &Predicate, negated: bool) -> Result<Vec<Conjunct>, TooMany> {
    match (predicate, negated) {
        (Predicate::Not(part), _) => expand(part, !negated),
        (Predicate::All(parts), false) | (Predicate::Any(parts), true) => {
            let mut product = vec![Conjunct::default()];
            for part in parts {
                product = times(&product, &expand(part, negated)?)?;
            }
            Ok(product)
        }
        (Predicate::Any(parts), false) | (Predicate::All(parts), true) => {
            let mut sum = Vec::new();
            for part in parts {
                sum.extend(expand(part, negated)?);
                if sum.len() > MAX_DISJUNCTS {
                    return Err(TooMany);
                }
            }
            Ok(sum)
        }
        (Predicate::Test(Test::Text(attribute, TextTest::Differs(texts))), _) => {
            let literal = |asked, negated| Literal { test: Test::Text(attribute.clone(), asked), negated };
            let present = literal(TextTest::Present, negated);
            let other = literal(TextTest::Equals(texts.clone()), !negated);
            Ok(if negated {
                vec![Conjunct { literals: vec![present] }, Conjunct { literals: vec![other] }]
            } else {
                vec![Conjunct { literals: vec![present, other] }]
            })
        }
        (Predicate::Test(test), _) => {
            Ok(vec![Conjunct { literals: vec![Literal { test: test.clone(), negated }] }])
        }
    }
}

fn times(left: &[Conjunct], right: &[Conjunct]) -> Result<Vec<Conjunct>, TooMany> {
    if let ([only], [other]) = (left, right) {
        return Ok(vec![only.with(other)]);
    }
    let mut product = Vec::new();
    for one in left {
        for other in right {
            let both = one.with(other);
            if both.is_empty() {
                continue;
            }
            product.push(both);
            if product.len() > MAX_DISJUNCTS {
                return Err(TooMany);
            }
        }
    }
    Ok(product)
}

/// Leaves out conjuncts that lie in another one by their form.
fn distinct(all: Vec<Conjunct>) -> Vec<Conjunct> {
    let mut kept: Vec<Conjunct> = Vec::new();
    for conjunct in all {
        if kept.iter().any(|known| conjunct.repeats(known)) {
            continue;
        }
        kept.retain(|known| !known.repeats(&conjunct));
        kept.push(conjunct);
    }
    kept
}
