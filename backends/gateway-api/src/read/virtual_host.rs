//! The rules of one host on one listener, of all routes: the first that matches decides, in the order of their ranks.

use super::forward::{self, Read};
use super::http_route::{Route, Rule};
use super::listener::Section;
use super::rank::{Place, Ranking};
use super::route_match::Matched;
use super::security::{Guarded, Security};
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
    security: Option<&'r Security>,
}

/// The tables of a listener: one for each host, by the most specific of which a request goes; and what is asked of their
/// rules' requests.
pub(super) fn tables(
    site: &Site<'_>,
    section: &Section<'_>,
    routes: &[(Route<'_>, Vec<Rule<'_>>)],
) -> Result<(Vec<Table>, Guarded), Unread> {
    let mut by_host: BTreeMap<HostPattern, Vec<Entry<'_>>> = BTreeMap::new();
    for (route, rules) in routes {
        let name = (route.object.namespace, route.object.name);
        for host in route.hosts_on(section) {
            let entries = by_host.entry(host).or_default();
            for rule in rules {
                let on = (section.gateway.as_ref(), section.name);
                let traffic = site.policies.of(&route.object, rule.name, on);
                let security = site.security.of(&route.object, rule.name, on);
                if security.is_some() && traffic.is_some_and(|traffic| traffic.fault.is_some()) {
                    return Err(route.object.unread("a fault is put in before it is asked who calls"));
                }
                let read = forward::read(site, rule, traffic, section)?;
                entries.extend(rule.matches.iter().map(|matched| Entry {
                    route: name,
                    matched,
                    read: read.clone(),
                    security,
                }));
            }
        }
    }
    let (mut tables, mut guarded) = (Vec::new(), Guarded::default());
    for (host, mut entries) in by_host {
        site.order.sort(&mut entries, |entry| Place { route: entry.route, weight: &entry.matched.weight });
        let refusing = entries.iter().position(|entry| {
            // What is refused for its path meets no policy.
            let is_bare = entry.matched.condition.is_always() && entry.security.is_none();
            is_bare && strict::is_refusal(&entry.matched.path, &entry.read.action)
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
        tables.push(table(site, section, host, entries, &mut guarded));
    }
    Ok((tables, guarded))
}

fn table(
    site: &Site<'_>,
    section: &Section<'_>,
    host: HostPattern,
    entries: Vec<Entry<'_>>,
    guarded: &mut Guarded,
) -> Table {
    let gateway = &section.gateway.id;
    let id = TableId::new(format!("{gateway}.{} {host}", section.name));
    let mut rules: Vec<gloo_ir::Rule> = Vec::new();
    for entry in entries {
        let first = rules.len();
        push(&mut rules, entry.matched, entry.read);
        for rule in rules.iter_mut().skip(first) {
            let Some(security) = entry.security else { continue };
            let name = format!("rule-{}", rule.number);
            guarded.push(security.clone(), &id, &name);
            rule.name = Some(name);
        }
    }
    Table {
        id,
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
