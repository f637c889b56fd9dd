//! The rules of one host on one listener, of all routes: the first that matches decides, in the order of their ranks.

use super::forward::{self, Read};
use super::http_route::{Route, Rule};
use super::listener::Section;
use super::rank::{Place, Ranking};
use super::route_match::Matched;
use super::{Site, at, nowhere, strict};
use gloo_domain::{HostPattern, PathPattern};
use gloo_ir::{Action, Attachment, Match, Redirect, Table, TableId};
use gloo_target::Unread;
use std::collections::{BTreeMap, BTreeSet};

/// A match with what becomes of its requests.
struct Entry<'r> {
    route: (&'r str, &'r str),
    matched: &'r Matched,
    read: Read,
}

/// The tables of a listener: one for each host, by the most specific of which a request goes.
pub(super) fn tables(
    site: &Site<'_>,
    section: &Section<'_>,
    routes: &[(Route<'_>, Vec<Rule<'_>>)],
) -> Result<Vec<Table>, Unread> {
    let mut by_host: BTreeMap<HostPattern, Vec<Entry<'_>>> = BTreeMap::new();
    for (route, rules) in routes {
        let name = (route.object.namespace, route.object.name);
        for host in route.hosts_on(section) {
            let entries = by_host.entry(host).or_default();
            for rule in rules {
                let on = (section.gateway.as_ref(), section.name);
                let traffic = site.policies.of(&route.object, rule.name, on);
                let read = forward::read(site, rule, traffic, section)?;
                entries.extend(rule.matches.iter().map(|matched| Entry {
                    route: name,
                    matched,
                    read: read.clone(),
                }));
            }
        }
    }
    let mut tables = Vec::new();
    for (host, mut entries) in by_host {
        site.order.sort(&mut entries, |entry| Place { route: entry.route, weight: &entry.matched.weight });
        let refusing = entries.iter().position(|entry| {
            entry.matched.condition.is_always() && strict::is_refusal(&entry.matched.path, &entry.read.action)
        });
        let is_first = refusing.is_some_and(|index| {
            entries.iter().take(index).all(|entry| strict::takes_none(&entry.matched.path))
        });
        if site.order.ranking == Ranking::EnvoyGateway && !is_first {
            return Err(section.unread(format!("`{host}` doesn't refuse the paths that strict paths refuse")));
        }
        if let Some(index) = refusing {
            entries.remove(index);
        }
        tables.push(table(site, section, host, entries));
    }
    Ok(tables)
}

fn table(site: &Site<'_>, section: &Section<'_>, host: HostPattern, entries: Vec<Entry<'_>>) -> Table {
    let mut rules = Vec::new();
    for entry in entries {
        push(&mut rules, entry.matched, entry.read);
    }
    let gateway = &section.gateway.id;
    Table {
        id: TableId::new(format!("{gateway}.{} {host}", section.name)),
        place: nowhere(),
        doc: None,
        attachment: Attachment::Gateway {
            gateway: gateway.clone(),
            listeners: vec![section.listener.name.clone()],
            hosts: vec![at(host)],
            clusters: BTreeSet::from([site.cluster.clone()]),
        },
        rules,
    }
}

/// Adds a match's rules: where its paths are rewritten by an expression, one for those that it takes, one for the rest.
fn push(rules: &mut Vec<gloo_ir::Rule>, matched: &Matched, read: Read) {
    let mut add = |path, action, options| {
        let number = u32::try_from(rules.len()).unwrap_or(u32::MAX).saturating_add(1);
        rules.push(gloo_ir::Rule {
            place: nowhere(),
            doc: None,
            name: None,
            number,
            matches: Match::Http { methods: Vec::new(), path, condition: matched.predicate() },
            action: at(action),
            options,
        });
    };
    let Some(rewrite) = read.rewrite else {
        add(PathPattern::everything(), read.action, read.options);
        return;
    };
    add(rewrite.pattern, read.action.clone(), read.options.clone());
    let mut options = read.options;
    options.rewrite = None;
    let action = match read.action {
        Action::Redirect(redirect) => Action::Redirect(Redirect { path: None, ..redirect }),
        action => action,
    };
    add(PathPattern::everything(), action, options);
}
