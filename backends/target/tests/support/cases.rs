//! Golden cases of a target, for the tests of the backends. Each folder of a backend's `tests/cases/` has a program,
//! `input.gloo`, whose cluster `east` runs the target, and what it becomes, `expected.snap`: the files, or what was said
//! instead.

use gloo_ir::{Backend, ClusterId, compile};
use gloo_source::{Place, Sink, render::one_line};
use gloo_target::{Artifact, Target, validate};
use std::fmt::Write;
use std::path::Path;

/// What else must be said of the files of a cluster: the mistakes in them.
pub type Check<'a> = &'a dyn Fn(&[Artifact]) -> Vec<String>;

/// Holds the program at `input` against the snapshot beside it.
pub fn hold(input: &Path, target: &dyn Target, check: Check<'_>) {
    let shown = shown(&std::fs::read_to_string(input).unwrap(), target, check);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(input.parent().unwrap());
    settings.set_snapshot_suffix("");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("expected", shown));
}

/// What a program becomes on its cluster `east`.
fn shown(text: &str, target: &dyn Target, check: Check<'_>) -> String {
    let compiled = compile(&[("input.gloo", text)], None);
    let errors: Vec<String> = compiled.errors().map(|error| one_line(error, &compiled.sources)).collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut sink = Sink::new();
    let plan = gloo_target::plan(&compiled.program, &ClusterId::new("east"), &mut sink).ok();
    let positions = |place: Place| {
        let line = compiled.sources.position(compiled.source_map.span(place)).map_or(0, |at| at.line);
        format!("input.gloo:{line}")
    };
    let artifacts = plan.and_then(|plan| target.emit(&plan, &positions, &mut sink).ok());
    let mut shown = String::new();
    for artifact in artifacts.iter().flatten() {
        writeln!(shown, "### {}\n{}", artifact.path, artifact.text("case", &positions).unwrap()).unwrap();
    }
    if let Some(artifacts) = &artifacts {
        assert_eq!(validate(artifacts), Vec::new());
        assert_eq!(check(artifacts), Vec::<String>::new());
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

/// Holds the files of these examples, for those of their clusters whose backend is wanted.
pub fn hold_examples(
    examples: &[&str],
    wanted: impl Fn(&Backend) -> bool,
    target: &dyn Target,
    check: Check<'_>,
) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for example in examples {
        let mut files = Vec::new();
        read(&folder.join(example), "", &mut files);
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let compiled = compile(&files, None);
        assert_eq!(compiled.errors().count(), 0, "{example}");
        let clusters = compiled.program.clusters.values();
        let clusters: Vec<_> = clusters.filter(|cluster| wanted(&cluster.backend.value)).collect();
        assert_ne!(clusters.len(), 0, "{example} has no such cluster");
        for cluster in clusters {
            let mut sink = Sink::new();
            let plan = gloo_target::plan(&compiled.program, &cluster.id, &mut sink).unwrap();
            let artifacts = target.emit(&plan, &|_| "here".to_owned(), &mut sink).unwrap();
            assert_eq!(validate(&artifacts), Vec::new(), "{example}");
            assert_eq!(check(&artifacts), Vec::<String>::new(), "{example}");
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
