//! `SecurityPolicy`: who may pass, on rules of an HTTPRoute. The policy of a rule is all that its requests meet: Envoy
//! Gateway lets it replace those of route, listener and gateway.

use crate::admission::Guard;
use crate::emitter::Emitter;
use crate::names;
use crate::object::{GATEWAY, Metadata, Object, PolicyTarget};
use gloo_ir::{Provider, ProviderId, ProviderKind, TokenPlace};
use gloo_source::Place;
use serde::Serialize;
use serde_json::{Value, json};

/// So long may an issuer and the address of keys be (`maxLength` of their schema).
const MAX_ADDRESS: usize = 253;
/// So many audiences may a provider have (`maxItems` of its schema).
const MAX_AUDIENCES: usize = 8;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityPolicySpec {
    target_refs: Vec<PolicyTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Value>,
}

/// A rule of a route with what is asked of its requests.
pub struct Guarded<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// What is asked.
    pub guard: &'a Guard,
    /// Where the rule comes from.
    pub place: Place,
}

/// Adds a policy for each thing that is asked, on all rules of the route that it is asked at.
pub fn emit(emitter: &mut Emitter<'_>, route: &Metadata, rules: &[Guarded<'_>]) {
    let mut groups: Vec<(&Guard, Vec<&Guarded<'_>>)> = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.guard.is_open()) {
        match groups.iter_mut().find(|(guard, _)| *guard == rule.guard) {
            Some((_, group)) => group.push(rule),
            None => groups.push((rule.guard, vec![rule])),
        }
    }
    for (guard, group) in groups {
        let jwt = guard.provider.as_deref().and_then(|provider| jwt(emitter, provider));
        let target = |rule: &&Guarded<'_>| PolicyTarget {
            group: GATEWAY,
            kind: "HTTPRoute",
            name: route.name.clone(),
            section_name: Some(rule.rule.to_owned()),
        };
        let first = group.first().map_or("", |rule| rule.rule);
        let name = emitter.name("SecurityPolicy", &route.namespace, &[&route.name, first]);
        let object = Object {
            api_version: "gateway.envoyproxy.io/v1alpha1",
            kind: "SecurityPolicy",
            metadata: Metadata::new(&route.namespace, &name),
            spec: SecurityPolicySpec {
                target_refs: group.iter().map(target).collect(),
                jwt,
                authorization: guard.verdicts.as_ref().map(|verdicts| verdicts.spec()),
            },
        };
        let provider = guard.provider.iter().map(|provider| provider.place);
        emitter.add(&object, group.iter().map(|rule| rule.place).chain(provider));
    }
}

/// What a provider is called in a policy.
pub fn provider_name(provider: &ProviderId) -> String {
    names::label(&provider.to_string())
}

/// A token of that provider must be there and be valid; what can't be said of it is reported.
fn jwt(emitter: &mut Emitter<'_>, provider: &Provider) -> Option<Value> {
    let ProviderKind::Jwt { issuer, jwks, audiences, from, forward } = &provider.kind else { return None };
    let mut is_sayable = true;
    let mut cannot = |construct: &str, instead: &str| {
        emitter.cannot(provider.place, construct, instead);
        is_sayable = false;
    };
    if jwks.is_none() {
        cannot(
            "a `jwt` provider without `jwks`",
            "give it: `jwks: \"https://…\"`, as the issuer publishes it",
        );
    }
    if !forward {
        cannot("`forward: false`", "leave it out: Envoy Gateway always passes tokens on to services");
    }
    if audiences.len() > MAX_AUDIENCES {
        cannot(&format!("{} audiences", audiences.len()), "name at most 8");
    }
    if issuer.len() > MAX_ADDRESS || jwks.as_ref().is_some_and(|jwks| jwks.len() > MAX_ADDRESS) {
        cannot("an address of more than 253 characters", "write a shorter `issuer` or `jwks`");
    }
    if !is_issuer(issuer) {
        cannot(&format!("the issuer `{issuer}`"), "write the URL or the mail address of the issuer");
    }
    if !is_sayable {
        return None;
    }
    let jwks = jwks.as_deref()?;
    emitter.needs.keys(jwks, !audiences.is_empty());
    let mut fields = serde_json::Map::new();
    fields.insert("name".into(), provider_name(&provider.id).into());
    fields.insert("issuer".into(), issuer.as_str().into());
    if !audiences.is_empty() {
        fields.insert("audiences".into(), audiences.clone().into());
    }
    fields.insert("remoteJWKS".into(), json!({ "uri": jwks }));
    fields.insert("extractFrom".into(), extract_from(from));
    Some(json!({ "optional": false, "providers": [fields] }))
}

/// What Envoy Gateway takes for an issuer (`validateJWTProvider`): with `:`, a URI; with `@`, a mail address.
fn is_issuer(issuer: &str) -> bool {
    let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}%".contains(&byte));
    if let Some((scheme, _)) = issuer.split_once(':') {
        let is_word = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        return is_plain && is_word && scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    }
    match issuer.split_once('@') {
        Some((name, host)) => {
            let is_name = |text: &str| {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte);
                text.split('.').all(|part| !part.is_empty() && part.bytes().all(word))
            };
            is_name(name) && is_name(host)
        }
        None => !issuer.is_empty(),
    }
}

/// Where the token stands. Said nowhere, it would be taken from the query too.
fn extract_from(from: &TokenPlace) -> Value {
    match from {
        TokenPlace::Bearer => json!({ "headers": [{ "name": "authorization", "valuePrefix": "Bearer " }] }),
        TokenPlace::Header(name, prefix) if prefix.is_empty() => json!({ "headers": [{ "name": name }] }),
        TokenPlace::Header(name, prefix) => json!({ "headers": [{ "name": name, "valuePrefix": prefix }] }),
        TokenPlace::Query(name) => json!({ "params": [name] }),
        TokenPlace::Cookie(name) => json!({ "cookies": [name] }),
    }
}
