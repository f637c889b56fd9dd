//! What a rule does with its requests.

use super::filters::Change;
use super::rewrite::{self, Rewrite};
use super::server::Server;
use super::{Site, destination, header_change, option, redirect, route};
use gloo_domain::HostPattern;
use gloo_ir::{Action, At, GrpcStatus, HeaderOperation, Mirror, Options, Percent, Respond, Share, TextValue};
use gloo_target::{Fields, Unread};

/// What becomes of a rule's requests.
pub(super) struct Read {
    pub action: Action,
    pub options: Options,
    /// Which of them get another path; the options have it for these.
    pub rewrite: Option<Rewrite>,
}

/// The action of a rule, with what is patched into it.
pub(super) fn read(
    site: &Site<'_>,
    server: &Server,
    hosts: &[HostPattern],
    mut rule: Fields<'_>,
) -> Result<Read, Unread> {
    let name = rule.text("name")?.unwrap_or_default();
    let names: Vec<String> = hosts.iter().map(|host| route::virtual_host(host, server)).collect();
    let patches = site.patches.routes.iter();
    let patches = patches.filter(|patch| patch.route == name && names.contains(&patch.virtual_host));
    let patches: Vec<&Change> = patches.map(|patch| &patch.change).collect();
    let (mut request, mut response) = (Vec::new(), Vec::new());
    if let Some(mut headers) = rule.object("headers")? {
        request = headers.object("request")?.map(header_change::read).transpose()?.unwrap_or_default();
        response = headers.object("response")?.map(header_change::read).transpose()?.unwrap_or_default();
        headers.done()?;
    }
    // The connection manager writes `server` over whatever a route makes of it.
    if !site.patches.manager.keeps_server
        && response.iter().any(|operation| header_change::name(operation) == "server")
    {
        return Err(rule.unread("headers.response", "the gateway sets the header `server` after that"));
    }
    let odd_patch = rule.unread("name", "a patch of another kind of rule is made here");
    if patches.len() > 1 {
        return Err(rule.unread("name", "several patches are made here, in the order of their age"));
    }
    let own = rule.unread("headers.request", "no destination sees these headers");
    let direct = rule.object("directResponse")?;
    let redirect = rule.object("redirect")?;
    let read = match (direct, redirect) {
        (Some(_), Some(_)) => return Err(rule.unread("redirect", "it isn't known what this rule does")),
        (Some(direct), None) if patches.is_empty() => {
            let (respond, response) = respond(direct, response)?;
            let options = Options { response_headers: all(site, response), ..Options::default() };
            Read { action: Action::Respond(respond), options, rewrite: None }
        }
        (None, Some(redirect)) => {
            let mut redirect = redirect::read(server, redirect)?;
            let mut rewrite = None;
            for patch in patches {
                let Change::RedirectPath { regex, substitution, unread } = patch else {
                    return Err(odd_patch);
                };
                let read = rewrite::read(regex, substitution, unread)?;
                redirect.path = Some(read.template.clone());
                rewrite = Some(read);
            }
            let options = Options { response_headers: all(site, response), ..Options::default() };
            Read { action: Action::Redirect(redirect), options, rewrite }
        }
        (None, None) => return forward(site, rule, request, response, &patches),
        (Some(_), None) => return Err(odd_patch),
    };
    if !request.is_empty() {
        return Err(own);
    }
    rule.done()?;
    Ok(read)
}

fn all(site: &Site<'_>, operations: Vec<HeaderOperation>) -> Vec<At<HeaderOperation>> {
    operations.into_iter().map(|one| site.at(one)).collect()
}

