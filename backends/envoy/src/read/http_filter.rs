//! The filters of a connection manager, as far as routes depend on them.

use super::early::{Early, Held, Tags};
use super::guard::{self, Tokens};
use gloo_domain::AddressRange;
use gloo_target::{Fields, Unread};
use std::collections::BTreeMap;

/// Which filters run.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// What kind each is, by its name.
    pub kinds: BTreeMap<String, Kind>,
    /// What tokens can be asked for.
    pub tokens: Tokens,
    /// Whether requests are routed at all.
    pub router: bool,
}

/// What a filter does where a route says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Asks for tokens.
    Tokens,
    /// Asks for claims.
    Claims,
    /// Changes headers.
    Headers,
    /// Puts faults in.
    Fault,
}

/// The filters, the router last. What tags requests is added to `early`.
pub(super) fn read(filters: Vec<Fields<'_>>, early: &mut Early) -> Result<Filters, Unread> {
    let mut found = Filters::default();
    let mut is_routed = false;
    let mut last = Kind::Tokens;
    for mut filter in filters {
        let name = filter.needed_text("name")?;
        let Some(mut config) = filter.object("typed_config")? else {
            return Err(filter.unread("typed_config", "it is missing"));
        };
        if is_routed {
            return Err(filter.unread("", "nothing runs behind the router"));
        }
        let kind = config.needed_text("@type")?;
        let mut known = None;
        match kind.rsplit('.').next().unwrap_or(kind) {
            // Headers of Envoy's own don't reach anybody.
            "Router" => {
                config.ignore(&["suppress_envoy_headers"]);
                is_routed = true;
            }
            "HTTPFault" => known = Some(Kind::Fault),
            "HeaderMutation" => known = Some(Kind::Headers),
            "JwtAuthentication" if found.tokens.providers.is_empty() => {
                found.tokens = guard::tokens(&mut config)?;
                known = Some(Kind::Tokens);
            }
            "RBAC" => known = Some(Kind::Claims),
            "IPTagging" => {
                let (header, tags) = tagging(&mut config)?;
                if !early.removed.contains(&header) {
                    return Err(config.unread("ip_tag_header", "tags that the client sent may stay"));
                }
                early.held.insert(header, Held::ClientTags(tags));
            }
            _ => return Err(config.unread("@type", "it isn't known what this filter does to requests")),
        }
        if let Some(kind) = known {
            // Tokens come before claims, and both before what is done for those who pass.
            if kind < last {
                return Err(filter.unread("", "it stands behind a filter that it has to come before"));
            }
            last = kind;
            if found.kinds.insert(name.to_owned(), kind).is_some() {
                return Err(filter.unread("name", "another filter has the name, so routes speak to both"));
            }
        }
        config.done()?;
        filter.done()?;
    }
    found.router = is_routed;
    Ok(found)
}

/// The header of tags and the ranges of each.
fn tagging(config: &mut Fields<'_>) -> Result<(String, Tags), Unread> {
    config.ignore(&["request_type"]);
    let mut header =
        config.object("ip_tag_header")?.ok_or_else(|| config.unread("ip_tag_header", "it is missing"))?;
    header.ignore(&["action"]);
    let name = header.needed_text("header")?.to_ascii_lowercase();
    header.done()?;
    let mut tags = Vec::new();
    for mut tag in config.objects("ip_tags")? {
        let name = tag.needed_text("ip_tag_name")?.to_owned();
        let ranges = tag.objects("ip_list")?.into_iter().map(range).collect::<Result<_, _>>()?;
        tag.done()?;
        tags.push((name, ranges));
    }
    Ok((name, tags))
}

/// A range of addresses (`envoy.config.core.v3.CidrRange`).
pub(super) fn range(mut range: Fields<'_>) -> Result<AddressRange, Unread> {
    let address = range.needed_text("address_prefix")?;
    let text = match range.number("prefix_len")? {
        Some(length) => format!("{address}/{length}"),
        None => format!("{address}/0"),
    };
    let read = AddressRange::parse(&text).map_err(|error| range.unread("", error.to_string()))?;
    range.done()?;
    Ok(read)
}
