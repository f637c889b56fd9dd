//! What a target's own code makes of manifests.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// What a target makes of the manifests of a cluster.
pub struct Translation {
    /// The objects that it doesn't take, and why.
    pub refusals: Vec<String>,
    /// The proxies.
    pub proxies: Vec<Value>,
}

/// Asks a translator.
///
/// # Errors
/// It can't be run, ends with an error, or prints something else.
pub fn translate(mut translator: Command, world: &Path, manifests: &Path) -> Result<Translation> {
    let name = translator.get_program().display().to_string();
    let output = ask(&mut translator, world, manifests)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(1) {
        let refusals = errors.lines().map(str::to_owned).collect();
        return Ok(Translation { refusals, proxies: Vec::new() });
    }
    if !output.status.success() {
        bail!("`{name}` ended with {}:\n{errors}", output.status);
    }
    let mut printed: Value =
        serde_json::from_slice(&output.stdout).with_context(|| format!("what `{name}` prints is no JSON"))?;
    let mut refusals = texts(&printed["refusals"], ["object", "message"]);
    refusals.extend(texts(&printed["complaints"], ["metric", "message"]));
    let Value::Array(proxies) = printed["proxies"].take() else { bail!("`{name}` prints no `proxies`") };
    Ok(Translation { refusals, proxies })
}

/// Asks a target what it thinks of manifests: what it refuses, and what it only says.
///
/// # Errors
/// As for [`translate`].
pub fn judge(mut judge: Command, world: &Path, manifests: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let output = ask(&mut judge, world, manifests)?;
    if !output.status.success() {
        bail!("{judge:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let told: Value = serde_json::from_slice(&output.stdout).context("what it prints is no JSON")?;
    let told = told.as_array().context("it prints no list")?;
    let (errors, others): (Vec<Value>, Vec<Value>) =
        told.iter().cloned().partition(|message| message["level"] == "Error");
    let texts = |list| texts(&Value::Array(list), ["level", "code", "object", "message"]);
    Ok((texts(errors), texts(others)))
}

fn ask(command: &mut Command, world: &Path, manifests: &Path) -> Result<Output> {
    command.arg("--world").arg(world).arg("--manifests").arg(manifests);
    command.output().with_context(|| format!("`{}` can't be run", command.get_program().display()))
}

/// Some fields of each object of a list.
fn texts<const N: usize>(list: &Value, fields: [&str; N]) -> Vec<String> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let text =
        |one: &Value| fields.map(|field| one[field].as_str().unwrap_or("something").to_owned()).join(": ");
    list.iter().map(text).collect()
}
