//! What must stand or be set before the objects mean what they say.

use crate::emission::{Emission, document};
use gloo_ir::{Gateway, IstioMode, PathMode};
use gloo_target::Content;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What has been found to be needed.
#[derive(Debug, Default)]
pub(crate) struct Prerequisites {
    /// Whether some rule asks for a header that may be repeated.
    pub(crate) individual_headers: bool,
    gateways: BTreeMap<String, GatewayNeeds>,
    secrets: BTreeMap<(String, String), &'static str>,
}

#[derive(Debug)]
struct GatewayNeeds {
    name: String,
    namespace: String,
    labels: BTreeMap<String, String>,
    account: String,
    ports: BTreeSet<u16>,
    same_ports: bool,
}

impl Prerequisites {
    /// A gateway whose pods and Service must stand.
    pub(crate) fn gateway(&mut self, gateway: &Gateway, ports: impl Iterator<Item = u16>) {
        let found = self.gateways.entry(gateway.id.to_string()).or_insert_with(|| GatewayNeeds {
            name: gateway.name.clone(),
            namespace: gateway.namespace.clone(),
            labels: gateway.workload.clone(),
            account: gateway.account.clone(),
            ports: BTreeSet::new(),
            same_ports: false,
        });
        found.ports.extend(ports);
    }

    /// A gateway whose pods must listen on the ports of its Service: policies tell its listeners apart by them.
    pub(crate) fn same_ports(&mut self, gateway: &Gateway) {
        self.gateway(gateway, std::iter::empty());
        if let Some(found) = self.gateways.get_mut(gateway.id.as_str()) {
            found.same_ports = true;
        }
    }

    /// A secret that must stand, with the keys that it must have.
    pub(crate) fn secret(&mut self, namespace: &str, name: &str, keys: &'static str) {
        self.secrets.insert((namespace.to_owned(), name.to_owned()), keys);
    }
}

/// Writes them: the settings of the mesh, and a README that says what else is needed.
pub(crate) fn write(emission: &mut Emission<'_>) {
    let settings = mesh_config(emission);
    emission.prerequisite("meshconfig.yaml", document(json!({"meshConfig": settings})));
    let text = readme(emission);
    emission.prerequisite("README.md", Content::Text(text));
}

/// What stands in Istio's MeshConfig, as its Helm chart and its operator take it.
fn mesh_config(emission: &Emission<'_>) -> Value {
    let plan = emission.plan;
    let normalization = match plan.paths {
        PathMode::Strict => "MERGE_SLASHES",
        PathMode::Keep => "NONE",
    };
    let mut settings = Map::new();
    settings.insert("trustDomain".to_owned(), Value::from(plan.trust_domain.as_str()));
    settings.insert("enableAutoMtls".to_owned(), Value::from(true));
    settings.insert("pathNormalization".to_owned(), json!({"normalization": normalization}));
    settings.insert("defaultHttpRetryPolicy".to_owned(), json!({"attempts": 0}));
    settings.insert("defaultConfig".to_owned(), json!({"runtimeValues": runtime_values(emission)}));
    Value::Object(settings)
}

/// Flags of Envoy that Istio's proxies have otherwise: they refuse expressions of more than 32,768 instructions, where gloo
/// has bounded their size, and pass a raw `#` in a path.
fn runtime_values(emission: &Emission<'_>) -> Value {
    let mut flags = Map::new();
    let mut set = |name: &str, value: &str| drop(flags.insert(name.to_owned(), Value::from(value)));
    if emission.plan.paths == PathMode::Strict {
        set("envoy.reloadable_features.http_reject_path_with_fragment", "true");
    }
    if emission.needs.individual_headers {
        set("envoy.reloadable_features.match_headers_individually", "true");
    }
    set("re2.max_program_size.error_level", "1000000");
    Value::Object(flags)
}

