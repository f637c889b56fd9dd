//! What a rule does, and how.

use super::destination::destinations;
use super::headers::{Message, operations};
use crate::emission::Emission;
use crate::number::{percentage, seconds};
use crate::virtual_service::{
    Abort, Body, Delay, DirectResponse, Fault, HttpRoute, Mirror, Percentage, Redirect, RegexRewrite,
    Retries, Rewrite, WeightedDestination,
};
use gloo_domain::{PathPattern, PathTemplate, Substitution};
use gloo_ir::{At, GrpcStatus, Options, Percent, Respond, RetryOn};
use gloo_source::{Place, Reported};
use gloo_target::{Answer, PlanRule, UpstreamKey};
use serde_json::{Value, json};
use std::time::Duration;

/// What must be merged into a route, since a VirtualService can't say it.
pub(crate) type RouteSettings = Option<Value>;

/// Writes the answer and the options of a rule into its route.
pub(crate) fn write(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    route: &mut HttpRoute,
) -> Result<RouteSettings, Reported> {
    let options = &rule.options;
    route.headers.response = operations(emission, Message::Response, &options.response_headers)?;
    match &rule.answer {
        Answer::Forward(shares) => {
            route.route = destinations(emission, rule, shares)?;
            forward(emission, rule, route)
        }
        Answer::Redirect(redirect) => {
            only_forwarded(emission, options)?;
            let (redirect, settings) = written_redirect(rule, redirect);
            route.redirect = Some(redirect);
            Ok(settings)
        }
        Answer::Respond(respond) => {
            only_forwarded(emission, options)?;
            write_response(respond, route);
            Ok(None)
        }
    }
}

fn forward(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    route: &mut HttpRoute,
) -> Result<RouteSettings, Reported> {
    let options = &rule.options;
    route.headers.request = operations(emission, Message::Request, &options.request_headers)?;
    if let Some(timeout) = options.timeout.as_ref().filter(|timeout| !timeout.value.is_zero()) {
        route.timeout = Some(duration(emission, timeout.at, timeout.value)?);
    }
    route.retries = Some(retries(emission, options)?);
    let rewritten =
        options.rewrite.as_ref().and_then(|template| substitution(&template.value, rule.path.as_ref()));
    let regex =
        rewritten.map(|found| RegexRewrite { matches: anchored(&found.regex), rewrite: found.replacement });
    let authority = options.host.as_ref().map(|host| host.value.clone());
    if regex.is_some() || authority.is_some() {
        route.rewrite = Some(Rewrite { uri_regex_rewrite: regex, authority });
    }
    if let Some(mirror) = options.mirror.as_ref().filter(|mirror| mirror.share != Percent::NONE) {
        let shares = [(UpstreamKey::of(&mirror.to), Percent::ALL)];
        let plain = PlanRule { options: Options { hash: None, ..options.clone() }, ..rule.clone() };
        let to = destinations(emission, &plain, &shares)?;
        let percentage = Percentage { value: percentage(mirror.share) };
        let copy =
            |to: WeightedDestination| Mirror { destination: to.destination, percentage: percentage.clone() };
        route.mirrors = to.into_iter().map(copy).collect();
    }
    if let Some(fault) = options.fault.as_ref().filter(|fault| fault.share != Percent::NONE) {
        let share = Percentage { value: percentage(fault.share) };
        let delay = match fault.delay.filter(|delay| !delay.is_zero()) {
            Some(delay) => {
                Some(Delay { fixed_delay: duration(emission, fault.at, delay)?, percentage: share.clone() })
            }
            None => None,
        };
        let abort = fault.abort.map(|http_status| Abort { http_status, percentage: share });
        route.fault = (delay.is_some() || abort.is_some()).then_some(Fault { delay, abort });
    }
    let refused = options.websocket.as_ref().is_some_and(|websocket| !websocket.value);
    Ok(refused
        .then(|| json!({"route": {"upgrade_configs": [{"upgrade_type": "websocket", "enabled": false}]}})))
}

fn retries(emission: &mut Emission<'_>, options: &Options) -> Result<Retries, Reported> {
    let Some(At { value: retries, at }) = &options.retries else { return Ok(Retries::default()) };
    let per_try_timeout = match retries.per_try {
        Some(per_try) => Some(duration(emission, *at, per_try)?),
        None => None,
    };
    let mut words = Vec::new();
    for on in &retries.on {
        let Some(word) = retry_word(*on) else {
            return Err(emission.refuse(
                *at,
                "a retry on that status",
                "name a status that HTTP defines, or `5xx`",
            ));
        };
        words.push(word);
    }
    Ok(Retries { attempts: retries.attempts, per_try_timeout, retry_on: Some(words.join(",")) })
}

