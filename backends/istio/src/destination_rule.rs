//! DestinationRule: how calls to a host travel.

use crate::object::{Kind, NETWORKING};
use crate::virtual_service::PortNumber;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How calls to a host travel, and its subsets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DestinationRule {
    pub(crate) host: String,
    pub(crate) traffic_policy: TrafficPolicy,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) subsets: Vec<Subset>,
}

impl Kind for DestinationRule {
    const API_VERSION: &'static str = NETWORKING;
    const KIND: &'static str = "DestinationRule";
}

/// Some of the pods; what its policy says goes before what the rule's says, part by part.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subset {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) traffic_policy: Option<TrafficPolicy>,
}

/// How calls travel.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrafficPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) load_balancer: Option<LoadBalancer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection_pool: Option<ConnectionPool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outlier_detection: Option<OutlierDetection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<ClientTls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_budget: Option<RetryBudget>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) port_level_settings: Vec<PortPolicy>,
}

/// How calls to one port travel. It takes nothing from the policy around it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PortPolicy {
    pub(crate) port: PortNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) load_balancer: Option<LoadBalancer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection_pool: Option<ConnectionPool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outlier_detection: Option<OutlierDetection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<ClientTls>,
}

/// Which instance is taken.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoadBalancer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) simple: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) consistent_hash: Option<ConsistentHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locality_lb_setting: Option<Locality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warmup: Option<Warmup>,
}

/// What decides, on a ring of instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ConsistentHash {
    /// A header.
    HttpHeaderName(String),
    /// A cookie, set if absent.
    HttpCookie(Cookie),
    /// The client's address.
    UseSourceIp(bool),
    /// A query parameter.
    HttpQueryParameterName(String),
}

/// A cookie; with a time to live of nothing it lasts as long as the browser's session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    pub(crate) path: &'static str,
    pub(crate) ttl: &'static str,
}

/// Which places come first. It does nothing without outlier detection.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Locality {
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) failover_priority: Vec<&'static str>,
}

/// How long a new instance gets fewer requests.
#[derive(Clone, Serialize)]
pub(crate) struct Warmup {
    pub(crate) duration: String,
}

/// Limits on connections.
#[derive(Clone, Serialize)]
pub(crate) struct ConnectionPool {
    pub(crate) tcp: TcpPool,
    pub(crate) http: HttpPool,
}

/// Limits on connections themselves.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TcpPool {
    pub(crate) max_connections: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connect_timeout: Option<String>,
}

/// Limits on requests.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpPool {
    pub(crate) http1_max_pending_requests: u32,
    pub(crate) http2_max_requests: u32,
    pub(crate) max_retries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_requests_per_connection: Option<u32>,
    pub(crate) h2_upgrade_policy: &'static str,
}

/// When an instance is left out.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutlierDetection {
    #[serde(rename = "consecutive5xxErrors")]
    pub(crate) consecutive_5xx_errors: u32,
    pub(crate) consecutive_gateway_errors: u32,
    pub(crate) interval: String,
    pub(crate) base_ejection_time: String,
    pub(crate) max_ejection_percent: u32,
    pub(crate) min_health_percent: u32,
}

/// How TLS is begun.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientTls {
    /// `DISABLE`, `SIMPLE`, `MUTUAL` or `ISTIO_MUTUAL`.
    pub(crate) mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_certificates: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sni: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) subject_alt_names: Vec<String>,
}

/// How many of the requests may be retries.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RetryBudget {
    pub(crate) percent: Value,
    pub(crate) min_retry_concurrency: u32,
}
