//! The core objects of a cluster, as they stand before gloo's manifests are applied.

use super::certificates::{Certified, certified};
use super::pods::{self, Pod};
use super::target::Target;
use anyhow::Result;
use gloo_ir::{ClusterId, ExternalTls, Program, Protocol, Secret, Service};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The network of the Services.
const SERVICES: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 0);

/// The annotation of a gateway's pod: the gateway's name.
const GATEWAY: &str = "gloo.test/gateway";

/// A cluster before gloo's manifests are applied.
pub struct World {
    /// Its pods.
    pub pods: Vec<Pod>,
    /// Its secrets, by the names that the program has for them.
    pub secrets: BTreeMap<String, Certified>,
    /// All of its objects.
    pub objects: Vec<Value>,
}

impl World {
    /// The world of a cluster. The endpoints of Services among `manifests` are in it too: a cluster's own controllers
    /// see to them.
    ///
    /// # Errors
    /// This machine can't make certificates.
    pub fn of(program: &Program, cluster: &ClusterId, target: Target, manifests: &[Value]) -> Result<Self> {
        let pods = pods::of(program, cluster);
        let mut objects = namespaces(&pods);
        let mut services = services(program, cluster, target);
        objects.extend(services.iter().cloned());
        services.extend(manifests.iter().filter(|object| object["kind"] == "Service").cloned());
        objects.extend(pods.iter().map(pod));
        objects.extend(services.iter().map(|service| endpoints(service, &pods)));
        let mut secrets = BTreeMap::new();
        for (name, namespace, kind) in needed(program, cluster) {
            let own = certified(&name, kind == Kind::Authority)?;
            objects.push(secret(&name, &namespace, kind, &own));
            secrets.insert(name, own);
        }
        Ok(Self { pods, secrets, objects })
    }
}

fn namespaces(pods: &[Pod]) -> Vec<Value> {
    let names: BTreeSet<&str> = pods.iter().map(|pod| pod.namespace.as_str()).collect();
    let namespace = |name| {
        let labels = json!({ "kubernetes.io/metadata.name": name, "istio-injection": "enabled" });
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } })
    };
    names.into_iter().map(namespace).collect()
}

/// The Services of the program's services and of its gateways.
fn services(program: &Program, cluster: &ClusterId, target: Target) -> Vec<Value> {
    let mut all = Vec::new();
    for service in program.services.values().filter(|service| service.clusters.contains(cluster)) {
        let Some(namespace) = program.namespaces.get(&service.namespace) else { continue };
        all.push((
            namespace.name.clone(),
            service.name.clone(),
            json!(service.labels),
            ports(service, target),
        ));
    }
    for gateway in program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster)) {
        let ports = gateway.listeners.iter().map(|listener| (listener.port, listener.name.clone()));
        let ports: BTreeMap<u16, String> = ports.collect();
        let ports = ports.into_iter().map(
            |(number, name)| json!({ "name": name, "port": number, "targetPort": number, "protocol": "TCP" }),
        );
        all.push((gateway.namespace.clone(), gateway.name.clone(), json!(gateway.workload), ports.collect()));
    }
    let object =
        |(number, (namespace, name, selector, ports)): (u32, (String, String, Value, Vec<Value>))| {
            let address = Ipv4Addr::from(u32::from(SERVICES) + number).to_string();
            json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": { "name": name, "namespace": namespace, "labels": selector },
                "spec": {
                    "type": "ClusterIP", "clusterIP": address, "clusterIPs": [address],
                    "selector": selector, "ports": ports,
                },
            })
        };
    (1..).zip(all).map(object).collect()
}

fn ports(service: &Service, target: Target) -> Vec<Value> {
    let port = |port: &gloo_ir::Port| {
        let mut object = json!({
            "name": port.name, "port": port.number, "targetPort": port.number, "protocol": "TCP",
        });
        // As the prerequisites that gloo writes ask for it.
        let is_http2 = matches!(port.protocol, Protocol::Http2 | Protocol::Grpc);
        match target {
            Target::EnvoyGateway if is_http2 => object["appProtocol"] = json!("kubernetes.io/h2c"),
            Target::EnvoyGateway => {}
            Target::Envoy | Target::Istio => object["appProtocol"] = json!(port.protocol.word()),
        }
        object
    };
    service.ports.iter().map(port).collect()
}

