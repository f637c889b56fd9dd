//! Step 3: what other sites may do from a browser (the Fetch standard's CORS protocol; semantics.md, step 3).

use super::policies::{Applied, clauses};
use super::walk::{Decider, Ended, Passing, Walk};
use super::{Effect, Final, Refusal, StepKind};
use crate::{ClauseKind, Cors, Origin};
use gloo_domain::Method;

/// Answers a preflight whose origin is allowed with 200, and lets everything else go on.
pub(crate) fn cors(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let allowing = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Cors(cors) => Some(cors),
        _ => None,
    });
    let Some(origin) = passing.seen.headers.first("origin").map(String::from) else { return Ok(()) };
    for (policy, clause, cors) in allowing {
        let decider = Decider::policy(&policy.id, clause.place);
        if !cors.origins.iter().any(|allowed| allows(allowed, &origin)) {
            walk.step(
                StepKind::Cors,
                &decider,
                format!("`{origin}` is not allowed, and goes on as any other"),
            );
            continue;
        }
        if requested_method(passing).is_some() {
            let methods = methods(cors);
            walk.step(StepKind::Cors, &decider, format!("answers the preflight of `{origin}`: {methods}"));
            return Err(Final::Responded { status: 200, by: decider.name }.into());
        }
        walk.step(StepKind::Cors, &decider, format!("`{origin}` may read the answer"));
        walk.effect(Effect::AllowOrigin(origin.clone()));
    }
    Ok(())
}

/// The method that a preflight announces; nothing if it is no preflight.
pub(crate) fn requested_method(passing: &Passing) -> Option<String> {
    let asks = passing.seen.method == Some(Method::Options) && passing.seen.headers.has("origin");
    let method = passing.seen.headers.first("access-control-request-method");
    method.filter(|_| asks).map(String::from)
}

/// Refuses what would change something for another site: POST, PUT, PATCH and DELETE whose origin (else referrer) is
/// neither the own host nor listed.
pub(crate) fn csrf(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) -> Result<(), Ended> {
    let changes =
        matches!(passing.seen.method, Some(Method::Post | Method::Put | Method::Patch | Method::Delete));
    if !changes {
        return Ok(());
    }
    let guarding = clauses(walk.program, policies, &passing.seen, |kind| match kind {
        ClauseKind::Csrf(origins) => Some(origins),
        _ => None,
    });
    let headers = &passing.seen.headers;
    let sender = headers.first("origin").or_else(|| headers.first("referer")).map(String::from);
    for (policy, clause, origins) in guarding {
        let decider = Decider::policy(&policy.id, clause.place);
        match &sender {
            Some(sender) if is_own(passing, sender) => {
                walk.step(StepKind::Csrf, &decider, format!("`{sender}` is the own host"));
            }
            Some(sender) if origins.iter().any(|listed| is_listed(listed, sender)) => {
                walk.step(StepKind::Csrf, &decider, format!("`{sender}` is listed"));
            }
            Some(sender) => {
                let says = format!("`{sender}` is neither the own host nor listed");
                return Err(walk.deny(StepKind::Csrf, &decider, Refusal::Status(403), says));
            }
            None => {
                let says = "neither `origin` nor `referer` says which site sends it";
                return Err(walk.deny(StepKind::Csrf, &decider, Refusal::Status(403), says));
            }
        }
    }
    Ok(())
}

/// Whether an origin, as a browser writes it, is one of those.
fn allows(allowed: &Origin, origin: &str) -> bool {
    match allowed {
        Origin::Any => true,
        Origin::Exactly(one) => one == origin,
        Origin::Below { scheme, suffix } => {
            let below =
                origin.strip_prefix(scheme.as_str()).and_then(|host| host.strip_suffix(suffix.as_str()));
            below.is_some_and(|label| !label.is_empty())
        }
    }
}

/// Whether a site is listed for CSRF, where the scheme does not count.
fn is_listed(listed: &Origin, sender: &str) -> bool {
    match listed {
        Origin::Any => true,
        Origin::Exactly(one) => authority(one) == authority(sender),
        Origin::Below { suffix, .. } => {
            authority(sender).strip_suffix(suffix.as_str()).is_some_and(|label| !label.is_empty())
        }
    }
}

/// Whether a site is the one that the request is sent to: its host, and its port where it says one.
fn is_own(passing: &Passing, sender: &str) -> bool {
    let authority = authority(sender);
    let host = super::normalise::host(authority);
    let port = authority.strip_prefix(host.as_str()).and_then(|rest| rest.strip_prefix(':'));
    let same_port = port.is_none_or(|port| port.parse() == Ok(passing.seen.port));
    passing.seen.host.as_deref() == Some(host.as_str()) && same_port
}

/// Host and port of an origin or a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn methods(cors: &Cors) -> String {
    let methods: Vec<String> = cors.methods.iter().map(ToString::to_string).collect();
    if methods.is_empty() { "no methods".to_owned() } else { methods.join(", ") }
}
