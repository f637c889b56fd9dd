//! Step 9: which rule takes a request.

use super::{Attributes, predicate};
use crate::normal_form::predicate_of;
use crate::{
    Action, Attachment, ClusterId, Gateway, Listener, Match, Predicate, Program, Rule, Scope, ServiceId,
    Table, Test,
};
use gloo_domain::{Captures, HostPattern, Method};
use std::collections::BTreeSet;

/// The rule that takes a request, with those that delegate to it: the outermost first.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    /// Tables and rules.
    pub chain: Vec<(&'a Table, &'a Rule)>,
}

impl<'a> Found<'a> {
    /// The table and the rule that decide.
    pub fn decisive(&self) -> Option<(&'a Table, &'a Rule)> {
        self.chain.last().copied()
    }
}

/// What policies can be on in a chain of tables and rules.
pub(crate) fn scopes_of(chain: &[(&Table, &Rule)]) -> Vec<Scope> {
    let scopes = chain.iter().flat_map(|(table, rule)| {
        let named = rule.name.as_ref().map(|name| Scope::Rule(table.id.clone(), name.clone()));
        std::iter::once(Scope::Table(table.id.clone())).chain(named)
    });
    scopes.collect()
}

/// The tables of a listener for a host (or server name), in the order of their names: those with the most specific host
/// that covers it; on a `tcp` listener, where there is no name, all.
pub(crate) fn tables_at<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    gateway: &Gateway,
    listener: &Listener,
    host: Option<&str>,
) -> Vec<&'a Table> {
    let mut best: Option<&HostPattern> = None;
    let mut found: Vec<&Table> = Vec::new();
    for table in program.tables.values() {
        let Attachment::Gateway { gateway: on, listeners, hosts, clusters } = &table.attachment else {
            continue;
        };
        if *on != gateway.id || !listeners.contains(&listener.name) || !clusters.contains(cluster) {
            continue;
        }
        let Some(host) = host else {
            found.push(table);
            continue;
        };
        let served =
            hosts.iter().map(|host| &host.value).filter(|own| own.contains(host) && serves(listener, own));
        let Some(own) = served.max_by_key(|own| own.specificity()) else { continue };
        if best.is_none_or(|best| own.specificity() > best.specificity()) {
            best = Some(own);
            found.clear();
        }
        if best == Some(own) {
            found.push(table);
        }
    }
    found
}

/// The hosts that decide which tables serve a request: the most specific that covers it, and those below that don't.
pub(crate) fn hosts_asked(
    program: &Program,
    cluster: &ClusterId,
    gateway: &Gateway,
    listener: &Listener,
    host: &str,
) -> Predicate {
    let all = hosts_of(program, cluster, gateway, listener);
    let covering = all.iter().copied().filter(|own| own.contains(host));
    let best = covering.max_by_key(|own| own.specificity());
    let below = all.iter().copied().filter(|own| best.is_none_or(|best| *own != best && best.covers(own)));
    let below: Vec<HostPattern> = below.cloned().collect();
    let is_best = best.map(|best| Predicate::Test(Test::Host(vec![best.clone()])));
    let is_below = Predicate::Not(Box::new(Predicate::Test(Test::Host(below.clone()))));
    Predicate::All(is_best.into_iter().chain((!below.is_empty()).then_some(is_below)).collect())
}

/// The hosts that tables are for on a listener.
pub(crate) fn hosts_of<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    gateway: &Gateway,
    listener: &Listener,
) -> BTreeSet<&'a HostPattern> {
    let mut all: BTreeSet<&HostPattern> = BTreeSet::new();
    for table in program.tables.values() {
        if let Attachment::Gateway { gateway: on, listeners, hosts, clusters } = &table.attachment
            && *on == gateway.id
            && listeners.contains(&listener.name)
            && clusters.contains(cluster)
        {
            all.extend(hosts.iter().map(|host| &host.value).filter(|own| serves(listener, own)));
        }
    }
    all
}

fn serves(listener: &Listener, host: &HostPattern) -> bool {
    listener.hosts.is_empty() || listener.hosts.iter().any(|served| served.covers(host))
}

/// The tables for calls to a service, in the order of their names.
pub(crate) fn tables_of<'a>(
    program: &'a Program,
    cluster: &ClusterId,
    service: &ServiceId,
) -> Vec<&'a Table> {
    let is_for = |table: &&std::sync::Arc<Table>| match &table.attachment {
        Attachment::Mesh { services, clusters } => {
            clusters.contains(cluster) && services.iter().any(|one| one.value == *service)
        }
        Attachment::Gateway { .. } | Attachment::Delegated => false,
    };
    program.tables.values().filter(is_for).map(AsRef::as_ref).collect()
}

