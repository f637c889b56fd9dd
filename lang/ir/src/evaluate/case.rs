//! The request that a test or the command line writes, with what it leaves unsaid.

use super::witness::CLIENT;
use super::{
    Caller, Certificate, Credential, Entry, Identity, Message, Request, Verdict, case_entry, credential,
};
use crate::{
    Attribute, CaseKind, CaseRequest, ClusterId, GatewayId, Program, ProviderId, ProviderKind, ServiceId,
    SourcePattern,
};
use gloo_domain::Method;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Why a request that is written can't be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseError {
    /// No gateway of the cluster serves the host.
    NoGateway {
        /// The host, if one is said.
        host: Option<String>,
        /// The beginnings of URLs by which the host is served, where it is only another scheme or port that was asked.
        served: Vec<String>,
        /// A gateway of the cluster, to ask what it answers.
        gateway: Option<GatewayId>,
    },
    /// Several gateways of the cluster serve the host.
    SeveralGateways {
        /// The host, if one is said.
        host: Option<String>,
        /// The gateways.
        gateways: Vec<GatewayId>,
    },
    /// A request that enters by a gateway names no host.
    NoHost(GatewayId),
    /// The gateway is not placed on the cluster.
    GatewayElsewhere(GatewayId, ClusterId),
    /// Neither the caller nor the service is placed on the cluster.
    CallElsewhere(ServiceId, ClusterId),
    /// The service has no port for such a request.
    NoPort(ServiceId),
    /// The value of an attribute isn't one.
    BadValue {
        /// The attribute, as programs write it.
        attribute: String,
        /// The value.
        value: String,
    },
}

impl CaseError {
    /// Why a request can't be sent where there is no cluster.
    pub(super) fn nowhere() -> Self {
        Self::NoGateway { host: None, served: Vec::new(), gateway: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoGateway { served, .. } if !served.is_empty() => {
                let urls: Vec<String> = served.iter().map(|url| format!("`{url}`")).collect();
                format!("it is served as {}", urls.join(" and "))
            }
            Self::NoGateway { gateway, .. } => {
                let gateway = gateway.as_ref().map_or("edge", GatewayId::as_str);
                format!(
                    "say `through {gateway}` to see what a gateway answers to a host that it doesn't know, or `from` \
                     and `to` for a call between services"
                )
            }
            Self::SeveralGateways { gateways, .. } => {
                let first = gateways.first().map_or("GATEWAY", GatewayId::as_str);
                format!("say which: `through {first}`")
            }
            Self::NoHost(_) => "write a URL, or say `host: \"…\"` in braces".to_owned(),
            Self::GatewayElsewhere(..) | Self::CallElsewhere(..) => "say `on` and another cluster".to_owned(),
            Self::NoPort(service) => format!("say `port:` with a port of `{service}` in braces"),
            Self::BadValue { .. } => "write it as predicates do".to_owned(),
        }
    }
}

impl std::fmt::Display for CaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoGateway { host: Some(host), served, .. } if served.is_empty() => {
                write!(f, "no gateway serves `{host}`")
            }
            Self::NoGateway { host: Some(host), .. } => {
                write!(f, "no gateway serves `{host}` by that scheme and port")
            }
            Self::NoGateway { host: None, .. } => f.write_str("it is not said where the request enters"),
            Self::SeveralGateways { host, gateways } => {
                let names: Vec<String> = gateways.iter().map(|gateway| format!("`{gateway}`")).collect();
                let host = host.as_ref().map_or_else(|| "this".to_owned(), |host| format!("`{host}`"));
                write!(f, "{host} is served by several gateways: {}", names.join(", "))
            }
            Self::NoHost(gateway) => write!(f, "a request through `{gateway}` needs a host"),
            Self::GatewayElsewhere(gateway, cluster) => write!(f, "`{gateway}` is not placed on `{cluster}`"),
            Self::CallElsewhere(service, cluster) => write!(f, "nobody calls `{service}` on `{cluster}`"),
            Self::NoPort(service) => write!(f, "`{service}` has no port for such a request"),
            Self::BadValue { attribute, value } => write!(f, "`{value}` is no value of `{attribute}`"),
        }
    }
}

