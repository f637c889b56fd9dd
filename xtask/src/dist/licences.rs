//! The licences of the libraries in a binary.

use anyhow::Context;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// How the files begin that a licence asks to pass on.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// One text: the libraries that `package` links, each with its licence, then the licences' texts, each once with the
/// libraries that bring it.
pub fn of(metadata: &Value, package: &str) -> anyhow::Result<String> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let packages = list(metadata.get("packages"));
    let by_id: BTreeMap<_, _> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes = list(metadata.pointer("/resolve/nodes"));
    let nodes: BTreeMap<_, _> = nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();

    let root =
        by_id.iter().find(|(_, candidate)| candidate["name"] == package).map(|(id, _)| (*id).to_owned());
    let mut next = vec![root.with_context(|| format!("there is no package {package}"))?];
    let mut linked = BTreeSet::new();
    while let Some(id) = next.pop() {
        let dependencies = nodes.get(id.as_str()).map(|node| list(node.get("deps"))).unwrap_or_default();
        let normal =
            |dependency: &Value| list(dependency.get("dep_kinds")).iter().any(|kind| kind["kind"].is_null());
        let normal = dependencies.iter().filter(|dependency| normal(dependency));
        let fresh: Vec<_> =
            normal.filter_map(|dependency| dependency["pkg"].as_str()).map(str::to_owned).collect();
        next.extend(fresh.into_iter().filter(|id| !linked.contains(id)));
        linked.insert(id);
    }

    let mut names = BTreeSet::new();
    let mut texts = BTreeMap::<String, BTreeSet<String>>::new();
    for package in linked.iter().filter_map(|id| by_id.get(id.as_str())) {
        // Our own have no source, and our own licence.
        if package["source"].is_null() {
            continue;
        }
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        names.insert(format!("{name}: {}", text(&package["license"])));
        let folder = Path::new(package["manifest_path"].as_str().unwrap_or_default())
            .parent()
            .unwrap_or(Path::new(""));
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            if path.is_file() && BEGINNINGS.iter().any(|beginning| file.starts_with(beginning)) {
                let licence = String::from_utf8_lossy(&std::fs::read(&path)?).replace("\r\n", "\n");
                texts.entry(licence.trim().to_owned()).or_default().insert(name.clone());
            }
        }
    }
    let mut out = "gloo is built with these libraries.\n\n".to_owned();
    for name in names {
        writeln!(out, "{name}")?;
    }
    for (licence, names) in texts {
        let names: Vec<_> = names.into_iter().collect();
        write!(out, "\n{}\n{}:\n\n{licence}\n", "-".repeat(80), names.join(", "))?;
    }
    Ok(out + "\n" + &"-".repeat(80) + "\n")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
