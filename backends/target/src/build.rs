//! From a program to the files of its clusters.

use crate::{Artifact, Content, Fault, Layout, Plan, Planner, Positions, Target, YamlError, validate};
use gloo_ir::{Backend, Cluster, ClusterId, Program};
use gloo_source::{Diagnostic, Place, Reported, Sink};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The target that a backend is written for.
pub type Targets<'a> = &'a (dyn Fn(&Backend) -> &'a (dyn Target + Sync) + Sync);

/// Why there is no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The program can't be built for some cluster; that has been reported.
    #[error("the program can't be built")]
    Refused(Reported),
    /// The output has mistakes that the target wouldn't find. They are gloo's, whatever the program says.
    #[error("gloo made wrong output, which is a bug in gloo: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faulty(Vec<Fault>),
    /// The output can't be written down. That too is a bug in gloo.
    #[error("gloo made output that can't be written, which is a bug in gloo: {0}")]
    Unwritable(#[from] YamlError),
}

/// Everything that a build writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// What each cluster gets, in the order of their names.
    pub clusters: Vec<ClusterOutput>,
    /// The files beside the clusters' folders.
    pub workspace: Vec<OutputFile>,
}

impl Output {
    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &OutputFile> {
        self.clusters.iter().flat_map(|cluster| &cluster.files).chain(&self.workspace)
    }
}

/// What one cluster gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterOutput {
    /// The cluster.
    pub cluster: ClusterId,
    /// What it was written for: `Istio 1.30`.
    pub target: String,
    /// Its files, by path.
    pub files: Vec<OutputFile>,
}

/// A file of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path below the output folder, with `/`: `east/istio-ingress/gateway-edge.yaml`.
    pub path: String,
    /// Its whole text, which clusters share where it is the same.
    pub text: Arc<str>,
}

/// Builds these clusters of a program that is free of errors. What can't be built is reported, once for all clusters
/// that have it; then there is no output.
///
/// Clusters share the work: where two plans differ in nothing but the cluster's name, place, documentation and
/// kubeconfig context, and the target says that it doesn't write the name, one of them is emitted and written down,
/// and the others get the same text.
///
/// # Errors
/// Something can't be built for one of the clusters, or gloo made something that is wrong.
pub fn build(
    program: &Program,
    clusters: &[Arc<Cluster>],
    targets: Targets<'_>,
    layout: &Layout,
    positions: Positions<'_>,
    sink: &mut Sink<Place>,
) -> Result<Output, BuildError> {
    let planner = Planner::new(program);
    let planned: Vec<(Result<Plan, Reported>, Sink<Place>)> = clusters
        .par_iter()
        .map(|cluster| {
            let mut sink = Sink::new();
            (planner.plan(cluster, &mut sink), sink)
        })
        .collect();
    let mut found = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut refused = None;
    let mut faulty = None;
    for (cluster, (plan, sink)) in clusters.iter().zip(planned) {
        found.push((cluster.id.clone(), sink.into_diagnostics()));
        match plan {
            Ok(plan) => join_group(&mut groups, plan, targets),
            Err(reported) => refused = Some(reported),
        }
    }
    // Either groups or the files of one are worked on at once: with both, a thread that waits for files would begin the
    // next group, and all of them would be in memory.
    let write = if groups.len() > 1 { written_in_turn } else { written };
    let emitted: Vec<(Result<Emitted, BuildError>, Sink<Place>)> = groups
        .par_iter()
        .map(|group| {
            let mut sink = Sink::new();
            let emitted =
                artifacts(group, targets, layout, positions, &mut sink).and_then(|(target, artifacts)| {
                    Ok(Emitted { target, files: write(&artifacts, &program.name, positions)? })
                });
            (emitted, sink)
        })
        .collect();
    let mut files: BTreeMap<ClusterId, ClusterOutput> = BTreeMap::new();
    for (group, (emitted, sink)) in groups.iter().zip(emitted) {
        let diagnostics = sink.into_diagnostics();
        for cluster in &group.clusters {
            found.push((cluster.id.clone(), diagnostics.clone()));
        }
        match emitted {
            Ok(emitted) => {
                files.extend(group.clusters.iter().map(|one| (one.id.clone(), emitted.for_cluster(one))));
            }
            Err(BuildError::Refused(reported)) => refused = Some(reported),
            Err(wrong) => faulty = Some(wrong),
        }
    }
    report_once(found, sink);
    if let Some(reported) = refused {
        return Err(BuildError::Refused(reported));
    }
    if let Some(wrong) = faulty {
        return Err(wrong);
    }
    let workspace = written(&layout.of_workspace(&program.name, clusters), &program.name, positions)?;
    Ok(Output { clusters: files.into_values().collect(), workspace })
}

/// Clusters whose plans differ in nothing that is written.
struct Group {
    plan: Plan,
    clusters: Vec<Arc<Cluster>>,
}

