//! The pods of a cluster, which endpoints are told apart by.

use gloo_ir::{ClusterId, Program, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The network of the pods.
const PODS: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 0);

/// A pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The account that it runs as.
    pub account: String,
    /// Its address, which no other has.
    pub address: Ipv4Addr,
    /// Its ports, by name.
    pub ports: BTreeMap<String, u16>,
    /// The gateway that it is of.
    pub gateway: Option<String>,
    /// What reaching it alone is called, where it is of a subset: `SUBSET.SERVICE.NAMESPACE`.
    subset: Option<String>,
    /// What reaching it among the others of its service is called: `SERVICE.NAMESPACE`.
    service: Option<String>,
}

/// The pods of a cluster: one for each service and one for each subset, and one for each gateway.
#[must_use]
pub fn of(program: &Program, cluster: &ClusterId) -> Vec<Pod> {
    let mut pods = Vec::new();
    for service in program.services.values().filter(|service| service.clusters.contains(cluster)) {
        let Some(namespace) = program.namespaces.get(&service.namespace) else { continue };
        let plain = plain(service, &namespace.name);
        for subset in &service.subsets {
            let mut pod = plain.clone();
            pod.name = format!("{}-{}", plain.name, subset.name);
            pod.labels.extend(subset.labels.clone());
            pod.subset = Some(format!("{}.{}.{}", subset.name, service.name, namespace.name));
            pods.push(pod);
        }
        pods.push(plain);
    }
    for gateway in program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster)) {
        let ports = gateway.listeners.iter().map(|listener| (listener.name.clone(), listener.port));
        pods.push(Pod {
            namespace: gateway.namespace.clone(),
            name: format!("{}-gateway", gateway.name),
            labels: gateway.workload.clone(),
            account: gateway.account.clone(),
            address: PODS,
            ports: ports.collect(),
            gateway: Some(gateway.name.clone()),
            subset: None,
            service: Some(format!("{}.{}", gateway.name, gateway.namespace)),
        });
    }
    for (number, pod) in (1..).zip(&mut pods) {
        pod.address = Ipv4Addr::from(u32::from(PODS) + number);
    }
    pods
}

fn plain(service: &Service, namespace: &str) -> Pod {
    Pod {
        namespace: namespace.to_owned(),
        name: service.name.clone(),
        labels: service.labels.clone(),
        account: service.account.clone(),
        address: PODS,
        ports: service.ports.iter().map(|port| (port.name.clone(), port.number)).collect(),
        gateway: None,
        subset: None,
        service: Some(format!("{}.{namespace}", service.name)),
    }
}

/// What it is called to reach just these addresses: `SERVICE.NAMESPACE` if they are all pods of the service, or
/// `SUBSET.SERVICE.NAMESPACE`.
#[must_use]
pub fn name(pods: &[Pod], addresses: &BTreeSet<Ipv4Addr>) -> Option<String> {
    let all = |called: &dyn Fn(&Pod) -> Option<&String>| {
        let mut groups: BTreeMap<&String, BTreeSet<Ipv4Addr>> = BTreeMap::new();
        for pod in pods {
            if let Some(name) = called(pod) {
                groups.entry(name).or_default().insert(pod.address);
            }
        }
        groups.into_iter().find(|(_, group)| group == addresses).map(|(name, _)| name.clone())
    };
    all(&|pod| pod.service.as_ref()).or_else(|| all(&|pod| pod.subset.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::{name, of};
    use gloo_ir::ClusterId;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_reached_is_told_by_all_addresses() {
        let text = "cluster c { backend: envoy(version: \"1.40\") }\n\
                    namespace n { service s { port http: 80  subset v1 { version: \"v1\" } } service t { port http: 80 } }\n";
        let program = gloo_ir::compile(&[("a.gloo", text)], None).program;
        let pods = of(&program, &ClusterId::new("c"));
        let at = |names: &[&str]| {
            let named = pods.iter().filter(|pod| names.contains(&&*pod.name));
            name(&pods, &named.map(|pod| pod.address).collect::<BTreeSet<_>>())
        };
        assert_eq!(at(&["s", "s-v1"]).as_deref(), Some("s.n"));
        assert_eq!(at(&["s-v1"]).as_deref(), Some("v1.s.n"));
        assert_eq!(at(&["t"]).as_deref(), Some("t.n"));
        assert_eq!(at(&["s"]), None);
        assert_eq!(at(&["s-v1", "t"]), None);
    }
}
