//! What Istio's objects mean, as a program: written from Istio's documentation and source (1.30) and from Envoy's, with
//! nothing of the emitter's.
//!
//! Read are the gateways' listeners with their routes, which service or host outside each destination stands for, and who
//! may pass at gateways and services. How calls travel is not read, nor what sidecars do else: [`NOT_READ`] says so to whoever proves something by this.

mod action;
mod admission;
mod authorization;
mod connection;
mod destination;
mod egress;
mod filters;
mod guarded;
mod header_change;
mod header_match;
mod host;
mod inner_text;
mod manager;
mod mesh;
mod met;
mod option;
mod patch;
mod peer;
mod redirect;
mod reply;
mod request_match;
mod rewrite;
mod route;
mod sender;
mod server;
mod text;
mod tls;
mod tokens;
mod value;
mod world;

use gloo_ir::{At, ClusterId, Gateway, Program};
use gloo_source::Place;
use gloo_target::{Document, Unread, surroundings};
use std::sync::Arc;
use world::World;

/// What Istio's objects say and this reader doesn't bring back.
pub const NOT_READ: &str = "how calls travel to a service or a host outside: balancing and the keys of hashes, health \
                            checks, limits of connections, TLS on the way; what sidecars and waypoints do with calls, but for who may pass; \
                            headers that proxies add of their own accord (`server`, `x-envoy-…`)";

/// The program that the objects of a cluster come to, in the surroundings of `program`.
///
/// # Errors
/// What of the documents can't be read, all of it.
pub fn read(program: &Program, cluster: &ClusterId, documents: &[Document]) -> Result<Program, Vec<Unread>> {
    let mut read = surroundings(program, cluster);
    let base = read.clone();
    let world = World::read(&base, cluster, documents)?;
    let mut unread = Vec::new();
    for gateway in base.gateways.values() {
        let declared = program.gateways.get(&gateway.id).unwrap_or(gateway);
        match server::read(&base, cluster, declared, &world) {
            Ok(server::Read { gateway, tables, admissions }) => {
                read.gateways.insert(gateway.id.clone(), Arc::new(gateway));
                read.tables.extend(tables.into_iter().map(|table| (table.id.clone(), Arc::new(table))));
                admissions.into_iter().for_each(|admission| admit(&mut read, admission));
            }
            Err(error) => unread.extend(error),
        }
    }
    let names = authorization::Names { base: &base, cluster };
    for service in base.services.values() {
        match guarded::at_service(names, &world, service) {
            Ok(admission) => admission.into_iter().for_each(|admission| admit(&mut read, admission)),
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok(read) } else { Err(unread) }
}

/// Adds what is asked somewhere.
fn admit(read: &mut Program, admission: admission::Admission) {
    read.policies.extend(admission.policy.map(|policy| (policy.id.clone(), Arc::new(policy))));
    read.access.extend(admission.access.map(Arc::new));
}

/// What is known where routes are read.
struct Site<'a> {
    base: &'a Program,
    cluster: &'a ClusterId,
    gateway: &'a Arc<Gateway>,
    world: &'a World<'a>,
    /// What is changed in the gateway's proxies.
    patches: &'a filters::Patches,
}

impl Site<'_> {
    /// Where everything that is read is said to stand.
    fn place(&self) -> Place {
        self.gateway.place
    }

    /// A value that stands there.
    fn at<T>(&self, value: T) -> At<T> {
        At { value, at: self.place() }
    }
}
