//! Routes: of a virtual host the first that matches decides.

use super::listener::Found;
use super::manager::Manager;
use super::option::{PerFilter, at, per_filter};
use super::{Site, action, listener, route_match};
use gloo_domain::{HostPattern, PathPattern, StringSet};
use gloo_ir::{
    Action, Attachment, Listener, Match, PathMode, Predicate, Respond, Rule, Table, TableId, Test,
};
use gloo_target::Unread;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Adds the tables of a listener: one for each virtual host, whose most specific domain a host goes by.
pub(super) fn read(
    site: &Site<'_>,
    listener: &Listener,
    manager: Manager<'_>,
    found: &mut Found,
) -> Result<(), Unread> {
    let Manager { paths, early, filters, websocket, mut routes, .. } = manager;
    routes.ignore(&["name"]);
    // Headers of the proxy's own don't leave it, and no others are kept back.
    let removed = routes.texts("request_headers_to_remove")?;
    let removed: BTreeSet<String> = removed.into_iter().map(str::to_ascii_lowercase).collect();
    if removed != early.held.keys().cloned().collect() {
        return Err(
            routes.unread("request_headers_to_remove", "these are not just the headers of the proxy's own")
        );
    }
    let mut tables = Vec::new();
    for mut host in routes.objects("virtual_hosts")? {
        let name = host.needed_text("name")?;
        let mut hosts = Vec::new();
        for domain in host.texts("domains")? {
            let pattern = listener::host_pattern(domain);
            hosts.push(at(
                site,
                pattern.ok_or_else(|| host.unread("domains", format!("`{domain}` is no host")))?,
            ));
        }
        let id = TableId::new(format!("{}.{} {name}", site.gateway.id, listener.name));
        let mut rules = Vec::new();
        let mut refuses = false;
        for mut route in host.objects("routes")? {
            route.ignore(&["name"]);
            let matched = route.object("match")?.ok_or_else(|| route.unread("match", "it is missing"))?;
            let matched = route_match::read(matched, &early)?;
            let settings = match route.object("typed_per_filter_config")? {
                Some(all) => per_filter(all, &filters)?,
                None => PerFilter::default(),
            };
            let guard = settings.guard.clone();
            let read = action::read(site, &mut route, &matched, settings, websocket)?;
            route.done()?;
            if rules.is_empty() && guard.is_open() && is_refusal(&matched, &read.action) {
                refuses = true;
                continue;
            }
            let first = rules.len();
            push(site, &mut rules, matched, read);
            if !guard.is_open() {
                for rule in rules.iter_mut().skip(first) {
                    let name = format!("rule {}", rule.number);
                    found.guards.push((id.clone(), name.clone(), guard.clone()));
                    rule.name = Some(name);
                }
            }
        }
        host.done()?;
        if refuses != (paths == PathMode::Strict) {
            return Err(Unread {
                what: format!("`{name}` doesn't treat paths as the listener does"),
                ..routes.unread("virtual_hosts", "")
            });
        }
        tables.push(Table {
            id,
            place: site.place(),
            doc: None,
            attachment: Attachment::Gateway {
                gateway: site.gateway.id.clone(),
                listeners: vec![listener.name.clone()],
                hosts,
                clusters: BTreeSet::from([site.cluster.clone()]),
            },
            rules,
        });
    }
    let elsewhere =
        routes.unread("virtual_hosts", "a host that the listener doesn't have gets another answer than 404");
    routes.done()?;
    let is_open = |table: &Table| match &table.attachment {
        Attachment::Gateway { hosts, .. } => hosts.iter().any(|host| host.value == HostPattern::Any),
        _ => false,
    };
    // Envoy answers a host that no virtual host has as the language answers a host without a table.
    tables.retain(|table| !(is_open(table) && table.rules.iter().all(is_not_found)));
    let is_served = |host: &HostPattern| listener.hosts.iter().any(|own| own.covers(host));
    let is_elsewhere = |table: &Table| match &table.attachment {
        Attachment::Gateway { hosts, .. } => hosts.iter().any(|host| !is_served(&host.value)),
        _ => false,
    };
    if tables.iter().any(is_elsewhere) {
        return Err(elsewhere);
    }
    found.tables.extend(tables);
    Ok(())
}

/// Whether a route answers 404 to everything, and asks nothing before.
fn is_not_found(rule: &Rule) -> bool {
    rule.name.is_none()
        && matches!(&rule.action.value, Action::Respond(Respond { status: 404, body: None, grpc: None }))
}

/// Whether a route refuses exactly the paths that strict paths refuse and Envoy's normalisation lets through.
fn is_refusal(matched: &Predicate, action: &Action) -> bool {
    if !matches!(action, Action::Respond(Respond { status: 400, body: None, grpc: None })) {
        return false;
    }
    let Predicate::All(parts) = matched else { return false };
    let [Predicate::Test(Test::Path(paths))] = parts.as_slice() else { return false };
    let [path] = paths.as_slice() else { return false };
    let mut known = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(path.clone()).or_insert_with(|| refuses(path))
}

/// What is known of expressions: every virtual host has the same one.
static REFUSALS: Mutex<BTreeMap<PathPattern, bool>> = Mutex::new(BTreeMap::new());

/// Whether nothing of what a pattern refuses is a strict path, and it refuses what each kind of the others looks like.
fn refuses(path: &PathPattern) -> bool {
    let strict = StringSet::path(path).and_then(|refused| refused.meet(&StringSet::strict_paths()?));
    let others = ["/%", "/a%2", "/%zz", "/.;x", "/..;a/b", "//", "/a//b"];
    strict.is_ok_and(|strict| strict.is_empty()) && others.iter().all(|one| path.contains(one))
}

/// Adds a route's rules: where its paths are rewritten by an expression, one for those that it takes, one for the rest.
fn push(site: &Site<'_>, rules: &mut Vec<Rule>, matched: Predicate, read: action::Read) {
    let mut add = |path, condition, action, options| {
        let number = u32::try_from(rules.len()).unwrap_or(u32::MAX).saturating_add(1);
        rules.push(Rule {
            place: site.place(),
            doc: None,
            name: None,
            number,
            matches: Match::Http { methods: Vec::new(), path, condition },
            action: at(site, action),
            options,
        });
    };
    let Some(rewrite) = read.rewrite else {
        add(PathPattern::everything(), matched, read.action, read.options);
        return;
    };
    add(rewrite.pattern, matched.clone(), read.action.clone(), read.options.clone());
    let mut options = read.options;
    options.rewrite = None;
    let action = match read.action {
        Action::Redirect(redirect) => Action::Redirect(gloo_ir::Redirect { path: None, ..redirect }),
        action => action,
    };
    add(PathPattern::everything(), matched, action, options);
}
