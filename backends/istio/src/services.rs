//! Services and hosts outside: how calls to them travel.

use crate::destination_rule::{ClientTls, DestinationRule, LoadBalancer, PortPolicy, Subset, TrafficPolicy};
use crate::emission::{Emission, New};
use crate::envoy_filter::{EnvoyFilter, Patch};
use crate::names::{ROOT_NAMESPACE, service_host, subset_name};
use crate::route::number;
use crate::service_entry::{Port, ServiceEntry};
use crate::traffic::{health_checks, policy, simple_tls, tls};
use gloo_domain::HostPattern;
use gloo_ir::{External, ExternalTls, Mtls, Port as Declared, Protocol};
use gloo_source::{Place, Reported};
use gloo_target::{ExternalPlan, ServicePlan, TrafficPlan};
use std::collections::BTreeMap;

/// Writes how calls to the services travel.
pub(crate) fn write(emission: &mut Emission<'_>) {
    let plan = emission.plan;
    for service in &plan.services {
        // What can't be said has been reported.
        let _: Result<(), Reported> = write_service(emission, service);
    }
    for external in &plan.externals {
        let _: Result<(), Reported> = write_external(emission, external);
    }
}

fn write_service(emission: &mut Emission<'_>, plan: &ServicePlan) -> Result<(), Reported> {
    let ServicePlan { service, namespace, traffic, admission: _ } = plan;
    if emission.is_ambient()
        && namespace.waypoint.is_none()
        && let Some(block) = traffic.blocks.first()
    {
        let what = format!("settings of calls to `{}`, whose namespace has no waypoint,", service.id);
        let instead = format!("say `waypoint: \"…\"` in namespace `{}`", namespace.id);
        return Err(emission.refuse(block.place, &what, &instead));
    }
    let host = service_host(service, namespace);
    let mut policy = policy(emission, traffic, &service.ports)?;
    policy.tls = tls(traffic, &host).or_else(|| mesh_tls(emission));
    let mut labels: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut subsets = Vec::new();
    for subset in &service.subsets {
        let name = subset_name(service, subset);
        labels.insert(name.clone(), subset.labels.clone());
        subsets.push(Subset { name, labels: subset.labels.clone(), traffic_policy: None });
    }
    subsets.extend(hash_subsets(emission, traffic, &host, &policy, &labels)?);
    let sources: Vec<Place> =
        std::iter::once(service.place).chain(traffic.blocks.iter().map(|block| block.place)).collect();
    let patches = health_checks(emission, traffic, &host, &service.ports)?;
    let spec = DestinationRule { host, traffic_policy: policy, subsets };
    let name = emission.name("DestinationRule", &namespace.name, &[&service.name]);
    let doc = service.doc.as_deref();
    emission.object(New {
        namespace: &namespace.name,
        name: &name,
        sources: sources.clone(),
        doc,
        spec: &spec,
    });
    write_health_checks(emission, &format!("{}-{}", namespace.name, service.name), sources, patches);
    Ok(())
}

/// How TLS is begun where no block says it. Ambient pods are reached by tunnels, which need no word here.
fn mesh_tls(emission: &Emission<'_>) -> Option<ClientTls> {
    if emission.is_ambient() {
        return None;
    }
    let mode = match emission.plan.mtls {
        Mtls::Strict => "ISTIO_MUTUAL",
        Mtls::Off => "DISABLE",
        // What the other end can is found out by Istio.
        Mtls::Permissive => return None,
    };
    Some(ClientTls { mode, ..ClientTls::default() })
}

