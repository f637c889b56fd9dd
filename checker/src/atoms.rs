//! Atoms: the finitely many classes into which the tests of some predicates cut each attribute of a request.
//!
//! Two values of an attribute are of one class if every test holds for both or for neither, so a question about all
//! requests becomes one about finitely many, and the answer is exact. Each class remembers a member, the most readable
//! that was found, so that every answer becomes a request again.
//!
//! An attribute is a [`Field`]. Of most, a request is in exactly one class (being absent is a class of its own). Headers
//! that may be repeated, claims and names of certificates are lists: for each class of values some value may lie in it or
//! not, each for itself, and where none does the attribute is absent.

mod choice;
mod field;
mod key;
mod source;

pub(crate) use field::{Field, Kind, Value};
pub(crate) use key::FieldKey;
pub(crate) use source::Sources;

use crate::formula::Formula;
use crate::undecided::Undecided;
use gloo_ir::evaluate::Question;
use gloo_ir::{PathMode, Predicate, Program, Test};
use std::collections::BTreeMap;

/// What requests can be at all where the predicates are asked.
#[derive(Clone, Debug)]
pub(crate) struct Universe<'a> {
    /// The program that the predicates are of.
    pub program: &'a Program,
    /// Which paths reach the rules.
    pub paths: PathMode,
    /// Who can be the source.
    pub sources: Sources,
}

/// The classes that the tests of some predicates need.
#[derive(Debug)]
pub(crate) struct Atoms {
    /// The attributes that are asked for.
    pub fields: Vec<Field>,
    tests: BTreeMap<Test, Formula>,
}

impl Atoms {
    /// The classes for all tests of `predicates`.
    ///
    /// # Errors
    /// The patterns of an attribute cut it into more classes than can be worked with.
    pub fn of<'p>(
        universe: &Universe<'_>,
        predicates: impl IntoIterator<Item = &'p Predicate>,
    ) -> Result<Self, Undecided> {
        let mut by_key: BTreeMap<FieldKey, Vec<&'p Test>> = BTreeMap::new();
        let mut tests: BTreeMap<Test, Formula> = BTreeMap::new();
        for predicate in predicates {
            predicate.each_test(&mut |test| {
                if tests.contains_key(test) {
                    return;
                }
                tests.insert(test.clone(), Formula::FALSE);
                if let Some(key) = FieldKey::of(test) {
                    by_key.entry(key).or_default().push(test);
                }
            });
        }
        let mut fields = Vec::new();
        for (key, asked) in by_key {
            let number = fields.len();
            let (field, answers) = field::build(universe, key, &asked, number)?;
            fields.push(field);
            for (test, answer) in asked.into_iter().zip(answers) {
                tests.insert(test.clone(), answer);
            }
        }
        Ok(Self { fields, tests })
    }

    /// As [`Self::of`], with the free choices that questions tell apart.
    ///
    /// # Errors
    /// As for [`Self::of`].
    pub fn with_choices<'p>(
        universe: &Universe<'_>,
        predicates: impl IntoIterator<Item = &'p Predicate>,
        questions: &[Question],
    ) -> Result<Self, Undecided> {
        let mut atoms = Self::of(universe, predicates)?;
        atoms.fields.extend(choice::fields(questions));
        Ok(atoms)
    }

    /// Whether the classes tell apart what a predicate asks.
    fn knows(&self, predicate: &Predicate) -> bool {
        let mut knows = true;
        predicate.each_test(&mut |test| knows &= self.tests.contains_key(test));
        knows
    }

    /// Atoms of which no predicate is asked.
    #[cfg(test)]
    pub fn with_fields(fields: Vec<Field>) -> Self {
        Self { fields, tests: BTreeMap::new() }
    }

    /// What a predicate asks, as a formula over the classes. Tests that no request of the model can meet (those of the
    /// answer, which is not there yet) never hold.
    pub fn formula(&self, predicate: &Predicate) -> Formula {
        match predicate {
            Predicate::All(parts) => Formula::all(parts.iter().map(|part| self.formula(part))),
            Predicate::Any(parts) => Formula::any(parts.iter().map(|part| self.formula(part))),
            Predicate::Not(part) => !self.formula(part),
            Predicate::Test(test) => self.tests.get(test).cloned().unwrap_or(Formula::FALSE),
        }
    }
}
