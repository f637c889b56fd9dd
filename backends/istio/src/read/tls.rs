//! TLS that ends at a server (`ServerTLSSettings`).

use super::Site;
use gloo_domain::escaped;
use gloo_ir::{ClientCertificate, Listener, NamePattern, Secret, TlsVersion};
use gloo_target::{Fields, Unread};

/// What the name of a secret that holds only an authority ends in, where it isn't the secret's own name
/// (`SdsCaSuffix`).
const AUTHORITY: &str = "-cacert";

/// Writes the TLS into a listener. `declared` are the secrets of authorities that are known to stand.
pub(super) fn read(
    site: &Site<'_>,
    mut tls: Fields<'_>,
    declared: &[&str],
    listener: &mut Listener,
) -> Result<(), Unread> {
    let mode = tls.text("mode")?.unwrap_or("PASSTHROUGH");
    let required = match mode {
        "SIMPLE" => None,
        "MUTUAL" => Some(true),
        "OPTIONAL_MUTUAL" => Some(false),
        _ => return Err(tls.unread("mode", format!("`{mode}` isn't read at a server for requests"))),
    };
    let own = tls.needed_text("credentialName")?;
    listener.certificate = Some(secret(site, own));
    listener.min_tls = match tls.text("minProtocolVersion")? {
        None | Some("TLS_AUTO" | "TLSV1_2") => TlsVersion::V1_2,
        Some("TLSV1_3") => TlsVersion::V1_3,
        Some(_) => return Err(tls.unread("minProtocolVersion", "TLS 1.2 and 1.3 are read")),
    };
    let authority = tls.text("caCertCredentialName")?;
    let mut names: Vec<NamePattern> =
        tls.texts("subjectAltNames")?.into_iter().map(|name| NamePattern::Exactly(name.to_owned())).collect();
    for (sni, more) in &site.patches.names {
        if listener.hosts.iter().any(|host| host.to_string() == *sni) {
            names.extend(more.iter().cloned());
        }
    }
    if let Some(required) = required {
        let name = authority.ok_or_else(|| tls.unread("caCertCredentialName", "it is missing"))?;
        let bare = name.strip_suffix(AUTHORITY);
        let bare = bare.ok_or_else(|| {
            tls.unread("caCertCredentialName", format!("without `{AUTHORITY}` it isn't read as an authority"))
        })?;
        // The secret of the whole name goes before the one without the ending.
        let ca = secret(site, if declared.contains(&name) { name } else { bare });
        listener.client_certificate = Some(ClientCertificate { place: site.place(), required, ca, names });
    } else if authority.is_some() || !names.is_empty() {
        return Err(tls.unread("mode", "names of clients that no certificate is asked of"));
    }
    tls.done()
}

fn secret(site: &Site<'_>, name: &str) -> Secret {
    Secret { namespace: None, name: name.to_owned(), at: site.place() }
}

/// The names that a patch of a filter chain's TLS accepts besides.
pub(super) fn more_names(value: &mut Fields<'_>, unread: &Unread) -> Result<Vec<NamePattern>, Unread> {
    let inner =
        |fields: &mut Fields<'_>, name: &str| fields.take(name).cloned().ok_or_else(|| unread.clone());
    let mut socket = value.object("transport_socket")?.ok_or_else(|| unread.clone())?;
    if inner(&mut socket, "name")? != "envoy.transport_sockets.tls" {
        return Err(unread.clone());
    }
    let mut config = socket.object("typed_config")?.ok_or_else(|| unread.clone())?;
    socket.done()?;
    if !config.needed_text("@type")?.ends_with(".DownstreamTlsContext") {
        return Err(unread.clone());
    }
    let mut common = config.object("common_tls_context")?.ok_or_else(|| unread.clone())?;
    config.done()?;
    let mut combined = common.object("combined_validation_context")?.ok_or_else(|| unread.clone())?;
    common.done()?;
    let mut default = combined.object("default_validation_context")?.ok_or_else(|| unread.clone())?;
    combined.done()?;
    let mut names = Vec::new();
    for mut one in default.objects("match_typed_subject_alt_names")? {
        let kind = one.needed_text("san_type")?;
        let mut matcher = one.object("matcher")?.ok_or_else(|| unread.clone())?;
        let name = if let Some(name) = matcher.text("exact")? {
            NamePattern::Exactly(name.to_owned())
        } else {
            let mut regex = matcher.object("safe_regex")?.ok_or_else(|| unread.clone())?;
            let source = regex.needed_text("regex")?;
            regex.done()?;
            below(source)
                .ok_or_else(|| matcher.unread("safe_regex", "it isn't known which names this means"))?
        };
        matcher.done()?;
        let (NamePattern::Exactly(text) | NamePattern::Below(text)) = &name;
        // A name of the one kind is never one of the other.
        if kind != if text.contains("://") { "URI" } else { "DNS" } {
            return Err(one.unread("san_type", "no such name is of this kind"));
        }
        one.done()?;
        names.push(name);
    }
    default.done()?;
    Ok(names)
}

/// A name with `(?:/.*)?` behind it: it and all below it.
fn below(source: &str) -> Option<NamePattern> {
    let base = source.strip_suffix("(?:/.*)?")?;
    let text = base.replace('\\', "");
    (escaped(&text) == base).then_some(NamePattern::Below(text))
}
