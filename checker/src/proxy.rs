//! The proxies where access is decided, and the requests that can come to each.

use crate::atoms::Sources;
use gloo_domain::{HostPattern, PortSet};
use gloo_ir::evaluate::{Caller, Credential, Entry, Request};
use gloo_ir::normal_form::Witness;
use gloo_ir::{
    Access, ClusterId, Gateway, GatewayKind, Listener, ListenerProtocol, Mtls, Predicate, Program, Protocol,
    Scope, Service, SourcePattern, Test, TextAttribute, TextTest,
};

/// A proxy of a cluster, and one kind of what comes to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proxy<'a> {
    /// The program.
    pub program: &'a Program,
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// Whose proxy it is.
    pub of: ProxyOf<'a>,
    /// Whether HTTP messages come to it, or connections of which nobody reads the bytes.
    pub is_message: bool,
}

/// Whose proxy it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ProxyOf<'a> {
    /// A service's own.
    Service(&'a Service),
    /// A listener of a gateway that takes requests in.
    Listener(&'a Gateway, &'a Listener),
    /// A gateway by which requests leave.
    Egress(&'a Gateway),
}

/// All proxies of a program, cluster by cluster: of its services, then of its gateways.
pub(crate) fn proxies(program: &Program) -> Vec<Proxy<'_>> {
    let mut all = Vec::new();
    for cluster in program.clusters.keys() {
        let mut add = |of, is_message| all.push(Proxy { program, cluster, of, is_message });
        for service in program.services.values().filter(|service| service.clusters.contains(cluster)) {
            for is_message in [true, false] {
                if service.ports.iter().any(|port| port.protocol.is_http() == is_message) {
                    add(ProxyOf::Service(service), is_message);
                }
            }
        }
        for gateway in program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster)) {
            if gateway.kind == GatewayKind::Egress {
                add(ProxyOf::Egress(gateway), true);
                continue;
            }
            for listener in gateway.listeners.iter().filter(|listener| !listener.redirect_https) {
                add(ProxyOf::Listener(gateway, listener), listener.protocol.is_http());
            }
        }
    }
    all
}

impl<'a> Proxy<'a> {
    /// Whether an access block speaks of it.
    pub fn is_covered_by(&self, access: &Access) -> bool {
        let scopes = self.scopes();
        access.targets.iter().any(|target| {
            scopes.contains(&target.scope) && target.cluster.as_ref().is_none_or(|only| only == self.cluster)
        })
    }

    fn scopes(&self) -> Vec<Scope> {
        match self.of {
            ProxyOf::Service(service) => {
                vec![
                    Scope::Mesh,
                    Scope::Namespace(service.namespace.clone()),
                    Scope::Service(service.id.clone()),
                ]
            }
            ProxyOf::Listener(gateway, listener) if self.is_message => {
                let of_listener = Scope::Listener(gateway.id.clone(), listener.name.clone());
                vec![Scope::Gateway(gateway.id.clone()), of_listener]
            }
            ProxyOf::Listener(gateway, _) | ProxyOf::Egress(gateway) => {
                vec![Scope::Gateway(gateway.id.clone())]
            }
        }
    }

    /// Who can be the source there.
    pub fn sources(&self) -> Sources {
        match self.of {
            ProxyOf::Listener(..) => Sources::Outside,
            _ if self.program.mtls(self.cluster) == Mtls::Off => Sources::Outside,
            ProxyOf::Service(_) | ProxyOf::Egress(_) => {
                Sources::Accounts(self.program.clusters.keys().cloned().collect())
            }
        }
    }

    /// Whether callers without identity get in.
    pub fn takes_strangers(&self) -> bool {
        let is_strict = self.program.mtls(self.cluster) == Mtls::Strict;
        !(matches!(self.of, ProxyOf::Service(_)) && is_strict)
    }

    /// What all requests there have in common, as far as predicates say it; of what tells entries apart, only if they
    /// are `asked`.
    pub fn scope(&self, asked: bool) -> Predicate {
        let mut all = Vec::new();
        if !self.takes_strangers() {
            all.push(not(Predicate::Test(Test::Source(vec![SourcePattern::Outside]))));
        }
        if asked {
            all.extend(self.entry());
        }
        Predicate::All(all)
    }

    fn entry(&self) -> Vec<Predicate> {
        let mut all = Vec::new();
        let text = |attribute, test| Predicate::Test(Test::Text(attribute, test));
        let absent = |attribute| not(text(attribute, TextTest::Present));
        let at = |port: u16, https: bool| {
            let scheme = Predicate::Test(Test::SchemeIsHttps);
            let port = Predicate::Test(Test::Port(PortSet::port(port)));
            port.and(if https { scheme } else { not(scheme) })
        };
        match self.of {
            ProxyOf::Service(service) => {
                let ports = service.ports.iter().filter(|port| port.protocol.is_http() == self.is_message);
                let ports = ports.map(|port| at(port.number, port.protocol == Protocol::Https));
                all.push(Predicate::Any(ports.collect()));
                all.push(absent(TextAttribute::ServerName));
                all.push(absent(TextAttribute::ClientCertificateUri));
                all.push(absent(TextAttribute::ClientCertificateDns));
            }
            ProxyOf::Listener(_, listener) => {
                all.push(at(listener.port, is_tls(listener)));
                if self.is_message && !listener.hosts.is_empty() {
                    all.push(Predicate::Test(Test::Host(listener.hosts.clone())));
                }
                if !is_tls(listener) {
                    all.push(absent(TextAttribute::ServerName));
                }
                if listener.client_certificate.is_none() {
                    all.push(absent(TextAttribute::ClientCertificateUri));
                    all.push(absent(TextAttribute::ClientCertificateDns));
                }
            }
            ProxyOf::Egress(_) => {}
        }
        all
    }

