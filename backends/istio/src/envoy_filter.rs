//! EnvoyFilter: what Istio's own kinds can't say.

use crate::object::{ENVOY_FILTER, Kind};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Changes to the configuration that Istio makes for Envoy.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvoyFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workload_selector: Option<WorkloadSelector>,
    pub(crate) config_patches: Vec<Patch>,
}

impl Kind for EnvoyFilter {
    const API_VERSION: &'static str = ENVOY_FILTER;
    const KIND: &'static str = "EnvoyFilter";
}

/// The pods that are meant; all of the namespace, without one.
#[derive(Serialize)]
pub(crate) struct WorkloadSelector {
    pub(crate) labels: BTreeMap<String, String>,
}

/// One change.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patch {
    pub(crate) apply_to: &'static str,
    #[serde(rename = "match")]
    pub(crate) matches: PatchMatch,
    pub(crate) patch: Change,
}

/// Where the change is made.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatchMatch {
    pub(crate) context: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listener: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route_configuration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cluster: Option<Value>,
}

/// What is done.
#[derive(Clone, Serialize)]
pub(crate) struct Change {
    pub(crate) operation: &'static str,
    pub(crate) value: Value,
}

/// The proxies that are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// Gateways.
    Gateway,
    /// A sidecar, as its workload calls others.
    Outbound,
    /// A sidecar, as its workload is called.
    Inbound,
}

impl Context {
    fn word(self) -> &'static str {
        match self {
            Self::Gateway => "GATEWAY",
            Self::Outbound => "SIDECAR_OUTBOUND",
            Self::Inbound => "SIDECAR_INBOUND",
        }
    }

    fn anywhere(self) -> PatchMatch {
        PatchMatch { context: self.word(), listener: None, route_configuration: None, cluster: None }
    }

    /// Merges settings into each HTTP connection manager.
    pub(crate) fn connection_manager(self, mut settings: Value) -> Patch {
        if let Some(settings) = settings.as_object_mut() {
            settings.shift_insert(0, "@type".to_owned(), Value::from(type_url(CONNECTION_MANAGER)));
        }
        let listener =
            json!({"filterChain": {"filter": {"name": "envoy.filters.network.http_connection_manager"}}});
        Patch {
            apply_to: "NETWORK_FILTER",
            matches: PatchMatch { listener: Some(listener), ..self.anywhere() },
            patch: Change { operation: "MERGE", value: json!({"typed_config": settings}) },
        }
    }

    /// Puts an HTTP filter before all others.
    pub(crate) fn first_http_filter(self, name: &str, message: &str, settings: Value) -> Patch {
        let filter = json!({"name": "envoy.filters.network.http_connection_manager"});
        Patch {
            apply_to: "HTTP_FILTER",
            matches: PatchMatch {
                listener: Some(json!({"filterChain": {"filter": filter}})),
                ..self.anywhere()
            },
            patch: Change { operation: "INSERT_FIRST", value: filter_of(name, message, settings) },
        }
    }

    /// Adds a cluster.
    pub(crate) fn new_cluster(self, cluster: Value) -> Patch {
        Patch {
            apply_to: "CLUSTER",
            matches: self.anywhere(),
            patch: Change { operation: "ADD", value: cluster },
        }
    }

    /// Lets the requests of the routes of that name pass by AuthorizationPolicies.
    pub(crate) fn unguarded_route(self, route: &str) -> Patch {
        Patch {
            apply_to: "HTTP_ROUTE",
            matches: PatchMatch {
                route_configuration: Some(json!({"vhost": {"route": {"name": route}}})),
                ..self.anywhere()
            },
            patch: Change { operation: "MERGE", value: json!({"typed_per_filter_config": unguarded()}) },
        }
    }

    /// Puts a listener filter before all others.
    pub(crate) fn first_listener_filter(self, name: &str, message: &str) -> Patch {
        Patch {
            apply_to: "LISTENER_FILTER",
            matches: self.anywhere(),
            patch: Change { operation: "INSERT_FIRST", value: filter_of(name, message, json!({})) },
        }
    }

    /// Merges settings into the TLS of the connections to a server name.
    pub(crate) fn downstream_tls(self, server_name: &str, settings: Value) -> Patch {
        let socket = filter_of("envoy.transport_sockets.tls", DOWNSTREAM_TLS, settings);
        Patch {
            apply_to: "FILTER_CHAIN",
            matches: PatchMatch {
                listener: Some(json!({"filterChain": {"sni": server_name}})),
                ..self.anywhere()
            },
            patch: Change { operation: "MERGE", value: json!({"transport_socket": socket}) },
        }
    }

    /// Merges settings into the routes of that name of a virtual host, which Istio calls `HOST:PORT`.
    pub(crate) fn route(self, virtual_host: &str, route: &str, settings: Value) -> Patch {
        let vhost = json!({"vhost": {"name": virtual_host, "route": {"name": route}}});
        Patch {
            apply_to: "HTTP_ROUTE",
            matches: PatchMatch { route_configuration: Some(vhost), ..self.anywhere() },
            patch: Change { operation: "MERGE", value: settings },
        }
    }

    /// Puts a route before all others of each virtual host.
    pub(crate) fn first_route(self, route: Value) -> Patch {
        Patch {
            apply_to: "HTTP_ROUTE",
            matches: self.anywhere(),
            patch: Change { operation: "INSERT_FIRST", value: route },
        }
    }

    /// Merges settings into the clusters of a host's port.
    pub(crate) fn cluster(self, host: &str, port: u16, settings: Value) -> Patch {
        let cluster = json!({"service": host, "portNumber": port});
        Patch {
            apply_to: "CLUSTER",
            matches: PatchMatch { cluster: Some(cluster), ..self.anywhere() },
            patch: Change { operation: "MERGE", value: settings },
        }
    }
}

/// The settings by which a route has no AuthorizationPolicies.
pub(crate) fn unguarded() -> Value {
    let message = type_url("envoy.extensions.filters.http.rbac.v3.RBACPerRoute");
    json!({AUTHORIZATION: {"@type": message}})
}

/// What Istio calls the filters of AuthorizationPolicies.
const AUTHORIZATION: &str = "envoy.filters.http.rbac";
const CONNECTION_MANAGER: &str =
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const DOWNSTREAM_TLS: &str = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

fn type_url(message: &str) -> String {
    format!("type.googleapis.com/{message}")
}

fn filter_of(name: &str, message: &str, settings: Value) -> Value {
    let mut typed = serde_json::Map::new();
    typed.insert("@type".to_owned(), Value::from(type_url(message)));
    if let Value::Object(settings) = settings {
        typed.extend(settings);
    }
    json!({"name": name, "typed_config": typed})
}
