//! A real API server, which takes the manifests strictly or doesn't.

use super::job::{Job, Report};
use super::settings::Settings;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Has the manifests of all jobs applied, and writes down what came of it.
///
/// # Errors
/// The server can't be run, or prints something else.
pub fn apply(settings: &Settings, jobs: &[Job], reports: &mut [Report]) -> Result<()> {
    let mut command = Command::new(settings.programs.join("gloo-api-server-conformance"));
    for crds in &settings.crds {
        command.arg("--crds").arg(crds);
    }
    let is_built = |job: &&Job| job.target.translates() && job.manifests(settings).is_dir();
    let built: Vec<&Job> = jobs.iter().filter(is_built).collect();
    if built.is_empty() {
        return Ok(());
    }
    for job in &built {
        command.arg("--manifests").arg(job.manifests(settings));
    }
    let output = command.output().context("the API server can't be run")?;
    if !output.status.success() {
        bail!("the API server ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let told: Value =
        serde_json::from_slice(&output.stdout).context("what the API server prints is no JSON")?;
    let told = told.as_array().context("the API server prints no list")?;
    for (job, report) in jobs.iter().zip(reports) {
        let folder = job.manifests(settings);
        let is_own = |result: &&Value| {
            result["file"].as_str().is_some_and(|file| Path::new(file).starts_with(&folder))
        };
        let mut log = String::new();
        for result in told.iter().filter(is_own) {
            report.objects += 1;
            if result["accepted"] != true {
                report.refusals += 1;
                let _ =
                    writeln!(log, "refused by the API server: {}: {}", result["object"], result["message"]);
            }
        }
        if !log.is_empty() {
            let path = job.folder(settings).join("log.txt");
            let before = fs::read_to_string(&path)?;
            fs::write(&path, before + &log)?;
        }
    }
    Ok(())
}
