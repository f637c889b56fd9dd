//! Retries.

use crate::proto::{duration, number};
use envoy_types::pb::envoy::config::route::v3::RetryPolicy;
use envoy_types::pb::envoy::config::route::v3::retry_policy::RetryBackOff;
use gloo_ir::{GrpcStatus, Retries, RetryOn};
use std::time::Duration;

/// The policy in Envoy's words. Between tries stands a random pause of up to 25 ms, doubled each time.
pub(crate) fn of(retries: &Retries) -> RetryPolicy {
    let mut on: Vec<&str> = Vec::new();
    let mut statuses = Vec::new();
    for reason in &retries.on {
        let word = match reason {
            RetryOn::ConnectFailure => "connect-failure",
            RetryOn::RefusedStream => "refused-stream",
            RetryOn::Reset => "reset",
            RetryOn::Class(4) => "retriable-4xx",
            RetryOn::Class(_) => "5xx",
            RetryOn::GatewayError => "gateway-error",
            RetryOn::Status(status) => {
                statuses.push(u32::from(*status));
                "retriable-status-codes"
            }
            RetryOn::Grpc(status) => grpc(*status),
        };
        if !on.contains(&word) {
            on.push(word);
        }
    }
    RetryPolicy {
        retry_on: on.join(","),
        num_retries: number(retries.attempts),
        per_try_timeout: retries.per_try.and_then(duration),
        retriable_status_codes: statuses,
        retry_back_off: Some(RetryBackOff {
            base_interval: duration(Duration::from_millis(25)),
            max_interval: duration(Duration::from_millis(250)),
        }),
        ..RetryPolicy::default()
    }
}

/// The statuses that Envoy tries again after; the language has no others here.
fn grpc(status: GrpcStatus) -> &'static str {
    match status {
        GrpcStatus::Cancelled => "cancelled",
        GrpcStatus::DeadlineExceeded => "deadline-exceeded",
        GrpcStatus::Internal => "internal",
        GrpcStatus::ResourceExhausted => "resource-exhausted",
        _ => "unavailable",
    }
}
