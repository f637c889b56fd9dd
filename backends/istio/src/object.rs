//! What all Kubernetes objects have.

use serde::Serialize;
use std::collections::BTreeMap;

/// The version of Istio's networking objects.
pub(crate) const NETWORKING: &str = "networking.istio.io/v1";
/// The version of Istio's security objects.
pub(crate) const SECURITY: &str = "security.istio.io/v1";
/// The only version that EnvoyFilter has.
pub(crate) const ENVOY_FILTER: &str = "networking.istio.io/v1alpha3";

/// Where an object comes from, as `routes.gloo:12`.
const SOURCE: &str = "gloo/source";
/// The documentation of the declaration that it comes from.
const DOC: &str = "gloo/doc";

/// A kind of object: what stands in `spec`.
pub(crate) trait Kind: Serialize {
    /// `networking.istio.io/v1`.
    const API_VERSION: &'static str;
    /// `VirtualService`.
    const KIND: &'static str;
}

/// A Kubernetes object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Object<'a, S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: &'a S,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

impl<'a, S: Kind> Object<'a, S> {
    /// The object of that name.
    pub(crate) fn new(namespace: &'a str, name: &'a str, spec: &'a S) -> Self {
        let metadata = Metadata { name, namespace, annotations: BTreeMap::new() };
        Self { api_version: S::API_VERSION, kind: S::KIND, metadata, spec }
    }

    /// The same, saying where it comes from.
    pub(crate) fn from(mut self, source: Option<String>, doc: Option<&str>) -> Self {
        self.metadata.annotations.extend(source.map(|source| (SOURCE, source)));
        self.metadata.annotations.extend(doc.map(|doc| (DOC, doc.to_owned())));
        self
    }
}
