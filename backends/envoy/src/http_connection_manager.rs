//! The HTTP connection manager of a listener: who the client is, how paths are normalised, which filters run.

use crate::address;
use crate::context::{Context, UsedUpstreams};
use crate::proto::{extension, never, number, seconds, yes_no};
use crate::route_configuration;
use crate::site::Site;
use envoy_types::pb::envoy::config::core::v3::http_protocol_options::HeadersWithUnderscoresAction;
use envoy_types::pb::envoy::config::core::v3::scheme_header_transformation::Transformation;
use envoy_types::pb::envoy::config::core::v3::{CidrRange, HttpProtocolOptions, SchemeHeaderTransformation};
use envoy_types::pb::envoy::config::route::v3::RouteConfiguration;
use envoy_types::pb::envoy::extensions::filters::http::fault::v3::HttpFault;
use envoy_types::pb::envoy::extensions::filters::http::header_mutation::v3::HeaderMutation;
use envoy_types::pb::envoy::extensions::filters::http::router::v3::Router;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::{
    InternalAddressConfig, PathWithEscapedSlashesAction, RouteSpecifier, ServerHeaderTransformation, StripPortMode, UpgradeConfig,
};
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::http_filter::ConfigType;
use envoy_types::pb::envoy::extensions::filters::network::http_connection_manager::v3::{
    HttpConnectionManager, HttpFilter,
};
use envoy_types::pb::envoy::extensions::http::original_ip_detection::custom_header::v3::CustomHeaderConfig;
use envoy_types::util::pack_any;
use gloo_ir::{ClientAddress, PathMode};
use gloo_source::Reported;
use gloo_target::{ENVOY_HEADERS, ListenerPlan, VirtualHost};
use prost::{Message, Name};

/// The name of the filter that puts faults in.
pub(crate) const FAULT: &str = "envoy.filters.http.fault";
/// The name of the filter that changes headers.
pub(crate) const HEADER_MUTATION: &str = "envoy.filters.http.header_mutation";

/// The manager for the requests of a listener. The site learns what the rules need.
pub(crate) fn of_listener(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    listener: (&ListenerPlan, &[VirtualHost]),
    used: &mut UsedUpstreams,
) -> Result<HttpConnectionManager, Reported> {
    let routes = route_configuration::of_listener(context, site, listener, used)?;
    Ok(with_routes(context, site, routes))
}

/// The manager for requests that these routes take.
pub(crate) fn with_routes(
    context: &Context<'_>,
    site: &Site<'_>,
    routes: RouteConfiguration,
) -> HttpConnectionManager {
    let strict = context.plan.paths == PathMode::Strict;
    let underscores = if strict {
        HeadersWithUnderscoresAction::RejectRequest
    } else {
        HeadersWithUnderscoresAction::Allow
    };
    let slashes = if strict {
        PathWithEscapedSlashesAction::RejectRequest
    } else {
        PathWithEscapedSlashesAction::KeepUnchanged
    };
    let scheme = Transformation::SchemeToOverwrite(site.scheme().to_owned());
    let manager = HttpConnectionManager {
        stat_prefix: format!("{}.{}", site.gateway.name, site.listener.name),
        http_filters: filters(site),
        common_http_protocol_options: Some(HttpProtocolOptions {
            idle_timeout: seconds(3600),
            headers_with_underscores_action: underscores.into(),
            ..HttpProtocolOptions::default()
        }),
        // Responses are the services' own, down to this header.
        server_header_transformation: ServerHeaderTransformation::PassThrough.into(),
        scheme_header_transformation: Some(SchemeHeaderTransformation {
            transformation: Some(scheme),
            match_upstream: false,
        }),
        stream_idle_timeout: never(),
        request_timeout: never(),
        request_headers_timeout: seconds(60),
        // Without a range of its own Envoy takes private addresses for friends, and believes their `x-envoy-` headers.
        internal_address_config: Some(InternalAddressConfig {
            unix_sockets: false,
            cidr_ranges: vec![CidrRange {
                address_prefix: "255.255.255.255".to_owned(),
                prefix_len: number(32),
            }],
        }),
        generate_request_id: yes_no(true),
        upgrade_configs: vec![UpgradeConfig {
            upgrade_type: "websocket".to_owned(),
            enabled: yes_no(true),
            ..UpgradeConfig::default()
        }],
        normalize_path: yes_no(strict),
        merge_slashes: strict,
        path_with_escaped_slashes_action: slashes.into(),
        strip_trailing_host_dot: true,
        strip_port_mode: Some(StripPortMode::StripAnyHostPort(true)),
        route_specifier: Some(RouteSpecifier::RouteConfig(routes)),
        ..HttpConnectionManager::default()
    };
    with_client_address(manager, site)
}

/// Says how the client's address is known, and what is copied before the routes.
fn with_client_address(mut manager: HttpConnectionManager, site: &Site<'_>) -> HttpConnectionManager {
    let mut removed: &[&str] = &[];
    match &site.gateway.client_address.value {
        ClientAddress::Direct | ClientAddress::ProxyProtocol => manager.use_remote_address = yes_no(true),
        ClientAddress::Hops(hops) => {
            manager.use_remote_address = yes_no(true);
            manager.xff_num_trusted_hops = *hops;
        }
        ClientAddress::Header(name) => {
            // Envoy takes one of the two only.
            manager.use_remote_address = yes_no(false);
            let config = CustomHeaderConfig { header_name: name.clone(), ..CustomHeaderConfig::default() };
            let name = "envoy.http.original_ip_detection.custom_header";
            manager.original_ip_detection_extensions.push(extension(name, config));
            removed = ENVOY_HEADERS;
        }
    }
    manager.early_header_mutation_extensions.extend(site.copies.early(removed));
    manager
}

/// The filters in the order in which requests meet them.
fn filters(site: &Site<'_>) -> Vec<HttpFilter> {
    let mut filters = Vec::new();
    if let Some(tagging) = address::client_filter(&site.copies) {
        filters.push(filter("envoy.filters.http.ip_tagging", tagging));
    }
    filters.extend(site.guards.filters());
    if site.changes_headers {
        filters.push(filter(HEADER_MUTATION, HeaderMutation::default()));
    }
    if site.has_faults {
        filters.push(filter(FAULT, HttpFault::default()));
    }
    let router = Router { suppress_envoy_headers: true, ..Router::default() };
    filters.push(filter("envoy.filters.http.router", router));
    filters
}

/// A filter with its configuration.
pub(crate) fn filter<T: Message + Name>(name: &str, config: T) -> HttpFilter {
    let config_type = Some(ConfigType::TypedConfig(pack_any(config)));
    HttpFilter { name: name.to_owned(), config_type, ..HttpFilter::default() }
}
