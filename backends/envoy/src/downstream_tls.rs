//! TLS that ends at a listener.

use crate::context::{Context, SecretPart};
use crate::proto::yes_no;
use crate::regex;
use envoy_types::pb::envoy::config::core::v3::{TransportSocket, transport_socket::ConfigType};
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::common_tls_context::{
    CombinedCertificateValidationContext, ValidationContextType,
};
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::subject_alt_name_matcher::SanType;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::tls_parameters::TlsProtocol;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::{
    CertificateValidationContext, CommonTlsContext, DownstreamTlsContext, SubjectAltNameMatcher,
    TlsParameters,
};
use envoy_types::pb::envoy::r#type::matcher::v3::{StringMatcher, string_matcher::MatchPattern};
use envoy_types::util::pack_any;
use gloo_domain::escaped;
use gloo_ir::{Alpn, ClientCertificate, Listener, NamePattern, TlsVersion};

/// The TLS of a listener with a certificate.
pub(crate) fn of(context: &mut Context<'_>, listener: &Listener) -> Option<TransportSocket> {
    let certificate = listener.certificate.as_ref()?;
    let certificate = context.name_secret(certificate, SecretPart::Certificate);
    let clients = listener.client_certificate.as_ref();
    let oldest = match listener.min_tls {
        TlsVersion::V1_2 => TlsProtocol::TlSv12,
        TlsVersion::V1_3 => TlsProtocol::TlSv13,
    };
    let alpn = listener.alpn.iter().map(|alpn| match alpn {
        Alpn::H2 => "h2".to_owned(),
        Alpn::Http1 => "http/1.1".to_owned(),
    });
    let common = CommonTlsContext {
        tls_params: Some(TlsParameters {
            tls_minimum_protocol_version: oldest.into(),
            tls_maximum_protocol_version: TlsProtocol::TlSv13.into(),
            ..TlsParameters::default()
        }),
        tls_certificate_sds_secret_configs: vec![certificate.config()],
        alpn_protocols: alpn.collect(),
        validation_context_type: clients.map(|clients| validation(context, clients)),
        ..CommonTlsContext::default()
    };
    let downstream = DownstreamTlsContext {
        common_tls_context: Some(common),
        require_client_certificate: yes_no(clients.is_some_and(|clients| clients.required)),
        ..DownstreamTlsContext::default()
    };
    Some(TransportSocket {
        name: "envoy.transport_sockets.tls".to_owned(),
        config_type: Some(ConfigType::TypedConfig(pack_any(downstream))),
    })
}

fn validation(context: &mut Context<'_>, clients: &ClientCertificate) -> ValidationContextType {
    let authority = context.name_secret(&clients.ca, SecretPart::Authority);
    ValidationContextType::CombinedValidationContext(CombinedCertificateValidationContext {
        default_validation_context: Some(CertificateValidationContext {
            match_typed_subject_alt_names: clients.names.iter().map(name).collect(),
            ..CertificateValidationContext::default()
        }),
        validation_context_sds_secret_config: Some(authority.config()),
        ..CombinedCertificateValidationContext::default()
    })
}

/// A name that is accepted: a URI where it has a scheme, else a DNS name.
fn name(pattern: &NamePattern) -> SubjectAltNameMatcher {
    let (text, matched) = match pattern {
        NamePattern::Exactly(name) => (name, MatchPattern::Exact(name.clone())),
        NamePattern::Below(base) => {
            let expression = format!("{}(?:/.*)?", escaped(base));
            (base, MatchPattern::SafeRegex(regex::matcher(expression)))
        }
    };
    let kind = if text.contains("://") { SanType::Uri } else { SanType::Dns };
    SubjectAltNameMatcher {
        san_type: kind.into(),
        matcher: Some(StringMatcher { match_pattern: Some(matched), ignore_case: false }),
        ..SubjectAltNameMatcher::default()
    }
}
