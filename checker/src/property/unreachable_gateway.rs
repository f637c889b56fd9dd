//! Gateways that no table is on.

use crate::entrance::Way;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, decide};
use gloo_ir::normal_form::Witness;
use gloo_ir::{Attachment, ClusterId, Gateway, GatewayId, GatewayKind, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};

/// The gateways that send no request on, or none on some cluster: no table is on them there, no external is called
/// through them, and they don't only redirect to https.
pub(crate) fn unreachable_gateway(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut served: BTreeMap<&GatewayId, BTreeSet<&ClusterId>> = BTreeMap::new();
    for table in program.tables.values() {
        if let Attachment::Gateway { gateway, clusters, .. } = &table.attachment {
            served.entry(gateway).or_default().extend(clusters);
        }
    }
    let leaving: BTreeSet<&GatewayId> =
        program.externals.values().filter_map(|external| external.through.as_ref()).collect();
    let idle = program.gateways.values().filter(|gateway| {
        let only_redirects = gateway.listeners.iter().all(|listener| listener.redirect_https);
        !leaving.contains(&gateway.id) && (gateway.listeners.is_empty() || !only_redirects)
    });
    idle.filter_map(|gateway| {
        let own = served.get(&gateway.id);
        let is_idle = |cluster: &&ClusterId| own.is_none_or(|own| !own.contains(cluster));
        let without: Vec<&ClusterId> = gateway.clusters.iter().filter(is_idle).collect();
        let first = *without.first()?;
        Some(shown(program, gateway, first, (own.is_some()).then_some(&without)))
    })
    .collect()
}

fn shown(
    program: &Program,
    gateway: &Gateway,
    cluster: &ClusterId,
    only: Option<&Vec<&ClusterId>>,
) -> Diagnostic<Place> {
    let on = only.map(|clusters| {
        let names: Vec<String> = clusters.iter().map(|cluster| format!("`{cluster}`")).collect();
        format!(" on {}", names.join(" and "))
    });
    let on = on.unwrap_or_default();
    let message = format!("no table is on the gateway `{}`{on}", gateway.id);
    let finding = Diagnostic::new(Code::UNREACHABLE_GATEWAY, gateway.place, message);
    let finding = match gateway.kind {
        GatewayKind::Ingress => finding.saying("so it sends no request on").help(format!(
            "write a table for it, as `routes NAME on {} for \"HOST\" {{ … }}`, or delete it",
            gateway.id
        )),
        GatewayKind::Egress => finding
            .saying("and no external is called through it")
            .help(format!("write `through: {}` in an external, or delete it", gateway.id)),
    };
    // What doesn't answer at all is no request to show.
    let request = gateway
        .listeners
        .iter()
        .map(|listener| Way::Listener(gateway, listener).request(&Witness::default()))
        .find(|request| {
            matches!(decide(program, cluster, request).outcome, Final::Responded { status: 404, .. })
        });
    match request.filter(|_| gateway.kind == GatewayKind::Ingress) {
        Some(request) => finding
            .help("the request below is answered with 404")
            .request(command_line(program, cluster, &request)),
        None => finding,
    }
}
