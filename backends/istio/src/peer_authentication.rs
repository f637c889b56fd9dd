//! PeerAuthentication: whether callers must show who they are.

use crate::object::{Kind, SECURITY};
use serde::Serialize;

/// What the workloads of a namespace ask of callers; in the root namespace, all workloads.
#[derive(Serialize)]
pub(crate) struct PeerAuthentication {
    pub(crate) mtls: MutualTls,
}

impl Kind for PeerAuthentication {
    const API_VERSION: &'static str = SECURITY;
    const KIND: &'static str = "PeerAuthentication";
}

/// The mode.
#[derive(Serialize)]
pub(crate) struct MutualTls {
    /// `STRICT`, `PERMISSIVE` or `DISABLE`.
    pub(crate) mode: &'static str,
}
