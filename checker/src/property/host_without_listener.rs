//! Tables for hosts whose requests come to no listener that they are on.
//!
//! That no listener has the host at all is an error of the language (GL3008).

use crate::entrance::Way;
use crate::witness::command_line;
use gloo_domain::{HostPattern, Specificity};
use gloo_ir::evaluate::{Request, StepKind, decide};
use gloo_ir::normal_form::Witness;
use gloo_ir::{At, Attachment, ClusterId, Gateway, Listener, Program, Table};
use gloo_source::{Code, Diagnostic, Place};

/// The hosts of tables that nobody comes to: every listener that could serve them answers with a redirect to https, or
/// leaves those connections to another listener of its port, whose hosts name them more exactly.
pub(crate) fn host_without_listener(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for table in program.tables.values() {
        let Attachment::Gateway { gateway, listeners, hosts, clusters } = &table.attachment else { continue };
        let Some((gateway, cluster)) = program.gateways.get(gateway).zip(clusters.first()) else { continue };
        let own: Vec<&Listener> =
            gateway.listeners.iter().filter(|listener| listeners.contains(&listener.name)).collect();
        for host in hosts {
            let serving: Vec<&Listener> =
                own.iter().copied().filter(|listener| exactness(listener, host).is_some()).collect();
            findings.extend(lost(program, (cluster, gateway, table), host, &serving));
        }
    }
    findings
}

/// How exactly a listener names every host of a pattern.
fn exactness(listener: &Listener, host: &HostPattern) -> Option<Specificity> {
    listener.hosts.iter().filter(|own| own.covers(host)).map(HostPattern::specificity).max()
}

fn lost(
    program: &Program,
    (cluster, gateway, table): (&ClusterId, &Gateway, &Table),
    host: &At<HostPattern>,
    serving: &[&Listener],
) -> Option<Diagnostic<Place>> {
    let message = format!("no request for `{}` comes to `{}`", host.value, table.id);
    let finding = Diagnostic::new(Code::HOST_WITHOUT_LISTENER, host.at, message);
    let takers: Vec<&Listener> =
        serving.iter().map(|listener| taker(gateway, listener, host)).collect::<Option<_>>()?;
    let first = takers.first()?;
    let request = request(gateway, first, host);
    let trace = decide(program, cluster, &request);
    let is_routed = trace.steps.iter().any(|step| step.step == StepKind::Route && is_of(table, step.place));
    let is_taken = trace.steps.iter().any(|step| step.place == Some(first.place));
    if is_routed || !is_taken {
        return None;
    }
    let finding = if first.redirect_https {
        finding
            .saying("only a listener that redirects serves it")
            .label(first.place, "this answers everything with a redirect to https")
            .help("add a listener for https that serves the host, or delete the table")
    } else {
        finding
            .saying("another listener of the port takes its connections")
            .label(first.place, "TLS with that server name comes here")
            .help(format!("put the table on `{}.{}`", gateway.id, first.name))
    };
    Some(finding.request(command_line(program, cluster, &request)))
}

/// The listener to which connections for a host go instead of this one; itself, where it sends nothing on.
fn taker<'g>(gateway: &'g Gateway, listener: &'g Listener, host: &HostPattern) -> Option<&'g Listener> {
    if listener.redirect_https {
        return Some(listener);
    }
    let own = exactness(listener, host);
    let others = gateway.listeners.iter().filter(|other| other.port == listener.port);
    others.filter(|other| exactness(other, host) > own).max_by_key(|other| exactness(other, host))
}

fn request(gateway: &Gateway, listener: &Listener, host: &HostPattern) -> Request {
    let name = match host {
        HostPattern::Exact(name) => name.to_string(),
        HostPattern::Wildcard(name) => format!("www.{name}"),
        HostPattern::Any => "www.example.com".to_owned(),
    };
    let witness = Witness { host: Some(name), ..Witness::default() };
    Way::Listener(gateway, listener).request(&witness)
}

fn is_of(table: &Table, place: Option<Place>) -> bool {
    place == Some(table.place) || table.rules.iter().any(|rule| place == Some(rule.place))
}
