//! What requests from outside find: services that refuse them all, and services that let in whom they should know.

use super::closed_by_accident::closed_by_accident;
use super::never_allowed::never_allowed;
use super::open_route::{self, open_route};
use crate::excerpt::tables;
use crate::passage::passages;
use gloo_ir::{ClauseKind, Program, Scope, ServiceId, Table};
use gloo_source::{Diagnostic, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The findings about what becomes of requests that enter by gateways. Entries where neither access nor a login is asked
/// for are not gone through.
pub(crate) fn outside(program: &Program) -> Vec<Diagnostic<Place>> {
    let closed = closed(program);
    let asks = asks_for_login(program);
    let private: Vec<&Arc<Table>> = program.tables.values().filter(|table| has_private(table)).collect();
    if closed.is_empty() && !asks && private.is_empty() {
        return Vec::new();
    }
    let (passages, undecided) = passages(program, |way, services| {
        asks && !services.is_empty()
            || !services.is_disjoint(&closed)
            || !private.is_empty() && private.iter().any(|table| tables(program, way).contains(&table.id))
    });
    let mut findings = never_allowed(program, &passages);
    findings.extend(closed_by_accident(program, &passages));
    findings.extend(open_route(program, &passages));
    let question = "what becomes of all requests that come to this table";
    findings.extend(undecided.into_iter().map(|(place, why)| why.shown(place, question)));
    findings
}

fn has_private(table: &Table) -> bool {
    table.rules.iter().any(|rule| open_route::is_private(rule).is_some())
}

/// The services that access blocks speak of.
fn closed(program: &Program) -> BTreeSet<ServiceId> {
    let targets = program.access.iter().flat_map(|access| &access.targets);
    let services = targets.flat_map(|target| {
        let is_meant = move |service: &&ServiceId| match &target.scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => service.namespace() == *namespace,
            Scope::Service(own) => own == *service,
            _ => false,
        };
        program.services.keys().filter(is_meant).cloned()
    });
    services.collect()
}

fn asks_for_login(program: &Program) -> bool {
    let acting = program.policies.values().filter(|policy| !policy.shadow);
    acting.flat_map(|policy| &policy.clauses).any(|clause| matches!(clause.kind, ClauseKind::Require(_)))
}
