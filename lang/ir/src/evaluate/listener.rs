//! Step 1: which listener of a gateway takes a request.

use super::walk::{Decider, Ended, Passing, Walk};
use super::{Refusal, StepKind};
use crate::{Gateway, Listener, ListenerProtocol, NamePattern, Predicate, Test, TextAttribute, TextTest};
use gloo_domain::{HostPattern, Specificity};

/// The name of a listener in traces.
pub(crate) fn decider(gateway: &Gateway, listener: &Listener) -> Decider {
    Decider::at(format!("{}.{}", gateway.id, listener.name), listener.place)
}

/// The listener by port, with TLS by the server name alone. The certificate that its client shows is held against what
/// it asks for, and forgotten where it asks for none.
pub(crate) fn choose<'g>(
    walk: &mut Walk<'_>,
    gateway: &'g Gateway,
    passing: &mut Passing,
) -> Result<&'g Listener, Ended> {
    let of_gateway = Decider::at(gateway.id.to_string(), gateway.place);
    let port = passing.seen.port;
    let tls = passing.seen.https;
    let fits = |listener: &&Listener| match listener.protocol {
        ListenerProtocol::Http | ListenerProtocol::Tcp => !tls,
        ListenerProtocol::Https | ListenerProtocol::Tls => tls,
    };
    let at_port: Vec<&Listener> =
        gateway.listeners.iter().filter(|listener| listener.port == port).filter(fits).collect();
    if at_port.is_empty() {
        let kind = if tls { "TLS" } else { "plain text" };
        let says = format!("no listener takes {kind} on port {port}");
        return Err(walk.deny(StepKind::Listener, &of_gateway, Refusal::NoConnection, says));
    }
    let asked = if tls { passing.seen.sni.clone() } else { passing.seen.host.clone() };
    let asked = asked.map(|name| super::normalise::host(&name));
    for pattern in at_port.iter().flat_map(|listener| &listener.hosts) {
        let covers = asked.as_deref().is_some_and(|name| pattern.contains(name));
        passing.seen.note(walk.program, || names(pattern, tls), covers);
    }
    let covering =
        at_port.iter().filter_map(|listener| Some((covers(listener, asked.as_deref())?, *listener)));
    let chosen = covering.max_by_key(|(specificity, _)| *specificity).map(|(_, listener)| listener);
    // Without TLS there is a connection already; that no host covers the request is said once it is read.
    let chosen = chosen.or_else(|| at_port.first().copied().filter(|_| !tls));
    let Some(listener) = chosen else {
        let says = match asked {
            Some(name) => format!("no listener on port {port} takes the server name `{name}`"),
            None => format!("no listener on port {port} takes TLS without a server name"),
        };
        return Err(walk.deny(StepKind::Listener, &of_gateway, Refusal::NoConnection, says));
    };
    check_certificate(walk, gateway, listener, passing)?;
    walk.record.encrypted &= tls;
    let name = passing.seen.sni.as_deref().map(|name| format!(", server name `{name}`")).unwrap_or_default();
    let says = format!("{} on port {port}{name}", listener.protocol.word());
    walk.step(StepKind::Listener, &decider(gateway, listener), says);
    Ok(listener)
}

/// How exactly a listener serves a host; nothing if it doesn't.
pub(crate) fn covers(listener: &Listener, host: Option<&str>) -> Option<Specificity> {
    if listener.hosts.is_empty() {
        return Some(Specificity::Any);
    }
    let covering = listener.hosts.iter().filter(|served| match host {
        Some(host) => served.contains(host),
        None => matches!(served, HostPattern::Any),
    });
    covering.map(HostPattern::specificity).max()
}

/// Whether a request names a host of the pattern: with TLS by its server name, else by its host.
pub(crate) fn names(pattern: &HostPattern, tls: bool) -> Predicate {
    let name = |asked| Predicate::Test(Test::Text(TextAttribute::ServerName, asked));
    match pattern {
        _ if !tls => Predicate::Test(Test::Host(vec![pattern.clone()])),
        HostPattern::Any => name(TextTest::Present),
        HostPattern::Wildcard(below) => name(TextTest::EndsWith(format!(".{below}"))),
        HostPattern::Exact(one) => name(TextTest::Equals(vec![one.to_string()])),
    }
}

/// Whether the client's certificate has one of these names; any name, if there are none.
fn named(patterns: &[NamePattern]) -> Predicate {
    let attributes = [TextAttribute::ClientCertificateUri, TextAttribute::ClientCertificateDns];
    let tests = attributes.into_iter().flat_map(|attribute| {
        let asked = |test| Predicate::Test(Test::Text(attribute.clone(), test));
        let of_pattern = |pattern: &NamePattern| match pattern {
            NamePattern::Exactly(one) => vec![asked(TextTest::Equals(vec![one.clone()]))],
            NamePattern::Below(base) => vec![
                asked(TextTest::Equals(vec![base.clone()])),
                asked(TextTest::StartsWith(format!("{base}/"))),
            ],
        };
        if patterns.is_empty() {
            vec![asked(TextTest::Present)]
        } else {
            patterns.iter().flat_map(of_pattern).collect::<Vec<_>>()
        }
    });
    Predicate::Any(tests.collect())
}

fn check_certificate(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    listener: &Listener,
    passing: &mut Passing,
) -> Result<(), Ended> {
    let Some(asked) = &listener.client_certificate else {
        passing.seen.has_no_certificate();
        return Ok(());
    };
    passing.seen.note(walk.program, || named(&[]), passing.seen.certificate.is_some());
    if !asked.names.is_empty()
        && let Some(shown) = &passing.seen.certificate
    {
        let accepted = shown.names().any(|name| asked.names.iter().any(|pattern| pattern.contains(name)));
        passing.seen.note(walk.program, || named(&asked.names), accepted);
    }
    let says = match &passing.seen.certificate {
        None if asked.required => "the client shows no certificate",
        Some(shown) if !asked.names.is_empty() => {
            if shown.names().any(|name| asked.names.iter().any(|pattern| pattern.contains(name))) {
                return Ok(());
            }
            "no name of the client's certificate is accepted"
        }
        _ => return Ok(()),
    };
    let decider = Decider::at(format!("{}.{}", gateway.id, listener.name), asked.place);
    Err(walk.deny(StepKind::Listener, &decider, Refusal::NoConnection, says))
}
