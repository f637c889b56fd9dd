//! Which policies a request meets at one proxy.

use super::{Attributes, meets};
use crate::{Clause, ClauseKind, ClusterId, Policy, PolicyId, Program, Scope, Scoped};
use std::collections::BTreeSet;

/// A policy that a request meets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applied<'a> {
    /// The policy.
    pub policy: &'a Policy,
}

/// The policies of these scopes, which go from the outermost to the innermost: the outer ones first, those of one
/// scope by name. What a policy `replaces` is left out.
pub(crate) fn reaching<'a>(program: &'a Program, cluster: &ClusterId, scopes: &[Scope]) -> Vec<Applied<'a>> {
    let mut found: Vec<(usize, &Policy)> = Vec::new();
    for policy in program.policies.values() {
        let depth = policy.targets.iter().filter_map(|target| depth(target, cluster, scopes)).min();
        found.extend(depth.map(|depth| (depth, policy.as_ref())));
    }
    // A policy that only logs takes nothing away.
    let acting = found.iter().filter(|(_, policy)| !policy.shadow);
    let replaced: BTreeSet<&PolicyId> = acting.flat_map(|(_, policy)| &policy.replaces).collect();
    found.retain(|(_, policy)| !replaced.contains(&policy.id));
    found.sort_by_key(|(depth, _)| *depth);
    found.into_iter().map(|(_, policy)| Applied { policy }).collect()
}

impl Program {
    /// The policies that a request of these scopes meets at one proxy, the outermost first; without those that others
    /// replace.
    #[must_use]
    pub fn policies_met(&self, cluster: &ClusterId, scopes: &[Scope]) -> Vec<&Policy> {
        reaching(self, cluster, scopes).into_iter().map(|applied| applied.policy).collect()
    }
}

/// Whether a declaration with these targets is on one of the scopes.
#[must_use]
pub fn covers(targets: &[Scoped], cluster: &ClusterId, scopes: &[Scope]) -> bool {
    targets.iter().any(|target| depth(target, cluster, scopes).is_some())
}

fn depth(target: &Scoped, cluster: &ClusterId, scopes: &[Scope]) -> Option<usize> {
    let here = target.cluster.as_ref().is_none_or(|only| only == cluster);
    scopes.iter().position(|scope| here && *scope == target.scope)
}

/// The clauses that `pick` takes and whose condition holds, in order, those of policies that only log left out.
pub(crate) fn clauses<'a, T>(
    program: &Program,
    policies: &[Applied<'a>],
    seen: &Attributes,
    pick: impl Fn(&'a ClauseKind) -> Option<T>,
) -> Vec<(&'a Policy, &'a Clause, T)> {
    let acting = policies.iter().map(|applied| applied.policy).filter(|policy| !policy.shadow);
    let all = acting.flat_map(|policy| policy.clauses.iter().map(move |clause| (policy, clause)));
    let picked = all.filter_map(|(policy, clause)| Some((policy, clause, pick(&clause.kind)?)));
    picked.filter(|(_, clause, _)| meets(program, &clause.condition, seen)).collect()
}
