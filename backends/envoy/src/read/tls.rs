//! TLS that ends at a listener.

use super::matcher;
use gloo_ir::{Alpn, ClientCertificate, NamePattern, Secret, TlsVersion};
use gloo_source::{FileId, NodeId, Place};
use gloo_target::{Fields, Unread};
use serde_json::json;

/// What a listener's TLS is.
pub(super) struct Tls {
    pub certificate: Secret,
    pub oldest: TlsVersion,
    pub alpn: Vec<Alpn>,
    pub client: Option<ClientCertificate>,
}

/// The TLS of a transport socket.
pub(super) fn read(mut socket: Fields<'_>) -> Result<Tls, Unread> {
    socket.ignore(&["name"]);
    let missing = |fields: &Fields<'_>, name: &str| fields.unread(name, "it is missing");
    let mut config = socket.object("typed_config")?.ok_or_else(|| missing(&socket, "typed_config"))?;
    socket.done()?;
    if !config.needed_text("@type")?.ends_with(".DownstreamTlsContext") {
        return Err(config.unread("@type", "it isn't known what this does to connections"));
    }
    let required = config.flag("require_client_certificate")?.unwrap_or(false);
    let mut common =
        config.object("common_tls_context")?.ok_or_else(|| missing(&config, "common_tls_context"))?;
    config.done()?;
    let mut alpn = Vec::new();
    for protocol in common.texts("alpn_protocols")? {
        alpn.push(match protocol {
            "h2" => Alpn::H2,
            "http/1.1" => Alpn::Http1,
            _ => return Err(common.unread("alpn_protocols", "only `h2` and `http/1.1` are read")),
        });
    }
    let mut params = common.object("tls_params")?.ok_or_else(|| missing(&common, "tls_params"))?;
    let oldest = match params.text("tls_minimum_protocol_version")? {
        Some("TLSv1_2") => TlsVersion::V1_2,
        Some("TLSv1_3") => TlsVersion::V1_3,
        _ => return Err(params.unread("tls_minimum_protocol_version", "TLS 1.2 and 1.3 are read")),
    };
    if params.text("tls_maximum_protocol_version")? != Some("TLSv1_3") {
        return Err(params.unread("tls_maximum_protocol_version", "TLS 1.3 would not be spoken"));
    }
    params.done()?;
    let mut secrets = common.objects("tls_certificate_sds_secret_configs")?;
    let (Some(own), true) = (secrets.pop(), secrets.is_empty()) else {
        return Err(common.unread("tls_certificate_sds_secret_configs", "one certificate is expected here"));
    };
    let certificate = secret(own, CERTIFICATE)?;
    let client = match common.object("combined_validation_context")? {
        Some(combined) => Some(client(combined, required)?),
        None => match common.object("validation_context_sds_secret_config")? {
            Some(authority) => Some(certificate_of(secret(authority, AUTHORITY)?, required, Vec::new())),
            None if required => {
                return Err(common.unread("", "a certificate is asked for that nobody checks"));
            }
            None => None,
        },
    };
    common.done()?;
    Ok(Tls { certificate, oldest, alpn, client })
}

/// A secret by its name, which Envoy reads from the file of that secret, and again when it changes.
pub(super) fn secret(mut config: Fields<'_>, file: &str) -> Result<Secret, Unread> {
    let name = config.needed_text("name")?.to_owned();
    let folder = format!("/etc/gloo/secrets/{name}");
    let source = json!({
        "path_config_source": { "path": format!("{folder}/{file}"), "watched_directory": { "path": folder } },
        "resource_api_version": "V3",
    });
    config.expect("sds_config", &source, "it isn't the file of the secret")?;
    config.done()?;
    Ok(Secret { namespace: None, name, at: nowhere() })
}

/// The file of a secret that is a certificate with its key.
pub(super) const CERTIFICATE: &str = "certificate.yaml";
/// The file of a secret that is an authority.
pub(super) const AUTHORITY: &str = "authority.yaml";

fn client(mut combined: Fields<'_>, required: bool) -> Result<ClientCertificate, Unread> {
    let mut names = Vec::new();
    if let Some(mut default) = combined.object("default_validation_context")? {
        for mut one in default.objects("match_typed_subject_alt_names")? {
            let kind = one.text("san_type")?;
            let matched = one.object("matcher")?.ok_or_else(|| one.unread("matcher", "it is missing"))?;
            let text = matcher::read(matched)?;
            let name = name(&text);
            let name = name.ok_or_else(|| one.unread("matcher", "it isn't known which names this means"))?;
            let (NamePattern::Exactly(text) | NamePattern::Below(text)) = &name;
            if kind != Some(if text.contains("://") { "URI" } else { "DNS" }) {
                return Err(one.unread("san_type", "these names are of another kind"));
            }
            names.push(name);
            one.done()?;
        }
        default.done()?;
    }
    let authority = combined.object("validation_context_sds_secret_config")?;
    let authority =
        authority.ok_or_else(|| combined.unread("validation_context_sds_secret_config", "it is missing"))?;
    combined.done()?;
    Ok(certificate_of(secret(authority, AUTHORITY)?, required, names))
}

fn certificate_of(ca: Secret, required: bool, names: Vec<NamePattern>) -> ClientCertificate {
    ClientCertificate { place: nowhere(), required, ca, names }
}

/// A name, or with `(?:/.*)?` behind it all below it.
fn name(text: &matcher::Text) -> Option<NamePattern> {
    match text {
        matcher::Text::Exact(name) => Some(NamePattern::Exactly(name.clone())),
        matcher::Text::Matches(regex) => {
            let base = regex.source().strip_suffix("(?:/.*)?")?.replace('\\', "");
            let is_meant = regex.contains(&base) && regex.contains(&format!("{base}/x"));
            is_meant.then_some(NamePattern::Below(base))
        }
        _ => None,
    }
}

/// What is read stands nowhere in a program; nothing compares places.
fn nowhere() -> Place {
    Place { file: FileId(0), node: NodeId(0) }
}
