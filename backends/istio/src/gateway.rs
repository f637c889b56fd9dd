//! Gateway: what a gateway listens on.

use crate::object::{Kind, NETWORKING};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the pods with these labels listen on.
#[derive(Serialize)]
pub(crate) struct Gateway {
    pub(crate) selector: BTreeMap<String, String>,
    pub(crate) servers: Vec<Server>,
}

impl Kind for Gateway {
    const API_VERSION: &'static str = NETWORKING;
    const KIND: &'static str = "Gateway";
}

/// A port with the hosts that it serves, as `namespace/host`: only VirtualServices of that namespace may serve them.
#[derive(Serialize)]
pub(crate) struct Server {
    pub(crate) port: Port,
    pub(crate) hosts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<ServerTls>,
}

/// A port.
#[derive(Serialize)]
pub(crate) struct Port {
    pub(crate) number: u16,
    pub(crate) name: String,
    pub(crate) protocol: &'static str,
}

/// How TLS ends.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerTls {
    /// `SIMPLE`, `MUTUAL`, `OPTIONAL_MUTUAL`, `ISTIO_MUTUAL` or `PASSTHROUGH`.
    pub(crate) mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_cert_credential_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) subject_alt_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_protocol_version: Option<&'static str>,
}
