//! MeshConfig: what holds for all proxies.

use super::option;
use gloo_ir::{ClusterId, Program, Retries};
use gloo_target::{Document, Fields, Unread};
use serde_json::json;

/// The settings that gateways' requests depend on. By default paths are normalised without merging slashes, requests are
/// tried again twice, and values of one header are matched as one.
#[derive(Debug)]
pub(super) struct Mesh {
    /// `pathNormalization`.
    pub normalization: Normalization,
    /// `defaultHttpRetryPolicy`: of routes that say nothing of retries.
    pub retries: Option<Retries>,
    /// Whether several values of one header are matched one by one.
    pub individual_headers: bool,
    /// Whether a path with a raw `#` is refused, as Envoy does by itself and Istio's proxies don't
    /// (`pkg/bootstrap/config.go`, `extractRuntimeFlags`).
    pub refuses_fragments: bool,
}

impl Default for Mesh {
    fn default() -> Self {
        Self {
            normalization: Normalization::default(),
            retries: Some(option::usual_retries()),
            individual_headers: false,
            refuses_fragments: false,
        }
    }
}

/// How paths are normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Normalization {
    /// As RFC 3986 says.
    #[default]
    Base,
    /// Not at all.
    None,
    /// As RFC 3986 says, and slashes are merged.
    MergeSlashes,
}

/// The settings. They stand in the values of the Helm chart or of the operator, below `meshConfig`.
pub(super) fn read(base: &Program, cluster: &ClusterId, document: &Document) -> Result<Mesh, Unread> {
    let mut top = Fields::of(&document.file, "", &document.value)?;
    let config = top.object("meshConfig")?;
    top.done()?;
    let Some(mut config) = config else { return Ok(Mesh::default()) };
    // How calls between services are encrypted.
    config.ignore(&["enableAutoMtls"]);
    let domain = config.text("trustDomain")?.unwrap_or("cluster.local");
    if domain != base.trust_domain(cluster) {
        return Err(config
            .unread("trustDomain", format!("identities are of `{domain}` and not of the declared domain")));
    }
    let mut mesh = Mesh::default();
    if let Some(mut paths) = config.object("pathNormalization")? {
        mesh.normalization = match paths.text("normalization")? {
            None | Some("DEFAULT" | "BASE") => Normalization::Base,
            Some("NONE") => Normalization::None,
            Some("MERGE_SLASHES") => Normalization::MergeSlashes,
            Some(other) => return Err(paths.unread("normalization", format!("`{other}` can't be read"))),
        };
        paths.done()?;
    }
    if let Some(policy) = config.object("defaultHttpRetryPolicy")? {
        mesh.retries = option::retries(policy)?;
    }
    if let Some(mut proxy) = config.object("defaultConfig")? {
        if let Some(mut values) = proxy.object("runtimeValues")? {
            let flag = values.take("envoy.reloadable_features.match_headers_individually");
            mesh.individual_headers = flag.is_some_and(|flag| *flag == json!("true"));
            let flag = values.take("envoy.reloadable_features.http_reject_path_with_fragment");
            mesh.refuses_fragments = flag.is_some_and(|flag| *flag == json!("true"));
            // It only lets larger expressions be taken.
            values.ignore(&["re2.max_program_size.error_level"]);
            values.done()?;
        }
        proxy.done()?;
    }
    config.done()?;
    Ok(mesh)
}
