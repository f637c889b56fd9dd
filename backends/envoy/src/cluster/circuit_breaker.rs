//! How much may be under way to an upstream.

use crate::proto::number;
use envoy_types::pb::envoy::config::cluster::v3::CircuitBreakers;
use envoy_types::pb::envoy::config::cluster::v3::circuit_breakers::{Thresholds, thresholds::RetryBudget};
use envoy_types::pb::envoy::config::core::v3::RoutingPriority;
use envoy_types::pb::envoy::r#type::v3::Percent;
use gloo_target::TrafficPlan;

/// The limits: what no traffic block limits is as good as unlimited, where Envoy would take 1,024 and three retries.
pub(super) fn of(traffic: &TrafficPlan) -> CircuitBreakers {
    let connections =
        traffic.get(|traffic| traffic.connections.as_ref()).map(|connections| &connections.value);
    let limit = |limit: Option<u32>| number(limit.unwrap_or(u32::MAX));
    let budget = traffic.get(|traffic| traffic.retry_budget.as_ref()).map(|share| RetryBudget {
        budget_percent: Some(Percent { value: f64::from(share.millionths) / 10_000.0 }),
        ..RetryBudget::default()
    });
    let thresholds = |priority: RoutingPriority| Thresholds {
        priority: priority.into(),
        max_connections: limit(connections.and_then(|connections| connections.max)),
        max_pending_requests: limit(connections.and_then(|connections| connections.pending)),
        max_requests: limit(None),
        max_retries: limit(None),
        retry_budget: budget,
        ..Thresholds::default()
    };
    CircuitBreakers {
        thresholds: vec![thresholds(RoutingPriority::Default), thresholds(RoutingPriority::High)],
        ..CircuitBreakers::default()
    }
}
