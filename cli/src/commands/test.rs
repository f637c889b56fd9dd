//! `gloo test`.

use crate::arguments::{Output, TestArguments};
use crate::envoy::{self, Verdict};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::{Context as _, Result, bail};
use gloo_ir::evaluate::{check_case, describe};
use gloo_ir::resolve::suggest::closest;
use gloo_ir::{Backend, Case, ClusterId, TestBlock};
use gloo_source::render::render;
use gloo_target::{ClusterOutput, Layout, OutputFile};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Runs the tests of a workspace through the evaluator, and with `--envoy` through a real Envoy too.
///
/// # Errors
/// The workspace can't be read, or no Envoy be run.
pub fn run(arguments: &TestArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("testing");
    let mut workspace = Workspace::load(&arguments.workspace, world)?;
    if !workspace.is_right() {
        drop(progress);
        let compiled = &workspace.compiled;
        return Ok(report_diagnostics(&compiled.diagnostics, &compiled.sources, arguments.output, terminal));
    }
    let wanted =
        |test: &TestBlock| arguments.filter.as_ref().is_none_or(|text| test.title.contains(text.as_str()));
    let tests: Vec<Arc<TestBlock>> =
        workspace.compiled.program.tests.iter().filter(|test| wanted(test)).cloned().collect();

    if let Some(text) = arguments.filter.as_ref().filter(|_| tests.is_empty()) {
        bail!("no test's title contains `{text}`{}", titles(&workspace.compiled.program.tests, text));
    }

    let mut results = evaluate(&workspace, &tests);
    if arguments.envoy {
        match (&arguments.configuration, &arguments.cluster) {
            (Some(folder), Some(cluster)) => {
                through_configuration(&workspace, &tests, &mut results, folder, cluster, world)?;
            }
            _ => through_envoy(&mut workspace, &tests, &mut results, arguments.output, world, terminal)?,
        }
    }
    drop(progress);
    let failed = results.iter().filter(|one| !one.passed()).count();
    match arguments.output {
        Output::Text => show(&workspace, &tests, &results, arguments.envoy, terminal),
        Output::Json => {
            let cases: Vec<Value> = results.iter().map(|one| one.to_json(&workspace)).collect();
            let passed = results.len() - failed;
            terminal.json(&json!({ "cases": cases, "summary": { "passed": passed, "failed": failed } }));
        }
    }
    Ok(Outcome::of(failed > 0))
}

/// The tests that there are, those first whose titles share a word with `text`.
fn titles(tests: &[Arc<TestBlock>], text: &str) -> String {
    const FEW: usize = 5;
    let lower = text.to_lowercase();
    let is_near = |title: &str| {
        let title = title.to_lowercase();
        title.contains(&lower) || closest(&lower, title.split_whitespace()).is_some()
    };
    let (mut near, far): (Vec<&str>, Vec<&str>) =
        tests.iter().map(|test| test.title.as_str()).partition(|title| is_near(title));
    near.extend(far);
    if near.is_empty() {
        return "; the workspace has no tests".to_owned();
    }
    let shown: Vec<String> = near.iter().take(FEW).map(|title| format!("`{title}`")).collect();
    let more = if near.len() > FEW { ", …" } else { "" };
    format!("; there are {}{more}", shown.join(", "))
}

/// One request with all that was found out about it.
struct CaseOutcome<'t> {
    title: &'t str,
    case: &'t Case,
    /// Why the evaluator disagrees with the test.
    evaluator: Option<String>,
    /// What a real Envoy did, by cluster.
    envoy: Vec<(ClusterId, Verdict)>,
}

impl CaseOutcome<'_> {
    fn passed(&self) -> bool {
        self.evaluator.is_none()
            && !self.envoy.iter().any(|(_, verdict)| matches!(verdict, Verdict::Differs(_)))
    }

    fn to_json(&self, workspace: &Workspace) -> Value {
        let (file, line) = workspace.position(self.case.place).unwrap_or_default();
        let envoy: Vec<Value> = self
            .envoy
            .iter()
            .map(|(cluster, verdict)| {
                let (verdict, text) = match verdict {
                    Verdict::Agrees => ("agrees", None),
                    Verdict::Differs(text) => ("differs", Some(text)),
                    Verdict::EvaluatorOnly(text) => ("evaluator only", Some(text)),
                };
                json!({ "cluster": cluster.as_str(), "verdict": verdict, "text": text })
            })
            .collect();
        json!({
            "test": self.title,
            "file": file,
            "line": line,
            "passed": self.passed(),
            "expected": describe(&self.case.outcome),
            "evaluator": self.evaluator,
            "envoy": envoy,
        })
    }
}

fn evaluate<'t>(workspace: &Workspace, tests: &'t [Arc<TestBlock>]) -> Vec<CaseOutcome<'t>> {
    let program = &workspace.compiled.program;
    let cases = tests.iter().flat_map(|test| test.cases.iter().map(move |case| (test.title.as_str(), case)));
    let outcome = |(title, case)| {
        let result = check_case(program, case);
        let evaluator = match (&result.error, result.failed()) {
            (Some(error), _) => Some(format!("it can't be sent: {error}")),
            (None, Some(run)) => Some(format!("it is {}", run.trace.summary())),
            (None, None) => None,
        };
        CaseOutcome { title, case, evaluator, envoy: Vec::new() }
    };
    cases.map(outcome).collect()
}

