//! What a rule does with the request that it takes: an answer at the proxy, or steps 10 to 12 and the hops.

use super::policies::Applied;
use super::walk::{Decider, Ended, Passing, Walk, Ways};
use super::{Effect, Final, Sent, StepKind, hop, route, transform, words};
use crate::{Action, GrpcStatus, Match, Options, Percent, Program, Redirect, Respond, Rule, Share, Table};
use gloo_domain::Captures;

/// The name of a rule in traces: `storefront rule 3`, `storefront buy`.
pub(crate) fn decider(table: &Table, rule: &Rule) -> Decider {
    Decider::at(format!("{} {}", table.id, rule.title()), rule.place)
}

/// Does what the rule says; `policies` are those that the request has met at this proxy, and `follow` is the next hop to
/// a destination.
pub(crate) fn act(
    walk: &mut Walk<'_>,
    found: &route::Found<'_>,
    policies: &[Applied<'_>],
    mut passing: Passing,
    ways: &mut Ways,
    follow: &dyn Fn(&mut Walk<'_>, &Passing, &Share, &mut Ways),
) -> Result<(), Ended> {
    let Some((table, rule)) = found.decisive() else { return Ok(()) };
    for (table, rule) in &found.chain {
        walk.step(StepKind::Route, &decider(table, rule), words::action(&rule.action));
    }
    let decider = decider(table, rule);
    let options = &rule.options;
    passing.seen.route_name = Some(rule.title());
    let taken = route::captures(&rule.matches, passing.seen.path.as_deref().unwrap_or_default());
    match &rule.action.value {
        Action::Redirect(redirect) => {
            transform::responses(walk, policies, Some((&decider, &options.response_headers)), &passing);
            let location = location(redirect, &passing, &taken);
            let by = decider.name;
            Err(Final::Redirected { status: redirect.status, location: Some(location), by }.into())
        }
        Action::Respond(respond) => {
            if let Some(body) = &respond.body {
                walk.effect(Effect::Body(body.clone()));
            }
            transform::responses(walk, policies, Some((&decider, &options.response_headers)), &passing);
            Err(Final::Responded { status: status(walk.program, respond, &passing), by: decider.name }.into())
        }
        // A table that can't be found, or that comes to itself, is an error of the program, and takes nothing.
        Action::Delegate(_) => Ok(()),
        Action::Forward(shares) => {
            let upgrades = options.websocket.as_ref().is_none_or(|websocket| websocket.value);
            if !upgrades && asks_for_upgrade(walk.program, &passing) {
                walk.step(StepKind::Route, &decider, "websockets don't pass");
                return Err(Final::Responded { status: 403, by: decider.name }.into());
            }
            transform::requests(walk, policies, &mut passing);
            transform::request_headers(walk, &decider, &options.request_headers, &mut passing);
            let sent = send_as(walk, &decider, (rule, &taken), passing);
            fault(walk, &decider, options)?;
            effects(walk, &decider, options);
            mirror(walk, &decider, options, &sent, ways, follow);
            for share in shares.iter().filter(|share| share.weight != Percent::NONE) {
                follow(walk, &sent, share, ways);
            }
            transform::responses(walk, policies, Some((&decider, &options.response_headers)), &sent);
            Ok(())
        }
    }
}

/// Gives the request the path and the host that the destination sees.
fn send_as(
    walk: &mut Walk<'_>,
    decider: &Decider,
    (rule, taken): (&Rule, &Captures),
    mut passing: Passing,
) -> Passing {
    let options = &rule.options;
    let from = match &rule.matches {
        Match::Http { path, .. } => Some(path),
        Match::Grpc { .. } | Match::Connection { .. } | Match::Otherwise => None,
    };
    if let Some(template) = options.rewrite.as_ref().filter(|_| passing.is_message()) {
        let path = template.fill(taken);
        let decider = Decider { place: Some(template.at), ..decider.clone() };
        walk.step(StepKind::Transform, &decider, format!("the path becomes `{path}`"));
        walk.effect(Effect::Rewrite(path.clone()));
        passing.seen.has_path(path, from, template);
    }
    if let Some(host) = options.host.as_ref().filter(|_| passing.is_message()) {
        let decider = Decider { place: Some(host.at), ..decider.clone() };
        walk.step(StepKind::Transform, &decider, format!("the host becomes `{}`", host.value));
        walk.effect(Effect::Host(host.value.clone()));
        passing.seen.has_host(host.value.clone());
    }
    passing
}

/// Step 11: a fault of all requests decides; of fewer, it is an effect.
fn fault(walk: &mut Walk<'_>, decider: &Decider, options: &Options) -> Result<(), Ended> {
    let Some(fault) = &options.fault else { return Ok(()) };
    let decider = Decider { place: Some(fault.at), ..decider.clone() };
    walk.step(StepKind::Fault, &decider, words::fault(fault));
    walk.effect(Effect::Fault(fault.value.clone()));
    match fault.abort.filter(|_| fault.share == Percent::ALL) {
        Some(status) => Err(Final::Responded { status, by: decider.name }.into()),
        None => Ok(()),
    }
}

/// How the request goes, besides what has a step of its own.
fn effects(walk: &mut Walk<'_>, decider: &Decider, options: &Options) {
    let timeout = options.timeout.as_ref().map(|timeout| (timeout.at, Effect::Timeout(timeout.value)));
    let retries =
        options.retries.as_ref().map(|retries| (retries.at, Effect::Retries(retries.value.clone())));
    let hash = options.hash.as_ref().map(|hash| (hash.at, Effect::Hash(hash.value.clone())));
    let upgrades = options.websocket.as_ref().filter(|websocket| !websocket.value);
    let upgrades = upgrades.map(|websocket| (websocket.at, Effect::NoWebsocket));
    for (at, effect) in [timeout, retries, hash, upgrades].into_iter().flatten() {
        walk.step(StepKind::Hop, &Decider { place: Some(at), ..decider.clone() }, effect.text());
        walk.effect(effect);
    }
}

/// A copy takes the same hops, and what becomes of it changes nothing for the request.
fn mirror(
    walk: &mut Walk<'_>,
    decider: &Decider,
    options: &Options,
    sent: &Passing,
    ways: &mut Ways,
    follow: &dyn Fn(&mut Walk<'_>, &Passing, &Share, &mut Ways),
) {
    let Some(mirror) = &options.mirror else { return };
    let to = words::destination(&mirror.to);
    let decider = Decider { place: Some(mirror.at), ..decider.clone() };
    walk.effect(Effect::Mirror(to.clone(), mirror.share));
    walk.step(StepKind::Hop, &decider, format!("a copy of {} goes to `{to}`", mirror.share));
    if mirror.share == Percent::NONE {
        return;
    }
    let mut copies = Ways::default();
    let mut part = walk.part(walk.cluster);
    let share = Share { destination: mirror.to.clone(), weight: mirror.share };
    follow(&mut part, sent, &share, &mut copies);
    walk.record.encrypted &= part.record.encrypted;
    walk.record.steps.extend(part.record.steps);
    ways.mirrors.extend(copies.reached);
    ways.mirrors.extend(copies.mirrors);
}

/// Where a redirect leads: what it doesn't say stays as it was, the query too. Another scheme comes with its own port.
fn location(redirect: &Redirect, passing: &Passing, taken: &Captures) -> String {
    let seen = &passing.seen;
    let https = redirect.https.unwrap_or(seen.https);
    let host = redirect.host.as_deref().or(seen.host.as_deref()).unwrap_or_default();
    let port = redirect.port.or(Some(seen.port).filter(|_| redirect.https.is_none()));
    let path = match &redirect.path {
        Some(template) => template.fill(taken),
        None => seen.path.clone().unwrap_or_default(),
    };
    url(https, host, port, &path, seen.query.as_deref())
}

/// A URL, its port left out where the scheme says it.
pub(crate) fn url(https: bool, host: &str, port: Option<u16>, path: &str, query: Option<&str>) -> String {
    let scheme = if https { "https" } else { "http" };
    let usual = if https { 443 } else { 80 };
    let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}{port}{path}{query}")
}

/// The HTTP status of an answer; a gRPC call is told the same by its own status.
fn status(program: &Program, respond: &Respond, passing: &Passing) -> u16 {
    let Some(grpc) = respond.grpc else { return respond.status };
    let is_grpc = passing.seen.headers.are_of_grpc();
    passing.seen.note(program, crate::normal_form::is_of_grpc, is_grpc);
    match grpc {
        grpc if is_grpc => http_equivalent(grpc),
        _ => respond.status,
    }
}

/// Whether a request asks for another protocol on its connection.
pub(crate) fn asks_for_upgrade(program: &Program, passing: &Passing) -> bool {
    let asks = passing.seen.headers.asks_for_upgrade();
    passing.seen.note(program, super::asked::asks_for_upgrade, asks);
    asks
}

/// The HTTP status that means the same as a gRPC status (gRPC's `status.proto`; Envoy's `grpcToHttpStatus`). Of those
/// that a decision of semantics.md has, the one that the page gives.
#[must_use]
pub fn http_equivalent(grpc: GrpcStatus) -> u16 {
    match grpc {
        GrpcStatus::Ok => 200,
        GrpcStatus::Cancelled => 499,
        GrpcStatus::InvalidArgument | GrpcStatus::FailedPrecondition | GrpcStatus::OutOfRange => 400,
        GrpcStatus::Unauthenticated => 401,
        GrpcStatus::PermissionDenied => 403,
        GrpcStatus::NotFound | GrpcStatus::Unimplemented => 404,
        GrpcStatus::AlreadyExists | GrpcStatus::Aborted => 409,
        GrpcStatus::ResourceExhausted => 429,
        GrpcStatus::Unknown | GrpcStatus::Internal | GrpcStatus::DataLoss => 500,
        GrpcStatus::Unavailable => 503,
        GrpcStatus::DeadlineExceeded => 504,
    }
}

/// What the destination sees of a message, and of which headers gloo's rules made something else.
pub(crate) fn sent(passing: &Passing) -> Option<Sent> {
    let seen = &passing.seen;
    Some(Sent {
        host: seen.host.clone()?,
        path: seen.path.clone()?,
        query: seen.query.clone(),
        changed: Sent::changes(&passing.received, &seen.headers),
    })
}

/// The hop from a gateway, or from a caller, to one share's destination.
pub(crate) fn follow(walk: &mut Walk<'_>, passing: &Passing, share: &Share, ways: &mut Ways) {
    hop::go(walk, passing, share, hop::Tables::Asked, ways);
}
