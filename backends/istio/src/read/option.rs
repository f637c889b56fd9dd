//! How a route's requests go: times, tries, faults, shares.

use gloo_ir::{Fault, GrpcStatus, Percent, Retries, RetryOn};
use gloo_target::{Fields, Unread};
use serde_json::Value;
use std::time::Duration;

/// A duration as protobuf's JSON has it: `1.5s`.
pub(super) fn duration(fields: &mut Fields<'_>, field: &str) -> Result<Option<Duration>, Unread> {
    let Some(text) = fields.text(field)? else { return Ok(None) };
    let seconds = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.ok_or_else(|| fields.unread(field, "a duration such as `1.5s` is expected here"))?;
    // Nothing is said in less than microseconds, which a float can't hold exactly.
    Ok(Some(Duration::from_micros(u64::try_from((time.as_nanos() + 500) / 1_000).unwrap_or(u64::MAX))))
}

/// A percentage, if there is one: Istio multiplies by 10,000 and cuts the fraction off
/// (`translatePercentToFractionalPercent`).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cutting off is what Istio does")]
pub(super) fn percentage(fields: &mut Fields<'_>) -> Result<Option<Percent>, Unread> {
    let Some(mut said) = fields.object("percentage")? else { return Ok(None) };
    let value = said.take("value").map_or(Some(0.0), Value::as_f64);
    let value = value.filter(|value| (0.0..=100.0).contains(value));
    let value = value.ok_or_else(|| said.unread("value", "a percentage is expected here"))?;
    said.done()?;
    Ok(Some(Percent { millionths: (value * 10_000.0) as u32 }))
}

/// What Istio does where nothing is said (`retry.DefaultPolicy`).
pub(super) fn usual_retries() -> Retries {
    Retries {
        attempts: 2,
        per_try: None,
        on: vec![
            RetryOn::ConnectFailure,
            RetryOn::RefusedStream,
            RetryOn::Grpc(GrpcStatus::Unavailable),
            RetryOn::Grpc(GrpcStatus::Cancelled),
            RetryOn::Status(503),
        ],
    }
}

/// When a request is tried again; never, with no attempts. What isn't said is as usual. The pause between tries is not
/// read: the language has none.
pub(super) fn retries(mut policy: Fields<'_>) -> Result<Option<Retries>, Unread> {
    policy.ignore(&["backoff"]);
    let mut retries = usual_retries();
    retries.attempts = u32::try_from(policy.number("attempts")?.unwrap_or(0)).unwrap_or(u32::MAX);
    retries.per_try = duration(&mut policy, "perTryTimeout")?;
    let words = policy.text("retryOn")?.unwrap_or_default();
    let words: Vec<&str> = words.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if !words.is_empty() {
        let on = words.iter().map(|word| retry_on(word).ok_or(*word)).collect::<Result<Vec<_>, _>>();
        retries.on = on.map_err(|word| policy.unread("retryOn", format!("`{word}` can't be read")))?;
    }
    policy.done()?;
    Ok((retries.attempts > 0).then_some(retries))
}

/// A word of Envoy's, or a status that HTTP defines: Go has no text for others, which Envoy then can't read.
fn retry_on(word: &str) -> Option<RetryOn> {
    Some(match word {
        "connect-failure" => RetryOn::ConnectFailure,
        "refused-stream" => RetryOn::RefusedStream,
        "reset" => RetryOn::Reset,
        "gateway-error" => RetryOn::GatewayError,
        "5xx" => RetryOn::Class(5),
        "retriable-4xx" => RetryOn::Class(4),
        "cancelled" => RetryOn::Grpc(GrpcStatus::Cancelled),
        "deadline-exceeded" => RetryOn::Grpc(GrpcStatus::DeadlineExceeded),
        "internal" => RetryOn::Grpc(GrpcStatus::Internal),
        "resource-exhausted" => RetryOn::Grpc(GrpcStatus::ResourceExhausted),
        "unavailable" => RetryOn::Grpc(GrpcStatus::Unavailable),
        number => RetryOn::Status(number.parse().ok().filter(|status| has_text(*status))?),
    })
}

/// Whether Go's `http.StatusText` has a text for the status.
fn has_text(status: u16) -> bool {
    matches!(status, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426)
        || matches!(status, 428 | 429 | 431 | 451 | 500..=508 | 510 | 511)
}

/// A fault. Envoy draws a delay and an error apart: both are drawn together only if that is always.
pub(super) fn fault(mut fault: Fields<'_>) -> Result<Fault, Unread> {
    let mut shares = Vec::new();
    let mut delay = None;
    if let Some(mut fields) = fault.object("delay")? {
        delay = duration(&mut fields, "fixedDelay")?;
        shares.push(percentage(&mut fields)?.unwrap_or(Percent::NONE));
        fields.done()?;
    }
    let mut abort = None;
    if let Some(mut fields) = fault.object("abort")? {
        abort = fields.number("httpStatus")?.and_then(|status| u16::try_from(status).ok());
        shares.push(percentage(&mut fields)?.unwrap_or(Percent::NONE));
        fields.done()?;
    }
    let unread = fault.unread("", "a delay and an error are drawn apart");
    fault.done()?;
    match shares.as_slice() {
        [share] => Ok(Fault { delay, abort, share: *share }),
        [Percent::ALL, Percent::ALL] => Ok(Fault { delay, abort, share: Percent::ALL }),
        _ => Err(unread),
    }
}

/// The share of each weight. Where there is only one, it has all.
pub(super) fn shares(weights: &[u64]) -> Option<Vec<Percent>> {
    if weights.len() == 1 {
        return Some(vec![Percent::ALL]);
    }
    let all: u64 = weights.iter().sum();
    let share = |weight: &u64| {
        let millionths = weight.checked_mul(1_000_000)?.checked_add(all / 2)?.checked_div(all)?;
        Some(Percent { millionths: u32::try_from(millionths).ok()? })
    };
    weights.iter().map(share).collect()
}
