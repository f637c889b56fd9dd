//! What can be said of policies only with the whole program at hand.

use super::clause::not_on_grpc;
use crate::{
    Attachment, Clause, ClauseKind, Match, Policy, Predicate, Program, Rule, Scope as Target, Test,
    TextAttribute,
};
use gloo_source::{Code, Diagnostic, Place};

/// A `require` on a rule that is found by claims, and clauses that can't act on gRPC rules.
pub(in crate::lower) fn of_the_whole(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut diagnostics = Vec::new();
    for policy in program.policies.values() {
        for target in &policy.targets {
            let Target::Rule(table, name) = &target.scope else {
                diagnostics.extend(grpc_table(program, policy, &target.scope));
                continue;
            };
            let rules = program.tables.get(table).map(|table| table.rules.as_slice()).unwrap_or_default();
            let Some(rule) = rules.iter().find(|rule| rule.name.as_ref() == Some(name)) else { continue };
            for clause in &policy.clauses {
                diagnostics.extend(login_after_claims(clause, rule));
                diagnostics.extend(on_grpc(clause, rule));
            }
        }
    }
    diagnostics
}

/// Step 6 asks for a login before step 9 finds the rule by what the login brings.
fn login_after_claims(clause: &Clause, rule: &Rule) -> Option<Diagnostic<Place>> {
    let ClauseKind::Require(_) = &clause.kind else { return None };
    let condition = condition(rule)?;
    let mut reads_claims = false;
    condition.each_test(&mut |test| {
        reads_claims |= matches!(test, Test::Text(TextAttribute::Claim { .. }, _));
    });
    let message = "this login is asked for on a rule that is found by the login's own claims";
    reads_claims.then(|| {
        Diagnostic::new(Code::CONTRADICTION, clause.place, message)
            .label(rule.place, "the rule reads claims")
            .help("put the `require` on the table")
    })
}

/// A table whose rules are all gRPC: then a clause for the table has nothing else to act on.
fn grpc_table(program: &Program, policy: &Policy, target: &Target) -> Vec<Diagnostic<Place>> {
    let Target::Table(table) = target else { return Vec::new() };
    let Some(table) = program.tables.get(table) else { return Vec::new() };
    let is_http = !matches!(table.attachment, Attachment::Delegated);
    let mut rules = table.rules.iter().filter(|rule| !matches!(rule.matches, Match::Otherwise));
    let Some(first) = rules.next() else { return Vec::new() };
    let all_grpc = is_grpc(first) && rules.all(is_grpc);
    if !is_http || !all_grpc {
        return Vec::new();
    }
    policy.clauses.iter().filter_map(|clause| on_grpc(clause, first)).collect()
}

fn on_grpc(clause: &Clause, rule: &Rule) -> Option<Diagnostic<Place>> {
    let breaks = matches!(clause.kind, ClauseKind::MaxBody(_) | ClauseKind::Mask(_) | ClauseKind::Csrf(_));
    (breaks && is_grpc(rule)).then(|| not_on_grpc(clause.kind.verb(), clause.place, rule.place))
}

fn is_grpc(rule: &Rule) -> bool {
    matches!(rule.matches, Match::Grpc { .. })
}

fn condition(rule: &Rule) -> Option<&Predicate> {
    match &rule.matches {
        Match::Http { condition, .. } | Match::Grpc { condition, .. } | Match::Connection { condition } => {
            Some(condition)
        }
        Match::Otherwise => None,
    }
}
