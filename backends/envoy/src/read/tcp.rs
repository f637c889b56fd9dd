//! Connections that are passed on as they are.

use super::http_filter::range;
use super::listener::{Chain, bare, host_pattern};
use super::option::at;
use super::{Site, matcher, option};
use gloo_domain::HostPattern;
use gloo_ir::{
    Action, AddressAttribute, Attachment, Listener, ListenerProtocol, Match, Options, Percent, Predicate,
    Rule, Share, Table, TableId, Test,
};
use gloo_target::{Fields, Unread};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Which connections a chain is for.
struct Takes {
    hosts: Vec<HostPattern>,
    condition: Predicate,
}

/// A listener of connections with its tables: one for each server name, or one for all.
pub(super) fn read<'a>(
    site: &Site<'a>,
    name: &str,
    port: u16,
    chains: Vec<Chain<'a>>,
    matcher: Option<Fields<'a>>,
) -> Result<(Listener, Vec<Table>), Unread> {
    let mut actions: BTreeMap<&str, Action> = BTreeMap::new();
    let mut order: Vec<(&str, Takes)> = Vec::new();
    for chain in chains {
        let takes = Takes { hosts: chain.server_names, condition: Predicate::always() };
        if chain.is_tls && takes.hosts.is_empty() {
            return Err(chain.filter.unread("", "TLS without a server name can't be read"));
        }
        actions.insert(chain.name, Action::Forward(proxy(site, chain.filter)?));
        order.push((chain.name, takes));
    }
    // A matcher takes the place of what chains say they are for.
    if let Some(matcher) = matcher {
        let unread = matcher.unread("", "it names a filter chain that there isn't");
        order = chosen(matcher)?;
        if order.iter().any(|(chain, _)| !actions.contains_key(chain)) {
            return Err(unread);
        }
    }
    let is_tls = order.iter().any(|(_, takes)| !takes.hosts.is_empty());
    let protocol = if is_tls { ListenerProtocol::Tls } else { ListenerProtocol::Tcp };
    let mut listener = bare(site, name, protocol, port);
    let mut by_hosts: BTreeMap<Vec<HostPattern>, Vec<Rule>> = BTreeMap::new();
    for (chain, takes) in order {
        let Some(action) = actions.get(chain).cloned() else { continue };
        let rules = by_hosts.entry(takes.hosts).or_default();
        let number = u32::try_from(rules.len()).unwrap_or(u32::MAX).saturating_add(1);
        rules.push(Rule {
            place: site.place(),
            doc: None,
            name: None,
            number,
            matches: Match::Connection { condition: takes.condition },
            action: at(site, action),
            options: Options::default(),
        });
    }
    listener.hosts = by_hosts.keys().flatten().cloned().collect();
    let tables = by_hosts.into_iter().enumerate().map(|(number, (hosts, rules))| Table {
        id: TableId::new(format!("{}.{name} {number}", site.gateway.id)),
        place: site.place(),
        doc: None,
        attachment: Attachment::Gateway {
            gateway: site.gateway.id.clone(),
            listeners: vec![name.to_owned()],
            hosts: hosts.into_iter().map(|host| at(site, host)).collect(),
            clusters: BTreeSet::from([site.cluster.clone()]),
        },
        rules,
    });
    let tables = tables.collect();
    Ok((listener, tables))
}

/// Where a TCP proxy sends connections.
fn proxy(site: &Site<'_>, mut proxy: Fields<'_>) -> Result<Vec<Share>, Unread> {
    proxy.ignore(&["stat_prefix"]);
    proxy.expect("idle_timeout", &json!("0s"), "quiet connections would end")?;
    if !proxy.needed_text("@type")?.ends_with(".TcpProxy") {
        return Err(proxy.unread("@type", "it isn't known what this filter does to connections"));
    }
    let Some(mut weighted) = proxy.object("weighted_clusters")? else {
        let destination = option::destination(site, &mut proxy, "cluster")?;
        proxy.done()?;
        return Ok(vec![Share { destination, weight: Percent::ALL }]);
    };
    let mut parts = Vec::new();
    for mut cluster in weighted.objects("clusters")? {
        let weight = cluster.number("weight")?.unwrap_or(0);
        parts.push((option::destination(site, &mut cluster, "name")?, weight));
        cluster.done()?;
    }
    weighted.done()?;
    let all: u64 = parts.iter().map(|(_, weight)| weight).sum();
    let shares = parts.into_iter().map(|(destination, weight)| {
        let share =
            (weight * 1_000_000 + all / 2).checked_div(all).and_then(|share| u32::try_from(share).ok())?;
        Some(Share { destination, weight: Percent { millionths: share } })
    });
    let shares = shares.collect::<Option<Vec<_>>>();
    let shares =
        shares.ok_or_else(|| proxy.unread("weighted_clusters", "the weights are nothing together"))?;
    proxy.done()?;
    Ok(shares)
}

