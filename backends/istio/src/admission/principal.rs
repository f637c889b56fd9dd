//! Callers become principals: `DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, in which a `*` at the end is any rest. Istio's `namespaces`
//! would take those of every trust domain.

use crate::authorization_policy::{From, Source};
use gloo_ir::Test;
use gloo_target::{Plan, Principal};

/// What Istio takes for the mesh's own trust domain, whatever that is.
const OWN_DOMAIN: &str = "cluster.local";

/// Some callers.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) anybody: bool,
    pub(super) outside: bool,
    pub(super) known: Vec<String>,
}

impl Sources {
    /// The same as senders of a rule.
    pub(super) fn from(self) -> Vec<From> {
        let outside =
            self.outside.then(|| Source { not_principals: vec!["*".to_owned()], ..Source::default() });
        let known = Source { principals: self.known, ..Source::default() };
        outside.into_iter().chain([known]).map(|source| From { source }).collect()
    }
}

/// Those whom a test of callers means; what can't be said, in words.
pub(super) fn sources(plan: &Plan, test: &Test) -> Result<Sources, String> {
    let mut sources = Sources::default();
    for principal in plan.principals.get(test).into_iter().flatten() {
        let known = match principal {
            Principal::Anybody => {
                sources.anybody = true;
                continue;
            }
            Principal::Outside => {
                sources.outside = true;
                continue;
            }
            Principal::Account { trust_domain, namespace, account } => {
                format!("{}/ns/{namespace}/sa/{account}", own(plan, trust_domain)?)
            }
            Principal::Namespace { trust_domain, namespace } => {
                format!("{}/ns/{namespace}/sa/*", own(plan, trust_domain)?)
            }
            Principal::TrustDomain(trust_domain) => format!("{}/ns/*", own(plan, trust_domain)?),
            Principal::Identity(uri) => {
                let name = uri.strip_prefix("spiffe://").filter(|name| !name.contains('*'));
                let name = name.ok_or_else(|| format!("the identity `{uri}`"))?;
                own(plan, name.split('/').next().unwrap_or_default())?;
                name.to_owned()
            }
        };
        sources.known.push(known);
    }
    Ok(sources)
}

fn own<'d>(plan: &Plan, trust_domain: &'d str) -> Result<&'d str, String> {
    if trust_domain == OWN_DOMAIN && plan.trust_domain != OWN_DOMAIN {
        let own = &plan.trust_domain;
        return Err(format!("a caller of the trust domain `{OWN_DOMAIN}`, which Istio takes for `{own}`,"));
    }
    Ok(trust_domain)
}
