//! What becomes of the requests of a rule on one listener.

use super::http_route::Rule;
use super::listener::Section;
use super::rewrite::Rewrite;
use super::traffic::Traffic;
use super::{Site, at};
use gloo_ir::{Action, HeaderOperation, ListenerProtocol, Options, Redirect, Retries, TextValue};
use gloo_target::Unread;
use std::collections::BTreeSet;
use std::time::Duration;

/// Envoy's own limit where nobody says one (`RouteAction.timeout`).
const USUAL_TIMEOUT: Duration = Duration::from_secs(15);

/// What becomes of requests.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub action: Action,
    pub options: Options,
    /// Which of them get another path; the options have it for these.
    pub rewrite: Option<Rewrite>,
}

/// What becomes of a rule's requests, by its policy.
pub(super) fn read(
    site: &Site<'_>,
    rule: &Rule<'_>,
    traffic: Option<&Traffic>,
    section: &Section<'_>,
) -> Result<Read, Unread> {
    let unread = |what: &str| Err(Unread { what: what.to_owned(), ..rule.at.clone() });
    let filters = &rule.filters;
    let response = filters.response.clone().operations(site.program, |options| &options.response_headers);
    let mut options =
        Options { response_headers: response.into_iter().map(at).collect(), ..Options::default() };
    if filters.redirect.is_some() || filters.respond.is_some() {
        // Envoy puts faults into these too.
        if traffic.is_some_and(|traffic| traffic.fault.is_some()) {
            return unread("a fault is put into an answer");
        }
    }
    if let Some(respond) = &filters.respond {
        return Ok(Read { action: Action::Respond(respond.clone()), options, rewrite: None });
    }
    if let Some(redirect) = &filters.redirect {
        let action = Action::Redirect(ported(redirect, section));
        return Ok(Read { action, options, rewrite: None });
    }
    if rule.shares.len() > 1 && traffic.is_some_and(|traffic| traffic.is_sticky) {
        return unread("the key of the balancing decides which part of the split a request goes to");
    }
    let mut request = filters.request.clone().operations(site.program, |options| &options.request_headers);
    if let Some(host) = &filters.host {
        options.host = Some(at(host.clone()));
        if !filters.hides_host {
            request.push(HeaderOperation::Add("x-forwarded-host".to_owned(), TextValue::Host));
        }
    }
    options.request_headers = request.into_iter().map(at).collect();
    let limit = rule.timeout.or_else(|| traffic.and_then(|traffic| traffic.timeout));
    options.timeout = Some(limit.unwrap_or(USUAL_TIMEOUT)).filter(|limit| !limit.is_zero()).map(at);
    options.mirror = filters.mirror.clone().map(at);
    options.rewrite = filters.rewrite.as_ref().map(|rewrite| at(rewrite.template.clone()));
    if let Some(traffic) = traffic {
        options.retries = traffic.retries.as_ref().map(|retries| at(as_written(site, retries)));
        options.fault = traffic.fault.clone().map(at);
        options.websocket = (!traffic.websocket).then(|| at(false));
    }
    Ok(Read { action: Action::Forward(rule.shares.clone()), options, rewrite: filters.rewrite.clone() })
}

/// What a request is tried again after is a set: if the program has the same one somewhere, it comes in its order.
fn as_written(site: &Site<'_>, retries: &Retries) -> Retries {
    let set: BTreeSet<_> = retries.on.iter().collect();
    let rules = site.program.tables.values().flat_map(|table| &table.rules);
    let own = rules.filter_map(|rule| rule.options.retries.as_ref());
    let same = own.into_iter().find(|own| own.value.on.iter().collect::<BTreeSet<_>>() == set);
    let on = same.map_or_else(|| retries.on.clone(), |own| own.value.on.clone());
    Retries { on, ..retries.clone() }
}

/// The port of a redirect: that of the scheme if one is said, else the listener's; 80 and 443 are not written, whatever the
/// scheme (`processHTTPRouteParentRefListener`, `buildXdsRedirectAction`).
fn ported(redirect: &Redirect, section: &Section<'_>) -> Redirect {
    let own = section.listener.port;
    let of = |https: bool| if https { 443 } else { 80 };
    let port = redirect.port.unwrap_or_else(|| redirect.https.map_or(own, of));
    let usual = of(redirect.https.unwrap_or(section.listener.protocol == ListenerProtocol::Https));
    let port = match port {
        80 | 443 if redirect.https.is_some() || own == usual => None,
        80 | 443 => Some(usual),
        port => Some(port),
    };
    Redirect { port, ..redirect.clone() }
}
