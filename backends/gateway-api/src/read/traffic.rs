//! How long, how often and with which faults requests are sent on (`BackendTrafficPolicy`).

use super::attached::Attached;
use super::object::Objects;
use gloo_ir::{Fault, GrpcStatus, Percent, Retries, RetryOn};
use gloo_target::{Fields, Unread};
use std::time::Duration;

/// How calls travel, which is not read.
const TRAVEL: [&str; 6] =
    ["circuitBreaker", "connection", "dns", "healthCheck", "loadBalancer", "tcpKeepalive"];
/// What Envoy Gateway tries again after, unless it is told (`retryDefaultRetryOn`, `retryDefaultRetriableStatusCode`).
const USUAL_RETRIES: [&str; 5] =
    ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

/// What a policy says of requests.
#[derive(Clone, Debug)]
pub(super) struct Traffic {
    /// How long a request may take; zero is for ever.
    pub timeout: Option<Duration>,
    pub retries: Option<Retries>,
    pub fault: Option<Fault>,
    /// Whether upgrades to websockets pass.
    pub websocket: bool,
    /// Whether a key decides also which part of a split a request goes to.
    pub is_sticky: bool,
}

/// All policies.
pub(super) type Policies<'a> = Attached<'a, Traffic>;

/// All policies.
pub(super) fn read<'a>(objects: &Objects<'a>) -> Result<Policies<'a>, Vec<Unread>> {
    Attached::read(objects, "BackendTrafficPolicy", traffic)
}

fn traffic(mut spec: Fields<'_>) -> Result<Traffic, Unread> {
    let is_sticky = spec
        .take("loadBalancer")
        .and_then(|balancer| balancer.get("type"))
        .is_some_and(|kind| kind.as_str() == Some("ConsistentHash"));
    spec.ignore(&TRAVEL);
    let traffic = Traffic {
        timeout: timeout(&mut spec)?,
        retries: spec.object("retry")?.map(retries).transpose()?,
        fault: spec.object("faultInjection")?.map(fault).transpose()?,
        websocket: websocket(&mut spec)?,
        is_sticky,
    };
    spec.done()?;
    Ok(traffic)
}

fn timeout(spec: &mut Fields<'_>) -> Result<Option<Duration>, Unread> {
    let Some(mut timeout) = spec.object("timeout")? else { return Ok(None) };
    timeout.ignore(&["tcp"]);
    let mut limit = None;
    if let Some(mut http) = timeout.object("http")? {
        http.ignore(&["connectionIdleTimeout", "maxConnectionDuration"]);
        limit =
            http.text("requestTimeout")?.map(|text| duration(&http, "requestTimeout", text)).transpose()?;
        http.done()?;
    }
    timeout.done()?;
    Ok(limit)
}

/// Upgrades to websockets pass unless others are named instead of them.
fn websocket(spec: &mut Fields<'_>) -> Result<bool, Unread> {
    let upgrades = spec.objects("httpUpgrade")?;
    let mut passes = upgrades.is_empty();
    for mut upgrade in upgrades {
        if upgrade.needed_text("type")? != "websocket" {
            return Err(upgrade.unread("type", "only websockets are read"));
        }
        passes = true;
        upgrade.done()?;
    }
    Ok(passes)
}

fn retries(mut policy: Fields<'_>) -> Result<Retries, Unread> {
    let attempts = policy.number("numRetries")?.unwrap_or(2);
    let attempts = u32::try_from(attempts).map_err(|_| policy.unread("numRetries", "it is too large"))?;
    let mut per_try = None;
    if let Some(mut each) = policy.object("perRetry")? {
        // The language has no pause between tries.
        each.ignore(&["backOff"]);
        per_try = each.text("timeout")?.map(|text| duration(&each, "timeout", text)).transpose()?;
        each.done()?;
    }
    let (mut triggers, mut statuses) = (USUAL_RETRIES.to_vec(), vec![503]);
    if let Some(mut on) = policy.object("retryOn")? {
        let said = on.texts("triggers")?;
        let codes = on.list("httpStatusCodes")?;
        let codes = codes.into_iter().map(|code| u16::try_from(code.as_u64()?).ok());
        let codes = codes.collect::<Option<Vec<_>>>();
        let codes = codes.ok_or_else(|| on.unread("httpStatusCodes", "numbers are expected here"))?;
        on.done()?;
        if !said.is_empty() || !codes.is_empty() {
            statuses = codes;
        }
        if !said.is_empty() {
            triggers = said;
        }
    }
    let mut on = Vec::new();
    for word in triggers {
        match word {
            "connect-failure" => on.push(RetryOn::ConnectFailure),
            "refused-stream" => on.push(RetryOn::RefusedStream),
            "reset" => on.push(RetryOn::Reset),
            "retriable-4xx" => on.push(RetryOn::Class(4)),
            "5xx" => on.push(RetryOn::Class(5)),
            "gateway-error" => on.push(RetryOn::GatewayError),
            "cancelled" => on.push(RetryOn::Grpc(GrpcStatus::Cancelled)),
            "deadline-exceeded" => on.push(RetryOn::Grpc(GrpcStatus::DeadlineExceeded)),
            "internal" => on.push(RetryOn::Grpc(GrpcStatus::Internal)),
            "resource-exhausted" => on.push(RetryOn::Grpc(GrpcStatus::ResourceExhausted)),
            "unavailable" => on.push(RetryOn::Grpc(GrpcStatus::Unavailable)),
            "retriable-status-codes" => on.extend(statuses.iter().copied().map(RetryOn::Status)),
            _ => return Err(policy.unread("retryOn.triggers", format!("`{word}` can't be read"))),
        }
    }
    policy.done()?;
    Ok(Retries { attempts, per_try, on })
}

