//! The listeners of gateways. One listener of the Gateway API has one host at most, so some are together one of the
//! language.

use super::object::{GATEWAY, Object};
use super::{Site, client, nowhere, tls};
use gloo_domain::HostPattern;
use gloo_ir::{ClientAddress, Gateway, Listener, ListenerProtocol, TlsVersion};
use gloo_target::{Fields, Unread};
use std::sync::Arc;

/// A listener of the Gateway API.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The gateway.
    pub gateway: &'a Arc<Gateway>,
    /// Its name.
    pub name: &'a str,
    /// What it listens to; all hosts, if absent.
    pub host: Option<HostPattern>,
    /// The listener of the language that it is, or a part of.
    pub listener: Listener,
    /// Whether routes of other namespaces may be on it.
    pub takes_all: bool,
    /// How it knows clients.
    client: ClientAddress,
    /// The file that it stands in.
    file: &'a str,
}

impl Section<'_> {
    /// Why it can't be read.
    pub fn unread(&self, what: impl Into<String>) -> Unread {
        Unread { file: self.file.to_owned(), at: format!("listener `{}`", self.name), what: what.into() }
    }
}

/// The listeners of all gateways.
pub(super) fn read<'a>(site: &Site<'a>) -> Result<Vec<Section<'a>>, Vec<Unread>> {
    let (mut sections, mut unread) = (Vec::new(), Vec::new());
    for object in site.objects.of_kind("Gateway") {
        match of_gateway(site, &object) {
            Ok(own) => sections.extend(own),
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok(sections) } else { Err(unread) }
}

fn of_gateway<'a>(site: &Site<'a>, object: &Object<'a>) -> Result<Vec<Section<'a>>, Unread> {
    let is_it =
        |gateway: &&Arc<Gateway>| gateway.name == object.name && gateway.namespace == object.namespace;
    let base = site.base;
    let gateway = base.gateways.values().find(is_it);
    let gateway = gateway.ok_or_else(|| object.unread(format!("there is no gateway `{}`", object.name)))?;
    let mut spec = object.spec()?;
    class(site, &mut spec)?;
    let mut sections: Vec<Section<'a>> = Vec::new();
    for fields in spec.objects("listeners")? {
        let unread = fields.unread("", "another listener of the port takes these connections");
        let section = section(site, object, gateway, fields)?;
        let is_plain = |section: &Section<'_>| {
            matches!(section.listener.protocol, ListenerProtocol::Http | ListenerProtocol::Tcp)
        };
        // On one port connections are told apart by their server names alone.
        let is_same = |other: &Section<'_>| {
            other.listener.port == section.listener.port
                && (is_plain(&section) || is_plain(other) || other.host == section.host)
        };
        if sections.iter().any(is_same) {
            return Err(unread);
        }
        sections.push(section);
    }
    spec.done()?;
    Ok(sections)
}

/// The class must be Envoy Gateway's, without settings for all its gateways.
fn class(site: &Site<'_>, spec: &mut Fields<'_>) -> Result<(), Unread> {
    let name = spec.needed_text("gatewayClassName")?;
    let class = site.objects.find("GatewayClass", "", name);
    let class =
        class.ok_or_else(|| spec.unread("gatewayClassName", "it isn't known who runs the gateway"))?;
    let mut class = class.spec()?;
    class.ignore(&["description"]);
    if class.needed_text("controllerName")? != "gateway.envoyproxy.io/gatewayclass-controller" {
        return Err(class.unread("controllerName", "it isn't Envoy Gateway"));
    }
    class.done()
}

