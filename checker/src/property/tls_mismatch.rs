//! Calls of which one side speaks TLS, or mutual TLS, and the other doesn't.

use crate::crossing::{arrives, begun, can_cross, mtls_place, reached, some_call};
use crate::sample::samples;
use crate::table::destinations;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Refusal, Request, decide};
use gloo_ir::{
    At, Attachment, ClusterId, Destination, External, ExternalTls, Match, Mtls, Program, Protocol, Rule,
    Scope, Scoped, Service, Table, Target, TrafficTls,
};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};

/// The `tls` of traffic that services don't take, clusters without mutual TLS from which services that ask for it are
/// called, and rules that send plain text to the TLS port of a host outside. Each cause is shown once, by a call.
pub(crate) fn tls_mismatch(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut by_cause: BTreeMap<(Place, Place), Diagnostic<Place>> = BTreeMap::new();
    let says_tls = program.traffic.iter().any(|block| block.tls.is_some());
    let ways: BTreeSet<Mtls> = program.clusters.keys().map(|cluster| program.mtls(cluster)).collect();
    for service in program.services.values().filter(|_| says_tls || ways.len() > 1) {
        for from in program.clusters.keys() {
            let begun = begun(program, from, service).map(|(_, tls)| tls);
            for to in &service.clusters {
                let Some((places, finding)) = refused(program, (from, begun), service, to) else { continue };
                by_cause.entry(places).or_insert(finding);
            }
        }
    }
    let mut findings: Vec<Diagnostic<Place>> = by_cause.into_values().collect();
    findings.extend(plain_to_tls(program));
    findings
}

/// What is wrong with calls of a service between two clusters, and the places that contradict each other.
fn refused(
    program: &Program,
    (from, begun): (&ClusterId, Option<&At<TrafficTls>>),
    service: &Service,
    to: &ClusterId,
) -> Option<((Place, Place), Diagnostic<Place>)> {
    let (calling, called) = (program.mtls(from), program.mtls(to));
    let asked = mtls_place(program, to);
    let name = &service.id;
    match (begun, called) {
        (Some(At { value: TrafficTls::Mutual, at }), Mtls::Off) => {
            let message = format!("calls of `{name}` begin mutual TLS, and on `{to}` nobody ends it");
            let finding = Diagnostic::new(Code::TLS_MISMATCH, *at, message)
                .saying("this begins mutual TLS")
                .help(format!("leave `tls` out, or let `{to}` have `mtls: strict`"));
            let finding = match asked {
                Some(asked) => finding.label(asked, format!("`{to}` takes plain text")),
                None => finding.help("without a `mesh` there are no identities to show"),
            };
            Some(((*at, asked.unwrap_or(*at)), finding))
        }
        (Some(At { value: value @ (TrafficTls::Off | TrafficTls::Simple { .. }), at }), Mtls::Strict) => {
            let request = refusal(program, from, service)?;
            let word = if *value == TrafficTls::Off { "plain text" } else { "TLS without an identity" };
            let message = format!("calls of `{name}` are refused: they come without mutual TLS");
            let finding = Diagnostic::new(Code::TLS_MISMATCH, *at, message)
                .saying(format!("this sends {word}"))
                .label(asked?, format!("and `{to}` takes mutual TLS alone"))
                .help(format!("leave `tls` out, or let `{to}` have `mtls: permissive`"))
                .request(command_line(program, from, &request));
            Some(((*at, asked?), finding))
        }
        (None | Some(At { value: TrafficTls::Mutual, .. }), Mtls::Strict)
            if calling == Mtls::Off && can_cross(program.clusters.get(from)?, program.clusters.get(to)?) =>
        {
            // The evaluator takes every caller for one with an identity; that there is none here, nobody can ask it.
            let call = some_call(program, from, service)?;
            let own =
                mtls_place(program, from).filter(|_| arrives(&decide(program, from, &call), service, to))?;
            let message = format!("calls of `{name}` from `{from}` are refused on `{to}`");
            let finding = Diagnostic::new(Code::TLS_MISMATCH, own, message)
                .saying(format!("callers on `{from}` have no identity"))
                .label(asked?, format!("and `{to}` takes mutual TLS alone"))
                .help(format!(
                    "let both have the same `mtls`, or keep the calls of `{from}` from `{to}` by an `only` in \
                     `traffic {name}@{from}`"
                ));
            Some(((own, asked?), finding))
        }
        _ => None,
    }
}

