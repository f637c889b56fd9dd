//! Plan to an Envoy bootstrap.
//!
//! Each gateway becomes one file that `envoy -c` starts as it is. Everything is built as the typed messages of Envoy's
//! own API and printed by their descriptors, so a field that Envoy doesn't have can't be written.

mod address;
mod bootstrap;
mod claim;
mod cluster;
mod connection;
mod context;
mod descriptors;
mod downstream_tls;
mod egress;
mod fault;
mod filter_chain;
mod guard;
mod hash;
mod header_operation;
mod http_connection_manager;
mod jwks;
mod jwt;
mod listener;
mod listener_matcher;
mod mesh;
mod proto;
pub mod read;
mod redirect;
mod regex;
mod request_copy;
mod respond;
mod retry;
mod rewrite;
mod route;
mod route_action;
mod route_configuration;
mod route_match;
mod secret;
mod site;
mod text_match;
mod upstream;
mod upstream_http;
mod upstream_tls;

pub use upstream::cluster_name;

use context::Context;
use gloo_ir::Backend;
use gloo_source::{Reported, Sink};
use gloo_target::{Artifact, Plan, Positions, Target};

/// Envoy by itself, started on a file.
pub struct EnvoyTarget;

impl Target for EnvoyTarget {
    fn title(&self, plan: &Plan) -> String {
        match &plan.cluster.backend.value {
            Backend::Envoy { version, .. } => format!("Envoy {version}"),
            Backend::Istio { .. } | Backend::GatewayApi { .. } => "Envoy".to_owned(),
        }
    }

    fn emit(&self, plan: &Plan, _: Positions<'_>, sink: &mut Sink) -> Result<Vec<Artifact>, Reported> {
        let mut context = Context::new(plan, self.title(plan), sink);
        mesh::refuse(&mut context)?;
        let bootstraps: Vec<_> =
            plan.gateways.iter().map(|gateway| bootstrap::of_gateway(&mut context, gateway)).collect();
        let mut artifacts = context::all(bootstraps)?;
        artifacts.extend(secret::files(&context));
        Ok(artifacts)
    }
}
