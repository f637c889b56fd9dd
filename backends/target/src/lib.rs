//! What is to be emitted for one cluster, decided once for all targets.
//!
//! A [`Plan`] holds the entries of a cluster with their rules in the order in which they decide, destinations with the
//! settings of the calls to them, and everything that a target would otherwise have a default for. An emitter
//! ([`Target`]) only writes it down, and says at the source's position what it can't. [`build`] makes the files of all
//! clusters, [`changes`] says what they change in a folder.

mod admission;
mod artifact;
mod build;
mod changes;
mod describe;
mod envoy_headers;
mod guard;
mod layout;
mod lower;
mod plan;
mod principal;
mod read;
mod target;
mod validate;
mod versions;
mod yaml;

pub use admission::{AccessEntry, AccessList, Admission, Requirement};
pub use artifact::{Artifact, Content, made_for};
pub use build::{BuildError, ClusterOutput, Output, OutputFile, Targets, build};
pub use changes::{Changes, ExistingFile, changes};
pub use envoy_headers::ENVOY_HEADERS;
pub use gloo_ir::normal_form::{Conjunct, Literal};
pub use guard::{Guard, Guarded};
pub use layout::{Layout, Repository};
pub use lower::{Planner, has_mesh, plan};
pub use plan::{
    Answer, ConnectionHost, ExternalPlan, GatewayPlan, ListenerPlan, ListenerRoutes, MeshEntry, Plan,
    PlanRule, RuleOrigin, ServicePlan, TrafficPlan, Upstream, UpstreamKey, VirtualHost,
};
pub use principal::{Principal, Principals};
pub use read::{Document, Fields, Unread, on_cluster, rewrite, surroundings};
pub use target::{Positions, Target, not_lowered, unsupported};
pub use validate::{Fault, validate};
pub use versions::{Versions, versions};
pub use yaml::{YamlError, from_yaml, to_yaml};
