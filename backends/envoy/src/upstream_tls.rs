//! TLS that begins at the proxy.

use crate::cluster::endpoint;
use crate::context::{Context, NamedSecret, SecretPart};
use crate::{upstream, upstream_http};
use envoy_types::pb::envoy::config::core::v3::{TransportSocket, transport_socket::ConfigType};
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::common_tls_context::ValidationContextType;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::tls_parameters::TlsProtocol;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::{
    CommonTlsContext, TlsParameters, UpstreamTlsContext,
};
use envoy_types::util::pack_any;
use gloo_ir::{ExternalTls, Protocol, Secret, TrafficTls};
use gloo_source::Reported;
use gloo_target::Upstream;

/// The TLS of calls to an upstream, if any.
pub(crate) fn of(
    context: &mut Context<'_>,
    upstream: &Upstream,
    http: bool,
) -> Result<Option<TransportSocket>, Reported> {
    let said = upstream::traffic(upstream).get(|traffic| traffic.tls.as_ref());
    let (sni, certificate) = match (said.map(|tls| &tls.value), upstream) {
        (Some(TrafficTls::Simple { sni }), _) => (sni, None),
        (Some(TrafficTls::Mutual), _) => {
            let place = said.map_or(context.plan.cluster.place, |tls| tls.at);
            return Err(context.not_lowered(place, "calls by mutual TLS"));
        }
        (Some(TrafficTls::Off), _) => return Ok(None),
        (None, Upstream::External { external, .. }) => match &external.tls.value {
            ExternalTls::Off => return plain(context, upstream, http),
            ExternalTls::Simple { sni } => (sni, None),
            ExternalTls::Mutual { certificate, sni } => (sni, Some(certificate)),
        },
        (None, Upstream::Service { .. }) => return plain(context, upstream, http),
    };
    let name = sni.clone().unwrap_or_else(|| endpoint::name(upstream).0);
    Ok(Some(socket(context, name, certificate, upstream_http::speaks_http2(upstream))))
}

/// Calls without TLS; requests to a port that speaks TLS by itself would not be understood there.
fn plain(
    context: &mut Context<'_>,
    upstream: &Upstream,
    http: bool,
) -> Result<Option<TransportSocket>, Reported> {
    let (Upstream::Service { port, .. } | Upstream::External { port, .. }) = upstream;
    if http && matches!(port.protocol, Protocol::Https | Protocol::Tls) {
        let construct = format!("a route to a port that speaks {} by itself", port.protocol.word());
        let instead = "say by `tls: simple(…)` how TLS is begun to it";
        return Err(context.unsupported(port.place, &construct, instead));
    }
    Ok(None)
}

/// TLS to a server whose certificate must be for `name`, by an authority that the system trusts.
pub(crate) fn socket(
    context: &mut Context<'_>,
    name: String,
    certificate: Option<&Secret>,
    http2: bool,
) -> TransportSocket {
    let authorities = NamedSecret::system_authorities();
    context.secrets.insert(authorities.clone());
    let certificate = certificate.map(|secret| context.name_secret(secret, SecretPart::Certificate).config());
    let common = CommonTlsContext {
        tls_params: Some(TlsParameters {
            tls_minimum_protocol_version: TlsProtocol::TlSv12.into(),
            tls_maximum_protocol_version: TlsProtocol::TlSv13.into(),
            ..TlsParameters::default()
        }),
        tls_certificate_sds_secret_configs: certificate.into_iter().collect(),
        alpn_protocols: vec![if http2 { "h2" } else { "http/1.1" }.to_owned()],
        validation_context_type: Some(ValidationContextType::ValidationContextSdsSecretConfig(
            authorities.config(),
        )),
        ..CommonTlsContext::default()
    };
    let tls = UpstreamTlsContext {
        common_tls_context: Some(common),
        sni: name,
        // The certificate must be for the server name.
        auto_sni_san_validation: true,
        ..UpstreamTlsContext::default()
    };
    TransportSocket {
        name: "envoy.transport_sockets.tls".to_owned(),
        config_type: Some(ConfigType::TypedConfig(pack_any(tls))),
    }
}
