//! The routes of a listener: a virtual host for each host.

use crate::context::{Context, UsedUpstreams, all};
use crate::site::Site;
use crate::{redirect, regex, respond, route};
use envoy_types::pb::envoy::config::route::v3::route::Action;
use envoy_types::pb::envoy::config::route::v3::route_match::PathSpecifier;
use envoy_types::pb::envoy::config::route::v3::{Route, RouteConfiguration, RouteMatch, VirtualHost};
use gloo_domain::HostPattern;
use gloo_ir::PathMode;
use gloo_source::Reported;
use gloo_target as plan;

/// What Envoy itself lets pass of the paths that `paths: strict` refuses: malformed escapes, a `;` in a segment that
/// begins with `.`, and a `//` that is left of a path that was nothing but slashes.
const REFUSED_PATHS: &str = r".*%(?:[^0-9A-Fa-f].*|.[^0-9A-Fa-f].*|.?)|.*/\.[^/]*;.*|.*//.*";

/// The longest body that Envoy answers with by itself unless told otherwise, in bytes.
const DEFAULT_BODY_LIMIT: usize = 4096;

/// The routes of a listener. Server names are told apart before: each listener has routes of its own, so a request can't
/// reach another listener's by its host.
pub(crate) fn of_listener(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    hosts: &[plan::VirtualHost],
    used: &mut UsedUpstreams,
) -> Result<RouteConfiguration, Reported> {
    let mut virtual_hosts = if site.listener.redirect_https {
        redirecting_hosts(context, site)
    } else {
        let made = hosts.iter().map(|host| virtual_host(context, site, host, used)).collect();
        all(made)?
    };
    if !virtual_hosts.iter().any(|host| host.domains.iter().any(|domain| domain == "*")) {
        let missing = Action::DirectResponse(respond::with_status(404));
        virtual_hosts.push(VirtualHost {
            name: "no host".to_owned(),
            domains: vec!["*".to_owned()],
            routes: with_refusal(context, vec![route_for_all("no host", missing)]),
            ..VirtualHost::default()
        });
    }
    let body_limit = u32::try_from(site.longest_body).unwrap_or(u32::MAX);
    Ok(RouteConfiguration {
        name: format!("{}.{}", site.gateway.name, site.listener.name),
        virtual_hosts,
        request_headers_to_remove: site.copies.own_headers(),
        max_direct_response_body_size_bytes: (site.longest_body > DEFAULT_BODY_LIMIT)
            .then(|| crate::proto::number(body_limit))
            .flatten(),
        ..RouteConfiguration::default()
    })
}

fn virtual_host(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    host: &plan::VirtualHost,
    used: &mut UsedUpstreams,
) -> Result<VirtualHost, Reported> {
    let made = host.rules.iter().map(|rule| route::of_rule(context, site, &host.host, rule, used)).collect();
    let routes = all(made)?.into_iter().flatten().collect();
    Ok(with_routes(&host.host, with_refusal(context, routes)))
}

/// The hosts of a listener that answers everything with a redirect to https.
fn redirecting_hosts(context: &Context<'_>, site: &Site<'_>) -> Vec<VirtualHost> {
    let redirecting = |host| {
        let action = Action::Redirect(redirect::to_https());
        with_routes(host, with_refusal(context, vec![route_for_all("redirect: https", action)]))
    };
    site.listener.hosts.iter().map(redirecting).collect()
}

fn with_routes(host: &HostPattern, routes: Vec<Route>) -> VirtualHost {
    let name = host.to_string();
    VirtualHost { domains: vec![name.clone()], name, routes, ..VirtualHost::default() }
}

/// The routes, and before them the one that refuses what `paths: strict` refuses and Envoy itself lets pass.
pub(crate) fn with_refusal(context: &Context<'_>, mut routes: Vec<Route>) -> Vec<Route> {
    if context.plan.paths == PathMode::Strict {
        let path = PathSpecifier::SafeRegex(regex::matcher(REFUSED_PATHS.to_owned()));
        routes.insert(
            0,
            Route {
                name: "paths: strict".to_owned(),
                r#match: Some(RouteMatch { path_specifier: Some(path), ..RouteMatch::default() }),
                action: Some(Action::DirectResponse(respond::with_status(400))),
                ..Route::default()
            },
        );
    }
    routes
}

/// A route that takes every request.
pub(crate) fn route_for_all(name: &str, action: Action) -> Route {
    let path = PathSpecifier::Prefix("/".to_owned());
    Route {
        name: name.to_owned(),
        r#match: Some(RouteMatch { path_specifier: Some(path), ..RouteMatch::default() }),
        action: Some(action),
        ..Route::default()
    }
}
