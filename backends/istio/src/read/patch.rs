//! One patch of an EnvoyFilter. Only those are read whose meaning is known to the last field.

use super::filters::{Change, FirstRoute, Patches, RoutePatch};
use super::{tls, tokens};
use gloo_domain::{AddressRange, PathPattern};
use gloo_target::{Fields, Unread};
use serde_json::{Value, json};

/// The filter chains that have a connection manager.
fn managers() -> Value {
    json!({ "filterChain": { "filter": { "name": "envoy.filters.network.http_connection_manager" } } })
}

/// What is known of a patch but its value.
struct Place<'a> {
    target: &'a str,
    operation: &'a str,
    listener: Option<&'a Value>,
    route: Option<Fields<'a>>,
    cluster: bool,
}

/// What Istio calls the filters of AuthorizationPolicies.
const AUTHORIZATION: &str = "envoy.filters.http.rbac";

/// Says why something can't be read, unless that is so.
pub(super) fn insist(is_so: bool, unread: &Unread) -> Result<(), Unread> {
    if is_so { Ok(()) } else { Err(unread.clone()) }
}

/// Adds what a patch does to the proxies of a context, `GATEWAY` or `SIDECAR_INBOUND`; nothing, if it is one of another.
pub(super) fn read(mut one: Fields<'_>, context: &str, patches: &mut Patches) -> Result<(), Unread> {
    let unread = one.unread("", "it isn't known what this patch does to requests");
    let target = one.needed_text("applyTo")?;
    let mut place = Place { target, operation: "", listener: None, route: None, cluster: false };
    if let Some(mut matched) = one.object("match")? {
        let of = matched.text("context")?;
        if of != Some(context) && matches!(of, Some("SIDECAR_INBOUND" | "SIDECAR_OUTBOUND" | "GATEWAY")) {
            return Ok(());
        }
        place.listener = matched.take("listener");
        place.route = matched.object("routeConfiguration")?;
        place.cluster = matched.take("cluster").is_some();
        matched.done()?;
    }
    let mut patch = one.object("patch")?.ok_or_else(|| unread.clone())?;
    place.operation = patch.needed_text("operation")?;
    let value = patch.object("value")?.ok_or_else(|| unread.clone())?;
    patch.done()?;
    one.done()?;
    write(place, value, patches, &unread)
}

fn write(
    place: Place<'_>,
    mut value: Fields<'_>,
    patches: &mut Patches,
    unread: &Unread,
) -> Result<(), Unread> {
    let Place { target, operation, listener, route, cluster } = place;
    match (target, operation, listener, route, cluster) {
        ("NETWORK_FILTER", "MERGE", Some(place), None, false) if *place == managers() => {
            let settings = value.object("typed_config")?.ok_or_else(|| unread.clone())?;
            patches.manager.merge(settings)?;
        }
        // Whatever is before all others is before those of AuthorizationPolicies.
        ("HTTP_FILTER", "INSERT_FIRST", Some(place), None, false) if *place == managers() => {
            if value.needed_text("name")? == tokens::NAME {
                patches.token_filters.push(tokens::filter(value)?);
                return Ok(());
            }
            if !patches.tags.is_empty() {
                return Err(unread.clone());
            }
            tagging(&mut value, patches, unread)?;
        }
        ("LISTENER_FILTER", "INSERT_FIRST", None, None, false) => {
            value.ignore(&["name"]);
            let mut config = value.object("typed_config")?.ok_or_else(|| unread.clone())?;
            if !config.needed_text("@type")?.ends_with(".ProxyProtocol") {
                return Err(unread.clone());
            }
            config.done()?;
            patches.manager.proxy_protocol = true;
        }
        ("FILTER_CHAIN", "MERGE", Some(place), None, false) => {
            let sni =
                place.pointer("/filterChain/sni").and_then(Value::as_str).ok_or_else(|| unread.clone())?;
            if *place != json!({ "filterChain": { "sni": sni } }) {
                return Err(unread.clone());
            }
            patches.names.push((sni.to_owned(), tls::more_names(&mut value, unread)?));
        }
        ("CLUSTER", "ADD", None, None, false) => {
            patches.clusters.push(tokens::cluster(value)?);
            return Ok(());
        }
        ("HTTP_ROUTE", "INSERT_FIRST", None, None, false) => {
            insist(patches.first_route.is_none(), unread)?;
            patches.first_route = Some(first_route(&mut value, unread)?);
        }
        ("HTTP_ROUTE", "MERGE", None, Some(mut route), false) if is_guard(&mut value)? => {
            patches.unguarded.push(named_route(&mut route, unread)?);
            route.done()?;
        }
        ("HTTP_ROUTE", "MERGE", None, Some(route), false) => {
            patches.routes.push(self::route(route, &mut value, unread)?);
        }
        // How calls travel.
        ("CLUSTER", "MERGE", None, None, true) => value.ignore(&["health_checks"]),
        _ => return Err(unread.clone()),
    }
    value.done()
}

