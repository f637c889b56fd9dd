//! Where a rule's requests go, and how.

use crate::context::{Context, UsedUpstreams};
use crate::proto::{duration, fixed_fraction, never, number, yes_no};
use crate::{egress, hash, retry, rewrite, upstream};
use envoy_types::pb::envoy::config::common::mutation_rules::v3::{HeaderMutation, header_mutation::Action};
use envoy_types::pb::envoy::config::core::v3::HeaderValueOption;
use envoy_types::pb::envoy::config::route::v3::route_action::{
    ClusterSpecifier, HashPolicy, HostRewriteSpecifier, RequestMirrorPolicy, UpgradeConfig,
};
use envoy_types::pb::envoy::config::route::v3::weighted_cluster::ClusterWeight;
use envoy_types::pb::envoy::config::route::v3::{RouteAction, WeightedCluster};
use gloo_ir::{Gateway, HashKey, Mirror, Options, Percent};
use gloo_source::Reported;
use gloo_target::{PlanRule, UpstreamKey};

/// The action of a rule that sends requests on from a gateway.
pub(crate) fn of(
    context: &mut Context<'_>,
    from: &Gateway,
    rule: &PlanRule,
    shares: &[(UpstreamKey, Percent)],
    used: &mut UsedUpstreams,
) -> Result<RouteAction, Reported> {
    let options = &rule.options;
    let through = shares.iter().find(|(key, _)| egress::through(context, from, key).is_some());
    if let (Some(hash), Some(_)) = (&options.hash, through) {
        let construct = "a hash on a route to a host outside that is called through an egress gateway";
        let instead = "balance by hash in a `traffic` block for the host outside";
        return Err(context.unsupported(hash.at, construct, instead));
    }
    let hash_policy = hash_policy(context, from, rule, shares)?;
    let cluster_specifier = Some(specifier(context, from, options, shares, used));
    let mirrors = options.mirror.iter().map(|mirror| mirror_policy(context, from, used, mirror)).collect();
    let substitution =
        options.rewrite.as_ref().map(|template| rewrite::substitution(template, rule.path.as_ref()));
    let host = options.host.as_ref().map(|host| HostRewriteSpecifier::HostRewriteLiteral(host.value.clone()));
    Ok(RouteAction {
        cluster_specifier,
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

/// What is put on all requests of a rule that has but one destination.
pub(crate) fn headers(
    context: &Context<'_>,
    from: &Gateway,
    shares: &[(UpstreamKey, Percent)],
) -> Vec<HeaderValueOption> {
    match shares {
        [(key, _)] => egress::through(context, from, key).map(|_| egress::header(key)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn specifier(
    context: &Context<'_>,
    from: &Gateway,
    options: &Options,
    shares: &[(UpstreamKey, Percent)],
    used: &mut UsedUpstreams,
) -> ClusterSpecifier {
    let hash = options.hash.as_ref().map(|hash| &hash.value);
    let mut name = |key| upstream::for_requests(context, from, used, key, hash);
    if let [(key, _)] = shares {
        return ClusterSpecifier::Cluster(name(key));
    }
    let clusters = weights(shares).map(|(key, weight)| ClusterWeight {
        name: name(key),
        weight: number(weight),
        request_headers_to_add: egress::through(context, from, key)
            .map(|_| egress::header(key))
            .into_iter()
            .collect(),
        ..ClusterWeight::default()
    });
    ClusterSpecifier::WeightedClusters(WeightedCluster {
        clusters: clusters.collect(),
        ..WeightedCluster::default()
    })
}

/// Weights in the smallest whole numbers that say the shares exactly.
pub(crate) fn weights(shares: &[(UpstreamKey, Percent)]) -> impl Iterator<Item = (&UpstreamKey, u32)> {
    let unit = shares.iter().fold(0, |unit, (_, share)| divisor(unit, share.millionths)).max(1);
    shares.iter().map(move |(key, share)| (key, share.millionths / unit))
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
    from: &Gateway,
    rule: &PlanRule,
    shares: &[(UpstreamKey, Percent)],
) -> Result<Vec<HashPolicy>, Reported> {
    if let Some(key) = &rule.options.hash {
        return Ok(vec![hash::policy(key)]);
    }
    let mut keys: Vec<&HashKey> = Vec::new();
    for (key, _) in shares {
        // What goes through an egress gateway is balanced there.
        if let Some(hash) = upstream::balance_hash(context, key)
            && egress::through(context, from, key).is_none()
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

fn mirror_policy(
    context: &Context<'_>,
    from: &Gateway,
    used: &mut UsedUpstreams,
    mirror: &Mirror,
) -> RequestMirrorPolicy {
    let key = UpstreamKey::of(&mirror.to);
    let header = egress::through(context, from, &key).map(|_| egress::header(&key));
    RequestMirrorPolicy {
        cluster: upstream::for_requests(context, from, used, &key, None),
        runtime_fraction: Some(fixed_fraction(mirror.share)),
        trace_sampled: yes_no(false),
        // A copy is a copy: without this Envoy would add `-shadow` to its host.
        disable_shadow_host_suffix_append: true,
        request_headers_mutations: header
            .map(|header| HeaderMutation { action: Some(Action::Append(header)) })
            .into_iter()
            .collect(),
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
