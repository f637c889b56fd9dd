//! Hosts and identities that stand for two things.

mod account;

use account::{Holder, holders};
use gloo_domain::HostPattern;
use gloo_ir::evaluate::Identity;
use gloo_ir::{Program, Service, ServiceId};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Services of one host, hosts outside that are declared twice, different services of one identity, and rules that tell
/// apart by name what has one identity.
pub(crate) fn name_clash(program: &Program) -> Vec<Diagnostic<Place>> {
    let (mut findings, same_host) = of_services(program);
    findings.extend(of_externals(program));
    let by_identity = holders(program);
    findings.extend(of_identities(program, &by_identity, &same_host));
    findings.extend(account::told_apart(program, &by_identity));
    findings
}

fn clash(first: (Place, &str), again: (Place, &str), what: &str) -> Diagnostic<Place> {
    let message = format!("`{}` and `{}` have one {what}", first.1, again.1);
    Diagnostic::new(Code::NAME_CLASH, again.0, message).saying("again here").label(first.0, "first here")
}

/// The host by which a service is called: its real names.
fn host(program: &Program, service: &Service) -> String {
    let namespace = program.namespaces.get(&service.namespace).map_or("", |one| one.name.as_str());
    format!("{}.{namespace}", service.name)
}

/// Services that are called by one host, with the pairs of them.
fn of_services(program: &Program) -> (Vec<Diagnostic<Place>>, BTreeSet<(&ServiceId, &ServiceId)>) {
    let mut by_host: BTreeMap<String, &Arc<Service>> = BTreeMap::new();
    let (mut findings, mut pairs) = (Vec::new(), BTreeSet::new());
    for service in program.services.values() {
        let host = host(program, service);
        let Some(first) = by_host.get(&host) else {
            by_host.insert(host, service);
            continue;
        };
        let both = ((first.place, first.id.as_str()), (service.place, service.id.as_str()));
        let help = "services of one name in namespaces of one name are one service to every cluster: give one of \
                    them, or its namespace, another `name`";
        findings.push(clash(both.0, both.1, &format!("host, `{host}`")).help(help));
        pairs.insert((&first.id, &service.id));
    }
    (findings, pairs)
}

/// Hosts outside that two declarations name, or that are names of services.
fn of_externals(program: &Program) -> Vec<Diagnostic<Place>> {
    let hosts = program.services.values().map(|service| (host(program, service), service));
    let by_host: BTreeMap<String, &Arc<Service>> = hosts.collect();
    let mut known: BTreeMap<&HostPattern, (Place, &str)> = BTreeMap::new();
    let mut findings = Vec::new();
    for external in program.externals.values() {
        let own = (external.place, external.id.as_str());
        for host in &external.hosts {
            if let Some(first) = known.get(host) {
                let help = "keep the host, with all its ports, in one of them";
                findings.push(clash(*first, own, &format!("host, `{host}`")).help(help));
                continue;
            }
            known.insert(host, own);
            let HostPattern::Exact(name) = host else { continue };
            // `cart.shop.svc.cluster.local` is another word for `cart.shop`.
            let short =
                name.as_str().split_once(".svc").filter(|(_, rest)| rest.is_empty() || rest.starts_with('.'));
            let short = short.map_or(name.as_str(), |(short, _)| short);
            if let Some(service) = by_host.get(short) {
                let first = (service.place, service.id.as_str());
                let help = "calls of this host are calls of the service: delete the external";
                findings.push(clash(first, own, &format!("host, `{host}`")).help(help));
            }
        }
    }
    findings
}

/// Different services, or a service and a gateway, of different namespaces that clusters take for one.
fn of_identities(
    program: &Program,
    by_identity: &BTreeMap<Identity, Vec<Holder<'_>>>,
    known: &BTreeSet<(&ServiceId, &ServiceId)>,
) -> Vec<Diagnostic<Place>> {
    let mut shown: BTreeSet<(Place, Place)> = BTreeSet::new();
    let mut findings = Vec::new();
    for (identity, holders) in by_identity {
        let Some((first, others)) = holders.split_first() else { continue };
        for other in others.iter().filter(|other| other.namespace(program) != first.namespace(program)) {
            let is_known = match (first, other) {
                (Holder::Service(one), Holder::Service(other)) => known.contains(&(&one.id, &other.id)),
                _ => false,
            };
            if is_known || !shown.insert((first.place(), other.place())) {
                continue;
            }
            let both = ((first.place(), first.name()), (other.place(), other.name()));
            findings.push(
                clash(both.0, both.1, &format!("identity, `{identity}`"))
                    .help("whoever lets in one lets in the other: give one of them another `account`"),
            );
        }
    }
    findings
}
