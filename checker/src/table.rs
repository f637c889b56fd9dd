//! A table as requests meet it: each rule with those that delegate to it.

use crate::undecided::Undecided;
use gloo_ir::normal_form::predicate_of;
use gloo_ir::{Action, Destination, Predicate, Program, Rule, Table};
use std::sync::Arc;

/// So many tables may delegate to each other in a chain.
const MAX_DEPTH: usize = 64;

/// So many rules may a table come to by delegation.
const MAX_RULES: usize = 200_000;

/// A rule in its turn.
#[derive(Clone, Debug)]
pub(crate) struct Turn<'a> {
    /// The table that it is written in.
    pub table: &'a Arc<Table>,
    /// The rule.
    pub rule: &'a Rule,
    /// The rules that delegate to it, the outermost first.
    pub delegating: Vec<&'a Rule>,
    /// The requests that it is for: its own match and those of the rules that delegate to it.
    pub predicate: Predicate,
}

impl Turn<'_> {
    /// The module that the rule is written in.
    pub fn module(&self) -> &str {
        self.table.id.module()
    }
}

/// Where a rule sends requests, and copies of them.
pub(crate) fn destinations(rule: &Rule) -> impl Iterator<Item = &Destination> {
    let shares = match &rule.action.value {
        Action::Forward(shares) => shares.as_slice(),
        Action::Redirect(_) | Action::Respond(_) | Action::Delegate(_) => &[],
    };
    let copies = rule.options.mirror.as_ref().map(|mirror| &mirror.value.to);
    shares.iter().map(|share| &share.destination).chain(copies)
}

/// A table that is being gone through: which of its rules is next, and what leads to it.
struct Open<'a> {
    table: &'a Arc<Table>,
    next: usize,
    delegating: Vec<&'a Rule>,
    predicate: Predicate,
}

/// The rules of a table in the order in which they decide, each delegating rule replaced by those that it stands for.
///
/// # Errors
/// The table comes to more rules than can be worked with.
pub(crate) fn turns<'a>(program: &'a Program, table: &'a Arc<Table>) -> Result<Vec<Turn<'a>>, Undecided> {
    let mut turns = Vec::new();
    let mut open = vec![Open { table, next: 0, delegating: Vec::new(), predicate: Predicate::always() }];
    while let Some(current) = open.last_mut() {
        let Some(rule) = current.table.rules.get(current.next) else {
            open.pop();
            continue;
        };
        current.next += 1;
        let predicate = current.predicate.clone().and(predicate_of(&rule.matches));
        let (table, mut delegating) = (current.table, current.delegating.clone());
        if let Action::Delegate(child) = &rule.action.value {
            let Some(child) = program.tables.get(child).filter(|_| open.len() < MAX_DEPTH) else { continue };
            delegating.push(rule);
            open.push(Open { table: child, next: 0, delegating, predicate });
            continue;
        }
        if turns.len() >= MAX_RULES {
            return Err(Undecided {
                why: format!("by delegation `{}` comes to more than {MAX_RULES} rules", table.id),
                help: "delegate to smaller tables".to_owned(),
            });
        }
        turns.push(Turn { table, rule, delegating, predicate });
    }
    Ok(turns)
}
