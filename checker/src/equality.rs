//! Whether what a target does, as its reader says, is what the program says.

mod tables;

use crate::difference::{Change, EntryComparison, diff_at};
use crate::entrance::Way;
use gloo_ir::{
    AddressAttribute, Attachment, Backend, ClientAddress, Gateway, Listener, ListenerProtocol, Match,
    Predicate, Program, Scope, Scoped, Service, Table, Test,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use tables::{Tables, equal_kinds};

/// What came of holding a program against what was read.
#[derive(Clone, Debug)]
pub struct Equality {
    /// The entries that were gone through, with what differs.
    pub entries: Vec<EntryComparison>,
    /// Settings that differ and that no request shows, in words.
    pub settings: Vec<String>,
}

impl Equality {
    /// Whether all is equal for every request.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.settings.is_empty() && self.entries.iter().all(|entry| entry.change == Change::Equal)
    }

    /// How many kinds of requests were looked at.
    #[must_use]
    pub fn regions(&self) -> usize {
        self.entries.iter().map(|entry| entry.regions).sum()
    }
}

/// Holds a program of one cluster against what was read of that cluster: at all its gateways, and, where services have
/// proxies of their own that the target configures, at those that ask something of their callers. Which instance of a
/// service a request goes to, so a rule's `hash` too, is not compared, nor where tables for calls between services send them.
#[must_use]
pub fn equality(program: &Program, read: &Program) -> Equality {
    let (program, read) = (&comparable(program), &comparable(read));
    let tables = Tables::of(program).zip(Tables::of(read));
    let is_gateway = |way: &Way<'_>| way.gateway().is_some();
    let comparison = diff_at(program, read, is_gateway, |diagrams, opening| {
        // Without a table every connection is refused, whatever it begins with.
        if let Way::Listener(gateway, listener) = &opening.way
            && [program, read].iter().all(|one| is_idle(one, gateway, listener))
        {
            return Some(1);
        }
        let (own, other) = tables.as_ref()?;
        // What is beyond the limits as a whole may be within them request by request.
        equal_kinds(diagrams, opening, [(program, own), (read, other)]).ok().flatten()
    });
    let mut entries = comparison.entries;
    entries.extend(calls(program, read));
    Equality { entries, settings: settings(program, read) }
}

/// Calls of the services that ask something of their callers.
fn calls(program: &Program, read: &Program) -> Vec<EntryComparison> {
    let has_proxies = |cluster: &Arc<gloo_ir::Cluster>| matches!(*cluster.backend, Backend::Istio { .. });
    if !program.clusters.values().all(has_proxies) {
        return Vec::new();
    }
    let read = &with_travel_of(program, read);
    let is_guarded = |way: &Way<'_>| match way {
        Way::Call(service, ..) => [program, read].iter().any(|one| asks(one, service)),
        _ => false,
    };
    diff_at(program, read, is_guarded, |_, _| None).entries
}

/// Whether a service, or what it is part of, has policies or access blocks.
fn asks(program: &Program, service: &Service) -> bool {
    let speaks = |targets: &[Scoped]| {
        targets.iter().any(|target| match &target.scope {
            Scope::Mesh => true,
            Scope::Namespace(namespace) => *namespace == service.namespace,
            Scope::Service(own) => *own == service.id,
            _ => false,
        })
    };
    program.policies.values().any(|policy| speaks(&policy.targets))
        || program.access.iter().any(|access| speaks(&access.targets))
}

/// What was read, with the ways of calls between services as the program has them.
fn with_travel_of(program: &Program, read: &Program) -> Program {
    let mut read = read.clone();
    let is_mesh = |table: &&Arc<Table>| !matches!(table.attachment, Attachment::Gateway { .. });
    let ways = program.tables.values().filter(is_mesh);
    read.tables.extend(ways.map(|table| (table.id.clone(), table.clone())));
    read.traffic.clone_from(&program.traffic);
    read
}

/// Whether a listener has no table.
fn is_idle(program: &Program, own: &Gateway, listener: &Listener) -> bool {
    !program.tables.values().any(|table| match &table.attachment {
        Attachment::Gateway { gateway, listeners, .. } => {
            *gateway == own.id && listeners.contains(&listener.name)
        }
        Attachment::Mesh { .. } | Attachment::Delegated => false,
    })
}

/// A program without what is not compared, and with one word for what is the same: where nobody stands between clients and
/// gateways, the direct peer is the client.
fn comparable(program: &Program) -> Program {
    let mut program = program.clone();
    let is_direct = |gateway: &Arc<Gateway>| {
        matches!(gateway.client_address.value, ClientAddress::Direct | ClientAddress::Hops(0))
    };
    let is_direct = program.gateways.values().all(is_direct);
    for table in program.tables.values_mut() {
        let is_mesh = matches!(table.attachment, Attachment::Mesh { .. });
        if table.rules.iter().any(|rule| rule.options.hash.is_some()) {
            Arc::make_mut(table).rules.iter_mut().for_each(|rule| rule.options.hash = None);
        }
        if is_direct && !is_mesh && table.rules.iter().any(|rule| asks_for_peer(&rule.matches)) {
            Arc::make_mut(table).rules.iter_mut().for_each(|rule| by_client(&mut rule.matches));
        }
    }
    if is_direct {
        for access in program.access.iter_mut().filter(|access| is_at_gateway(&access.targets)) {
            Arc::make_mut(access).rules.iter_mut().for_each(|rule| ask_client(&mut rule.condition));
        }
        for policy in program.policies.values_mut().filter(|policy| is_at_gateway(&policy.targets)) {
            Arc::make_mut(policy).clauses.iter_mut().for_each(|clause| ask_client(&mut clause.condition));
        }
    }
    program
}

