//! Hosts outside that are called through an egress gateway. Whoever calls sends the request to the gateway, with the
//! name of the external in a header; the gateway has a listener for these requests, and takes the header off.

use crate::context::{Context, UsedUpstreams};
use crate::filter_chain::{self, Chain};
use crate::http_connection_manager;
use crate::proto::{never, tcp_address};
use crate::route_configuration::{route_for_all, with_refusal};
use crate::site::Site;
use crate::{hash, listener_matcher, respond, text_match, upstream};
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use envoy_types::pb::envoy::config::listener::v3::Listener as EnvoyListener;
use envoy_types::pb::envoy::config::route::v3::header_matcher::HeaderMatchSpecifier;
use envoy_types::pb::envoy::config::route::v3::route::Action;
use envoy_types::pb::envoy::config::route::v3::route_action::ClusterSpecifier;
use envoy_types::pb::envoy::config::route::v3::{
    HeaderMatcher, Route, RouteAction, RouteConfiguration, RouteMatch, VirtualHost,
};
use gloo_domain::HostPattern;
use gloo_ir::{Alpn, Gateway, Listener, ListenerProtocol, Target, TlsVersion};
use gloo_source::Reported;
use gloo_target::{Conjunct, UpstreamKey};
use std::sync::Arc;

/// The port on which an egress gateway takes requests for hosts outside.
pub(crate) const PORT: u16 = 15080;

/// The header that says which host outside is meant.
const HEADER: &str = "x-gloo-external";

/// The egress gateway that calls to an upstream go through, if `from` isn't that gateway itself.
pub(crate) fn through<'a>(
    context: &Context<'a>,
    from: &Gateway,
    key: &UpstreamKey,
) -> Option<&'a Arc<Gateway>> {
    let Target::External(external) = &key.target else { return None };
    let plan = context.plan.externals.iter().find(|plan| plan.external.id == *external)?;
    plan.through.as_ref().filter(|gateway| gateway.id != from.id)
}

/// The name of the cluster by which others call an upstream through its egress gateway.
pub(crate) fn cluster_name(key: &UpstreamKey) -> String {
    format!("egress {}", upstream::cluster_name(&key.target, &key.port, false))
}

/// What is put on a request for an upstream that is called through an egress gateway.
pub(crate) fn header(key: &UpstreamKey) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: HEADER.to_owned(),
            value: upstream::cluster_name(&key.target, &key.port, false),
            ..HeaderValue::default()
        }),
        append_action: HeaderAppendAction::OverwriteIfExistsOrAdd.into(),
        ..HeaderValueOption::default()
    }
}

/// The listener of an egress gateway for the hosts outside that others call through it.
pub(crate) fn listener(
    context: &mut Context<'_>,
    gateway: &Gateway,
    used: &mut UsedUpstreams,
) -> Result<Option<EnvoyListener>, Reported> {
    let is_own = |plan: &&gloo_target::ExternalPlan| {
        plan.through.as_ref().is_some_and(|through| through.id == gateway.id)
    };
    let own: Vec<_> = context
        .plan
        .externals
        .iter()
        .filter(is_own)
        .map(|plan| Target::External(plan.external.id.clone()))
        .collect();
    let keys: Vec<_> = context.plan.upstreams.keys().filter(|key| own.contains(&key.target)).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    if let Some(taken) = gateway.listeners.iter().find(|listener| listener.port == PORT) {
        let construct = format!("a listener of an egress gateway on port {PORT}");
        let instead = "take another port: requests for hosts outside come in on this one";
        return Err(context.unsupported(taken.place, &construct, instead));
    }
    let listener = declared(gateway);
    let site = Site::new(gateway, &listener);
    let mut routes: Vec<_> = keys.into_iter().map(|key| route(context, gateway, used, key)).collect();
    routes.push(route_for_all("no external", Action::DirectResponse(respond::with_status(404))));
    let configuration = RouteConfiguration {
        name: format!("{}.egress", gateway.name),
        virtual_hosts: vec![VirtualHost {
            name: "egress".to_owned(),
            domains: vec!["*".to_owned()],
            routes: with_refusal(context, routes),
            ..VirtualHost::default()
        }],
        request_headers_to_remove: vec![HEADER.to_owned()],
        ..RouteConfiguration::default()
    };
    let manager = http_connection_manager::with_routes(context, &site, configuration);
    let chain = Chain {
        name: "egress".to_owned(),
        hosts: Vec::new(),
        tls: false,
        conditions: vec![Conjunct::default()],
        filters: vec![filter_chain::filter("envoy.filters.network.http_connection_manager", manager)],
        transport_socket: None,
    };
    let listener = EnvoyListener {
        name: format!("{}.egress", gateway.name),
        address: Some(tcp_address("0.0.0.0", PORT)),
        ..EnvoyListener::default()
    };
    Ok(Some(listener_matcher::with_chains(listener, vec![chain])))
}

fn route(context: &Context<'_>, gateway: &Gateway, used: &mut UsedUpstreams, key: &UpstreamKey) -> Route {
    let name = upstream::cluster_name(&key.target, &key.port, false);
    let asked = HeaderMatcher {
        name: HEADER.to_owned(),
        header_match_specifier: Some(HeaderMatchSpecifier::StringMatch(text_match::exact(&name))),
        ..HeaderMatcher::default()
    };
    let action = RouteAction {
        cluster_specifier: Some(ClusterSpecifier::Cluster(upstream::for_requests(
            context, gateway, used, key, None,
        ))),
        timeout: never(),
        hash_policy: upstream::balance_hash(context, key).map(hash::policy).into_iter().collect(),
        ..RouteAction::default()
    };
    let all = route_for_all(&name, Action::Route(action));
    let matched = all.r#match.clone().unwrap_or_default();
    Route { r#match: Some(RouteMatch { headers: vec![asked], ..matched }), ..all }
}

/// The listener as a program would declare it.
fn declared(gateway: &Gateway) -> Listener {
    Listener {
        name: "egress".to_owned(),
        place: gateway.place,
        doc: None,
        protocol: ListenerProtocol::Http,
        port: PORT,
        hosts: vec![HostPattern::Any],
        redirect_https: false,
        certificate: None,
        min_tls: TlsVersion::V1_2,
        alpn: vec![Alpn::H2, Alpn::Http1],
        client_certificate: None,
    }
}
