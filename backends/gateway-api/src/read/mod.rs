//! What manifests of the Gateway API mean on Envoy Gateway, as a program: written from the Gateway API's specification and
//! from Envoy Gateway's own source (1.9.0), with nothing of the emitter's.
//!
//! Taken for granted is the Envoy that this version brings, 1.39, which matches the values of a repeated header one by one.
//!
//! The order in which rules decide is not the written one: [`rank`] has it. How calls travel to a service is not read:
//! [`NOT_READ`] says so to whoever proves something by this.

mod attached;
mod authorization;
mod client;
mod filter;
mod forward;
mod grant;
mod header_change;
mod http_route;
mod listener;
mod object;
mod rank;
mod respond;
mod rewrite;
mod route_match;
mod security;
mod stream_route;
mod strict;
mod tls;
mod token;
mod traffic;
mod upstream;
mod virtual_host;

use gloo_ir::{At, ClientAddress, ClusterId, Gateway, Program};
use gloo_source::{FileId, NodeId, Place};
use gloo_target::{Document, Unread, surroundings};
use object::Objects;
use rank::{Order, Ranking, Ties};
use std::sync::Arc;

/// What manifests say and this reader doesn't bring back.
pub const NOT_READ: &str = "how calls travel to a service: balancing and the keys of hashes, health checks, limits of \
                            connections; that a token for another audience is answered 403, and that \
                            `::ffff:10.0.0.7` in a header is no IPv4 address; what stands in `prerequisites/README.md`";

/// The program that the manifests of a cluster come to, in the surroundings of `program`: by Envoy Gateway's ranking, the
/// routes being as old as each other.
///
/// # Errors
/// What of the documents can't be read, all of it.
pub fn read(program: &Program, cluster: &ClusterId, documents: &[Document]) -> Result<Program, Vec<Unread>> {
    reading(program, cluster, documents, Order { ranking: Ranking::EnvoyGateway, ties: Ties::ByName })
}

/// The programs that the manifests come to by each ranking that matters: Envoy Gateway's, and the specification's, in which
/// regular expressions come last (Istio's choice); each with ties broken by age in both directions. Whether other
/// implementations refuse what strict paths refuse is not looked at.
///
/// # Errors
/// What of the documents can't be read, all of it.
pub fn readings(
    program: &Program,
    cluster: &ClusterId,
    documents: &[Document],
) -> Result<Vec<Program>, Vec<Unread>> {
    Order::ALL.into_iter().map(|order| reading(program, cluster, documents, order)).collect()
}

fn reading(
    program: &Program,
    cluster: &ClusterId,
    documents: &[Document],
    order: Order,
) -> Result<Program, Vec<Unread>> {
    let mut read = surroundings(program, cluster);
    let base = read.clone();
    let objects = Objects::of(documents)?;
    let grants = grant::read(&objects).map_err(|error| vec![error])?;
    let policies = traffic::read(&objects)?;
    let security = security::read(program, &objects)?;
    let upstreams = upstream::read(&base, &objects)?;
    let site = Site {
        base: &base,
        program,
        cluster,
        objects: &objects,
        grants: &grants,
        policies: &policies,
        security: &security,
        upstreams: &upstreams,
        order,
    };
    let sections = listener::read(&site)?;
    let mut unread = Vec::new();
    match http_route::read(&site, &sections) {
        Ok((tables, guarded)) => {
            read.tables.extend(tables.into_iter().map(|one| (one.id.clone(), Arc::new(one))));
            let (policies, access) = guarded.into_declarations();
            read.policies.extend(policies.into_iter().map(|one| (one.id.clone(), Arc::new(one))));
            read.access.extend(access.into_iter().map(Arc::new));
        }
        Err(errors) => unread.extend(errors),
    }
    match stream_route::read(&site, &sections) {
        Ok(tables) => read.tables.extend(tables.into_iter().map(|one| (one.id.clone(), Arc::new(one)))),
        Err(errors) => unread.extend(errors),
    }
    for gateway in base.gateways.values() {
        let own = sections.iter().filter(|section| section.gateway.id == gateway.id);
        match listener::merged(own) {
            Ok((listeners, client)) => {
                let client = client.unwrap_or_else(|| gateway.client_address.value.clone());
                let client_address = At { value: known(gateway, client), at: gateway.client_address.at };
                let gateway = Gateway { listeners, client_address, ..gateway.as_ref().clone() };
                read.gateways.insert(gateway.id.clone(), Arc::new(gateway));
            }
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok(read) } else { Err(unread) }
}

/// No trusted proxy before the gateway: the direct peer is the client, whichever way it is said.
fn known(gateway: &Gateway, client: ClientAddress) -> ClientAddress {
    match (&gateway.client_address.value, client) {
        (ClientAddress::Hops(0), ClientAddress::Direct) => ClientAddress::Hops(0),
        (_, client) => client,
    }
}

/// What is known where routes are read.
struct Site<'a> {
    /// The surroundings.
    base: &'a Program,
    /// The program, for the names of its listeners and the order in which it writes what has none.
    program: &'a Program,
    cluster: &'a ClusterId,
    objects: &'a Objects<'a>,
    grants: &'a grant::Grants<'a>,
    policies: &'a traffic::Policies<'a>,
    security: &'a security::Policies<'a>,
    upstreams: &'a upstream::Upstreams<'a>,
    order: Order,
}

/// A value that stands nowhere in a program.
fn at<T>(value: T) -> At<T> {
    At { value, at: nowhere() }
}

/// What is read stands nowhere in a program; nothing compares places.
fn nowhere() -> Place {
    Place { file: FileId(0), node: NodeId(0) }
}