impl std::error::Error for CaseError {}

impl Request {
    /// The request that a test writes, as it is sent on a cluster. What is not said: `client.ip` is 192.0.2.1, there is no
    /// source, the server name is the host, the firewall passes it, and no provider vouches for it.
    ///
    /// # Errors
    /// Where the request can't be sent on this cluster.
    pub fn from_case(program: &Program, cluster: &ClusterId, case: &CaseRequest) -> Result<Self, CaseError> {
        let said = Said { attributes: &case.attributes };
        let caller = case.from.as_ref().map_or(Caller::Outside, |from| caller(program, cluster, from));
        let place = case_entry::place(program, cluster, case, &caller)?;
        let host = said.first(&Attribute::Host).map(str::to_owned).or_else(|| url_host(case));
        if host.is_none()
            && let (Entry::Gateway(gateway), true) = (&place.entry, place.needs_host)
        {
            return Err(CaseError::NoHost(gateway.clone()));
        }
        let message = message(case, &said, host.as_deref().unwrap_or_default())?;
        let sni = said.first(&Attribute::ServerName).map(str::to_owned).or(host).filter(|_| place.tls);
        let certificate = Certificate {
            uri: said.all(&Attribute::ClientCertificateUri),
            dns: said.all(&Attribute::ClientCertificateDns),
        };
        let client = said.address(&Attribute::ClientAddress, "client.ip")?;
        let peer = said.address(&Attribute::SourceAddress, "source.ip")?;
        let client = client.or(peer.filter(|_| place.client_is_peer)).unwrap_or(CLIENT);
        let mut request = Self {
            entry: place.entry,
            caller,
            message,
            port: place.port,
            tls: place.tls,
            sni,
            source_address: Some(peer.unwrap_or(client)),
            client_address: Some(client),
            certificate: Some(certificate).filter(|names| names.names().next().is_some()),
            credentials: BTreeMap::new(),
            claims: BTreeMap::new(),
            waf: said.verdict(&Attribute::Waf, "waf")?,
            extensions: Verdict::Passes,
        };
        credentials(program, &mut request, &said)?;
        Ok(request)
    }
}

/// What a test says in braces.
pub(super) struct Said<'a> {
    attributes: &'a BTreeMap<Attribute, Vec<String>>,
}

impl<'a> Said<'a> {
    pub(super) fn of(case: &'a CaseRequest) -> Self {
        Self { attributes: &case.attributes }
    }

    pub(super) fn first(&self, attribute: &Attribute) -> Option<&'a str> {
        self.attributes.get(attribute)?.first().map(String::as_str)
    }

    fn all(&self, attribute: &Attribute) -> Vec<String> {
        self.attributes.get(attribute).cloned().unwrap_or_default()
    }

    /// A value that is written as text.
    pub(super) fn parse<T: std::str::FromStr>(
        &self,
        attribute: &Attribute,
        name: &str,
    ) -> Result<Option<T>, CaseError> {
        let parsed = self.first(attribute).map(|text| text.parse().map_err(|_| bad(name, text)));
        parsed.transpose()
    }

    fn address(&self, attribute: &Attribute, name: &str) -> Result<Option<IpAddr>, CaseError> {
        self.parse(attribute, name)
    }

    fn verdict(&self, attribute: &Attribute, name: &str) -> Result<Verdict, CaseError> {
        match self.first(attribute) {
            None | Some("passes") => Ok(Verdict::Passes),
            Some("refuses") => Ok(Verdict::Refuses),
            Some(other) => Err(bad(name, other)),
        }
    }
}

fn bad(attribute: &str, value: &str) -> CaseError {
    CaseError::BadValue { attribute: attribute.to_owned(), value: value.to_owned() }
}

pub(super) fn url_host(case: &CaseRequest) -> Option<String> {
    match &case.kind {
        CaseKind::Http { origin: Some((_, host, _)), .. } => Some(host.clone()),
        CaseKind::Http { .. } | CaseKind::Grpc { .. } | CaseKind::Tcp => None,
    }
}

