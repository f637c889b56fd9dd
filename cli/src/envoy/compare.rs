//! What a real Envoy did, held against what the evaluator says.

use super::adapt::Endpoint;
use super::exchange::Answer;
use super::response::Response;
use super::upstream::{ECHO, Received};
use gloo_ir::evaluate::{Final, Reached, Refusal, Request, Sent, Trace};
use std::collections::BTreeMap;

/// The endpoints of the destinations that a bootstrap knows, by the names of its clusters.
pub type Endpoints = BTreeMap<String, Endpoint>;

/// What is wrong with an answer; nothing, if it is one of those that the evaluator expects.
///
/// # Errors
/// The two differ: how.
pub fn compare(
    endpoints: &Endpoints,
    request: &Request,
    trace: &Trace,
    answer: &Answer,
) -> Result<(), String> {
    let mut first = None;
    for expected in trace.outcomes() {
        match against(endpoints, request, expected, answer) {
            Ok(()) => return Ok(()),
            Err(difference) => first = first.or(Some(difference)),
        }
    }
    Err(first.unwrap_or_else(|| "the evaluator expects nothing".to_owned()))
}

fn against(
    endpoints: &Endpoints,
    request: &Request,
    expected: &Final,
    answer: &Answer,
) -> Result<(), String> {
    match expected {
        Final::Denied { status: Refusal::NoConnection, .. } => {
            check(*answer == Answer::Refused, || format!("a closed connection, not {}", describe(answer)))
        }
        Final::Denied { status: Refusal::Any, .. } => {
            let refused = matches!(answer, Answer::Http(response) if response.header(ECHO).is_none());
            check(refused, || format!("a refusal, not {}", describe(answer)))
        }
        Final::Denied { status: Refusal::Status(status), .. } | Final::Responded { status, .. } => {
            responded(request, *status, answer)
        }
        Final::Redirected { status, location, .. } => redirected(*status, location.as_deref(), answer),
        Final::Forwarded(forwarded) => {
            let received = match answer {
                Answer::Bytes(received) => received.clone(),
                Answer::Http(response) => echo(response)
                    .ok_or_else(|| format!("{}, not {}", names(&forwarded.destinations), describe(answer)))?,
                Answer::Refused => {
                    return Err(format!("{}, not {}", names(&forwarded.destinations), describe(answer)));
                }
            };
            reached(endpoints, &forwarded.destinations, &received)?;
            forwarded.sent.as_ref().map_or(Ok(()), |sent| same(sent, &received))
        }
    }
}

fn check(holds: bool, difference: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(difference()) }
}

/// What an upstream says in a response.
#[must_use]
pub fn echo(response: &Response) -> Option<Received> {
    serde_json::from_str(response.header(ECHO)?).ok()
}

fn responded(request: &Request, status: u16, answer: &Answer) -> Result<(), String> {
    let expected = || format!("{status} from the proxy, not {}", describe(answer));
    let Answer::Http(response) = answer else { return Err(expected()) };
    if response.header(ECHO).is_some() {
        return Err(expected());
    }
    let is_grpc = request.message.as_ref().is_some_and(gloo_ir::evaluate::Message::is_grpc);
    match response.header("grpc-status").filter(|_| is_grpc) {
        Some(number) => check(response.status == 200 && means(number, status), expected),
        None => check(response.status == status, expected),
    }
}

/// Whether a gRPC status says what the HTTP status does: either as the evaluator translates it, or as Envoy does.
fn means(number: &str, status: u16) -> bool {
    let told = match status {
        400 => "13",
        401 => "16",
        403 => "7",
        404 => "12",
        429 | 502 | 503 | 504 => "14",
        200 => "0",
        _ => "2",
    };
    let grpc = gloo_ir::GrpcStatus::ALL.iter().find(|grpc| grpc.number().to_string() == number);
    number == told || grpc.is_some_and(|grpc| gloo_ir::evaluate::http_equivalent(*grpc) == status)
}

fn redirected(status: u16, location: Option<&str>, answer: &Answer) -> Result<(), String> {
    let expected = || format!("{status} to {}, not {}", location.unwrap_or("somewhere"), describe(answer));
    let Answer::Http(response) = answer else { return Err(expected()) };
    let same = location.is_none_or(|location| response.header("location").is_some_and(|to| to == location));
    check(response.status == status && same, expected)
}

fn reached(endpoints: &Endpoints, destinations: &[Reached], received: &Received) -> Result<(), String> {
    let hit = destinations.iter().any(|reached| endpoint(endpoints, reached) == Some(&received.upstream));
    let (host, port) = &received.upstream;
    check(hit, || format!("{}, not {host}:{port}", names(destinations)))
}

/// The endpoint of a destination.
#[must_use]
pub fn endpoint<'e>(endpoints: &'e Endpoints, reached: &Reached) -> Option<&'e Endpoint> {
    let target = reached.target.as_ref()?;
    let names = [false, true].map(|hashed| gloo_envoy::cluster_name(target, &reached.port, hashed));
    names.iter().find_map(|name| endpoints.get(name))
}

fn same(sent: &Sent, received: &Received) -> Result<(), String> {
    let query = sent.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", sent.path);
    check(path == received.path, || format!("the path `{path}` at the service, not `{}`", received.path))?;
    let host = received.host.to_ascii_lowercase();
    check(sent.host == host, || format!("the host `{}` at the service, not `{host}`", sent.host))?;
    for (name, values) in &sent.changed {
        let there: Vec<_> =
            received.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
        check(there.iter().copied().eq(values), || {
            format!("the header `{name}` as {values:?} at the service, not {there:?}")
        })?;
    }
    Ok(())
}

fn names(destinations: &[Reached]) -> String {
    let name = |reached: &Reached| match &reached.target {
        Some(target) => gloo_envoy::cluster_name(target, &reached.port, false),
        None => reached.host.clone().unwrap_or_default(),
    };
    destinations.iter().map(name).collect::<Vec<_>>().join(" or ")
}

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Refused => "a closed connection".to_owned(),
        Answer::Bytes(received) => format!("{}:{}", received.upstream.0, received.upstream.1),
        Answer::Http(response) => match echo(response) {
            Some(received) => {
                format!("{} from {}:{}", response.status, received.upstream.0, received.upstream.1)
            }
            None => {
                let location = response.header("location").map(|to| format!(" to {to}")).unwrap_or_default();
                let grpc = response.header("grpc-status").map(|status| format!(", grpc-status {status}"));
                format!("{}{location}{} from the proxy", response.status, grpc.unwrap_or_default())
            }
        },
    }
}
