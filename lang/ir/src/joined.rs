//! The tables that serve one entry together.
//!
//! Several tables may speak of one host on one listener, or of calls to one service. They are joined only where no
//! request matches rules of two of them; then their order means nothing. What finds such requests and what writes the
//! joined table down both start here: [`joined_tables`] says which tables meet at an entry, [`expand`] puts delegation
//! in, [`overlaps`] finds rules that meet.

mod expand;
mod overlap;

pub use expand::{ExpandedRule, TooComplex, expand};
pub use overlap::{Contender, Overlap, overlaps};

use crate::normal_form::{Conjunct, Literal};
use crate::{
    Attachment, ClusterId, Gateway, GatewayId, Listener, ListenerProtocol, Program, Service, ServiceId,
    Table, Test, TextAttribute, TextTest,
};
use gloo_domain::{HostPattern, PortSet};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables that serve one entry of a cluster.
#[derive(Clone, Debug)]
pub struct Joined<'a> {
    /// The entry.
    pub entry: TableEntry<'a>,
    /// Its tables, at least one, in the order of their names.
    pub tables: Vec<&'a Arc<Table>>,
    /// The hosts below its own that have tables of their own. Found only where several tables are joined.
    pub narrower: Vec<&'a HostPattern>,
}

/// An entry that tables are for.
#[derive(Clone, Copy, Debug)]
pub enum TableEntry<'a> {
    /// A host on an http, https or tls listener.
    Host {
        /// The gateway.
        gateway: &'a Arc<Gateway>,
        /// The listener.
        listener: &'a Listener,
        /// The host.
        host: &'a HostPattern,
    },
    /// A tcp listener.
    Port {
        /// The gateway.
        gateway: &'a Arc<Gateway>,
        /// The listener.
        listener: &'a Listener,
    },
    /// Calls to a service.
    Calls {
        /// The service that is called.
        service: &'a Arc<Service>,
    },
}

/// The entries of a cluster that have a table, with their tables: gateways by name, their listeners as written, hosts
/// from the most specific on; then services by name.
///
/// A host of a table counts on a listener if some host of the listener covers it. A listener that answers everything by a
/// redirect to https has no tables.
#[must_use]
pub fn joined_tables<'a>(program: &'a Program, cluster: &ClusterId) -> Vec<Joined<'a>> {
    let mut of_gateway: BTreeMap<&GatewayId, Vec<&'a Arc<Table>>> = BTreeMap::new();
    let mut of_service: BTreeMap<&ServiceId, Vec<&'a Arc<Table>>> = BTreeMap::new();
    for table in program.tables.values() {
        match &table.attachment {
            Attachment::Gateway { gateway, clusters, .. } if clusters.contains(cluster) => {
                of_gateway.entry(gateway).or_default().push(table);
            }
            Attachment::Mesh { services, clusters } if clusters.contains(cluster) => {
                for service in services {
                    push_once(of_service.entry(&service.value).or_default(), table);
                }
            }
            Attachment::Gateway { .. } | Attachment::Mesh { .. } | Attachment::Delegated => {}
        }
    }
    let mut all = Vec::new();
    for (gateway, tables) in of_gateway {
        let Some(gateway) = program.gateways.get(gateway).filter(|one| one.clusters.contains(cluster)) else {
            continue;
        };
        for listener in gateway.listeners.iter().filter(|listener| !listener.redirect_https) {
            all.extend(at_listener(gateway, listener, &tables));
        }
    }
    let here = |id: &ServiceId| program.services.get(id).filter(|one| one.clusters.contains(cluster));
    all.extend(of_service.into_iter().filter_map(|(service, tables)| {
        Some(Joined { entry: TableEntry::Calls { service: here(service)? }, tables, narrower: Vec::new() })
    }));
    all
}

