//! Tests of callers at services become identities, wherever the callers are placed.

use crate::{Admission, Principal, Principals, ServicePlan};
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{ClusterId, Program, SourcePattern, Test};
use std::collections::BTreeSet;

/// Those whom the tests of callers at these services hold for.
pub(super) fn principals(program: &Program, services: &[ServicePlan]) -> Principals {
    let matches = services.iter().flat_map(|service| conjuncts(&service.admission));
    let tests = matches.flat_map(|conjunct| &conjunct.literals).map(|literal| &literal.test);
    tests.filter_map(|test| Some((test.clone(), of_test(program, test)?))).collect()
}

fn conjuncts(admission: &Admission) -> impl Iterator<Item = &Conjunct> {
    let access = admission.access.iter().flat_map(|access| access.denies.iter().chain(&access.allows));
    let required = admission.requirements.iter().flat_map(|requirement| &requirement.matches);
    access.flat_map(|entry| &entry.matches).chain(required)
}

fn of_test(program: &Program, test: &Test) -> Option<Vec<Principal>> {
    let found: BTreeSet<Principal> = match test {
        Test::Source(patterns) => patterns.iter().flat_map(|pattern| of_pattern(program, pattern)).collect(),
        Test::SourceNamespace(namespaces) => {
            let pattern = |namespace| SourcePattern::Namespace { namespace, cluster: None };
            namespaces
                .iter()
                .cloned()
                .flat_map(|namespace| of_pattern(program, &pattern(namespace)))
                .collect()
        }
        Test::SourceCluster(clusters) => clusters
            .iter()
            .map(|cluster| Principal::TrustDomain(program.trust_domain(cluster).to_owned()))
            .collect(),
        _ => return None,
    };
    Some(found.into_iter().collect())
}

fn of_pattern(program: &Program, pattern: &SourcePattern) -> Vec<Principal> {
    let account = |domains: BTreeSet<&str>, namespace: &str, account: &str| {
        let one = |domain: &str| Principal::Account {
            trust_domain: domain.to_owned(),
            namespace: namespace.to_owned(),
            account: account.to_owned(),
        };
        domains.into_iter().map(one).collect()
    };
    let found = match pattern {
        SourcePattern::Any => Some(vec![Principal::Anybody]),
        SourcePattern::Outside => Some(vec![Principal::Outside]),
        SourcePattern::Identity(uri) => Some(vec![Principal::Identity(uri.clone())]),
        SourcePattern::Service { service, cluster } => program.services.get(service).and_then(|service| {
            let namespace = program.namespaces.get(&service.namespace)?;
            Some(account(
                domains(program, cluster.as_ref(), &service.clusters),
                &namespace.name,
                &service.account,
            ))
        }),
        SourcePattern::Gateway { gateway, cluster } => program.gateways.get(gateway).map(|gateway| {
            account(
                domains(program, cluster.as_ref(), &gateway.clusters),
                &gateway.namespace,
                &gateway.account,
            )
        }),
        SourcePattern::Namespace { namespace, cluster } => {
            program.namespaces.get(namespace).map(|namespace| {
                let one = |domain: &str| Principal::Namespace {
                    trust_domain: domain.to_owned(),
                    namespace: namespace.name.clone(),
                };
                domains(program, cluster.as_ref(), &namespace.clusters).into_iter().map(one).collect()
            })
        }
    };
    found.unwrap_or_default()
}

/// The trust domains of one cluster, or of those where something is placed.
fn domains<'p>(
    program: &'p Program,
    only: Option<&'p ClusterId>,
    placed: &'p BTreeSet<ClusterId>,
) -> BTreeSet<&'p str> {
    match only {
        Some(cluster) => BTreeSet::from([program.trust_domain(cluster)]),
        None => placed.iter().map(|cluster| program.trust_domain(cluster)).collect(),
    }
}
