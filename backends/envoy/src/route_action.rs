//! Where a rule's requests go, and how.

use crate::context::{Context, UsedUpstreams};
use crate::proto::{duration, fixed_fraction, never, number, yes_no};
use crate::{hash, retry, rewrite, upstream};
use envoy_types::pb::envoy::config::route::v3::route_action::{
    ClusterSpecifier, HashPolicy, HostRewriteSpecifier, RequestMirrorPolicy, UpgradeConfig,
};
use envoy_types::pb::envoy::config::route::v3::weighted_cluster::ClusterWeight;
use envoy_types::pb::envoy::config::route::v3::{RouteAction, WeightedCluster};
use gloo_ir::{HashKey, Mirror, Options, Percent};
use gloo_source::Reported;
use gloo_target::{PlanRule, UpstreamKey};

/// The action of a rule that sends requests on.
pub(crate) fn of(
    context: &mut Context<'_>,
    rule: &PlanRule,
    shares: &[(UpstreamKey, Percent)],
    used: &mut UsedUpstreams,
) -> Result<RouteAction, Reported> {
    let options = &rule.options;
    let hash_policy = hash_policy(context, rule, shares)?;
    let hash = options.hash.as_ref().map(|hash| &hash.value);
    let clusters: Vec<_> = shares
        .iter()
        .map(|(key, share)| (upstream::for_requests(context, used, key, hash), *share))
        .collect();
    let mirrors = options.mirror.iter().map(|mirror| mirror_policy(context, used, mirror)).collect();
    let substitution =
        options.rewrite.as_ref().map(|template| rewrite::substitution(template, rule.path.as_ref()));
    let host = options.host.as_ref().map(|host| HostRewriteSpecifier::HostRewriteLiteral(host.value.clone()));
    Ok(RouteAction {
        cluster_specifier: Some(specifier(clusters)),
        regex_rewrite: substitution,
        host_rewrite_specifier: host,
        timeout: options.timeout.as_ref().map_or_else(never, |timeout| duration(timeout.value)),
        retry_policy: options.retries.as_ref().map(|retries| retry::of(retries)),
        request_mirror_policies: mirrors,
        hash_policy,
        upgrade_configs: upgrades(options),
        ..RouteAction::default()
    })
}

fn specifier(mut clusters: Vec<(String, Percent)>) -> ClusterSpecifier {
    if clusters.len() == 1 {
        return ClusterSpecifier::Cluster(clusters.remove(0).0);
    }
    let weights = weights(clusters).map(|(name, weight)| ClusterWeight {
        name,
        weight: number(weight),
        ..ClusterWeight::default()
    });
    ClusterSpecifier::WeightedClusters(WeightedCluster {
        clusters: weights.collect(),
        ..WeightedCluster::default()
    })
}

/// Weights in the smallest whole numbers that say the shares exactly.
pub(crate) fn weights(shares: Vec<(String, Percent)>) -> impl Iterator<Item = (String, u32)> {
    let unit = shares.iter().fold(0, |unit, (_, share)| divisor(unit, share.millionths)).max(1);
    shares.into_iter().map(move |(name, share)| (name, share.millionths / unit))
}

/// The greatest common divisor.
fn divisor(mut one: u32, mut other: u32) -> u32 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The rule's own key, else the one that all its destinations balance by. Envoy has one for all parts of a split.
fn hash_policy(
    context: &mut Context<'_>,
    rule: &PlanRule,
    shares: &[(UpstreamKey, Percent)],
) -> Result<Vec<HashPolicy>, Reported> {
    if let Some(key) = &rule.options.hash {
        return Ok(vec![hash::policy(key)]);
    }
    let mut keys: Vec<&HashKey> = Vec::new();
    for (key, _) in shares {
        if let Some(hash) = upstream::balance_hash(context, key)
            && !keys.contains(&hash)
        {
            keys.push(hash);
        }
    }
    match keys.as_slice() {
        [] => Ok(Vec::new()),
        [key] => Ok(vec![hash::policy(key)]),
        _ => Err(context.unsupported(
            rule.origin.place,
            "a split between services that balance by different hashes",
            "give the rule a `hash:` of its own",
        )),
    }
}

fn mirror_policy(context: &Context<'_>, used: &mut UsedUpstreams, mirror: &Mirror) -> RequestMirrorPolicy {
    let key = UpstreamKey::of(&mirror.to);
    RequestMirrorPolicy {
        cluster: upstream::for_requests(context, used, &key, None),
        runtime_fraction: Some(fixed_fraction(mirror.share)),
        trace_sampled: yes_no(false),
        // A copy is a copy: without this Envoy would add `-shadow` to its host.
        disable_shadow_host_suffix_append: true,
        ..RequestMirrorPolicy::default()
    }
}

/// Websockets pass unless the rule says otherwise.
fn upgrades(options: &Options) -> Vec<UpgradeConfig> {
    let refused = options.websocket.as_ref().is_some_and(|websocket| !websocket.value);
    let config = UpgradeConfig {
        upgrade_type: "websocket".to_owned(),
        enabled: yes_no(false),
        ..UpgradeConfig::default()
    };
    refused.then_some(config).into_iter().collect()
}
