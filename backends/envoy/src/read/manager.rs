//! The HTTP connection manager: who the client is, how paths are normalised, which filters run.

use super::early::{self, Early};
use super::http_filter::{self, Filters};
use gloo_ir::{ClientAddress, PathMode};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// Headers by which a caller that Envoy trusts orders how its request goes (Envoy's documentation, "HTTP header
/// manipulation" and the router filter's headers). From clients whose address it knows itself Envoy takes none of them.
const ORDERS: [&str; 14] = [
    "x-envoy-decorator-operation",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-force-trace",
    "x-envoy-hedge-on-per-try-timeout",
    "x-envoy-ip-tags",
    "x-envoy-max-retries",
    "x-envoy-retriable-header-names",
    "x-envoy-retriable-status-codes",
    "x-envoy-retry-grpc-on",
    "x-envoy-retry-on",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-upstream-rq-timeout-ms",
];

/// What a manager does with all requests.
#[derive(Debug)]
pub(super) struct Manager<'a> {
    /// How it knows the client.
    pub client_address: ClientAddress,
    /// How paths are normalised; strict paths ask for a route of their own besides.
    pub paths: PathMode,
    /// Headers of the proxy's own.
    pub early: Early,
    /// The filters that run.
    pub filters: Filters,
    /// Whether websocket upgrades pass.
    pub websocket: bool,
    /// The routes.
    pub routes: Fields<'a>,
}

/// A manager for requests of that scheme.
pub(super) fn read<'a>(mut manager: Fields<'a>, scheme: &str) -> Result<Manager<'a>, Unread> {
    manager.ignore(&["stat_prefix", "generate_request_id", "request_headers_timeout"]);
    if !manager.needed_text("@type")?.ends_with(".HttpConnectionManager") {
        return Err(manager.unread("@type", "it isn't known what this filter does to requests"));
    }
    let path = "paths would be read otherwise than the program says";
    let never = json!("0s");
    manager.expect("stream_idle_timeout", &never, "long streams would end")?;
    manager.expect("request_timeout", &never, "slow requests would end")?;
    manager.expect("server_header_transformation", &json!("PASS_THROUGH"), "responses would change")?;
    manager.expect(
        "scheme_header_transformation",
        &json!({ "scheme_to_overwrite": scheme }),
        "the client could say the scheme",
    )?;
    manager.expect("strip_any_host_port", &json!(true), "a host with a port would be another host")?;
    manager.expect(
        "strip_trailing_host_dot",
        &json!(true),
        "a host with a dot at its end would be another host",
    )?;
    let strangers = json!({ "cidr_ranges": [{ "address_prefix": "255.255.255.255", "prefix_len": 32 }] });
    manager.expect("internal_address_config", &strangers, "private addresses would be trusted")?;
    let normalized = manager.flag("normalize_path")?.unwrap_or(false);
    let merged = manager.flag("merge_slashes")?.unwrap_or(false);
    let slashes = manager.text("path_with_escaped_slashes_action")?.unwrap_or("KEEP_UNCHANGED");
    let mut common = manager.object("common_http_protocol_options")?;
    let underscores = match &mut common {
        Some(common) => {
            common.ignore(&["idle_timeout"]);
            common.text("headers_with_underscores_action")?.unwrap_or("ALLOW")
        }
        None => "ALLOW",
    };
    common.map_or(Ok(()), Fields::done)?;
    let paths = match (normalized, merged, slashes, underscores) {
        (true, true, "REJECT_REQUEST", "REJECT_REQUEST") => PathMode::Strict,
        (false, false, "KEEP_UNCHANGED", "ALLOW") => PathMode::Keep,
        _ => return Err(manager.unread("normalize_path", path)),
    };
    let client_address = client(&mut manager)?;
    let mut early = early::read(manager.objects("early_header_mutation_extensions")?)?;
    let filters = http_filter::read(manager.objects("http_filters")?, &mut early)?;
    if !filters.router {
        return Err(manager.unread("http_filters", "without a router nothing is routed"));
    }
    let is_stranger = matches!(client_address, ClientAddress::Header(_));
    if let Some(order) = ORDERS.iter().find(|order| is_stranger && !early.removed.contains(**order)) {
        return Err(
            manager.unread("early_header_mutation_extensions", format!("a client could send `{order}`"))
        );
    }
    let websocket = websocket(manager.objects("upgrade_configs")?)?;
    let routes = manager.object("route_config")?;
    let routes = routes.ok_or_else(|| manager.unread("route_config", "it is missing"))?;
    manager.done()?;
    Ok(Manager { client_address, paths, early, filters, websocket, routes })
}

fn client(manager: &mut Fields<'_>) -> Result<ClientAddress, Unread> {
    let is_remote = manager.flag("use_remote_address")?.unwrap_or(false);
    let hops = manager.number("xff_num_trusted_hops")?.unwrap_or(0);
    let mut header = None;
    for mut extension in manager.objects("original_ip_detection_extensions")? {
        extension.ignore(&["name"]);
        if let Some(mut config) = extension.object("typed_config")? {
            config.ignore(&["@type"]);
            header = config.text("header_name")?;
            config.done()?;
        }
        extension.done()?;
    }
    match (is_remote, hops, header) {
        (true, 0, None) => Ok(ClientAddress::Direct),
        (true, hops, None) => Ok(ClientAddress::Hops(u32::try_from(hops).unwrap_or(u32::MAX))),
        (false, 0, Some(name)) => Ok(ClientAddress::Header(name.to_owned())),
        _ => Err(manager.unread("use_remote_address", "it isn't clear who the client is")),
    }
}

/// Whether upgrades to websockets are allowed.
pub(super) fn websocket(upgrades: Vec<Fields<'_>>) -> Result<bool, Unread> {
    let mut allowed = false;
    for mut upgrade in upgrades {
        if upgrade.needed_text("upgrade_type")? != "websocket" {
            return Err(upgrade.unread("upgrade_type", "only websockets are read"));
        }
        allowed = upgrade.flag("enabled")?.unwrap_or(true);
        upgrade.done()?;
    }
    Ok(allowed)
}
