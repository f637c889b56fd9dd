//! Who calls: one of each kind that some test tells from the others.

use gloo_ir::evaluate::{Attributes, Caller, Identity, Source, meets_test};
use gloo_ir::{ClusterId, Mtls, Predicate, Program, Test};
use std::collections::{BTreeMap, BTreeSet};

/// One of each kind of caller on a cluster that the tests of these programs tell apart, as deployed and by their
/// accounts; the same for all of the programs.
pub(crate) fn callers(programs: &[&Program], cluster: &ClusterId) -> Vec<Caller> {
    let mut by_answers: BTreeMap<Vec<bool>, Caller> = BTreeMap::new();
    let tests: Vec<Vec<Test>> = programs.iter().map(|program| source_tests(program)).collect();
    let all: BTreeSet<(usize, Caller)> =
        programs.iter().flat_map(|program| everybody(program, cluster)).collect();
    for (_, caller) in all {
        let mut answers: Vec<bool> = Vec::new();
        for (program, tests) in programs.iter().zip(&tests) {
            let deployed = Source::Deployed { caller: caller.clone(), cluster: cluster.clone() };
            let account = Source::Account(caller.identity(program, cluster));
            for source in [deployed, account] {
                let mut seen = Attributes::of_connection(0);
                seen.source = source;
                answers.push(seen.identity().is_some());
                answers.extend(tests.iter().map(|test| meets_test(program, test, &seen)));
            }
        }
        by_answers.entry(answers).or_insert(caller);
    }
    by_answers.into_values().collect()
}

/// Everybody who may call on a cluster, those first whom a reader knows best.
pub(crate) fn everybody(program: &Program, cluster: &ClusterId) -> Vec<(usize, Caller)> {
    let here = |placed: &BTreeSet<ClusterId>| placed.contains(cluster);
    let mut all: Vec<(usize, Caller)> = Vec::new();
    let services = program.services.values().filter(|service| here(&service.clusters));
    all.extend(services.map(|service| (0, Caller::Service(service.id.clone()))));
    let gateways = program.gateways.values().filter(|gateway| here(&gateway.clusters));
    all.extend(gateways.map(|gateway| (1, Caller::Gateway(gateway.id.clone()))));
    let namespaces = program.namespaces.values().filter(|namespace| here(&namespace.clusters));
    let domain = program.trust_domain(cluster);
    let other = |name: &str| Caller::Identity(Identity::of(domain, name, "another-account"));
    all.extend(namespaces.map(|one| (2, other(&one.name))));
    if program.mtls(cluster) != Mtls::Off {
        all.push((3, Caller::Identity(Identity::of("elsewhere.example", "elsewhere", "somebody"))));
    }
    all.push((4, Caller::Outside));
    all
}

/// Every test of a source in the program.
fn source_tests(program: &Program) -> Vec<Test> {
    let mut tests: BTreeSet<Test> = BTreeSet::new();
    let mut add = |predicate: &Predicate| {
        predicate.each_test(&mut |test| {
            if matches!(test, Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_)) {
                tests.insert(test.clone());
            }
        });
    };
    for table in program.tables.values() {
        table.rules.iter().for_each(|rule| add(&gloo_ir::normal_form::predicate_of(&rule.matches)));
    }
    for clause in program.policies.values().flat_map(|policy| &policy.clauses) {
        add(&clause.condition);
    }
    for rule in program.access.iter().flat_map(|access| &access.rules) {
        add(&Predicate::Test(Test::Source(rule.sources.clone())));
        add(&rule.condition);
    }
    for claim in program.proofs.iter().flat_map(|proof| &proof.claims) {
        claim.scope.from.iter().for_each(|from| add(&Predicate::Test(Test::Source(from.clone()))));
        add(&claim.scope.condition);
    }
    tests.into_iter().collect()
}
