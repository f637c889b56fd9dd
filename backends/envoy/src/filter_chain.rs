//! Filter chains: what becomes of a connection once it is known which one it is.

use crate::address;
use crate::context::{Context, UsedUpstreams};
use crate::downstream_tls;
use crate::http_connection_manager;
use crate::site::Site;
use envoy_types::pb::envoy::config::core::v3::TransportSocket;
use envoy_types::pb::envoy::config::listener::v3::Filter;
use envoy_types::pb::envoy::config::listener::v3::filter::ConfigType;
use envoy_types::util::pack_any;
use gloo_domain::HostPattern;
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{Gateway, Listener, ListenerProtocol, TextAttribute};
use gloo_source::Reported;
use gloo_target::{ListenerPlan, VirtualHost};
use prost::{Message, Name};

/// A filter chain and the connections that it is for.
pub(crate) struct Chain {
    /// What it is called.
    pub(crate) name: String,
    /// The server names; any or none, if empty.
    pub(crate) hosts: Vec<HostPattern>,
    /// Whether only TLS connections are meant.
    pub(crate) tls: bool,
    /// Which of them: any of these holds.
    pub(crate) conditions: Vec<Conjunct>,
    /// Its filters.
    pub(crate) filters: Vec<Filter>,
    /// Its TLS, where that ends here.
    pub(crate) transport_socket: Option<TransportSocket>,
}

impl Chain {
    /// Whether all connections to its hosts are meant.
    pub(crate) fn is_unconditional(&self) -> bool {
        self.conditions.iter().any(|conjunct| conjunct.literals.is_empty())
    }

    /// Whether it takes a look at the beginning of TLS.
    pub(crate) fn looks_at_server_name(&self) -> bool {
        let asks = |conjunct: &Conjunct| {
            conjunct
                .literals
                .iter()
                .any(|literal| matches!(literal.test, gloo_ir::Test::Text(TextAttribute::ServerName, _)))
        };
        self.tls || self.conditions.iter().any(asks)
    }
}

/// Whether the listener is told from others on its port by server name.
pub(crate) fn by_server_name(listener: &Listener) -> bool {
    matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
}

/// The server names of a pattern's list, empty where any will do.
pub(crate) fn server_names(hosts: &[HostPattern]) -> Vec<HostPattern> {
    if hosts.contains(&HostPattern::Any) { Vec::new() } else { hosts.to_vec() }
}

/// The chain of an `http` or `https` listener.
pub(crate) fn of_http(
    context: &mut Context<'_>,
    gateway: &Gateway,
    plan: &ListenerPlan,
    hosts: &[VirtualHost],
    used: &mut UsedUpstreams,
) -> Result<Chain, Reported> {
    let listener = &plan.listener;
    let mut site = Site::new(gateway, listener);
    let manager = http_connection_manager::of_listener(context, &mut site, (plan, hosts), used)?;
    let mut filters = Vec::new();
    if let Some(state) = address::source_filter(&site.copies) {
        filters.push(filter("envoy.filters.network.set_filter_state", state));
    }
    filters.push(filter("envoy.filters.network.http_connection_manager", manager));
    let tls = listener.protocol == ListenerProtocol::Https;
    Ok(Chain {
        name: listener.name.clone(),
        hosts: if tls { server_names(&listener.hosts) } else { Vec::new() },
        tls,
        conditions: vec![Conjunct::default()],
        filters,
        transport_socket: downstream_tls::of(context, listener),
    })
}

/// A network filter.
pub(crate) fn filter<T: Message + Name>(name: &str, config: T) -> Filter {
    let config_type = Some(ConfigType::TypedConfig(pack_any(config)));
    Filter { name: name.to_owned(), config_type }
}
