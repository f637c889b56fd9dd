//! The routes of a listener: a virtual host for each host.

use crate::context::{Context, UsedUpstreams, all};
use crate::site::Site;
use crate::{guard, redirect, regex, respond, route, route_match};
use envoy_types::pb::envoy::config::route::v3::route::Action;
use envoy_types::pb::envoy::config::route::v3::route_match::PathSpecifier;
use envoy_types::pb::envoy::config::route::v3::{Route, RouteConfiguration, RouteMatch, VirtualHost};
use gloo_domain::HostPattern;
use gloo_ir::PathMode;
use gloo_source::Reported;
use gloo_target::{self as plan, Conjunct, ListenerPlan};

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
    (listener, hosts): (&ListenerPlan, &[plan::VirtualHost]),
    used: &mut UsedUpstreams,
) -> Result<RouteConfiguration, Reported> {
    let mut virtual_hosts = if site.listener.redirect_https {
        redirecting_hosts(context, site)
    } else {
        let mut made: Vec<_> =
            hosts.iter().map(|host| virtual_host(context, site, (listener, host), used)).collect();
        made.extend(hosts_without_table(context, site, listener, hosts));
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
    (listener, host): (&ListenerPlan, &plan::VirtualHost),
    used: &mut UsedUpstreams,
) -> Result<VirtualHost, Reported> {
    let rules = host.rules.iter().map(|rule| (&**rule, &**listener.admission(rule)));
    let made = rules.map(|rule| route::of_rule(context, site, &host.host, rule, used)).collect();
    let routes = all(made)?.into_iter().flatten().collect();
    Ok(with_routes(&host.host, with_refusal(context, routes)))
}

/// The hosts that the listener serves and no table is for: before they are answered 404, the listener's and the gateway's
/// policies act.
fn hosts_without_table(
    context: &mut Context<'_>,
    site: &mut Site<'_>,
    listener: &ListenerPlan,
    hosts: &[plan::VirtualHost],
) -> Vec<Result<VirtualHost, Reported>> {
    if listener.unrouted.is_open() {
        return Vec::new();
    }
    let place = listener.listener.place;
    let any = [HostPattern::Any];
    let served = &listener.listener.hosts;
    let served = if served.is_empty() { &any[..] } else { served };
    let without = served.iter().filter(|served| hosts.iter().all(|host| host.host != **served));
    let made = without.map(|host| {
        let mut routes = Vec::new();
        for part in guard::parts(context, &listener.unrouted, &[Conjunct::default()], place)? {
            let settings = guard::settings(context, site, &part.guard, place)?;
            for conjunct in &part.matches {
                for matched in route_match::of(context, site, host, place, conjunct)? {
                    routes.push(Route {
                        name: "no table".to_owned(),
                        r#match: Some(matched),
                        typed_per_filter_config: settings.clone(),
                        action: Some(Action::DirectResponse(respond::with_status(404))),
                        ..Route::default()
                    });
                }
            }
        }
        Ok(with_routes(host, with_refusal(context, routes)))
    });
    made.collect()
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
