//! Where a request that is written enters, as far as it leaves that to be found.

use super::case::{Said, url_host};
use super::{Caller, CaseError, Entry, listener, normalise};
use crate::{
    Attachment, Attribute, CaseKind, CaseRequest, ClientAddress, ClusterId, Gateway, GatewayId, GatewayKind,
    Listener, ListenerProtocol, Program, Protocol, ServiceId,
};
use std::sync::Arc;

/// Where a request enters.
pub(super) struct EntryPlace {
    /// The entry.
    pub entry: Entry,
    /// The port.
    pub port: u16,
    /// Whether the caller begins TLS.
    pub tls: bool,
    /// Whether a host must be said.
    pub needs_host: bool,
    /// Whether the direct peer is taken for the client.
    pub client_is_peer: bool,
}

/// What a request says of the listener that it is for.
struct Wanted {
    host: Option<String>,
    /// Whether TLS is begun, where that is said.
    tls: Option<bool>,
    /// The port, where it is said.
    port: Option<u16>,
    is_connection: bool,
}

/// The entry of a request on a cluster: the service that is called, the gateway that is named or that alone serves the
/// host, or the caller's own proxy.
pub(super) fn place(
    program: &Program,
    cluster: &ClusterId,
    case: &CaseRequest,
    caller: &Caller,
) -> Result<EntryPlace, CaseError> {
    let wanted = wanted(case)?;
    if let Some(service) = &case.to {
        return call(program, cluster, service, caller, &wanted);
    }
    if let Some(id) = &case.through {
        let here = program.gateways.get(id).filter(|gateway| gateway.clusters.contains(cluster));
        let gateway = here.ok_or_else(|| CaseError::GatewayElsewhere(id.clone(), cluster.clone()))?;
        return Ok(at_gateway(gateway, &wanted));
    }
    // Whoever is in the mesh and names no service calls a host outside.
    if *caller != Caller::Outside {
        return Ok(outbound(&wanted));
    }
    let here = program.gateways.values().filter(|gateway| gateway.clusters.contains(cluster));
    let ingress = here.filter(|gateway| gateway.kind == GatewayKind::Ingress);
    let ingress: Vec<&Arc<Gateway>> = ingress.collect();
    let serves = |gateway: &&&Arc<Gateway>| pick(gateway, &wanted).is_some();
    let serving: Vec<&Arc<Gateway>> = ingress.iter().filter(serves).copied().collect();
    let routing = |gateway: &&&Arc<Gateway>| has_table(program, cluster, gateway, &wanted);
    let routed: Vec<&Arc<Gateway>> = serving.iter().filter(routing).copied().collect();
    match (routed.as_slice(), serving.as_slice()) {
        ([only], _) | ([], [only]) => Ok(at_gateway(only, &wanted)),
        ([], []) => Err(CaseError::NoGateway {
            served: served(&ingress, &wanted),
            gateway: ingress.first().map(|gateway| gateway.id.clone()),
            host: wanted.host,
        }),
        ([], several) | (several, _) => {
            let gateways: Vec<GatewayId> = several.iter().map(|gateway| gateway.id.clone()).collect();
            Err(CaseError::SeveralGateways { host: wanted.host, gateways })
        }
    }
}

/// The beginnings of the URLs by which the gateways serve the host, whatever scheme and port were asked for.
fn served(gateways: &[&Arc<Gateway>], wanted: &Wanted) -> Vec<String> {
    let Some(host) = wanted.host.as_deref().filter(|_| !wanted.is_connection) else { return Vec::new() };
    let listeners = gateways.iter().flat_map(|gateway| &gateway.listeners);
    let urls = listeners.filter(|listener| listener::covers(listener, Some(host)).is_some()).filter_map(
        |listener| match (listener.protocol, listener.port) {
            (ListenerProtocol::Http, 80) => Some(format!("http://{host}")),
            (ListenerProtocol::Https, 443) => Some(format!("https://{host}")),
            (ListenerProtocol::Http, port) => Some(format!("http://{host}:{port}")),
            (ListenerProtocol::Https, port) => Some(format!("https://{host}:{port}")),
            (ListenerProtocol::Tls | ListenerProtocol::Tcp, _) => None,
        },
    );
    let mut urls: Vec<String> = urls.collect();
    urls.sort();
    urls.dedup();
    urls
}

