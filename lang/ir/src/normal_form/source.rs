//! Who can be the source that these tests ask for, by names alone.

use super::Literal;
use crate::evaluate::{Caller, Identity};
use crate::{ClusterId, NamespaceId, ServiceId, SourcePattern, Test};
use std::collections::BTreeSet;

/// Somebody who may send a request. What the names don't tell is one candidate for each way that it may be.
#[derive(Clone, Debug)]
struct Candidate {
    caller: Caller,
    /// The namespace that it runs in; none stands for one that no test names.
    namespace: Option<NamespaceId>,
    /// The cluster; none stands for one that no test names.
    cluster: Option<ClusterId>,
    /// The URI of its identity; none stands for one that no test names.
    identity: Option<String>,
}

/// One alternative of a test.
enum Part<'a> {
    Pattern(&'a SourcePattern),
    Namespace(&'a NamespaceId),
    Cluster(&'a ClusterId),
}

/// What the tests name.
#[derive(Default)]
struct Named {
    callers: BTreeSet<Caller>,
    namespaces: BTreeSet<NamespaceId>,
    clusters: BTreeSet<ClusterId>,
    identities: BTreeSet<String>,
}

/// Somebody who meets all of these tests, or nothing if nobody does.
pub(super) fn find(literals: &[&Literal]) -> Option<Caller> {
    let meets = |candidate: &Candidate| {
        literals.iter().all(|literal| {
            parts(&literal.test).into_iter().any(|part| holds(candidate, &part)) != literal.negated
        })
    };
    candidates(literals).into_iter().find(meets).map(|found| found.caller)
}

fn parts(test: &Test) -> Vec<Part<'_>> {
    match test {
        Test::Source(patterns) => patterns.iter().map(Part::Pattern).collect(),
        Test::SourceNamespace(namespaces) => namespaces.iter().map(Part::Namespace).collect(),
        Test::SourceCluster(clusters) => clusters.iter().map(Part::Cluster).collect(),
        _ => Vec::new(),
    }
}

fn holds(candidate: &Candidate, part: &Part<'_>) -> bool {
    let here = |cluster: &Option<ClusterId>| cluster.is_none() || candidate.cluster == *cluster;
    match part {
        Part::Cluster(cluster) => candidate.cluster.as_ref() == Some(*cluster),
        Part::Namespace(namespace) => candidate.namespace.as_ref() == Some(*namespace),
        Part::Pattern(SourcePattern::Any) => true,
        Part::Pattern(SourcePattern::Outside) => candidate.caller == Caller::Outside,
        Part::Pattern(SourcePattern::Service { service, cluster }) => {
            here(cluster) && matches!(&candidate.caller, Caller::Service(own) if own == service)
        }
        Part::Pattern(SourcePattern::Gateway { gateway, cluster }) => {
            here(cluster) && matches!(&candidate.caller, Caller::Gateway(own) if own == gateway)
        }
        Part::Pattern(SourcePattern::Namespace { namespace, cluster }) => {
            here(cluster) && candidate.namespace.as_ref() == Some(namespace)
        }
        Part::Pattern(SourcePattern::Identity(uri)) => candidate.identity.as_ref() == Some(uri),
    }
}

/// Everybody whom the tests can tell apart: those that they name, another workload of each namespace that they name,
/// a stranger, and nobody.
fn candidates(literals: &[&Literal]) -> Vec<Candidate> {
    let named = named(literals);
    let none_or = |clusters: &BTreeSet<ClusterId>| -> Vec<Option<ClusterId>> {
        [None].into_iter().chain(clusters.iter().cloned().map(Some)).collect()
    };
    let mut all = Vec::new();
    for caller in &named.callers {
        let own = match caller {
            Caller::Service(service) => Some(service.namespace()),
            _ => None,
        };
        // Which namespace a gateway runs in, its name alone doesn't tell.
        let of_gateway = named.namespaces.iter().filter(|_| matches!(caller, Caller::Gateway(_)));
        let namespaces: Vec<Option<NamespaceId>> =
            [own].into_iter().chain(of_gateway.cloned().map(Some)).collect();
        let identities: Vec<Option<String>> = match caller {
            Caller::Identity(identity) => vec![Some(identity.as_str().to_owned())],
            _ => [None].into_iter().chain(named.identities.iter().cloned().map(Some)).collect(),
        };
        for cluster in none_or(&named.clusters) {
            for namespace in &namespaces {
                for identity in &identities {
                    let (caller, namespace, identity) = (caller.clone(), namespace.clone(), identity.clone());
                    all.push(Candidate { caller, namespace, cluster: cluster.clone(), identity });
                }
            }
        }
    }
    all.push(Candidate { caller: Caller::Outside, namespace: None, cluster: None, identity: None });
    let stranger = Caller::Identity(Identity::of("elsewhere.example", "elsewhere", "somebody"));
    let strangers = none_or(&named.clusters).into_iter();
    all.extend(strangers.map(|cluster| Candidate {
        caller: stranger.clone(),
        namespace: None,
        cluster,
        identity: None,
    }));
    all
}

fn named(literals: &[&Literal]) -> Named {
    let mut named = Named::default();
    for part in literals.iter().flat_map(|literal| parts(&literal.test)) {
        match part {
            Part::Cluster(cluster) => named.see(None, None, Some(cluster)),
            Part::Namespace(namespace) => named.see(None, Some(namespace), None),
            Part::Pattern(SourcePattern::Any | SourcePattern::Outside) => {}
            Part::Pattern(SourcePattern::Service { service, cluster }) => {
                named.see(Some(Caller::Service(service.clone())), None, cluster.as_ref());
            }
            Part::Pattern(SourcePattern::Gateway { gateway, cluster }) => {
                named.see(Some(Caller::Gateway(gateway.clone())), None, cluster.as_ref());
            }
            Part::Pattern(SourcePattern::Namespace { namespace, cluster }) => {
                named.see(None, Some(namespace), cluster.as_ref());
            }
            Part::Pattern(SourcePattern::Identity(uri)) => {
                named.identities.insert(uri.clone());
                named.see(Some(Caller::Identity(Identity::new(uri.clone()))), None, None);
            }
        }
    }
    named
}

impl Named {
    fn see(&mut self, caller: Option<Caller>, namespace: Option<&NamespaceId>, cluster: Option<&ClusterId>) {
        self.callers.extend(caller);
        self.clusters.extend(cluster.cloned());
        if let Some(namespace) = namespace {
            // A workload of the namespace that no test names.
            self.callers.insert(Caller::Service(ServiceId::of(namespace, "another-service")));
            self.namespaces.insert(namespace.clone());
        }
    }
}