/// A call that some cluster refuses for want of mutual TLS.
fn refusal(program: &Program, from: &ClusterId, service: &Service) -> Option<Request> {
    let request = some_call(program, from, service)?;
    let trace = decide(program, from, &request);
    let is_refused =
        trace.outcomes().any(|end| matches!(end, Final::Denied { status: Refusal::NoConnection, .. }));
    is_refused.then_some(request)
}

/// Rules whose proxy speaks HTTP in plain text to a port of a host outside where TLS is spoken.
fn plain_to_tls(program: &Program) -> Vec<Diagnostic<Place>> {
    let rules =
        program.tables.values().filter(|table| is_http(program, table)).flat_map(|table| &table.rules);
    let wrong: Vec<(&Rule, &Destination, &External)> =
        rules
            .filter(|rule| !matches!(rule.matches, Match::Connection { .. }))
            .flat_map(|rule| destinations(rule).map(move |destination| (rule, destination)))
            .filter_map(|(rule, destination)| {
                let Target::External(id) = &destination.target else { return None };
                let external = program.externals.get(id)?;
                let port = external.ports.iter().find(|port| port.name == destination.port)?;
                let is_tls = matches!(port.protocol, Protocol::Https | Protocol::Tls);
                (is_tls && external.tls.value == ExternalTls::Off && !is_begun(program, external))
                    .then_some((rule, destination, external.as_ref()))
            })
            .collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    let samples = samples(program);
    let shown = wrong.into_iter().map(|(rule, destination, external)| {
        let id = &external.id;
        let host = external.hosts.first().map(ToString::to_string).unwrap_or_default();
        let message = format!("`{}` sends plain text to `{id}`, which speaks TLS there", rule.title());
        let finding = Diagnostic::new(Code::TLS_MISMATCH, destination.place, message)
            .saying(format!("the port `{}` speaks TLS", destination.port))
            .label(external.tls.at, "and nobody begins it: `tls` is off")
            .help(format!("write `tls: simple(sni: \"{host}\")` in the external"));
        let own = samples.iter().filter(|sample| sample.rule == rule.place);
        let request = own
            .filter(|sample| {
                let trace = decide(program, &sample.cluster, &sample.request);
                reached(&trace).any(|reached| reached.target.as_ref() == Some(&destination.target))
            })
            .map(|sample| command_line(program, &sample.cluster, &sample.request))
            .next();
        match request {
            Some(request) => finding.request(request),
            None => finding,
        }
    });
    shown.collect()
}

/// Whether some traffic block begins TLS for calls of a host outside.
fn is_begun(program: &Program, external: &External) -> bool {
    let begins = |tls: &At<TrafficTls>| tls.value != TrafficTls::Off;
    program.traffic.iter().any(|block| {
        let is_meant = |target: &Scoped| target.scope == Scope::External(external.id.clone());
        block.tls.as_ref().is_some_and(begins) && block.targets.iter().any(is_meant)
    })
}

fn is_http(program: &Program, table: &Table) -> bool {
    let Attachment::Gateway { gateway, listeners, .. } = &table.attachment else { return true };
    program.gateways.get(gateway).is_some_and(|gateway| {
        let mut own = gateway.listeners.iter().filter(|listener| listeners.contains(&listener.name));
        own.any(|listener| listener.protocol.is_http())
    })
}
