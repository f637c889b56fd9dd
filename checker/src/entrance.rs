//! Where requests can enter: the listeners of gateways, the services that somebody calls, and the proxies of those who
//! call hosts outside.

use gloo_domain::{HostPattern, PortSet};
use gloo_ir::evaluate::{Attributes, Caller, Entry, Request, Source, meets_test};
use gloo_ir::normal_form::Witness;
use gloo_ir::{
    Attachment, ClusterId, External, Gateway, GatewayId, Listener, ListenerProtocol, Predicate, Program,
    Service, Table, Test, TextAttribute, TextTest,
};

/// A way in, on one cluster.
#[derive(Clone, Debug)]
pub(crate) enum Way<'a> {
    /// By a listener, from outside.
    Listener(&'a Gateway, &'a Listener),
    /// By a listener, from outside, for hosts that a pattern covers but for those that others do.
    Hosts(&'a Gateway, &'a Listener, HostPattern, Vec<HostPattern>),
    /// A call of a port of a service by somebody.
    Call(&'a Service, u16, bool, Caller),
    /// A call of a host outside by somebody.
    Outbound(&'a External, u16, bool, Caller),
}

impl Way<'_> {
    /// The gateway, where it is one.
    pub fn gateway(&self) -> Option<&GatewayId> {
        match self {
            Self::Listener(gateway, _) | Self::Hosts(gateway, ..) => Some(&gateway.id),
            Self::Call(..) | Self::Outbound(..) => None,
        }
    }

    /// Whether a table is one of those that its requests meet first.
    pub fn has(&self, table: &Table) -> bool {
        match (self, &table.attachment) {
            (Self::Listener(own, _), Attachment::Gateway { gateway, .. }) => own.id == *gateway,
            (Self::Hosts(own, _, host, _), Attachment::Gateway { gateway, hosts, .. }) => {
                own.id == *gateway && hosts.iter().any(|one| one.value == *host)
            }
            (Self::Call(service, ..), Attachment::Mesh { services, .. }) => {
                services.iter().any(|one| one.value == service.id)
            }
            _ => false,
        }
    }

    /// What the requests have in common of what predicates can ask; the source is known already.
    pub fn scope(&self, condition: &Predicate, program: &Program, cluster: &ClusterId) -> Predicate {
        let (port, https) = match self {
            Self::Listener(_, listener) | Self::Hosts(_, listener, ..) => (listener.port, is_tls(listener)),
            Self::Call(_, port, https, _) | Self::Outbound(_, port, https, _) => (*port, *https),
        };
        let is_https = Predicate::Test(Test::SchemeIsHttps);
        let scheme = if https { is_https } else { Predicate::Not(Box::new(is_https)) };
        let source = match self {
            Self::Listener(..) | Self::Hosts(..) => Source::Account(None),
            Self::Call(_, _, _, caller) | Self::Outbound(_, _, _, caller) => {
                Source::Deployed { caller: caller.clone(), cluster: cluster.clone() }
            }
        };
        let hosts = match self {
            Self::Hosts(_, _, host, without) => hosts(vec![host.clone()], without.clone()),
            Self::Outbound(external, ..) => hosts(external.hosts.clone(), Vec::new()),
            Self::Listener(..) | Self::Call(..) => Predicate::always(),
        };
        let port = Predicate::Test(Test::Port(PortSet::port(port)));
        port.and(scheme).and(hosts).and(self.absent()).and(sourced(program, condition, &source))
    }

    /// What no request has that comes by a listener: a server name without TLS, a certificate that nobody asks for.
    fn absent(&self) -> Predicate {
        let (Self::Listener(_, listener) | Self::Hosts(_, listener, ..)) = self else {
            return Predicate::always();
        };
        let mut absent = Vec::new();
        if !is_tls(listener) {
            absent.push(TextAttribute::ServerName);
        }
        if listener.client_certificate.is_none() {
            absent.extend([TextAttribute::ClientCertificateUri, TextAttribute::ClientCertificateDns]);
        }
        let without = absent.into_iter().map(|attribute| {
            Predicate::Not(Box::new(Predicate::Test(Test::Text(attribute, TextTest::Present))))
        });
        Predicate::All(without.collect())
    }

    /// The request that has what was chosen.
    pub fn request(&self, witness: &Witness) -> Request {
        match self {
            Self::Listener(gateway, listener) | Self::Hosts(gateway, listener, ..) => {
                let host = witness.host.clone().unwrap_or_else(|| self.some_host());
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
            Self::Outbound(_, port, https, caller) => {
                let host = self.some_host();
                let mut request = Request::of_witness(Entry::Outbound, witness, &host, *port, *https);
                request.caller = caller.clone();
                request
            }
        }
    }

    fn some_host(&self) -> String {
        let pattern = match self {
            Self::Listener(_, listener) => listener.hosts.first(),
            Self::Hosts(_, _, host, _) => Some(host),
            Self::Outbound(external, ..) => external.hosts.first(),
            Self::Call(service, ..) => return service.name.clone(),
        };
        match pattern {
            Some(HostPattern::Exact(name)) => name.to_string(),
            Some(HostPattern::Wildcard(name)) => format!("www.{name}"),
            Some(HostPattern::Any) | None => "www.example.com".to_owned(),
        }
    }
}

/// The requests for some hosts but for others.
fn hosts(of: Vec<HostPattern>, without: Vec<HostPattern>) -> Predicate {
    let those =
        if of.contains(&HostPattern::Any) { Predicate::always() } else { Predicate::Test(Test::Host(of)) };
    if without.is_empty() {
        return those;
    }
    those.and(Predicate::Not(Box::new(Predicate::Test(Test::Host(without)))))
}

fn is_tls(listener: &Listener) -> bool {
    matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
}

/// The condition where the source is known.
pub(crate) fn sourced(program: &Program, condition: &Predicate, source: &Source) -> Predicate {
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
