//! What a rule's filters do, its `HTTPRouteFilter`s included (`ProcessHTTPFilters` in `internal/gatewayapi/filters.go`).

use super::header_change::{self, Changes};
use super::object::{ENVOY, GATEWAY, Object};
use super::rewrite::{self, Rewrite};
use super::route_match::{Text, named};
use super::{Site, respond, traffic, upstream};
use gloo_domain::PathPattern;
use gloo_ir::{Mirror, Percent, Redirect, Respond};
use gloo_target::{Fields, Unread};

/// All that a rule's filters do.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    pub request: Changes,
    pub response: Changes,
    /// The host that the destination sees.
    pub host: Option<String>,
    /// Whether the host that the client asked for is not added to `x-forwarded-host`; else it is, where there is another.
    pub hides_host: bool,
    pub rewrite: Option<Rewrite>,
    pub mirror: Option<Mirror>,
    pub redirect: Option<Redirect>,
    pub respond: Option<Respond>,
    /// Cookies of which one list must be met.
    pub cookies: Vec<Vec<(String, Text)>>,
}

/// The filters of a rule that takes these paths.
pub(super) fn read(
    site: &Site<'_>,
    route: &Object<'_>,
    paths: &[PathPattern],
    filters: Vec<Fields<'_>>,
) -> Result<Filters, Unread> {
    let mut read = Filters::default();
    let mut kinds = Vec::new();
    for mut filter in filters {
        let kind = filter.needed_text("type")?;
        if read.respond.is_some() {
            return Err(filter.unread("", "Envoy Gateway doesn't look at filters behind an answer"));
        }
        if kind != "ExtensionRef" && kinds.contains(&kind) {
            return Err(filter.unread("type", "a rule has each of its filters once"));
        }
        kinds.push(kind);
        let mut take = |name: &str| {
            let found = filter.object(name)?;
            found.ok_or_else(|| filter.unread(name, "it is missing"))
        };
        match kind {
            "RequestHeaderModifier" => {
                read.request.extend(header_change::read(take("requestHeaderModifier")?)?);
            }
            "ResponseHeaderModifier" => {
                read.response.extend(header_change::read(take("responseHeaderModifier")?)?);
            }
            "URLRewrite" => url_rewrite(&mut read, take("urlRewrite")?)?,
            "RequestMirror" => read.mirror = Some(mirror(site, route, take("requestMirror")?)?),
            "RequestRedirect" => read.redirect = Some(redirect(take("requestRedirect")?)?),
            "ExtensionRef" => extension(site, (route, paths), &mut read, take("extensionRef")?)?,
            _ => return Err(filter.unread("type", "it isn't known what this does to requests")),
        }
        filter.done()?;
    }
    let ends = [read.redirect.is_some(), read.respond.is_some()];
    let sends = read.mirror.is_some() || read.host.is_some() || read.rewrite.is_some();
    if ends == [true, true] || (ends.contains(&true) && sends) {
        return Err(route.unread("a rule both answers, or redirects, and does something else"));
    }
    Ok(read)
}

fn url_rewrite(read: &mut Filters, mut rewrite: Fields<'_>) -> Result<(), Unread> {
    if let Some(host) = rewrite.text("hostname")? {
        read.host = Some(host.to_owned());
    }
    if let Some(mut path) = rewrite.object("path")? {
        if path.needed_text("type")? != "ReplaceFullPath" {
            return Err(path.unread("type", "only whole paths are read here"));
        }
        let text = path.needed_text("replaceFullPath")?;
        let template = rewrite::whole(&path, "replaceFullPath", text)?;
        set_rewrite(read, &path, Rewrite { pattern: PathPattern::everything(), template })?;
        path.done()?;
    }
    rewrite.done()
}

fn set_rewrite(read: &mut Filters, fields: &Fields<'_>, rewrite: Rewrite) -> Result<(), Unread> {
    match read.rewrite.replace(rewrite) {
        None => Ok(()),
        Some(_) => Err(fields.unread("", "the path is rewritten twice: it is answered by 500")),
    }
}

