//! A request that enters by a gateway.

use super::asked::{Attribute, Change, Known, Question};
use super::policies::{self, reaching};
use super::walk::{Decider, Ended, Passing, Walk, Ways};
use super::{
    Caller, Final, Refusal, Source, StepKind, action, authentication, connection, listener, normalise,
    predicate, proxy, route, site,
};
use crate::{
    Gateway, GatewayId, GatewayKind, Listener, Mtls, Predicate, ProviderKind, Rule, Scope, Table, Test,
};
use gloo_domain::Method;

/// Takes a request in.
pub(crate) fn enter(
    walk: &mut Walk<'_>,
    id: &GatewayId,
    mut passing: Passing,
    ways: &mut Ways,
) -> Result<(), Ended> {
    let program = walk.program;
    let Some(gateway) = program.gateways.get(id).filter(|gateway| gateway.clusters.contains(walk.cluster))
    else {
        let says = format!("is not placed on `{}`", walk.cluster);
        let decider = Decider::default(id.to_string());
        return Err(walk.deny(StepKind::Listener, &decider, Refusal::NoConnection, says));
    };
    let listener = listener::choose(walk, gateway, &mut passing)?;
    passing.seen.has_source(Source::Account(source(walk, gateway, &passing.caller)));
    let (port, https) = (passing.seen.port, passing.seen.https);
    passing.seen.history.change(Change::known(Known::Connection(port, https)));
    if !listener.protocol.is_http() {
        return connection::enter(walk, gateway, listener, passing, ways);
    }
    let decider = listener::decider(gateway, listener);
    if !passing.is_message() {
        let says = "the bytes are no HTTP request";
        return Err(walk.deny(StepKind::Normalise, &decider, Refusal::Status(400), says));
    }
    cover(walk, &decider, listener, &mut passing)?;
    normalise(walk, &mut passing)?;
    if listener.redirect_https {
        return Err(redirect_https(walk, &decider, &passing));
    }
    serve(walk, gateway, listener, passing, ways)
}

/// Who sends the request, by mutual TLS: only those that leave by an egress gateway come from the mesh.
fn source(walk: &Walk<'_>, gateway: &Gateway, caller: &Caller) -> Option<super::Identity> {
    let is_mutual = walk.program.mtls(walk.cluster) != Mtls::Off;
    let from_mesh = gateway.kind == GatewayKind::Egress && is_mutual;
    caller.identity(walk.program, walk.cluster).filter(|_| from_mesh)
}

/// Step 1: a host that the listener doesn't serve is 404, and meets no policy.
fn cover(
    walk: &mut Walk<'_>,
    decider: &Decider,
    listener: &Listener,
    passing: &mut Passing,
) -> Result<(), Ended> {
    let host = normalise::host(passing.seen.host.as_deref().unwrap_or_default());
    passing.seen.host = Some(host.clone());
    let is_covered = listener::covers(listener, Some(&host)).is_some();
    let served = || Predicate::Test(Test::Host(listener.hosts.clone()));
    if !listener.hosts.is_empty() {
        passing.seen.note(walk.program, served, is_covered);
    }
    if !is_covered {
        walk.step(StepKind::Listener, decider, format!("does not serve the host `{host}`"));
        return Err(Final::Responded { status: 404, by: decider.name.clone() }.into());
    }
    Ok(())
}

/// Step 2: what could be read in two ways is refused or made one.
pub(crate) fn normalise(walk: &mut Walk<'_>, passing: &mut Passing) -> Result<(), Ended> {
    let mode = walk.program.paths();
    let decider = match &walk.program.mesh {
        Some(mesh) => Decider::at(format!("mesh {}", mesh.id), mesh.paths.at),
        None => Decider::default("paths: strict"),
    };
    let sent = passing.seen.path.clone().unwrap_or_default();
    if let Some(what) = passing.seen.history.made(&Attribute::Path) {
        passing.seen.history.note(|| Question::Derived(what.to_owned()), true);
    }
    let normal = normalise::path(mode, &sent).and_then(|path| {
        normalise::headers(mode, &passing.seen.headers)?;
        Ok(path)
    });
    match normal {
        Ok(path) => {
            if path != sent {
                walk.step(StepKind::Normalise, &decider, format!("`{sent}` becomes `{path}`"));
            }
            passing.seen.path = Some(path);
            Ok(())
        }
        Err(why) => Err(walk.deny(StepKind::Normalise, &decider, Refusal::Status(400), why)),
    }
}

fn redirect_https(walk: &mut Walk<'_>, decider: &Decider, passing: &Passing) -> Ended {
    let seen = &passing.seen;
    let host = seen.host.as_deref().unwrap_or_default();
    let location = action::url(true, host, None, seen.path.as_deref().unwrap_or("/"), seen.query.as_deref());
    walk.step(StepKind::Listener, decider, format!("redirects to `{location}`"));
    Final::Redirected { status: 302, location: Some(location), by: decider.name.clone() }.into()
}

