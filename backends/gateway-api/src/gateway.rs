//! `Gateway` and the `EnvoyProxy` beside it.

use crate::emitter::{Emitter, SecretUse};
use crate::names;
use crate::object::{ENVOY, GATEWAY, Metadata, Object};
use gloo_domain::HostPattern;
use gloo_ir::{ClientAddress, Gateway, Listener, ListenerProtocol, Secret};
use gloo_target::GatewayPlan;
use serde::Serialize;

/// The class that Envoy Gateway is installed as; a prerequisite.
pub const GATEWAY_CLASS: &str = "envoy-gateway";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GatewaySpec {
    gateway_class_name: &'static str,
    listeners: Vec<GatewayListener>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GatewayListener {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    port: u16,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
    allowed_routes: AllowedRoutes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tls {
    mode: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificate_refs: Vec<CertificateRef>,
}

/// A Secret that holds a certificate.
#[derive(Serialize)]
pub struct CertificateRef {
    group: &'static str,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

impl CertificateRef {
    /// The reference to a secret.
    pub fn to(secret: &Secret) -> Self {
        Self { group: "", kind: "Secret", name: secret.name.clone(), namespace: secret.namespace.clone() }
    }
}

#[derive(Serialize)]
struct AllowedRoutes {
    namespaces: From,
}

#[derive(Serialize)]
struct From {
    from: &'static str,
}

/// A listener of the Gateway API, which has one host at most.
pub struct Section {
    /// Its name.
    pub name: String,
    /// Its host, where it has one.
    pub host: Option<HostPattern>,
}

/// What a listener becomes. TLS is chosen by the server name, so a listener with several hosts becomes one for each; a
/// plain one stays whole, and hosts that it doesn't cover meet its catch-all route.
pub fn listeners(gateway: &Gateway, listener: &Listener) -> Vec<Section> {
    let label = |parts: &[String]| names::label(&parts.join("-").replace('*', "any"));
    let all = || gateway.listeners.iter().flat_map(sections);
    sections(listener)
        .into_iter()
        .map(|(parts, host)| {
            let plain = label(&parts);
            // Other listeners and hosts may come to the same label.
            let is_taken = all().any(|(other, _)| other != parts && label(&other) == plain);
            let name = if is_taken { names::told(&plain, &parts) } else { plain };
            Section { name, host }
        })
        .collect()
}

/// What the name of each section is made of, and its host.
fn sections(listener: &Listener) -> Vec<(Vec<String>, Option<HostPattern>)> {
    let tls = matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls);
    let any = listener.hosts.contains(&HostPattern::Any);
    if !tls || any {
        return vec![(vec![listener.name.clone()], None)];
    }
    let single = listener.hosts.len() == 1;
    listener
        .hosts
        .iter()
        .map(|host| {
            let suffix = (!single).then(|| host.to_string());
            (std::iter::once(listener.name.clone()).chain(suffix).collect(), Some(host.clone()))
        })
        .collect()
}

/// Adds the Gateway.
pub fn emit(emitter: &mut Emitter<'_>, planned: &GatewayPlan) {
    let gateway = &planned.gateway;
    let mut sections = Vec::new();
    let secret_use = SecretUse { namespace: &gateway.namespace, kind: "Gateway", group: GATEWAY };
    for listener in &planned.listeners {
        let listener = &listener.listener;
        for section in listeners(gateway, listener) {
            sections.push(GatewayListener {
                name: section.name,
                hostname: section.host.map(|host| host.to_string()),
                port: listener.port,
                protocol: match listener.protocol {
                    ListenerProtocol::Http => "HTTP",
                    ListenerProtocol::Https => "HTTPS",
                    ListenerProtocol::Tls => "TLS",
                    ListenerProtocol::Tcp => "TCP",
                },
                tls: match listener.protocol {
                    ListenerProtocol::Https => Some(Tls {
                        mode: "Terminate",
                        certificate_refs: listener
                            .certificate
                            .iter()
                            .map(|secret| emitter.secret(&secret_use, secret, "`tls.crt` and `tls.key`"))
                            .collect(),
                    }),
                    ListenerProtocol::Tls => Some(Tls { mode: "Passthrough", certificate_refs: Vec::new() }),
                    ListenerProtocol::Http | ListenerProtocol::Tcp => None,
                },
                allowed_routes: AllowedRoutes { namespaces: From { from: "Same" } },
            });
        }
    }
    let passed_on = planned.listeners.iter().any(|one| !one.listener.protocol.is_http());
    if gateway.client_address.value == ClientAddress::ProxyProtocol && passed_on {
        emitter.cannot(
            gateway.client_address.at,
            "`client_address: proxy_protocol` on a gateway with `tcp` or `tls` listeners",
            "declare these listeners on a gateway of their own",
        );
    }
    if sections.len() > MAX_LISTENERS {
        emitter.cannot(
            gateway.place,
            &format!("a gateway with {} listeners", sections.len()),
            "it may have 64, and a TLS listener counts once for each of its hosts: use a wildcard host or a second gateway",
        );
    }
    let object = Object {
        api_version: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: Metadata::new(&gateway.namespace, &gateway.name)
            .documented(gateway.doc.as_deref().into_iter()),
        spec: GatewaySpec { gateway_class_name: GATEWAY_CLASS, listeners: sections },
    };
    emitter.add(&object, [gateway.place]);
}

/// How many listeners a Gateway may have (`maxItems` of its schema).
const MAX_LISTENERS: usize = 64;

/// The parent of a route: a listener of a gateway.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentRef {
    group: &'static str,
    kind: &'static str,
    name: String,
    section_name: String,
}

impl ParentRef {
    /// That listener.
    pub fn new(gateway: &str, section: &str) -> Self {
        Self { group: GATEWAY, kind: "Gateway", name: gateway.to_owned(), section_name: section.to_owned() }
    }
}

/// The group of Envoy Gateway's own kinds, for references to filters.
pub const FILTER_GROUP: &str = ENVOY;