fn is_at_gateway(targets: &[Scoped]) -> bool {
    let at_gateway = |scope: &Scope| {
        matches!(scope, Scope::Gateway(_) | Scope::Listener(..) | Scope::Table(_) | Scope::Rule(..))
    };
    targets.iter().all(|target| at_gateway(&target.scope))
}

fn condition(matches: &Match) -> Option<&Predicate> {
    match matches {
        Match::Http { condition, .. } | Match::Grpc { condition, .. } | Match::Connection { condition } => {
            Some(condition)
        }
        Match::Otherwise => None,
    }
}

fn asks_for_peer(matches: &Match) -> bool {
    let mut asks = false;
    if let Some(condition) = condition(matches) {
        condition.each_test(&mut |test| {
            asks |= matches!(test, Test::Address(AddressAttribute::Source, _));
        });
    }
    asks
}

/// Asks for the client's address where the direct peer's was asked for.
fn by_client(matches: &mut Match) {
    if let Match::Http { condition, .. } | Match::Grpc { condition, .. } | Match::Connection { condition } =
        matches
    {
        ask_client(condition);
    }
}

fn ask_client(predicate: &mut Predicate) {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter_mut().for_each(ask_client),
        Predicate::Not(part) => ask_client(part),
        Predicate::Test(Test::Address(attribute, _)) => *attribute = AddressAttribute::Client,
        Predicate::Test(_) => {}
    }
}

fn settings(program: &Program, read: &Program) -> Vec<String> {
    let mut found = Vec::new();
    for gateway in program.gateways.values() {
        match read.gateways.get(&gateway.id) {
            Some(own) => of_gateway((program, gateway), (read, own), &mut found),
            None => found.push(format!("there is no gateway `{}`", gateway.id)),
        }
    }
    for provider in read.providers.values() {
        if program.providers.get(&provider.id).is_none_or(|said| said.kind != provider.kind) {
            found.push(format!("the provider `{}` is another than the declared one", provider.id));
        }
    }
    found
}

fn of_gateway(
    (program, said): (&Program, &Gateway),
    (what, read): (&Program, &Gateway),
    found: &mut Vec<String>,
) {
    if said.client_address.value != read.client_address.value {
        found.push(format!("`{}` knows the client's address otherwise", said.id));
    }
    for listener in &said.listeners {
        match read.listener(&listener.name) {
            Some(own)
                if !listener.protocol.is_http()
                    && is_idle(program, said, listener)
                    && is_idle(what, read, own) =>
            {
                if own.port != listener.port {
                    found.push(format!("the port of `{}.{}` differs", said.id, listener.name));
                }
            }
            Some(own) => of_listener(said, listener, own, found),
            None => found.push(format!("`{}` has no listener `{}`", said.id, listener.name)),
        }
    }
    for other in read.listeners.iter().filter(|other| said.listener(&other.name).is_none()) {
        found.push(format!("`{}` has a listener `{}` that isn't declared", said.id, other.name));
    }
}

fn of_listener(gateway: &Gateway, said: &Listener, read: &Listener, found: &mut Vec<String>) {
    let secret = |listener: &Listener| listener.certificate.as_ref().map(|secret| secret.name.clone());
    let client = |listener: &Listener| {
        let client = listener.client_certificate.as_ref()?;
        let names: BTreeSet<_> = client.names.iter().cloned().collect();
        Some((client.required, client.ca.name.clone(), names))
    };
    let hosts = |listener: &Listener| {
        // Of connections that are passed through, those that no table is for are refused, whatever the listener serves.
        let is_told_by_name = listener.protocol == ListenerProtocol::Https;
        is_told_by_name.then(|| listener.hosts.iter().cloned().collect::<BTreeSet<_>>())
    };
    let mut hold = |what: &str, is_equal: bool| {
        if !is_equal {
            found.push(format!("the {what} of `{}.{}` differs", gateway.id, said.name));
        }
    };
    hold("protocol", said.protocol == read.protocol);
    hold("port", said.port == read.port);
    hold("certificate", secret(said) == secret(read));
    hold("oldest TLS", said.min_tls == read.min_tls);
    hold("ALPN", said.protocol != ListenerProtocol::Https || said.alpn == read.alpn);
    hold("certificate asked of clients", client(said) == client(read));
    hold("server names", hosts(said) == hosts(read));
}
