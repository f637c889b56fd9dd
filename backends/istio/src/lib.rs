//! Plan to Istio manifests.
//!
//! One file per kind holds what stands in its `spec` ([`virtual_service`], [`gateway`], …); the others turn the nouns of
//! a plan into these: [`listeners`] a gateway, [`route`] rules, [`mesh`] the calls between services, [`services`] how
//! calls travel, [`through`] egress gateways. What Istio's own kinds can't say becomes an EnvoyFilter, and what can't be
//! said at all an error at its place.
//!
//! | of the plan | on Istio |
//! |---|---|
//! | listener | a Gateway of its own, so that tables are found among those of the listener alone |
//! | host of a listener | one VirtualService, its rules in order |
//! | who may pass | AuthorizationPolicies; for tokens what lets Envoy look at them, by an EnvoyFilter |
//! | mesh entry | one VirtualService for all callers; what asks for the source is decided for each caller |
//! | service | one DestinationRule; a subset more for each hash that a rule asks for |
//! | host outside | ServiceEntry and DestinationRule; with `through` a Gateway and a VirtualService of two steps |

mod admission;
mod authorization_policy;
mod destination_rule;
mod emission;
mod envoy_filter;
mod gateway;
mod hashing;
mod jwt;
mod listeners;
mod mesh;
mod names;
mod number;
mod object;
mod peer_authentication;
mod prerequisites;
pub mod read;
mod route;
mod server_tls;
mod service_entry;
mod services;
mod sidecar;
mod string_match;
mod text;
mod through;
mod traffic;
mod virtual_service;

use emission::Emission;
use gloo_ir::Backend;
use gloo_source::{Reported, Sink};
use gloo_target::{Artifact, Plan, Positions, Target};

/// Istio, with sidecars or ambient.
pub struct IstioTarget;

impl Target for IstioTarget {
    fn title(&self, plan: &Plan) -> String {
        match &plan.cluster.backend.value {
            Backend::Istio { version, .. } => format!("Istio {version}"),
            Backend::GatewayApi { .. } | Backend::Envoy { .. } => "Istio".to_owned(),
        }
    }

    fn emit(
        &self,
        plan: &Plan,
        positions: Positions<'_>,
        sink: &mut Sink,
    ) -> Result<Vec<Artifact>, Reported> {
        let mut emission = Emission::new(plan, self.title(plan), positions, sink);
        for gateway in &plan.gateways {
            listeners::write(&mut emission, gateway);
        }
        mesh::write(&mut emission);
        mesh::write_defaults(&mut emission);
        admission::at_services(&mut emission);
        through::write(&mut emission);
        // Last, as rules may have asked for subsets.
        services::write(&mut emission);
        prerequisites::write(&mut emission);
        emission.finish()
    }
}
