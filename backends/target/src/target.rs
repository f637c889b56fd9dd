//! What every emitter is.

use crate::{Artifact, Plan};
use gloo_source::{Code, Diagnostic, Place, Reported, Sink};

/// Where a place is, as `routes.gloo:12`. Clusters are built on several threads at once.
pub type Positions<'a> = &'a (dyn Fn(Place) -> String + Sync);

/// A target: what turns a plan into files.
pub trait Target {
    /// The target as users call it, with its version: `Istio 1.30`.
    fn title(&self, plan: &Plan) -> String;

    /// Whether the files hold the cluster's name (`plan.cluster.id`). Without it, clusters whose plans differ in nothing
    /// but name, place, documentation and kubeconfig context share their files, and none of these four may be written.
    fn writes_cluster_name(&self) -> bool {
        false
    }

    /// The files of a plan. What the target can't say is reported at its place, and nothing is dropped: with an error
    /// in the sink no file may be written.
    ///
    /// # Errors
    /// Something can't be said on this target.
    fn emit(&self, plan: &Plan, positions: Positions<'_>, sink: &mut Sink)
    -> Result<Vec<Artifact>, Reported>;
}

/// The error for a construct that a target can't say: `construct` in the user's words, `target` as [`Target::title`]
/// gives it, and what would work.
#[must_use]
pub fn unsupported(place: Place, construct: &str, target: &str, instead: &str) -> Diagnostic<Place> {
    Diagnostic::new(Code::NOT_ON_TARGET, place, format!("{construct} can't be said on {target}"))
        .help(instead)
}

/// The error for a construct that has a meaning but isn't lowered to the target.
#[must_use]
pub fn not_lowered(place: Place, construct: &str, target: &str) -> Diagnostic<Place> {
    Diagnostic::new(Code::NOT_LOWERED, place, format!("gloo doesn't lower {construct} to {target} yet"))
        .help("it is checked and tested all the same; build for a cluster without it")
}