/// A rule that sends requests on.
fn forward(
    site: &Site<'_>,
    mut rule: Fields<'_>,
    request: Vec<HeaderOperation>,
    response: Vec<HeaderOperation>,
    patches: &[&Change],
) -> Result<Read, Unread> {
    let mut options = Options::default();
    let mut rewritten = None;
    if let Some(mut rewrite) = rule.object("rewrite")? {
        options.host = rewrite.text("authority")?.map(|host| site.at(host.to_owned()));
        if let Some(mut regex) = rewrite.object("uriRegexRewrite")? {
            let unread = regex.unread("match", "it isn't known what this makes of paths");
            let source = regex.needed_text("match")?;
            let found = rewrite::read(source, regex.text("rewrite")?.unwrap_or_default(), &unread)?;
            regex.done()?;
            options.rewrite = Some(site.at(found.template.clone()));
            rewritten = Some(found);
        }
        rewrite.done()?;
    }
    if response.iter().any(|operation| is_changed(operation, &options, &request)) {
        return Err(rule.unread("headers.response", "a value is taken from what the request has become"));
    }
    options.request_headers = all(site, request);
    options.response_headers = all(site, response);
    let host = options.host.as_ref().map(|host| host.value.clone());
    let targets = rule.objects("route")?;
    let shares = shares(site, targets, host.as_deref())?;
    let shares = shares.ok_or_else(|| rule.unread("route", "the weights are nothing together"))?;
    // Without a limit Istio sets none.
    let timeout = option::duration(&mut rule, "timeout")?.filter(|timeout| !timeout.is_zero());
    options.timeout = timeout.map(|timeout| site.at(timeout));
    let retries = match rule.object("retries")? {
        Some(policy) => option::retries(policy)?,
        None => site.world.mesh.retries.clone(),
    };
    options.retries = retries.map(|retries| site.at(retries));
    options.fault = rule
        .object("fault")?
        .map(option::fault)
        .transpose()?
        .filter(|fault| fault.share != Percent::NONE)
        .map(|fault| site.at(fault));
    let mut mirrors = rule.objects("mirrors")?;
    if let Some(mirror) = mirrors.pop() {
        let mirror = self::mirror(site, mirror, host.as_deref())?;
        options.mirror = (mirror.share != Percent::NONE).then(|| site.at(mirror));
    }
    if !mirrors.is_empty() {
        return Err(rule.unread("mirrors", "more copies than a rule can have"));
    }
    for patch in patches {
        match patch {
            Change::Websocket(passes) => options.websocket = (!passes).then(|| site.at(false)),
            Change::RedirectPath { .. } => {
                return Err(rule.unread("name", "a patch of another kind of rule is made here"));
            }
        }
    }
    rule.done()?;
    Ok(Read { action: Action::Forward(shares), options, rewrite: rewritten })
}

/// Whether a value is taken from what the rule makes of the request: Envoy works out a response's headers after that.
fn is_changed(operation: &HeaderOperation, options: &Options, request: &[HeaderOperation]) -> bool {
    let (HeaderOperation::Set(_, value) | HeaderOperation::Add(_, value)) = operation else { return false };
    match value {
        TextValue::Path => options.rewrite.is_some(),
        TextValue::Host => options.host.is_some(),
        value => header_change::reads(value)
            .is_some_and(|name| request.iter().any(|other| header_change::name(other) == name)),
    }
}

/// Where requests go, each destination with its share; those without a weight get none, unless they are alone.
pub(super) fn shares(
    site: &Site<'_>,
    targets: Vec<Fields<'_>>,
    host: Option<&str>,
) -> Result<Option<Vec<Share>>, Unread> {
    let (mut weights, mut destinations) = (Vec::new(), Vec::new());
    for mut target in targets {
        let missing = target.unread("destination", "it is missing");
        weights.push(target.number("weight")?.unwrap_or(0));
        destinations.push(destination::read(site, target.object("destination")?.ok_or(missing)?, host)?);
        target.done()?;
    }
    let Some(shares) = option::shares(&weights) else { return Ok(None) };
    let pairs = destinations.into_iter().zip(shares);
    Ok(Some(pairs.map(|(destination, weight)| Share { destination, weight }).collect::<Vec<_>>())
        .filter(|shares| !shares.is_empty()))
}

/// Where copies go.
fn mirror(site: &Site<'_>, mut mirror: Fields<'_>, host: Option<&str>) -> Result<Mirror, Unread> {
    let missing = mirror.unread("destination", "it is missing");
    let to = destination::read(site, mirror.object("destination")?.ok_or(missing)?, host)?;
    let share = option::percentage(&mut mirror)?.unwrap_or(Percent::ALL);
    mirror.done()?;
    Ok(Mirror { to, share })
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
            let text = body.needed_text("string")?.to_owned();
            body.done()?;
            Some(text)
        }
        None => None,
    };
    direct.done()?;
    let grpc = grpc(&response);
    if grpc.is_some() {
        response
            .retain(|operation| !matches!(header_change::name(operation), "content-type" | "grpc-status"));
    }
    Ok((Respond { status, body, grpc }, response))
}

fn grpc(response: &[HeaderOperation]) -> Option<GrpcStatus> {
    let set = |wanted: &str| {
        response.iter().find_map(|operation| match operation {
            HeaderOperation::Set(name, TextValue::Literal(text)) if name == wanted => Some(text.as_str()),
            _ => None,
        })
    };
    let number = set("grpc-status").filter(|_| set("content-type") == Some("application/grpc"))?;
    GrpcStatus::ALL.iter().copied().find(|status| status.number().to_string() == number)
}
