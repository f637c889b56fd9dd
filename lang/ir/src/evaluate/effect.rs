//! What is done to a request that is sent on, and to its answer, besides choosing where it goes.

use super::words;
use crate::{Fault, GatewayId, HashKey, Percent, PolicyId, Rate, Retries, RetryOn};
use serde_json::{Value, json};
use std::time::Duration;

/// One effect. Effects are part of what a program means: two programs are equal only if the effects are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The whole request, retries included, may take so long.
    Timeout(Duration),
    /// It is tried again.
    Retries(Retries),
    /// A copy goes to what is named, of so many requests.
    Mirror(String, Percent),
    /// A header of the request is changed.
    RequestHeader(HeaderChange),
    /// A header of the response is changed.
    ResponseHeader(HeaderChange),
    /// The destination sees another path.
    Rewrite(String),
    /// The destination sees another host.
    Host(String),
    /// Some requests are held back or answered with an error.
    Fault(Fault),
    /// What decides which instance it goes to.
    Hash(HashKey),
    /// Websocket upgrades don't pass.
    NoWebsocket,
    /// A limit counts it.
    Limit {
        /// The policy.
        policy: PolicyId,
        /// How many.
        rate: Rate,
        /// `per proxy`, `per cluster`, `per mesh`.
        per: &'static str,
        /// What is counted apart, with the value that this request has.
        key: Vec<(String, String)>,
    },
    /// Bodies beyond so many bytes are refused as they arrive.
    MaxBody(u64),
    /// The body of the request is changed.
    RequestBody(String),
    /// The body of the response is changed.
    ResponseBody(String),
    /// Secrets are blotted out: where.
    Mask(String),
    /// The response is compressed, the first that the client takes.
    Compress(Vec<&'static str>),
    /// The browser is told that this site may read the answer.
    AllowOrigin(String),
    /// It leaves by an egress gateway.
    Egress(GatewayId),
    /// The proxy's own answer has this body.
    Body(String),
}

/// A change of one header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderChange {
    /// It has that value alone.
    Set(String, String),
    /// It has that value too.
    Add(String, String),
    /// It is gone.
    Remove(String),
}

impl std::fmt::Display for HeaderChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Set(name, value) => write!(f, "set {name}: {value}"),
            Self::Add(name, value) => write!(f, "add {name}: {value}"),
            Self::Remove(name) => write!(f, "remove {name}"),
        }
    }
}

impl Effect {
    /// The name that machines read.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Timeout(_) => "timeout",
            Self::Retries(_) => "retries",
            Self::Mirror(..) => "mirror",
            Self::RequestHeader(_) => "request_headers",
            Self::ResponseHeader(_) => "response_headers",
            Self::Rewrite(_) => "rewrite",
            Self::Host(_) => "host",
            Self::Fault(_) => "fault",
            Self::Hash(_) => "hash",
            Self::NoWebsocket => "no_websocket",
            Self::Limit { .. } => "limit",
            Self::MaxBody(_) => "max_body",
            Self::RequestBody(_) => "request_body",
            Self::ResponseBody(_) => "response_body",
            Self::Mask(_) => "mask",
            Self::Compress(_) => "compress",
            Self::AllowOrigin(_) => "allow_origin",
            Self::Egress(_) => "egress",
            Self::Body(_) => "body",
        }
    }

    /// What machines read of it.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Timeout(limit) => json!(words::duration(*limit)),
            Self::Retries(retries) => json!({
                "attempts": retries.attempts,
                "per_try": retries.per_try.map(words::duration),
                "on": retries.on.iter().map(|on| retry_word(*on)).collect::<Vec<_>>(),
            }),
            Self::Mirror(to, share) => json!({ "to": to, "share": share.to_string() }),
            Self::RequestHeader(change) | Self::ResponseHeader(change) => json!(change.to_string()),
            Self::Rewrite(text)
            | Self::Host(text)
            | Self::RequestBody(text)
            | Self::ResponseBody(text)
            | Self::Mask(text)
            | Self::AllowOrigin(text)
            | Self::Body(text) => json!(text),
            Self::Fault(fault) => json!({
                "delay": fault.delay.map(words::duration),
                "abort": fault.abort,
                "share": fault.share.to_string(),
            }),
            Self::Hash(key) => json!(words::hash_key(key)),
            Self::NoWebsocket => json!(true),
            Self::Limit { policy, rate, per, key } => json!({
                "policy": policy.as_str(),
                "rate": words::rate(*rate),
                "per": per,
                "by": key.iter().map(|(name, value)| json!({ name: value })).collect::<Vec<_>>(),
            }),
            Self::MaxBody(bytes) => json!(bytes),
            Self::Compress(kinds) => json!(kinds),
            Self::Egress(gateway) => json!(gateway.as_str()),
        }
    }

    /// What people read of it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Timeout(limit) => format!("timeout {}", words::duration(*limit)),
            Self::Retries(retries) => words::retries(retries),
            Self::Mirror(to, share) => format!("copies {share} to {to}"),
            Self::RequestHeader(change) => format!("request header {change}"),
            Self::ResponseHeader(change) => format!("response header {change}"),
            Self::Rewrite(path) => format!("path becomes {path}"),
            Self::Host(host) => format!("host becomes {host}"),
            Self::Fault(fault) => words::fault(fault),
            Self::Hash(key) => format!("instance by {}", words::hash_key(key)),
            Self::NoWebsocket => "no websockets".to_owned(),
            Self::Limit { policy, rate, per, .. } => {
                format!("counted by {policy}: {} per {per}", words::rate(*rate))
            }
            Self::MaxBody(bytes) => format!("bodies up to {bytes} bytes"),
            Self::RequestBody(what) => format!("request body {what}"),
            Self::ResponseBody(what) => format!("response body {what}"),
            Self::Mask(what) => format!("masks {what}"),
            Self::Compress(kinds) => format!("compressed by {}", kinds.join(" or ")),
            Self::AllowOrigin(origin) => format!("{origin} may read it"),
            Self::Egress(gateway) => format!("leaves by {gateway}"),
            Self::Body(body) => format!("body {}", gloo_domain::quoted(body)),
        }
    }
}

/// The word of programs for a reason to try again.
pub(crate) fn retry_word(on: RetryOn) -> String {
    match on {
        RetryOn::ConnectFailure => "connect_failure".to_owned(),
        RetryOn::RefusedStream => "refused_stream".to_owned(),
        RetryOn::Reset => "reset".to_owned(),
        RetryOn::Class(class) => format!("{class}xx"),
        RetryOn::GatewayError => "gateway_error".to_owned(),
        RetryOn::Status(status) => status.to_string(),
        RetryOn::Grpc(status) => status.word().to_owned(),
    }
}
