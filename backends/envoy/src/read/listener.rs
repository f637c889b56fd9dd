//! Listeners with their filter chains. Each chain is a listener of the language: its name is that of the chain, up to the
//! first space.

use super::guard::{self, Guard};
use super::{Site, manager, route, tcp, tls, upstream};
use gloo_domain::HostPattern;
use gloo_ir::{Alpn, At, ClientAddress, Listener, ListenerProtocol, Provider, Table, TableId, TlsVersion};
use gloo_target::{Fields, Unread};
use std::collections::BTreeMap;

/// A chain, as far as all kinds have it in common.
pub(super) struct Chain<'a> {
    /// Its name.
    pub name: &'a str,
    /// The server names that it is for; none, if it is for all connections.
    pub server_names: Vec<HostPattern>,
    /// Whether it is for TLS alone.
    pub is_tls: bool,
    /// Its one filter.
    pub filter: Fields<'a>,
    /// Its TLS.
    pub socket: Option<Fields<'a>>,
}

/// What is read of the listeners of one port, besides the listeners.
#[derive(Default)]
pub(super) struct Found {
    pub tables: Vec<Table>,
    /// What is asked of the requests of rules, by table and the rules' names.
    pub guards: Vec<(TableId, String, Guard)>,
    pub providers: Vec<Provider>,
}

/// Adds the listeners of one port with how they know clients to `listeners`; gives their tables.
pub(super) fn read<'a>(
    site: &Site<'a>,
    mut listener: Fields<'a>,
    listeners: &mut Vec<(Listener, At<ClientAddress>)>,
) -> Result<Found, Unread> {
    let name = listener.needed_text("name")?;
    let own = name.rsplit('.').next().unwrap_or(name);
    let address = listener.object("address")?.ok_or_else(|| listener.unread("address", "it is missing"))?;
    let (host, port) = upstream::socket_address(address)?;
    if host != "0.0.0.0" && host != "::" {
        return Err(listener.unread("address", "it isn't open to everybody"));
    }
    let blind = listener.unread("listener_filters", "without a TLS inspector no server name is known");
    let is_inspected = inspector(&mut listener)?;
    let mut chains = Vec::new();
    for fields in listener.objects("filter_chains")? {
        chains.push(chain(fields)?);
    }
    let matcher = listener.object("filter_chain_matcher")?;
    listener.done()?;
    if !is_inspected && (matcher.is_some() || chains.iter().any(|chain| chain.is_tls)) {
        return Err(blind);
    }
    let client = site.gateway.client_address.clone();
    if chains.iter().all(|chain| chain.socket.is_none() && is_proxy(&chain.filter)) {
        let mut found = Found::default();
        for (name, chains) in by_listener(own, chains, matcher.as_ref())? {
            let (listener, tables) = tcp::read(site, name, port, chains, matcher.clone())?;
            listeners.push((listener, client.clone()));
            found.tables.extend(tables);
        }
        return Ok(found);
    }
    if let Some(matcher) = matcher {
        return Err(matcher.unread("", "it isn't known which chain a request takes"));
    }
    let mut found = Found::default();
    for chain in chains {
        let tls = chain.socket.map(tls::read).transpose()?;
        let protocol = if tls.is_some() { ListenerProtocol::Https } else { ListenerProtocol::Http };
        let scheme = if tls.is_some() { "https" } else { "http" };
        let otherwise =
            chain.filter.unread("normalize_path", "paths are read otherwise than the program says");
        let manager = manager::read(chain.filter, scheme)?;
        if manager.paths != site.base.paths() {
            return Err(otherwise);
        }
        let client = At { value: manager.client_address.clone(), at: site.place() };
        let is_open = chain.server_names.is_empty();
        let mut listener = bare(site, chain.name, protocol, port);
        listener.hosts = if is_open { vec![HostPattern::Any] } else { chain.server_names };
        if let Some(tls) = tls {
            listener.certificate = Some(tls.certificate);
            listener.min_tls = tls.oldest;
            listener.alpn = tls.alpn;
            listener.client_certificate = tls.client;
        }
        found.providers.extend(guard::providers(site, &manager.filters.tokens)?);
        route::read(site, &listener, manager, &mut found)?;
        listeners.push((listener, client));
    }
    Ok(found)
}

