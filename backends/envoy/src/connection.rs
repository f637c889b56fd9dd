//! Connections that are passed on as they are: by server name, by address, or all.

use crate::context::{Context, UsedUpstreams};
use crate::egress;
use crate::filter_chain::{Chain, filter, server_names};
use crate::proto::never;
use crate::route_action::weights;
use crate::upstream;
use envoy_types::pb::envoy::extensions::filters::network::tcp_proxy::v3::TcpProxy;
use envoy_types::pb::envoy::extensions::filters::network::tcp_proxy::v3::tcp_proxy::{
    ClusterSpecifier, WeightedCluster, weighted_cluster::ClusterWeight,
};
use gloo_ir::{Gateway, Listener, ListenerProtocol, Options};
use gloo_source::{Place, Reported};
use gloo_target::{Answer, ConnectionHost, PlanRule};

/// The chains of a `tls` or `tcp` listener: one for each rule, in the order in which they decide.
pub(crate) fn chains(
    context: &mut Context<'_>,
    gateway: &Gateway,
    listener: &Listener,
    hosts: &[ConnectionHost],
    used: &mut UsedUpstreams,
) -> Vec<Result<Chain, Reported>> {
    let mut chains = Vec::new();
    for host in hosts {
        for (index, rule) in host.rules.iter().enumerate() {
            let served = host.host.as_ref().map_or_else(|| "any".to_owned(), ToString::to_string);
            let name = format!("{} {served} {}", listener.name, index + 1);
            let server_names = host.host.as_ref().map(|host| server_names(std::slice::from_ref(host)));
            let chain = proxy(context, gateway, rule, used).map(|proxy| Chain {
                name,
                hosts: server_names.unwrap_or_default(),
                tls: listener.protocol == ListenerProtocol::Tls,
                conditions: rule.matches.clone(),
                filters: vec![filter("envoy.filters.network.tcp_proxy", proxy)],
                transport_socket: None,
            });
            chains.push(chain);
        }
    }
    chains
}

fn proxy(
    context: &mut Context<'_>,
    gateway: &Gateway,
    rule: &PlanRule,
    used: &mut UsedUpstreams,
) -> Result<TcpProxy, Reported> {
    let Answer::Forward(shares) = &rule.answer else {
        let instead = "name a service, or a split of services";
        return Err(context.unsupported(rule.origin.place, "an answer to a connection", instead));
    };
    if let Some(place) = first_option(&rule.options) {
        let instead = "leave the options out: only destinations can be said of a connection";
        return Err(context.unsupported(place, "an option on a connection", instead));
    }
    for (key, _) in shares {
        if egress::through(context, gateway, key).is_some() {
            let construct = "a connection to a host outside through an egress gateway";
            let instead = "leave `through` out of the external, or route requests to it";
            return Err(context.unsupported(rule.origin.place, construct, instead));
        }
    }
    let specifier = match shares.as_slice() {
        [(key, _)] => ClusterSpecifier::Cluster(upstream::for_bytes(used, key)),
        _ => {
            let clusters = weights(shares).map(|(key, weight)| ClusterWeight {
                name: upstream::for_bytes(used, key),
                weight,
                ..ClusterWeight::default()
            });
            ClusterSpecifier::WeightedClusters(WeightedCluster { clusters: clusters.collect() })
        }
    };
    Ok(TcpProxy {
        stat_prefix: format!("{}.{}", gateway.name, rule.origin.table),
        idle_timeout: never(),
        cluster_specifier: Some(specifier),
        ..TcpProxy::default()
    })
}

/// Where the first of the options is written.
fn first_option(options: &Options) -> Option<Place> {
    let Options {
        timeout,
        retries,
        rewrite,
        host,
        mirror,
        request_headers,
        response_headers,
        fault,
        hash,
        websocket,
    } = options;
    let places = [
        timeout.as_ref().map(|option| option.at),
        retries.as_ref().map(|option| option.at),
        rewrite.as_ref().map(|option| option.at),
        host.as_ref().map(|option| option.at),
        mirror.as_ref().map(|option| option.at),
        request_headers.first().map(|option| option.at),
        response_headers.first().map(|option| option.at),
        fault.as_ref().map(|option| option.at),
        hash.as_ref().map(|option| option.at),
        websocket.as_ref().map(|option| option.at),
    ];
    places.into_iter().flatten().min()
}
