//! All the entries of a program, or of two that are compared: what is gone through to know all that a program does.

use crate::callers::callers;
use crate::entrance::Way;
use crate::explore::Entrance;
use gloo_domain::HostPattern;
use gloo_ir::evaluate::{Caller, Entry, Interest};
use gloo_ir::joined::{TableEntry, joined_tables};
use gloo_ir::{
    Attachment, ClusterId, GatewayKind, ListenerProtocol, Port, Predicate, Program, Protocol, Table,
};
use std::collections::{BTreeMap, BTreeSet};

/// An entry of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Opening<'a> {
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The program that declares it: of several that do, the first.
    pub program: &'a Program,
    /// How requests come in.
    pub way: Way<'a>,
}

impl<'a> Opening<'a> {
    /// A program without the tables that its requests never meet: the more tables there are, the longer each request
    /// takes to find its own.
    pub fn within(&self, program: &Program) -> Program {
        let meets = |table: &Table| match (&self.way, &table.attachment) {
            (_, Attachment::Mesh { .. } | Attachment::Delegated) => true,
            (Way::Listener(own, _), Attachment::Gateway { gateway, .. }) => own.id == *gateway,
            (Way::Hosts(own, _, host, _), Attachment::Gateway { gateway, hosts, .. }) => {
                own.id == *gateway && hosts.iter().any(|one| one.value.covers(host))
            }
            (Way::Call(..) | Way::Outbound(..), Attachment::Gateway { .. }) => false,
        };
        let tables = program.tables.iter().filter(|(_, table)| meets(table));
        let tables = tables.map(|(id, table)| (id.clone(), table.clone())).collect();
        Program {
            name: program.name.clone(),
            mesh: program.mesh.clone(),
            clusters: program.clusters.clone(),
            namespaces: program.namespaces.clone(),
            services: program.services.clone(),
            externals: program.externals.clone(),
            gateways: program.gateways.clone(),
            tables,
            providers: program.providers.clone(),
            policies: program.policies.clone(),
            access: program.access.clone(),
            traffic: program.traffic.clone(),
            telemetry: Vec::new(),
            patches: Vec::new(),
            proofs: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// Its requests for which `condition` holds, decided by each of these programs.
    pub fn entrance<'e>(
        &'e self,
        deciders: &[&'e Program],
        interest: Interest,
        condition: &Predicate,
    ) -> Entrance<'e> {
        Entrance {
            program: self.program,
            deciders: deciders.iter().map(|program| (*program, self.cluster)).collect(),
            interest,
            scope: self.way.scope(condition, self.program, self.cluster),
            way: &self.way,
        }
    }
}

/// Where an opening stands among all.
type Key = (ClusterId, u8, String, String, String);

/// The entries of some programs, each once, in an order that only the programs decide: by cluster; then the hosts on
/// listeners of gateways, calls of services, and calls of hosts outside.
pub(crate) fn openings<'a>(programs: &[&'a Program]) -> Vec<Opening<'a>> {
    let mut all: BTreeMap<Key, Opening<'a>> = BTreeMap::new();
    let clusters: BTreeSet<&'a ClusterId> =
        programs.iter().flat_map(|program| program.clusters.keys()).collect();
    for cluster in clusters {
        let hosts = hosts(programs, cluster);
        let callers = callers(programs, cluster);
        for program in programs.iter().copied().filter(|program| program.clusters.contains_key(cluster)) {
            let mut add = |kind: u8, names: [String; 3], way: Way<'a>| {
                let [one, two, three] = names;
                let key = (cluster.clone(), kind, one, two, three);
                all.entry(key).or_insert(Opening { cluster, program, way });
            };
            at_listeners(program, cluster, &hosts, &mut add);
            calls(program, cluster, &callers, &mut add);
            outbound(program, cluster, &callers, &mut add);
        }
    }
    all.into_values().collect()
}

/// The hosts that have tables, by gateway and listener.
type Hosts = BTreeMap<(String, String), BTreeSet<HostPattern>>;

