//! gRPC needs HTTP/2 all the way, so a rule for it goes to a port that speaks that.

use crate::{
    Action, Destination, Match, Port, Program, Protocol, Scope, ServiceId, Target, Traffic, UpstreamProtocol,
};
use gloo_source::{Code, Diagnostic, Place};

/// Reports the destinations of `grpc` rules whose port speaks HTTP/1.1, unless a traffic block says otherwise.
pub(super) fn destinations(program: &Program) -> Vec<Diagnostic<Place>> {
    let rules = program.tables.values().flat_map(|table| &table.rules);
    let calls = rules.filter(|rule| matches!(rule.matches, Match::Grpc { .. }));
    let shares = calls.filter_map(|rule| match &rule.action.value {
        Action::Forward(shares) => Some(shares),
        Action::Redirect(_) | Action::Respond(_) | Action::Delegate(_) => None,
    });
    shares.flatten().filter_map(|share| wrong(program, &share.destination)).collect()
}

fn wrong(program: &Program, destination: &Destination) -> Option<Diagnostic<Place>> {
    let (name, ports) = match &destination.target {
        Target::Service { service, .. } => (service.to_string(), &program.services.get(service)?.ports),
        Target::External(external) => (external.to_string(), &program.externals.get(external)?.ports),
    };
    let port = ports.iter().find(|port| port.name == destination.port)?;
    if port.protocol != Protocol::Http || program.traffic.iter().any(|it| makes_h2(it, program, destination))
    {
        return None;
    }
    let Port { name: port_name, number, place, .. } = port;
    let message = format!("gRPC needs HTTP/2, and the port `{port_name}` of `{name}` speaks http");
    let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, destination.place, message)
        .label(*place, "the port is declared here")
        .help(format!(
            "declare it as `port grpc: {number}`, or write `protocol: h2` in `traffic` for `{name}`"
        ));
    Some(diagnostic)
}

/// Whether a traffic block says that HTTP/2 is spoken to the destination.
fn makes_h2(traffic: &Traffic, program: &Program, destination: &Destination) -> bool {
    let covers = |scope: &Scope| match (scope, &destination.target) {
        (Scope::Mesh, Target::Service { .. }) => true,
        (Scope::Namespace(namespace), Target::Service { service, .. }) => is_in(program, service, namespace),
        (Scope::Service(covered), Target::Service { service, .. }) => covered == service,
        (Scope::External(covered), Target::External(external)) => covered == external,
        _ => false,
    };
    let is_h2 = traffic.protocol.as_ref().is_some_and(|protocol| protocol.value == UpstreamProtocol::H2);
    is_h2 && traffic.targets.iter().any(|target| covers(&target.scope))
}

fn is_in(program: &Program, service: &ServiceId, namespace: &crate::NamespaceId) -> bool {
    program.services.get(service).is_some_and(|service| service.namespace == *namespace)
}