fn wanted(case: &CaseRequest) -> Result<Wanted, CaseError> {
    let said = Said::of(case);
    let is_connection = case.kind == CaseKind::Tcp;
    let sni = said.first(&Attribute::ServerName).map(str::to_owned);
    let named = said.first(&Attribute::Host).map(str::to_owned);
    let (mut tls, mut port) = match &case.kind {
        CaseKind::Http { origin: Some((https, _, port)), .. } => (Some(*https), *port),
        _ => (None, None),
    };
    tls = match said.first(&Attribute::Scheme) {
        None => tls,
        Some("https") => Some(true),
        Some("http") => Some(false),
        Some(other) => {
            return Err(CaseError::BadValue { attribute: "scheme".to_owned(), value: other.to_owned() });
        }
    };
    port = said.parse(&Attribute::Port, "port")?.or(port);
    let host = if is_connection { sni.clone() } else { named.or_else(|| url_host(case)) };
    if is_connection && sni.is_some() {
        tls = Some(true);
    }
    let host = host.map(|host| normalise::host(&host));
    Ok(Wanted { host, tls, port, is_connection })
}

fn call(
    program: &Program,
    cluster: &ClusterId,
    id: &ServiceId,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<EntryPlace, CaseError> {
    let entry = Entry::Service(id.clone());
    if !entry.clusters(program, caller).contains(cluster) {
        return Err(CaseError::CallElsewhere(id.clone(), cluster.clone()));
    }
    let ports = program.services.get(id).map(|service| service.ports.as_slice()).unwrap_or_default();
    let fits = |protocol: Protocol| protocol.is_http() != wanted.is_connection;
    let port = match wanted.port {
        Some(number) => ports.iter().find(|port| port.number == number),
        None => ports
            .iter()
            .find(|port| fits(port.protocol))
            .or_else(|| ports.first().filter(|_| wanted.is_connection)),
    };
    let port = port.ok_or_else(|| CaseError::NoPort(id.clone()))?;
    let tls = port.protocol == Protocol::Https;
    Ok(EntryPlace { entry, port: port.number, tls, needs_host: false, client_is_peer: false })
}

fn outbound(wanted: &Wanted) -> EntryPlace {
    let tls = wanted.tls.unwrap_or(false);
    let port = wanted.port.unwrap_or(if tls { 443 } else { 80 });
    EntryPlace { entry: Entry::Outbound, port, tls, needs_host: true, client_is_peer: false }
}

fn at_gateway(gateway: &Gateway, wanted: &Wanted) -> EntryPlace {
    let listener = pick(gateway, wanted);
    let is_tls =
        |listener: &Listener| matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls);
    let tls = wanted.tls.or(listener.map(is_tls)).unwrap_or(false);
    let port = wanted.port.or(listener.map(|listener| listener.port)).unwrap_or(if tls { 443 } else { 80 });
    EntryPlace {
        entry: Entry::Gateway(gateway.id.clone()),
        port,
        tls,
        needs_host: !wanted.is_connection,
        client_is_peer: gateway.client_address.value == ClientAddress::Direct,
    }
}

/// The listener that a request is for: of those that fit what it says, the one on the scheme's own port, else one that
/// does not only redirect, https first.
fn pick<'g>(gateway: &'g Gateway, wanted: &Wanted) -> Option<&'g Listener> {
    let usual = match wanted.tls {
        Some(true) => Some(443),
        Some(false) => Some(80),
        None => None,
    };
    let rank = |listener: &Listener| {
        let is_usual = Some(listener.port) == usual;
        let covered = listener::covers(listener, wanted.host.as_deref());
        (is_usual, !listener.redirect_https, listener.protocol == ListenerProtocol::Https, covered)
    };
    let fitting = gateway.listeners.iter().filter(|listener| fits(listener, wanted));
    // The first of several that rank alike.
    fitting.rev().max_by_key(|listener| rank(listener))
}

fn fits(listener: &Listener, wanted: &Wanted) -> bool {
    let protocol = match (listener.protocol, wanted.is_connection) {
        (ListenerProtocol::Http, false) => wanted.tls != Some(true),
        (ListenerProtocol::Https, false) => wanted.tls != Some(false),
        (ListenerProtocol::Tls, _) => wanted.tls == Some(true),
        (ListenerProtocol::Tcp, true) => wanted.tls != Some(true),
        _ => false,
    };
    let port = wanted.port.is_none_or(|port| port == listener.port);
    // A request that says no host finds its gateway by other means.
    let host = wanted.host.is_none() || listener::covers(listener, wanted.host.as_deref()).is_some();
    protocol && port && host
}

/// Whether a table of the gateway is for the host.
fn has_table(program: &Program, cluster: &ClusterId, gateway: &Gateway, wanted: &Wanted) -> bool {
    program.tables.values().any(|table| match &table.attachment {
        Attachment::Gateway { gateway: own, hosts, clusters, .. } => {
            let host = wanted.host.as_deref().unwrap_or_default();
            let named = hosts.iter().any(|served| served.contains(host));
            *own == gateway.id && clusters.contains(cluster) && (named || wanted.host.is_none())
        }
        Attachment::Mesh { .. } | Attachment::Delegated => false,
    })
}
