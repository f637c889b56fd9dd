//! The addresses of an upstream: DNS names, which Envoy looks up all the time.

use crate::context::Context;
use crate::proto::tcp_address;
use envoy_types::pb::envoy::config::endpoint::v3::lb_endpoint::HostIdentifier;
use envoy_types::pb::envoy::config::endpoint::v3::{
    ClusterLoadAssignment, Endpoint, LbEndpoint, LocalityLbEndpoints,
};
use gloo_domain::HostPattern;
use gloo_source::Reported;
use gloo_target::Upstream;

/// The DNS name and port of an upstream: `SERVICE.NAMESPACE`, `SUBSET.SERVICE.NAMESPACE`, or the host outside.
pub(crate) fn name(upstream: &Upstream) -> (String, u16) {
    match upstream {
        Upstream::Service { service, namespace, subset, port, .. } => {
            let service = format!("{}.{}", service.name, namespace.name);
            let name = subset
                .as_ref()
                .map_or_else(|| service.clone(), |subset| format!("{}.{service}", subset.name));
            (name, port.number)
        }
        Upstream::External { external, port, .. } => {
            let host = external.hosts.iter().find_map(|host| match host {
                HostPattern::Exact(name) => Some(name.as_str().to_owned()),
                HostPattern::Wildcard(_) | HostPattern::Any => None,
            });
            (host.unwrap_or_default(), port.number)
        }
    }
}

/// Reports an upstream that has no one address.
pub(super) fn check(context: &mut Context<'_>, upstream: &Upstream) -> Result<(), Reported> {
    let Upstream::External { external, .. } = upstream else { return Ok(()) };
    match external.hosts.as_slice() {
        [HostPattern::Exact(_)] => Ok(()),
        _ => {
            let construct = format!("a route to `{}`, which has not just one host,", external.id);
            let instead = "declare an external of its own for each host that a route names";
            Err(context.unsupported(external.place, &construct, instead))
        }
    }
}

/// The endpoints of an upstream.
pub(super) fn of(upstream: &Upstream) -> LocalityLbEndpoints {
    let (host, port) = name(upstream);
    at(host, port)
}

/// The endpoints of a DNS name.
pub(crate) fn at(host: String, port: u16) -> LocalityLbEndpoints {
    let endpoint = Endpoint { address: Some(tcp_address(host, port)), ..Endpoint::default() };
    let endpoint =
        LbEndpoint { host_identifier: Some(HostIdentifier::Endpoint(endpoint)), ..LbEndpoint::default() };
    LocalityLbEndpoints { lb_endpoints: vec![endpoint], ..LocalityLbEndpoints::default() }
}

/// The endpoints under the name of their cluster.
pub(crate) fn assignment(cluster: &str, endpoints: LocalityLbEndpoints) -> ClusterLoadAssignment {
    ClusterLoadAssignment {
        cluster_name: cluster.to_owned(),
        endpoints: vec![endpoints],
        ..ClusterLoadAssignment::default()
    }
}
