//! Plan to manifests of the Gateway API 1.6, as Envoy Gateway 1.9 runs them.
//!
//! Envoy Gateway ranks the rules of all HTTPRoutes of a host by itself, and breaks ties by the time at which a route was
//! created. So every rule is written such that its rank alone gives the first-match winner ([`rank`]); nothing depends on
//! the order in which objects are applied. What Envoy Gateway has a default for is said explicitly, and what it can't say
//! is an error at its place.

mod admission;
mod authorization;
mod backend;
mod backend_traffic_policy;
mod cidr;
mod client_traffic_policy;
mod condition;
mod emitter;
mod filter;
mod gateway;
mod http_route;
mod names;
mod object;
mod prerequisites;
mod rank;
pub mod read;
mod reference_grant;
mod route_match;
mod security_policy;
mod service;
mod stream_route;

use emitter::Emitter;
use gloo_ir::{Backend, GatewayMesh, PathMode};
use gloo_source::{Code, Diagnostic, Reported, Sink};
use gloo_target::{Artifact, Plan, Positions, Target, unsupported};

/// The Gateway API on Envoy Gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatewayApiTarget;

impl Target for GatewayApiTarget {
    fn title(&self, plan: &Plan) -> String {
        match &plan.cluster.backend.value {
            Backend::GatewayApi { envoy_gateway, .. } => format!("Envoy Gateway {envoy_gateway}"),
            _ => "Envoy Gateway 1.9".to_owned(),
        }
    }

    fn emit(
        &self,
        plan: &Plan,
        _positions: Positions<'_>,
        sink: &mut Sink,
    ) -> Result<Vec<Artifact>, Reported> {
        let title = self.title(plan);
        let mut failed = Ok(());
        if plan.paths == PathMode::Keep {
            let diagnostic = unsupported(
                plan.cluster.backend.at,
                "`paths: keep`",
                &title,
                "Envoy Gateway always normalises paths: write `paths: strict` in the mesh",
            );
            failed = Err(sink.report(diagnostic));
        }
        if let Backend::GatewayApi { mesh: GatewayMesh::IstioAmbient(_), .. } = &plan.cluster.backend.value {
            for entry in &plan.mesh {
                let place = entry.rules.first().map_or(plan.cluster.place, |rule| rule.origin.place);
                let diagnostic = Diagnostic::new(
                    Code::NOT_LOWERED,
                    place,
                    format!(
                        "gloo doesn't lower calls between services to Istio's waypoints beside {title} yet"
                    ),
                )
                .help("place the table on a cluster with an Istio backend, such as `on mesh@east`");
                failed = Err(sink.report(diagnostic));
            }
        }
        let mut emitter = Emitter::new(plan, title, sink);
        for gateway in &plan.gateways {
            emitter.gateway(gateway);
        }
        let artifacts = emitter.finish();
        failed?;
        artifacts
    }
}
