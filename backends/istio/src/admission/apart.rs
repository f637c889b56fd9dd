//! Listeners that a policy couldn't tell apart.

use super::cells::hosts;
use crate::emission::Emission;
use gloo_ir::{Listener, ListenerProtocol};
use gloo_source::{Place, Reported};
use gloo_target::GatewayPlan;
use std::collections::BTreeMap;

/// Refuses listeners that policies couldn't tell apart.
pub(super) fn told_apart(
    emission: &mut Emission<'_>,
    plan: &GatewayPlan,
    place: Place,
) -> Result<(), Reported> {
    let gateway = &plan.gateway;
    let shares = |other: &&GatewayPlan| {
        let is_of = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
            one.iter().all(|(name, value)| other.get(name) == Some(value))
        };
        other.gateway.id != gateway.id
            && other.gateway.namespace == gateway.namespace
            && (is_of(&gateway.workload, &other.gateway.workload)
                || is_of(&other.gateway.workload, &gateway.workload))
    };
    if let Some(other) = emission.plan.gateways.iter().find(shares) {
        let what = format!("a policy on a gateway whose pods `{}` has too", other.gateway.id);
        return Err(emission.refuse(place, &what, "give each gateway pods of its own in `workload`"));
    }
    let listeners = || plan.listeners.iter().map(|own| &own.listener);
    let meets = |one: &Listener, other: &Listener| {
        hosts(one).iter().any(|host| hosts(other).iter().any(|own| own.meets(host)))
    };
    for one in listeners().filter(|one| one.protocol.is_http()) {
        let is_lost = |other: &&Listener| {
            if other.protocol.is_http() {
                other.name != one.name && other.port == one.port
            } else {
                one.protocol == ListenerProtocol::Https
                    && other.port != one.port
                    && shares_port(plan, other)
                    && meets(one, other)
            }
        };
        if let Some(other) = listeners().find(is_lost) {
            let what =
                format!("a policy on a gateway whose listeners `{}` and `{}` meet", one.name, other.name);
            return Err(emission.refuse(place, &what, "give each listener a port and hosts of its own"));
        }
    }
    Ok(())
}

/// Whether a listener that passes connections on by their server name shares its port with one that ends TLS.
pub(super) fn shares_port(plan: &GatewayPlan, listener: &Listener) -> bool {
    let ends = |other: &Listener| other.protocol == ListenerProtocol::Https && other.port == listener.port;
    listener.protocol == ListenerProtocol::Tls && plan.listeners.iter().any(|own| ends(&own.listener))
}
