//! `gloo build`.

mod layout;

use crate::arguments::{BackendArgument, BuildArguments, Output};
use crate::cache::Cache;
use crate::proof::{Proof, proofs, title};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::{Change, World};
use anyhow::{Context, Result, anyhow, bail};
use gloo_envoy::EnvoyTarget;
use gloo_gateway_api::GatewayApiTarget;
use gloo_ir::{Backend, Cluster, ClusterId, GatewayMesh, IstioMode, Program, Version};
use gloo_istio::IstioTarget;
use gloo_source::{Place, Severity, Sink};
use gloo_target::{BuildError, ExistingFile, Layout, Output as Built, Target, changes, made_for};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes the manifests of every cluster, all or none.
///
/// # Errors
/// The workspace can't be read, or the output not be written.
pub fn run(arguments: &BuildArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("building");
    let mut workspace = Workspace::load(&arguments.workspace, world)?;
    super::check::find(&mut workspace, super::check::Depth::Requests);
    if let Some(backend) = arguments.backend {
        set_backend(&mut workspace.compiled.program, backend);
    }
    let clusters = clusters(&workspace.compiled.program, &arguments.clusters)?;
    let folder = match &arguments.out {
        Some(out) => world.current_folder()?.join(out),
        None => workspace.root.join(&workspace.compiled.manifest.out),
    };
    let layout = layout::of(arguments, &mut workspace, &folder, world)?;
    let built = if workspace.is_right() { build(&mut workspace, &clusters, &layout)? } else { None };
    let compiled = &workspace.compiled;
    let memory = if arguments.no_cache { None } else { Cache::of_user(world) };
    let prove = |built| proofs(&compiled.program, built, &compiled.sources, memory.as_ref());
    let proofs = built.as_ref().map(prove).unwrap_or_default();
    drop(progress);
    let Some(built) = built else {
        let errors = compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error).cloned();
        let errors: Vec<_> = errors.collect();
        report_diagnostics(&errors, &compiled.sources, arguments.output, terminal);
        if arguments.output == Output::Text {
            terminal.line(&terminal.red("nothing was written"));
        }
        return Ok(Outcome::Findings);
    };
    let mut refuted = clusters.iter().zip(&proofs).filter(|(_, proof)| proof.is_refuted()).peekable();
    if refuted.peek().is_some() {
        refuted.for_each(|(cluster, proof)| proof.write(cluster, &title(&cluster.backend.value), terminal));
        bail!(
            "nothing was written: the manifests don't mean what the program means, which is a bug in gloo: please report it"
        );
    }
    write(&compiled.manifest.name, &built, &proofs, &folder, arguments, world, terminal)
}

