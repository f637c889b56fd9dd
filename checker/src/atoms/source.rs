//! Who can be the source of a request, as far as tests tell them apart. The evaluator says whom each test means.

use super::Universe;
use super::field::{Cut, Value};
use gloo_ir::evaluate::{Caller, Identity, Source};
use gloo_ir::{ClusterId, Program, SourcePattern, Test};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Who can be the source where a predicate is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sources {
    /// Nobody of the mesh: requests come from outside.
    Outside,
    /// Whoever has an identity on one of these clusters, and those who have none.
    Accounts(Vec<ClusterId>),
    /// Callers as deployed on one of these clusters, with those of outside: in mesh tables.
    Deployed(Vec<ClusterId>),
}

/// The classes of sources, each with the one that a reader knows best.
pub(super) fn cut(universe: &Universe<'_>, tests: &[&Test]) -> Cut {
    let mut by_answers: BTreeMap<Vec<bool>, Caller> = BTreeMap::new();
    let mut order: Vec<Vec<bool>> = Vec::new();
    for (caller, source) in candidates(universe, tests) {
        let answers: Vec<bool> = tests.iter().map(|test| meets(universe.program, test, &source)).collect();
        if let Entry::Vacant(new) = by_answers.entry(answers) {
            order.push(new.key().clone());
            new.insert(caller);
        }
    }
    let mut members = vec![Vec::new(); tests.len()];
    for (class, answers) in (0_u32..).zip(&order) {
        for (members, _) in members.iter_mut().zip(answers).filter(|(_, holds)| **holds) {
            members.push(class);
        }
    }
    let classes = order.iter().filter_map(|answers| by_answers.get(answers).cloned().map(Value::Source));
    Cut { classes: classes.collect(), members }
}

fn meets(program: &Program, test: &Test, source: &Source) -> bool {
    match test {
        Test::Source(patterns) => patterns.iter().any(|pattern| source.is(program, pattern)),
        Test::SourceNamespace(namespaces) => namespaces.iter().any(|one| source.is_of(program, one)),
        Test::SourceCluster(clusters) => clusters.iter().any(|one| source.is_on(program, one)),
        _ => false,
    }
}

/// Everybody whom a test could tell from all others: all services and gateways of the program where they are placed, a
/// workload of each namespace that is no service, the identities that tests name, a stranger, and nobody.
fn candidates(universe: &Universe<'_>, tests: &[&Test]) -> Vec<(Caller, Source)> {
    let program = universe.program;
    let clusters = match &universe.sources {
        Sources::Outside => return vec![(Caller::Outside, Source::Account(None))],
        Sources::Accounts(clusters) | Sources::Deployed(clusters) => clusters,
    };
    let is_deployed = matches!(universe.sources, Sources::Deployed(_));
    // As accounts, clusters of one trust domain are one: what is placed on any of them is a candidate once.
    let domain = |cluster: &ClusterId| program.trust_domain(cluster);
    let mut all = Vec::new();
    for (number, cluster) in clusters.iter().enumerate() {
        let alike = |other: &&ClusterId| {
            if is_deployed { *other == cluster } else { domain(other) == domain(cluster) }
        };
        if clusters.iter().take(number).any(|before| alike(&before)) {
            continue;
        }
        let alike: Vec<&ClusterId> = clusters.iter().filter(alike).collect();
        let mut add = |caller: Caller| {
            let source = if is_deployed {
                Source::Deployed { caller: caller.clone(), cluster: cluster.clone() }
            } else {
                Source::Account(caller.identity(program, cluster))
            };
            all.push((caller, source));
        };
        let here =
            |placed: &std::collections::BTreeSet<ClusterId>| alike.iter().any(|one| placed.contains(*one));
        let services = program.services.values().filter(|service| here(&service.clusters));
        services.for_each(|service| add(Caller::Service(service.id.clone())));
        let gateways = program.gateways.values().filter(|gateway| here(&gateway.clusters));
        gateways.for_each(|gateway| add(Caller::Gateway(gateway.id.clone())));
        for namespace in program.namespaces.values().filter(|namespace| here(&namespace.clusters)) {
            add(Caller::Identity(Identity::of(domain(cluster), &namespace.name, "another-account")));
        }
        add(Caller::Outside);
        for test in tests {
            let Test::Source(patterns) = test else { continue };
            for pattern in patterns {
                if let SourcePattern::Identity(uri) = pattern {
                    add(Caller::Identity(Identity::new(uri.clone())));
                }
            }
        }
        add(Caller::Identity(Identity::of("elsewhere.example", "elsewhere", "somebody")));
    }
    all
}