/// Steps 3 to 12. The rule is found first, since the policies of its table and its own are among those that are met.
fn serve(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    listener: &Listener,
    mut passing: Passing,
    ways: &mut Ways,
) -> Result<(), Ended> {
    let program = walk.program;
    let own =
        [Scope::Gateway(gateway.id.clone()), Scope::Listener(gateway.id.clone(), listener.name.clone())];
    let tables = route::tables_at(program, walk.cluster, gateway, listener, passing.seen.host.as_deref());
    let host = passing.seen.host.clone().unwrap_or_default();
    let asked = || route::hosts_asked(program, walk.cluster, gateway, listener, &host);
    passing.seen.note(program, asked, true);
    let found = find(walk, &tables, &own, &passing, passing.seen.method);
    let inner = match &found {
        Some(found) => route::scopes_of(&found.chain),
        None => tables.iter().map(|table| Scope::Table(table.id.clone())).collect(),
    };
    let scopes = [&own[..], &inner].concat();
    let policies = reaching(program, walk.cluster, &scopes);
    // A preflight asks for another request, and what that may do, its own rule says.
    let announced = announced(walk, &passing).map(|method| Method::of_request(&method));
    match announced.and_then(|method| find(walk, &tables, &own, &passing, Some(method))) {
        Some(other) => {
            let scopes = [&scopes[..], &route::scopes_of(&other.chain)].concat();
            site::cors(walk, &reaching(program, walk.cluster, &scopes), &passing)?;
        }
        None => site::cors(walk, &policies, &passing)?,
    }
    let log_in = log_in_policies(walk, &own, &tables);
    proxy::inspect(walk, &policies, &log_in, &scopes, &mut passing)?;
    let Some(found) = found else {
        let (decider, says) = match tables.first() {
            Some(table) => (Decider::at(table.id.to_string(), table.place), "no rule takes it"),
            None => (listener::decider(gateway, listener), "no table is for this host"),
        };
        walk.step(StepKind::Route, &decider, says);
        return Err(Final::Responded { status: 404, by: decider.name }.into());
    };
    let caller = Caller::Gateway(gateway.id.clone());
    action::act(walk, &found, &policies, passing, ways, &|walk, sent, share, ways| {
        action::follow(walk, &leaving(walk, sent, &caller), share, ways);
    })
}

/// The method that a preflight announces, where some policy answers preflights.
fn announced(walk: &Walk<'_>, passing: &Passing) -> Option<String> {
    let answers = |policy: &std::sync::Arc<crate::Policy>| {
        policy.clauses.iter().any(|clause| matches!(clause.kind, crate::ClauseKind::Cors(_)))
    };
    let asked = walk.program.policies.values().any(answers);
    asked.then(|| site::requested_method(walk.program, passing)).flatten()
}

/// The request as the gateway sends it on: with the gateway as the caller, whose address nobody knows beforehand.
fn leaving(walk: &Walk<'_>, sent: &Passing, caller: &Caller) -> Passing {
    let mut leaving = sent.clone();
    super::transform::strip_tokens(walk.program, &mut leaving);
    leaving.caller = caller.clone();
    leaving.seen.has_no_source_address();
    leaving
}

/// The rule that takes the request, if its method were that. Claims are read as far as the policies of gateway,
/// listener, table and rule verify them.
pub(crate) fn find<'a>(
    walk: &Walk<'a>,
    tables: &[&'a Table],
    outer: &[Scope],
    passing: &Passing,
    method: Option<Method>,
) -> Option<route::Found<'a>> {
    let program = walk.program;
    let mut asked = passing.clone();
    if let Some(method) = method.filter(|method| Some(*method) != passing.seen.method) {
        asked.seen.has_method(method);
    }
    let reads_claims = |rule: &Rule| match &rule.matches {
        crate::Match::Http { condition, .. }
        | crate::Match::Grpc { condition, .. }
        | crate::Match::Connection { condition } => predicate::reads_claims(condition),
        crate::Match::Otherwise => false,
    };
    route::first_match(program, tables, |chain, rule| {
        if reads_claims(rule) {
            let scopes = [outer, &route::scopes_of(chain)].concat();
            let policies = reaching(program, walk.cluster, &scopes);
            asked.seen.verified.clear();
            asked.seen.verified = authentication::verified(program, &policies, &asked);
        }
        route::rule_matches(program, &rule.matches, &asked.seen)
    })
}

/// The policies that could own the callback of a log-in on these tables.
fn log_in_policies<'a>(walk: &Walk<'a>, own: &[Scope], tables: &[&'a Table]) -> Vec<policies::Applied<'a>> {
    let program = walk.program;
    let logs_in = |kind: &ProviderKind| matches!(kind, ProviderKind::Oidc { .. });
    if !program.providers.values().any(|provider| logs_in(&provider.kind)) {
        return Vec::new();
    }
    let all = route::with_delegated(program, tables);
    let rules = all.iter().flat_map(|table| table.rules.iter().map(move |rule| (*table, rule)));
    let chain: Vec<(&Table, &Rule)> = rules.collect();
    let mut scopes = [own, &route::scopes_of(&chain)].concat();
    scopes.extend(all.iter().map(|table| Scope::Table(table.id.clone())));
    reaching(program, walk.cluster, &scopes)
}
