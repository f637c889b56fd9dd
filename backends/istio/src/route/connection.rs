//! Rules for connections.

use super::destination::destinations;
use crate::emission::Emission;
use crate::virtual_service::{TcpMatch, TcpRoute, TlsMatch, TlsRoute, WeightedDestination};
use gloo_domain::HostPattern;
use gloo_ir::{Test, TextAttribute, TextTest};
use gloo_source::Reported;
use gloo_target::{Answer, Conjunct, Literal, PlanRule};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The routes of connections to a server name. Istio makes a filter chain of each and no two may have one name, so the
/// names that earlier rules took are left out.
pub(crate) fn tls_routes(
    emission: &mut Emission<'_>,
    host: &HostPattern,
    port: u16,
    rules: &[Arc<PlanRule>],
) -> Vec<TlsRoute> {
    let mut taken = BTreeSet::new();
    let mut routes = Vec::new();
    for rule in rules {
        let Ok(names) = server_names(emission, rule, host) else { continue };
        let new: Vec<String> = names.into_iter().filter(|name| taken.insert(name.clone())).collect();
        if new.is_empty() {
            continue;
        }
        let Ok(route) = connection_destinations(emission, rule) else { continue };
        let matches = vec![TlsMatch { port: Some(port), sni_hosts: new, ..TlsMatch::default() }];
        routes.push(TlsRoute { matches, route });
        if taken.contains(&host.to_string()) {
            break;
        }
    }
    routes
}

/// The routes of connections to a port. Nothing but the port tells them apart, so the first rule takes all.
pub(crate) fn tcp_routes(emission: &mut Emission<'_>, port: u16, rules: &[Arc<PlanRule>]) -> Vec<TcpRoute> {
    let mut routes = Vec::new();
    for rule in rules {
        for conjunct in &rule.matches {
            if let Some(literal) = conjunct.literals.first() {
                refuse(emission, rule, literal);
            }
        }
        if !rule.matches.iter().any(Conjunct::is_always) {
            continue;
        }
        if let Ok(route) = connection_destinations(emission, rule) {
            routes.push(TcpRoute { matches: vec![TcpMatch { port }], route });
        }
        break;
    }
    routes
}

fn connection_destinations(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
) -> Result<Vec<WeightedDestination>, Reported> {
    match &rule.answer {
        Answer::Forward(shares) => destinations(emission, rule, shares),
        Answer::Redirect(_) | Answer::Respond(_) => Err(emission.refuse(
            rule.origin.place,
            "an HTTP answer to a connection",
            "send the connection to a service",
        )),
    }
}

/// The server names of a rule in a table for `host`.
fn server_names(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    host: &HostPattern,
) -> Result<BTreeSet<String>, Reported> {
    let mut names = BTreeSet::new();
    for conjunct in &rule.matches {
        match conjunct.literals.as_slice() {
            [] => {
                names.insert(host.to_string());
            }
            [Literal { test: Test::Text(TextAttribute::ServerName, TextTest::Present), negated: false }] => {
                names.insert(host.to_string());
            }
            [
                Literal {
                    test: Test::Text(TextAttribute::ServerName, TextTest::Equals(equal)),
                    negated: false,
                },
            ] => {
                names.extend(equal.iter().filter(|name| host.contains(name)).cloned());
            }
            literals => {
                let unknown = literals.iter().find(|literal| !is_server_name(literal)).or(literals.first());
                if let Some(literal) = unknown {
                    return Err(refuse(emission, rule, literal));
                }
            }
        }
    }
    Ok(names)
}

fn is_server_name(literal: &Literal) -> bool {
    matches!(&literal.test, Test::Text(TextAttribute::ServerName, _))
}

fn refuse(emission: &mut Emission<'_>, rule: &PlanRule, literal: &Literal) -> Reported {
    let (what, instead) = if is_server_name(literal) {
        ("this condition on `tls.sni`", "ask for it with `==` or `in`, or give the name a table of its own")
    } else {
        (
            "a condition on a connection's source or address",
            "leave it to a network policy, or build for a cluster with `backend: envoy(…)`",
        )
    };
    emission.refuse(rule.origin.place, what, instead)
}
