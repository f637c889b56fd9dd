//! TLS that ends at a listener.

use super::client::POLICIES;
use super::object::{Object, reference};
use super::{Site, nowhere};
use gloo_domain::Regex;
use gloo_ir::{Alpn, ClientCertificate, NamePattern, Secret, TlsVersion};
use gloo_target::{Fields, Unread};

/// What a policy says of TLS.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub oldest: TlsVersion,
    /// What is offered; where nobody says it, it depends on the listeners beside.
    pub alpn: Option<Vec<Alpn>>,
    pub client: Option<ClientCertificate>,
}

/// The settings of a policy: TLS 1.2 to 1.3, unless it says otherwise.
pub(super) fn read(
    site: &Site<'_>,
    policy: &Object<'_>,
    tls: Option<Fields<'_>>,
) -> Result<Settings, Unread> {
    let mut read = Settings { oldest: TlsVersion::V1_2, alpn: None, client: None };
    let Some(mut tls) = tls else { return Ok(read) };
    match tls.text("minVersion")? {
        None | Some("1.2") => {}
        Some("1.3") => read.oldest = TlsVersion::V1_3,
        Some(_) => return Err(tls.unread("minVersion", "TLS 1.2 and 1.3 are read")),
    }
    if tls.text("maxVersion")?.is_some_and(|version| version != "1.3") {
        return Err(tls.unread("maxVersion", "TLS 1.3 would not be spoken"));
    }
    for protocol in tls.texts("alpnProtocols")? {
        read.alpn.get_or_insert_default().push(match protocol {
            "h2" => Alpn::H2,
            "http/1.1" => Alpn::Http1,
            _ => return Err(tls.unread("alpnProtocols", "only `h2` and `http/1.1` are read")),
        });
    }
    read.client =
        tls.object("clientValidation")?.map(|validation| client(site, policy, validation)).transpose()?;
    tls.done()?;
    Ok(read)
}

/// The certificate asked of clients.
fn client(
    site: &Site<'_>,
    policy: &Object<'_>,
    mut validation: Fields<'_>,
) -> Result<ClientCertificate, Unread> {
    let required = match validation.text("mode")? {
        None | Some("RequireAndVerify") => true,
        Some("VerifyIfGiven") => false,
        Some(_) => return Err(validation.unread("mode", "a certificate is asked for that nobody checks")),
    };
    let mut refs = validation.objects("caCertificateRefs")?;
    let (Some(authority), true) = (refs.pop(), refs.is_empty()) else {
        return Err(validation.unread("caCertificateRefs", "one authority is expected here"));
    };
    let ca = secret(site, (POLICIES, policy), authority)?;
    let mut names = Vec::new();
    if let Some(mut all) = validation.object("subjectAltNames")? {
        for (field, is_uri) in [("uris", true), ("dnsNames", false)] {
            for one in all.objects(field)? {
                let unread = one.unread("", "it isn't known which names this means");
                let name = name(one)?;
                let (NamePattern::Exactly(text) | NamePattern::Below(text)) = &name;
                // What has a scheme is a URI, anything else a DNS name.
                if text.contains("://") != is_uri {
                    return Err(unread);
                }
                names.push(name);
            }
        }
        all.done()?;
    }
    validation.done()?;
    Ok(ClientCertificate { place: nowhere(), required, ca, names })
}

/// A name, or by an expression all below it.
fn name(mut matcher: Fields<'_>) -> Result<NamePattern, Unread> {
    let unread = matcher.unread("", "it isn't known which names this means");
    let (kind, value) = (matcher.text("type")?.unwrap_or("Exact"), matcher.needed_text("value")?);
    matcher.done()?;
    if kind == "Exact" {
        return Ok(NamePattern::Exactly(value.to_owned()));
    }
    let regex = Regex::parse(value).ok().filter(|_| kind == "RegularExpression");
    let base = ["(?:/.*)?", "(/.*)?"].iter().find_map(|end| value.strip_suffix(end));
    let base = base.map(|base| base.replace('\\', ""));
    match (regex, base) {
        (Some(_), Some(base)) if value.starts_with(&gloo_domain::escaped(&base)) => {
            Ok(NamePattern::Below(base))
        }
        _ => Err(unread),
    }
}

/// The secret that is referred to, which must be allowed if it is of another namespace.
pub(super) fn secret(
    site: &Site<'_>,
    by: (&str, &Object<'_>),
    mut fields: Fields<'_>,
) -> Result<Secret, Unread> {
    let to = reference(&mut fields, ("", "Secret"), by.1.namespace)?;
    let unread = fields.unread("", "it refers to what isn't a Secret, or what it may not refer to");
    fields.done()?;
    if (to.group, to.kind) != ("", "Secret") || !site.grants.allow(by, &to) {
        return Err(unread);
    }
    let namespace = (to.namespace != by.1.namespace).then(|| to.namespace.to_owned());
    Ok(Secret { namespace, name: to.name.to_owned(), at: nowhere() })
}
