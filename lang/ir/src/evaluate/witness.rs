//! A request made of what a conjunct asks for.

use super::{Attributes, Caller, Certificate, Credential, Entry, Message, Request, Source, Verdict};
use crate::normal_form::Witness;
use crate::{ClusterId, Program, TextAttribute};
use gloo_domain::Method;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// The address of a client that nothing is said of (RFC 5737).
pub(crate) const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

impl Request {
    /// The request that enters by `entry` and has what `witness` asks for. `host` and `port` are what it is sent to
    /// where the witness leaves that open, and `tls` whether by TLS.
    #[must_use]
    pub fn of_witness(entry: Entry, witness: &Witness, host: &str, port: u16, tls: bool) -> Self {
        let method = witness.method.unwrap_or(Method::Get);
        let host = witness.host.as_deref().unwrap_or(host);
        let mut message = Message::new(method, host, witness.path.as_deref().unwrap_or("/"));
        let mut certificate = Certificate::default();
        let mut sni = Some(host.to_owned());
        let mut claims = BTreeMap::new();
        let mut credentials = BTreeMap::new();
        for (attribute, values) in &witness.texts {
            let first = values.first().cloned().unwrap_or_default();
            match attribute {
                TextAttribute::Header(name) => {
                    values.iter().for_each(|value| message.headers.add(name, value));
                }
                TextAttribute::Query(name) => message.add_query(name, &first),
                TextAttribute::Cookie(name) => message.add_cookie(name, &first),
                TextAttribute::Claim { provider, name } => {
                    credentials.insert(provider.clone(), Credential::Valid);
                    claims.insert((provider.clone(), name.clone()), values.clone());
                }
                TextAttribute::ClientCertificateUri => certificate.uri.clone_from(values),
                TextAttribute::ClientCertificateDns => certificate.dns.clone_from(values),
                TextAttribute::ServerName => sni = Some(first),
            }
        }
        let tls = witness.https.unwrap_or(tls);
        Self {
            entry,
            caller: witness.source.clone().unwrap_or(Caller::Outside),
            message: Some(message),
            port: witness.port.unwrap_or(port),
            tls,
            sni: sni.filter(|_| tls),
            source_address: Some(witness.source_address.unwrap_or(CLIENT)),
            client_address: Some(witness.client_address.unwrap_or(CLIENT)),
            certificate: Some(certificate).filter(|names| names.names().next().is_some()),
            credentials,
            claims,
            waf: Verdict::Passes,
            extensions: Verdict::Passes,
        }
    }

    /// The attributes that predicates name, at the proxy where the request enters on `cluster`, with every claim
    /// readable: as if nothing stood between the request and a rule.
    #[must_use]
    pub fn attributes(&self, program: &Program, cluster: &ClusterId) -> Attributes {
        let mut seen = super::walk::Passing::new(self).seen;
        seen.verified = self.claims.keys().map(|(provider, _)| provider.clone()).collect();
        seen.host = seen.host.map(|host| super::normalise::host(&host));
        seen.source = match &self.entry {
            Entry::Service(_) => Source::Deployed { caller: self.caller.clone(), cluster: cluster.clone() },
            Entry::Gateway(_) | Entry::Outbound => Source::Account(self.caller.identity(program, cluster)),
        };
        seen
    }
}

impl Message {
    /// Adds a key to the query, as written.
    pub fn add_query(&mut self, name: &str, value: &str) {
        let pair = format!("{name}={value}");
        self.query = Some(match self.query.take() {
            Some(query) if !query.is_empty() => format!("{query}&{pair}"),
            _ => pair,
        });
    }

    /// Adds a cookie.
    pub fn add_cookie(&mut self, name: &str, value: &str) {
        let pair = format!("{name}={value}");
        let cookies = match self.headers.first("cookie") {
            Some(known) => format!("{known}; {pair}"),
            None => pair,
        };
        self.headers.set("cookie", cookies);
    }
}
