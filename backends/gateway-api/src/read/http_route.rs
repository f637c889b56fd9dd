//! `HTTPRoute`s: on which listeners they are, and what their rules do.

use super::filter::{self, Filters};
use super::listener::Section;
use super::object::{GATEWAY, Object};
use super::route_match::{self, Matched};
use super::security::Guarded;
use super::{Site, traffic, upstream, virtual_host};
use gloo_domain::HostPattern;
use gloo_ir::{Share, Table};
use gloo_target::{Fields, Unread};
use std::time::Duration;

/// A route.
#[derive(Debug)]
pub(super) struct Route<'a> {
    pub object: Object<'a>,
    pub parents: Vec<Parent<'a>>,
    /// Its hosts; those of the listener, if it says none.
    pub hosts: Vec<HostPattern>,
}

/// What a route is on.
#[derive(Debug)]
pub(super) struct Parent<'a> {
    namespace: &'a str,
    gateway: &'a str,
    section: Option<&'a str>,
    port: Option<u64>,
}

/// A rule of a route.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub name: Option<&'a str>,
    pub matches: Vec<Matched>,
    pub filters: Filters,
    /// Where its requests go, if it sends them on.
    pub shares: Vec<Share>,
    /// How long they may take; zero is for ever.
    pub timeout: Option<Duration>,
    /// What it is, for errors.
    pub at: Unread,
}

/// The tables of all listeners, one for each host, and what is asked of their rules' requests.
pub(super) fn read(site: &Site<'_>, sections: &[Section<'_>]) -> Result<(Vec<Table>, Guarded), Vec<Unread>> {
    let (mut routes, mut unread) = (Vec::new(), Vec::new());
    for object in site.objects.of_kind("HTTPRoute") {
        match http(site, object) {
            Ok(read) => routes.push(read),
            Err(error) => unread.push(error),
        }
    }
    if !unread.is_empty() {
        return Err(unread);
    }
    let (mut tables, mut guarded) = (Vec::new(), Guarded::default());
    for section in sections.iter().filter(|section| section.listener.protocol.is_http()) {
        match virtual_host::tables(site, section, &routes) {
            Ok((own, guards)) => {
                tables.extend(own);
                guarded.extend(guards);
            }
            Err(error) => unread.push(error),
        }
    }
    if unread.is_empty() { Ok((tables, guarded)) } else { Err(unread) }
}

fn http<'a>(site: &Site<'_>, object: Object<'a>) -> Result<(Route<'a>, Vec<Rule<'a>>), Unread> {
    let mut spec = object.spec()?;
    let route = route(object, &mut spec)?;
    let mut rules = Vec::new();
    for fields in spec.objects("rules")? {
        rules.push(rule(site, &route.object, fields)?);
    }
    spec.done()?;
    Ok((route, rules))
}

/// What routes of all kinds say of where they are.
pub(super) fn route<'a>(object: Object<'a>, spec: &mut Fields<'a>) -> Result<Route<'a>, Unread> {
    let mut parents = Vec::new();
    for mut parent in spec.objects("parentRefs")? {
        let group = parent.text("group")?.unwrap_or(GATEWAY);
        let kind = parent.text("kind")?.unwrap_or("Gateway");
        if (group, kind) != (GATEWAY, "Gateway") {
            return Err(parent.unread("kind", "only gateways are read"));
        }
        parents.push(Parent {
            namespace: parent.text("namespace")?.unwrap_or(object.namespace),
            gateway: parent.needed_text("name")?,
            section: parent.text("sectionName")?,
            port: parent.number("port")?,
        });
        parent.done()?;
    }
    let mut hosts = Vec::new();
    for text in spec.texts("hostnames")? {
        let host = HostPattern::parse(text);
        hosts.push(host.map_err(|_| spec.unread("hostnames", format!("`{text}` is no host")))?);
    }
    Ok(Route { object, parents, hosts })
}

impl Route<'_> {
    /// The hosts by which it is on a listener: where its own and the listener's meet; none, if it isn't there
    /// (`processAllowedListenersForParentRefs`, `computeHosts`).
    pub fn hosts_on(&self, section: &Section<'_>) -> Vec<HostPattern> {
        let gateway = section.gateway;
        let is_parent = |parent: &Parent<'_>| {
            parent.gateway == gateway.name
                && parent.namespace == gateway.namespace
                && parent.section.is_none_or(|name| name == section.name)
                && parent.port.is_none_or(|port| port == u64::from(section.listener.port))
        };
        let is_allowed = section.takes_all || self.object.namespace == gateway.namespace;
        if !is_allowed || !self.parents.iter().any(is_parent) {
            return Vec::new();
        }
        let own = section.host.clone().unwrap_or(HostPattern::Any);
        if self.hosts.is_empty() {
            return vec![own];
        }
        let mut met: Vec<HostPattern> = Vec::new();
        for host in &self.hosts {
            let both = if own.covers(host) {
                host
            } else if host.covers(&own) {
                &own
            } else {
                continue;
            };
            if !met.contains(both) {
                met.push(both.clone());
            }
        }
        met
    }
}

fn rule<'a>(site: &Site<'_>, route: &Object<'a>, mut fields: Fields<'a>) -> Result<Rule<'a>, Unread> {
    let name = fields.text("name")?;
    let at = fields.unread("", "");
    let matches = fields.objects("matches")?.into_iter().map(route_match::read);
    let mut matches = matches.collect::<Result<Vec<_>, _>>()?;
    if matches.is_empty() {
        matches.push(route_match::everything());
    }
    let paths: Vec<_> = matches.iter().map(|one| one.path.clone()).collect();
    let filters = filter::read(site, route, &paths, fields.objects("filters")?)?;
    if !filters.cookies.is_empty() {
        let each =
            matches.iter().flat_map(|one| filters.cookies.iter().map(|cookies| one.with_cookies(cookies)));
        matches = each.collect();
    }
    let refs = fields.objects("backendRefs")?;
    let ends = filters.redirect.is_some() || filters.respond.is_some();
    if ends != refs.is_empty() {
        return Err(fields.unread("backendRefs", "a rule either sends requests on or answers them"));
    }
    let shares = if ends { Vec::new() } else { upstream::shares(site, (GATEWAY, route), refs)? };
    let mut timeout = None;
    if let Some(mut timeouts) = fields.object("timeouts")? {
        let text = timeouts.text("request")?;
        timeout = text.map(|text| traffic::duration(&timeouts, "request", text)).transpose()?;
        timeouts.done()?;
    }
    fields.done()?;
    Ok(Rule { name, matches, filters, shares, timeout, at })
}