/// The subsets for the hashes of rules, which take everything else from the policy.
fn hash_subsets(
    emission: &mut Emission<'_>,
    traffic: &TrafficPlan,
    host: &str,
    policy: &TrafficPolicy,
    labels: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<Vec<Subset>, Reported> {
    let subset = |(name, subset): (&String, &crate::hashing::HashSubset)| Subset {
        name: name.clone(),
        labels: subset.base.as_ref().and_then(|base| labels.get(base)).cloned().unwrap_or_default(),
        traffic_policy: Some(TrafficPolicy {
            load_balancer: Some(LoadBalancer {
                consistent_hash: Some(subset.hash.clone()),
                locality_lb_setting: policy
                    .load_balancer
                    .as_ref()
                    .and_then(|one| one.locality_lb_setting.clone()),
                ..LoadBalancer::default()
            }),
            ..TrafficPolicy::default()
        }),
    };
    let subsets: Vec<Subset> = emission.hashes.of(host).map(subset).collect();
    match traffic.get(|traffic| traffic.warm_up.as_ref()) {
        Some(warm_up) if !subsets.is_empty() => {
            let what = "`warm_up` of a target that a rule chooses by `hash`";
            Err(emission.refuse(warm_up.at, what, "leave out the rule's `hash`, or `warm_up`"))
        }
        _ => Ok(subsets),
    }
}

fn write_health_checks(emission: &mut Emission<'_>, name: &str, sources: Vec<Place>, patches: Vec<Patch>) {
    if patches.is_empty() {
        return;
    }
    // Callers are in all namespaces.
    let spec = EnvoyFilter { workload_selector: None, config_patches: patches };
    let name = emission.name("EnvoyFilter", ROOT_NAMESPACE, &["health", name]);
    emission.object(New { namespace: ROOT_NAMESPACE, name: &name, sources, doc: None, spec: &spec });
}

fn write_external(emission: &mut Emission<'_>, plan: &ExternalPlan) -> Result<(), Reported> {
    let external = &plan.external;
    if external.hosts.contains(&HostPattern::Any) {
        let what = format!("the external `{}` for every host", external.id);
        return Err(emission.refuse(external.place, &what, "say `outbound: any` in the mesh instead"));
    }
    if let ExternalTls::Mutual { certificate, .. } = &external.tls.value {
        let Some(gateway) = &plan.through else {
            let what = "a client certificate for calls that go by no egress gateway";
            let instead = "say `through:` on the external: only a gateway's proxy reads secrets";
            return Err(emission.refuse(certificate.at, what, instead));
        };
        if let Some(namespace) = certificate.namespace.as_ref().filter(|one| **one != gateway.namespace) {
            let what = format!("a secret of namespace `{namespace}` at a gateway in `{}`", gateway.namespace);
            let instead = format!("keep a copy of the secret in namespace `{}`", gateway.namespace);
            return Err(emission.refuse(certificate.at, &what, &instead));
        }
        emission.needs.secret(&gateway.namespace, &certificate.name, "`tls.crt`, `tls.key` and `ca.crt`");
    }
    let is_wildcard = |host: &&HostPattern| matches!(host, HostPattern::Wildcard(_));
    let (wildcards, names): (Vec<_>, Vec<_>) = external.hosts.iter().partition(is_wildcard);
    for (hosts, resolution, suffix) in [(names, "DNS", None), (wildcards, "NONE", Some("wildcards"))] {
        if hosts.is_empty() {
            continue;
        }
        let spec = ServiceEntry {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            ports: external.ports.iter().map(|port| entry_port(external, port)).collect(),
            location: "MESH_EXTERNAL",
            resolution,
        };
        let parts: Vec<&str> = std::iter::once(external.id.as_str()).chain(suffix).collect();
        let name = emission.name("ServiceEntry", ROOT_NAMESPACE, &parts);
        let (sources, doc) = (vec![external.place], external.doc.as_deref());
        emission.object(New { namespace: ROOT_NAMESPACE, name: &name, sources, doc, spec: &spec });
    }
    for host in &external.hosts {
        write_external_host(emission, plan, host)?;
    }
    Ok(())
}

/// How calls to one host outside travel.
fn write_external_host(
    emission: &mut Emission<'_>,
    plan: &ExternalPlan,
    pattern: &HostPattern,
) -> Result<(), Reported> {
    let ExternalPlan { external, traffic, .. } = plan;
    let host = pattern.to_string();
    let mut policy = policy(emission, traffic, &external.ports)?;
    let tls = tls(traffic, &host).or_else(|| external_tls(external, pattern));
    let disabled = || ClientTls { mode: "DISABLE", ..ClientTls::default() };
    match tls {
        None => policy.tls = Some(disabled()),
        Some(tls) if external.ports.iter().all(|port| begins_tls(external, port)) => policy.tls = Some(tls),
        Some(tls) => {
            if let Some(budget) = traffic.get(|traffic| traffic.retry_budget.as_ref()) {
                let what = "`retry_budget` of an external with ports with and without TLS";
                return Err(emission.refuse(budget.at, what, "declare an external of its own for each port"));
            }
            policy.tls = Some(disabled());
            let secured = external.ports.iter().filter(|port| begins_tls(external, port));
            let port_policy = |port: &Declared| PortPolicy {
                port: number(port),
                load_balancer: policy.load_balancer.clone(),
                connection_pool: policy.connection_pool.clone(),
                outlier_detection: policy.outlier_detection.clone(),
                tls: Some(tls.clone()),
            };
            policy.port_level_settings = secured.map(port_policy).collect();
        }
    }
    let subsets = hash_subsets(emission, traffic, &host, &policy, &BTreeMap::new())?;
    let patches = health_checks(emission, traffic, &host, &external.ports)?;
    let sources: Vec<Place> =
        std::iter::once(external.place).chain(traffic.blocks.iter().map(|block| block.place)).collect();
    let spec = DestinationRule { host, traffic_policy: policy, subsets };
    let name = match external.hosts.as_slice() {
        [_] => emission.name("DestinationRule", ROOT_NAMESPACE, &[external.id.as_str()]),
        _ => {
            let part = crate::names::host_part(pattern);
            emission.name("DestinationRule", ROOT_NAMESPACE, &[external.id.as_str(), &part])
        }
    };
    emission.object(New {
        namespace: ROOT_NAMESPACE,
        name: &name,
        sources: sources.clone(),
        doc: None,
        spec: &spec,
    });
    write_health_checks(emission, &name, sources, patches);
    Ok(())
}

/// Whether the proxy begins TLS on the port: where TLS is spoken, if some port says that it is, else everywhere.
fn begins_tls(external: &External, port: &Declared) -> bool {
    let speaks_tls = |port: &Declared| matches!(port.protocol, Protocol::Https | Protocol::Tls);
    !matches!(external.tls.value, ExternalTls::Off)
        && (speaks_tls(port) || !external.ports.iter().any(speaks_tls))
}

fn external_tls(external: &External, host: &HostPattern) -> Option<ClientTls> {
    let named = |sni: &Option<String>| match (sni, host) {
        (Some(sni), _) => Some(sni.clone()),
        (None, HostPattern::Exact(name)) => Some(name.to_string()),
        // The name that is called.
        (None, _) => None,
    };
    match &external.tls.value {
        ExternalTls::Off => None,
        ExternalTls::Simple { sni } => Some(match named(sni) {
            Some(name) => simple_tls(&name),
            None => ClientTls { mode: "SIMPLE", ca_certificates: Some("system"), ..ClientTls::default() },
        }),
        ExternalTls::Mutual { certificate, sni } => Some(ClientTls {
            mode: "MUTUAL",
            credential_name: Some(certificate.name.clone()),
            ca_certificates: None,
            sni: named(sni),
            subject_alt_names: named(sni).into_iter().collect(),
        }),
    }
}

/// A port as its callers speak to it: where the proxy begins TLS, they speak without.
fn entry_port(external: &External, port: &Declared) -> Port {
    let begins = begins_tls(external, port);
    let protocol = match port.protocol {
        Protocol::Http => "HTTP",
        Protocol::Http2 => "HTTP2",
        Protocol::Grpc => "GRPC",
        Protocol::Https if begins => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::Tls if begins => "TCP",
        Protocol::Tls => "TLS",
        Protocol::Tcp => "TCP",
    };
    let name = crate::names::label(&format!("{}-{}", protocol.to_ascii_lowercase(), port.name));
    Port { number: port.number, name, protocol }
}
