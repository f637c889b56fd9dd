//! What a request is at one proxy: the attributes that predicates name.

use super::asked::History;
use super::{Certificate, Headers, Identity, Message, Source};
use crate::{AddressAttribute, ProviderId, TextAttribute};
use gloo_domain::Method;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The attributes of a request at one proxy, normalised. Of a connection whose bytes nobody reads, those of the
/// message are absent, and no test of them holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The method.
    pub method: Option<Method>,
    /// The host: lower case, without port and trailing dot.
    pub host: Option<String>,
    /// The path, without the query.
    pub path: Option<String>,
    /// The query, as written.
    pub query: Option<String>,
    /// The headers.
    pub headers: Headers,
    /// The port.
    pub port: u16,
    /// Whether the scheme is https.
    pub https: bool,
    /// The server name.
    pub sni: Option<String>,
    /// Who sends it.
    pub source: Source,
    /// The direct peer's address.
    pub source_address: Option<IpAddr>,
    /// The original client's address.
    pub client_address: Option<IpAddr>,
    /// The verified client certificate.
    pub certificate: Option<Certificate>,
    /// The claims of its tokens, readable or not.
    pub claims: BTreeMap<(ProviderId, String), Vec<String>>,
    /// The providers that a `require` at this proxy has verified on this request: their claims are readable.
    pub verified: BTreeSet<ProviderId>,
    /// The answer's status, where there is one already.
    pub status: Option<u16>,
    /// The name of the rule that decided, where one has.
    pub route_name: Option<String>,
    /// What the request has been through.
    pub(crate) history: History,
}

impl Attributes {
    /// A connection to `port` of which nothing else is known.
    #[must_use]
    pub fn of_connection(port: u16) -> Self {
        Self {
            method: None,
            host: None,
            path: None,
            query: None,
            headers: Headers::default(),
            port,
            https: false,
            sni: None,
            source: Source::Account(None),
            source_address: None,
            client_address: None,
            certificate: None,
            claims: BTreeMap::new(),
            verified: BTreeSet::new(),
            status: None,
            route_name: None,
            history: History::default(),
        }
    }

    /// Takes in a message as it was sent; host and path are still to be normalised.
    #[must_use]
    pub fn with_message(self, message: Message) -> Self {
        Self {
            method: Some(message.method),
            host: Some(message.host),
            path: Some(message.path),
            query: message.query,
            headers: message.headers,
            ..self
        }
    }

    /// The values that a text has; none if it is absent. Only headers, claims and names of certificates can have
    /// several.
    #[must_use]
    pub fn texts(&self, attribute: &TextAttribute) -> Vec<Cow<'_, str>> {
        match attribute {
            TextAttribute::Header(name) if name == "host" => one(self.host.as_deref()),
            TextAttribute::Header(name) => self.headers.values(name),
            TextAttribute::Query(name) => one(self.query_value(name)),
            TextAttribute::Cookie(name) => one(self.headers.cookie(name)),
            TextAttribute::Claim { provider, name } => {
                let readable = self.verified.contains(provider);
                let key = (provider.clone(), name.clone());
                all(self.claims.get(&key).filter(|_| readable).map(Vec::as_slice))
            }
            TextAttribute::ClientCertificateUri => {
                all(self.certificate.as_ref().map(|one| one.uri.as_slice()))
            }
            TextAttribute::ClientCertificateDns => {
                all(self.certificate.as_ref().map(|one| one.dns.as_slice()))
            }
            TextAttribute::ServerName => one(self.sni.as_deref()),
        }
    }

    /// The address, where it is known.
    #[must_use]
    pub fn address(&self, attribute: AddressAttribute) -> Option<IpAddr> {
        match attribute {
            AddressAttribute::Client => self.client_address,
            AddressAttribute::Source => self.source_address,
        }
    }

    /// The identity of the source, where it is known by mutual TLS.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        match &self.source {
            Source::Account(identity) => identity.as_ref(),
            Source::Deployed { .. } => None,
        }
    }

    /// The first value of a query key, as written: `?q` alone is the empty text.
    fn query_value(&self, name: &str) -> Option<&str> {
        let pairs = self.query.as_deref()?.split('&');
        let mut split = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        split.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

fn one(value: Option<&str>) -> Vec<Cow<'_, str>> {
    value.into_iter().map(Cow::Borrowed).collect()
}

fn all(values: Option<&[String]>) -> Vec<Cow<'_, str>> {
    values.unwrap_or_default().iter().map(|value| Cow::Borrowed(value.as_str())).collect()
}
