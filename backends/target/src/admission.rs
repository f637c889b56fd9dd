//! Who may pass at one proxy: steps 6 and 7 of what a request goes through.

use gloo_ir::normal_form::Conjunct;
use gloo_ir::{PolicyId, Provider};
use gloo_source::Place;
use std::sync::Arc;

/// What is asked of a request before it passes. The requirements come first, then access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// What all must hold, the outermost policy's first. What one refuses is answered 401.
    pub requirements: Vec<Requirement>,
    /// Who is let in; everybody, if absent. What it refuses is answered 403.
    pub access: Option<AccessList>,
}

/// One `require`: of the requests that it is for, those pass that carry a valid credential for the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The policy that says so.
    pub policy: PolicyId,
    /// Where it is written.
    pub place: Place,
    /// Who vouches for the caller.
    pub provider: Arc<Provider>,
    /// Which requests it is for, in disjunctive form. One empty conjunct is every request.
    pub matches: Vec<Conjunct>,
}

/// Access blocks that cover one target, as one: refused is whom an entry of `denies` speaks of, and whom none of
/// `allows` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessList {
    /// The block that closes the target: the first that covers it.
    pub place: Place,
    /// Who is refused, whatever allows.
    pub denies: Vec<AccessEntry>,
    /// Who is let in.
    pub allows: Vec<AccessEntry>,
}

/// One `allow` or `deny`: its sources and its condition together, in disjunctive form. A claim that it reads stands
/// beside the condition under which a requirement has verified it; so a test of a claim holds of nobody whose token no
/// requirement here looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessEntry {
    /// Where it is written.
    pub place: Place,
    /// Which requests it speaks of. One empty conjunct is every request.
    pub matches: Vec<Conjunct>,
}

impl Admission {
    /// Whether everybody passes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.requirements.is_empty() && self.access.is_none()
    }
}

impl AccessEntry {
    /// Whether it speaks of every request.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.matches.iter().any(Conjunct::is_always)
    }
}

impl Requirement {
    /// Whether it is for every request.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.matches.iter().any(Conjunct::is_always)
    }
}
