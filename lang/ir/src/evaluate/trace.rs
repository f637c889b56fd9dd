//! What becomes of a request, step by step, with the declaration that decided each.

use super::{Effect, Headers};
use crate::{ClusterId, Percent, ProviderId, Target};
use gloo_source::Place;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The steps that a request took, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What becomes of the request. Where a split's parts fare differently, what becomes of those that are forwarded,
    /// else of the first.
    pub outcome: Final,
    /// What becomes of those parts of a split, or of those clusters, that fare otherwise. Any of them may be drawn.
    pub others: Vec<Final>,
    /// Everything that is done to it and its answer besides choosing where it goes, in order.
    pub effects: Vec<Effect>,
    /// The providers that decided a `require`, at any proxy.
    pub authenticated: BTreeSet<ProviderId>,
    /// Whether a firewall looked at it.
    pub inspected: bool,
    /// Whether some limit counts it.
    pub limited: bool,
    /// Whether a body goes through a mask.
    pub masked: bool,
    /// Whether every hop uses TLS.
    pub encrypted: bool,
}

impl Trace {
    /// Everything that may become of the request, by the draw of splits and instances.
    pub fn outcomes(&self) -> impl Iterator<Item = &Final> {
        std::iter::once(&self.outcome).chain(&self.others)
    }

    /// Whether two traces give the same answer: everything but who decided it.
    #[must_use]
    pub fn answers_like(&self, other: &Self) -> bool {
        let seen = |trace: &Self| {
            let outcomes: Vec<Final> = trace.outcomes().map(Final::without_deciders).collect();
            (
                outcomes,
                trace.authenticated.clone(),
                trace.inspected,
                trace.limited,
                trace.masked,
                trace.encrypted,
            )
        };
        seen(self) == seen(other)
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which of the steps of semantics.md it is.
    pub step: StepKind,
    /// The declaration that decided: `storefront rule 3`, `policy front-door`, `edge.tls`.
    pub decided_by: String,
    /// Where that is written; absent where nothing is, as for a default.
    pub place: Option<Place>,
    /// What it decided, in words.
    pub says: String,
}

/// The steps of semantics.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Which listener takes it.
    Listener,
    /// Host and path are made one of their spellings.
    Normalise,
    /// Other sites, from a browser.
    Cors,
    /// Other sites that would change something, from a browser.
    Csrf,
    /// The size of the body.
    Body,
    /// The firewall.
    Waf,
    /// `wasm` and `lua` clauses.
    Extension,
    /// Who the caller is.
    Authentication,
    /// Whether the caller may.
    Access,
    /// What counts it.
    Limit,
    /// Which rule takes it.
    Route,
    /// What is changed of it.
    Transform,
    /// Faults put in.
    Fault,
    /// Where it goes.
    Hop,
    /// What is changed of the answer.
    Response,
}

impl StepKind {
    /// The word that traces use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Listener => "listener",
            Self::Normalise => "normalise",
            Self::Cors => "cors",
            Self::Csrf => "csrf",
            Self::Body => "body",
            Self::Waf => "waf",
            Self::Extension => "extension",
            Self::Authentication => "authentication",
            Self::Access => "access",
            Self::Limit => "limit",
            Self::Route => "route",
            Self::Transform => "transform",
            Self::Fault => "fault",
            Self::Hop => "hop",
            Self::Response => "response",
        }
    }
}

/// What becomes of a request in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Final {
    /// Steps 1 to 8 refuse it.
    Denied {
        /// With which status.
        status: Refusal,
        /// The declaration that refuses it.
        by: String,
        /// Where a browser is sent to log in.
        location: Option<String>,
    },
    /// It is redirected.
    Redirected {
        /// With which status.
        status: u16,
        /// Where to; only the provider knows, where a log-in ends or is given up.
        location: Option<String>,
        /// The declaration that redirects it.
        by: String,
    },
    /// It is answered by the proxy.
    Responded {
        /// With which status; for gRPC calls the HTTP status that means the same.
        status: u16,
        /// The declaration that answers it.
        by: String,
    },
    /// It is sent on.
    Forwarded(Forwarded),
}

impl Final {
    /// Without the names of the declarations.
    fn without_deciders(&self) -> Self {
        let mut plain = self.clone();
        match &mut plain {
            Self::Denied { by, .. } | Self::Redirected { by, .. } | Self::Responded { by, .. } => by.clear(),
            Self::Forwarded(_) => {}
        }
        plain
    }
}

/// The status of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// That HTTP status.
    Status(u16),
    /// One that the inspection chooses.
    Any,
    /// None: there is no connection.
    NoConnection,
}

/// A request that is sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Where to: any of them.
    pub destinations: Vec<Reached>,
    /// Where copies go.
    pub mirrors: Vec<Reached>,
    /// What the destination sees; absent for a connection.
    pub sent: Option<Sent>,
}

/// A place that requests reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The service or the host outside; undeclared hosts are [`None`].
    pub target: Option<Target>,
    /// The host, where no declaration names it.
    pub host: Option<String>,
    /// The name of the port.
    pub port: String,
    /// Its part of the requests.
    pub weight: Percent,
    /// The clusters whose instances may be chosen; none for a host outside.
    pub clusters: BTreeSet<ClusterId>,
}

/// A message as the last proxy sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The host.
    pub host: String,
    /// The path, without the query.
    pub path: String,
    /// The query.
    pub query: Option<String>,
    /// The headers that gloo's own rules changed: the values that the destination sees, none where it sees no such
    /// header.
    pub changed: BTreeMap<String, Vec<String>>,
}

impl Sent {
    /// The differences between the headers that were received and those that are sent.
    pub(crate) fn changes(received: &Headers, sent: &Headers) -> BTreeMap<String, Vec<String>> {
        let names: BTreeSet<&str> = received.iter().chain(sent.iter()).map(|(name, _)| name).collect();
        let values = |headers: &Headers, name: &str| -> Vec<String> {
            headers.values(name).iter().map(ToString::to_string).collect()
        };
        let differ = names.into_iter().filter(|name| values(received, name) != values(sent, name));
        differ.map(|name| (name.to_owned(), values(sent, name))).collect()
    }
}
