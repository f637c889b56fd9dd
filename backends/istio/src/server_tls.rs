//! How TLS ends at a listener.

use crate::emission::Emission;
use crate::envoy_filter::{Context, Patch};
use crate::gateway::ServerTls;
use gloo_domain::{HostPattern, escaped};
use gloo_ir::{Alpn, Gateway, Listener, ListenerProtocol, NamePattern, Secret, TlsVersion};
use gloo_source::Reported;
use serde_json::{Value, json};

/// What the name of a secret that holds only an authority must end in for Istio.
const AUTHORITY: &str = "-cacert";

/// The TLS of a listener, and what of it only Envoy can say. What can't be said has been reported.
pub(crate) fn of(
    emission: &mut Emission<'_>,
    gateway: &Gateway,
    listener: &Listener,
) -> (Option<ServerTls>, Vec<Patch>) {
    match listener.protocol {
        ListenerProtocol::Http | ListenerProtocol::Tcp => (None, Vec::new()),
        ListenerProtocol::Tls => {
            (Some(ServerTls { mode: "PASSTHROUGH", ..ServerTls::default() }), Vec::new())
        }
        ListenerProtocol::Https => match https(emission, gateway, listener) {
            Ok((tls, patches)) => (Some(tls), patches),
            Err(_) => (None, Vec::new()),
        },
    }
}

fn https(
    emission: &mut Emission<'_>,
    gateway: &Gateway,
    listener: &Listener,
) -> Result<(ServerTls, Vec<Patch>), Reported> {
    if listener.alpn != [Alpn::H2, Alpn::Http1] {
        let instead = "leave `alpn` out: Istio offers h2, then http1";
        return Err(emission.refuse(listener.place, "this `alpn`", instead));
    }
    let mut tls = ServerTls {
        mode: "SIMPLE",
        min_protocol_version: Some(match listener.min_tls {
            TlsVersion::V1_2 => "TLSV1_2",
            TlsVersion::V1_3 => "TLSV1_3",
        }),
        ..ServerTls::default()
    };
    if let Some(certificate) = &listener.certificate {
        tls.credential_name = Some(secret(emission, gateway, certificate, "`tls.crt` and `tls.key`")?);
    }
    let Some(client) = &listener.client_certificate else { return Ok((tls, Vec::new())) };
    tls.mode = if client.required { "MUTUAL" } else { "OPTIONAL_MUTUAL" };
    let authority = secret(emission, gateway, &client.ca, "`ca.crt`")?;
    let suffix = if authority.ends_with(AUTHORITY) { "" } else { AUTHORITY };
    tls.ca_cert_credential_name = Some(format!("{authority}{suffix}"));
    let exact = |name: &NamePattern| match name {
        NamePattern::Exactly(name) => Some(name.clone()),
        NamePattern::Below(_) => None,
    };
    if let Some(names) = client.names.iter().map(exact).collect() {
        tls.subject_alt_names = names;
        return Ok((tls, Vec::new()));
    }
    // Istio's own field takes whole names only.
    let Some(host) = own_host(gateway, listener) else {
        let what = "names with `/**` for clients of a listener that has no host for itself";
        let instead = "name the clients in full, or give the listener a host that no other listener serves";
        return Err(emission.refuse(client.place, what, instead));
    };
    let matchers: Vec<Value> = client.names.iter().map(name_matcher).collect();
    let context = json!({"default_validation_context": {"match_typed_subject_alt_names": matchers}});
    let settings = json!({"common_tls_context": {"combined_validation_context": context}});
    Ok((tls, vec![Context::Gateway.downstream_tls(&host, settings)]))
}

/// A host of the listener that tells its connections from those of the gateway's other listeners. The port does not: pods
/// may listen on another than their Service's.
fn own_host(gateway: &Gateway, listener: &Listener) -> Option<String> {
    let others: Vec<&Listener> =
        gateway.listeners.iter().filter(|other| other.name != listener.name).collect();
    let own = |host: &&HostPattern| {
        **host != HostPattern::Any && !others.iter().any(|other| other.hosts.contains(host))
    };
    listener.hosts.iter().find(own).map(HostPattern::to_string)
}

fn name_matcher(name: &NamePattern) -> Value {
    let (name, matcher) = match name {
        NamePattern::Exactly(name) => (name, json!({"exact": name})),
        NamePattern::Below(name) => {
            let regex = format!("{}(?:/.*)?", escaped(name));
            (name, json!({"safe_regex": {"regex": regex}}))
        }
    };
    let kind = if name.contains("://") { "URI" } else { "DNS" };
    json!({"san_type": kind, "matcher": matcher})
}

/// The name of a secret, which must stand beside the gateway's pods.
fn secret(
    emission: &mut Emission<'_>,
    gateway: &Gateway,
    secret: &Secret,
    keys: &'static str,
) -> Result<String, Reported> {
    if let Some(namespace) = secret.namespace.as_ref().filter(|namespace| **namespace != gateway.namespace) {
        let what = format!("a secret of namespace `{namespace}` at a gateway in `{}`", gateway.namespace);
        let instead = format!("keep a copy of the secret in namespace `{}`", gateway.namespace);
        return Err(emission.refuse(secret.at, &what, &instead));
    }
    emission.needs.secret(&gateway.namespace, &secret.name, keys);
    Ok(secret.name.clone())
}
