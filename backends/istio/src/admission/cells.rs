//! Which requests of a gateway meet which admission: listener by listener, host by host, rule by rule.

use super::scope::Cell;
use gloo_domain::HostPattern;
use gloo_ir::normal_form::{TooMany, disjuncts};
use gloo_ir::{Listener, Predicate};
use gloo_target::{Admission, Conjunct, GatewayPlan, ListenerPlan, ListenerRoutes, Literal};
use std::collections::BTreeMap;

/// The requests of a host that meet one admission of those that its rules have.
pub(super) struct Part<'p> {
    pub(super) cell: Cell,
    pub(super) listener: &'p Listener,
    /// Who may pass of the requests that each rule takes, in the order in which they decide; of all, if there is one.
    pub(super) rules: Vec<(&'p [Conjunct], &'p Admission)>,
}

/// The hosts that the listeners of a gateway for requests serve, but for those that only redirect.
pub(super) fn parts(plan: &GatewayPlan) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for own in serving(plan) {
        let tables = match &own.routes {
            ListenerRoutes::Http(hosts) => hosts.as_slice(),
            ListenerRoutes::Connections(_) => &[],
        };
        for table in tables {
            let rules =
                table.rules.iter().map(|rule| (rule.matches.as_slice(), &**own.admission(rule))).collect();
            let cell = Cell { port: own.listener.port, host: table.host.clone() };
            parts.push(Part { cell, listener: &own.listener, rules });
        }
        for host in hosts(&own.listener) {
            if !tables.iter().any(|table| table.host == host) {
                let cell = Cell { port: own.listener.port, host };
                parts.push(Part { cell, listener: &own.listener, rules: vec![(&[], &*own.unrouted)] });
            }
        }
    }
    parts
}

/// The listeners that serve requests by more than a redirect.
pub(super) fn serving(plan: &GatewayPlan) -> impl Iterator<Item = &ListenerPlan> {
    plan.listeners.iter().filter(|own| own.listener.protocol.is_http() && !own.listener.redirect_https)
}

/// The hosts that a listener serves.
pub(super) fn hosts(listener: &Listener) -> Vec<HostPattern> {
    if listener.hosts.is_empty() { vec![HostPattern::Any] } else { listener.hosts.clone() }
}

/// All hosts that listeners know, by their ports.
pub(super) fn known(parts: &[Part<'_>]) -> BTreeMap<u16, Vec<HostPattern>> {
    let mut known: BTreeMap<u16, Vec<HostPattern>> = BTreeMap::new();
    for part in parts {
        known.entry(part.cell.port).or_default().push(part.cell.host.clone());
    }
    known
}

impl Part<'_> {
    /// The requests of the host whose admission `picks` takes, in disjunctive form; one empty conjunct is all.
    pub(super) fn region(&self, picks: &dyn Fn(&Admission) -> bool) -> Result<Vec<Conjunct>, TooMany> {
        if self.rules.iter().all(|(_, admission)| picks(admission)) {
            return Ok(vec![Conjunct::default()]);
        }
        let mut any = Vec::new();
        let mut others = Vec::new();
        for (matches, admission) in &self.rules {
            let own = predicate(matches);
            if picks(admission) {
                any.push(own.and(Predicate::Not(Box::new(Predicate::Any(others.clone())))));
            } else {
                others.push(own);
            }
        }
        disjuncts(&Predicate::Any(any))
    }
}

fn predicate(matches: &[Conjunct]) -> Predicate {
    let literal = |literal: &Literal| {
        let test = Predicate::Test(literal.test.clone());
        if literal.negated { Predicate::Not(Box::new(test)) } else { test }
    };
    let all = |conjunct: &Conjunct| Predicate::All(conjunct.literals.iter().map(literal).collect());
    Predicate::Any(matches.iter().map(all).collect())
}
