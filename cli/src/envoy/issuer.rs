//! Issuers of signed tokens that stand in for those of `jwt` providers: keys of their own, published where the program
//! says, and tokens for requests (RFC 7515 to 7519, with ES256).

use super::adapt::Endpoint;
use anyhow::{Context as _, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gloo_ir::evaluate::{Credential, Message, Request};
use gloo_ir::{Program, ProviderId, ProviderKind, TokenPlace};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Documents that servers answer with, by where they are and their paths.
pub type Pages = BTreeMap<(Endpoint, String), String>;

/// When tokens expire, in seconds since 1970: the year 2100.
const EXPIRES: u64 = 4_102_444_800;

/// Claims that say something of the token itself, so no request can choose them.
const OF_TOKEN: [&str; 4] = ["iss", "aud", "exp", "nbf"];

/// The issuers of a program's tokens.
pub struct Issuers {
    all: BTreeMap<ProviderId, Issuer>,
    random: SystemRandom,
}

struct Issuer {
    key: EcdsaKeyPair,
    issuer: String,
    jwks: Option<String>,
    audience: Option<String>,
    from: TokenPlace,
}

impl Issuers {
    /// One for each `jwt` provider.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn new(program: &Program) -> Result<Self> {
        let random = SystemRandom::new();
        let mut all = BTreeMap::new();
        for provider in program.providers.values() {
            let ProviderKind::Jwt { issuer, jwks, audiences, from, .. } = &provider.kind else { continue };
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random)
                .map_err(|_| anyhow!("a key can't be made"))?;
            let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random)
                .map_err(|error| anyhow!("a key can't be made: {error}"))?;
            let issuer = Issuer {
                key,
                issuer: issuer.clone(),
                jwks: jwks.clone(),
                audience: audiences.first().cloned(),
                from: from.clone(),
            };
            all.insert(provider.id.clone(), issuer);
        }
        Ok(Self { all, random })
    }

    /// The keys, where the program says that they are.
    pub fn pages(&self) -> Pages {
        let mut keys: BTreeMap<(Endpoint, String), Vec<Value>> = BTreeMap::new();
        for (id, issuer) in &self.all {
            if let Some(place) = issuer.jwks.as_deref().and_then(place) {
                keys.entry(place).or_default().extend(issuer.public_key(id));
            }
        }
        keys.into_iter().map(|(place, keys)| (place, json!({ "keys": keys }).to_string())).collect()
    }

    /// The request with the tokens that it is said to have.
    ///
    /// # Errors
    /// No token can be so, or what the request says already stands where a token has to: why.
    pub fn with_tokens(&self, request: &Request) -> Result<Request, String> {
        let mut sent = request.clone();
        let Some(message) = &mut sent.message else { return Ok(sent) };
        for (id, credential) in &request.credentials {
            let Some(issuer) = self.all.get(id).filter(|_| *credential != Credential::Absent) else {
                continue;
            };
            let mut claims = issuer.own_claims();
            for ((of, name), values) in request.claims.iter().filter(|((of, _), _)| of == id) {
                if name == "iss" && *values == [issuer.issuer.as_str()] {
                    continue;
                }
                if OF_TOKEN.contains(&name.as_str()) {
                    return Err(format!("the claim `{name}` of `{of}` says something of the token itself"));
                }
                let value = match values.as_slice() {
                    [one] => json!(one),
                    several => json!(several),
                };
                claims.insert(name.clone(), value);
            }
            let mut token = self.signed(id, issuer, &claims).map_err(|error| error.to_string())?;
            if *credential == Credential::Invalid {
                // Another signature than the one that belongs to it.
                token.truncate(token.rfind('.').unwrap_or(0) + 1);
                token.push_str(&URL_SAFE_NO_PAD.encode([1_u8; 64]));
            }
            put(message, &issuer.from, &token)?;
        }
        Ok(sent)
    }

    fn signed(&self, id: &ProviderId, issuer: &Issuer, claims: &Map<String, Value>) -> Result<String> {
        let header = json!({ "alg": "ES256", "kid": id.as_str(), "typ": "JWT" });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&Value::Object(claims.clone())));
        let signature = issuer.key.sign(&self.random, signed.as_bytes());
        let signature = signature.map_err(|_| anyhow!("a token can't be signed")).context("for a test")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl Issuer {
    /// The key as a JSON Web Key (RFC 7518, 6.2); its point is `0x04`, then both coordinates.
    fn public_key(&self, id: &ProviderId) -> Option<Value> {
        let (x, y) = self.key.public_key().as_ref().get(1..)?.split_at_checked(32)?;
        let encoded = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        Some(json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id.as_str(),
            "x": encoded(x), "y": encoded(y),
        }))
    }

    fn own_claims(&self) -> Map<String, Value> {
        let own = [
            ("iss", Some(json!(self.issuer))),
            ("aud", self.audience.as_ref().map(|audience| json!(audience))),
            ("exp", Some(json!(EXPIRES))),
        ];
        own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// Where a URL leads: host, port and path.
fn place(url: &str) -> Option<(Endpoint, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let usual = if scheme == "https" { 443 } else { 80 };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, usual),
    };
    Some(((host.to_ascii_lowercase(), port), format!("/{path}")))
}

/// Puts a token where its provider looks for it, in the place of what stands there for it.
fn put(message: &mut Message, from: &TokenPlace, token: &str) -> Result<(), String> {
    let (name, prefix) = match from {
        TokenPlace::Bearer => ("authorization", "Bearer "),
        TokenPlace::Header(name, prefix) => (name.as_str(), prefix.as_str()),
        TokenPlace::Query(name) => {
            message.query = Some(with_pair(message.query.as_deref().unwrap_or_default(), "&", name, token));
            return Ok(());
        }
        TokenPlace::Cookie(name) => {
            let cookies = message.headers.first("cookie").unwrap_or_default().into_owned();
            message.headers.set("cookie", with_pair(&cookies, "; ", name, token));
            return Ok(());
        }
    };
    if message.headers.first(name).is_some_and(|value| !value.starts_with(prefix)) {
        return Err(format!("the header `{name}` is said to be no token"));
    }
    message.headers.set(name, format!("{prefix}{token}"));
    Ok(())
}

/// A list of pairs in which `name` has the value.
fn with_pair(list: &str, between: &str, name: &str, value: &str) -> String {
    let is_other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(name);
    let own = format!("{name}={value}");
    list.split(between).filter(is_other).chain([own.as_str()]).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::{place, with_pair};

    #[test]
    fn pairs_are_replaced_or_added() {
        assert_eq!(with_pair("", "&", "t", "1"), "t=1");
        assert_eq!(with_pair("a=1&t=invalid&b=2", "&", "t", "1"), "a=1&b=2&t=1");
        assert_eq!(with_pair("ring=beta", "; ", "t", "1"), "ring=beta; t=1");
    }

    #[test]
    fn places_of_urls() {
        let at = |host: &str, port, path: &str| Some(((host.to_owned(), port), path.to_owned()));
        assert_eq!(place("https://ID.example/keys"), at("id.example", 443, "/keys"));
        assert_eq!(place("http://id.example:8080"), at("id.example", 8080, "/"));
        assert_eq!(place("id.example"), None);
    }
}
