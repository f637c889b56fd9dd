//! What a rule for requests matches (`HTTPMatchRequest`): the conjunction of everything that it says.

use super::Site;
use super::header_match;
use super::server::Server;
use super::text::{self, Text};
use gloo_ir::{Predicate, Test, TextAttribute};
use gloo_target::{Fields, Unread};

/// The requests that a match is for; `None` if it is for another gateway or another port.
pub(super) fn read(
    site: &Site<'_>,
    server: &Server,
    mut matched: Fields<'_>,
) -> Result<Option<Predicate>, Unread> {
    matched.ignore(&["statPrefix"]);
    let is_here = is_for(&mut matched, server)?;
    let mut all = Vec::new();
    let ignores_case = matched.flag("ignoreUriCase")?.unwrap_or(false);
    if let Some(uri) = matched.object("uri")? {
        let uri = text::read(uri)?;
        let path =
            uri.path().ok_or_else(|| matched.unread("uri", "it isn't known which paths this means"))?;
        // Envoy reads no case into an expression (`RouteMatch.case_sensitive`).
        let path = if ignores_case && !matches!(uri, Text::Matches(_)) {
            path.ignoring_case().map_err(|error| matched.unread("uri", error.to_string()))?
        } else {
            path
        };
        if !path.is_everything() {
            all.push(Predicate::Test(Test::Path(vec![path])));
        }
    }
    if let Some(method) = matched.object("method")? {
        let found = header_match::method(&text::read(method)?);
        all.push(found.ok_or_else(|| matched.unread("method", "it isn't known which methods this means"))?);
    }
    if let Some(host) = matched.object("authority")? {
        let found = header_match::host(&text::read(host)?);
        all.push(found.ok_or_else(|| matched.unread("authority", "it isn't known which hosts this means"))?);
    }
    for (field, inverted) in [("headers", false), ("withoutHeaders", true)] {
        let Some(mut headers) = matched.object(field)? else { continue };
        for name in headers.names() {
            let Some(test) = headers.object(name)? else { continue };
            all.push(header_match::read(site, &headers, name, &text::read(test)?, inverted)?);
        }
        headers.done()?;
    }
    if let Some(mut parameters) = matched.object("queryParams")? {
        for name in parameters.names() {
            let Some(test) = parameters.object(name)? else { continue };
            let test = text::read(test)?.test();
            all.push(Predicate::Test(Test::Text(TextAttribute::Query(name.to_owned()), test)));
        }
        parameters.done()?;
    }
    matched.done()?;
    Ok(is_here.then_some(Predicate::All(all)))
}

/// Whether a match is for a server, by the names of Gateways and the port that it says.
pub(super) fn is_for(matched: &mut Fields<'_>, server: &Server) -> Result<bool, Unread> {
    let gateways = matched.texts("gateways")?;
    if let Some(name) = gateways.iter().find(|name| **name != "mesh" && !name.contains('/')) {
        return Err(matched.unread("gateways", format!("`{name}` is a name without a namespace")));
    }
    let port = matched.number("port")?;
    let is_here = gateways.is_empty() || gateways.contains(&server.gateway.as_str());
    Ok(is_here && port.is_none_or(|port| port == u64::from(server.listener.port)))
}
