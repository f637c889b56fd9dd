//! The names by which built files know what requests are sent to, whichever target made the file.

use super::adapt::Endpoint;
use super::compare::Endpoints;
use gloo_domain::HostPattern;
use gloo_ir::{ClusterId, Program, Target};

/// The endpoints of everything that requests may be sent to on a cluster: `SERVICE.NAMESPACE`,
/// `SUBSET.SERVICE.NAMESPACE`, or the host outside.
#[must_use]
pub fn of(program: &Program, cluster: &ClusterId) -> Endpoints {
    let mut endpoints = Endpoints::new();
    let mut add = |target: &Target, port: &str, endpoint: Endpoint| {
        endpoints.insert(gloo_envoy::cluster_name(target, port, false), endpoint);
    };
    for service in program.services.values().filter(|service| service.clusters.contains(cluster)) {
        let Some(namespace) = program.namespaces.get(&service.namespace) else { continue };
        let name = format!("{}.{}", service.name, namespace.name);
        let target = |subset| Target::Service { service: service.id.clone(), subset, cluster: None };
        for port in &service.ports {
            add(&target(None), &port.name, (name.clone(), port.number));
            for subset in &service.subsets {
                let endpoint = (format!("{}.{name}", subset.name), port.number);
                add(&target(Some(subset.name.clone())), &port.name, endpoint);
            }
        }
    }
    for external in program.externals.values() {
        let [HostPattern::Exact(host)] = external.hosts.as_slice() else { continue };
        for port in &external.ports {
            let target = Target::External(external.id.clone());
            add(&target, &port.name, (host.as_str().to_owned(), port.number));
        }
    }
    endpoints
}
