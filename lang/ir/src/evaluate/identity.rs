//! Who somebody is by mutual TLS, and which patterns of sources that meets.

use super::Caller;
use crate::{ClusterId, NamespaceId, Program, SourcePattern};

/// A SPIFFE identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

impl Identity {
    /// The identity of a workload of Kubernetes: `spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT`.
    #[must_use]
    pub fn of(trust_domain: &str, namespace: &str, account: &str) -> Self {
        Self(format!("spiffe://{trust_domain}/ns/{namespace}/sa/{account}"))
    }

    /// The identity of that URI.
    #[must_use]
    pub fn new(uri: impl Into<String>) -> Self {
        Self(uri.into())
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Trust domain, namespace and account, if it is of a workload of Kubernetes.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, &str, &str)> {
        let (trust_domain, rest) = self.0.strip_prefix("spiffe://")?.split_once("/ns/")?;
        let (namespace, account) = rest.split_once("/sa/")?;
        let plain = |part: &str| !part.is_empty() && !part.contains('/');
        (plain(trust_domain) && plain(namespace) && plain(account)).then_some((
            trust_domain,
            namespace,
            account,
        ))
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What `source` is in a predicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The authenticated peer, if there is one: services that share an account are equal.
    Account(Option<Identity>),
    /// The caller as deployed, told apart by its labels: in mesh tables.
    Deployed {
        /// The caller.
        caller: Caller,
        /// The cluster that it calls on.
        cluster: ClusterId,
    },
}

impl Source {
    /// Whether it is one of those that `pattern` names.
    #[must_use]
    pub fn is(&self, program: &Program, pattern: &SourcePattern) -> bool {
        match self {
            Self::Account(identity) => has_account(program, identity.as_ref(), pattern),
            Self::Deployed { caller, cluster } => is_deployed(program, caller, cluster, pattern),
        }
    }

    /// Whether it is of a namespace of the program.
    #[must_use]
    pub fn is_of(&self, program: &Program, namespace: &NamespaceId) -> bool {
        self.is(program, &SourcePattern::Namespace { namespace: namespace.clone(), cluster: None })
    }

    /// Whether it is of a cluster.
    #[must_use]
    pub fn is_on(&self, program: &Program, cluster: &ClusterId) -> bool {
        match self {
            Self::Account(identity) => {
                let domain = identity.as_ref().and_then(Identity::parts).map(|(domain, _, _)| domain);
                domain == Some(program.trust_domain(cluster))
            }
            Self::Deployed { caller: Caller::Service(_) | Caller::Gateway(_), cluster: own } => {
                own == cluster
            }
            Self::Deployed { caller, cluster: own } => {
                Self::Account(caller.identity(program, own)).is_on(program, cluster)
            }
        }
    }
}

fn has_account(program: &Program, identity: Option<&Identity>, pattern: &SourcePattern) -> bool {
    let parts = identity.and_then(Identity::parts);
    match pattern {
        SourcePattern::Any => true,
        SourcePattern::Outside => identity.is_none(),
        SourcePattern::Identity(uri) => identity.is_some_and(|identity| identity.as_str() == uri),
        SourcePattern::Service { service, cluster } => {
            let Some(service) = program.services.get(service) else { return false };
            let Some(namespace) = program.namespaces.get(&service.namespace) else { return false };
            parts.is_some_and(|(domain, name, account)| {
                name == namespace.name
                    && account == service.account
                    && is_domain_of(program, domain, cluster.as_ref(), &service.clusters)
            })
        }
        SourcePattern::Namespace { namespace, cluster } => {
            let Some(namespace) = program.namespaces.get(namespace) else { return false };
            parts.is_some_and(|(domain, name, _)| {
                name == namespace.name && is_domain_of(program, domain, cluster.as_ref(), &namespace.clusters)
            })
        }
        SourcePattern::Gateway { gateway, cluster } => {
            let Some(gateway) = program.gateways.get(gateway) else { return false };
            parts.is_some_and(|(domain, name, account)| {
                name == gateway.namespace
                    && account == gateway.account
                    && is_domain_of(program, domain, cluster.as_ref(), &gateway.clusters)
            })
        }
    }
}

fn is_domain_of<'a>(
    program: &Program,
    domain: &str,
    only: Option<&'a ClusterId>,
    placed: impl IntoIterator<Item = &'a ClusterId>,
) -> bool {
    match only {
        Some(cluster) => program.trust_domain(cluster) == domain,
        None => placed.into_iter().any(|cluster| program.trust_domain(cluster) == domain),
    }
}

fn is_deployed(program: &Program, caller: &Caller, on: &ClusterId, pattern: &SourcePattern) -> bool {
    let here = |cluster: &Option<ClusterId>| cluster.as_ref().is_none_or(|cluster| cluster == on);
    match (pattern, caller) {
        (SourcePattern::Any, _) | (SourcePattern::Outside, Caller::Outside) => true,
        (SourcePattern::Service { service, cluster }, Caller::Service(own)) => {
            service == own && here(cluster)
        }
        (SourcePattern::Gateway { gateway, cluster }, Caller::Gateway(own)) => {
            gateway == own && here(cluster)
        }
        (SourcePattern::Namespace { namespace, cluster }, Caller::Service(own)) => {
            own.namespace() == *namespace && here(cluster)
        }
        (SourcePattern::Namespace { .. } | SourcePattern::Identity(_), _) | (_, Caller::Identity(_)) => {
            has_account(program, caller.identity(program, on).as_ref(), pattern)
        }
        _ => false,
    }
}
