//! Redirects. Scheme and port are always said, so that nothing of the request decides them.

use crate::rewrite;
use crate::site::Site;
use envoy_types::pb::envoy::config::route::v3::RedirectAction;
use envoy_types::pb::envoy::config::route::v3::redirect_action::{
    PathRewriteSpecifier, RedirectResponseCode, SchemeRewriteSpecifier,
};
use gloo_domain::PathPattern;
use gloo_ir::Redirect;

/// The answer of a listener with `redirect: https`.
pub(crate) fn to_https() -> RedirectAction {
    at(true, 443, RedirectResponseCode::Found)
}

/// The answer of a rule: what it doesn't say stays as it was, but for the port where it says the scheme.
pub(crate) fn of(site: &Site<'_>, redirect: &Redirect, path: Option<&PathPattern>) -> RedirectAction {
    let https = redirect.https.unwrap_or(site.is_https());
    let kept = if redirect.https.is_none() { site.listener.port } else { usual_port(https) };
    let code = match redirect.status {
        301 => RedirectResponseCode::MovedPermanently,
        303 => RedirectResponseCode::SeeOther,
        307 => RedirectResponseCode::TemporaryRedirect,
        308 => RedirectResponseCode::PermanentRedirect,
        _ => RedirectResponseCode::Found,
    };
    let path = redirect.path.as_ref().map(|template| match template.as_exact() {
        Some(exact) => PathRewriteSpecifier::PathRedirect(exact),
        None => PathRewriteSpecifier::RegexRewrite(rewrite::substitution(template, path)),
    });
    RedirectAction {
        host_redirect: redirect.host.clone().unwrap_or_default(),
        path_rewrite_specifier: path,
        ..at(https, redirect.port.unwrap_or(kept), code)
    }
}

fn at(https: bool, port: u16, code: RedirectResponseCode) -> RedirectAction {
    let scheme = if https { "https" } else { "http" };
    RedirectAction {
        port_redirect: if port == usual_port(https) { 0 } else { port.into() },
        response_code: code.into(),
        scheme_rewrite_specifier: Some(SchemeRewriteSpecifier::SchemeRedirect(scheme.to_owned())),
        ..RedirectAction::default()
    }
}

fn usual_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}
