//! The bootstrap of a gateway: everything that one Envoy is started with.

use crate::cluster;
use crate::context::{Context, FIRST_WITH_SINGLE_VALUES, UsedUpstreams};
use crate::descriptors::to_document;
use crate::egress;
use crate::jwks;
use crate::listener;
use crate::proto::tcp_address;
use envoy_types::pb::envoy::config::bootstrap::v3::bootstrap::StaticResources;
use envoy_types::pb::envoy::config::bootstrap::v3::runtime_layer::LayerSpecifier;
use envoy_types::pb::envoy::config::bootstrap::v3::{Admin, Bootstrap, LayeredRuntime, RuntimeLayer};
use envoy_types::pb::envoy::config::core::v3::Node;
use envoy_types::pb::google::protobuf::{Struct, Value, value::Kind};
use gloo_source::{Place, Reported};
use gloo_target::{Artifact, Content, GatewayPlan, ListenerRoutes};
use std::collections::BTreeMap;

/// The port of Envoy's own status pages, on the loopback address only.
const ADMIN_PORT: u16 = 9901;

/// The file of a gateway.
pub(crate) fn of_gateway(context: &mut Context<'_>, gateway: &GatewayPlan) -> Result<Artifact, Reported> {
    let mut used = UsedUpstreams::new();
    let listeners = listener::of_gateway(context, gateway, &mut used);
    let egress = egress::listener(context, &gateway.gateway, &mut used);
    let clusters = cluster::of_upstreams(context, &gateway.gateway, &used);
    let (mut listeners, egress, mut clusters) = (listeners?, egress?, clusters?);
    listeners.extend(egress);
    clusters.extend(jwks::clusters(context));
    let name = &gateway.gateway.name;
    let bootstrap = Bootstrap {
        node: Some(Node { id: name.clone(), cluster: name.clone(), ..Node::default() }),
        static_resources: Some(StaticResources { listeners, clusters, ..StaticResources::default() }),
        admin: Some(Admin { address: Some(tcp_address("127.0.0.1", ADMIN_PORT)), ..Admin::default() }),
        layered_runtime: Some(runtime(context)),
        ..Bootstrap::default()
    };
    Ok(Artifact {
        path: format!("{name}.yaml"),
        sources: sources(gateway),
        content: Content::Yaml(vec![to_document(&bootstrap)]),
    })
}

/// The runtime settings that the output relies on.
fn runtime(context: &Context<'_>) -> LayeredRuntime {
    // Envoy refuses expressions of more than 100 instructions unless told otherwise; gloo has bounded their size.
    let size = ("re2.max_program_size.error_level", Kind::NumberValue(1_000_000.0));
    let single_values = ("envoy.reloadable_features.match_headers_individually", Kind::BoolValue(true));
    let single_values = (!context.is_before(FIRST_WITH_SINGLE_VALUES)).then_some(single_values);
    let settings = [size].into_iter().chain(single_values);
    let fields = settings.map(|(key, value)| (key.to_owned(), Value { kind: Some(value) })).collect();
    let layer = LayerSpecifier::StaticLayer(Struct { fields });
    LayeredRuntime { layers: vec![RuntimeLayer { name: "gloo".to_owned(), layer_specifier: Some(layer) }] }
}

/// The declarations that the file comes from: the gateway, and each table that it serves by its first rule.
fn sources(gateway: &GatewayPlan) -> Vec<Place> {
    let mut tables = BTreeMap::new();
    for listener in &gateway.listeners {
        let rules: Vec<_> = match &listener.routes {
            ListenerRoutes::Http(hosts) => hosts.iter().flat_map(|host| &host.rules).collect(),
            ListenerRoutes::Connections(hosts) => hosts.iter().flat_map(|host| &host.rules).collect(),
        };
        for rule in rules {
            tables.entry(&rule.origin.table).or_insert(rule.origin.place);
        }
    }
    std::iter::once(gateway.gateway.place).chain(tables.into_values()).collect()
}