/// The chains in the order in which a matcher tries them.
fn chosen<'a>(mut matcher: Fields<'a>) -> Result<Vec<(&'a str, Takes)>, Unread> {
    let list = matcher.object("matcher_list")?;
    let mut list = list.ok_or_else(|| matcher.unread("", "only a list of matchers is read"))?;
    matcher.done()?;
    let mut order = Vec::new();
    for mut one in list.objects("matchers")? {
        let missing = one.unread("", "what it matches, or the chain, is missing");
        let mut action = one.object("on_match")?.ok_or_else(|| missing.clone())?;
        let mut named = action.object("action")?.ok_or_else(|| missing.clone())?;
        action.done()?;
        named.ignore(&["name"]);
        let mut value = named.object("typed_config")?.ok_or_else(|| missing.clone())?;
        named.done()?;
        typed(&mut value, ".StringValue")?;
        let chain = value.needed_text("value")?;
        value.done()?;
        let mut predicate = one.object("predicate")?.ok_or(missing)?;
        one.done()?;
        let mut takes = Takes { hosts: Vec::new(), condition: Predicate::always() };
        let singles = match predicate.object("and_matcher")? {
            Some(mut all) => {
                let all_of = all.objects("predicate")?;
                all.done()?;
                all_of
            }
            None => vec![predicate],
        };
        for single in singles {
            asked(single, &mut takes)?;
        }
        order.push((chain, takes));
    }
    list.done()?;
    Ok(order)
}

/// A configuration has to be of that type.
fn typed(config: &mut Fields<'_>, end: &str) -> Result<(), Unread> {
    if config.needed_text("@type")?.ends_with(end) {
        return Ok(());
    }
    Err(config.unread("@type", "it isn't known what this does to connections"))
}

/// Adds what one predicate asks.
fn asked(mut predicate: Fields<'_>, takes: &mut Takes) -> Result<(), Unread> {
    if let Some(mut not) = predicate.object("not_matcher")? {
        let unread = not.unread("", "a negated server name can't be read");
        let mut inner = Takes { hosts: Vec::new(), condition: Predicate::always() };
        predicate.done()?;
        let single = not.object("single_predicate")?;
        if single.is_none() {
            return Err(not.unread("", "only the negation of one test is read"));
        }
        single_of(single, &mut inner)?;
        not.done()?;
        if !inner.hosts.is_empty() {
            return Err(unread);
        }
        takes.condition = takes.condition.clone().and(Predicate::Not(Box::new(inner.condition)));
        return Ok(());
    }
    let single = predicate.object("single_predicate")?;
    predicate.done()?;
    single_of(single, takes)
}

fn single_of(single: Option<Fields<'_>>, takes: &mut Takes) -> Result<(), Unread> {
    let Some(mut single) = single else { return Ok(()) };
    let mut input = single.object("input")?.ok_or_else(|| single.unread("input", "it is missing"))?;
    input.ignore(&["name"]);
    let mut kind =
        input.object("typed_config")?.ok_or_else(|| input.unread("typed_config", "it is missing"))?;
    let name = kind.needed_text("@type")?;
    kind.done()?;
    let unread = input.unread("typed_config", "it isn't known what this asks of a connection");
    input.done()?;
    let value = single.object("value_match")?;
    let custom = single.object("custom_match")?;
    single.done()?;
    match (name.rsplit('.').next().unwrap_or(name), value, custom) {
        ("TransportProtocolInput", Some(value), None) => match matcher::read(value)? {
            matcher::Text::Exact(text) if text == "tls" => Ok(()),
            _ => Err(unread),
        },
        ("ServerNameInput", Some(value), None) => {
            let pattern = match matcher::read(value)? {
                matcher::Text::Exact(host) => host_pattern(&host),
                matcher::Text::Suffix(end) => host_pattern(&format!("*{end}")),
                _ => None,
            };
            takes.hosts.push(pattern.ok_or(unread)?);
            Ok(())
        }
        ("DirectSourceIPInput", None, Some(mut custom)) => {
            custom.ignore(&["name"]);
            let config = custom.object("typed_config")?;
            let mut config = config.ok_or_else(|| custom.unread("typed_config", "it is missing"))?;
            custom.done()?;
            config.ignore(&["stat_prefix"]);
            typed(&mut config, ".ip.v3.Ip")?;
            let ranges =
                config.objects("cidr_ranges")?.into_iter().map(range).collect::<Result<Vec<_>, _>>()?;
            config.done()?;
            let test = Predicate::Test(Test::Address(AddressAttribute::Source, ranges));
            takes.condition = takes.condition.clone().and(test);
            Ok(())
        }
        _ => Err(unread),
    }
}
