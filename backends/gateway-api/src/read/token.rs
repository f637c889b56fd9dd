//! Whose tokens are asked for (`jwt` of a SecurityPolicy, `buildJWT` and `internal/xds/translator/jwt.go`).

use gloo_ir::{Program, ProviderId, ProviderKind, TokenPlace};
use gloo_target::{Fields, Unread};
use std::collections::BTreeSet;

/// What tells providers apart: issuer, address of the keys, audiences, where the token stands.
type Kind<'a> = (&'a str, &'a str, BTreeSet<&'a str>, TokenPlace);

/// The one provider that is asked for, with what the policy calls it: the provider of the program that takes the same
/// tokens. Of several providers of a policy each would do.
pub(super) fn read<'a>(program: &Program, mut jwt: Fields<'a>) -> Result<(&'a str, ProviderId), Unread> {
    for field in ["optional", "failOpen"] {
        if jwt.flag(field)? == Some(true) {
            return Err(jwt.unread(field, "requests without a valid token would pass"));
        }
    }
    let mut providers = jwt.objects("providers")?;
    let (Some(mut provider), true) = (providers.pop(), providers.is_empty()) else {
        return Err(jwt.unread("providers", "one provider is expected: of several, each would do"));
    };
    jwt.done()?;
    let name = provider.needed_text("name")?;
    let issuer = provider.needed_text("issuer")?;
    let audiences: BTreeSet<&str> = provider.texts("audiences")?.into_iter().collect();
    let Some(mut keys) = provider.object("remoteJWKS")? else {
        return Err(provider.unread("remoteJWKS", "only keys that are fetched are read"));
    };
    // How long keys are kept, and how soon they are asked for again.
    keys.ignore(&["cacheDuration", "failedRefetchDuration"]);
    let address = keys.needed_text("uri")?;
    keys.done()?;
    let from = place(&mut provider)?;
    let wanted: Kind<'_> = (issuer, address, audiences, from);
    let same = program.providers.values().filter(|known| kind(&known.kind).as_ref() == Some(&wanted));
    let same: Vec<&ProviderId> = same.map(|known| &known.id).collect();
    let called = same.iter().find(|id| id.to_string() == name).or(same.first());
    let id = called.ok_or_else(|| provider.unread("", "no provider of the program takes these tokens"))?;
    provider.done()?;
    Ok((name, (*id).clone()))
}

/// What a provider of the program takes; Envoy Gateway passes all tokens on.
fn kind(kind: &ProviderKind) -> Option<Kind<'_>> {
    match kind {
        ProviderKind::Jwt { issuer, jwks: Some(jwks), audiences, from, forward: true } => {
            let from = match from {
                TokenPlace::Bearer => TokenPlace::Header("authorization".to_owned(), "Bearer ".to_owned()),
                other => other.clone(),
            };
            Some((issuer, jwks, audiences.iter().map(String::as_str).collect(), from))
        }
        _ => None,
    }
}

/// The one place that the token is looked for in.
fn place(provider: &mut Fields<'_>) -> Result<TokenPlace, Unread> {
    let Some(mut from) = provider.object("extractFrom")? else {
        return Err(provider.unread("extractFrom", "tokens would be taken from the query too"));
    };
    let mut places = Vec::new();
    for mut header in from.objects("headers")? {
        let name = header.needed_text("name")?.to_ascii_lowercase();
        let prefix = header.text("valuePrefix")?.unwrap_or_default().to_owned();
        header.done()?;
        places.push(TokenPlace::Header(name, prefix));
    }
    places.extend(from.texts("params")?.into_iter().map(|name| TokenPlace::Query(name.to_owned())));
    places.extend(from.texts("cookies")?.into_iter().map(|name| TokenPlace::Cookie(name.to_owned())));
    match (places.pop(), places.is_empty()) {
        (Some(place), true) => {
            from.done()?;
            Ok(place)
        }
        _ => Err(from.unread("", "one place is expected")),
    }
}
