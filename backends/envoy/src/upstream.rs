//! What an upstream is called.

use crate::context::{Context, UsedUpstreams};
use crate::egress;
use gloo_ir::{Balance, Gateway, HashKey, Target};
use gloo_target::{TrafficPlan, Upstream, UpstreamKey};

/// The name of an upstream's cluster: `shop.cart.v2:http`, and for rules that choose its instances by a hash of their
/// own `shop.cart.v2:http#hash`. The cluster of a target means nothing here: a bootstrap knows only its own.
#[must_use]
pub fn cluster_name(target: &Target, port: &str, hashed: bool) -> String {
    let suffix = if hashed { "#hash" } else { "" };
    let target = match target {
        Target::Service { service, subset: Some(subset), .. } => format!("{service}.{subset}"),
        Target::Service { service, subset: None, .. } => service.to_string(),
        Target::External(external) => format!("external {external}"),
    };
    format!("{target}:{port}{suffix}")
}

/// The name of the cluster that requests go to from a gateway, of which note is taken. A hash of the rule's own needs a
/// cluster that balances by hash.
pub(crate) fn for_requests(
    context: &Context<'_>,
    from: &Gateway,
    used: &mut UsedUpstreams,
    key: &UpstreamKey,
    hash: Option<&HashKey>,
) -> String {
    let used = used.entry(key.clone()).or_default();
    used.http = true;
    if egress::through(context, from, key).is_some() {
        used.egress = true;
        return egress::cluster_name(key);
    }
    let hashed = hash.is_some() && balance_hash(context, key).is_none();
    if hashed {
        used.hashed = true;
    } else {
        used.plain = true;
    }
    cluster_name(&key.target, &key.port, hashed)
}

/// The name of the cluster that a rule's bytes go to, of which note is taken.
pub(crate) fn for_bytes(used: &mut UsedUpstreams, key: &UpstreamKey) -> String {
    used.entry(key.clone()).or_default().plain = true;
    cluster_name(&key.target, &key.port, false)
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
