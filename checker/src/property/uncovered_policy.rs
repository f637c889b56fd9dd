//! Policies and clauses that no request meets.

use crate::coverage::{is_met, replacing};
use crate::opening::openings;
use crate::undecided::Undecided;
use gloo_ir::normal_form::disjuncts;
use gloo_ir::{Clause, Policy, Program};
use gloo_source::{Code, Diagnostic, Place};
use rayon::prelude::*;

/// The clauses that no request meets, a whole policy where that is so of all of its clauses.
pub(crate) fn uncovered_policy(program: &Program) -> Vec<Diagnostic<Place>> {
    if program.policies.is_empty() {
        return Vec::new();
    }
    let openings = openings(&[program]);
    let policies: Vec<&Policy> =
        program.policies.values().map(AsRef::as_ref).filter(|policy| !policy.shadow).collect();
    let each = policies.into_par_iter().map(|policy| {
        let met =
            policy.clauses.iter().map(|clause| (clause, is_met(program, &openings, (policy, clause), true)));
        let met: Vec<(&Clause, Result<bool, Undecided>)> = met.collect();
        let mut findings: Vec<Diagnostic<Place>> = Vec::new();
        for (clause, why) in met.iter().filter_map(|(clause, met)| Some((clause, met.clone().err()?))) {
            findings.push(why.shown(clause.place, "whether some request meets this clause"));
        }
        let idle: Vec<&Clause> =
            met.iter().filter(|(_, met)| *met == Ok(false)).map(|(clause, _)| *clause).collect();
        let why = |clause: &Clause| {
            let unreplaced = || is_met(program, &openings, (policy, clause), false) == Ok(true);
            if is_impossible(clause) {
                Why::Impossible
            } else if !replacing(program, &policy.id).is_empty() && unreplaced() {
                Why::Replaced
            } else {
                Why::Elsewhere
            }
        };
        match idle.as_slice() {
            [first, ..] if idle.len() == policy.clauses.len() => {
                let why = why(first);
                if why == Why::Replaced || idle.len() > 1 {
                    let message = format!("no request meets the policy `{}`", policy.id);
                    findings.push(shown(program, policy, policy.place, message, None, why));
                } else {
                    findings.push(of_clause(program, policy, first, why));
                }
            }
            _ => findings.extend(idle.iter().map(|clause| of_clause(program, policy, clause, why(clause)))),
        }
        findings
    });
    let each: Vec<Vec<Diagnostic<Place>>> = each.collect();
    each.into_iter().flatten().collect()
}

/// Why no request meets a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Its own conditions exclude each other.
    Impossible,
    /// Other policies replace its own wherever it would be met.
    Replaced,
    /// What comes to where the policy is, is never so.
    Elsewhere,
}

fn is_impossible(clause: &Clause) -> bool {
    disjuncts(&clause.condition).is_ok_and(|all| all.is_empty())
}

fn of_clause(program: &Program, policy: &Policy, clause: &Clause, why: Why) -> Diagnostic<Place> {
    let message = format!("no request meets this `{}` of `{}`", clause.kind.verb(), policy.id);
    shown(program, policy, clause.place, message, Some(clause), why)
}

fn shown(
    program: &Program,
    policy: &Policy,
    place: Place,
    message: String,
    clause: Option<&Clause>,
    why: Why,
) -> Diagnostic<Place> {
    let finding = Diagnostic::new(Code::UNCOVERED_POLICY, place, message);
    match why {
        Why::Impossible => {
            let condition = clause.map(|clause| format!("`{}` never holds", clause.condition));
            let says = condition.unwrap_or_else(|| "none of its conditions ever holds".to_owned());
            finding.saying(says).help("change its condition, or delete it")
        }
        Why::Replaced => {
            let finding = finding.saying("it is replaced wherever requests would meet it");
            let others = replacing(program, &policy.id);
            let others = others.into_iter().filter_map(|id| program.policies.get(id));
            others
                .fold(finding, |finding, other| finding.label(other.place, "replaces it"))
                .help("delete it, or take it out of `replaces`")
        }
        Why::Elsewhere => finding
            .saying("no request that comes to what it is on is so, or gets so far")
            .help("put it on what such requests come to, change its condition, or delete it"),
    }
}