/// Istio takes only statuses that Go has a text for.
fn retry_word(on: RetryOn) -> Option<String> {
    let known = |status| {
        matches!(status, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429 | 431)
            || matches!(status, 451 | 500..=508 | 510 | 511)
    };
    Some(match on {
        RetryOn::ConnectFailure => "connect-failure".to_owned(),
        RetryOn::RefusedStream => "refused-stream".to_owned(),
        RetryOn::Reset => "reset".to_owned(),
        RetryOn::GatewayError => "gateway-error".to_owned(),
        RetryOn::Class(5) => "5xx".to_owned(),
        RetryOn::Class(4) => "retriable-4xx".to_owned(),
        RetryOn::Status(status) if known(status) => status.to_string(),
        RetryOn::Grpc(
            status @ (GrpcStatus::Cancelled
            | GrpcStatus::DeadlineExceeded
            | GrpcStatus::Internal
            | GrpcStatus::ResourceExhausted
            | GrpcStatus::Unavailable),
        ) => status.word().replace('_', "-"),
        RetryOn::Class(_) | RetryOn::Status(_) | RetryOn::Grpc(_) => return None,
    })
}

/// A redirect, and what of it only Envoy can say: a path that takes something from the request's.
fn written_redirect(rule: &PlanRule, redirect: &gloo_ir::Redirect) -> (Redirect, RouteSettings) {
    let scheme = redirect.https.map(|https| if https { "https" } else { "http" });
    // A port that isn't said stays, unless a scheme is said, which has a port of its own.
    let derive_port = (redirect.port.is_none() && redirect.https.is_none()).then_some("FROM_REQUEST_PORT");
    let exact = redirect.path.as_ref().and_then(PathTemplate::as_exact);
    let taken = redirect.path.as_ref().filter(|_| exact.is_none());
    let settings = taken.and_then(|template| substitution(template, rule.path.as_ref())).map(|found| {
        let pattern = json!({"regex": anchored(&found.regex)});
        json!({"redirect": {"regex_rewrite": {"pattern": pattern, "substitution": found.replacement}}})
    });
    let redirect = Redirect {
        scheme,
        authority: redirect.host.clone(),
        port: redirect.port,
        derive_port,
        uri: exact,
        redirect_code: redirect.status,
    };
    (redirect, settings)
}

fn write_response(respond: &Respond, route: &mut HttpRoute) {
    let body = respond.body.clone().map(|string| Body { string });
    route.direct_response = Some(DirectResponse { status: respond.status, body });
    if let Some(status) = respond.grpc {
        let headers = &mut route.headers.response.set;
        headers.insert("grpc-status".to_owned(), status.number().to_string());
        headers.insert("content-type".to_owned(), "application/grpc".to_owned());
    }
}

/// Refuses options that mean nothing for an answer of the proxy's own.
fn only_forwarded(emission: &mut Emission<'_>, options: &Options) -> Result<(), Reported> {
    let found = [
        options.timeout.as_ref().map(|option| (option.at, "timeout")),
        options.retries.as_ref().map(|option| (option.at, "retries")),
        options.rewrite.as_ref().map(|option| (option.at, "rewrite")),
        options.host.as_ref().map(|option| (option.at, "host")),
        options.mirror.as_ref().map(|option| (option.at, "mirror")),
        options.request_headers.first().map(|option| (option.at, "request_headers")),
        options.fault.as_ref().map(|option| (option.at, "fault")),
        options.hash.as_ref().map(|option| (option.at, "hash")),
        options.websocket.as_ref().map(|option| (option.at, "websocket")),
    ];
    match found.into_iter().flatten().next() {
        None => Ok(()),
        Some((place, word)) => {
            let what = format!("`{word}` on a rule that answers by itself");
            Err(emission.refuse(place, &what, "leave the option out: no destination sees the request"))
        }
    }
}

fn substitution(template: &PathTemplate, path: Option<&PathPattern>) -> Option<Substitution> {
    match path {
        Some(path) => template.substitution(path),
        None => template.substitution(&PathPattern::parse("/**").ok()?),
    }
}

fn anchored(regex: &str) -> String {
    format!("^(?:{regex})$")
}

/// A duration that Istio takes: at least a millisecond.
pub(crate) fn duration(
    emission: &mut Emission<'_>,
    place: Place,
    value: Duration,
) -> Result<String, Reported> {
    if value < Duration::from_millis(1) {
        return Err(emission.refuse(place, "a time of less than 1ms", "say at least `1ms`"));
    }
    Ok(seconds(value))
}
