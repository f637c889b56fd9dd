//! One workspace on one target, from the program to the answers of a real Envoy.

use super::program;
use super::settings::Settings;
use super::target::Target;
use super::translation::{self, translate};
use super::world::World;
use super::{bootstrap, generate, prune};
use anyhow::{Context as _, Result, bail};
use gloo_ir::{Backend, ClusterId, Gateway, GatewayKind, Program};
use gloo_target::{from_yaml, to_yaml};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A workspace on a target.
pub struct Job {
    /// The target.
    pub target: Target,
    /// Where the workspace comes from.
    pub origin: Origin,
    /// The cluster.
    cluster: ClusterId,
}

/// Where a workspace comes from.
pub enum Origin {
    /// The example of that name.
    Example(String),
    /// It is made up, from that number.
    MadeUp(u64),
}

/// What came of it.
#[derive(Default)]
pub struct Report {
    /// How many regions there are.
    pub regions: usize,
    /// How many of them no request can be sent to from here.
    pub not_sent: usize,
    /// Where Envoy's answer was another than the evaluator's.
    pub mismatches: usize,
    /// So many objects were applied to an API server.
    pub objects: usize,
    /// The objects that the API server or the target doesn't take.
    pub refusals: usize,
    /// So many rules can't be said on the target, and were left out.
    pub dropped: usize,
    /// What couldn't be done at all.
    pub failure: Option<String>,
    /// Constructs that gloo doesn't lower to the target yet: nothing was tried.
    pub not_lowered: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Whether the target does what the evaluator says.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.mismatches == 0 && self.refusals == 0 && self.failure.is_none()
    }
}

/// All jobs, target by target, the examples first.
///
/// # Errors
/// An example can't be read.
pub fn all(settings: &Settings) -> Result<Vec<Job>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(&settings.examples)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    names.retain(|name| settings.only.is_empty() || settings.only.contains(name));
    let mut jobs = Vec::new();
    for target in &settings.targets {
        for name in &names {
            let program = program::load(&settings.examples.join(name))?;
            for cluster in clusters(&program, *target) {
                jobs.push(Job { target: *target, origin: Origin::Example(name.clone()), cluster });
            }
        }
        for seed in 0..settings.workspaces {
            jobs.push(Job { target: *target, origin: Origin::MadeUp(seed), cluster: ClusterId::new("lab") });
        }
    }
    Ok(jobs)
}

/// The clusters of a program that a target is tried on: those that have it, and where there is one cluster alone, that one.
fn clusters(program: &Program, target: Target) -> Vec<ClusterId> {
    let has = |backend: &Backend| match backend {
        Backend::Istio { .. } => target == Target::Istio,
        Backend::GatewayApi { .. } => target == Target::EnvoyGateway,
        Backend::Envoy { .. } => target == Target::Envoy,
    };
    let own = program.clusters.values().filter(|own| program.clusters.len() == 1 || has(&own.backend.value));
    own.map(|own| own.id.clone()).collect()
}

