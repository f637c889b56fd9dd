//! The part of a program that the requests of one entry can meet: what is asked of the part costs the same however large
//! the program is.

use crate::entrance::Way;
use gloo_ir::{
    Action, Attachment, ClauseKind, GatewayKind, Policy, Program, Scope, Scoped, ServiceId, Table, TableId,
    Target,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The tables, policies and access blocks that requests which come in so can meet, with all that is declared besides.
pub(crate) fn excerpt(program: &Program, way: &Way<'_>) -> Program {
    let near = Near::of(program, way);
    let is_near = |targets: &[Scoped]| targets.iter().any(|target| near.has(program, way, &target.scope));
    let mut part = program.clone();
    part.tables.retain(|id, _| near.tables.contains(id));
    part.policies.retain(|_, policy| is_near(&policy.targets));
    part.access.retain(|access| is_near(&access.targets));
    part.traffic.retain(|traffic| is_near(&traffic.targets));
    part.proofs.clear();
    part.tests.clear();
    part.telemetry.clear();
    part
}

/// The services that the requests which come in so can get to, by the words of tables alone.
pub(crate) fn services(program: &Program, way: &Way<'_>) -> BTreeSet<ServiceId> {
    Near::of(program, way).services
}

/// The tables that the requests which come in so can meet.
pub(crate) fn tables(program: &Program, way: &Way<'_>) -> BTreeSet<TableId> {
    Near::of(program, way).tables
}

/// The program as the luckiest requests meet it: whatever else may refuse one, but for logins and access, lets it pass.
/// What is never allowed here is never allowed.
pub(crate) fn lenient(program: Program) -> Program {
    with_clauses(program, |kind| matches!(kind, ClauseKind::Require(_) | ClauseKind::TransformRequest(_)))
}

/// The program with those clauses of its policies alone that `matters` keeps.
pub(crate) fn with_clauses(mut program: Program, matters: impl Fn(&ClauseKind) -> bool) -> Program {
    program.policies.retain(|_, policy| !policy.shadow);
    for policy in program.policies.values_mut() {
        if policy.clauses.iter().all(|clause| matters(&clause.kind)) {
            continue;
        }
        let clauses = policy.clauses.iter().filter(|clause| matters(&clause.kind)).cloned().collect();
        *policy = Arc::new(Policy { clauses, ..policy.as_ref().clone() });
    }
    program
}

/// What can be met.
struct Near {
    tables: BTreeSet<TableId>,
    services: BTreeSet<ServiceId>,
}

impl Near {
    fn of(program: &Program, way: &Way<'_>) -> Self {
        let mut near = Self { tables: BTreeSet::new(), services: BTreeSet::new() };
        if let Way::Call(service, ..) = way {
            near.services.insert(service.id.clone());
        }
        let own = program.tables.values().filter(|table| way.has(table));
        let mut open: Vec<&Arc<Table>> = own.collect();
        let mut calls: Vec<&Arc<Table>> = Vec::new();
        calls.extend(
            program.tables.values().filter(|table| matches!(table.attachment, Attachment::Mesh { .. })),
        );
        loop {
            while let Some(table) = open.pop() {
                if near.tables.insert(table.id.clone()) {
                    open.extend(near.follow(program, table));
                }
            }
            let is_called = |table: &&Arc<Table>| match &table.attachment {
                Attachment::Mesh { services, .. } => {
                    services.iter().any(|service| near.services.contains(&service.value))
                }
                Attachment::Gateway { .. } | Attachment::Delegated => false,
            };
            open.extend(
                calls.iter().copied().filter(is_called).filter(|table| !near.tables.contains(&table.id)),
            );
            if open.is_empty() {
                return near;
            }
        }
    }

    /// Notes where a table sends requests; the tables that it delegates to.
    fn follow<'p>(&mut self, program: &'p Program, table: &Table) -> Vec<&'p Arc<Table>> {
        let mut children = Vec::new();
        for rule in &table.rules {
            let mut add = |target: &Target| {
                if let Target::Service { service, .. } = target {
                    self.services.insert(service.clone());
                }
            };
            match &rule.action.value {
                Action::Forward(shares) => shares.iter().for_each(|share| add(&share.destination.target)),
                Action::Delegate(child) => children.extend(program.tables.get(child)),
                Action::Redirect(_) | Action::Respond(_) => {}
            }
            if let Some(mirror) = &rule.options.mirror {
                add(&mirror.to.target);
            }
        }
        children
    }

    fn has(&self, program: &Program, way: &Way<'_>, scope: &Scope) -> bool {
        match scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => self.services.iter().any(|one| one.namespace() == *namespace),
            Scope::Service(service) => self.services.contains(service),
            Scope::Table(table) | Scope::Rule(table, _) => self.tables.contains(table),
            Scope::External(_) => true,
            Scope::Gateway(gateway) | Scope::Listener(gateway, _) => {
                let own = program.gateways.get(gateway);
                way.gateway() == Some(gateway) || own.is_some_and(|one| one.kind == GatewayKind::Egress)
            }
        }
    }
}
