//! Where credentials stand in a request (semantics.md, "Credentials").

use super::{Credential, Message};
use crate::{Predicate, ProviderKind, Test, TextAttribute, TextTest, TokenPlace};

/// Of which requests something stands in the place of a provider's credential, and has its form; nothing where no
/// predicate can say it.
#[must_use]
pub fn presence(kind: &ProviderKind) -> Option<Predicate> {
    let test = |attribute: TextAttribute, test: TextTest| Some(Predicate::Test(Test::Text(attribute, test)));
    let begins = |name: &str, start: &str| {
        let asked = if start.is_empty() { TextTest::Present } else { TextTest::StartsWith(start.to_owned()) };
        test(TextAttribute::Header(name.to_owned()), asked)
    };
    match kind {
        ProviderKind::Jwt { from: TokenPlace::Bearer, .. } => begins("authorization", "Bearer "),
        ProviderKind::Jwt { from: TokenPlace::Header(name, prefix), .. } => begins(name, prefix),
        ProviderKind::Jwt { from: TokenPlace::Query(name), .. } => {
            test(TextAttribute::Query(name.clone()), TextTest::Present)
        }
        ProviderKind::Jwt { from: TokenPlace::Cookie(name), .. } => {
            test(TextAttribute::Cookie(name.clone()), TextTest::Present)
        }
        ProviderKind::Basic { .. } | ProviderKind::Ldap { .. } => begins("authorization", "Basic "),
        ProviderKind::Hmac { .. } => begins("authorization", "HMAC "),
        ProviderKind::ApiKey { header, .. } => begins(header, ""),
        ProviderKind::Oidc { .. } | ProviderKind::Opa { .. } | ProviderKind::ExtAuthz { .. } => None,
    }
}

/// Whether a message has something in the place of a provider's credential, and of its form.
pub(super) fn is_shown(kind: &ProviderKind, message: &Message) -> bool {
    let headers = &message.headers;
    let begins = |name: &str, start: &str| headers.first(name).is_some_and(|value| value.starts_with(start));
    match kind {
        ProviderKind::Jwt { from: TokenPlace::Bearer, .. } => begins("authorization", "Bearer "),
        ProviderKind::Jwt { from: TokenPlace::Header(name, prefix), .. } => begins(name, prefix),
        ProviderKind::Jwt { from: TokenPlace::Query(name), .. } => {
            let mut pairs = message.query.iter().flat_map(|query| query.split('&'));
            pairs.any(|pair| pair.split('=').next() == Some(name.as_str()))
        }
        ProviderKind::Jwt { from: TokenPlace::Cookie(name), .. } => headers.cookie(name).is_some(),
        ProviderKind::Basic { .. } | ProviderKind::Ldap { .. } => begins("authorization", "Basic "),
        ProviderKind::Hmac { .. } => begins("authorization", "HMAC "),
        ProviderKind::ApiKey { header, .. } => headers.has(header),
        // The session's cookie has a name of the target's own.
        ProviderKind::Oidc { .. } | ProviderKind::Opa { .. } | ProviderKind::ExtAuthz { .. } => false,
    }
}

/// Puts something in the place of a provider's credential, unless something stands there: predicates see its header.
pub(super) fn show(kind: &ProviderKind, credential: Credential, message: &mut Message) {
    let word = if credential == Credential::Valid { "valid" } else { "invalid" };
    let mut header = |name: &str, value: String| {
        if !message.headers.has(name) {
            message.headers.add(name, value);
        }
    };
    match kind {
        ProviderKind::Jwt { from: TokenPlace::Bearer, .. } => {
            header("authorization", format!("Bearer {word}"));
        }
        ProviderKind::Jwt { from: TokenPlace::Header(name, prefix), .. } => {
            header(name, format!("{prefix}{word}"));
        }
        ProviderKind::Basic { .. } | ProviderKind::Ldap { .. } => {
            header("authorization", format!("Basic {word}"));
        }
        ProviderKind::Hmac { .. } => header("authorization", format!("HMAC {word}")),
        ProviderKind::ApiKey { header: name, .. } => header(name, word.to_owned()),
        ProviderKind::Jwt { from: TokenPlace::Query(name), .. } if !is_shown(kind, message) => {
            message.add_query(name, word);
        }
        ProviderKind::Jwt { from: TokenPlace::Cookie(name), .. } if !is_shown(kind, message) => {
            message.add_cookie(name, word);
        }
        ProviderKind::Jwt { .. }
        | ProviderKind::Oidc { .. }
        | ProviderKind::Opa { .. }
        | ProviderKind::ExtAuthz { .. } => {}
    }
}
