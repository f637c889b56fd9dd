//! Where rules send requests.

use crate::emission::Emission;
use crate::hashing::consistent_hash;
use crate::names::{service_host, subset_name};
use crate::number::weights;
use crate::through::through_egress;
use crate::virtual_service::{Destination, PortNumber, WeightedDestination};
use gloo_domain::HostPattern;
use gloo_ir::{External, Percent, Port};
use gloo_source::Reported;
use gloo_target::{PlanRule, Upstream, UpstreamKey};

/// The destinations of a rule with their parts.
pub(crate) fn destinations(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    shares: &[(UpstreamKey, Percent)],
) -> Result<Vec<WeightedDestination>, Reported> {
    let single = shares.len() == 1;
    let weights = weights(shares.iter().map(|(_, percent)| *percent));
    let mut found = Vec::new();
    for ((key, _), weight) in shares.iter().zip(weights) {
        let destination = destination(emission, rule, key)?;
        found.push(WeightedDestination { destination, weight: (!single).then_some(weight) });
    }
    Ok(found)
}

fn destination(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    key: &UpstreamKey,
) -> Result<Destination, Reported> {
    let hash = rule.options.hash.as_ref().map(|hash| consistent_hash(&hash.value));
    let place = rule.origin.place;
    let Some(upstream) = emission.upstream(key) else {
        return Err(emission.not_lowered(place, "a destination that isn't on this cluster"));
    };
    let (host, base, port) = match upstream {
        Upstream::Service { service, namespace, subset, port, .. } => {
            let subset = subset.as_ref().map(|subset| subset_name(service, subset));
            (service_host(service, namespace), subset, port)
        }
        Upstream::External { external, port, .. } => {
            let host = external_host(emission, rule, external)?;
            if let Some(destination) = through_egress(emission, rule, external, &host, port)? {
                return Ok(destination);
            }
            (host, None, port)
        }
    };
    let subset = match hash {
        Some(hash) => Some(emission.hash_subset(&host, base.as_deref(), &hash)),
        None => base,
    };
    Ok(Destination { host, subset, port: number(port) })
}

/// The one host that requests to an external go to.
fn external_host(
    emission: &mut Emission<'_>,
    rule: &PlanRule,
    external: &External,
) -> Result<String, Reported> {
    match external.hosts.as_slice() {
        [HostPattern::Exact(name)] => Ok(name.to_string()),
        _ => Err(emission.refuse(
            rule.origin.place,
            &format!("the external `{}` as a destination, which isn't one host,", external.id),
            "declare an external of its own for the host that the rule means",
        )),
    }
}

pub(crate) fn number(port: &Port) -> PortNumber {
    PortNumber { number: port.number }
}
