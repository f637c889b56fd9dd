//! What is to be emitted for one cluster, decided once for all targets.
//!
//! A [`Plan`] holds the entries of a cluster with their rules in the order in which they decide, destinations with the
//! settings of the calls to them, and everything that a target would otherwise have a default for. An emitter
//! ([`Target`]) only writes it down, and says at the source's position what it can't.

mod artifact;
mod plan;
mod target;
mod yaml;

pub use artifact::{Artifact, Content};
pub use plan::{
    Answer, Conjunct, ConnectionHost, ExternalPlan, GatewayPlan, ListenerPlan, ListenerRoutes, Literal,
    MeshEntry, Plan, PlanRule, RuleOrigin, ServicePlan, TrafficPlan, Upstream, UpstreamKey, VirtualHost,
};
pub use target::{Positions, Target, not_lowered, unsupported};
pub use yaml::{YamlError, to_yaml};
