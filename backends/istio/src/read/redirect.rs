//! Redirects (`HTTPRedirect`, by `ApplyRedirect` of Istio).

use super::server::Server;
use gloo_domain::PathTemplate;
use gloo_ir::{ListenerProtocol, Redirect};
use gloo_target::{Fields, Unread};

/// A redirect. Hosts have lost their port before, so a location has a port only if the redirect says one.
pub(super) fn read(server: &Server, mut redirect: Fields<'_>) -> Result<Redirect, Unread> {
    let https = match redirect.text("scheme")? {
        None | Some("") => None,
        Some("https") => Some(true),
        Some("http") => Some(false),
        Some(_) => return Err(redirect.unread("scheme", "only `http` and `https` are read")),
    };
    let host = redirect.text("authority")?.filter(|host| !host.is_empty()).map(str::to_owned);
    if host.as_ref().is_some_and(|host| host.contains([':', '%'])) {
        return Err(redirect.unread("authority", "it is more than a host"));
    }
    let said = redirect.number("port")?.and_then(|port| u16::try_from(port).ok());
    let is_kept = match redirect.text("derivePort")? {
        None | Some("FROM_PROTOCOL_DEFAULT") => false,
        Some("FROM_REQUEST_PORT") => true,
        Some(_) => return Err(redirect.unread("derivePort", "it can't be read")),
    };
    let own = server.listener.port;
    let usual = |https: bool| if https { 443 } else { 80 };
    let is_https = server.listener.protocol == ListenerProtocol::Https;
    let port = match (said, is_kept, https) {
        (Some(_), true, _) => return Err(redirect.unread("derivePort", "a port is said too")),
        (Some(port), false, _) => Some(port),
        // The port stays, or is that of the new scheme.
        (None, true, None) => None,
        (None, false, Some(_)) => None,
        (None, true, Some(https)) => Some(own).filter(|own| *own != usual(https)),
        (None, false, None) => Some(usual(is_https)).filter(|usual| *usual != own),
    };
    let status = match redirect.number("redirectCode")? {
        None | Some(0) => 301,
        Some(status) => u16::try_from(status)
            .ok()
            .filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308))
            .ok_or_else(|| redirect.unread("redirectCode", "it can't be read"))?,
    };
    let path = redirect.text("uri")?.filter(|path| !path.is_empty()).map(|path| {
        let template =
            PathTemplate::parse(path).ok().filter(|template| template.as_exact().as_deref() == Some(path));
        template.ok_or_else(|| redirect.unread("uri", "it isn't known which path this means"))
    });
    let path = path.transpose()?;
    redirect.done()?;
    Ok(Redirect { https, host, port, path, status })
}
