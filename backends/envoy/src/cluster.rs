//! Clusters: where requests go to, and how calls to it travel. Whatever a traffic block doesn't say is written down as
//! the language has it, so that no default of Envoy's decides.

mod balance;
mod circuit_breaker;
pub(crate) mod endpoint;
mod health;

use crate::context::{Context, UpstreamUse, UsedUpstreams, all};
use crate::proto::{duration, seconds};
use crate::{egress, upstream, upstream_http, upstream_tls};
use envoy_types::pb::envoy::config::cluster::v3::Cluster;
use envoy_types::pb::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, DnsLookupFamily, LbPolicy,
};
use gloo_ir::Gateway;
use gloo_source::Reported;
use gloo_target::{TrafficPlan, Upstream, UpstreamKey};

/// How long a connection may take to be made unless a traffic block says so, in seconds. Envoy must have a limit.
const CONNECT_TIMEOUT: u64 = 10;

/// The clusters that the rules of a gateway use.
pub(crate) fn of_upstreams(
    context: &mut Context<'_>,
    gateway: &Gateway,
    used: &UsedUpstreams,
) -> Result<Vec<Cluster>, Reported> {
    let plan = context.plan;
    let mut made = Vec::new();
    for (key, used) in used {
        if let Some(through) = egress::through(context, gateway, key).filter(|_| used.egress) {
            made.push(Ok(vec![to_egress(through, key)]));
        }
        if let Some(upstream) = plan.upstreams.get(key).filter(|_| used.plain || used.hashed) {
            made.push(of_upstream(context, key, *used, upstream));
        }
    }
    Ok(all(made)?.into_iter().flatten().collect())
}

/// The cluster of an egress gateway, by which one host outside is called.
fn to_egress(gateway: &Gateway, key: &UpstreamKey) -> Cluster {
    let name = egress::cluster_name(key);
    let host = format!("{}.{}", gateway.name, gateway.namespace);
    let cluster = Cluster {
        load_assignment: Some(endpoint::assignment(&name, endpoint::at(host, egress::PORT))),
        name,
        typed_extension_protocol_options: [upstream_http::plain()].into_iter().collect(),
        ..with_defaults()
    };
    Cluster { lb_policy: LbPolicy::LeastRequest.into(), ..cluster }
}

/// A cluster as the language has it where a traffic block says nothing.
pub(crate) fn with_defaults() -> Cluster {
    Cluster {
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(DiscoveryType::StrictDns.into())),
        connect_timeout: seconds(CONNECT_TIMEOUT),
        circuit_breakers: Some(circuit_breaker::of(&TrafficPlan::default())),
        dns_lookup_family: DnsLookupFamily::V4Preferred.into(),
        ..Cluster::default()
    }
}

fn of_upstream(
    context: &mut Context<'_>,
    key: &UpstreamKey,
    used: UpstreamUse,
    upstream: &Upstream,
) -> Result<Vec<Cluster>, Reported> {
    let traffic = upstream::traffic(upstream);
    endpoint::check(context, upstream)?;
    let endpoints = endpoint::of(upstream);
    let tls = upstream_tls::of(context, upstream, used.http);
    let http = used.http.then(|| upstream_http::of(upstream));
    let connections =
        traffic.get(|traffic| traffic.connections.as_ref()).map(|connections| &connections.value);
    let timeout = connections.and_then(|connections| connections.connect_timeout);
    let health = health::checks(context, upstream, used.http);
    let outliers = health::outliers(context, traffic);
    let base = Cluster {
        connect_timeout: timeout.map_or_else(|| seconds(CONNECT_TIMEOUT), duration),
        circuit_breakers: Some(circuit_breaker::of(traffic)),
        typed_extension_protocol_options: http.into_iter().collect(),
        health_checks: health?,
        outlier_detection: outliers?,
        transport_socket: tls?,
        ..with_defaults()
    };
    let mut clusters = Vec::new();
    for hashed in [false, true] {
        if !(if hashed { used.hashed } else { used.plain }) {
            continue;
        }
        let name = upstream::cluster_name(&key.target, &key.port, hashed);
        let assignment = endpoint::assignment(&name, endpoints.clone());
        let cluster = Cluster { name, load_assignment: Some(assignment), ..base.clone() };
        clusters.push(balance::with_policy(context, cluster, traffic, hashed)?);
    }
    Ok(clusters)
}
