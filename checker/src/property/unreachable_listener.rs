//! Listeners, and hosts of listeners, that no table is for.

use gloo_domain::HostPattern;
use gloo_ir::{Attachment, ClusterId, Gateway, Listener, ListenerProtocol, Program, Table};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The listeners that send no request on, or none for some of their hosts. Where no table is on the whole gateway, that
/// is said of the gateway; a listener that redirects to https needs none.
pub(crate) fn unreachable_listener(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for gateway in program.gateways.values() {
        let tables: Vec<&Arc<Table>> =
            program.tables.values().filter(|table| is_on(table, gateway)).collect();
        if !tables.is_empty() {
            let serving = gateway.listeners.iter().filter(|listener| !listener.redirect_https);
            findings.extend(serving.filter_map(|listener| idle(gateway, listener, &tables)));
        }
    }
    findings
}

fn is_on(table: &Table, gateway: &Gateway) -> bool {
    matches!(&table.attachment, Attachment::Gateway { gateway: on, .. } if *on == gateway.id)
}

fn idle(gateway: &Gateway, listener: &Listener, tables: &[&Arc<Table>]) -> Option<Diagnostic<Place>> {
    let mut hosts: BTreeSet<&HostPattern> = BTreeSet::new();
    let mut served: BTreeSet<&ClusterId> = BTreeSet::new();
    let mut elsewhere: BTreeSet<&ClusterId> = BTreeSet::new();
    for table in tables {
        let Attachment::Gateway { listeners, hosts: own, clusters, .. } = &table.attachment else { continue };
        elsewhere.extend(clusters);
        if !listeners.contains(&listener.name) {
            continue;
        }
        let own = own.iter().map(|host| &host.value);
        let own: Vec<&HostPattern> =
            own.filter(|host| listener.hosts.iter().any(|pattern| pattern.covers(host))).collect();
        if listener.protocol == ListenerProtocol::Tcp || !own.is_empty() {
            served.extend(clusters);
        }
        hosts.extend(own);
    }
    let name = format!("{}.{}", gateway.id, listener.name);
    let finding = |message: String| Diagnostic::new(Code::UNREACHABLE_LISTENER, listener.place, message);
    let for_host = match listener.hosts.first() {
        Some(host) => format!(" for \"{host}\""),
        None => String::new(),
    };
    let help = format!("write a table for it, as `routes NAME on {name}{for_host} {{ … }}`, or delete it");
    if served.is_empty() {
        let finding = finding(format!("no table is for the listener `{name}`"));
        return Some(finding.saying("so it sends nothing on").help(help));
    }
    // Where the whole gateway has no table is said of the gateway.
    let without: Vec<String> = gateway
        .clusters
        .iter()
        .filter(|cluster| elsewhere.contains(cluster) && !served.contains(cluster))
        .map(|cluster| format!("`{cluster}`"))
        .collect();
    if !without.is_empty() {
        let on = without.join(" and ");
        let finding = finding(format!("no table is for the listener `{name}` on {on}"));
        return Some(finding.saying("so it sends nothing on there").help(help));
    }
    let unused: Vec<String> = listener
        .hosts
        .iter()
        .filter(|host| !hosts.iter().any(|used| used.meets(host)))
        .map(|host| format!("`{host}`"))
        .collect();
    let them = if unused.len() == 1 { "it" } else { "them" };
    (!unused.is_empty()).then(|| {
        finding(format!("no table is for {} on the listener `{name}`", unused.join(" and ")))
            .saying(format!("so requests for {them} are answered with 404"))
            .help(format!("write a table for {them}, or take {them} off the listener"))
    })
}
