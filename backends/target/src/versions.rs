//! The versions of the targets that gloo writes for. What a target can't say its emitter says, at the place in the
//! program.

use gloo_ir::{Backend, Version};

/// A part of a target with a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// What it is called: `Envoy Gateway`.
    pub title: &'static str,
    /// The oldest version that understands what gloo writes.
    pub oldest: &'static [u32],
}

const ISTIO: Versions = Versions { title: "Istio", oldest: &[1, 30] };
const GATEWAY_API: Versions = Versions { title: "Gateway API", oldest: &[1, 6] };
const ENVOY_GATEWAY: Versions = Versions { title: "Envoy Gateway", oldest: &[1, 9] };
const ENVOY: Versions = Versions { title: "Envoy", oldest: &[1, 36] };

/// The versions that a backend names, each with what gloo writes for.
#[must_use]
pub fn versions(backend: &Backend) -> Vec<(Versions, &Version)> {
    match backend {
        Backend::Istio { version, .. } => vec![(ISTIO, version)],
        Backend::GatewayApi { version, envoy_gateway, mesh } => {
            let mut all = vec![(GATEWAY_API, version), (ENVOY_GATEWAY, envoy_gateway)];
            if let gloo_ir::GatewayMesh::IstioAmbient(version) = mesh {
                all.push((ISTIO, version));
            }
            all
        }
        Backend::Envoy { version, .. } => vec![(ENVOY, version)],
    }
}

impl Versions {
    /// Whether gloo writes for that version.
    #[must_use]
    pub fn takes(self, version: &Version) -> bool {
        version.0.as_slice() >= self.oldest
    }

    /// The oldest version, as programs write it.
    #[must_use]
    pub fn oldest(self) -> Version {
        Version(self.oldest.to_vec())
    }
}