fn readme(emission: &Emission<'_>) -> String {
    let needs = &emission.needs;
    let mut text = String::from(
        "# Before these objects are applied\n\n\
         The objects beside this folder mean what they say once the following stands.\n\n\
         ## Settings of the mesh\n\n\
         Merge `meshconfig.yaml` into the values of Istio's Helm chart (`istiod`), or into `spec` of its operator, and\n\
         restart the proxies:\n\n",
    );
    text.push_str("- `trustDomain`: the identities of the program are of this domain.\n");
    text.push_str(match emission.plan.paths {
        PathMode::Strict => {
            "- `pathNormalization`: `paths: strict` merges slashes; Istio doesn't by itself.\n"
        }
        PathMode::Keep => "- `pathNormalization`: `paths: keep` matches paths as they were sent.\n",
    });
    text.push_str("- `defaultHttpRetryPolicy`: nothing is retried unless a rule says so; Istio retries twice by itself.\n");
    text.push_str(
        "- `runtimeValues`: flags of Envoy. Expressions may be as large as the language lets them be.\n",
    );
    if emission.plan.paths == PathMode::Strict {
        text.push_str("  A path with a raw `#` is refused; Istio's proxies pass it by themselves.\n");
    }
    if needs.individual_headers {
        text.push_str(
            "  A repeated header has several values, each of which is matched by itself. Envoy has the flag for it since\n  \
             1.39; a proxy before that matches the values as one, joined with `,`.\n",
        );
    }
    push_data_plane(&mut text, emission);
    if !needs.gateways.is_empty() {
        text.push_str("\n## Gateways\n\nEach needs a Deployment of Istio's proxy and a Service:\n\n");
        for gateway in needs.gateways.values() {
            let labels: Vec<String> =
                gateway.labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
            let ports: Vec<String> = gateway.ports.iter().map(u16::to_string).collect();
            text.push_str(&format!(
                "- Service `{}` in namespace `{}`: pods with {}, service account `{}`{}\n",
                gateway.name,
                gateway.namespace,
                labels.join(", "),
                gateway.account,
                if ports.is_empty() { String::new() } else { format!(", ports {}", ports.join(", ")) },
            ));
        }
        for gateway in needs.gateways.values().filter(|gateway| gateway.same_ports) {
            text.push_str(&format!(
                "\nThe ports of Service `{}` must lead to the same ports of the pods (`targetPort`): AuthorizationPolicies tell \
                 listeners apart by the port that a pod listens on.\n",
                gateway.name
            ));
        }
        text.push_str(
            "\nTheir proxies count trusted hops as the program says: leave `gatewayTopology.numTrustedProxies` unset.\n",
        );
    }
    if !needs.secrets.is_empty() {
        text.push_str("\n## Secrets\n\n");
        for ((namespace, name), keys) in &needs.secrets {
            text.push_str(&format!("- `{name}` in namespace `{namespace}`, with {keys}\n"));
        }
    }
    text
}

fn push_data_plane(text: &mut String, emission: &Emission<'_>) {
    let namespaces: BTreeMap<&str, Option<&str>> = emission
        .plan
        .services
        .iter()
        .map(|service| (service.namespace.name.as_str(), service.namespace.waypoint.as_deref()))
        .collect();
    if namespaces.is_empty() {
        return;
    }
    text.push_str("\n## Namespaces\n\n");
    for (namespace, waypoint) in namespaces {
        let labels = match (emission.mode(), waypoint) {
            (IstioMode::Sidecar, _) => "`istio-injection: enabled`".to_owned(),
            (IstioMode::Ambient, None) => "`istio.io/dataplane-mode: ambient`".to_owned(),
            (IstioMode::Ambient, Some(waypoint)) => format!(
                "`istio.io/dataplane-mode: ambient` and `istio.io/use-waypoint: {waypoint}`, \
                 with a waypoint of that name"
            ),
        };
        text.push_str(&format!("- `{namespace}` labelled {labels}\n"));
    }
}