fn section<'a>(
    site: &Site<'a>,
    object: &Object<'a>,
    gateway: &'a Arc<Gateway>,
    mut fields: Fields<'a>,
) -> Result<Section<'a>, Unread> {
    let name = fields.needed_text("name")?;
    let host = match fields.text("hostname")? {
        None | Some("") => None,
        Some(text) => Some(
            HostPattern::parse(text)
                .map_err(|_| fields.unread("hostname", format!("`{text}` is no host")))?,
        ),
    };
    let port = fields.number("port")?.and_then(|port| u16::try_from(port).ok());
    let port = port.ok_or_else(|| fields.unread("port", "it is missing"))?;
    let protocol = match fields.needed_text("protocol")? {
        "HTTP" => ListenerProtocol::Http,
        "HTTPS" => ListenerProtocol::Https,
        "TLS" => ListenerProtocol::Tls,
        "TCP" => ListenerProtocol::Tcp,
        _ => return Err(fields.unread("protocol", "it isn't known what this does to connections")),
    };
    let settings = client::of(site, gateway, name)?;
    let settings = match settings {
        Some(settings) => Some(settings),
        None if protocol.is_http() => {
            return Err(fields.unread("", "no ClientTrafficPolicy says how it takes requests in"));
        }
        None => None,
    };
    let mut listener = Listener {
        name: known_name(site, gateway, name, port, protocol, host.as_ref()),
        place: nowhere(),
        doc: None,
        protocol,
        port,
        hosts: match protocol {
            ListenerProtocol::Tcp => Vec::new(),
            _ => vec![host.clone().unwrap_or(HostPattern::Any)],
        },
        redirect_https: false,
        certificate: None,
        min_tls: TlsVersion::V1_2,
        alpn: vec![gloo_ir::Alpn::H2, gloo_ir::Alpn::Http1],
        client_certificate: None,
    };
    let ended = fields.object("tls")?;
    let is_passed_on = match (ended, protocol) {
        (None, ListenerProtocol::Http | ListenerProtocol::Tcp) => false,
        (Some(mut ended), ListenerProtocol::Https | ListenerProtocol::Tls) => {
            let mode = ended.text("mode")?.unwrap_or("Terminate");
            let mut refs = ended.objects("certificateRefs")?;
            let certificate = refs.pop();
            if !refs.is_empty() || (mode == "Terminate") != certificate.is_some() {
                return Err(ended.unread("certificateRefs", "one certificate is expected where TLS ends"));
            }
            listener.certificate =
                certificate.map(|own| tls::secret(site, (GATEWAY, object), own)).transpose()?;
            ended.done()?;
            mode == "Passthrough"
        }
        _ => return Err(fields.unread("tls", "this protocol isn't read with, or without, TLS")),
    };
    if is_passed_on != (protocol == ListenerProtocol::Tls) {
        return Err(fields.unread("tls.mode", "HTTPS ends here, and TLS doesn't"));
    }
    if let (Some(settings), ListenerProtocol::Https) = (&settings, protocol) {
        listener.min_tls = settings.tls.oldest;
        let alpn = settings.tls.alpn.clone();
        listener.alpn = alpn.ok_or_else(|| {
            fields.unread("", "no policy says its ALPN: HTTP/2 goes where another listener overlaps")
        })?;
        listener.client_certificate.clone_from(&settings.tls.client);
    }
    let takes_all = allowed(&mut fields)?;
    fields.done()?;
    let client = settings.map_or(ClientAddress::Direct, |settings| settings.client);
    Ok(Section { gateway, name, host, listener, takes_all, client, file: object.file })
}

/// Whether routes of all namespaces are allowed, or only those of the gateway's own.
fn allowed(fields: &mut Fields<'_>) -> Result<bool, Unread> {
    let Some(mut allowed) = fields.object("allowedRoutes")? else { return Ok(false) };
    let mut all = false;
    if let Some(mut namespaces) = allowed.object("namespaces")? {
        all = match namespaces.text("from")? {
            None | Some("Same") => false,
            Some("All") => true,
            Some(_) => return Err(namespaces.unread("from", "it isn't known which namespaces this means")),
        };
        namespaces.done()?;
    }
    allowed.done()?;
    Ok(all)
}

/// Names decide nothing about requests: the listener of the program is the one with that port and protocol. Where there are
/// several, it is the one that has the host.
fn known_name(
    site: &Site<'_>,
    gateway: &Gateway,
    name: &str,
    port: u16,
    protocol: ListenerProtocol,
    host: Option<&HostPattern>,
) -> String {
    let known =
        site.program.gateways.get(&gateway.id).map_or(&[][..], |gateway| gateway.listeners.as_slice());
    let alike: Vec<&Listener> =
        known.iter().filter(|one| one.port == port && one.protocol == protocol).collect();
    let host = host.unwrap_or(&HostPattern::Any);
    let found = match alike.as_slice() {
        [one] => Some(*one),
        several => several.iter().copied().find(|one| one.hosts.contains(host)),
    };
    found.map_or_else(|| name.to_owned(), |listener| listener.name.clone())
}

/// The listeners of one gateway with how it knows clients.
pub(super) fn merged<'s>(
    sections: impl Iterator<Item = &'s Section<'s>>,
) -> Result<(Vec<Listener>, Option<ClientAddress>), Unread> {
    let mut listeners: Vec<Listener> = Vec::new();
    let (mut client, mut proxied): (Option<&ClientAddress>, Option<bool>) = (None, None);
    for section in sections {
        let own = &section.listener;
        let is_proxied = section.client == ClientAddress::ProxyProtocol;
        let differs = own.protocol.is_http() && client.is_some_and(|client| *client != section.client);
        if differs || proxied.is_some_and(|proxied| proxied != is_proxied) {
            return Err(section.unread("it knows the client otherwise than others do"));
        }
        proxied = Some(is_proxied);
        if own.protocol.is_http() {
            client = Some(&section.client);
        }
        match listeners.iter_mut().find(|listener| listener.name == own.name) {
            None => listeners.push(own.clone()),
            // Connections are told apart by their server names alone, so several hosts are one listener.
            Some(known) if own.protocol == ListenerProtocol::Tls && known.port == own.port => {
                known.hosts.extend(own.hosts.iter().cloned());
            }
            Some(_) => return Err(section.unread("the program has another listener in its place too")),
        }
    }
    Ok((listeners, client.cloned()))
}