/// The output of the clusters; nothing if something can't be said, which is then among the diagnostics.
///
/// # Errors
/// gloo made something wrong: a bug.
pub fn build(workspace: &mut Workspace, clusters: &[Arc<Cluster>], layout: &Layout) -> Result<Option<Built>> {
    let mut sink: Sink<Place> = Sink::new();
    let positions = |place: Place| workspace.link(place);
    let built =
        gloo_target::build(&workspace.compiled.program, clusters, &target, layout, &positions, &mut sink);
    workspace.add(sink.into_diagnostics());
    match built {
        Ok(built) => Ok(Some(built)),
        Err(BuildError::Refused(_)) => Ok(None),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// The target of a backend.
pub fn target(backend: &Backend) -> &'static (dyn Target + Sync) {
    match backend {
        Backend::Istio { .. } => &IstioTarget,
        Backend::GatewayApi { .. } => &GatewayApiTarget,
        Backend::Envoy { .. } => &EnvoyTarget,
    }
}

/// The clusters that are named, or all of them.
fn clusters(program: &Program, wanted: &[String]) -> Result<Vec<Arc<Cluster>>> {
    if wanted.is_empty() {
        if program.clusters.is_empty() {
            bail!("{}", super::check::NO_CLUSTER);
        }
        return Ok(program.clusters.values().cloned().collect());
    }
    let find = |name: &String| {
        program.clusters.get(&ClusterId::new(name.as_str())).cloned().with_context(|| {
            let known: Vec<&str> = program.clusters.keys().map(ClusterId::as_str).collect();
            format!("there is no cluster `{name}`; there are: {}", known.join(", "))
        })
    };
    wanted.iter().map(find).collect()
}

/// Gives every cluster another backend, of the version that gloo knows best.
fn set_backend(program: &mut Program, backend: BackendArgument) {
    let version = |parts: &[u32]| Version(parts.to_vec());
    let backend = match backend {
        BackendArgument::Istio => Backend::Istio { version: version(&[1, 30]), mode: IstioMode::Sidecar },
        BackendArgument::GatewayApi => Backend::GatewayApi {
            version: version(&[1, 6]),
            envoy_gateway: version(&[1, 9]),
            mesh: GatewayMesh::None,
        },
        BackendArgument::Envoy => Backend::Envoy { version: version(&[1, 40]), identity: None },
    };
    for cluster in program.clusters.values_mut() {
        Arc::make_mut(cluster).backend.value = backend.clone();
    }
}

fn write(
    name: &str,
    built: &Built,
    proofs: &[Arc<Proof>],
    folder: &Path,
    arguments: &BuildArguments,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<Outcome> {
    let existing = existing(folder, world)?;
    let only: BTreeSet<ClusterId> = built.clusters.iter().map(|one| one.cluster.clone()).collect();
    let only = (!arguments.clusters.is_empty()).then_some(&only);
    let changes = changes(name, built, &existing, only);
    if let Some((path, maker)) = changes.in_the_way.first_key_value() {
        let path = folder.join(path);
        match maker {
            Some(other) => bail!(
                "`{}` was made for the workspace `{other}` and stands where the build would write; build into another folder",
                path.display()
            ),
            None => bail!(
                "`{}` wasn't made by gloo and stands where the build would write; move it, or build into another folder",
                path.display()
            ),
        }
    }
    let mut list: Vec<Change> = Vec::new();
    for (path, file) in &changes.write {
        let path = folder.join(path);
        // A file that is as it should be keeps its time: nothing that watches it has anything to do.
        let same = world.exists(&path) && world.read(&path).is_ok_and(|bytes| bytes == file.text.as_bytes());
        if !same {
            list.push(Change::Write(path, file.text.as_bytes().to_vec()));
        }
    }
    list.extend(changes.delete.iter().map(|path| Change::Delete(folder.join(path))));
    world.change(&list).context("nothing more was written")?;
    report(built, proofs, folder, &changes, &list, arguments, terminal);
    Ok(Outcome::Good)
}

fn report(
    built: &Built,
    proofs: &[Arc<Proof>],
    folder: &Path,
    changes: &gloo_target::Changes<'_>,
    list: &[Change],
    arguments: &BuildArguments,
    terminal: &mut Terminal,
) {
    let written = list.iter().filter(|change| matches!(change, Change::Write(..))).count();
    match arguments.output {
        Output::Json => {
            let clusters: Vec<_> = built
                .clusters
                .iter()
                .zip(proofs)
                .map(|(one, proof)| {
                    let files: Vec<&str> = one.files.iter().map(|file| file.path.as_str()).collect();
                    json!({
                        "cluster": one.cluster.as_str(),
                        "target": one.target,
                        "files": files,
                        "proof": proof.json(),
                    })
                })
                .collect();
            terminal.json(&json!({
                "folder": folder.display().to_string(),
                "clusters": clusters,
                "written": written,
                "deleted": changes.delete,
                "foreign": changes.foreign.keys().collect::<Vec<_>>(),
            }));
        }
        Output::Text => {
            for (one, proof) in built.clusters.iter().zip(proofs) {
                let count = one.files.len();
                let plural = if count == 1 { "" } else { "s" };
                terminal.line(&format!(
                    "{} ({}): {count} file{plural}, {}",
                    terminal.bold(one.cluster.as_str()),
                    one.target,
                    proof.summary(terminal)
                ));
            }
            terminal.line(&format!(
                "{written} written, {} deleted, {} unchanged in {}",
                changes.delete.len(),
                changes.write.len().saturating_sub(written),
                folder.display()
            ));
            let deleted: Vec<&str> = changes.delete.iter().copied().collect();
            if !deleted.is_empty() {
                terminal.note(&format!("deleted, no longer part of the output: {}", some_of(&deleted)));
            }
            let mut by_maker: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
            for (path, maker) in &changes.foreign {
                by_maker.entry(*maker).or_default().push(path);
            }
            for (maker, paths) in by_maker {
                let why = maker.map_or_else(
                    || "not made by gloo".to_owned(),
                    |other| format!("made for the workspace `{other}`"),
                );
                terminal.note(&format!("left alone, {why}: {}", some_of(&paths)));
            }
        }
    }
}

/// `a, b, c and 12 more`
fn some_of(paths: &[&str]) -> String {
    let named: Vec<&str> = paths.iter().take(8).copied().collect();
    match paths.len().saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The files in the output folder.
fn existing(folder: &Path, world: &dyn World) -> Result<Vec<ExistingFile>> {
    if !world.exists(folder) {
        return Ok(Vec::new());
    }
    let describe = |path: PathBuf| {
        let beginning = world.beginning(&path, 256).unwrap_or_default();
        let made_for = made_for(&String::from_utf8_lossy(&beginning)).map(str::to_owned);
        ExistingFile { path: crate::workspace::relative(folder, &path), made_for }
    };
    Ok(world.list(folder, &|_| false)?.into_iter().map(describe).collect())
}
