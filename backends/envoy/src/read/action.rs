//! What a route does with its requests.

use super::option::{self, PerFilter, at, destination};
use super::rewrite::{self, Rewrite};
use super::{Site, manager};
use gloo_domain::PathTemplate;
use gloo_ir::{
    Action, GrpcStatus, HeaderOperation, Options, Percent, Predicate, Redirect, Respond, Share, TextValue,
};
use gloo_target::{Fields, Unread};
use std::time::Duration;

/// Envoy's own limit where a route doesn't say one (`RouteAction.timeout`).
const USUAL_TIMEOUT: Duration = Duration::from_secs(15);

/// What becomes of a route's requests.
pub(super) struct Read {
    pub action: Action,
    pub options: Options,
    /// Which of them get another path; the options have it for these.
    pub rewrite: Option<Rewrite>,
}

/// The action of a route for the requests that it matches.
pub(super) fn read(
    site: &Site<'_>,
    route: &mut Fields<'_>,
    matched: &Predicate,
    filters: PerFilter,
    websocket: bool,
) -> Result<Read, Unread> {
    let mut options = Options {
        request_headers: filters.request_headers.into_iter().map(|one| at(site, one)).collect(),
        fault: filters.fault.map(|fault| at(site, fault)),
        ..Options::default()
    };
    let response = filters.response_headers;
    if let Some(direct) = route.object("direct_response")? {
        let (respond, response) = respond(direct, response)?;
        options.response_headers = response.into_iter().map(|one| at(site, one)).collect();
        return Ok(Read { action: Action::Respond(respond), options, rewrite: None });
    }
    options.response_headers = response.into_iter().map(|one| at(site, one)).collect();
    if let Some(redirect) = route.object("redirect")? {
        let (redirect, rewrite) = self::redirect(redirect, matched)?;
        return Ok(Read { action: Action::Redirect(redirect), options, rewrite });
    }
    let forward = route.object("route")?;
    let mut forward = forward.ok_or_else(|| route.unread("", "it isn't known what this route does"))?;
    let shares = shares(site, &mut forward)?;
    let timeout = match forward.text("timeout")? {
        Some(text) => option::duration(&forward, "timeout", text)?,
        None => USUAL_TIMEOUT,
    };
    options.timeout = (!timeout.is_zero()).then(|| at(site, timeout));
    if let Some(policy) = forward.object("retry_policy")? {
        options.retries = Some(at(site, option::retries(policy)?));
    }
    if let Some(host) = forward.text("host_rewrite_literal")? {
        options.host = Some(at(site, host.to_owned()));
    }
    let mut mirrors = forward.objects("request_mirror_policies")?;
    if let Some(mirror) = mirrors.pop() {
        options.mirror = Some(at(site, option::mirror(site, mirror)?));
    }
    let mut hashes = forward.objects("hash_policy")?;
    if let Some(hash) = hashes.pop() {
        options.hash = Some(at(site, option::hash(hash)?));
    }
    if !mirrors.is_empty() || !hashes.is_empty() {
        return Err(forward.unread("", "more copies, or more keys, than a rule can have"));
    }
    let upgrades = forward.objects("upgrade_configs")?;
    let passes = if upgrades.is_empty() { websocket } else { manager::websocket(upgrades)? };
    options.websocket = (!passes).then(|| at(site, false));
    let rewrite =
        forward.object("regex_rewrite")?.map(|fields| rewrite::read(fields, matched)).transpose()?;
    if let Some(rewrite) = &rewrite {
        options.rewrite = Some(at(site, rewrite.template.clone()));
    }
    forward.done()?;
    Ok(Read { action: Action::Forward(shares), options, rewrite })
}

fn shares(site: &Site<'_>, forward: &mut Fields<'_>) -> Result<Vec<Share>, Unread> {
    let Some(mut weighted) = forward.object("weighted_clusters")? else {
        let destination = destination(site, forward, "cluster")?;
        return Ok(vec![Share { destination, weight: Percent::ALL }]);
    };
    let mut parts = Vec::new();
    for mut cluster in weighted.objects("clusters")? {
        let weight = cluster.number("weight")?.unwrap_or(0);
        parts.push((destination(site, &mut cluster, "name")?, weight));
        cluster.done()?;
    }
    weighted.done()?;
    let all: u64 = parts.iter().map(|(_, weight)| weight).sum();
    let share = |weight: u64| {
        (weight * 1_000_000 + all / 2).checked_div(all).and_then(|share| u32::try_from(share).ok())
    };
    let shares = parts.into_iter().map(|(destination, weight)| {
        Some(Share { destination, weight: Percent { millionths: share(weight)? } })
    });
    shares
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| forward.unread("weighted_clusters", "the weights are nothing together"))
}

/// An answer; that of gRPC is told by its headers, which are then no changes of the rule's.
fn respond(
    mut direct: Fields<'_>,
    mut response: Vec<HeaderOperation>,
) -> Result<(Respond, Vec<HeaderOperation>), Unread> {
    let status = direct.number("status")?.and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| direct.unread("status", "it is missing"))?;
    let body = match direct.object("body")? {
        Some(mut body) => {
            let text = body.needed_text("inline_string")?.to_owned();
            body.done()?;
            Some(text)
        }
        None => None,
    };
    direct.done()?;
    let grpc = grpc(&response);
    if grpc.is_some() {
        response.drain(..2);
    }
    Ok((Respond { status, body, grpc }, response))
}

fn grpc(response: &[HeaderOperation]) -> Option<GrpcStatus> {
    let [
        HeaderOperation::Set(kind, TextValue::Literal(grpc)),
        HeaderOperation::Set(name, TextValue::Literal(number)),
        ..,
    ] = response
    else {
        return None;
    };
    if kind != "content-type" || grpc != "application/grpc" || name != "grpc-status" {
        return None;
    }
    GrpcStatus::ALL.iter().copied().find(|status| status.number().to_string() == *number)
}

fn redirect(mut redirect: Fields<'_>, matched: &Predicate) -> Result<(Redirect, Option<Rewrite>), Unread> {
    let https = match redirect.text("scheme_redirect")? {
        Some("https") => Some(true),
        Some("http") => Some(false),
        Some(_) => return Err(redirect.unread("scheme_redirect", "only `http` and `https` are read")),
        None => None,
    };
    let host = redirect.text("host_redirect")?.filter(|host| !host.is_empty()).map(str::to_owned);
    let port =
        redirect.number("port_redirect")?.filter(|port| *port != 0).and_then(|port| u16::try_from(port).ok());
    let status = match redirect.text("response_code")? {
        None | Some("MOVED_PERMANENTLY") => 301,
        Some("FOUND") => 302,
        Some("SEE_OTHER") => 303,
        Some("TEMPORARY_REDIRECT") => 307,
        Some("PERMANENT_REDIRECT") => 308,
        Some(_) => return Err(redirect.unread("response_code", "it can't be read")),
    };
    let exact = redirect.text("path_redirect")?.filter(|path| !path.is_empty());
    let exact = exact.map(|path| {
        let template =
            PathTemplate::parse(path).ok().filter(|template| template.as_exact().as_deref() == Some(path));
        template.ok_or_else(|| redirect.unread("path_redirect", "it isn't known which path this means"))
    });
    let exact = exact.transpose()?;
    let rewrite =
        redirect.object("regex_rewrite")?.map(|fields| rewrite::read(fields, matched)).transpose()?;
    let path = exact.or_else(|| rewrite.as_ref().map(|rewrite| rewrite.template.clone()));
    redirect.done()?;
    Ok((Redirect { https, host, port, path, status }, rewrite))
}
