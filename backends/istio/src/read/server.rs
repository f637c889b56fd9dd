//! What a gateway listens on: the servers of the Gateways that select its pods. Each is a listener of the language, named
//! by its port: `http-web` is the listener `web`.

use super::admission::Admission;
use super::host::{self, ServerHost};
use super::world::{Object, World, number};
use super::{Site, connection, destination, filters, guarded, route, tls};
use gloo_domain::HostPattern;
use gloo_ir::{
    Alpn, ClientAddress, ClusterId, Gateway, GatewayKind, Listener, ListenerProtocol, PathMode, Program,
    Table, TlsVersion,
};
use gloo_target::{Fields, Unread};
use std::sync::Arc;

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    /// Its Gateway, as `namespace/name`.
    pub gateway: String,
    /// Its hosts.
    pub hosts: Vec<ServerHost>,
    /// What it comes to.
    pub listener: Listener,
}

/// What is read of a gateway.
pub(super) struct Read {
    /// It, with its listeners.
    pub gateway: Gateway,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What is asked at its listeners.
    pub admissions: Vec<Admission>,
}

/// A gateway with its listeners and tables. What `declared` says of listeners is looked at for the spelling of their names
/// and for secrets that stand.
pub(super) fn read(
    base: &Program,
    cluster: &ClusterId,
    declared: &Arc<Gateway>,
    world: &World<'_>,
) -> Result<Read, Vec<Unread>> {
    let bare = Gateway { listeners: Vec::new(), ..declared.as_ref().clone() };
    // Calls that leave by a gateway are read where they begin.
    if declared.kind == GatewayKind::Egress {
        return Ok(Read { gateway: bare, tables: Vec::new(), admissions: Vec::new() });
    }
    let patches = filters::read(world, declared).map_err(|error| vec![error])?;
    let site = Site { base, cluster, gateway: declared, world, patches: &patches };
    let mut unread = Vec::new();
    let mut servers: Vec<Server> = Vec::new();
    let mut tables = Vec::new();
    let mut client = declared.client_address.clone();
    for object in &world.gateways {
        match of_object(&site, object, &servers) {
            Ok(found) => {
                for (server, place) in found {
                    match requests(&site, &server, &place) {
                        Ok((found, address)) => {
                            tables.extend(found);
                            client = address.map_or(client, |address| site.at(address));
                        }
                        Err(error) => unread.push(error),
                    }
                    servers.push(server);
                }
            }
            Err(error) => unread.push(error),
        }
    }
    if !unread.is_empty() {
        return Err(unread);
    }
    let admissions = guarded::at_gateway(&site, &servers).map_err(|error| vec![error])?;
    let listeners = servers.into_iter().map(|server| server.listener).collect();
    Ok(Read { gateway: Gateway { listeners, client_address: client, ..bare }, tables, admissions })
}

/// The tables of a server, and how it knows clients.
fn requests(
    site: &Site<'_>,
    server: &Server,
    place: &Unread,
) -> Result<(Vec<Table>, Option<ClientAddress>), Unread> {
    let unread = |what: &str| Unread { what: what.to_owned(), ..place.clone() };
    match server.listener.protocol {
        ListenerProtocol::Http | ListenerProtocol::Https => {
            let manager = &site.patches.manager;
            if !manager.strips() {
                return Err(unread("a host with a port, or with a dot at its end, would be another host"));
            }
            if manager.paths(site.world.mesh.normalization) != Some(site.base.paths()) {
                return Err(unread("paths would be read otherwise than the program says"));
            }
            if site.base.paths() == PathMode::Strict && !site.world.mesh.refuses_fragments {
                return Err(unread("a raw `#` in a path would pass"));
            }
            let client =
                manager.client_address().ok_or_else(|| unread("it isn't clear who the client is"))?;
            // No trusted hop is the direct peer by another name.
            let said = &site.gateway.client_address.value;
            let is_same = client == ClientAddress::Direct && *said == ClientAddress::Hops(0);
            let client = if is_same { said.clone() } else { client };
            Ok((route::read(site, server)?, Some(client)))
        }
        // A connection has nothing to patch but what stands before it.
        _ if site.patches.manager.proxy_protocol => {
            Ok((connection::read(site, server)?, Some(ClientAddress::ProxyProtocol)))
        }
        _ => Ok((connection::read(site, server)?, None)),
    }
}