fn at_listener<'a>(
    gateway: &'a Arc<Gateway>,
    listener: &'a Listener,
    tables: &[&'a Arc<Table>],
) -> Vec<Joined<'a>> {
    let mut by_host: BTreeMap<&HostPattern, Vec<&'a Arc<Table>>> = BTreeMap::new();
    let mut by_port: Vec<&'a Arc<Table>> = Vec::new();
    for table in tables {
        let Attachment::Gateway { listeners, hosts, .. } = &table.attachment else { continue };
        if !listeners.contains(&listener.name) {
            continue;
        }
        if listener.protocol == ListenerProtocol::Tcp {
            by_port.push(table);
            continue;
        }
        for host in hosts {
            if listener.hosts.is_empty() || listener.hosts.iter().any(|served| served.covers(host)) {
                push_once(by_host.entry(&host.value).or_default(), table);
            }
        }
    }
    let hosts: Vec<&HostPattern> = by_host.keys().copied().collect();
    let below = |host: &HostPattern, tables: usize| {
        let sought = hosts.iter().filter(|_| tables > 1 && !matches!(host, HostPattern::Exact(_)));
        sought.copied().filter(|other| *other != host && host.covers(other)).collect()
    };
    let mut all: Vec<Joined<'a>> = by_host
        .into_iter()
        .map(|(host, tables)| {
            let narrower = below(host, tables.len());
            Joined { entry: TableEntry::Host { gateway, listener, host }, tables, narrower }
        })
        .collect();
    all.sort_by_key(|joined| Reverse(joined.specificity()));
    if !by_port.is_empty() {
        let entry = TableEntry::Port { gateway, listener };
        all.push(Joined { entry, tables: by_port, narrower: Vec::new() });
    }
    all
}

impl Joined<'_> {
    /// What all requests of the entry have in common: the listener's port and scheme, the host without those that have
    /// tables of their own, and what a listener without TLS or without client certificates has none of.
    #[must_use]
    pub fn scope(&self) -> Conjunct {
        let mut literals = Vec::new();
        let mut add = |test: Test, negated: bool| literals.push(Literal { test, negated });
        let text = |attribute: TextAttribute, test: TextTest| Test::Text(attribute, test);
        let (listener, host) = match self.entry {
            TableEntry::Host { listener, host, .. } => (listener, Some(host)),
            TableEntry::Port { listener, .. } => (listener, None),
            TableEntry::Calls { .. } => return Conjunct::default(),
        };
        add(Test::Port(PortSet::port(listener.port)), false);
        match (listener.protocol, host) {
            (ListenerProtocol::Http | ListenerProtocol::Https, Some(host)) => {
                add(Test::SchemeIsHttps, listener.protocol == ListenerProtocol::Http);
                add(Test::Host(vec![host.clone()]), false);
                if !self.narrower.is_empty() {
                    add(Test::Host(self.narrower.iter().copied().cloned().collect()), true);
                }
            }
            (ListenerProtocol::Tls, Some(host)) => {
                for (named, negated) in
                    [(host, false)].into_iter().chain(self.narrower.iter().map(|host| (*host, true)))
                {
                    if let Some(test) = server_name(named) {
                        add(text(TextAttribute::ServerName, test), negated);
                    }
                }
            }
            _ => {}
        }
        if matches!(listener.protocol, ListenerProtocol::Http | ListenerProtocol::Tcp) {
            add(text(TextAttribute::ServerName, TextTest::Present), true);
        }
        if listener.client_certificate.is_none() {
            add(text(TextAttribute::ClientCertificateUri, TextTest::Present), true);
            add(text(TextAttribute::ClientCertificateDns, TextTest::Present), true);
        }
        Conjunct { literals }
    }

    fn specificity(&self) -> gloo_domain::Specificity {
        match self.entry {
            TableEntry::Host { host, .. } => host.specificity(),
            TableEntry::Port { .. } | TableEntry::Calls { .. } => gloo_domain::Specificity::Any,
        }
    }
}

/// The server names that a pattern covers; nothing for all.
fn server_name(host: &HostPattern) -> Option<TextTest> {
    match host {
        HostPattern::Any => None,
        HostPattern::Wildcard(name) => Some(TextTest::EndsWith(format!(".{name}"))),
        HostPattern::Exact(name) => Some(TextTest::Equals(vec![name.to_string()])),
    }
}

fn push_once<'a>(tables: &mut Vec<&'a Arc<Table>>, table: &'a Arc<Table>) {
    if !tables.iter().any(|known| Arc::ptr_eq(known, table)) {
        tables.push(table);
    }
}
