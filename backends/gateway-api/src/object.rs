//! What all Kubernetes objects have.

use serde::Serialize;
use std::collections::BTreeMap;

/// A Kubernetes object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object<S> {
    pub api_version: &'static str,
    pub kind: &'static str,
    pub metadata: Metadata,
    pub spec: S,
}

/// Name, namespace, and who made it.
#[derive(Clone, Debug, Serialize)]
pub struct Metadata {
    pub name: String,
    pub namespace: String,
    pub labels: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// The label that says who made an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

impl Metadata {
    /// The metadata of an object that gloo makes.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            labels: BTreeMap::from([(MANAGED_BY, "gloo".to_owned())]),
            annotations: BTreeMap::new(),
        }
    }

    /// The same with the documentation of what it comes from.
    pub fn documented<'d>(mut self, docs: impl Iterator<Item = &'d str>) -> Self {
        let text: Vec<&str> = docs.collect();
        if !text.is_empty() {
            self.annotations.insert("gloo/description".to_owned(), text.join("\n"));
        }
        self
    }
}

/// `gateway.networking.k8s.io`.
pub const GATEWAY: &str = "gateway.networking.k8s.io";
/// `gateway.envoyproxy.io`.
pub const ENVOY: &str = "gateway.envoyproxy.io";

/// What a policy is on: an object, or a part of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyTarget {
    pub group: &'static str,
    pub kind: &'static str,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_name: Option<String>,
}