fn hosts(programs: &[&Program], cluster: &ClusterId) -> Hosts {
    let mut all = Hosts::new();
    for program in programs {
        for joined in joined_tables(program, cluster) {
            if let TableEntry::Host { gateway, listener, host } = joined.entry {
                let key = (gateway.id.to_string(), listener.name.clone());
                all.entry(key).or_default().insert(host.clone());
            }
        }
    }
    all
}

fn at_listeners<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    hosts: &Hosts,
    add: &mut impl FnMut(u8, [String; 3], Way<'a>),
) {
    let here = |gateway: &gloo_ir::Gateway| {
        gateway.kind == GatewayKind::Ingress && gateway.clusters.contains(cluster)
    };
    for gateway in program.gateways.values().filter(|gateway| here(gateway)) {
        for listener in &gateway.listeners {
            let own = format!("{:05} {:?} {}", listener.port, listener.protocol, listener.name);
            let names = |host: &str| [gateway.id.to_string(), own.clone(), host.to_owned()];
            if !matches!(listener.protocol, ListenerProtocol::Http | ListenerProtocol::Https) {
                add(0, names(""), Way::Listener(gateway, listener));
                continue;
            }
            let with_table = hosts.get(&(gateway.id.to_string(), listener.name.clone()));
            let with_table = with_table.cloned().unwrap_or_default();
            for host in &with_table {
                let below = |other: &&HostPattern| *other != host && host.covers(other);
                let narrower = with_table.iter().filter(below).cloned().collect();
                add(0, names(&host.to_string()), Way::Hosts(gateway, listener, host.clone(), narrower));
            }
            if !with_table.contains(&HostPattern::Any) {
                let others = with_table.into_iter().collect();
                add(1, names(""), Way::Hosts(gateway, listener, HostPattern::Any, others));
            }
        }
    }
}

fn calls<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    callers: &[Caller],
    add: &mut impl FnMut(u8, [String; 3], Way<'a>),
) {
    for service in program.services.values() {
        for caller in callers {
            if !Entry::Service(service.id.clone()).clusters(program, caller).contains(cluster) {
                continue;
            }
            for port in service.ports.iter().filter(|port| port.protocol.is_http()) {
                let names = [service.id.to_string(), number(port), caller.to_string()];
                let https = port.protocol == Protocol::Https;
                add(2, names, Way::Call(service, port.number, https, caller.clone()));
            }
        }
    }
}

fn outbound<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    callers: &[Caller],
    add: &mut impl FnMut(u8, [String; 3], Way<'a>),
) {
    for external in program.externals.values() {
        for caller in
            callers.iter().filter(|caller| matches!(caller, Caller::Service(_) | Caller::Identity(_)))
        {
            if !Entry::Outbound.clusters(program, caller).contains(cluster) {
                continue;
            }
            for port in external.ports.iter().filter(|port| port.protocol.is_http()) {
                let names = [external.id.to_string(), number(port), caller.to_string()];
                let https = port.protocol == Protocol::Https;
                add(3, names, Way::Outbound(external, port.number, https, caller.clone()));
            }
        }
    }
}

/// A port, so that texts sort as numbers do.
fn number(port: &Port) -> String {
    format!("{:05} {:?}", port.number, port.protocol)
}

impl std::fmt::Display for Opening<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.way {
            Way::Listener(gateway, listener) => write!(f, "{}.{}", gateway.id, listener.name)?,
            Way::Hosts(gateway, listener, HostPattern::Any, without) if !without.is_empty() => {
                write!(f, "{}.{} for all other hosts", gateway.id, listener.name)?;
            }
            Way::Hosts(gateway, listener, host, _) => {
                write!(f, "{}.{} for \"{host}\"", gateway.id, listener.name)?;
            }
            Way::Call(service, port, _, caller) => {
                write!(f, "calls of {}", service.id)?;
                if service.ports.len() > 1 {
                    write!(f, " on port {port}")?;
                }
                write!(f, " {}", from(caller))?;
            }
            Way::Outbound(external, port, _, caller) => {
                write!(f, "calls of {} on port {port} {}", external.id, from(caller))?;
            }
        }
        Ok(())
    }
}

fn from(caller: &Caller) -> String {
    match caller {
        Caller::Outside => "from outside the mesh".to_owned(),
        caller => format!("from {caller}"),
    }
}
