//! The conditions that read claims: of rules, access blocks and policies, at every proxy where they are asked.

use super::claims;
use super::unverified::{Asking, At};
use crate::atoms::Sources;
use crate::callable::scopes;
use crate::folded::{Came, Folded, predicate, sources};
use gloo_ir::joined::{Joined, TableEntry};
use gloo_ir::{
    Action, Attachment, Clause, ClauseKind, ClusterId, Effect, Policy, Predicate, Program, ProviderId, Rule,
    Scope, Scoped, TableId, Test,
};
use gloo_source::Place;

/// The clauses of policies that verify a provider's token.
fn verifying<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    scopes: &[Scope],
    provider: &ProviderId,
) -> Vec<&'a Clause> {
    let acting = program.policies_met(cluster, scopes).into_iter().filter(|policy| !policy.shadow);
    let clauses = acting.flat_map(|policy| &policy.clauses);
    clauses
        .filter(|clause| matches!(&clause.kind, ClauseKind::Require(all) if all.contains(provider)))
        .collect()
}

/// What policies can be on at an entry, besides tables and rules.
fn outer(joined: &Joined<'_>) -> Vec<Scope> {
    match joined.entry {
        TableEntry::Host { gateway, listener, .. } | TableEntry::Port { gateway, listener } => {
            vec![
                Scope::Gateway(gateway.id.clone()),
                Scope::Listener(gateway.id.clone(), listener.name.clone()),
            ]
        }
        TableEntry::Calls { .. } => Vec::new(),
    }
}

/// The rules of tables.
pub(super) fn of_tables<'a>(
    program: &'a Program,
    tables: &'a [Folded<'a>],
    provider: &ProviderId,
) -> Vec<Asking<'a>> {
    let mut all = Vec::new();
    for table in tables {
        let Ok(turns) = &table.turns else { continue };
        for (number, (turn, came)) in turns.iter().enumerate() {
            let own = gloo_ir::normal_form::predicate_of(&turn.rule.matches);
            if !matches!(came, Came::Decides(_)) || claims(&own, provider).is_empty() {
                continue;
            }
            let chain = chain(&table.table.id, &turn.delegating, turn.rule);
            for (cluster, joined) in &table.sites {
                let scopes = [outer(joined), chain.clone()].concat();
                all.push(Asking {
                    place: turn.rule.place,
                    what: format!("`{}`", turn.rule.title()),
                    on: format!("`{}`", table.table.id),
                    predicate: turn.predicate.clone(),
                    verifying: verifying(program, cluster, &scopes, provider),
                    cluster,
                    at: At::Entry(joined.clone()),
                    scope: predicate(joined.scope()),
                    before: turns.iter().take(number).map(|(turn, _)| turn.predicate.clone()).collect(),
                    sources: sources(program, table.table),
                    rule: Some(turn.rule.place),
                });
            }
        }
    }
    all
}

/// What policies can be on in a chain of tables and rules: each table, and each rule that has a name.
fn chain(root: &TableId, delegating: &[&Rule], last: &Rule) -> Vec<Scope> {
    let mut table = root.clone();
    let mut scopes = vec![Scope::Table(table.clone())];
    for rule in delegating.iter().copied().chain([last]) {
        scopes.extend(rule.name.as_ref().map(|name| Scope::Rule(table.clone(), name.clone())));
        if let Action::Delegate(child) = &rule.action.value {
            table = child.clone();
            scopes.push(Scope::Table(table.clone()));
        }
    }
    scopes
}

/// The rules of access blocks.
pub(super) fn of_access<'a>(
    program: &'a Program,
    tables: &'a [Folded<'a>],
    provider: &ProviderId,
) -> Vec<Asking<'a>> {
    let mut all = Vec::new();
    for access in &program.access {
        for rule in access.rules.iter().filter(|rule| !claims(&rule.condition, provider).is_empty()) {
            let speaks = Predicate::Test(Test::Source(rule.sources.clone())).and(rule.condition.clone());
            let what = if rule.effect == Effect::Allow { "this `allow`" } else { "this `deny`" };
            for target in &access.targets {
                all.extend(at_target(program, tables, target, provider, rule.place, what, &speaks));
            }
        }
    }
    all
}