fn mirror(site: &Site<'_>, route: &Object<'_>, mut mirror: Fields<'_>) -> Result<Mirror, Unread> {
    let backend = mirror.object("backendRef")?;
    let mut backend = backend.ok_or_else(|| mirror.unread("backendRef", "it is missing"))?;
    let to = upstream::destination(site, (GATEWAY, route), &mut backend)?;
    backend.done()?;
    let mut share = Some(Percent::ALL);
    if let Some(mut fraction) = mirror.object("fraction")? {
        let small = |number: u64| u32::try_from(number).ok().map(f64::from);
        let numerator = fraction.number("numerator")?.and_then(small);
        let denominator = fraction.number("denominator")?.map_or(Some(100.0), small);
        share = numerator.zip(denominator).and_then(|(one, all)| traffic::fraction(one, all));
        fraction.done()?;
    } else if let Some(percent) = mirror.number("percent")? {
        share = u32::try_from(percent).ok().and_then(|percent| traffic::as_envoy_takes(f64::from(percent)));
    }
    let share = share.ok_or_else(|| mirror.unread("fraction", "it is no share"))?;
    mirror.done()?;
    Ok(Mirror { to, share })
}

/// A redirect as it stands: what its port comes to depends on the listener.
fn redirect(mut redirect: Fields<'_>) -> Result<Redirect, Unread> {
    let https = match redirect.text("scheme")? {
        Some("https") => Some(true),
        Some("http") => Some(false),
        Some(_) => return Err(redirect.unread("scheme", "only `http` and `https` are read")),
        None => None,
    };
    let host = redirect.text("hostname")?.map(str::to_owned);
    let port = redirect.number("port")?.and_then(|port| u16::try_from(port).ok());
    let mut template = None;
    if let Some(mut path) = redirect.object("path")? {
        if path.needed_text("type")? != "ReplaceFullPath" {
            return Err(path.unread("type", "only whole paths are read"));
        }
        let text = path.needed_text("replaceFullPath")?;
        template = Some(rewrite::whole(&path, "replaceFullPath", text)?);
        path.done()?;
    }
    let status = match redirect.number("statusCode")? {
        None => 302,
        Some(status) => u16::try_from(status).unwrap_or(0),
    };
    if ![301, 302, 303, 307, 308].contains(&status) {
        return Err(redirect.unread("statusCode", "it is no status of a redirect"));
    }
    redirect.done()?;
    Ok(Redirect { https, host, port, path: template, status })
}

/// An `HTTPRouteFilter` of the route's namespace.
fn extension(
    site: &Site<'_>,
    (route, paths): (&Object<'_>, &[PathPattern]),
    read: &mut Filters,
    mut to: Fields<'_>,
) -> Result<(), Unread> {
    let (group, kind) = (to.needed_text("group")?, to.needed_text("kind")?);
    let name = to.needed_text("name")?;
    let found = site.objects.find("HTTPRouteFilter", route.namespace, name);
    let found = found.filter(|_| (group, kind) == (ENVOY, "HTTPRouteFilter"));
    let found = found.ok_or_else(|| to.unread("name", "there is no such filter: it is answered by 500"))?;
    to.done()?;
    let mut spec = found.spec()?;
    let matches = spec.objects("matches")?;
    if !matches.is_empty() && !read.cookies.is_empty() {
        return Err(spec.unread("matches", "a rule can have one filter with matches"));
    }
    for mut one in matches {
        read.cookies.push(one.objects("cookies")?.into_iter().map(named).collect::<Result<_, _>>()?);
        one.done()?;
    }
    if let Some(mut rewrite) = spec.object("urlRewrite")? {
        if let Some(mut path) = rewrite.object("path")? {
            if path.needed_text("type")? != "ReplaceRegexMatch" {
                return Err(path.unread("type", "only expressions are read here"));
            }
            let replaced = path.object("replaceRegexMatch")?;
            let replaced = replaced.ok_or_else(|| path.unread("replaceRegexMatch", "it is missing"))?;
            set_rewrite(read, &path, rewrite::read(replaced, paths)?)?;
            path.done()?;
        }
        read.hides_host |= rewrite.flag("appendXForwardedHost")? == Some(false);
        rewrite.done()?;
    }
    if let Some(direct) = spec.object("directResponse")? {
        let (answer, changes) = respond::read(direct)?;
        read.respond = Some(answer);
        read.response.extend(changes);
    }
    spec.done()
}
