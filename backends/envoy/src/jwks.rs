//! Where the keys of token issuers are published.

use crate::cluster::{endpoint, with_defaults};
use crate::context::Context;
use crate::{upstream_http, upstream_tls};
use envoy_types::pb::envoy::config::cluster::v3::Cluster;
use envoy_types::pb::envoy::config::cluster::v3::cluster::LbPolicy;

/// A server that keys are fetched from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyServer {
    /// Whether by TLS.
    https: bool,
    host: String,
    port: u16,
}

impl KeyServer {
    /// The server of an `http://` or `https://` URL.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.contains('@'))?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, port.parse().ok()?),
            Some(_) => return None,
            None => (authority, if https { 443 } else { 80 }),
        };
        (!host.is_empty()).then(|| Self { https, host: host.to_ascii_lowercase(), port })
    }

    /// The name of its cluster.
    pub(crate) fn cluster_name(&self) -> String {
        format!("keys {}:{}", self.host, self.port)
    }
}

/// The clusters of the servers that the listeners of a gateway have named.
pub(crate) fn clusters(context: &mut Context<'_>) -> Vec<Cluster> {
    let servers = std::mem::take(&mut context.key_servers);
    let cluster = |server: KeyServer| {
        let name = server.cluster_name();
        let endpoints = endpoint::at(server.host.clone(), server.port);
        Cluster {
            load_assignment: Some(endpoint::assignment(&name, endpoints)),
            name,
            lb_policy: LbPolicy::LeastRequest.into(),
            typed_extension_protocol_options: [upstream_http::plain()].into_iter().collect(),
            transport_socket: server
                .https
                .then(|| upstream_tls::socket(context, server.host.clone(), None, false)),
            ..with_defaults()
        }
    };
    servers.into_iter().map(cluster).collect()
}

#[cfg(test)]
mod tests {
    use super::KeyServer;

    #[test]
    fn servers_of_urls() {
        let name = |url| KeyServer::of(url).map(|server| server.cluster_name());
        assert_eq!(name("https://id.example/keys").as_deref(), Some("keys id.example:443"));
        assert_eq!(name("http://ID.example:8080").as_deref(), Some("keys id.example:8080"));
        assert_eq!(name("https://user@id.example/"), None);
        assert_eq!(name("https://[::1]:8443/keys"), None);
        assert_eq!(name("ftp://id.example/"), None);
        assert_eq!(name("https://"), None);
    }
}
