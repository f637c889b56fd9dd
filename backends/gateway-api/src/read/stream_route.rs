//! `TLSRoute`s and `TCPRoute`s: connections that are passed on as they are.

use super::http_route::route;
use super::listener::Section;
use super::object::GATEWAY;
use super::{Site, at, nowhere, upstream};
use gloo_domain::HostPattern;
use gloo_ir::{Action, Attachment, ListenerProtocol, Match, Options, Predicate, Rule, Share, Table, TableId};
use gloo_target::Unread;
use std::collections::{BTreeMap, BTreeSet};

/// The tables of all listeners of connections: one for each server name, or one for all.
pub(super) fn read(site: &Site<'_>, sections: &[Section<'_>]) -> Result<Vec<Table>, Vec<Unread>> {
    let (mut tables, mut unread) = (Vec::new(), Vec::new());
    for (kind, protocol) in [("TLSRoute", ListenerProtocol::Tls), ("TCPRoute", ListenerProtocol::Tcp)] {
        match of_kind(site, sections, kind, protocol) {
            Ok(own) => tables.extend(own),
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok(tables) } else { Err(unread) }
}

fn of_kind(
    site: &Site<'_>,
    sections: &[Section<'_>],
    kind: &str,
    protocol: ListenerProtocol,
) -> Result<Vec<Table>, Unread> {
    let mut taken: BTreeMap<(usize, HostPattern), Vec<Share>> = BTreeMap::new();
    for object in site.objects.of_kind(kind) {
        let mut spec = object.spec()?;
        let route = route(object, &mut spec)?;
        let mut rules = spec.objects("rules")?;
        // Envoy Gateway throws the destinations of all rules together.
        let (Some(mut rule), true) = (rules.pop(), rules.is_empty()) else {
            return Err(spec.unread("rules", "one rule is expected here"));
        };
        rule.ignore(&["name"]);
        let shares = upstream::shares(site, (GATEWAY, &object), rule.objects("backendRefs")?)?;
        rule.done()?;
        spec.done()?;
        let own = sections.iter().enumerate().filter(|(_, section)| section.listener.protocol == protocol);
        for (index, section) in own {
            for host in route.hosts_on(section) {
                if taken.insert((index, host), shares.clone()).is_some() {
                    return Err(object.unread("another route takes these connections too"));
                }
            }
        }
    }
    let tables = taken.into_iter().filter_map(|((index, host), shares)| {
        let hosts = if protocol == ListenerProtocol::Tls { vec![host] } else { Vec::new() };
        Some(table(site, sections.get(index)?, hosts, shares))
    });
    Ok(tables.collect())
}

fn table(site: &Site<'_>, section: &Section<'_>, hosts: Vec<HostPattern>, shares: Vec<Share>) -> Table {
    let gateway = &section.gateway.id;
    let name = hosts.first().map(ToString::to_string).unwrap_or_default();
    Table {
        id: TableId::new(format!("{gateway}.{} {name}", section.name)),
        place: nowhere(),
        doc: None,
        attachment: Attachment::Gateway {
            gateway: gateway.clone(),
            listeners: vec![section.listener.name.clone()],
            hosts: hosts.into_iter().map(at).collect(),
            clusters: BTreeSet::from([site.cluster.clone()]),
        },
        rules: vec![Rule {
            place: nowhere(),
            doc: None,
            name: None,
            number: 1,
            matches: Match::Connection { condition: Predicate::always() },
            action: at(Action::Forward(shares)),
            options: Options::default(),
        }],
    }
}
