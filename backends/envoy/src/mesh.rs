//! Calls between services.

use crate::context::Context;
use gloo_ir::Mtls;
use gloo_source::Reported;

/// Reports what needs proxies beside services: only gateways are written.
pub(crate) fn refuse(context: &mut Context<'_>) -> Result<(), Reported> {
    let plan = context.plan;
    let mut refused = Ok(());
    for rule in plan.mesh.iter().filter_map(|entry| entry.rules.first()) {
        refused = Err(context.not_lowered(rule.origin.place, "a table for calls between services"));
    }
    if plan.mtls != Mtls::Off {
        refused = Err(context.not_lowered(plan.cluster.backend.at, "mutual TLS between services"));
    }
    refused
}
