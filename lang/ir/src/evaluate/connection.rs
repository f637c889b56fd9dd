//! Connections of which nobody reads the bytes: steps 1, 7, 9 and the hop.

use super::walk::{Decider, Ended, Passing, Walk, Ways};
use super::{Attributes, Caller, Refusal, StepKind, access, action, gateway, listener, route};
use crate::{Gateway, Listener, ListenerProtocol, Scope};

/// Takes a connection in that `listener` has taken.
pub(crate) fn enter(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    listener: &Listener,
    mut passing: Passing,
    ways: &mut Ways,
) -> Result<(), Ended> {
    let program = walk.program;
    passing.seen = as_bytes(passing.seen);
    access::admit(walk, &[Scope::Gateway(gateway.id.clone())], &passing)?;
    let name = passing.seen.sni.clone().filter(|_| listener.protocol == ListenerProtocol::Tls);
    if listener.protocol == ListenerProtocol::Tls {
        for pattern in route::hosts_of(program, walk.cluster, gateway, listener) {
            let covers = name.as_deref().is_some_and(|name| pattern.contains(name));
            passing.seen.note(program, || listener::names(pattern, true), covers);
        }
    }
    let tables = match (&name, listener.protocol) {
        // Without a server name only a table for every host could be meant.
        (None, ListenerProtocol::Tls) => route::tables_at(program, walk.cluster, gateway, listener, Some("")),
        _ => route::tables_at(program, walk.cluster, gateway, listener, name.as_deref()),
    };
    let Some(found) = gateway::find(walk, &tables, &[], &passing, None) else {
        let (decider, says) = match tables.first() {
            Some(table) => (Decider::at(table.id.to_string(), table.place), "no rule takes it"),
            None => (listener::decider(gateway, listener), "no table is for it"),
        };
        return Err(walk.deny(StepKind::Route, &decider, Refusal::NoConnection, says));
    };
    let caller = Caller::Gateway(gateway.id.clone());
    action::act(walk, &found, &[], passing, ways, &|walk, sent, share, ways| {
        let mut leaving = sent.clone();
        leaving.caller = caller.clone();
        leaving.seen.has_no_source_address();
        action::follow(walk, &leaving, share, ways);
    })
}

/// What is left of a request whose bytes pass unread.
fn as_bytes(seen: Attributes) -> Attributes {
    Attributes {
        https: seen.https,
        sni: seen.sni,
        source: seen.source,
        source_address: seen.source_address,
        client_address: seen.client_address,
        history: seen.history,
        ..Attributes::of_connection(seen.port)
    }
}
