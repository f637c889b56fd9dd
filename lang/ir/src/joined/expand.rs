//! A table with delegation put in: each rule as what it matches, in disjunctive form.

use crate::normal_form::{Conjunct, TooMany, disjuncts_of};
use crate::{Action, Match, Program, Rule, Scope, Table};
use gloo_source::Place;
use std::sync::Arc;

/// So many tables may delegate to each other in a chain.
const MAX_DEPTH: usize = 64;

/// So many rules may a table have, those that it delegates to included.
const MAX_RULES: usize = 200_000;

/// A rule of a table, or of one that the table delegates to.
#[derive(Clone, Debug)]
pub struct ExpandedRule {
    /// The table that it is written in.
    pub table: Arc<Table>,
    /// Which of that table's rules it is, from 0.
    pub index: usize,
    /// The requests that it is for, in conjunction with the rules that delegate to it. Never empty.
    pub matches: Vec<Conjunct>,
    /// Whether it is the `otherwise` of the table that was expanded, or what that delegates to: it comes after every
    /// other rule of the entry, and is compared with none.
    pub is_last: bool,
    /// The tables and named rules that lead to it, itself among them: what policies on it can be on, the outermost first.
    pub scopes: Vec<Scope>,
}

impl ExpandedRule {
    /// The rule as it was written.
    #[must_use]
    pub fn rule(&self) -> Option<&Rule> {
        self.table.rules.get(self.index)
    }
}

/// A table is beyond what is worked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooComplex {
    /// The rule where the bound was passed.
    pub place: Place,
    /// What there is too much of: `more than 4096 alternatives`.
    pub why: String,
}

/// A table on its way: which of its rules is next, and what the delegating rules have in common.
struct Frame {
    table: Arc<Table>,
    next: usize,
    within: Option<Vec<Conjunct>>,
    is_last: bool,
    scopes: Vec<Scope>,
}

/// The rules of a table in the order in which they decide, each delegating rule replaced by the rules that it stands
/// for. A rule that no request can match is left out.
///
/// # Errors
/// The table's rules are too many, or one has too many alternatives.
pub fn expand(program: &Program, table: &Arc<Table>) -> Result<Vec<ExpandedRule>, TooComplex> {
    let mut rules = Vec::new();
    let scopes = vec![Scope::Table(table.id.clone())];
    let mut frames = vec![Frame { table: table.clone(), next: 0, within: None, is_last: false, scopes }];
    while let Some(frame) = frames.last_mut() {
        let (table, index) = (frame.table.clone(), frame.next);
        let Some(rule) = table.rules.get(index) else {
            frames.pop();
            continue;
        };
        frame.next += 1;
        let matches = matches_within(rule, frame.within.as_deref())?;
        if matches.is_empty() {
            continue;
        }
        let is_otherwise = matches!(rule.matches, Match::Otherwise);
        let is_last = frame.is_last || (is_otherwise && frame.within.is_none());
        let mut scopes = frame.scopes.clone();
        scopes.extend(rule.name.as_ref().map(|name| Scope::Rule(table.id.clone(), name.clone())));
        let too_complex = |why: &str| TooComplex { place: rule.place, why: why.to_owned() };
        if let Action::Delegate(child) = &rule.action.value {
            let Some(child) = program.tables.get(child) else { continue };
            if frames.len() >= MAX_DEPTH {
                return Err(too_complex("too long a chain of tables that delegate"));
            }
            scopes.push(Scope::Table(child.id.clone()));
            frames.push(Frame { table: child.clone(), next: 0, within: Some(matches), is_last, scopes });
            continue;
        }
        if rules.len() >= MAX_RULES {
            return Err(too_complex("more rules than a table may come to by delegation"));
        }
        rules.push(ExpandedRule { table: table.clone(), index, matches, is_last, scopes });
    }
    Ok(rules)
}

/// What a rule matches, in conjunction with the rules that delegate to it.
fn matches_within(rule: &Rule, within: Option<&[Conjunct]>) -> Result<Vec<Conjunct>, TooComplex> {
    let too_many = |too_many: TooMany| TooComplex { place: rule.place, why: too_many.to_string() };
    let own = disjuncts_of(&rule.matches).map_err(too_many)?;
    let Some(within) = within else { return Ok(own) };
    if within.len().saturating_mul(own.len()) > crate::normal_form::MAX_DISJUNCTS {
        return Err(too_many(TooMany));
    }
    Ok(within.iter().flat_map(|outer| own.iter().filter_map(|inner| outer.meet(inner))).collect())
}