    /// What a predicate asks of what comes there: of a connection, no test of a message holds.
    pub fn seen(&self, predicate: &Predicate) -> Predicate {
        let each = |parts: &[Predicate]| parts.iter().map(|part| self.seen(part)).collect();
        match predicate {
            Predicate::All(parts) => Predicate::All(each(parts)),
            Predicate::Any(parts) => Predicate::Any(each(parts)),
            Predicate::Not(part) => not(self.seen(part)),
            Predicate::Test(test) if !self.is_message && is_of_message(test) => Predicate::Any(Vec::new()),
            Predicate::Test(test) => Predicate::Test(test.clone()),
        }
    }

    /// The request that has what a witness asks for, as it is and with whatever providers ask for, each with a cluster
    /// where it begins: one of them comes to this proxy, unless something on its way decides otherwise.
    pub fn requests(&self, witness: &Witness) -> Vec<(&'a ClusterId, Request)> {
        let program = self.program;
        let mut request = match self.of {
            ProxyOf::Service(service) => {
                let mut ports =
                    service.ports.iter().filter(|port| port.protocol.is_http() == self.is_message);
                let port = ports.find(|port| witness.port.is_none_or(|asked| asked == port.number));
                let (number, https) =
                    port.map_or((80, false), |port| (port.number, port.protocol == Protocol::Https));
                let entry = Entry::Service(service.id.clone());
                Request::of_witness(entry, witness, &service.name, number, https)
            }
            ProxyOf::Listener(gateway, listener) => {
                let entry = Entry::Gateway(gateway.id.clone());
                let host = some_host(listener.hosts.first());
                Request::of_witness(entry, witness, &host, listener.port, is_tls(listener))
            }
            ProxyOf::Egress(gateway) => {
                let through =
                    program.externals.values().find(|one| one.through.as_ref() == Some(&gateway.id));
                let host = some_host(through.and_then(|external| external.hosts.first()));
                let port = through.and_then(|external| external.ports.first());
                let port = port.map_or((443, true), |port| (port.number, port.protocol == Protocol::Https));
                Request::of_witness(Entry::Outbound, witness, &host, port.0, port.1)
            }
        };
        if !self.is_message {
            request.message = None;
        }
        let mut trusted = request.clone();
        for provider in program.providers.keys() {
            trusted.credentials.insert(provider.clone(), Credential::Valid);
        }
        let is_listener = matches!(self.of, ProxyOf::Listener(..));
        let others = program.clusters.keys().filter(|cluster| !is_listener && *cluster != self.cluster);
        let begins = std::iter::once(self.cluster).chain(others);
        let begins = begins.filter(|cluster| is_listener || is_placed(program, &request.caller, cluster));
        let both = |cluster| [(cluster, request.clone()), (cluster, trusted.clone())];
        begins.flat_map(both).collect()
    }
}

impl std::fmt::Display for Proxy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.of {
            ProxyOf::Service(service) => write!(f, "{}", service.id),
            ProxyOf::Listener(gateway, _) | ProxyOf::Egress(gateway) => write!(f, "{}", gateway.id),
        }
    }
}

fn is_placed(program: &Program, caller: &Caller, cluster: &ClusterId) -> bool {
    match caller {
        Caller::Service(id) => program.services.get(id).is_some_and(|one| one.clusters.contains(cluster)),
        Caller::Gateway(id) => program.gateways.get(id).is_some_and(|one| one.clusters.contains(cluster)),
        Caller::Outside | Caller::Identity(_) => true,
    }
}

fn some_host(pattern: Option<&HostPattern>) -> String {
    match pattern {
        Some(HostPattern::Exact(name)) => name.to_string(),
        Some(HostPattern::Wildcard(name)) => format!("www.{name}"),
        Some(HostPattern::Any) | None => "www.example.com".to_owned(),
    }
}

fn is_tls(listener: &Listener) -> bool {
    matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
}

fn is_of_message(test: &Test) -> bool {
    match test {
        Test::Method(_) | Test::Path(_) | Test::Host(_) | Test::HostMatches(_) => true,
        Test::Text(attribute, _) => matches!(
            attribute,
            TextAttribute::Header(_)
                | TextAttribute::Query(_)
                | TextAttribute::Cookie(_)
                | TextAttribute::Claim { .. }
        ),
        _ => false,
    }
}

pub(crate) fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}
