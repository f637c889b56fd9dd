//! VirtualService: which request goes where.

use crate::object::{Kind, NETWORKING};
use crate::string_match::StringMatch;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The routes of some hosts at some gateways.
#[derive(Default, Serialize)]
pub(crate) struct VirtualService {
    pub(crate) hosts: Vec<String>,
    pub(crate) gateways: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) http: Vec<HttpRoute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tls: Vec<TlsRoute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tcp: Vec<TcpRoute>,
}

impl Kind for VirtualService {
    const API_VERSION: &'static str = NETWORKING;
    const KIND: &'static str = "VirtualService";
}

/// A rule for requests; the first that matches decides. Istio has no timeout for one unless it says so, and no way to
/// say that it has none: `0s` is refused by the schema.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpRoute {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// Any of these; every request, if empty.
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    pub(crate) matches: Vec<HttpMatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<Redirect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct_response: Option<DirectResponse>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) route: Vec<WeightedDestination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rewrite: Option<Rewrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retries: Option<Retries>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Fault>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mirrors: Vec<Mirror>,
    #[serde(skip_serializing_if = "Headers::is_empty")]
    pub(crate) headers: Headers,
}

/// A conjunction of conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpMatch {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gateways: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<StringMatch>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ignore_uri_case: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<StringMatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<StringMatch>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, StringMatch>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) without_headers: BTreeMap<String, StringMatch>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) query_params: BTreeMap<String, StringMatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) source_labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source_namespace: Option<String>,
}

/// Where requests or connections go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Destination {
    pub(crate) host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subset: Option<String>,
    pub(crate) port: PortNumber,
}

/// A port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PortNumber {
    pub(crate) number: u16,
}

/// A destination and its part.
#[derive(Clone, Serialize)]
pub(crate) struct WeightedDestination {
    pub(crate) destination: Destination,
    /// Absent for the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<u32>,
}

/// A redirect; what is absent stays as it was.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redirect {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) derive_port: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    pub(crate) redirect_code: u16,
}

/// An answer of the proxy's own.
#[derive(Clone, Serialize)]
pub(crate) struct DirectResponse {
    pub(crate) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Body>,
}

/// The text of an answer.
#[derive(Clone, Serialize)]
pub(crate) struct Body {
    pub(crate) string: String,
}

/// What the destination sees instead.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rewrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri_regex_rewrite: Option<RegexRewrite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
}

/// Every match becomes the replacement, in which `\1` is the first group.
#[derive(Clone, Serialize)]
pub(crate) struct RegexRewrite {
    #[serde(rename = "match")]
    pub(crate) matches: String,
    pub(crate) rewrite: String,
}

/// When a request is tried again; not at all with no attempts.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retries {
    pub(crate) attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) per_try_timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_on: Option<String>,
}

/// A fault put in on purpose.
#[derive(Clone, Serialize)]
pub(crate) struct Fault {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay: Option<Delay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) abort: Option<Abort>,
}

/// A request that is held back.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delay {
    pub(crate) fixed_delay: String,
    pub(crate) percentage: Percentage,
}

/// A request that is answered by an error.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Abort {
    pub(crate) http_status: u16,
    pub(crate) percentage: Percentage,
}

/// A part of the requests, in percent.
#[derive(Clone, Serialize)]
pub(crate) struct Percentage {
    pub(crate) value: Value,
}

/// A copy that is sent elsewhere.
#[derive(Clone, Serialize)]
pub(crate) struct Mirror {
    pub(crate) destination: Destination,
    pub(crate) percentage: Percentage,
}

/// What is done to headers.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Headers {
    #[serde(skip_serializing_if = "HeaderOperations::is_empty")]
    pub(crate) request: HeaderOperations,
    #[serde(skip_serializing_if = "HeaderOperations::is_empty")]
    pub(crate) response: HeaderOperations,
}

impl Headers {
    fn is_empty(&self) -> bool {
        self.request.is_empty() && self.response.is_empty()
    }
}

/// What is done to the headers of a message; Envoy removes first, then sets, then adds.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct HeaderOperations {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) set: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) add: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) remove: Vec<String>,
}

impl HeaderOperations {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A rule for TLS connections by server name.
#[derive(Clone, Serialize)]
pub(crate) struct TlsRoute {
    #[serde(rename = "match")]
    pub(crate) matches: Vec<TlsMatch>,
    pub(crate) route: Vec<WeightedDestination>,
}

/// A condition on a TLS connection.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TlsMatch {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gateways: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    pub(crate) sni_hosts: Vec<String>,
}

/// A rule for connections.
#[derive(Clone, Serialize)]
pub(crate) struct TcpRoute {
    #[serde(rename = "match")]
    pub(crate) matches: Vec<TcpMatch>,
    pub(crate) route: Vec<WeightedDestination>,
}

/// A condition on a connection.
#[derive(Clone, Serialize)]
pub(crate) struct TcpMatch {
    pub(crate) port: u16,
}