/// The chains of each listener that shares a port. Where a matcher chooses among the chains of several, it isn't known which
/// listener a connection is for.
fn by_listener<'a>(
    only: &'a str,
    chains: Vec<Chain<'a>>,
    matcher: Option<&Fields<'a>>,
) -> Result<BTreeMap<&'a str, Vec<Chain<'a>>>, Unread> {
    if !only.contains('+') {
        return Ok(BTreeMap::from([(only, chains)]));
    }
    if let Some(matcher) = matcher {
        return Err(matcher.unread("", "it isn't known which listener a connection is for"));
    }
    let mut all: BTreeMap<&str, Vec<Chain<'_>>> = BTreeMap::new();
    for chain in chains {
        let name = chain.name.split(' ').next().unwrap_or(chain.name);
        all.entry(name).or_default().push(chain);
    }
    Ok(all)
}

/// A listener of which nothing more is known.
pub(super) fn bare(site: &Site<'_>, name: &str, protocol: ListenerProtocol, port: u16) -> Listener {
    Listener {
        name: name.to_owned(),
        place: site.place(),
        doc: None,
        protocol,
        port,
        hosts: Vec::new(),
        redirect_https: false,
        certificate: None,
        min_tls: TlsVersion::V1_2,
        alpn: vec![Alpn::H2, Alpn::Http1],
        client_certificate: None,
    }
}

fn is_proxy(filter: &Fields<'_>) -> bool {
    !filter.names().contains(&"route_config")
}

fn inspector(listener: &mut Fields<'_>) -> Result<bool, Unread> {
    let mut found = false;
    for mut filter in listener.objects("listener_filters")? {
        filter.ignore(&["name"]);
        if let Some(mut config) = filter.object("typed_config")? {
            config.ignore(&["enable_ja3_fingerprinting", "enable_ja4_fingerprinting"]);
            if !config.needed_text("@type")?.ends_with(".TlsInspector") {
                return Err(config.unread("@type", "it isn't known what this filter does to connections"));
            }
            found = true;
            config.done()?;
        }
        filter.done()?;
    }
    Ok(found)
}

fn chain<'a>(mut chain: Fields<'a>) -> Result<Chain<'a>, Unread> {
    let name = chain.text("name")?.unwrap_or_default();
    let (mut server_names, mut is_tls) = (Vec::new(), false);
    if let Some(mut matched) = chain.object("filter_chain_match")? {
        for host in matched.texts("server_names")? {
            server_names.push(
                host_pattern(host)
                    .ok_or_else(|| matched.unread("server_names", format!("`{host}` is no host")))?,
            );
        }
        is_tls = match matched.text("transport_protocol")? {
            None | Some("") => !server_names.is_empty(),
            Some("tls") => true,
            Some(_) => return Err(matched.unread("transport_protocol", "only `tls` is read")),
        };
        matched.done()?;
    }
    let mut filters = chain.objects("filters")?;
    let (Some(mut filter), true) = (filters.pop(), filters.is_empty()) else {
        return Err(chain.unread("filters", "one filter is expected here"));
    };
    filter.ignore(&["name"]);
    let config =
        filter.object("typed_config")?.ok_or_else(|| filter.unread("typed_config", "it is missing"))?;
    filter.done()?;
    let socket = chain.object("transport_socket")?;
    chain.done()?;
    Ok(Chain { name, server_names, is_tls, filter: config, socket })
}

/// Hosts as Envoy writes them: `shop.acme.com`, `*.acme.com` for all names below, `*`.
pub(super) fn host_pattern(text: &str) -> Option<HostPattern> {
    if text == "*" { Some(HostPattern::Any) } else { HostPattern::parse(text).ok() }
}
