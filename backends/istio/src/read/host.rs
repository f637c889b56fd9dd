//! Hosts of gateways' servers and of VirtualServices, and what both have in common.

use gloo_domain::HostPattern;
use gloo_target::Unread;

/// A host: `shop.acme.com`, `*.acme.com` for all names below, `*`.
pub(super) fn pattern(text: &str) -> Option<HostPattern> {
    if text == "*" { Some(HostPattern::Any) } else { HostPattern::parse(text).ok() }
}

/// A host of a server.
#[derive(Debug)]
pub(super) struct ServerHost {
    /// The namespace whose VirtualServices may serve it; any, without one.
    pub namespace: Option<String>,
    /// The host.
    pub host: HostPattern,
}

/// `NAMESPACE/HOST`, where `.` is the namespace of the Gateway itself and `*` is any, or `HOST`.
pub(super) fn of_server(
    text: &str,
    own: &str,
    unread: impl FnOnce(String) -> Unread,
) -> Result<ServerHost, Unread> {
    let (namespace, name) =
        text.split_once('/').map_or((None, text), |(before, after)| (Some(before), after));
    let namespace = match namespace {
        None | Some("*") => None,
        Some(".") => Some(own.to_owned()),
        Some(other) => Some(other.to_owned()),
    };
    match pattern(name) {
        Some(host) => Ok(ServerHost { namespace, host }),
        None => Err(unread(format!("`{name}` is no host"))),
    }
}

/// The hosts that a server and a VirtualService of that namespace both have: of two the narrower (`Names.Intersection`).
pub(super) fn common(servers: &[ServerHost], namespace: &str, hosts: &[HostPattern]) -> Vec<HostPattern> {
    let mut found: Vec<HostPattern> = Vec::new();
    let open = servers.iter().filter(|server| server.namespace.as_deref().is_none_or(|own| own == namespace));
    for server in open {
        for host in hosts {
            let narrow = if host.covers(&server.host) {
                &server.host
            } else if server.host.covers(host) {
                host
            } else {
                continue;
            };
            if !found.contains(narrow) {
                found.push(narrow.clone());
            }
        }
    }
    found
}
