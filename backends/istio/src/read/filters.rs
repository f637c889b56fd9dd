//! EnvoyFilters: what is changed in a gateway's proxies.

use super::destination::labels_of;
use super::header_match::Tags;
use super::manager::Manager;
use super::patch;
use super::world::World;
use gloo_ir::{Gateway, NamePattern};
use gloo_target::Unread;

/// The header that `ip_tagging` puts its tags in. Envoy takes away what clients send by that name, as it takes no address
/// for one of its own network (`internal_address_config`, since Envoy 1.33).
pub(super) const TAGS: &str = "x-envoy-ip-tags";

/// The namespace whose objects hold for the whole mesh.
pub(super) const ROOT: &str = "istio-system";

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

/// The changes to the proxies of a gateway: those of its namespace and of the root namespace, as far as they select its
/// pods.
pub(super) fn read(world: &World<'_>, gateway: &Gateway) -> Result<Patches, Unread> {
    let mut patches = Patches::default();
    for filter in &world.filters {
        let mut spec = filter.spec()?;
        let labels = match spec.object("workloadSelector")? {
            Some(mut selector) => {
                let labels = labels_of(&mut selector, "labels")?;
                selector.done()?;
                labels
            }
            None => std::collections::BTreeMap::new(),
        };
        let selects = labels.iter().all(|(name, value)| gateway.workload.get(name) == Some(value));
        if !selects || (filter.namespace != gateway.namespace && filter.namespace != ROOT) {
            continue;
        }
        for one in spec.objects("configPatches")? {
            patch::read(one, &mut patches)?;
        }
        spec.done()?;
    }
    Ok(patches)
}
