//! Step 7: whether the caller may.

use super::walk::{Decider, Ended, Passing, Walk};
use super::{Refusal, StepKind, meets, policies};
use crate::{Access, AccessRule, Effect, Predicate, Program, Scope, Test};

/// Refuses with 403 what some `deny` of the scopes holds for, or what no `allow` lets in where they are covered.
pub(crate) fn admit(walk: &mut Walk<'_>, scopes: &[Scope], passing: &Passing) -> Result<(), Ended> {
    let program = walk.program;
    let covers = |access: &&std::sync::Arc<Access>| policies::covers(&access.targets, walk.cluster, scopes);
    let covering: Vec<&Access> = program.access.iter().filter(covers).map(AsRef::as_ref).collect();
    let Some(closing) = covering.first() else { return Ok(()) };
    let rules = || covering.iter().flat_map(|access| access.rules.iter().map(move |rule| (*access, rule)));
    let holds =
        |effect: Effect| rules().find(|(_, rule)| rule.effect == effect && speaks_of(program, rule, passing));
    let who = match passing.seen.identity() {
        Some(identity) => format!("`{identity}`"),
        None => "a caller without identity".to_owned(),
    };
    if let Some((access, rule)) = holds(Effect::Deny) {
        let decider = Decider::at(title(access), rule.place);
        return Err(walk.deny(StepKind::Access, &decider, Refusal::Status(403), format!("denies {who}")));
    }
    match holds(Effect::Allow) {
        Some((access, rule)) => {
            walk.step(StepKind::Access, &Decider::at(title(access), rule.place), format!("allows {who}"));
            Ok(())
        }
        None => {
            let decider = Decider::at(title(closing), closing.place);
            Err(walk.deny(StepKind::Access, &decider, Refusal::Status(403), format!("no rule allows {who}")))
        }
    }
}

fn speaks_of(program: &Program, rule: &AccessRule, passing: &Passing) -> bool {
    let seen = &passing.seen;
    let is_source = rule.sources.iter().any(|source| seen.source.is(program, source));
    seen.note(program, || Predicate::Test(Test::Source(rule.sources.clone())), is_source);
    is_source && meets(program, &rule.condition, seen)
}

/// `access shop.payments`, as it is written.
fn title(access: &Access) -> String {
    let targets: Vec<String> = access
        .targets
        .iter()
        .map(|target| {
            let cluster = target.cluster.as_ref().map(|cluster| format!("@{cluster}")).unwrap_or_default();
            format!("{}{cluster}", scope(&target.scope))
        })
        .collect();
    match targets.as_slice() {
        [one] => format!("access {one}"),
        several => format!("access [{}]", several.join(", ")),
    }
}

fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Mesh => "mesh".to_owned(),
        Scope::Namespace(namespace) => format!("{namespace}.*"),
        Scope::Service(service) => service.to_string(),
        Scope::External(external) => external.to_string(),
        Scope::Gateway(gateway) => gateway.to_string(),
        Scope::Listener(gateway, listener) => format!("{gateway}.{listener}"),
        Scope::Table(table) => table.to_string(),
        Scope::Rule(table, rule) => format!("{table}.{rule}"),
    }
}
