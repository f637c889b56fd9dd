//! EnvoyFilters: what is changed in a gateway's proxies.

use super::destination::labels_of;
use super::header_match::Tags;
use super::manager::Manager;
use super::world::World;
use super::{patch, tokens};
use gloo_domain::PathPattern;
use gloo_ir::{Gateway, NamePattern, Program};
use gloo_target::Unread;
use std::collections::BTreeMap;
use tokens::Tokens;

/// The header that `ip_tagging` puts its tags in. Envoy takes away what clients send by that name, as it takes no address
/// for one of its own network (`internal_address_config`, since Envoy 1.33).
pub(super) const TAGS: &str = "x-envoy-ip-tags";

/// The namespace whose objects hold for the whole mesh.
pub(super) const ROOT: &str = "istio-system";

impl Patches {
    /// Whose tokens are verified; none, if no filter looks at them.
    pub fn tokens(&self, base: &Program) -> Result<Option<Tokens>, Unread> {
        match self.token_filters.as_slice() {
            [] => Ok(None),
            [one] => one.tokens(base, &self.clusters).map(Some),
            [_, second, ..] => Err(second.twice()),
        }
    }
}

/// All changes to a gateway's proxies.
#[derive(Debug, Default)]
pub(super) struct Patches {
    /// Those of its connection managers.
    pub manager: Manager,
    /// The ranges that clients are tagged by.
    pub tags: Tags,
    /// Names that are accepted of clients besides, by the server name that they ask for.
    pub names: Vec<(String, Vec<NamePattern>)>,
    /// Changes of routes.
    pub routes: Vec<RoutePatch>,
    /// The names of routes that AuthorizationPolicies don't hold for.
    pub unguarded: Vec<String>,
    /// A route before all others.
    pub first_route: Option<FirstRoute>,
    /// Filters that look at tokens.
    pub token_filters: Vec<tokens::Filter>,
    /// Clusters that were added.
    pub clusters: Vec<tokens::Cluster>,
}

/// A route before all others, which answers 400.
#[derive(Debug)]
pub(super) struct FirstRoute {
    /// For which paths.
    pub paths: PathPattern,
    /// Whether AuthorizationPolicies don't hold for it.
    pub is_unguarded: bool,
}

/// A change of the routes of one name.
#[derive(Debug)]
pub(super) struct RoutePatch {
    /// The virtual host, which Istio calls `HOST:PORT`.
    pub virtual_host: String,
    /// The name.
    pub route: String,
    /// What is changed.
    pub change: Change,
}

/// What is changed in a route.
#[derive(Debug)]
pub(super) enum Change {
    /// Whether upgrades to websockets pass.
    Websocket(bool),
    /// The path of its redirect: what an expression makes of the request's.
    RedirectPath {
        /// The expression.
        regex: String,
        /// What replaces what it finds.
        substitution: String,
        /// What is said if it can't be read.
        unread: Unread,
    },
}

/// The changes to the proxies of a gateway.
pub(super) fn read(world: &World<'_>, gateway: &Gateway) -> Result<Patches, Unread> {
    of_workload(world, "GATEWAY", &gateway.namespace, &gateway.workload)
}

/// The changes to the proxies of a workload, `SIDECAR_INBOUND` or `GATEWAY`: those of its namespace and of the root
/// namespace, as far as they select its pods.
pub(super) fn of_workload(
    world: &World<'_>,
    context: &str,
    namespace: &str,
    own: &BTreeMap<String, String>,
) -> Result<Patches, Unread> {
    let mut patches = Patches::default();
    for filter in &world.filters {
        let mut spec = filter.spec()?;
        let labels = match spec.object("workloadSelector")? {
            Some(mut selector) => {
                let labels = labels_of(&mut selector, "labels")?;
                selector.done()?;
                labels
            }
            None => BTreeMap::new(),
        };
        let selects = labels.iter().all(|(name, value)| own.get(name) == Some(value));
        if !selects || (filter.namespace != namespace && filter.namespace != ROOT) {
            continue;
        }
        for one in spec.objects("configPatches")? {
            patch::read(one, context, &mut patches)?;
        }
        spec.done()?;
    }
    Ok(patches)
}
