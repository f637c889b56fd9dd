//! How the files of a build are laid out.

use crate::{Artifact, Content};
use gloo_ir::{Backend, Cluster, ClusterId};
use serde_json::{Value, json};
use std::sync::Arc;

/// How the files of a build are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `<cluster>/<namespace>/<kind>-<name>.yaml`.
    Flat,
    /// The same, with a `kustomization.yaml` in each cluster's folder.
    Kustomize,
    /// The same as [`Layout::Kustomize`], with `argocd/<workspace>.yaml`: an ApplicationSet with an Application for each
    /// cluster, whose name in Argo CD is the cluster's name in the program.
    ArgoCd(Repository),
    /// The same as [`Layout::Kustomize`], with `flux/<cluster>.yaml`: a Kustomization that reads the cluster's folder
    /// from the GitRepository that is called as the workspace.
    Flux {
        /// The path of the output folder in the repository, without `/` at either end: `out`.
        folder: String,
    },
}

/// Where the output is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The URL of the Git repository.
    pub url: String,
    /// The path of the output folder in it, without `/` at either end: `out`.
    pub folder: String,
}

impl Layout {
    /// The files that a cluster's folder has besides its artifacts.
    pub(crate) fn of_cluster(&self, cluster: &Cluster, artifacts: &[Artifact]) -> Option<Artifact> {
        if *self == Self::Flat || !is_kubernetes(&cluster.backend) {
            return None;
        }
        let manifests = artifacts.iter().filter(|one| !one.is_prerequisite() && one.path.ends_with(".yaml"));
        let mut resources: Vec<&str> = manifests.map(|one| one.path.as_str()).collect();
        resources.sort_unstable();
        let document = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": resources,
        });
        Some(file("kustomization.yaml", document))
    }

    /// The files beside the clusters' folders.
    pub(crate) fn of_workspace(&self, workspace: &str, clusters: &[Arc<Cluster>]) -> Vec<Artifact> {
        let clusters: Vec<&ClusterId> = clusters
            .iter()
            .filter(|cluster| is_kubernetes(&cluster.backend))
            .map(|cluster| &cluster.id)
            .collect();
        match self {
            Self::Flat | Self::Kustomize => Vec::new(),
            Self::ArgoCd(repository) => {
                vec![file(&format!("argocd/{workspace}.yaml"), argo_cd(workspace, repository, &clusters))]
            }
            Self::Flux { folder } => clusters
                .iter()
                .map(|cluster| {
                    file(&format!("flux/{cluster}.yaml"), flux(workspace, folder, cluster.as_str()))
                })
                .collect(),
        }
    }
}

/// Whether a cluster's files are objects of Kubernetes; an Envoy by itself reads bootstraps.
fn is_kubernetes(backend: &Backend) -> bool {
    match backend {
        Backend::Istio { .. } | Backend::GatewayApi { .. } => true,
        Backend::Envoy { .. } => false,
    }
}

fn file(path: &str, document: Value) -> Artifact {
    Artifact { path: path.to_owned(), sources: Vec::new(), content: Content::Yaml(vec![document]) }
}

/// Server-side apply, so that fields of others are left alone and unknown fields are errors.
fn argo_cd(workspace: &str, repository: &Repository, clusters: &[&ClusterId]) -> Value {
    let elements: Vec<Value> =
        clusters.iter().map(|cluster| json!({ "cluster": cluster.as_str() })).collect();
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": { "name": workspace, "namespace": "argocd" },
        "spec": {
            "goTemplate": true,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{ "list": { "elements": elements } }],
            "template": {
                "metadata": {
                    "name": format!("{workspace}-{{{{.cluster}}}}"),
                    "annotations": { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" },
                },
                "spec": {
                    "project": "default",
                    "source": {
                        "repoURL": repository.url,
                        "targetRevision": "HEAD",
                        "path": below(&repository.folder, "{{.cluster}}"),
                    },
                    "destination": { "name": "{{.cluster}}" },
                    "syncPolicy": { "syncOptions": ["ServerSideApply=true"] },
                },
            },
        },
    })
}

fn flux(workspace: &str, folder: &str, cluster: &str) -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": { "name": format!("{workspace}-{cluster}"), "namespace": "flux-system" },
        "spec": {
            "interval": "10m0s",
            "path": format!("./{}", below(folder, cluster)),
            "prune": true,
            "sourceRef": { "kind": "GitRepository", "name": workspace },
        },
    })
}

/// The path of a cluster's folder. The output folder may be the repository's root.
fn below(folder: &str, cluster: &str) -> String {
    if folder.is_empty() { cluster.to_owned() } else { format!("{folder}/{cluster}") }
}
