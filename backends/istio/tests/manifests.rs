//! Manifests of whole programs. Each folder of `cases/` has a program, `input.gloo`, whose cluster `east` runs Istio, and
//! what it becomes, `expected.snap`: the files, or what was said instead. Every object must be one that a cluster with
//! Istio's schemas takes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test a panic is the failure")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

mod schema;

use gloo_ir::{Backend, ClusterId, compile};
use gloo_istio::IstioTarget;
use gloo_source::{Place, Sink, render::one_line};
use gloo_target::{Artifact, Content, Target, validate};
use std::fmt::Write;
use std::path::Path;

#[test]
fn cases() {
    let schemas = schema::Schemas::read();
    insta::glob!("cases/*/input.gloo", |path| {
        let folder = path.parent().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let shown = shown(&text, &schemas);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_snapshot_suffix("");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("expected", shown));
    });
}

/// What a program becomes on its cluster `east`.
fn shown(text: &str, schemas: &schema::Schemas) -> String {
    let compiled = compile(&[("input.gloo", text)], None);
    let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut sink = Sink::new();
    let plan = gloo_target::plan(&compiled.program, &ClusterId::new("east"), &mut sink).ok();
    let positions = |place: Place| {
        let line = compiled.sources.position(compiled.source_map.span(place)).map_or(0, |at| at.line);
        format!("input.gloo:{line}")
    };
    let artifacts = plan.and_then(|plan| IstioTarget.emit(&plan, &positions, &mut sink).ok());
    let mut shown = String::new();
    for artifact in artifacts.iter().flatten() {
        writeln!(shown, "### {}\n{}", artifact.path, artifact.text(&positions).unwrap()).unwrap();
    }
    if let Some(artifacts) = &artifacts {
        assert_eq!(validate(artifacts), Vec::new());
        assert_eq!(
            objects(artifacts).flat_map(|object| schemas.problems(object)).collect::<Vec<_>>(),
            Vec::<String>::new()
        );
    }
    for diagnostic in sink.into_diagnostics() {
        let diagnostic = compiled.source_map.resolve(diagnostic);
        writeln!(shown, "{}", one_line(&diagnostic, &compiled.sources)).unwrap();
        for help in &diagnostic.help {
            writeln!(shown, "  help: {help}").unwrap();
        }
    }
    shown
}

/// The examples, for those of their clusters that run Istio. What is said of policies is none of this crate's.
#[test]
fn examples() {
    let schemas = schema::Schemas::read();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for example in ["bookinfo", "storefront"] {
        let mut files = Vec::new();
        read(&examples.join(example), "", &mut files);
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let compiled = compile(&files, None);
        assert_eq!(compiled.errors().count(), 0, "{example}");
        for cluster in compiled.program.clusters.values() {
            if !matches!(cluster.backend.value, Backend::Istio { .. }) {
                continue;
            }
            let mut sink = Sink::new();
            let plan = gloo_target::plan(&compiled.program, &cluster.id, &mut sink).unwrap();
            let artifacts = IstioTarget.emit(&plan, &|_| "here".to_owned(), &mut sink).unwrap();
            assert_eq!(validate(&artifacts), Vec::new(), "{example}");
            let problems: Vec<String> =
                objects(&artifacts).flat_map(|object| schemas.problems(object)).collect();
            assert_eq!(problems, Vec::<String>::new(), "{example}");
        }
    }
}

/// The program's files below a folder, with their paths in it.
fn read(folder: &Path, within: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{within}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if name.ends_with(".gloo") {
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The Kubernetes objects among the documents.
fn objects(artifacts: &[Artifact]) -> impl Iterator<Item = &serde_json::Value> {
    let documents = artifacts.iter().flat_map(|artifact| match &artifact.content {
        Content::Yaml(documents) => documents.as_slice(),
        Content::Text(_) => &[],
    });
    documents.filter(|document| document.get("kind").is_some())
}
