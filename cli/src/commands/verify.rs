//! `gloo verify`.

use crate::arguments::{Output, VerifyArguments, WorkspaceArgument};
use crate::proof::{Proof, proof, title};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::{Workspace, relative};
use crate::world::World;
use anyhow::{Context, Result, bail};
use gloo_ir::Cluster;
use gloo_source::Severity;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Holds the manifests of a folder against a workspace.
///
/// # Errors
/// Either can't be read.
pub fn run(arguments: &VerifyArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("proving");
    let workspace = Workspace::load(&WorkspaceArgument { workspace: arguments.against.clone() }, world)?;
    if !workspace.is_right() {
        drop(progress);
        let errors = workspace.compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        let errors: Vec<_> = errors.cloned().collect();
        report_diagnostics(&errors, &workspace.compiled.sources, arguments.output, terminal);
        return Ok(Outcome::Findings);
    }
    let program = &workspace.compiled.program;
    let folder = world.current_folder()?.join(&arguments.folder);
    if !world.exists(&folder) {
        bail!("there is no folder `{}`", folder.display());
    }
    let mut proofs = Vec::new();
    for cluster in program.clusters.values() {
        let own = folder.join(cluster.id.as_str());
        if world.exists(&own) {
            let files = manifests(&own, world)?;
            let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            proofs.push((cluster, proof(program, cluster, files)));
        }
    }
    drop(progress);
    if proofs.is_empty() {
        let names: Vec<&str> = program.clusters.keys().map(|cluster| cluster.as_str()).collect();
        bail!("`{}` has a folder of none of the clusters: {}", folder.display(), names.join(", "));
    }
    report(&proofs, arguments.output, terminal);
    Ok(Outcome::of(proofs.iter().any(|(_, proof)| proof.word() != "proved equal")))
}

/// The files of a cluster's folder, by their paths below it.
fn manifests(folder: &Path, world: &dyn World) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in world.list(folder, &|_| false)? {
        let bytes = world.read(&path)?;
        let text = String::from_utf8(bytes).with_context(|| format!("`{}` isn't text", path.display()))?;
        files.push((relative(folder, &path), text));
    }
    files.sort();
    Ok(files)
}

fn report(proofs: &[(&Arc<Cluster>, Proof)], output: Output, terminal: &mut Terminal) {
    match output {
        Output::Text => {
            for (cluster, proof) in proofs {
                proof.write(cluster, &title(&cluster.backend.value), terminal);
            }
        }
        Output::Json => {
            let all: Vec<_> = proofs
                .iter()
                .map(|(cluster, proof)| json!({ "cluster": cluster.id.as_str(), "result": proof.json() }))
                .collect();
            terminal.json(&json!({ "clusters": all }));
        }
    }
}
