//! Where requests can enter: the listeners of gateways, and the services that somebody calls.

use gloo_domain::{HostPattern, PortSet};
use gloo_ir::evaluate::Attributes;
use gloo_ir::evaluate::{Caller, Entry, Identity, Request, Source, meets_test};
use gloo_ir::normal_form::Witness;
use gloo_ir::{
    ClusterId, Gateway, Listener, ListenerProtocol, Mtls, Predicate, Program, Protocol, Service, Test,
};
use std::collections::BTreeMap;

/// A way in, on one cluster.
#[derive(Clone, Debug)]
pub(crate) enum Way<'a> {
    /// By a listener, from outside.
    Listener(&'a Gateway, &'a Listener),
    /// A call of a port of a service by somebody.
    Call(&'a Service, u16, bool, Caller),
}

impl Way<'_> {
    /// What the requests have in common of what predicates can ask; the source is known already.
    pub fn scope(&self, condition: &Predicate, program: &Program, cluster: &ClusterId) -> Predicate {
        let (port, https) = match self {
            Self::Listener(_, listener) => (listener.port, is_tls(listener)),
            Self::Call(_, port, https, _) => (*port, *https),
        };
        let is_https = Predicate::Test(Test::SchemeIsHttps);
        let scheme = if https { is_https } else { Predicate::Not(Box::new(is_https)) };
        let source = match self {
            Self::Listener(..) => Source::Account(None),
            Self::Call(_, _, _, caller) => {
                Source::Deployed { caller: caller.clone(), cluster: cluster.clone() }
            }
        };
        Predicate::Test(Test::Port(PortSet::port(port))).and(scheme).and(sourced(program, condition, &source))
    }

    /// The request that has what was chosen.
    pub fn request(&self, witness: &Witness) -> Request {
        match self {
            Self::Listener(gateway, listener) => {
                let host = witness.host.clone().unwrap_or_else(|| some_host(listener));
                let entry = Entry::Gateway(gateway.id.clone());
                let mut request = Request::of_witness(entry, witness, &host, listener.port, is_tls(listener));
                if !matches!(listener.protocol, ListenerProtocol::Http | ListenerProtocol::Https) {
                    request.message = None;
                }
                request
            }
            Self::Call(service, port, https, caller) => {
                let entry = Entry::Service(service.id.clone());
                let mut request = Request::of_witness(entry, witness, &service.name, *port, *https);
                request.caller = caller.clone();
                request
            }
        }
    }
}

fn is_tls(listener: &Listener) -> bool {
    matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
}

fn some_host(listener: &Listener) -> String {
    match listener.hosts.first() {
        Some(HostPattern::Exact(name)) => name.to_string(),
        Some(HostPattern::Wildcard(name)) => format!("www.{name}"),
        Some(HostPattern::Any) | None => "www.example.com".to_owned(),
    }
}

/// The condition where the source is known.
fn sourced(program: &Program, condition: &Predicate, source: &Source) -> Predicate {
    let each = |parts: &[Predicate]| parts.iter().map(|part| sourced(program, part, source)).collect();
    match condition {
        Predicate::All(parts) => Predicate::All(each(parts)),
        Predicate::Any(parts) => Predicate::Any(each(parts)),
        Predicate::Not(part) => Predicate::Not(Box::new(sourced(program, part, source))),
        Predicate::Test(test @ (Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_))) => {
            let mut seen = Attributes::of_connection(0);
            seen.source = source.clone();
            if meets_test(program, test, &seen) { Predicate::always() } else { Predicate::Any(Vec::new()) }
        }
        Predicate::Test(test) => Predicate::Test(test.clone()),
    }
}

/// The listeners of a gateway.
pub(crate) fn listeners<'a>(gateway: &'a Gateway) -> impl Iterator<Item = Way<'a>> {
    gateway.listeners.iter().map(move |listener| Way::Listener(gateway, listener))
}

/// The calls of a service on a cluster: each of its ports, by each of those who can call it and whom some test of the
/// program tells from the others.
pub(crate) fn calls<'a>(
    program: &Program,
    cluster: &ClusterId,
    service: &'a Service,
    wanted: impl Fn(&Source) -> bool,
) -> Vec<Way<'a>> {
    let callers = callers(program, cluster).into_iter().filter(|caller| {
        wanted(&Source::Deployed { caller: caller.clone(), cluster: cluster.clone() })
            && Entry::Service(service.id.clone()).clusters(program, caller).contains(cluster)
    });
    let callers: Vec<Caller> = callers.collect();
    let ports = service.ports.iter().filter(|port| port.protocol.is_http());
    let way = |port: u16, https: bool, caller: &Caller| Way::Call(service, port, https, caller.clone());
    ports
        .flat_map(|port| {
            let https = port.protocol == Protocol::Https;
            callers.iter().map(move |caller| way(port.number, https, caller))
        })
        .collect()
}

/// One of each kind of caller that the tests of the program tell apart, as deployed and by their accounts.
fn callers(program: &Program, cluster: &ClusterId) -> Vec<Caller> {
    let here = |placed: &std::collections::BTreeSet<ClusterId>| placed.contains(cluster);
    let mut all: Vec<Caller> = Vec::new();
    let services = program.services.values().filter(|service| here(&service.clusters));
    all.extend(services.map(|service| Caller::Service(service.id.clone())));
    let gateways = program.gateways.values().filter(|gateway| here(&gateway.clusters));
    all.extend(gateways.map(|gateway| Caller::Gateway(gateway.id.clone())));
    let namespaces = program.namespaces.values().filter(|namespace| here(&namespace.clusters));
    let domain = program.trust_domain(cluster);
    all.extend(namespaces.map(|one| Caller::Identity(Identity::of(domain, &one.name, "another-account"))));
    if program.mtls(cluster) != Mtls::Off {
        all.push(Caller::Identity(Identity::of("elsewhere.example", "elsewhere", "somebody")));
    }
    all.push(Caller::Outside);
    let tests = source_tests(program);
    let mut by_answers: BTreeMap<Vec<bool>, Caller> = BTreeMap::new();
    for caller in all {
        let deployed = Source::Deployed { caller: caller.clone(), cluster: cluster.clone() };
        let account = Source::Account(caller.identity(program, cluster));
        let mut answers: Vec<bool> = Vec::new();
        for source in [deployed, account] {
            let mut seen = Attributes::of_connection(0);
            seen.source = source;
            answers.push(seen.identity().is_some());
            answers.extend(tests.iter().map(|test| meets_test(program, test, &seen)));
        }
        by_answers.entry(answers).or_insert(caller);
    }
    by_answers.into_values().collect()
}

/// Every test of a source in the program.
fn source_tests(program: &Program) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    let mut add = |predicate: &Predicate| {
        predicate.each_test(&mut |test| {
            let is_of_source =
                matches!(test, Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_));
            if is_of_source && !tests.contains(test) {
                tests.push(test.clone());
            }
        });
    };
    for table in program.tables.values() {
        table.rules.iter().for_each(|rule| add(&gloo_ir::normal_form::predicate_of(&rule.matches)));
    }
    for clause in program.policies.values().flat_map(|policy| &policy.clauses) {
        add(&clause.condition);
    }
    for rule in program.access.iter().flat_map(|access| &access.rules) {
        add(&Predicate::Test(Test::Source(rule.sources.clone())));
        add(&rule.condition);
    }
    for claim in program.proofs.iter().flat_map(|proof| &proof.claims) {
        claim.scope.from.iter().for_each(|from| add(&Predicate::Test(Test::Source(from.clone()))));
        add(&claim.scope.condition);
    }
    tests
}
