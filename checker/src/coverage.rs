//! Whether some request meets a clause of a policy.

use crate::diagram::Diagrams;
use crate::excerpt::{excerpt, lenient};
use crate::explore::{Explored, explore};
use crate::opening::Opening;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Interest, Request, StepKind, Trace};
use gloo_ir::{
    Clause, ClauseKind, Limit, LimitScope, Policy, PolicyId, Predicate, Program, Rate, Scope, WasmPhase,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether some request that comes in by one of the openings meets a clause of a policy; `replaces` says whether what
/// takes policies away counts.
///
/// # Errors
/// For one of them it can't be decided, and none of the others shows that some does.
pub(crate) fn is_met(
    program: &Program,
    openings: &[Opening<'_>],
    (policy, clause): (&Policy, &Clause),
    replaces: bool,
) -> Result<bool, Undecided> {
    let mut diagrams = Diagrams::of_entry();
    let mut unknown = None;
    for opening in openings {
        let near = excerpt(program, &opening.way);
        if !near.policies.contains_key(&policy.id) {
            continue;
        }
        let probed = probed(near, policy, clause, replaces);
        let found = |_: &Request, trace: &Trace| {
            trace.steps.iter().any(|step| step.step == StepKind::Limit && step.place == Some(clause.place))
        };
        let mut look = |scope: &Predicate| -> Result<Explored, Undecided> {
            explore(&mut diagrams, &opening.entrance(&[&probed], Interest::All, scope), &found)
        };
        // Those for which its own condition holds where they enter are the likeliest.
        if !clause.condition.is_always() && look(&clause.condition).is_ok_and(|near| near.found.is_some()) {
            return Ok(true);
        }
        match look(&Predicate::always()) {
            Ok(explored) if explored.found.is_some() => return Ok(true),
            Ok(explored) => {
                if let Some(what) = explored.derived {
                    unknown.get_or_insert_with(|| Undecided::derived(&what));
                }
            }
            Err(why) => drop(unknown.get_or_insert(why)),
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// The program with a limit in the place of the clause: what it counts meets the clause. Of all that may refuse a request
/// before, only what does so before the clause has its turn is left, and of that only logins and access.
fn probed(program: Program, policy: &Policy, clause: &Clause, replaces: bool) -> Program {
    let mut program = lenient(program);
    if !replaces {
        for policy in program.policies.values_mut() {
            *policy = Arc::new(Policy { replaces: Vec::new(), ..policy.as_ref().clone() });
        }
    }
    let limit = Limit { rate: Rate { requests: 1, seconds: 1 }, scope: LimitScope::Proxy, by: Vec::new() };
    let probe = Clause { kind: ClauseKind::Limit(limit), ..clause.clone() };
    if is_before_login(&clause.kind) {
        let at_services = policy.targets.iter().all(|target| is_of_services(&target.scope));
        program.access.retain(|access| {
            access.targets.iter().all(|target| is_of_services(&target.scope) != at_services)
        });
        for policy in program.policies.values_mut() {
            if policy.targets.iter().any(|target| is_of_services(&target.scope) == at_services) {
                *policy = Arc::new(Policy { clauses: Vec::new(), ..policy.as_ref().clone() });
            }
        }
    }
    if let Some(own) = program.policies.get_mut(&policy.id) {
        let clauses = own.clauses.iter().cloned().chain([probe]).collect();
        *own = Arc::new(Policy { clauses, ..own.as_ref().clone() });
    }
    program
}

/// Whether a clause has its turn before logins and access.
fn is_before_login(kind: &ClauseKind) -> bool {
    match kind {
        ClauseKind::Require(_)
        | ClauseKind::Waf(_)
        | ClauseKind::Cors(_)
        | ClauseKind::Csrf(_)
        | ClauseKind::MaxBody(_) => true,
        ClauseKind::Wasm(wasm) => wasm.phase != WasmPhase::Default,
        _ => false,
    }
}

fn is_of_services(scope: &Scope) -> bool {
    matches!(scope, Scope::Mesh | Scope::Namespace(_) | Scope::Service(_))
}

/// The policies that replace one.
pub(crate) fn replacing<'p>(program: &'p Program, policy: &PolicyId) -> BTreeSet<&'p PolicyId> {
    let acting = program.policies.values().filter(|other| !other.shadow);
    acting.filter(|other| other.replaces.contains(policy)).map(|other| &other.id).collect()
}
