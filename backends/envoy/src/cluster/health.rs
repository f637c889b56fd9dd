//! How instances are found to be well: by asking them, and by how they answer.

use super::endpoint;
use crate::context::Context;
use crate::proto::{duration, number};
use crate::upstream;
use crate::upstream_http;
use envoy_types::pb::envoy::config::cluster::v3::OutlierDetection;
use envoy_types::pb::envoy::config::core::v3::HealthCheck;
use envoy_types::pb::envoy::config::core::v3::health_check::{HealthChecker, HttpHealthCheck};
use envoy_types::pb::envoy::r#type::v3::CodecClientType;
use gloo_source::Reported;
use gloo_target::{TrafficPlan, Upstream};

/// The checks of a traffic block.
pub(super) fn checks(
    context: &mut Context<'_>,
    upstream: &Upstream,
    http: bool,
) -> Result<Vec<HealthCheck>, Reported> {
    let Some(health) = upstream::traffic(upstream).get(|traffic| traffic.health.as_ref()) else {
        return Ok(Vec::new());
    };
    if !http {
        let construct = "a health check by path of what is called by bytes";
        return Err(context.unsupported(health.at, construct, "leave `health` out of its traffic block"));
    }
    let codec =
        if upstream_http::speaks_http2(upstream) { CodecClientType::Http2 } else { CodecClientType::Http1 };
    let (host, _) = endpoint::name(upstream);
    let checker = HttpHealthCheck {
        host,
        path: health.path.clone(),
        codec_client_type: codec.into(),
        ..HttpHealthCheck::default()
    };
    Ok(vec![HealthCheck {
        timeout: duration(health.timeout),
        interval: duration(health.every),
        unhealthy_threshold: number(health.unhealthy_after),
        healthy_threshold: number(health.healthy_after),
        // Also before the first request: Envoy would ask once a minute only.
        no_traffic_interval: duration(health.every),
        health_checker: Some(HealthChecker::HttpHealthCheck(checker)),
        ..HealthCheck::default()
    }])
}

/// When an instance is left out for a while.
pub(super) fn outliers(
    context: &mut Context<'_>,
    traffic: &TrafficPlan,
) -> Result<Option<OutlierDetection>, Reported> {
    let Some(eject) = traffic.get(|traffic| traffic.eject.as_ref()) else { return Ok(None) };
    if eject.at_most.millionths % 10_000 != 0 {
        let construct = format!("a part of {} of the instances", eject.at_most);
        return Err(context.unsupported(eject.at, &construct, "write a whole percent for `at_most`"));
    }
    Ok(Some(OutlierDetection {
        consecutive_5xx: number(eject.after),
        interval: duration(eject.interval),
        base_ejection_time: duration(eject.duration),
        // Otherwise each further ejection lasts longer.
        max_ejection_time: duration(eject.duration),
        max_ejection_percent: number(eject.at_most.millionths / 10_000),
        enforcing_consecutive_5xx: number(100),
        enforcing_consecutive_gateway_failure: number(0),
        enforcing_success_rate: number(0),
        enforcing_failure_percentage: number(0),
        ..OutlierDetection::default()
    }))
}