/// All tables that these are made of, those that they delegate to included.
pub(crate) fn with_delegated<'a>(program: &'a Program, tables: &[&'a Table]) -> Vec<&'a Table> {
    let mut all: Vec<&Table> = tables.to_vec();
    let mut next = 0;
    while let Some(table) = all.get(next).copied() {
        next += 1;
        for rule in &table.rules {
            let Action::Delegate(child) = &rule.action.value else { continue };
            let child = program.tables.get(child).map(AsRef::as_ref);
            all.extend(child.filter(|child| !all.iter().any(|known| known.id == child.id)));
        }
    }
    all
}

/// The first rule of the joined tables that `takes` the request, which is asked with the rules that delegate to it.
/// `otherwise` rules of the joined tables come after all others.
pub(crate) fn first_match<'a>(
    program: &'a Program,
    tables: &[&'a Table],
    mut takes: impl FnMut(&[(&'a Table, &'a Rule)], &'a Rule) -> bool,
) -> Option<Found<'a>> {
    for last in [false, true] {
        for table in tables {
            for rule in table.rules.iter().filter(|rule| matches!(rule.matches, Match::Otherwise) == last) {
                let found = descend(program, table, rule, &mut takes);
                if found.is_some() {
                    return found;
                }
            }
        }
    }
    None
}

/// What a rule comes to: itself, or the first rule of the tables that it delegates to. What none of them takes goes on
/// behind the delegating rule.
fn descend<'a>(
    program: &'a Program,
    table: &'a Table,
    rule: &'a Rule,
    takes: &mut impl FnMut(&[(&'a Table, &'a Rule)], &'a Rule) -> bool,
) -> Option<Found<'a>> {
    let mut chain: Vec<(&'a Table, &'a Rule)> = Vec::new();
    let mut open: Vec<(&'a Table, &'a [Rule])> = vec![(table, std::slice::from_ref(rule))];
    while let Some((table, rules)) = open.pop() {
        let Some((rule, rest)) = rules.split_first() else {
            chain.pop();
            continue;
        };
        open.push((table, rest));
        chain.push((table, rule));
        if takes(&chain, rule) {
            let Action::Delegate(child) = &rule.action.value else { return Some(Found { chain }) };
            let is_new = chain.iter().all(|(known, _)| known.id != *child);
            if let Some(child) = program.tables.get(child).filter(|_| is_new) {
                open.push((child, &child.rules));
                continue;
            }
        }
        chain.pop();
    }
    None
}

/// Whether a request with these attributes is one that a rule is for, whatever stands before the rule.
#[must_use]
pub fn rule_matches(program: &Program, matches: &Match, seen: &Attributes) -> bool {
    let answer = matched(program, matches, seen);
    seen.note(program, || predicate_of(matches), answer);
    answer
}

fn matched(program: &Program, matches: &Match, seen: &Attributes) -> bool {
    let meets = predicate::holds;
    match matches {
        Match::Otherwise => true,
        Match::Connection { condition } => meets(program, condition, seen),
        Match::Http { methods, path, condition } => {
            let method = seen.method.is_some_and(|method| methods.is_empty() || methods.contains(&method));
            method
                && seen.path.as_deref().is_some_and(|own| path.contains(own))
                && meets(program, condition, seen)
        }
        Match::Grpc { service, method, condition } => {
            seen.method == Some(Method::Post)
                && seen.path.as_deref().is_some_and(|path| is_call(path, service, method.as_deref()))
                && seen.headers.are_of_grpc()
                && meets(program, condition, seen)
        }
    }
}

/// Whether `path` is `/SERVICE/METHOD`, for any method if none is named.
fn is_call(path: &str, service: &str, method: Option<&str>) -> bool {
    let called = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    called.is_some_and(|(own, called)| {
        own == service
            && !called.is_empty()
            && !called.contains('/')
            && method.is_none_or(|method| method == called)
    })
}

/// What a rule's wildcards took of the path. What has no pattern of its own took everything as a rest.
pub(crate) fn captures(matches: &Match, path: &str) -> Captures {
    let taken = match matches {
        Match::Http { path: pattern, .. } => pattern.captures(path),
        Match::Grpc { .. } => None,
        Match::Connection { .. } | Match::Otherwise => {
            gloo_domain::PathPattern::parse("/**").ok().and_then(|everything| everything.captures(path))
        }
    };
    taken.unwrap_or_default()
}
