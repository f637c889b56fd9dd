//! What every part of the output is written from, and where it reports what can't be said.

use crate::jwks::KeyServer;
use gloo_ir::{Backend, Secret};
use gloo_source::{Code, Diagnostic, Place, Reported, Sink};
use gloo_target::{Plan, UpstreamKey, not_lowered, unsupported};
use std::collections::{BTreeMap, BTreeSet};

/// The first version that holds each value of a repeated header against a route by itself. Older ones join them with
/// `,`; their flag for it is about access alone.
pub(crate) const FIRST_WITH_SINGLE_VALUES: [u32; 2] = [1, 39];

/// The plan, the errors found so far, and the secrets named so far.
pub(crate) struct Context<'a> {
    /// What is to be written.
    pub(crate) plan: &'a Plan,
    title: String,
    sink: &'a mut Sink,
    /// The secrets that the output names, and what is taken from each.
    pub(crate) secrets: BTreeSet<NamedSecret>,
    /// Where the keys of the gateway that is written are published.
    pub(crate) key_servers: BTreeSet<KeyServer>,
}

/// A secret as the output names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedSecret {
    /// Its path below the folder of secrets: `acme-cert`, `team/acme-cert`.
    pub(crate) path: String,
    /// What is taken from it.
    pub(crate) part: SecretPart,
}

/// What is taken from a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretPart {
    /// A certificate with its key.
    Certificate,
    /// The certificates of an authority.
    Authority,
    /// The authorities that the system trusts.
    SystemAuthorities,
}

/// The clusters that a bootstrap needs, each with whether some rule chooses its instances by a hash of its own.
pub(crate) type UsedUpstreams = BTreeMap<UpstreamKey, UpstreamUse>;

/// How the rules of a bootstrap use an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UpstreamUse {
    /// Some rule takes the instance that its traffic block says.
    pub(crate) plain: bool,
    /// Some rule takes the instance by a hash of its own.
    pub(crate) hashed: bool,
    /// Requests are sent to it, not bytes.
    pub(crate) http: bool,
    /// It is called through an egress gateway.
    pub(crate) egress: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(plan: &'a Plan, title: String, sink: &'a mut Sink) -> Self {
        Self { plan, title, sink, secrets: BTreeSet::new(), key_servers: BTreeSet::new() }
    }

    /// Reports that Envoy has no way to say `construct`, and what would work.
    pub(crate) fn unsupported(&mut self, place: Place, construct: &str, instead: &str) -> Reported {
        self.sink.report(unsupported(place, construct, &self.title, instead))
    }

    /// Reports that `construct` isn't lowered to Envoy.
    pub(crate) fn not_lowered(&mut self, place: Place, construct: &str) -> Reported {
        self.sink.report(not_lowered(place, construct, &self.title))
    }

    /// Reports that Envoy would join the values of a header that is told apart by value.
    pub(crate) fn joined_header(&mut self, place: Place, header: &str) -> Reported {
        let message =
            format!("{} joins the values of a repeated `{header}` before a route sees them", self.title);
        let help = "run Envoy 1.39 or newer, which asks each value by itself, or ask only whether the header is there";
        self.sink.report(Diagnostic::new(Code::JOINED_HEADERS, place, message).help(help))
    }

    /// Whether the cluster's Envoy is older than a version.
    pub(crate) fn is_before(&self, version: [u32; 2]) -> bool {
        match &self.plan.cluster.backend.value {
            Backend::Envoy { version: own, .. } => own.0.as_slice() < version.as_slice(),
            Backend::Istio { .. } | Backend::GatewayApi { .. } => false,
        }
    }

    /// Takes note of a secret that the output names.
    pub(crate) fn name_secret(&mut self, secret: &Secret, part: SecretPart) -> NamedSecret {
        let path = match &secret.namespace {
            Some(namespace) => format!("{namespace}/{}", secret.name),
            None => secret.name.clone(),
        };
        let named = NamedSecret { path, part };
        self.secrets.insert(named.clone());
        named
    }
}

/// All values, or the proof that one is missing. Every part has been tried, so every error has been reported.
pub(crate) fn all<T>(results: Vec<Result<T, Reported>>) -> Result<Vec<T>, Reported> {
    results.into_iter().collect()
}
