//! Where who may pass is asked: at listeners for requests, and at services' own sidecars.

use super::admission::{self, Admission, Guard};
use super::authorization::Names;
use super::server::Server;
use super::{Site, filters, host, peer, route};
use gloo_domain::HostPattern;
use gloo_ir::{ListenerProtocol, PathMode, Program, Protocol, Scope, Service};
use gloo_target::Unread;

/// What is asked at the listeners of a gateway.
pub(super) fn at_gateway(site: &Site<'_>, servers: &[Server]) -> Result<Vec<Admission>, Unread> {
    let gateway = site.gateway;
    let names = Names { base: site.base, cluster: site.cluster };
    let workload = (gateway.namespace.as_str(), &gateway.workload);
    let guard = admission::read(names, site.world, workload, site.patches)?;
    let mut found = Vec::new();
    if guard.is_open() {
        return Ok(found);
    }
    for server in servers {
        let listener = &server.listener;
        if !matches!(listener.protocol, ListenerProtocol::Http | ListenerProtocol::Https) {
            guard.at_connections(listener)?;
            continue;
        }
        guard.beyond(listener)?;
        if is_unguarded(site, server, &guard)? {
            continue;
        }
        let scope = Scope::Listener(gateway.id.clone(), listener.name.clone());
        let title = format!("{}.{}", gateway.id, listener.name);
        found.push(guard.at((scope, site.place()), Some(listener), &title)?);
    }
    Ok(found)
}

/// Whether nothing is asked of what comes by a server: AuthorizationPolicies are taken away from all its routes, and some
/// route takes every request of every host. From the one that refuses strict paths they must be.
fn is_unguarded(site: &Site<'_>, server: &Server, guard: &Guard) -> Result<bool, Unread> {
    let mut all = Vec::new();
    let mut ended: Vec<HostPattern> = Vec::new();
    for object in &site.world.services {
        let mut spec = object.spec()?;
        if !route::binds(&mut spec, object.namespace, server)? {
            continue;
        }
        let hosts: Vec<HostPattern> = spec.texts("hosts")?.into_iter().filter_map(host::pattern).collect();
        for (index, mut route) in spec.objects("http")?.into_iter().enumerate() {
            let name = route.text("name")?.unwrap_or_default();
            let is_taken = site.patches.unguarded.iter().any(|one| one == name);
            if index == 0 && site.base.paths() == PathMode::Strict {
                if !is_taken {
                    return Err(route.unread("name", "some are answered 401 or 403 whose path is refused"));
                }
                continue;
            }
            all.push(is_taken);
            if route.objects("match")?.is_empty() {
                ended.extend(host::common(&server.hosts, object.namespace, &hosts));
            }
        }
    }
    let some = all.contains(&true);
    let is_all = server.hosts.iter().all(|host| ended.contains(&host.host));
    if some && (all.contains(&false) || !is_all) {
        let what = "policies are taken away from some of a listener's requests";
        return Err(unread(guard, &server.gateway, what));
    }
    Ok(some)
}

/// Why something can't be read: at a policy, where there is one.
fn unread(guard: &Guard, at: &str, what: &str) -> Unread {
    let anywhere = || Unread { file: String::new(), at: at.to_owned(), what: what.to_owned() };
    guard.unread(what).unwrap_or_else(anywhere)
}

/// What is asked at a service's own sidecar.
pub(super) fn at_service(
    names: Names<'_>,
    world: &super::World<'_>,
    service: &Service,
) -> Result<Option<Admission>, Unread> {
    let base: &Program = names.base;
    let Some(namespace) = base.namespaces.get(&service.namespace) else { return Ok(None) };
    let patches = filters::of_workload(world, "SIDECAR_INBOUND", &namespace.name, &service.labels)?;
    let guard = admission::read(names, world, (&namespace.name, &service.labels), &patches)?;
    if guard.is_open() && patches.token_filters.is_empty() {
        return Ok(None);
    }
    if peer::mode(world, &namespace.name)? != base.mtls(names.cluster) {
        let what = "callers need not show who they are as the program says";
        return Err(unread(&guard, service.id.as_str(), what));
    }
    let is_all_http =
        |port: &gloo_ir::Port| matches!(port.protocol, Protocol::Http | Protocol::Http2 | Protocol::Grpc);
    guard.at_service(service.ports.iter().all(is_all_http))?;
    if base.paths() == PathMode::Strict {
        let refuses = patches
            .first_route
            .as_ref()
            .is_some_and(|first| first.is_unguarded && route::refuses_exactly(&first.paths).unwrap_or(false));
        if !refuses {
            let what = "some are answered 401 or 403 whose path is refused";
            return Err(unread(&guard, service.id.as_str(), what));
        }
    }
    let scope = Scope::Service(service.id.clone());
    guard.at((scope, service.place), None, service.id.as_str()).map(Some)
}
