//! Step 8: what counts the request. Whether it is over the limit depends on time, which is outside the model.

use super::policies::{Applied, clauses};
use super::walk::{Decider, Passing, Walk};
use super::{Attributes, Caller, Effect, StepKind, words};
use crate::{ClauseKind, LimitKey, LimitScope};

/// Counts the request in every limit whose condition holds.
pub(crate) fn count(walk: &mut Walk<'_>, policies: &[Applied<'_>], passing: &Passing) {
    let limits = clauses(walk.program, policies, &passing.seen.of_effects(), |kind| match kind {
        ClauseKind::Limit(limit) => Some(limit),
        _ => None,
    });
    for (policy, clause, limit) in limits {
        let per = match limit.scope {
            LimitScope::Proxy => "proxy",
            LimitScope::Cluster(_) => "cluster",
            LimitScope::Mesh(_) => "mesh",
        };
        let keys =
            limit.by.iter().map(|key| (words::limit_key(key), value(key, &passing.seen, &passing.caller)));
        let key: Vec<(String, String)> = keys.collect();
        let named: Vec<String> = key.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let by = if named.is_empty() { String::new() } else { format!(" by {}", named.join(", ")) };
        let says = format!("counts it: {} per {per}{by}", words::rate(limit.rate));
        walk.step(StepKind::Limit, &Decider::policy(&policy.id, clause.place), says);
        walk.record.limited = true;
        walk.effect(Effect::Limit { policy: policy.id.clone(), rate: limit.rate, per, key });
    }
}

/// What is counted apart; a request without it counts as "absent".
fn value(key: &LimitKey, seen: &Attributes, caller: &Caller) -> String {
    let found = match key {
        LimitKey::ClientAddress => seen.client_address.map(|address| address.to_string()),
        LimitKey::SourceAddress => seen.source_address.map(|address| address.to_string()),
        LimitKey::Source => match seen.identity() {
            Some(identity) => Some(identity.to_string()),
            None => {
                Some(caller.to_string()).filter(|_| matches!(seen.source, super::Source::Deployed { .. }))
            }
        },
        LimitKey::Path => seen.path.clone(),
        LimitKey::Method => seen.method.as_ref().map(ToString::to_string),
        LimitKey::Host => seen.host.clone(),
        LimitKey::Text(attribute) => seen.texts(attribute).first().map(ToString::to_string),
    };
    found.unwrap_or_else(|| "absent".to_owned())
}
