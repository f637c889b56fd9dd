//! Who may call a service, at its own sidecar.

use super::condition::{Site, rule};
use super::scope::Scope;
use super::{Rules, Workload, one_provider, unverified};
use crate::emission::{Emission, New};
use crate::envoy_filter::{Context, EnvoyFilter, WorkloadSelector};
use crate::jwt;
use gloo_ir::Protocol;
use gloo_source::{Place, Reported};
use gloo_target::{AccessEntry, Admission, Plan, ServicePlan};

/// Writes who may call the services.
pub(crate) fn write(emission: &mut Emission<'_>) {
    let plan = emission.plan;
    for service in plan.services.iter().filter(|service| !service.admission.is_open()) {
        // What can't be said has been reported.
        let _: Result<(), Reported> = write_service(emission, service);
    }
}

/// Whether something is asked of callers in a namespace.
pub(crate) fn guards(plan: &Plan, namespace: &str) -> bool {
    plan.services.iter().any(|service| service.namespace.name == namespace && !service.admission.is_open())
}

fn write_service(emission: &mut Emission<'_>, plan: &ServicePlan) -> Result<(), Reported> {
    let ServicePlan { service, namespace, admission, .. } = plan;
    let Some(place) = place(admission) else { return Ok(()) };
    if emission.is_ambient() {
        let what = format!("a policy at `{}` on an ambient cluster", service.id);
        return Err(emission.refuse(place, &what, "say `mode: sidecar` on the cluster"));
    }
    if service.labels.is_empty() {
        let what = format!("a policy at `{}`, whose pods' labels aren't known,", service.id);
        let instead = format!("say `labels: {{ app: \"{}\" }}` in service `{}`", service.name, service.id);
        return Err(emission.refuse(place, &what, &instead));
    }
    let is_other = |other: &&ServicePlan| {
        other.service.id != service.id
            && other.namespace.name == namespace.name
            && other.admission != *admission
            && service.labels.iter().all(|(name, value)| other.service.labels.get(name) == Some(value))
    };
    if let Some(other) = emission.plan.services.iter().find(is_other) {
        let what =
            format!("a policy at `{}` alone, whose labels `{}` has too,", service.id, other.service.id);
        return Err(emission.refuse(place, &what, "give the service a label of its own in `labels`"));
    }
    // TLS of the service's own is passed on unread.
    let is_all_http =
        service.ports.iter().all(|port| port.protocol.is_http() && port.protocol != Protocol::Https);
    let site = Site::Service { is_all_http };
    let required = one_provider(emission, &admission.requirements)?;
    let rules = rules(emission, site, is_all_http, admission)?;
    let workload = Workload { namespace: &namespace.name, name: &service.name, labels: &service.labels };
    let policy = rules.write(emission, &workload);
    let (Some(required), Some(policy)) = (required, policy) else { return Ok(()) };
    super::refuse_partial(emission, required, admission.requirements.iter().any(|one| one.is_for_all()))?;
    let context = Context::Inbound;
    let mut patches = jwt::patches(emission, context, &required.provider, required.place)?;
    patches.push(jwt::unauthorized(context, &namespace.name, &policy));
    let spec = EnvoyFilter {
        workload_selector: Some(WorkloadSelector { labels: service.labels.clone() }),
        config_patches: patches,
    };
    let name = emission.name("EnvoyFilter", &namespace.name, &["gloo-require", &service.name]);
    let sources = admission.requirements.iter().map(|one| one.place).collect();
    emission.object(New { namespace: &namespace.name, name: &name, sources, doc: None, spec: &spec });
    Ok(())
}

fn place(admission: &Admission) -> Option<Place> {
    let required = admission.requirements.first().map(|one| one.place);
    required.or(admission.access.as_ref().map(|access| access.place))
}

fn rules(
    emission: &mut Emission<'_>,
    site: Site<'_>,
    is_all_http: bool,
    admission: &Admission,
) -> Result<Rules, Reported> {
    let everywhere = [Scope::default()];
    let mut rules = Rules::default();
    let mut failed = None;
    for requirement in &admission.requirements {
        if !is_all_http {
            let what = "`require` at a service with a port that isn't HTTP";
            let instead = "declare a service of its own for that port";
            return Err(emission.refuse(requirement.place, what, instead));
        }
        for conjunct in &requirement.matches {
            match rule(emission, site, requirement.place, conjunct, &everywhere) {
                Ok(Some(mut found)) => {
                    found.when.extend(unverified(requirement));
                    rules.requirements.push((requirement.place, found));
                }
                Ok(None) => {}
                Err(reported) => failed = Some(reported),
            }
        }
    }
    let Some(access) = &admission.access else { return failed.map_or(Ok(rules), Err) };
    let mut of = |entries: &[AccessEntry]| {
        let mut found = Vec::new();
        for entry in entries {
            for conjunct in super::verified(admission, &entry.matches) {
                match rule(emission, site, entry.place, &conjunct, &everywhere) {
                    Ok(rule) => found.extend(rule.map(|rule| (entry.place, rule))),
                    Err(reported) => failed = Some(reported),
                }
            }
        }
        found
    };
    rules.denies = of(&access.denies);
    rules.allows = Some(of(&access.allows));
    failed.map_or(Ok(rules), Err)
}
