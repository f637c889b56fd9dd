//! Clusters: where requests go to, and how calls to it travel. Whatever a traffic block doesn't say is written down as
//! the language has it, so that no default of Envoy's decides.

mod balance;
mod circuit_breaker;
pub(crate) mod endpoint;
mod health;

use crate::context::{Context, UpstreamUse, UsedUpstreams, all};
use crate::proto::{duration, seconds};
use crate::{upstream, upstream_http, upstream_tls};
use envoy_types::pb::envoy::config::cluster::v3::Cluster;
use envoy_types::pb::envoy::config::cluster::v3::cluster::{
    ClusterDiscoveryType, DiscoveryType, DnsLookupFamily,
};
use gloo_source::Reported;
use gloo_target::{Upstream, UpstreamKey};

/// How long a connection may take to be made unless a traffic block says so, in seconds. Envoy must have a limit.
const CONNECT_TIMEOUT: u64 = 10;

/// The clusters that a bootstrap's rules use.
pub(crate) fn of_upstreams(
    context: &mut Context<'_>,
    used: &UsedUpstreams,
) -> Result<Vec<Cluster>, Reported> {
    let plan = context.plan;
    let found =
        used.iter().filter_map(|(key, used)| plan.upstreams.get(key).map(|upstream| (key, used, upstream)));
    let made: Vec<_> =
        found.map(|(key, used, upstream)| of_upstream(context, key, *used, upstream)).collect();
    Ok(all(made)?.into_iter().flatten().collect())
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
        cluster_discovery_type: Some(ClusterDiscoveryType::Type(DiscoveryType::StrictDns.into())),
        connect_timeout: timeout.map_or_else(|| seconds(CONNECT_TIMEOUT), duration),
        circuit_breakers: Some(circuit_breaker::of(traffic)),
        typed_extension_protocol_options: http.into_iter().collect(),
        dns_lookup_family: DnsLookupFamily::V4Preferred.into(),
        health_checks: health?,
        outlier_detection: outliers?,
        transport_socket: tls?,
        ..Cluster::default()
    };
    let mut clusters = Vec::new();
    for hashed in [false, true] {
        if !(if hashed { used.hashed } else { used.plain }) {
            continue;
        }
        let name = upstream::cluster_name(key, hashed);
        let assignment = endpoint::assignment(&name, endpoints.clone());
        let cluster = Cluster { name, load_assignment: Some(assignment), ..base.clone() };
        clusters.push(balance::with_policy(context, cluster, traffic, hashed)?);
    }
    Ok(clusters)
}