fn fault(mut config: Fields<'_>) -> Result<Fault, Unread> {
    let mut shares = Vec::new();
    let (mut delay, mut abort) = (None, None);
    if let Some(mut fields) = config.object("delay")? {
        let text = fields.needed_text("fixedDelay")?;
        delay = Some(duration(&fields, "fixedDelay", text)?);
        shares.push(percentage(&mut fields)?);
        fields.done()?;
    }
    if let Some(mut fields) = config.object("abort")? {
        let status = fields.number("httpStatus")?.and_then(|status| u16::try_from(status).ok());
        abort = Some(status.ok_or_else(|| fields.unread("httpStatus", "only these are read"))?);
        shares.push(percentage(&mut fields)?);
        fields.done()?;
    }
    // Envoy draws the two apart: both are drawn together only if that is always.
    let share = match shares.as_slice() {
        [share] => *share,
        [Percent::ALL, Percent::ALL] => Percent::ALL,
        _ => return Err(config.unread("", "a delay and an error are drawn apart")),
    };
    config.done()?;
    Ok(Fault { delay, abort, share })
}

/// All, unless said.
fn percentage(fields: &mut Fields<'_>) -> Result<Percent, Unread> {
    let Some(value) = fields.take("percentage") else { return Ok(Percent::ALL) };
    let share = value.as_f64().and_then(as_envoy_takes);
    share.ok_or_else(|| fields.unread("percentage", "a share in percent is expected here"))
}

/// A share in percent as Envoy Gateway hands it on: as a short float, cut off after millionths (`FromFloat32` of its
/// `internal/xds/utils/fractionalpercent`).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Envoy Gateway does just this")]
pub(super) fn as_envoy_takes(percent: f64) -> Option<Percent> {
    let millionths = percent as f32 * 10_000.0;
    (0.0..=1_000_000.0).contains(&millionths).then_some(Percent { millionths: millionths as u32 })
}

/// A share of a copy: of 100 parts so many short floats (`processRequestMirrorFilter`).
#[expect(clippy::cast_possible_truncation, reason = "Envoy Gateway does just this")]
pub(super) fn fraction(numerator: f64, denominator: f64) -> Option<Percent> {
    as_envoy_takes(f64::from(100.0 * numerator as f32 / denominator as f32))
}

/// A duration as the Gateway API has it (GEP-2257): `1h30m`, `1s500ms`, `0s`.
pub(super) fn duration(fields: &Fields<'_>, field: &str, text: &str) -> Result<Duration, Unread> {
    let parts = || {
        let (mut whole, mut rest) = (Duration::ZERO, text);
        while !rest.is_empty() {
            let digits = rest.find(|character: char| !character.is_ascii_digit())?;
            let (number, after) = rest.split_at_checked(digits)?;
            let unit = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
            let (unit, after) = after.split_at_checked(unit)?;
            let each = match unit {
                "h" => 3_600_000,
                "m" => 60_000,
                "s" => 1_000,
                "ms" => 1,
                _ => return None,
            };
            whole += Duration::from_millis(number.parse::<u64>().ok()?.checked_mul(each)?);
            rest = after;
        }
        (!text.is_empty()).then_some(whole)
    };
    parts().ok_or_else(|| fields.unread(field, "a duration such as `1h30m` is expected here"))
}
