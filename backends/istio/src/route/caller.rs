//! Who calls a service, as far as its mesh table asks.
//!
//! Istio knows a caller when it makes the proxy's configuration, by the labels of its pods and its namespace; it can ask
//! for these in a match, but not for their absence. So a table that asks for its source is written once for each caller
//! that it names, with what it asks decided, and at last for everybody else.

use crate::emission::Emission;
use gloo_ir::{NamespaceId, ServiceId, SourcePattern, Test};
use gloo_source::{Place, Reported};
use gloo_target::{PlanRule, ServicePlan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A service that the table names.
    Service {
        service: ServiceId,
        namespace: NamespaceId,
        labels: BTreeMap<String, String>,
        namespace_name: String,
    },
    /// A namespace that it names, but for services that it names.
    Namespace { namespace: NamespaceId, namespace_name: String },
    /// Everybody else.
    Anyone,
}

impl Caller {
    /// The labels of its pods; none stands for any.
    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        match self {
            Self::Service { labels, .. } => labels.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// Its Kubernetes namespace, where one is asked for.
    pub(crate) fn namespace_name(&self) -> Option<&str> {
        match self {
            Self::Service { namespace_name, .. } | Self::Namespace { namespace_name, .. } => {
                Some(namespace_name)
            }
            Self::Anyone => None,
        }
    }

    /// Whether the caller is one of these. Nobody whose sidecar asks is without an identity of the mesh. `None` for a
    /// SPIFFE identity, which isn't known then.
    pub(crate) fn is(&self, pattern: &SourcePattern) -> Option<bool> {
        Some(match pattern {
            SourcePattern::Any => true,
            SourcePattern::Outside | SourcePattern::Gateway { .. } => false,
            SourcePattern::Service { service, .. } => {
                matches!(self, Self::Service { service: own, .. } if own == service)
            }
            SourcePattern::Namespace { namespace, .. } => self.is_of(namespace),
            SourcePattern::Identity(_) => return None,
        })
    }

    /// Whether the caller is of that namespace.
    pub(crate) fn is_of(&self, namespace: &NamespaceId) -> bool {
        match self {
            Self::Service { namespace: own, .. } | Self::Namespace { namespace: own, .. } => own == namespace,
            Self::Anyone => false,
        }
    }
}

/// Whether a test asks which cluster a source is of. Clusters share the files of equal plans, so none may say.
pub(crate) fn asks_for_cluster(test: &Test) -> bool {
    match test {
        Test::SourceCluster(_) => true,
        Test::Source(patterns) => patterns.iter().any(|pattern| match pattern {
            SourcePattern::Service { cluster, .. }
            | SourcePattern::Namespace { cluster, .. }
            | SourcePattern::Gateway { cluster, .. } => cluster.is_some(),
            SourcePattern::Any | SourcePattern::Outside | SourcePattern::Identity(_) => false,
        }),
        _ => false,
    }
}

/// The callers that rules tell apart: those with the most labels first, since the first whose labels a pod has is taken;
/// everybody else last.
pub(crate) fn callers(emission: &mut Emission<'_>, rules: &[Arc<PlanRule>]) -> Result<Vec<Caller>, Reported> {
    let mut services: BTreeMap<&ServiceId, Place> = BTreeMap::new();
    let mut namespaces: BTreeSet<&NamespaceId> = BTreeSet::new();
    for rule in rules {
        let tests = rule.matches.iter().flat_map(|conjunct| &conjunct.literals).map(|literal| &literal.test);
        for test in tests {
            match test {
                Test::SourceNamespace(found) => namespaces.extend(found),
                Test::Source(patterns) => {
                    for pattern in patterns {
                        match pattern {
                            SourcePattern::Service { service, .. } => {
                                services.entry(service).or_insert(rule.origin.place);
                            }
                            SourcePattern::Namespace { namespace, .. } => {
                                namespaces.insert(namespace);
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let mut callers = Vec::new();
    for (service, place) in services {
        callers.extend(named(emission, service, place)?);
    }
    callers.sort_by_key(|caller| std::cmp::Reverse(caller.labels().len()));
    for namespace in namespaces {
        // A namespace without services here has no callers here.
        let found = emission.plan.services.iter().find(|service| service.namespace.id == *namespace);
        callers.extend(found.map(|found| Caller::Namespace {
            namespace: namespace.clone(),
            namespace_name: found.namespace.name.clone(),
        }));
    }
    callers.push(Caller::Anyone);
    Ok(callers)
}

/// The caller of that name; `None` if it isn't placed here, so that nobody here calls as it.
fn named(emission: &mut Emission<'_>, service: &ServiceId, place: Place) -> Result<Option<Caller>, Reported> {
    let Some(plan) = emission.plan.services.iter().find(|plan| plan.service.id == *service) else {
        return Ok(None);
    };
    let ServicePlan { service, namespace, .. } = plan;
    if service.labels.is_empty() {
        return Err(emission.refuse(
            place,
            &format!("a rule that tells `{}` by its `source`", service.id),
            &format!(
                "Istio knows callers by the labels of their pods: say `labels: {{ app: \"{}\" }}` in service `{}`",
                service.name, service.id
            ),
        ));
    }
    Ok(Some(Caller::Service {
        service: service.id.clone(),
        namespace: namespace.id.clone(),
        labels: service.labels.clone(),
        namespace_name: namespace.name.clone(),
    }))
}