/// The clauses of policies, but for those that verify tokens, which read none.
pub(super) fn of_policies<'a>(
    program: &'a Program,
    tables: &'a [Folded<'a>],
    provider: &ProviderId,
) -> Vec<Asking<'a>> {
    let mut all = Vec::new();
    let acting = program.policies.values().filter(|policy: &&std::sync::Arc<Policy>| !policy.shadow);
    for policy in acting {
        for clause in policy.clauses.iter().filter(|clause| !claims(&clause.condition, provider).is_empty()) {
            let what = format!("this `{}`", clause.kind.verb());
            for target in &policy.targets {
                all.extend(at_target(
                    program,
                    tables,
                    target,
                    provider,
                    clause.place,
                    &what,
                    &clause.condition,
                ));
            }
        }
    }
    all
}

/// A condition at every proxy that a target stands for.
fn at_target<'a>(
    program: &'a Program,
    tables: &'a [Folded<'a>],
    target: &Scoped,
    provider: &ProviderId,
    place: Place,
    what: &str,
    condition: &Predicate,
) -> Vec<Asking<'a>> {
    let asking = |cluster, at, scope, sources, on: String, scopes: &[Scope]| Asking {
        place,
        what: what.to_owned(),
        on,
        predicate: condition.clone(),
        verifying: verifying(program, cluster, scopes, provider),
        cluster,
        at,
        scope,
        before: Vec::new(),
        sources,
        rule: None,
    };
    let here = |cluster: &ClusterId| target.cluster.as_ref().is_none_or(|only| only == cluster);
    let mut all = Vec::new();
    for service in program.services.values() {
        let own = scopes(service);
        if !own.contains(&target.scope) {
            continue;
        }
        for cluster in service.clusters.iter().filter_map(|id| program.clusters.get_key_value(id)) {
            if here(cluster.0) {
                let sources = Sources::Accounts(vec![cluster.0.clone()]);
                let (at, scope) = (At::Service(service), Predicate::always());
                all.push(asking(cluster.0, at, scope, sources, format!("`{}`", service.id), &own));
            }
        }
    }
    for table in tables {
        let turns = table.turns.iter().flatten();
        let tables_of: Vec<&TableId> = turns.clone().map(|(turn, _)| &turn.table.id).collect();
        for (cluster, joined) in table.sites.iter().filter(|(cluster, _)| here(cluster)) {
            let mut scopes = outer(joined);
            let is_outer = scopes.contains(&target.scope);
            scopes.push(Scope::Table(table.table.id.clone()));
            let of_rule = match &target.scope {
                Scope::Table(id) if tables_of.contains(&id) || *id == table.table.id => Predicate::always(),
                Scope::Rule(id, name) => Predicate::Any(
                    turns
                        .clone()
                        .filter(|(turn, _)| turn.table.id == *id && turn.rule.name.as_ref() == Some(name))
                        .map(|(turn, _)| turn.predicate.clone())
                        .collect(),
                ),
                _ if is_outer => Predicate::always(),
                _ => continue,
            };
            if !is_outer {
                scopes.push(target.scope.clone());
            }
            if let Scope::Rule(id, _) = &target.scope {
                scopes.push(Scope::Table(id.clone()));
            }
            let is_mesh = matches!(table.table.attachment, Attachment::Mesh { .. });
            if is_mesh && is_outer {
                continue;
            }
            let (at, scope) = (At::Entry(joined.clone()), predicate(joined.scope()).and(of_rule));
            let on = format!("`{}`", table.table.id);
            all.push(asking(*cluster, at, scope, sources(program, table.table), on, &scopes));
        }
    }
    all
}
