//! An entry of a cluster where requests meet tables.

use gloo_ir::evaluate::{Caller, Entry, Request};
use gloo_ir::joined::{Joined, TableEntry};
use gloo_ir::normal_form::Witness;
use gloo_ir::{ClusterId, ListenerProtocol, Program, ServiceId};

/// An entry with the tables that serve it.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    /// The program.
    pub program: &'a Program,
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The entry and its tables.
    pub joined: &'a Joined<'a>,
}

impl Site<'_> {
    /// The request that has what a witness asks for, at this entry.
    pub fn request(&self, witness: &Witness) -> Request {
        match self.joined.entry {
            TableEntry::Host { gateway, listener, host } => {
                let entry = Entry::Gateway(gateway.id.clone());
                let tls = matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls);
                let host = witness.host.clone().unwrap_or_else(|| host.to_string());
                let mut request = Request::of_witness(entry, witness, &host, listener.port, tls);
                if !listener.protocol.is_http() {
                    request.message = None;
                }
                request
            }
            TableEntry::Port { gateway, listener } => {
                let entry = Entry::Gateway(gateway.id.clone());
                let mut request = Request::of_witness(entry, witness, "", listener.port, false);
                request.message = None;
                request
            }
            TableEntry::Calls { service } => {
                let port =
                    service.ports.iter().find(|port| port.protocol.is_http()).map_or(80, |port| port.number);
                let entry = Entry::Service(service.id.clone());
                let mut request = Request::of_witness(entry, witness, &service.name, port, false);
                if request.caller == Caller::Outside {
                    request.caller = self.some_caller(service.id.clone());
                }
                request
            }
        }
    }

    /// Somebody with an identity, as strict mutual TLS asks for: another service of the cluster, if there is one.
    fn some_caller(&self, called: ServiceId) -> Caller {
        let services = self.program.services.values().filter(|one| one.clusters.contains(self.cluster));
        let other = services.map(|one| &one.id).find(|id| **id != called);
        Caller::Service(other.cloned().unwrap_or(called))
    }
}
