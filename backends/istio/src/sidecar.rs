//! Sidecar: which hosts workloads may call.

use crate::object::{Kind, NETWORKING};
use serde::Serialize;

/// What the workloads of a namespace may call; in the root namespace, all workloads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sidecar {
    pub(crate) egress: Vec<Egress>,
    pub(crate) outbound_traffic_policy: OutboundTrafficPolicy,
}

impl Kind for Sidecar {
    const API_VERSION: &'static str = NETWORKING;
    const KIND: &'static str = "Sidecar";
}

/// Hosts that are known.
#[derive(Serialize)]
pub(crate) struct Egress {
    pub(crate) hosts: Vec<&'static str>,
}

/// What becomes of hosts that aren't.
#[derive(Serialize)]
pub(crate) struct OutboundTrafficPolicy {
    /// `REGISTRY_ONLY` or `ALLOW_ANY`.
    pub(crate) mode: &'static str,
}
