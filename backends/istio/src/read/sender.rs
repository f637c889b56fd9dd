//! Who sends a request, by the identity that mutual TLS shows.

use super::authorization::Names;
use gloo_ir::{Namespace, Predicate, SourcePattern, Test};
use gloo_target::{Fields, Unread};

/// What Istio takes for the trust domain of the mesh, whatever that is (`trustdomain.Bundle`).
const OWN_DOMAIN: &str = "cluster.local";

/// A `source`. Namespaces without a trust domain, as `namespaces` says them, are no set of the language.
pub(super) fn read(names: Names<'_>, mut fields: Fields<'_>) -> Result<Predicate, Unread> {
    let mut all = Vec::new();
    for (field, negated) in [("principals", false), ("notPrincipals", true)] {
        let texts = fields.texts(field)?;
        if texts.is_empty() {
            continue;
        }
        let found = principals(names, &texts);
        let found = found.ok_or_else(|| fields.unread(field, "it isn't known whom this means"))?;
        all.push(if negated { Predicate::Not(Box::new(found)) } else { found });
    }
    if all.is_empty() {
        return Err(fields.unread("", "it isn't known whom this means"));
    }
    fields.done()?;
    Ok(Predicate::All(all))
}

/// Those who are one of these; a caller without identity is none.
pub(super) fn principals(names: Names<'_>, texts: &[&str]) -> Option<Predicate> {
    Some(Predicate::Any(texts.iter().map(|text| principal(names, text)).collect::<Option<_>>()?))
}

fn principal(names: Names<'_>, text: &str) -> Option<Predicate> {
    let source = |pattern: SourcePattern| Predicate::Test(Test::Source(vec![pattern]));
    if text == "*" {
        return Some(Predicate::Not(Box::new(source(SourcePattern::Outside))));
    }
    let own = names.base.trust_domain(names.cluster);
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [domain, "ns", namespace, "sa", "*"] if !domain.contains('*') && !namespace.contains('*') => {
            let domain = if *domain == OWN_DOMAIN { own } else { domain };
            let is_it = |one: &&Namespace| one.name == *namespace && domain == own;
            let found = names.base.namespaces.values().map(AsRef::as_ref).find(is_it)?;
            Some(source(SourcePattern::Namespace { namespace: found.id.clone(), cluster: None }))
        }
        [domain, "ns", "*"] if *domain == own => {
            Some(Predicate::Test(Test::SourceCluster(vec![names.cluster.clone()])))
        }
        _ if text.contains('*') => None,
        [domain, "ns", namespace, "sa", account] => {
            let domain = if *domain == OWN_DOMAIN { own } else { domain };
            let declared = account_of(names, namespace, account).filter(|_| domain == own);
            let uri = format!("spiffe://{domain}/ns/{namespace}/sa/{account}");
            Some(source(declared.unwrap_or(SourcePattern::Identity(uri))))
        }
        _ => Some(source(SourcePattern::Identity(format!("spiffe://{text}")))),
    }
}

/// What is declared to run as an account: all that run as one are one.
fn account_of(names: Names<'_>, namespace: &str, account: &str) -> Option<SourcePattern> {
    let base = names.base;
    let service = base.services.values().find(|service| {
        let own = base.namespaces.get(&service.namespace);
        service.account == account && own.is_some_and(|own| own.name == namespace)
    });
    let gateway = || base.gateways.values().find(|one| one.namespace == namespace && one.account == account);
    match service {
        Some(service) => Some(SourcePattern::Service { service: service.id.clone(), cluster: None }),
        None => {
            gateway().map(|gateway| SourcePattern::Gateway { gateway: gateway.id.clone(), cluster: None })
        }
    }
}
