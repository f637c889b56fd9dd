//! ServiceEntry: hosts outside the mesh.

use crate::object::{Kind, NETWORKING};
use serde::Serialize;

/// Hosts outside the mesh.
#[derive(Serialize)]
pub(crate) struct ServiceEntry {
    pub(crate) hosts: Vec<String>,
    pub(crate) ports: Vec<Port>,
    pub(crate) location: &'static str,
    /// `DNS`, or `NONE` for wildcards, which have no address of their own.
    pub(crate) resolution: &'static str,
}

impl Kind for ServiceEntry {
    const API_VERSION: &'static str = NETWORKING;
    const KIND: &'static str = "ServiceEntry";
}

/// A port; its protocol is what the caller speaks, before TLS is begun.
#[derive(Clone, Serialize)]
pub(crate) struct Port {
    pub(crate) number: u16,
    pub(crate) name: String,
    pub(crate) protocol: &'static str,
}
