//! `Backend`: a host outside.

use crate::emitter::{Emitter, SecretUse};
use crate::gateway::CertificateRef;
use crate::names;
use crate::object::{ENVOY, Metadata, Object};
use gloo_domain::HostPattern;
use gloo_ir::{External, ExternalTls, Port, Protocol, Secret};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackendSpec {
    endpoints: Vec<Endpoint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    app_protocols: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
}

#[derive(Serialize)]
struct Endpoint {
    fqdn: Fqdn,
}

#[derive(Serialize)]
struct Fqdn {
    hostname: String,
    port: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tls {
    #[serde(rename = "wellKnownCACertificates")]
    well_known_ca_certificates: &'static str,
    sni: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate_ref: Option<CertificateRef>,
}

/// The name of the Backend of one port of a host outside.
pub fn name(external: &External, port: &Port) -> String {
    names::label(&format!("{}-{}", external.id, port.name))
}

/// Adds the Backend of one port of a host outside, beside the routes that send to it.
pub fn emit(emitter: &mut Emitter<'_>, namespace: &str, external: &External, port: &Port) {
    let mut hosts = Vec::new();
    for host in &external.hosts {
        match host {
            HostPattern::Exact(name) => hosts.push(name.to_string()),
            _ => emitter.cannot(
                external.place,
                &format!("a wildcard host (`{host}`) of an external"),
                "name the hosts that are called",
            ),
        }
    }
    if external.through.is_some() {
        emitter.cannot(
            external.place,
            "a call that leaves through an egress gateway",
            "leave `through` out, or call it from a cluster with an Istio backend",
        );
    }
    let Some(first) = hosts.first().cloned() else { return };
    let sni = |sni: &Option<String>| sni.clone().unwrap_or_else(|| first.clone());
    let tls = match &external.tls.value {
        ExternalTls::Off => None,
        ExternalTls::Simple { sni: name } => {
            Some(Tls { well_known_ca_certificates: "System", sni: sni(name), client_certificate_ref: None })
        }
        ExternalTls::Mutual { certificate, sni: name } => Some(Tls {
            well_known_ca_certificates: "System",
            sni: sni(name),
            client_certificate_ref: Some(client_certificate(emitter, namespace, certificate)),
        }),
    };
    emitter.needs.backends = true;
    let app_protocols = match port.protocol {
        Protocol::Http2 | Protocol::Grpc => vec!["gateway.envoyproxy.io/h2c"],
        _ => Vec::new(),
    };
    let object = Object {
        api_version: "gateway.envoyproxy.io/v1alpha1",
        kind: "Backend",
        metadata: Metadata::new(namespace, &name(external, port))
            .documented(external.doc.as_deref().into_iter()),
        spec: BackendSpec {
            endpoints: hosts
                .into_iter()
                .map(|hostname| Endpoint { fqdn: Fqdn { hostname, port: port.number } })
                .collect(),
            app_protocols,
            tls,
        },
    };
    emitter.add(&object, [external.place]);
}

/// Envoy Gateway takes it from the Backend's own namespace only (its `internal/gatewayapi/backend.go`).
fn client_certificate(emitter: &mut Emitter<'_>, namespace: &str, secret: &Secret) -> CertificateRef {
    if secret.namespace.as_deref().is_some_and(|other| other != namespace) {
        emitter.cannot(
            secret.at,
            "a client certificate from another namespace than the gateway's",
            "keep the Secret in the gateway's namespace and name it without one",
        );
    }
    let secret_use = SecretUse { namespace, kind: "Backend", group: ENVOY };
    emitter.secret(&secret_use, secret, "`tls.crt` and `tls.key`")
}
