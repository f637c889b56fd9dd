//! What is gathered while one plan is written.

use crate::destination_rule::ConsistentHash;
use crate::hashing::HashSubsets;
use crate::names::{Unique, object_name};
use crate::object::{Kind, Object};
use crate::prerequisites::Prerequisites;
use gloo_ir::{Backend, IstioMode, Version};
use gloo_source::{Code, Diagnostic, Place, Reported, Severity, Sink};
use gloo_target::{Artifact, Content, Plan, Positions, Upstream, UpstreamKey, unsupported};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Headers whose repeats are one value with `,` in the language too. Of `content-type`, which `grpc` rules ask for, a
/// message has one.
const JOINED: [&str; 10] = [
    "accept",
    "accept-encoding",
    "authorization",
    "content-type",
    "if-none-match",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-proto",
    "x-request-id",
];

/// The plan, and what has been written and reported so far.
pub(crate) struct Emission<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) needs: Prerequisites,
    pub(crate) hashes: HashSubsets,
    title: String,
    positions: Positions<'a>,
    sink: &'a mut Sink,
    failed: BTreeMap<(Option<Place>, String), Reported>,
    artifacts: BTreeMap<String, Artifact>,
    names: BTreeMap<(&'static str, String), Unique>,
    warned: BTreeSet<String>,
}

impl<'a> Emission<'a> {
    pub(crate) fn new(plan: &'a Plan, title: String, positions: Positions<'a>, sink: &'a mut Sink) -> Self {
        Self {
            plan,
            needs: Prerequisites::default(),
            hashes: HashSubsets::default(),
            title,
            positions,
            sink,
            failed: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            names: BTreeMap::new(),
            warned: BTreeSet::new(),
        }
    }

    /// How proxies stand beside services.
    pub(crate) fn mode(&self) -> IstioMode {
        match self.plan.cluster.backend.value {
            Backend::Istio { mode, .. } => mode,
            Backend::GatewayApi { .. } | Backend::Envoy { .. } => IstioMode::Sidecar,
        }
    }

    /// Whether the proxies don't stand beside the pods.
    pub(crate) fn is_ambient(&self) -> bool {
        self.mode() == IstioMode::Ambient
    }

    /// What is known of an upstream that a rule names.
    pub(crate) fn upstream(&self, key: &UpstreamKey) -> Option<&'a Upstream> {
        self.plan.upstreams.get(key)
    }

    /// Says that something can't be said on Istio, and what would work.
    pub(crate) fn refuse(&mut self, place: Place, construct: &str, instead: &str) -> Reported {
        let diagnostic = unsupported(place, construct, &self.title, instead);
        self.report(diagnostic)
    }

    /// Says that something isn't lowered yet.
    pub(crate) fn not_lowered(&mut self, place: Place, construct: &str) -> Reported {
        let diagnostic = gloo_target::not_lowered(place, construct, &self.title);
        self.report(diagnostic)
    }

    /// Says it once: listeners, hosts and callers share rules.
    fn report(&mut self, diagnostic: Diagnostic<Place>) -> Reported {
        let place = diagnostic.labels.first().map(|label| label.place);
        if let Some(reported) = self.failed.get(&(place, diagnostic.message.clone())) {
            return *reported;
        }
        let key = (place, diagnostic.message.clone());
        let reported = self.sink.report(diagnostic);
        self.failed.insert(key, reported);
        reported
    }

    /// Takes note of a header that a rule asks for. Envoy before 1.39 matches the repeats of a header as one value, which
    /// is warned of once.
    pub(crate) fn header_tested(&mut self, place: Place, header: &str) {
        if JOINED.contains(&header) {
            return;
        }
        self.needs.individual_headers = true;
        if self.tells_repeats_apart() || !self.warned.insert(header.to_owned()) {
            return;
        }
        let message = format!("{} may join repeats of `{header}`, which this rule tells apart", self.title);
        let mut diagnostic = Diagnostic::new(Code::JOINED_HEADERS, place, message)
            .saying(format!("`{header}` sent twice is matched as one value with `,`"))
            .help("proxies with Envoy 1.39 or later keep repeats apart: run Istio 1.31 or later");
        diagnostic.severity = Severity::Warning;
        self.sink.warn(diagnostic);
    }

    /// Istio 1.31 is the first with an Envoy that has `match_headers_individually`, which is new in Envoy 1.39.
    fn tells_repeats_apart(&self) -> bool {
        match &self.plan.cluster.backend.value {
            Backend::Istio { version, .. } => *version >= Version(vec![1, 31]),
            _ => false,
        }
    }

    /// A name that no other object of the kind in the namespace has.
    pub(crate) fn name(&mut self, kind: &'static str, namespace: &str, parts: &[&str]) -> String {
        self.names.entry((kind, namespace.to_owned())).or_default().claim(object_name(parts))
    }

    /// Adds an object, at `<namespace>/<kind>-<name>.yaml`.
    pub(crate) fn object<S: Kind>(&mut self, object: New<'_, S>) {
        let New { namespace, name, sources, doc, spec } = object;
        let source = sources.first().map(|place| (self.positions)(*place));
        let document = Object::new(namespace, name, spec).from(source, doc);
        let path = format!("{namespace}/{}-{name}.yaml", S::KIND.to_ascii_lowercase());
        #[expect(clippy::expect_used, reason = "the kinds are structs whose maps have texts as keys")]
        let value = serde_json::to_value(&document).expect("objects are JSON");
        let content = Content::Yaml(vec![value]);
        self.artifacts.insert(path.clone(), Artifact { path, sources, content });
    }

    /// Adds a file of the prerequisites.
    pub(crate) fn prerequisite(&mut self, name: &str, content: Content) {
        let path = format!("prerequisites/{name}");
        self.artifacts.insert(path.clone(), Artifact { path, sources: Vec::new(), content });
    }

    /// The subset of a host that stands for its subset `base`, or for all of it, with that hash.
    pub(crate) fn hash_subset(&mut self, host: &str, base: Option<&str>, hash: &ConsistentHash) -> String {
        self.hashes.subset(host, base, hash)
    }

    /// The files, by their paths.
    pub(crate) fn finish(self) -> Result<Vec<Artifact>, Reported> {
        match self.failed.into_values().next() {
            Some(reported) => Err(reported),
            None => Ok(self.artifacts.into_values().collect()),
        }
    }
}

/// An object to be added.
pub(crate) struct New<'n, S> {
    pub(crate) namespace: &'n str,
    pub(crate) name: &'n str,
    pub(crate) sources: Vec<Place>,
    pub(crate) doc: Option<&'n str>,
    pub(crate) spec: &'n S,
}

/// A document that isn't an object.
pub(crate) fn document(value: Value) -> Content {
    Content::Yaml(vec![value])
}
