//! Connections that are passed on as they are: by server name, or all of a port.

use super::server::Server;
use super::{Site, action, host, request_match, route};
use gloo_domain::HostPattern;
use gloo_ir::{Action, Attachment, ListenerProtocol, Match, Options, Predicate, Rule, Share, Table, TableId};
use gloo_target::{Fields, Unread};
use std::collections::BTreeSet;

/// The tables of a server: one for each server name, of which Envoy takes the most specific whatever VirtualService it
/// stands in; or one for all connections.
pub(super) fn read(site: &Site<'_>, server: &Server) -> Result<Vec<Table>, Unread> {
    let is_tls = server.listener.protocol == ListenerProtocol::Tls;
    let mut found: Vec<(Option<HostPattern>, Vec<Share>)> = Vec::new();
    for object in &site.world.services {
        let mut spec = object.spec()?;
        if !route::binds(&mut spec, object.namespace, server)? {
            continue;
        }
        let mut hosts = Vec::new();
        for text in spec.texts("hosts")? {
            let pattern = host::pattern(text);
            hosts.push(pattern.ok_or_else(|| spec.unread("hosts", format!("`{text}` is no host")))?);
        }
        let routes = spec.objects(if is_tls { "tls" } else { "tcp" })?;
        let twice = spec.unread("", "two VirtualServices have rules for the same connections");
        spec.ignore(&["http", "tls", "tcp"]);
        spec.done()?;
        if host::common(&server.hosts, object.namespace, &hosts).is_empty() {
            continue;
        }
        let before = found.len();
        for route in routes {
            // Of rules without a server name the first that matches takes all.
            if is_tls || found.len() == before {
                rule(site, server, route, is_tls, &mut found)?;
            }
        }
        let is_new = |index: usize, name: &Option<HostPattern>| {
            found.iter().take(index).all(|(other, _)| other != name)
        };
        if !found.iter().enumerate().all(|(index, (name, _))| is_new(index, name)) {
            return Err(twice);
        }
    }
    Ok(found.into_iter().map(|(name, shares)| table(site, server, name, shares)).collect())
}

/// Adds what a rule is for.
fn rule(
    site: &Site<'_>,
    server: &Server,
    mut route: Fields<'_>,
    is_tls: bool,
    found: &mut Vec<(Option<HostPattern>, Vec<Share>)>,
) -> Result<(), Unread> {
    let matches = route.objects("match")?;
    let mut names: Vec<Option<HostPattern>> = Vec::new();
    if matches.is_empty() {
        if is_tls {
            return Err(route.unread("match", "it isn't known which server names this is for"));
        }
        names.push(None);
    }
    for mut matched in matches {
        let is_here = request_match::is_for(&mut matched, server)?;
        let mut own = Vec::new();
        for name in if is_tls { matched.texts("sniHosts")? } else { Vec::new() } {
            let pattern = host::pattern(name).filter(|pattern| *pattern != HostPattern::Any);
            own.push(Some(pattern.ok_or_else(|| {
                matched.unread("sniHosts", format!("`{name}` is no server name that can be read"))
            })?));
        }
        if !is_tls {
            own.push(None);
        }
        matched.done()?;
        if is_here {
            names.extend(own);
        }
    }
    if !is_tls {
        names.truncate(1);
    }
    let nothing = route.unread("route", "the weights are nothing together");
    let targets = route.objects("route")?;
    route.done()?;
    if names.is_empty() {
        return Ok(());
    }
    let shares = action::shares(site, targets, None)?.ok_or(nothing)?;
    found.extend(names.into_iter().map(|name| (name, shares.clone())));
    Ok(())
}

fn table(site: &Site<'_>, server: &Server, name: Option<HostPattern>, shares: Vec<Share>) -> Table {
    let host = name.as_ref().map_or_else(String::new, HostPattern::to_string);
    Table {
        id: TableId::new(format!("{}.{} {host}", site.gateway.id, server.listener.name)),
        place: site.place(),
        doc: None,
        attachment: Attachment::Gateway {
            gateway: site.gateway.id.clone(),
            listeners: vec![server.listener.name.clone()],
            hosts: name.into_iter().map(|name| site.at(name)).collect(),
            clusters: BTreeSet::from([site.cluster.clone()]),
        },
        rules: vec![Rule {
            place: site.place(),
            doc: None,
            name: None,
            number: 1,
            matches: Match::Connection { condition: Predicate::always() },
            action: site.at(Action::Forward(shares)),
            options: Options::default(),
        }],
    }
}