/// Sends the requests through a real Envoy on each cluster whose backend is one.
fn through_envoy(
    workspace: &mut Workspace,
    tests: &[Arc<TestBlock>],
    results: &mut [CaseOutcome<'_>],
    form: Output,
    world: &dyn World,
    terminal: &mut Terminal,
) -> Result<()> {
    let clusters: Vec<_> = workspace.compiled.program.clusters.values().cloned().collect();
    let runnable =
        clusters.into_iter().filter(|cluster| matches!(cluster.backend.value, Backend::Envoy { .. }));
    for cluster in runnable {
        let built = super::build::build(workspace, std::slice::from_ref(&cluster), &Layout::Flat)?;
        let Some(output) = built.as_ref().and_then(|built| built.clusters.first()) else {
            let compiled = &workspace.compiled;
            report_diagnostics(&compiled.diagnostics, &compiled.sources, form, terminal);
            bail!("the tests can't run through Envoy: the cluster `{}` can't be built", cluster.id);
        };
        send(workspace, tests, results, output, world)?;
    }
    Ok(())
}

/// Sends the requests through a real Envoy that runs the files of a folder, which are those of one cluster.
fn through_configuration(
    workspace: &Workspace,
    tests: &[Arc<TestBlock>],
    results: &mut [CaseOutcome<'_>],
    folder: &Path,
    cluster: &str,
    world: &dyn World,
) -> Result<()> {
    let cluster = ClusterId::new(cluster);
    if !workspace.compiled.program.clusters.contains_key(&cluster) {
        bail!("there is no cluster `{cluster}`");
    }
    let folder = world.current_folder()?.join(folder);
    let listed = world.list(&folder, &|_| false);
    let mut files = Vec::new();
    for path in listed.with_context(|| format!("`{}` can't be read", folder.display()))? {
        let text = String::from_utf8(world.read(&path)?)
            .with_context(|| format!("`{}` is not text", path.display()))?;
        let below = path.strip_prefix(&folder).unwrap_or(&path);
        let path = format!("{cluster}/{}", below.display());
        files.push(OutputFile { path, text: text.into() });
    }
    let output = ClusterOutput { cluster, target: "a target's own translation".to_owned(), files };
    send(workspace, tests, results, &output, world)
}

/// Sends the requests through a real Envoy that runs these files of a cluster.
fn send(
    workspace: &Workspace,
    tests: &[Arc<TestBlock>],
    results: &mut [CaseOutcome<'_>],
    output: &ClusterOutput,
    world: &dyn World,
) -> Result<()> {
    let program = &workspace.compiled.program;
    let cases = tests.iter().flat_map(|test| &test.cases);
    let reports = envoy::run(world, &workspace.root, program, &output.cluster, output, cases)?;
    for (result, report) in results.iter_mut().zip(reports) {
        if result.case.on.as_ref().is_none_or(|on| *on == output.cluster) {
            result.envoy.push((output.cluster.clone(), report.verdict));
        }
    }
    Ok(())
}

fn show(
    workspace: &Workspace,
    tests: &[Arc<TestBlock>],
    results: &[CaseOutcome<'_>],
    with_envoy: bool,
    terminal: &mut Terminal,
) {
    let count =
        |number: usize| if number == 1 { "1 request".to_owned() } else { format!("{number} requests") };
    for test in tests {
        let of_test: Vec<&CaseOutcome<'_>> =
            results.iter().filter(|one| test.cases.iter().any(|case| std::ptr::eq(case, one.case))).collect();
        let failed = of_test.iter().filter(|one| !one.passed()).count();
        let mark = if failed == 0 { terminal.green("ok") } else { terminal.red("FAILED") };
        let only =
            of_test.iter().filter(|one| !one.envoy.iter().any(|(_, it)| *it == Verdict::Agrees)).count();
        let note = match (with_envoy, only) {
            (false, _) => String::new(),
            (true, 0) => ", Envoy agrees".to_owned(),
            (true, only) if only == of_test.len() => ", evaluator only".to_owned(),
            (true, only) => format!(", Envoy agrees, {only} evaluator only"),
        };
        terminal.line(&format!("{mark} {} ({}{note})", test.title, count(of_test.len())));
        for one in of_test {
            show_case(workspace, one, terminal);
        }
    }
    let failed = results.iter().filter(|one| !one.passed()).count();
    let passed = results.len() - failed;
    terminal.line(&format!("{passed} passed, {failed} failed"));
}

/// What is to be said of one request.
fn show_case(workspace: &Workspace, one: &CaseOutcome<'_>, terminal: &mut Terminal) {
    if one.evaluator.is_some() {
        let failed = gloo_checker::test_failed_at(&workspace.compiled.program, one.title, one.case);
        if let Some(diagnostic) = failed {
            let diagnostic = workspace.compiled.source_map.resolve(diagnostic);
            let text = render(&diagnostic, &workspace.compiled.sources, terminal.options());
            terminal.line(&text);
        }
    }
    for (cluster, verdict) in &one.envoy {
        match verdict {
            Verdict::Agrees => {}
            Verdict::Differs(text) => {
                let at = workspace.link(one.case.place);
                terminal.line(&format!("  {at}: Envoy on `{cluster}` differs: {text}"));
            }
            Verdict::EvaluatorOnly(text) => {
                let at = workspace.link(one.case.place);
                let line = format!("  {at}: evaluator only on `{cluster}`: {text}");
                terminal.line(&terminal.faint(&line));
            }
        }
    }
}