/// The servers of a Gateway, if it selects the gateway's pods, with where they stand.
fn of_object(
    site: &Site<'_>,
    object: &Object<'_>,
    others: &[Server],
) -> Result<Vec<(Server, Unread)>, Unread> {
    let mut spec = object.spec()?;
    let selector = destination::labels_of(&mut spec, "selector")?;
    let selects = |gateway: &Gateway| {
        !selector.is_empty() && selector.iter().all(|(name, value)| gateway.workload.get(name) == Some(value))
    };
    let mut selected =
        site.base.gateways.values().filter(|gateway| selects(gateway)).map(|gateway| &gateway.id);
    let first = selected.next();
    if first.is_none() || selected.next().is_some() {
        return Err(spec.unread("selector", "these are not the pods of one declared gateway"));
    }
    if first != Some(&site.gateway.id) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(Server, Unread)> = Vec::new();
    for fields in spec.objects("servers")? {
        let place = fields.unread("port", "");
        let server = server(site, object, fields)?;
        let known = others.iter().chain(found.iter().map(|(server, _)| server));
        for other in known.filter(|other| other.listener.port == server.listener.port) {
            let is_told = |server: &Server| {
                matches!(server.listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls)
            };
            let shared = server.listener.hosts.iter().any(|host| other.listener.hosts.contains(host));
            if !is_told(&server) || !is_told(other) || shared {
                let what = "another server is at that port, and Istio makes one of both".to_owned();
                return Err(Unread { what, ..place });
            }
        }
        found.push((server, place));
    }
    spec.done()?;
    Ok(found)
}

fn server(site: &Site<'_>, object: &Object<'_>, mut fields: Fields<'_>) -> Result<Server, Unread> {
    let mut port = fields.object("port")?.ok_or_else(|| fields.unread("port", "it is missing"))?;
    let number = number(&mut port, "number")?;
    let name = port.needed_text("name")?;
    let protocol = match port.text("protocol")? {
        Some("HTTP" | "HTTP2" | "GRPC") => ListenerProtocol::Http,
        Some("HTTPS") => ListenerProtocol::Https,
        Some("TLS") => ListenerProtocol::Tls,
        Some("TCP") => ListenerProtocol::Tcp,
        _ => return Err(port.unread("protocol", "it isn't known what is spoken there")),
    };
    port.done()?;
    let mut hosts = Vec::new();
    for text in fields.texts("hosts")? {
        hosts.push(host::of_server(text, object.namespace, |what| fields.unread("hosts", what))?);
    }
    let mut listener = Listener {
        name: listener_name(site.gateway, name),
        place: site.place(),
        doc: None,
        protocol,
        port: number,
        hosts: hosts.iter().map(|host| host.host.clone()).collect(),
        redirect_https: false,
        certificate: None,
        min_tls: TlsVersion::V1_2,
        alpn: vec![Alpn::H2, Alpn::Http1],
        client_certificate: None,
    };
    match (protocol, fields.object("tls")?) {
        (ListenerProtocol::Http, None) => {}
        (ListenerProtocol::Tcp, None) => listener.hosts = Vec::new(),
        (ListenerProtocol::Https, Some(settings)) => {
            let clients = site.gateway.listeners.iter().filter_map(|one| one.client_certificate.as_ref());
            let declared: Vec<&str> = clients.map(|client| client.ca.name.as_str()).collect();
            tls::read(site, settings, &declared, &mut listener)?;
        }
        (ListenerProtocol::Tls, Some(mut settings)) => {
            settings.expect("mode", &"PASSTHROUGH".into(), "TLS would end there")?;
            settings.done()?;
            if listener.hosts.contains(&HostPattern::Any) {
                return Err(fields.unread("hosts", "TLS without a server name can't be read"));
            }
        }
        (_, Some(settings)) => return Err(settings.unread("", "TLS can't be read at such a server")),
        (_, None) => return Err(fields.unread("tls", "it is missing")),
    }
    fields.done()?;
    Ok(Server { gateway: object.full_name(), hosts, listener })
}

/// What stands behind the protocol in the name of a port, as it is declared: Kubernetes' names know neither capitals nor
/// `_`.
fn listener_name(gateway: &Gateway, port: &str) -> String {
    let name = port.split_once('-').map_or(port, |(_, name)| name);
    let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    let mut alike = gateway.listeners.iter().filter(|listener| plain(&listener.name) == name);
    match (alike.next(), alike.next()) {
        (Some(listener), None) => listener.name.clone(),
        _ => name.to_owned(),
    }
}