impl Job {
    /// What it is called: `bookinfo`, `bookinfo-east`, `made-up-7`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.origin {
            Origin::Example(name) => format!("{name}-{}", self.cluster),
            Origin::MadeUp(seed) => format!("made-up-{seed}"),
        }
    }

    /// The folder that everything of it is written to.
    #[must_use]
    pub fn folder(&self, settings: &Settings) -> PathBuf {
        settings.out.join(self.target.word()).join(self.name())
    }

    /// The folder of its manifests.
    #[must_use]
    pub fn manifests(&self, settings: &Settings) -> PathBuf {
        self.folder(settings).join("manifests").join(self.cluster.as_str())
    }

    /// Does it all. What a target refuses, or does otherwise, is in the report and in its log.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn run(&self, settings: &Settings) -> Result<Report> {
        let start = Instant::now();
        let folder = self.folder(settings);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let (mut report, mut log) = (Report::default(), String::new());
        if let Err(error) = self.attempt(settings, &folder, &mut report, &mut log) {
            report.failure = Some(format!("{error:#}"));
            let _ = writeln!(log, "failure: {error:#}");
        }
        report.took = start.elapsed();
        fs::write(folder.join("log.txt"), log)?;
        Ok(report)
    }

    fn attempt(
        &self,
        settings: &Settings,
        folder: &Path,
        report: &mut Report,
        log: &mut String,
    ) -> Result<()> {
        let workspace = folder.join("workspace");
        self.prepare(settings, &workspace)?;
        if !self.build(settings, &workspace, &folder.join("manifests"), report, log)? {
            return Ok(());
        }
        let manifests = self.manifests(settings);
        let program = program::load(&workspace)?;
        let configuration = if self.target.translates() {
            let Some(configuration) = self.translate(settings, folder, &program, &manifests, report, log)?
            else {
                return Ok(());
            };
            configuration
        } else {
            manifests
        };
        for gateway in gateways(&program, &self.cluster) {
            self.send(settings, &workspace, gateway, &configuration, report, log)?;
        }
        Ok(())
    }

    /// Writes the workspace.
    fn prepare(&self, settings: &Settings, workspace: &Path) -> Result<()> {
        match &self.origin {
            Origin::MadeUp(seed) => {
                fs::create_dir_all(workspace)?;
                fs::write(workspace.join("gloo.toml"), generate::MANIFEST)?;
                fs::write(workspace.join("made-up.gloo"), generate::workspace(*seed, self.target.backend()))?;
            }
            Origin::Example(name) => {
                program::copy(&settings.examples.join(name), workspace)?;
                if program::load(workspace)?.clusters.len() == 1 {
                    for path in program::files_below(workspace)? {
                        let text = fs::read_to_string(&path)?;
                        fs::write(&path, self.retarget(&text))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A program of one cluster, whose backend is Envoy, for this target. Its gateways get the labels that Istio asks for.
    fn retarget(&self, text: &str) -> String {
        let text = text.replace(Target::Envoy.backend(), self.target.backend());
        let mut all = String::new();
        for line in text.lines() {
            let _ = writeln!(all, "{line}");
            if self.target == Target::Istio && line.starts_with("gateway ") && line.ends_with('{') {
                all.push_str("  workload: { istio: \"ingressgateway\" }\n");
            }
        }
        all
    }

    /// Builds the manifests. Of workspaces that are made up, the rules that can't be said are left out. Whether there are any:
    /// an example may have constructs that aren't lowered yet.
    fn build(
        &self,
        settings: &Settings,
        workspace: &Path,
        manifests: &Path,
        report: &mut Report,
        log: &mut String,
    ) -> Result<bool> {
        loop {
            let arguments = ["build", "-o", "json", "--cluster", self.cluster.as_str(), "--out"];
            let output = self.gloo(settings, &arguments, &[manifests, workspace])?;
            let told: Value = serde_json::from_slice(&output.stdout)
                .with_context(|| format!("`gloo build`: {}", String::from_utf8_lossy(&output.stderr)))?;
            if output.status.success() {
                return Ok(true);
            }
            let diagnostics = &told["diagnostics"];
            match &self.origin {
                Origin::MadeUp(_) => {
                    let path = workspace.join("made-up.gloo");
                    let text = fs::read_to_string(&path)?;
                    let (kept, dropped) =
                        prune::without(&text, diagnostics).with_context(|| told.to_string())?;
                    report.dropped += dropped;
                    for one in diagnostics.as_array().into_iter().flatten() {
                        let _ = writeln!(log, "left out: {}", one["message"]);
                    }
                    fs::write(&path, kept)?;
                }
                Origin::Example(_) => {
                    let errors = diagnostics.as_array().map_or(&[][..], Vec::as_slice);
                    let messages: Vec<String> =
                        errors.iter().map(|one| format!("{}: {}", one["code"], one["message"])).collect();
                    if errors.is_empty() || errors.iter().any(|one| one["code"] != "GL5002") {
                        bail!("it can't be built: {}", messages.join("\n"));
                    }
                    let _ = writeln!(log, "not lowered:\n{}", messages.join("\n"));
                    report.not_lowered = Some(format!("GL5002 {} times", messages.len()));
                    return Ok(false);
                }
            }
        }
    }

    /// Lets the target make Envoy's configuration of the manifests. None, if it refuses one.
    fn translate(
        &self,
        settings: &Settings,
        folder: &Path,
        program: &Program,
        manifests: &Path,
        report: &mut Report,
        log: &mut String,
    ) -> Result<Option<PathBuf>> {
        let mut objects = Vec::new();
        for path in program::files_below(manifests)?
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        {
            objects
                .extend(from_yaml(&fs::read_to_string(path)?).with_context(|| path.display().to_string())?);
        }
        let world = World::of(program, &self.cluster, self.target, &objects)?;
        let path = folder.join("world.yaml");
        fs::write(&path, to_yaml(&world.objects)?)?;
        let translation = translate(self.target.translator(settings), &path, manifests)?;
        for refusal in &translation.refusals {
            let _ = writeln!(log, "refused: {refusal}");
        }
        report.refusals = translation.refusals.len();
        if let Some(judge) = self.target.judge(settings) {
            let (refusals, others) = translation::judge(judge, &path, manifests)?;
            for refusal in &refusals {
                let _ = writeln!(log, "refused: {refusal}");
            }
            for other in &others {
                let _ = writeln!(log, "said: {other}");
            }
            report.refusals += refusals.len();
        }
        fs::write(
            folder.join("translation.json"),
            format!("{:#}", Value::from(translation.proxies.clone())),
        )?;
        if report.refusals > 0 {
            return Ok(None);
        }
        let configuration = folder.join("configuration");
        for gateway in gateways(program, &self.cluster) {
            let is_own = |proxy: &&Value| {
                proxy["kind"] == "gateway"
                    && proxy["namespace"] == gateway.namespace.as_str()
                    && proxy["workload"] == gateway.name.as_str()
            };
            let proxy = translation.proxies.iter().find(is_own);
            let proxy =
                proxy.with_context(|| format!("there is no proxy of the gateway `{}`", gateway.id))?;
            let (file, secrets) = bootstrap::of(proxy, gateway, &world)?;
            write(&configuration.join(format!("{}.yaml", gateway.name)), &file)?;
            for (path, content) in secrets {
                write(&configuration.join("secrets").join(path), &content)?;
            }
        }
        Ok(Some(configuration))
    }

    /// Sends a request of each region of a gateway.
    fn send(
        &self,
        settings: &Settings,
        workspace: &Path,
        gateway: &Gateway,
        configuration: &Path,
        report: &mut Report,
        log: &mut String,
    ) -> Result<()> {
        let cluster = self.cluster.as_str();
        let arguments = ["regions", "--on", gateway.id.as_str(), "--cluster", cluster, "-o", "tests"];
        let regions = self.gloo(settings, &arguments, &[workspace])?;
        let tests = String::from_utf8_lossy(&regions.stdout).into_owned();
        if !regions.status.success() {
            bail!("`gloo regions`: {tests}{}", String::from_utf8_lossy(&regions.stderr));
        }
        let count = tests.lines().filter(|line| line.starts_with("  ")).count();
        let unsaid = tests.lines().filter(|line| line.contains("can't be said by a test")).count();
        let path = workspace.join("regions.gloo");
        fs::write(&path, &tests)?;
        let filter = format!("{}.", gateway.id);
        let arguments =
            ["test", "--envoy", "-o", "json", "--filter", &filter, "--cluster", cluster, "--configuration"];
        let output = self.gloo(settings, &arguments, &[configuration, workspace])?;
        fs::rename(&path, workspace.join(format!("regions-{}.txt", gateway.name)))?;
        let told: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("`gloo test`: {}", String::from_utf8_lossy(&output.stderr)))?;
        let Some(cases) = told["cases"].as_array() else { bail!("`gloo test`: {told}") };
        if cases.len() != count {
            bail!("{count} regions, of which {} were asked for", cases.len());
        }
        report.regions += count + unsaid;
        report.not_sent += unsaid;
        for case in cases {
            let line = case["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
            let request = tests.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim();
            let envoy = &case["envoy"][0];
            match (case["evaluator"].as_str(), envoy["verdict"].as_str()) {
                (None, Some("agrees")) => {}
                (None, Some("evaluator only")) => {
                    report.not_sent += 1;
                    let _ = writeln!(log, "not sent: {request}: {}", envoy["text"]);
                }
                (evaluator, _) => {
                    report.mismatches += 1;
                    let text = envoy["text"].as_str().unwrap_or("nothing is said of it");
                    let _ = writeln!(log, "mismatch: {request}\n  {text}");
                    if let Some(evaluator) = evaluator {
                        let _ = writeln!(log, "  the evaluator: {evaluator}");
                    }
                }
            }
        }
        Ok(())
    }

    fn gloo(&self, settings: &Settings, arguments: &[&str], paths: &[&Path]) -> Result<Output> {
        let mut command = Command::new(&settings.gloo);
        command.args(arguments).args(paths).env("NO_COLOR", "1");
        command.output().with_context(|| format!("`{}` can't be run", settings.gloo.display()))
    }
}

/// The gateways of a cluster that requests enter by.
fn gateways<'p>(program: &'p Program, cluster: &ClusterId) -> impl Iterator<Item = &'p Gateway> {
    let gateways = program.gateways.values().map(AsRef::as_ref);
    let cluster = cluster.clone();
    gateways.filter(move |one: &&Gateway| one.clusters.contains(&cluster) && one.kind == GatewayKind::Ingress)
}

fn write(path: &Path, content: &Value) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, format!("{content:#}\n")).with_context(|| format!("`{}`", path.display()))
}
