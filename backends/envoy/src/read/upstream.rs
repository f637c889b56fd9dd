//! What a cluster stands for, by where its endpoints are.

use super::tls;
use gloo_domain::HostPattern;
use gloo_ir::{ExternalTls, Program, Target};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// What calls of a cluster come to.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    /// The service, some of it, or the host outside.
    pub target: Target,
    /// The name of the port.
    pub port: String,
}

/// Where the endpoints of a cluster are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// Whether TLS is begun to it, and its certificate verified for its host.
    pub https: bool,
    pub host: String,
    pub port: u16,
}

/// The secret of the authorities that the system trusts.
const SYSTEM: &str = "system";

/// How calls travel, which is not read.
const TRAVEL: [&str; 12] = [
    "connect_timeout",
    "circuit_breakers",
    "dns_lookup_family",
    "lb_policy",
    "least_request_lb_config",
    "round_robin_lb_config",
    "ring_hash_lb_config",
    "maglev_lb_config",
    "health_checks",
    "outlier_detection",
    "typed_extension_protocol_options",
    "common_lb_config",
];

/// A cluster's name, where it is, and what it stands for: `SERVICE.NAMESPACE` is a service, `SUBSET.SERVICE.NAMESPACE`
/// some of it. What nothing declared is at stands for nothing that requests can be sent to.
pub(super) fn read<'a>(
    base: &Program,
    mut cluster: Fields<'a>,
) -> Result<(&'a str, Server, Option<Upstream>), Unread> {
    let name = cluster.needed_text("name")?;
    cluster.ignore(&TRAVEL);
    match cluster.text("type")? {
        Some("STRICT_DNS" | "LOGICAL_DNS") => {}
        _ => return Err(cluster.unread("type", "only endpoints that are looked up by name are read")),
    }
    let (host, port) = endpoint(&mut cluster)?;
    let upstream = of(base, host, port);
    let https = tls(base, &mut cluster, upstream.as_ref(), host)?;
    cluster.done()?;
    Ok((name, Server { https, host: host.to_owned(), port }, upstream))
}

/// The one address of the cluster's endpoints.
fn endpoint<'a>(cluster: &mut Fields<'a>) -> Result<(&'a str, u16), Unread> {
    let missing = cluster.unread("load_assignment", "one endpoint is expected here");
    let mut assignment = cluster.object("load_assignment")?.ok_or_else(|| missing.clone())?;
    assignment.ignore(&["cluster_name"]);
    let mut localities = assignment.objects("endpoints")?;
    assignment.done()?;
    let (Some(mut locality), true) = (localities.pop(), localities.is_empty()) else { return Err(missing) };
    let mut endpoints = locality.objects("lb_endpoints")?;
    locality.done()?;
    let (Some(mut one), true) = (endpoints.pop(), endpoints.is_empty()) else { return Err(missing) };
    let mut endpoint = one.object("endpoint")?.ok_or_else(|| missing.clone())?;
    one.done()?;
    let address = endpoint.object("address")?.ok_or(missing)?;
    endpoint.done()?;
    socket_address(address)
}

/// Host and port of an address.
pub(super) fn socket_address<'a>(mut address: Fields<'a>) -> Result<(&'a str, u16), Unread> {
    let missing = address.unread("socket_address", "host and port are missing");
    let mut socket = address.object("socket_address")?.ok_or_else(|| missing.clone())?;
    address.done()?;
    let host = socket.needed_text("address")?;
    let port = socket.number("port_value")?.and_then(|port| u16::try_from(port).ok()).ok_or(missing)?;
    socket.done()?;
    Ok((host, port))
}

