//! What an Envoy bootstrap means, as a program: written from Envoy's own documentation and source, with nothing of the emitter's.
//!
//! Read are the gateways' listeners, their routes, and which service or host outside each cluster stands for. How calls to
//! a cluster travel (balancing, health, limits) is not read: [`NOT_READ`] says so to whoever proves something by this.

mod action;
mod bootstrap;
mod early;
mod guard;
mod header_change;
mod http_filter;
mod listener;
mod manager;
mod matcher;
mod option;
mod rewrite;
mod route;
mod route_match;
mod tcp;
mod tls;
mod upstream;

use gloo_ir::{ClusterId, Gateway, Program};
use gloo_source::Place;
use gloo_target::{Document, Unread, surroundings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a bootstrap says and this reader doesn't bring back.
pub const NOT_READ: &str = "how calls travel to a service: balancing and the keys of hashes, health checks, limits of connections; names of client \
     certificates that have a comma inside; that a token for another audience is answered 403";

/// The program that the bootstraps of a cluster's gateways come to, in the surroundings of `program`.
///
/// # Errors
/// What of the documents can't be read, all of it.
pub fn read(program: &Program, cluster: &ClusterId, documents: &[Document]) -> Result<Program, Vec<Unread>> {
    let mut read = surroundings(program, cluster);
    let base = read.clone();
    let mut unread = Vec::new();
    for document in documents.iter().filter(|document| document.value.get("static_resources").is_some()) {
        if let Err(error) = bootstrap::read(&base, cluster, document, &mut read) {
            unread.extend(error);
        }
    }
    if unread.is_empty() { Ok(read) } else { Err(unread) }
}

/// What is known where routes are read.
struct Site<'a> {
    base: &'a Program,
    cluster: &'a ClusterId,
    gateway: &'a Arc<Gateway>,
    /// What each cluster stands for.
    upstreams: &'a BTreeMap<&'a str, upstream::Upstream>,
    /// Where the endpoints of each cluster are.
    servers: &'a BTreeMap<&'a str, upstream::Server>,
}

impl Site<'_> {
    /// Where everything that is read is said to stand.
    fn place(&self) -> Place {
        self.gateway.place
    }
}
