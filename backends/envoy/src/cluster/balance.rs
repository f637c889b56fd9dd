//! Which instance is taken.

use crate::context::Context;
use crate::proto::duration;
use envoy_types::pb::envoy::config::cluster::v3::Cluster;
use envoy_types::pb::envoy::config::cluster::v3::cluster::{
    LbConfig, LbPolicy, LeastRequestLbConfig, RoundRobinLbConfig, SlowStartConfig,
};
use gloo_ir::{Balance, Preference};
use gloo_source::Reported;
use gloo_target::TrafficPlan;

/// The cluster with its policy: by hash, where the rules that use it bring a hash of their own.
pub(super) fn with_policy(
    context: &mut Context<'_>,
    cluster: Cluster,
    traffic: &TrafficPlan,
    hashed: bool,
) -> Result<Cluster, Reported> {
    if let Some(prefer) = traffic.get(|traffic| traffic.prefer.as_ref())
        && prefer.value != Preference::Cluster
    {
        let construct = "a preference for instances that are near";
        let instead =
            "Envoy finds instances by DNS here, which doesn't say where they run; leave out `prefer`";
        return Err(context.unsupported(prefer.at, construct, instead));
    }
    let balance = traffic.get(|traffic| traffic.balance.as_ref()).map(|balance| &balance.value);
    let policy = match balance {
        _ if hashed => LbPolicy::RingHash,
        Some(Balance::Hash(_)) => LbPolicy::RingHash,
        Some(Balance::RoundRobin) => LbPolicy::RoundRobin,
        Some(Balance::Random) => LbPolicy::Random,
        Some(Balance::LeastRequest) | None => LbPolicy::LeastRequest,
    };
    let Some(warm_up) = traffic.get(|traffic| traffic.warm_up.as_ref()) else {
        return Ok(Cluster { lb_policy: policy.into(), ..cluster });
    };
    let slow_start_config =
        Some(SlowStartConfig { slow_start_window: duration(warm_up.value), ..SlowStartConfig::default() });
    let config = match policy {
        LbPolicy::LeastRequest => LbConfig::LeastRequestLbConfig(LeastRequestLbConfig {
            slow_start_config,
            ..LeastRequestLbConfig::default()
        }),
        LbPolicy::RoundRobin => LbConfig::RoundRobinLbConfig(RoundRobinLbConfig { slow_start_config }),
        _ => {
            let construct = "a warm-up of instances that are chosen by hash or at random";
            let instead = "balance by `least_request` or `round_robin`, or leave out `warm_up`";
            return Err(context.unsupported(warm_up.at, construct, instead));
        }
    };
    Ok(Cluster { lb_policy: policy.into(), lb_config: Some(config), ..cluster })
}