fn pod(pod: &Pod) -> Value {
    let ports = pod.ports.iter().map(|(name, number)| json!({ "name": name, "containerPort": number }));
    let annotations: Map<String, Value> =
        pod.gateway.iter().map(|name| (GATEWAY.to_owned(), json!(name))).collect();
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": pod.name, "namespace": pod.namespace, "labels": pod.labels, "annotations": annotations,
        },
        "spec": {
            "serviceAccountName": pod.account,
            "containers": [{ "name": "main", "image": "none", "ports": ports.collect::<Vec<_>>() }],
        },
        "status": {
            "phase": "Running", "podIP": pod.address, "podIPs": [{ "ip": pod.address }],
            "conditions": [{ "type": "Ready", "status": "True" }],
        },
    })
}

/// The endpoints of a Service: the pods that it selects.
fn endpoints(service: &Value, pods: &[Pod]) -> Value {
    let metadata = &service["metadata"];
    let selector = service["spec"]["selector"].as_object();
    let is_selected = |pod: &&Pod| {
        let has = |(name, value): (&String, &Value)| {
            pod.labels.get(name).is_some_and(|own| value.as_str() == Some(own.as_str()))
        };
        metadata["namespace"] == pod.namespace.as_str()
            && selector.is_some_and(|selector| !selector.is_empty() && selector.iter().all(has))
    };
    let endpoint = |pod: &Pod| {
        let target = json!({ "kind": "Pod", "name": pod.name, "namespace": pod.namespace });
        let conditions = json!({ "ready": true, "serving": true, "terminating": false });
        json!({ "addresses": [pod.address], "conditions": conditions, "targetRef": target })
    };
    let ports = service["spec"]["ports"].as_array().map_or(&[][..], Vec::as_slice).iter().map(|port| {
        let number = port.get("targetPort").filter(|target| target.is_u64()).unwrap_or(&port["port"]);
        let mut own = json!({ "name": port["name"], "port": number, "protocol": "TCP" });
        if let Some(protocol) = port.get("appProtocol") {
            own["appProtocol"] = protocol.clone();
        }
        own
    });
    let name = metadata["name"].as_str().unwrap_or_default();
    json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {
            "name": format!("{name}-1"), "namespace": metadata["namespace"],
            "labels": { "kubernetes.io/service-name": name },
        },
        "addressType": "IPv4",
        "ports": ports.collect::<Vec<_>>(),
        "endpoints": pods.iter().filter(is_selected).map(endpoint).collect::<Vec<_>>(),
    })
}

/// What a secret holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Certificate,
    Authority,
}

/// The secrets that a program names on a cluster: the name that it has for them, and the namespace that they are in if the
/// name doesn't say it.
fn needed(program: &Program, cluster: &ClusterId) -> BTreeSet<(String, String, Kind)> {
    let mut needed = BTreeSet::new();
    let mut add = |secret: &Secret, namespace: &str, kind| {
        let own = secret.namespace.as_ref();
        let name = own.map_or_else(|| secret.name.clone(), |own| format!("{own}/{}", secret.name));
        needed.insert((name, own.map_or(namespace, String::as_str).to_owned(), kind));
    };
    for gateway in program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster)) {
        for listener in &gateway.listeners {
            if let Some(certificate) = &listener.certificate {
                add(certificate, &gateway.namespace, Kind::Certificate);
            }
            if let Some(asked) = &listener.client_certificate {
                add(&asked.ca, &gateway.namespace, Kind::Authority);
            }
        }
        for external in program.externals.values() {
            if let ExternalTls::Mutual { certificate, .. } = &external.tls.value {
                add(certificate, &gateway.namespace, Kind::Certificate);
            }
        }
    }
    needed
}

fn secret(name: &str, namespace: &str, kind: Kind, own: &Certified) -> Value {
    let name = name.rsplit('/').next().unwrap_or(name);
    let (r#type, content) = match kind {
        Kind::Certificate => ("kubernetes.io/tls", json!({ "tls.crt": own.certificate, "tls.key": own.key })),
        Kind::Authority => ("Opaque", json!({ "ca.crt": own.certificate })),
    };
    let data = content.as_object().into_iter().flatten();
    let data =
        data.map(|(key, text)| (key.clone(), json!(base64(text.as_str().unwrap_or_default().as_bytes()))));
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": r#type,
        "metadata": { "name": name, "namespace": namespace },
        "data": data.collect::<Map<_, _>>(),
    })
}

/// Bytes in base64 (RFC 4648), as objects hold the content of a secret.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number =
            (0..3).fold(0_u32, |number, at| number << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = (number >> (18 - 6 * at) & 63) as usize;
            let digit = DIGITS.get(digit).copied().filter(|_| at <= three.len());
            text.push(digit.map_or('=', char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_the_rfc() {
        let given = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(given.map(|text| super::base64(text.as_bytes())), expected);
    }
}
