//! What `action.yml` and `.pre-commit-hooks.yaml` run: the scripts and commands in them, as GitHub's runner and
//! pre-commit run them.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn yaml(file: &str) -> Value {
    let text = std::fs::read_to_string(root().join(file)).expect("a file");
    let mut documents = gloo_target::from_yaml(&text).expect("YAML");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}

const RIGHT: &str = "routes shop on edge for \"shop.acme.com\" { any /** => frontend }\n";
const WRONG: &str = "\
routes shop on edge for \"shop.acme.com\" {
  any /cart/**       => cart
  GET /cart/checkout => checkout
}
";

/// A checkout with a workspace in `mesh`.
fn checkout(program: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let prelude = std::fs::read_to_string(root().join("docs/errors/prelude.gloo")).expect("the prelude");
    let mesh = folder.path().join("mesh");
    std::fs::create_dir(&mesh).expect("a folder");
    // All that it declares is used.
    let used = |line: &&str| !line.contains("subset") && !line.contains("listener pass");
    let prelude: String = prelude.split_inclusive('\n').filter(used).collect();
    let manifest = "[workspace]\nname = \"mesh\"\n";
    for (name, content) in [("gloo.toml", manifest), ("prelude.gloo", &*prelude), ("shop.gloo", program)] {
        std::fs::write(mesh.join(name), content).expect("a file");
    }
    folder
}

/// What became of a run of the action.
struct Run {
    success: bool,
    log: String,
    /// The other actions that it used, with their inputs.
    used: Vec<(String, BTreeMap<String, String>)>,
}

/// Runs the steps of the action in a checkout until one fails, with these inputs and the defaults of all others.
/// `server` stands for the server that has the releases.
fn run(checkout: &Path, server: &Path, inputs: &[(&str, &str)]) -> Run {
    let action = yaml("action.yml");
    let temp = tempfile::tempdir().expect("a folder");
    let mut known: BTreeMap<String, String> = BTreeMap::from([
        ("github.action_repository".to_owned(), "acme/gloo".to_owned()),
        ("github.server_url".to_owned(), format!("file://{}", server.display())),
        ("runner.temp".to_owned(), temp.path().display().to_string()),
    ]);
    for (name, input) in action["inputs"].as_object().expect("inputs") {
        known.insert(format!("inputs.{name}"), text(&input["default"]).to_owned());
    }
    for (name, value) in inputs {
        let old = known.insert(format!("inputs.{name}"), (*value).to_owned());
        assert!(old.is_some(), "the action has no input `{name}`");
    }
    let mut run = Run { success: true, log: String::new(), used: Vec::new() };
    for step in action["runs"]["steps"].as_array().expect("steps") {
        let holds = step.get("if").is_none_or(|condition| is_true(text(condition), &known));
        if !holds {
            continue;
        }
        if let Some(uses) = step.get("uses") {
            let with = step["with"].as_object().expect("inputs").iter();
            let with = with.map(|(name, value)| (name.clone(), filled(text(value), &known))).collect();
            run.used.push((text(uses).to_owned(), with));
            continue;
        }
        assert_eq!(step["shell"], "bash");
        let script = text(&step["run"]);
        assert!(!script.contains("${{"), "inputs come as variables: {script}");
        let file = temp.path().join("step.sh");
        std::fs::write(&file, script).expect("a file");
        let outputs = temp.path().join("outputs");
        std::fs::write(&outputs, "").expect("a file");
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&file).current_dir(checkout);
        bash.env_clear().env("PATH", std::env::var_os("PATH").expect("a path"));
        bash.env("GITHUB_WORKSPACE", checkout).env("GITHUB_OUTPUT", &outputs);
        for (name, value) in step["env"].as_object().expect("variables") {
            bash.env(name, filled(text(value), &known));
        }
        let output = bash.output().expect("bash runs");
        run.log.push_str(&both(&output));
        if !output.status.success() {
            run.success = false;
            break;
        }
        for line in std::fs::read_to_string(&outputs).expect("a file").lines() {
            let (name, value) = line.split_once('=').expect("a value");
            let id = text(&step["id"]);
            known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
    }
    run
}

fn both(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

/// The text with what stands for its expressions.
fn filled(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut parts = text.split("${{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("an end");
        let value = known.get(name.trim()).unwrap_or_else(|| panic!("nothing is known of `{name}`"));
        out += value;
        out += rest;
    }
    out
}

/// Conditions such as the action has: values held against texts, joined by `&&`.
fn is_true(condition: &str, known: &BTreeMap<String, String>) -> bool {
    condition.split("&&").all(|part| {
        let (left, equal, right) = match (part.split_once("=="), part.split_once("!=")) {
            (Some((left, right)), _) => (left, true, right),
            (_, Some((left, right))) => (left, false, right),
            _ => panic!("no comparison: {part}"),
        };
        let value = known.get(left.trim()).unwrap_or_else(|| panic!("nothing is known of `{left}`"));
        (value == right.trim().trim_matches('\'')) == equal
    })
}

const GLOO: &str = env!("CARGO_BIN_EXE_gloo");

#[test]
fn the_action_checks() {
    let right = checkout(RIGHT);
    let done = run(right.path(), right.path(), &[("workspace", "mesh"), ("binary", GLOO)]);
    assert!(done.success && done.log.contains("nothing wrong in `mesh`"), "{}", done.log);
    assert!(done.used.is_empty());

    let wrong = checkout(WRONG);
    let done = run(wrong.path(), wrong.path(), &[("workspace", "mesh"), ("binary", GLOO)]);
    assert!(!done.success);
    let command =
        "::error file=mesh/shop.gloo,line=3,col=3,endLine=3,endColumn=33,title=GL4004 shadowed-rule::";
    assert!(done.log.contains(command), "the path is that in the checkout: {}", done.log);

    let args = "--allow\n GL4004 --baseline  known.json";
    std::fs::write(wrong.path().join("known.json"), "{\"version\":1,\"findings\":[]}").expect("a file");
    let done = run(wrong.path(), wrong.path(), &[("workspace", "mesh"), ("binary", GLOO), ("args", args)]);
    assert!(done.success, "{}", done.log);
}

#[test]
fn the_action_writes_sarif_and_uploads_it() {
    let wrong = checkout(WRONG);
    let inputs = [("workspace", "mesh"), ("binary", GLOO), ("sarif", "gloo.sarif")];
    let done = run(wrong.path(), wrong.path(), &inputs);
    assert!(!done.success && done.used.is_empty(), "{}", done.log);
    let log = std::fs::read_to_string(wrong.path().join("gloo.sarif")).expect("a file");
    let log: Value = serde_json::from_str(&log).expect("an object");
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "mesh/shop.gloo");

    let done = run(wrong.path(), wrong.path(), &[&inputs[..], &[("upload", "true")]].concat());
    let [(action, with)] = &*done.used else { panic!("one other action: {:?}", done.used) };
    assert!(action.starts_with("github/codeql-action/upload-sarif@"), "{action}");
    assert_eq!(with["sarif_file"], "gloo.sarif");
    assert!(!done.success, "and then the check fails");

    std::fs::write(wrong.path().join("mesh/gloo.toml"), b"\xff").expect("a file");
    let done = run(wrong.path(), wrong.path(), &[&inputs[..], &[("upload", "true")]].concat());
    assert!(!done.success && done.used.is_empty(), "what can't be read gives no log to upload: {}", done.log);
}

/// An archive laid out as `make dist` lays it out, with a script that runs the command.
fn archive(folder: &Path, path: &str) -> PathBuf {
    let name = format!("gloo-{}-x86_64-linux", env!("CARGO_PKG_VERSION"));
    let stage = folder.join("stage").join(&name);
    std::fs::create_dir_all(&stage).expect("folders");
    std::fs::write(stage.join("gloo"), format!("#!/bin/sh\nexec '{GLOO}' \"$@\"\n")).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(stage.join("gloo"), mode).expect("permissions");
    let archive = folder.join(path);
    std::fs::create_dir_all(archive.parent().expect("a folder")).expect("folders");
    let mut tar = Command::new("tar");
    tar.args(["--create", "--gzip", "--file"]).arg(&archive).arg("--directory").arg(folder.join("stage"));
    assert!(tar.arg(&name).status().expect("tar runs").success());
    archive
}

#[test]
fn the_action_installs_archives_and_releases() {
    let right = checkout(RIGHT);
    let server = tempfile::tempdir().expect("a folder");
    let version = env!("CARGO_PKG_VERSION");
    let path = format!("acme/gloo/releases/download/v{version}/gloo-{version}-x86_64-linux.tar.gz");
    let archive = archive(server.path(), &path).display().to_string();
    let url = format!("file://{archive}");
    let sum = Command::new("sha256sum").arg(&archive).output().expect("sha256sum runs");
    let sum = String::from_utf8_lossy(&sum.stdout).split_whitespace().next().expect("a sum").to_owned();
    for inputs in [
        &[("version", version)][..],
        &[("version", version), ("repository", "acme/gloo")],
        &[("archive", &archive)],
        &[("archive", &url)],
        &[("archive", &url), ("sha256", &sum)],
    ] {
        let done = run(right.path(), server.path(), &[inputs, &[("workspace", "mesh")]].concat());
        assert!(done.success, "{inputs:?}: {}", done.log);
        assert!(done.log.starts_with(&format!("gloo {version}\n")), "{}", done.log);
        assert!(done.log.ends_with("nothing wrong in `mesh`\n"), "{}", done.log);
    }
    for (inputs, wanted) in [
        (&[][..], "say which gloo is to be used"),
        (&[("version", "0.0.0")], "curl: "),
        (&[("version", version), ("repository", "other/gloo")], "curl: "),
        (&[("archive", &*archive), ("sha256", &"0".repeat(64))], "doesn't have the SHA-256 that is wanted"),
    ] {
        let done = run(right.path(), server.path(), &[inputs, &[("workspace", "mesh")]].concat());
        assert!(!done.success && done.log.contains(wanted), "{inputs:?}: {}", done.log);
        assert!(!done.log.contains("nothing wrong"), "nothing is checked: {}", done.log);
    }
}

/// No input is a command.
#[test]
fn the_action_takes_texts_for_texts() {
    let right = checkout(RIGHT);
    let here = "$(touch made) `touch made`; touch made";
    for name in ["workspace", "args", "binary", "archive", "version", "repository", "sha256", "sarif"] {
        let mut inputs = vec![("workspace", "mesh"), ("binary", GLOO)];
        inputs.retain(|(other, _)| {
            *other != name && !(name != "args" && name != "workspace" && *other == "binary")
        });
        inputs.push((name, here));
        run(right.path(), right.path(), &inputs);
        assert!(!right.path().join("made").exists(), "{name}");
    }
}

/// Runs a hook as pre-commit does: its entry, then `args`, then the files, if it takes them.
fn hook(id: &str, args: &[&str], files: &[&str], checkout: &Path) -> Output {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = hooks.as_array().expect("hooks").iter().find(|hook| hook["id"] == id).expect("the hook");
    assert_eq!(hook["language"], "system");
    let mut words = text(&hook["entry"]).split_whitespace();
    assert_eq!(words.next(), Some("gloo"));
    let mut command = Command::new(GLOO);
    command.args(words).args(args).current_dir(checkout).env_remove("GITHUB_WORKSPACE");
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    if hook.get("pass_filenames") != Some(&false.into()) {
        command.args(files);
    }
    command.output().expect("the command runs")
}

#[test]
fn the_hooks_do_what_they_say() {
    let wrong = checkout(WRONG);
    let files = ["mesh/shop.gloo"];
    let checked = hook("gloo-check", &["mesh"], &files, wrong.path());
    assert_eq!(checked.status.code(), Some(1));
    assert!(both(&checked).contains("GL4004"), "{}", both(&checked));
    let right = checkout(&RIGHT.replace("{ any", "{any"));
    let checked = hook("gloo-check", &["mesh"], &files, right.path());
    assert!(checked.status.success(), "{}", both(&checked));
    let formatted = hook("gloo-fmt", &[], &files, right.path());
    assert!(formatted.status.success(), "{}", both(&formatted));
    let after = std::fs::read_to_string(right.path().join("mesh/shop.gloo")).expect("a file");
    assert_eq!(after, RIGHT);
}

/// The page says of the action and of the hooks what they have.
#[test]
fn the_page_about_gates_is_true() {
    let page = std::fs::read_to_string(root().join("docs/ci.md")).expect("the page");
    let blocks = page.split("\n```yaml\n").skip(1).map(|rest| rest.split("\n```").next().expect("a block"));
    let blocks: Vec<Value> = blocks.flat_map(|block| gloo_target::from_yaml(block).expect("YAML")).collect();
    let [workflow, config] = &*blocks else { panic!("two blocks: {blocks:?}") };
    let steps = workflow["jobs"]["gloo"]["steps"].as_array().expect("steps");
    let own = |step: &&Value| text(&step["uses"]).contains("/gloo@");
    let step = steps.iter().find(own).expect("the action");
    let inputs = yaml("action.yml");
    for name in step["with"].as_object().expect("inputs").keys() {
        assert!(inputs["inputs"].get(name).is_some(), "the action has no input `{name}`");
    }
    let hooks = yaml(".pre-commit-hooks.yaml");
    let known: Vec<&Value> = hooks.as_array().expect("hooks").iter().map(|hook| &hook["id"]).collect();
    for hook in config["repos"][0]["hooks"].as_array().expect("hooks") {
        assert!(known.contains(&&hook["id"]), "there is no hook {}", hook["id"]);
    }
    for (name, input) in inputs["inputs"].as_object().expect("inputs") {
        assert!(
            page.contains(&format!("`{name}`")) || page.contains(&format!(" {name}: ")),
            "{name}: {input}"
        );
    }
}