fn of(base: &Program, host: &str, number: u16) -> Option<Upstream> {
    for service in base.services.values() {
        let Some(namespace) = base.namespaces.get(&service.namespace) else { continue };
        let whole = format!("{}.{}", service.name, namespace.name);
        let subset = match host.strip_suffix(whole.as_str()) {
            Some("") => None,
            Some(before) => {
                let name = before.strip_suffix('.').filter(|name| service.subset(name).is_some());
                let Some(name) = name else { continue };
                Some(name.to_owned())
            }
            None => continue,
        };
        let port = service.ports.iter().find(|port| port.number == number)?;
        let target = Target::Service { service: service.id.clone(), subset, cluster: None };
        return Some(Upstream { target, port: port.name.clone() });
    }
    let is_here =
        |pattern: &HostPattern| matches!(pattern, HostPattern::Exact(name) if name.as_str() == host);
    base.externals.values().find_map(|external| {
        external.hosts.iter().find(|pattern| is_here(pattern))?;
        let port = external.ports.iter().find(|port| port.number == number)?;
        Some(Upstream { target: Target::External(external.id.clone()), port: port.name.clone() })
    })
}

/// Hosts outside are called in TLS exactly if they say so, under the name and with the certificate that they say. A host
/// that isn't declared may be called in TLS, under its own name. Whether TLS is begun.
fn tls(
    base: &Program,
    cluster: &mut Fields<'_>,
    upstream: Option<&Upstream>,
    host: &str,
) -> Result<bool, Unread> {
    let external = match upstream.map(|upstream| &upstream.target) {
        Some(Target::External(id)) => base.externals.get(id),
        Some(Target::Service { .. }) | None => None,
    };
    let undeclared = match (upstream, cluster.names().contains(&"transport_socket")) {
        (None, true) => ExternalTls::Simple { sni: None },
        _ => ExternalTls::Off,
    };
    let said = external.map_or(&undeclared, |external| &external.tls.value);
    let wrong = |what: &str| cluster.unread("transport_socket", what);
    let (not_declared, not_begun) =
        (wrong("TLS is begun where none is declared"), wrong("no TLS is begun where it is declared"));
    let socket = cluster.object("transport_socket")?;
    let (mut socket, sni, certificate) = match (said, socket) {
        (ExternalTls::Off, None) => return Ok(false),
        (ExternalTls::Off, Some(_)) => return Err(not_declared),
        (_, None) => return Err(not_begun),
        (ExternalTls::Simple { sni }, Some(socket)) => (socket, sni, None),
        (ExternalTls::Mutual { certificate, sni }, Some(socket)) => (socket, sni, Some(certificate)),
    };
    socket.ignore(&["name"]);
    let mut config =
        socket.object("typed_config")?.ok_or_else(|| socket.unread("typed_config", "it is missing"))?;
    socket.done()?;
    if !config.needed_text("@type")?.ends_with(".UpstreamTlsContext") {
        return Err(config.unread("@type", "it isn't known what this does to connections"));
    }
    let named = external.and_then(|external| external.hosts.first()).map(ToString::to_string);
    let named = named.unwrap_or_else(|| host.to_owned());
    if config.text("sni")? != Some(sni.as_ref().unwrap_or(&named)) {
        return Err(config.unread("sni", "the server name is another than the declared one"));
    }
    config.expect(
        "auto_sni_san_validation",
        &json!(true),
        "the name in the server's certificate is not verified",
    )?;
    let mut common = config
        .object("common_tls_context")?
        .ok_or_else(|| config.unread("common_tls_context", "it is missing"))?;
    config.done()?;
    // Which HTTP is spoken is part of how calls travel.
    common.ignore(&["alpn_protocols"]);
    let versions =
        json!({ "tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3" });
    common.expect("tls_params", &versions, "another TLS is spoken than 1.2 and 1.3")?;
    let authority = common.object("validation_context_sds_secret_config")?;
    let authority = authority.ok_or_else(|| common.unread("", "the server's certificate is not verified"))?;
    if tls::secret(authority, tls::AUTHORITY)?.name != SYSTEM {
        return Err(common.unread(
            "validation_context_sds_secret_config",
            "it is verified by others than the system's authorities",
        ));
    }
    let mut own = common.objects("tls_certificate_sds_secret_configs")?;
    let own = own.pop().map(|own| tls::secret(own, tls::CERTIFICATE)).transpose()?;
    if own.map(|own| own.name) != certificate.map(|certificate| certificate.name.clone()) {
        return Err(common.unread(
            "tls_certificate_sds_secret_configs",
            "the client's certificate is another than the declared one",
        ));
    }
    common.done()?;
    Ok(true)
}