/// The caller that a source names: of a namespace, any of its services.
fn caller(program: &Program, cluster: &ClusterId, source: &SourcePattern) -> Caller {
    match source {
        SourcePattern::Any | SourcePattern::Outside => Caller::Outside,
        SourcePattern::Service { service, .. } => Caller::Service(service.clone()),
        SourcePattern::Gateway { gateway, .. } => Caller::Gateway(gateway.clone()),
        SourcePattern::Identity(uri) => Caller::Identity(Identity::new(uri.clone())),
        SourcePattern::Namespace { namespace, .. } => {
            let own = program.services.values().filter(|service| service.namespace == *namespace);
            let here = own.clone().find(|service| service.clusters.contains(cluster));
            match here.or_else(|| own.clone().next()) {
                Some(service) => Caller::Service(service.id.clone()),
                None => {
                    let name =
                        program.namespaces.get(namespace).map_or(namespace.as_str(), |one| one.name.as_str());
                    Caller::Identity(Identity::of(program.trust_domain(cluster), name, "default"))
                }
            }
        }
    }
}

fn message(case: &CaseRequest, said: &Said<'_>, host: &str) -> Result<Option<Message>, CaseError> {
    let mut message = match &case.kind {
        CaseKind::Tcp => return Ok(None),
        CaseKind::Http { method, target, .. } => Message::new(*method, host, target),
        CaseKind::Grpc { service, method } => {
            let mut message = Message::new(Method::Post, host, &format!("/{service}/{method}"));
            message.headers.add("content-type", "application/grpc");
            message.headers.add("te", "trailers");
            message
        }
    };
    for (attribute, values) in &case.attributes {
        let first = values.first().map(String::as_str).unwrap_or_default();
        match attribute {
            Attribute::Header(name) => {
                message.headers.remove(name);
                values.iter().for_each(|value| message.headers.add(name, value));
            }
            Attribute::Query(name) => message.add_query(name, first),
            Attribute::Cookie(name) => message.add_cookie(name, first),
            _ => {}
        }
    }
    message.body = said.parse(&Attribute::BodySize, "body")?.unwrap_or(0);
    Ok(Some(message))
}

/// The credentials that are said, with the headers that hold them; and those that headers show of which nothing is
/// said, for which nobody vouches.
fn credentials(program: &Program, request: &mut Request, said: &Said<'_>) -> Result<(), CaseError> {
    let mut mentioned: Vec<(ProviderId, Credential)> = Vec::new();
    for (attribute, values) in said.attributes {
        match attribute {
            Attribute::Credential(provider) => {
                let word = values.first().map(String::as_str).unwrap_or_default();
                let credential = match word {
                    "valid" => Credential::Valid,
                    "invalid" => Credential::Invalid,
                    "absent" => Credential::Absent,
                    other => return Err(bad(provider.as_str(), other)),
                };
                mentioned.push((provider.clone(), credential));
            }
            Attribute::Claim(provider, name) => {
                request.claims.insert((provider.clone(), name.clone()), values.clone());
            }
            _ => {}
        }
    }
    for provider in program.providers.values() {
        let said_so = mentioned.iter().any(|(known, _)| *known == provider.id);
        let shown =
            request.message.as_ref().is_some_and(|message| credential::is_shown(&provider.kind, message));
        if shown && !said_so {
            request.credentials.insert(provider.id.clone(), Credential::Invalid);
        }
    }
    for (provider, credential) in mentioned {
        let kind = program.providers.get(&provider).map(|provider| &provider.kind);
        if credential != Credential::Absent
            && let (Some(kind), Some(message)) = (kind, request.message.as_mut())
        {
            credential::show(kind, credential, message);
        }
        if let (
            Some(ProviderKind::Jwt { issuer, .. } | ProviderKind::Oidc { issuer, .. }),
            Credential::Valid,
        ) = (kind, credential)
        {
            let key = (provider.clone(), "iss".to_owned());
            request.claims.entry(key).or_insert_with(|| vec![issuer.clone()]);
        }
        request.credentials.insert(provider, credential);
    }
    Ok(())
}