/// Whether settings of a route take AuthorizationPolicies away from it.
fn is_guard(value: &mut Fields<'_>) -> Result<bool, Unread> {
    let Some(mut filters) = value.object("typed_per_filter_config")? else { return Ok(false) };
    let why = "it isn't known what this does to requests";
    let unread = filters.unread(AUTHORIZATION, why);
    let mut config = filters.object(AUTHORIZATION)?.ok_or_else(|| unread.clone())?;
    filters.done()?;
    insist(config.needed_text("@type")?.ends_with(".rbac.v3.RBACPerRoute"), &unread)?;
    config.done()?;
    Ok(true)
}

/// The name of the routes that are meant, of all hosts.
fn named_route(place: &mut Fields<'_>, unread: &Unread) -> Result<String, Unread> {
    let mut host = place.object("vhost")?.ok_or_else(|| unread.clone())?;
    let mut route = host.object("route")?.ok_or_else(|| unread.clone())?;
    host.done()?;
    let name = route.needed_text("name")?.to_owned();
    route.done()?;
    insist(!name.is_empty(), unread)?;
    Ok(name)
}

/// A route before all others, which answers.
fn first_route(value: &mut Fields<'_>, unread: &Unread) -> Result<FirstRoute, Unread> {
    value.ignore(&["name"]);
    let is_unguarded = is_guard(value)?;
    let mut matched = value.object("match")?.ok_or_else(|| unread.clone())?;
    let mut regex = matched.object("safe_regex")?.ok_or_else(|| unread.clone())?;
    matched.done()?;
    let paths = PathPattern::regex(regex.needed_text("regex")?).map_err(|_| unread.clone())?;
    regex.done()?;
    value.expect("direct_response", &json!({ "status": 400 }), "another status would be answered")?;
    Ok(FirstRoute { paths, is_unguarded })
}

/// The filter that tags requests by the addresses of their clients, in the usual header.
fn tagging(value: &mut Fields<'_>, patches: &mut Patches, unread: &Unread) -> Result<(), Unread> {
    value.ignore(&["name"]);
    let mut config = value.object("typed_config")?.ok_or_else(|| unread.clone())?;
    if !config.needed_text("@type")?.ends_with(".IPTagging") {
        return Err(unread.clone());
    }
    config.expect("request_type", &json!("BOTH"), "some requests would not be tagged")?;
    for mut tag in config.objects("ip_tags")? {
        let name = tag.needed_text("ip_tag_name")?.to_owned();
        let mut ranges = Vec::new();
        for mut range in tag.objects("ip_list")? {
            let address = range.needed_text("address_prefix")?;
            let length = range.number("prefix_len")?.unwrap_or(0);
            let read = AddressRange::parse(&format!("{address}/{length}"));
            ranges.push(read.map_err(|error| range.unread("", error.to_string()))?);
            range.done()?;
        }
        tag.done()?;
        patches.tags.push((name, ranges));
    }
    config.done()
}

/// A change of the routes of one name of one virtual host.
fn route(mut place: Fields<'_>, value: &mut Fields<'_>, unread: &Unread) -> Result<RoutePatch, Unread> {
    let mut host = place.object("vhost")?.ok_or_else(|| unread.clone())?;
    let virtual_host = host.needed_text("name")?.to_owned();
    let mut route = host.object("route")?.ok_or_else(|| unread.clone())?;
    let name = route.needed_text("name")?.to_owned();
    // Without names all routes are meant.
    if name.is_empty() || virtual_host.is_empty() {
        return Err(unread.clone());
    }
    route.done()?;
    host.done()?;
    place.done()?;
    let change = if let Some(mut route) = value.object("route")? {
        let mut upgrades = route.objects("upgrade_configs")?;
        route.done()?;
        let (Some(mut upgrade), true) = (upgrades.pop(), upgrades.is_empty()) else {
            return Err(unread.clone());
        };
        upgrade.expect("upgrade_type", &json!("websocket"), "only websockets are read")?;
        let passes = upgrade.flag("enabled")?.unwrap_or(true);
        upgrade.done()?;
        Change::Websocket(passes)
    } else if let Some(mut redirect) = value.object("redirect")? {
        let mut rewrite = redirect.object("regex_rewrite")?.ok_or_else(|| unread.clone())?;
        redirect.done()?;
        let mut pattern = rewrite.object("pattern")?.ok_or_else(|| unread.clone())?;
        pattern.ignore(&["google_re2"]);
        let regex = pattern.needed_text("regex")?.to_owned();
        pattern.done()?;
        let substitution = rewrite.text("substitution")?.unwrap_or_default().to_owned();
        let unread = rewrite.unread("pattern", "it isn't known what this makes of paths");
        rewrite.done()?;
        Change::RedirectPath { regex, substitution, unread }
    } else {
        return Err(unread.clone());
    };
    Ok(RoutePatch { virtual_host, route: name, change })
}