fn join_group(groups: &mut Vec<Group>, plan: Plan, targets: Targets<'_>) {
    let cluster = plan.cluster.clone();
    let shared = !targets(&cluster.backend).writes_cluster_name();
    let known = groups.iter_mut().find(|group| shared && group.plan.is_equal_but_for_name(&plan));
    match known {
        Some(group) => group.clusters.push(cluster),
        None => groups.push(Group { plan, clusters: vec![cluster] }),
    }
}

/// The files of a group of clusters, their paths below a cluster's folder.
struct Emitted {
    target: String,
    files: Vec<OutputFile>,
}

impl Emitted {
    fn for_cluster(&self, cluster: &Cluster) -> ClusterOutput {
        let files = self.files.iter().map(|file| OutputFile {
            path: format!("{}/{}", cluster.id, file.path),
            text: file.text.clone(),
        });
        ClusterOutput { cluster: cluster.id.clone(), target: self.target.clone(), files: files.collect() }
    }
}

/// The title of a group's target, and its artifacts by path.
fn artifacts(
    group: &Group,
    targets: Targets<'_>,
    layout: &Layout,
    positions: Positions<'_>,
    sink: &mut Sink<Place>,
) -> Result<(String, Vec<Artifact>), BuildError> {
    let plan = &group.plan;
    let target = targets(&plan.cluster.backend);
    let mut artifacts = target.emit(plan, positions, sink).map_err(BuildError::Refused)?;
    let title = target.title(plan);
    artifacts.extend(layout.of_cluster(&plan.cluster, &artifacts));
    artifacts.extend(read_me(&artifacts, &title));
    artifacts.sort_by(|one, other| one.path.cmp(&other.path));
    let faults = validate(&artifacts);
    if !faults.is_empty() {
        return Err(BuildError::Faulty(faults));
    }
    Ok((title, artifacts))
}

/// Says what the prerequisites are for, where the target has made some and not said it.
fn read_me(artifacts: &[Artifact], target: &str) -> Option<Artifact> {
    let path = "prerequisites/README.md";
    let mut files =
        artifacts.iter().filter(|one| one.is_prerequisite()).map(|one| one.path.as_str()).peekable();
    if files.peek().is_none() || artifacts.iter().any(|one| one.path == path) {
        return None;
    }
    let mut text = format!(
        "# Before the rest\n\nInstall or set these on {target} first: without them the rest doesn't mean what the program says.\n\n"
    );
    for file in files {
        text.push_str(&format!("- `{}`\n", file.trim_start_matches("prerequisites/")));
    }
    Some(Artifact { path: path.to_owned(), sources: Vec::new(), content: Content::Text(text) })
}

fn written(
    artifacts: &[Artifact],
    workspace: &str,
    positions: Positions<'_>,
) -> Result<Vec<OutputFile>, YamlError> {
    artifacts.par_iter().map(|artifact| file(artifact, workspace, positions)).collect()
}

fn written_in_turn(
    artifacts: &[Artifact],
    workspace: &str,
    positions: Positions<'_>,
) -> Result<Vec<OutputFile>, YamlError> {
    artifacts.iter().map(|artifact| file(artifact, workspace, positions)).collect()
}

fn file(artifact: &Artifact, workspace: &str, positions: Positions<'_>) -> Result<OutputFile, YamlError> {
    Ok(OutputFile { path: artifact.path.clone(), text: artifact.text(workspace, positions)?.into() })
}

/// Reports what was found on the clusters: the same thing at the same place once, with the clusters that have it too.
fn report_once(found: Vec<(ClusterId, Vec<Diagnostic<Place>>)>, sink: &mut Sink<Place>) {
    let mut known: BTreeMap<Said, (Diagnostic<Place>, Vec<ClusterId>)> = BTreeMap::new();
    for (cluster, diagnostics) in found {
        for diagnostic in diagnostics {
            let place = diagnostic.labels.first().map(|label| label.place);
            let said = Said { code: diagnostic.code.number, place, message: diagnostic.message.clone() };
            let (_, clusters) = known.entry(said).or_insert_with(|| (diagnostic, Vec::new()));
            if !clusters.contains(&cluster) {
                clusters.push(cluster.clone());
            }
        }
    }
    for (diagnostic, clusters) in known.into_values() {
        sink.report(match clusters.as_slice() {
            [] | [_] => diagnostic,
            [_, others @ ..] => diagnostic.help(format!("the same on {}", listed(others))),
        });
    }
}

/// What makes two diagnostics one for the reader.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    code: u16,
    place: Option<Place>,
    message: String,
}

/// `cluster b, c and 12 more`.
fn listed(clusters: &[ClusterId]) -> String {
    let named: Vec<String> = clusters.iter().take(4).map(|cluster| format!("`{cluster}`")).collect();
    let word = if clusters.len() == 1 { "cluster" } else { "clusters" };
    match clusters.len().saturating_sub(named.len()) {
        0 => format!("{word} {}", named.join(", ")),
        more => format!("{word} {} and {more} more", named.join(", ")),
    }
}
