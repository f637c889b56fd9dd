//! Listeners: one of Envoy's for each port of a gateway.

use crate::connection;
use crate::context::{Context, UsedUpstreams, all};
use crate::filter_chain::{self, Chain};
use crate::listener_matcher;
use crate::proto::{tcp_address, yes_no};
use envoy_types::pb::envoy::config::listener::v3::listener_filter::ConfigType;
use envoy_types::pb::envoy::config::listener::v3::{Listener, ListenerFilter};
use envoy_types::pb::envoy::extensions::filters::listener::proxy_protocol::v3::ProxyProtocol;
use envoy_types::pb::envoy::extensions::filters::listener::tls_inspector::v3::TlsInspector;
use envoy_types::util::pack_any;
use gloo_ir::{ClientAddress, Gateway};
use gloo_source::Reported;
use gloo_target::{GatewayPlan, ListenerPlan, ListenerRoutes};
use prost::{Message, Name};
use std::collections::BTreeMap;

/// The listeners of a gateway, by port. Those of gloo that share a port and are told apart by server name become
/// chains of one listener.
pub(crate) fn of_gateway(
    context: &mut Context<'_>,
    gateway: &GatewayPlan,
    used: &mut UsedUpstreams,
) -> Result<Vec<Listener>, Reported> {
    let mut ports: BTreeMap<u16, Vec<&ListenerPlan>> = BTreeMap::new();
    for listener in &gateway.listeners {
        ports.entry(listener.listener.port).or_default().push(listener);
    }
    let made = ports
        .into_iter()
        .map(|(port, listeners)| of_port(context, &gateway.gateway, port, &listeners, used))
        .collect();
    all(made)
}

fn of_port(
    context: &mut Context<'_>,
    gateway: &Gateway,
    port: u16,
    listeners: &[&ListenerPlan],
    used: &mut UsedUpstreams,
) -> Result<Listener, Reported> {
    let alone = listeners.len() == 1;
    let mut chains = Vec::new();
    for plan in listeners {
        let listener = &plan.listener;
        if !alone && !filter_chain::by_server_name(listener) {
            let instead = format!("give `{}` a port of its own", listener.name);
            chains.push(Err(context.unsupported(
                listener.place,
                "a port shared with other listeners",
                &instead,
            )));
            continue;
        }
        match &plan.routes {
            ListenerRoutes::Http(hosts) => {
                chains.push(filter_chain::of_http(context, gateway, plan, hosts, used));
            }
            ListenerRoutes::Connections(hosts) => {
                chains.extend(connection::chains(context, gateway, listener, hosts, used));
            }
        }
    }
    let chains: Vec<Chain> = all(chains)?;
    let name = listeners.iter().map(|plan| plan.listener.name.as_str()).collect::<Vec<_>>().join("+");
    let listener = Listener {
        name: format!("{}.{name}", gateway.name),
        address: Some(tcp_address("0.0.0.0", port)),
        listener_filters: listener_filters(gateway, &chains),
        ..Listener::default()
    };
    Ok(listener_matcher::with_chains(listener, chains))
}

fn listener_filters(gateway: &Gateway, chains: &[Chain]) -> Vec<ListenerFilter> {
    let mut filters = Vec::new();
    if matches!(gateway.client_address.value, ClientAddress::ProxyProtocol) {
        filters.push(filter("envoy.filters.listener.proxy_protocol", ProxyProtocol::default()));
    }
    if chains.iter().any(Chain::looks_at_server_name) {
        let inspector = TlsInspector { enable_ja3_fingerprinting: yes_no(false), ..TlsInspector::default() };
        filters.push(filter("envoy.filters.listener.tls_inspector", inspector));
    }
    filters
}

fn filter<T: Message + Name>(name: &str, config: T) -> ListenerFilter {
    let config_type = Some(ConfigType::TypedConfig(pack_any(config)));
    ListenerFilter { name: name.to_owned(), config_type, ..ListenerFilter::default() }
}
