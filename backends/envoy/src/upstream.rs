//! What an upstream is called.

use crate::context::{Context, UpstreamUse, UsedUpstreams};
use gloo_ir::{Balance, HashKey, Target};
use gloo_target::{TrafficPlan, Upstream, UpstreamKey};

/// The name of an upstream's cluster: `shop.cart.v2:http`, and for rules that choose its instances by a hash of their
/// own `shop.cart.v2:http#hash`.
pub(crate) fn cluster_name(key: &UpstreamKey, hashed: bool) -> String {
    let suffix = if hashed { "#hash" } else { "" };
    let target = match &key.target {
        Target::Service { service, subset: Some(subset), .. } => format!("{service}.{subset}"),
        Target::Service { service, subset: None, .. } => service.to_string(),
        Target::External(external) => format!("external {external}"),
    };
    format!("{target}:{}{suffix}", key.port)
}

/// The name of the cluster that a rule's requests go to, of which note is taken. A hash of the rule's own needs a
/// cluster that balances by hash.
pub(crate) fn for_requests(
    context: &Context<'_>,
    used: &mut UsedUpstreams,
    key: &UpstreamKey,
    hash: Option<&HashKey>,
) -> String {
    let hashed = hash.is_some() && balance_hash(context, key).is_none();
    let used = used.entry(key.clone()).or_default();
    *used = UpstreamUse { plain: used.plain || !hashed, hashed: used.hashed || hashed, http: true };
    cluster_name(key, hashed)
}

/// The name of the cluster that a rule's bytes go to, of which note is taken.
pub(crate) fn for_bytes(used: &mut UsedUpstreams, key: &UpstreamKey) -> String {
    used.entry(key.clone()).or_default().plain = true;
    cluster_name(key, false)
}

/// The key that the upstream's own traffic block balances by.
pub(crate) fn balance_hash<'a>(context: &Context<'a>, key: &UpstreamKey) -> Option<&'a HashKey> {
    let balance = traffic(context.plan.upstreams.get(key)?).get(|traffic| traffic.balance.as_ref())?;
    match &balance.value {
        Balance::Hash(key) => Some(key),
        Balance::RoundRobin | Balance::Random | Balance::LeastRequest => None,
    }
}

/// How calls to an upstream travel.
pub(crate) fn traffic(upstream: &Upstream) -> &TrafficPlan {
    match upstream {
        Upstream::Service { traffic, .. } | Upstream::External { traffic, .. } => traffic,
    }
}
