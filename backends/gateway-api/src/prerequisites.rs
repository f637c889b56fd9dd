//! What must stand or be set before the objects mean what they say.

use crate::emitter::Emitter;
use crate::gateway::GATEWAY_CLASS;
use crate::object::MANAGED_BY;
use crate::service;
use gloo_ir::{Backend, ClientAddress, Protocol, Test};
use gloo_target::{Admission, Artifact, Content, Plan, Upstream};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The controller of the class: Envoy Gateway's own name (`GatewayControllerName` of its API).
const CONTROLLER: &str = "gateway.envoyproxy.io/gatewayclass-controller";

/// What has been found to be needed.
#[derive(Debug, Default)]
pub struct Needs {
    /// Whether there are Backends, which Envoy Gateway takes only where they are allowed.
    pub backends: bool,
    secrets: BTreeMap<(String, String), BTreeSet<&'static str>>,
    keys: BTreeSet<String>,
    has_audiences: bool,
}

impl Needs {
    /// A secret that must stand, with the keys that it must have.
    pub fn secret(&mut self, namespace: &str, name: &str, keys: &'static str) {
        self.secrets.entry((namespace.to_owned(), name.to_owned())).or_default().insert(keys);
    }

    /// Keys of tokens that the gateways fetch, and whether tokens must be for certain audiences.
    pub fn keys(&mut self, address: &str, for_audiences: bool) {
        self.keys.insert(address.to_owned());
        self.has_audiences |= for_audiences;
    }
}

/// The class of the gateways, and a README that says what else is needed.
pub fn artifacts(emitter: &mut Emitter<'_>) -> Vec<Artifact> {
    let class = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": { "name": GATEWAY_CLASS, "labels": { MANAGED_BY: "gloo" } },
        "spec": { "controllerName": CONTROLLER },
    });
    let readme = readme(emitter);
    let file = |name: &str, content: Content| Artifact {
        path: format!("prerequisites/{name}"),
        sources: vec![emitter.plan.cluster.backend.at],
        content,
    };
    vec![file("README.md", Content::Text(readme)), file("gatewayclass.yaml", Content::Yaml(vec![class]))]
}

fn readme(emitter: &mut Emitter<'_>) -> String {
    let api = match &emitter.plan.cluster.backend.value {
        Backend::GatewayApi { version, .. } => version.to_string(),
        _ => "1.6".to_owned(),
    };
    let mut text = format!(
        "# Before these objects are applied\n\n\
         The objects beside this folder mean what they say once the following stands.\n\n\
         ## {}\n\n\
         Install it with the CRDs of the Gateway API {api}, and apply `gatewayclass.yaml`: the gateways are of the class\n\
         `{GATEWAY_CLASS}`.\n",
        emitter.title
    );
    if emitter.needs.backends {
        text.push_str(
            "\nHosts outside are Backends, which Envoy Gateway ignores unless its configuration has\n\
             `extensionApis.enableBackend: true` (`config.envoyGateway.extensionApis.enableBackend` of its Helm chart).\n",
        );
    }
    let gateways = emitter.plan.gateways.iter().map(|planned| planned.gateway.namespace.as_str());
    let services = emitter.plan.upstreams.values().filter_map(|upstream| match upstream {
        Upstream::Service { namespace, .. } => Some(namespace.name.as_str()),
        Upstream::External { .. } => None,
    });
    let namespaces: BTreeSet<&str> = gateways.chain(services).collect();
    if !namespaces.is_empty() {
        let named: Vec<String> = namespaces.iter().map(|namespace| format!("`{namespace}`")).collect();
        text.push_str(&format!("\n## Namespaces\n\n{}\n", named.join(", ")));
    }
    push_secrets(&mut text, emitter);
    push_keys(&mut text, &emitter.needs);
    push_addresses(&mut text, emitter.plan);
    push_services(&mut text, emitter);
    text
}

fn push_secrets(text: &mut String, emitter: &Emitter<'_>) {
    if emitter.needs.secrets.is_empty() {
        return;
    }
    text.push_str("\n## Secrets\n\n");
    for ((namespace, name), keys) in &emitter.needs.secrets {
        let keys: Vec<&str> = keys.iter().copied().collect();
        text.push_str(&format!("- `{name}` in namespace `{namespace}`, with {}\n", keys.join(", ")));
    }
}

fn push_keys(text: &mut String, needs: &Needs) {
    if needs.keys.is_empty() {
        return;
    }
    text.push_str(
        "\n## Keys of tokens\n\n\
         The gateways' proxies fetch them, over https with the system's own authorities. Until they have them, every\n\
         request that needs a token is answered 401.\n\n",
    );
    text.extend(needs.keys.iter().map(|address| format!("- `{address}`\n")));
    if needs.has_audiences {
        text.push_str(
            "\nA token that is valid but for another audience is answered 403, not 401: Envoy says it so.\n",
        );
    }
}

/// Where a header says who the client is and policies ask for it.
fn push_addresses(text: &mut String, plan: &Plan) {
    let asks = |admission: &Arc<Admission>| {
        let access = admission.access.iter().flat_map(|access| access.denies.iter().chain(&access.allows));
        let mut literals = access.flat_map(|entry| &entry.matches).flat_map(|one| &one.literals);
        literals.any(|literal| matches!(literal.test, Test::Address(..)))
    };
    let gateways = plan.gateways.iter().filter(|planned| {
        let is_told = match &planned.gateway.client_address.value {
            ClientAddress::Hops(hops) => *hops > 0,
            ClientAddress::Header(_) => true,
            ClientAddress::Direct | ClientAddress::ProxyProtocol => false,
        };
        let mut listeners = planned.listeners.iter();
        is_told && listeners.any(|one| asks(&one.unrouted) || one.admissions.values().any(asks))
    });
    let named: Vec<String> = gateways.map(|planned| format!("`{}`", planned.gateway.name)).collect();
    if !named.is_empty() {
        text.push_str(&format!(
            "\n## Addresses of clients\n\n\
             The proxies before {} must write IPv4 addresses as such: for Envoy Gateway `::ffff:10.0.0.7` is not in\n\
             `10.0.0.0/8`.\n",
            named.join(", ")
        ));
    }
}

/// The user's own Services, and the pods that Services made here select.
fn push_services(text: &mut String, emitter: &mut Emitter<'_>) {
    let mut lines: BTreeSet<String> = BTreeSet::new();
    let plan = emitter.plan;
    for upstream in plan.upstreams.values() {
        let Upstream::Service { service, namespace, subset, port, .. } = upstream else { continue };
        let name = subset.as_ref().map(|subset| service::subset_name(emitter, service, namespace, subset));
        let namespace = &namespace.name;
        lines.insert(match subset {
            None => format!(
                "- Service `{}` in namespace `{namespace}`: port {}{}\n",
                service.name,
                port.number,
                match port.protocol {
                    Protocol::Http2 | Protocol::Grpc => " with `appProtocol: kubernetes.io/h2c`",
                    Protocol::Http | Protocol::Https | Protocol::Tls | Protocol::Tcp => "",
                }
            ),
            Some(subset) => {
                let labels = service::selector(service, subset);
                let labels: Vec<String> =
                    labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
                format!(
                    "- Pods in namespace `{namespace}` labelled {}, which serve port {}: they are those of `{}`\n",
                    labels.join(", "),
                    port.number,
                    name.unwrap_or_default()
                )
            }
        });
    }
    if lines.is_empty() {
        return;
    }
    text.push_str("\n## Services\n\n");
    text.extend(lines);
}
