//! `ClientTrafficPolicy`: how a listener takes requests in.

use crate::emitter::{Emitter, SecretUse};
use crate::gateway::{CertificateRef, listeners};
use crate::object::{ENVOY, GATEWAY, Metadata, Object, PolicyTarget};
use gloo_ir::{Alpn, ClientAddress, Listener, ListenerProtocol, NamePattern, TlsVersion};
use gloo_target::{ENVOY_HEADERS, GatewayPlan};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClientTrafficPolicySpec {
    target_refs: Vec<PolicyTarget>,
    path: Path,
    headers: Headers,
    #[serde(rename = "clientIPDetection", skip_serializing_if = "Option::is_none")]
    client_ip_detection: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_protocol: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Path {
    escaped_slashes_action: &'static str,
    disable_merge_slashes: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Headers {
    with_underscores_action: &'static str,
    host: Host,
    #[serde(skip_serializing_if = "Option::is_none")]
    early_request_headers: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Host {
    strip_trailing_host_dot: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tls {
    min_version: &'static str,
    alpn_protocols: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_validation: Option<ClientValidation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClientValidation {
    mode: &'static str,
    ca_certificate_refs: Vec<CertificateRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_alt_names: Option<Value>,
}

/// Adds one policy for each http and https listener: Envoy Gateway lets a listener's policy replace the gateway's, so
/// each says everything.
pub fn emit(emitter: &mut Emitter<'_>, planned: &GatewayPlan) {
    let gateway = &planned.gateway;
    for listener in planned.listeners.iter().map(|listener| &listener.listener) {
        if !listener.protocol.is_http() {
            continue;
        }
        let targets = listeners(gateway, listener).into_iter().map(|section| PolicyTarget {
            group: GATEWAY,
            kind: "Gateway",
            name: gateway.name.clone(),
            section_name: Some(section.name),
        });
        let secret_use =
            SecretUse { namespace: &gateway.namespace, kind: "ClientTrafficPolicy", group: ENVOY };
        let authority = listener
            .client_certificate
            .as_ref()
            .map(|asked| emitter.secret(&secret_use, &asked.ca, "`ca.crt`"));
        let (client_ip_detection, proxy_protocol) = client_address(&gateway.client_address.value);
        let name = emitter.name("ClientTrafficPolicy", &gateway.namespace, &[&gateway.name, &listener.name]);
        let object = Object {
            api_version: "gateway.envoyproxy.io/v1alpha1",
            kind: "ClientTrafficPolicy",
            metadata: Metadata::new(&gateway.namespace, &name),
            spec: ClientTrafficPolicySpec {
                target_refs: targets.collect(),
                path: Path { escaped_slashes_action: "RejectRequest", disable_merge_slashes: false },
                headers: Headers {
                    with_underscores_action: "RejectRequest",
                    host: Host { strip_trailing_host_dot: true },
                    early_request_headers: early_request_headers(&gateway.client_address.value),
                },
                client_ip_detection,
                proxy_protocol,
                tls: (listener.protocol == ListenerProtocol::Https).then(|| tls(listener, authority)),
            },
        };
        emitter.add(&object, [gateway.place, listener.place]);
    }
}

/// Where the address comes from a header, Envoy Gateway takes every request for one of its own network, from which Envoy
/// takes orders by header (`useRemoteAddress` in its `internal/xds/translator/listener.go`).
fn early_request_headers(address: &ClientAddress) -> Option<Value> {
    match address {
        ClientAddress::Hops(0) | ClientAddress::Direct | ClientAddress::ProxyProtocol => None,
        ClientAddress::Hops(_) | ClientAddress::Header(_) => Some(json!({ "remove": ENVOY_HEADERS })),
    }
}

/// The fields that say who the client is. One hop is the default of gloo's `hops(1)`: Envoy Gateway counts the trusted
/// proxies before it, as the program does.
fn client_address(address: &ClientAddress) -> (Option<Value>, Option<Value>) {
    match address {
        ClientAddress::Hops(0) | ClientAddress::Direct => (Some(json!({ "directSourceIP": {} })), None),
        ClientAddress::Hops(hops) => (Some(json!({ "xForwardedFor": { "numTrustedHops": hops } })), None),
        ClientAddress::Header(name) => {
            (Some(json!({ "customHeader": { "name": name, "failClosed": false } })), None)
        }
        ClientAddress::ProxyProtocol => {
            (Some(json!({ "directSourceIP": {} })), Some(json!({ "optional": false })))
        }
    }
}

fn tls(listener: &Listener, authority: Option<CertificateRef>) -> Tls {
    let alpn = listener.alpn.iter().map(|alpn| match alpn {
        Alpn::H2 => "h2",
        Alpn::Http1 => "http/1.1",
    });
    Tls {
        min_version: match listener.min_tls {
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        },
        alpn_protocols: alpn.collect(),
        client_validation: listener.client_certificate.as_ref().zip(authority).map(|(asked, authority)| {
            ClientValidation {
                mode: if asked.required { "RequireAndVerify" } else { "VerifyIfGiven" },
                ca_certificate_refs: vec![authority],
                subject_alt_names: subject_alt_names(&asked.names),
            }
        }),
    }
}

/// Names with a scheme are URIs, others DNS names.
fn subject_alt_names(patterns: &[NamePattern]) -> Option<Value> {
    if patterns.is_empty() {
        return None;
    }
    let (mut uris, mut dns) = (Vec::new(), Vec::new());
    for pattern in patterns {
        let (text, matcher) = match pattern {
            NamePattern::Exactly(name) => (name, json!({ "type": "Exact", "value": name })),
            NamePattern::Below(base) => {
                let regex = format!("{}(/.*)?", gloo_domain::escaped(base));
                (base, json!({ "type": "RegularExpression", "value": regex }))
            }
        };
        if text.contains("://") { uris.push(matcher) } else { dns.push(matcher) }
    }
    let mut names = serde_json::Map::new();
    if !uris.is_empty() {
        names.insert("uris".into(), uris.into());
    }
    if !dns.is_empty() {
        names.insert("dnsNames".into(), dns.into());
    }
    Some(Value::Object(names))
}
