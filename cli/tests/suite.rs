//! What users meet: the command on the examples, on the pages of the errors and on the table of requests.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use gloo_source::{CODES, Level};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn gloo(arguments: &[&str], workspace: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).arg(workspace).env("NO_COLOR", "1").env("COLUMNS", "80");
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const EXAMPLES: [&str; 5] = ["hello", "bookinfo", "storefront", "members", "secured-storefront"];

#[test]
fn examples_are_right() {
    for example in EXAMPLES {
        let folder = root().join("examples").join(example);
        let output = gloo(&["check", "--paranoid"], &folder);
        assert!(output.status.success(), "{example}:\n{}", text(&output.stdout));
        let output = gloo(&["test"], &folder);
        assert!(output.status.success(), "{example}:\n{}", text(&output.stdout));
    }
}

/// `--types-only` finds no more than mistakes; without it, what they come to is found too.
#[test]
fn types_alone_say_nothing_of_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, content: &str| std::fs::write(folder.path().join(name), content).expect("a file");
    write("gloo.toml", "[workspace]\nname = \"dead\"\n");
    write(
        "prelude.gloo",
        &std::fs::read_to_string(root().join("docs/errors/prelude.gloo")).expect("the prelude"),
    );
    write(
        "dead.gloo",
        "routes dead on edge.web for \"dead.acme.com\" { any /** => cart  GET /late => frontend }\n",
    );
    let types = gloo(&["check", "--types-only"], folder.path());
    assert!(types.status.success(), "{}", text(&types.stdout));
    let all = gloo(&["check", "-o", "json"], folder.path());
    assert_eq!(all.status.code(), Some(1));
    let all: Value = serde_json::from_slice(&all.stdout).expect("an object");
    assert_eq!(all["diagnostics"][0]["name"], "shadowed-rule");
}

/// All but `secured-storefront` build for all their clusters, twice the same; that one is refused, since some of its policies
/// are not lowered.
#[test]
fn examples_build() {
    for example in ["hello", "bookinfo", "storefront", "members"] {
        let folder = root().join("examples").join(example);
        let out = tempfile::tempdir().expect("a folder");
        let path = out.path().to_string_lossy().into_owned();
        let first = gloo(&["build", "-o", "json", "--out", &path], &folder);
        assert!(first.status.success(), "{example}:\n{}", text(&first.stdout));
        let second = gloo(&["build", "-o", "json", "--out", &path], &folder);
        let second: Value = serde_json::from_slice(&second.stdout).expect("an object");
        assert_eq!(second["written"], 0, "{example}: a second build writes nothing");
    }
    let out = tempfile::tempdir().expect("a folder");
    let path = out.path().to_string_lossy().into_owned();
    let refused = gloo(&["build", "--out", &path], &root().join("examples/secured-storefront"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("GL5002"), "{}", text(&refused.stdout));
    assert_eq!(std::fs::read_dir(out.path()).expect("a folder").count(), 0, "nothing was written");
}

/// Each request of the examples and of the table is answered alike by the evaluator and by a real Envoy.
#[test]
fn envoy_answers_as_the_evaluator() {
    let mut sent = 0;
    let examples = ["hello", "bookinfo", "storefront", "members"].map(|name| format!("examples/{name}"));
    for workspace in examples.iter().map(String::as_str).chain(["tests/suite/requests"]) {
        let output = gloo(&["test", "--envoy", "-o", "json"], &root().join(workspace));
        let result: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{workspace}: {}{}", text(&output.stdout), text(&output.stderr)));
        let cases = result["cases"].as_array().expect("cases");
        for case in cases {
            assert_eq!(case["passed"], true, "{workspace}: {case}");
        }
        let agrees = |case: &&Value| {
            case["envoy"].as_array().is_some_and(|all| all.iter().any(|one| one["verdict"] == "agrees"))
        };
        sent += cases.iter().filter(agrees).count();
    }
    assert!(sent >= 250, "only {sent} requests went through Envoy");
}

/// The programs of a page: the files of the block under each heading, and whether it is built.
fn block(page: &str, heading: &str) -> (bool, Vec<(String, String)>) {
    let after = page.split(&format!("\n## {heading}\n")).nth(1).expect("the heading");
    let block = after.split("```").nth(1).expect("a block");
    let (info, code) = block.split_once('\n').expect("lines");
    let mut files: Vec<(String, String)> = Vec::new();
    for line in code.lines() {
        match line.strip_prefix("// file: ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                if files.is_empty() {
                    files.push(("example.gloo".to_owned(), String::new()));
                }
                let (_, text) = files.last_mut().expect("a file");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    (info.trim() == "gloo build", files)
}

/// What the prelude declares and a page doesn't use is none of its business, unless the page is about that.
const OF_UNUSED: [(&str, &str); 4] = [
    ("GL4011", "unreachable-service"),
    ("GL4012", "unreachable-subset"),
    ("GL4013", "unreachable-gateway"),
    ("GL4014", "unreachable-listener"),
];

/// What the command says of a block of the page `code`, as an object and as text.
fn run(code: &str, prelude: &str, is_built: bool, files: &[(String, String)]) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    };
    let allowed = OF_UNUSED.iter().filter(|(own, _)| *own != code);
    let allowed = allowed.map(|(_, name)| format!("{name} = \"allow\"\n"));
    let quiet = CODES.iter().filter(|quiet| quiet.level == Level::Allow && quiet.to_string() == code);
    let lints: String = allowed.chain(quiet.map(|quiet| format!("{} = \"warn\"\n", quiet.name))).collect();
    write("gloo.toml", &format!("[workspace]\nname = \"page\"\n[lints]\n{lints}"));
    write("prelude.gloo", prelude);
    for (path, text) in files {
        write(path, text);
    }
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let command: &[&str] = if is_built { &["build", "--out", &out] } else { &["check"] };
    let json = gloo(&[command, &["-o", "json"]].concat(), folder.path());
    let result: Value = serde_json::from_slice(&json.stdout)
        .unwrap_or_else(|_| panic!("{}{}", text(&json.stdout), text(&json.stderr)));
    let codes = result["diagnostics"].as_array().map(Vec::as_slice).unwrap_or_default();
    let codes = codes.iter().map(|one| one["code"].as_str().unwrap_or_default().to_owned()).collect();
    (codes, text(&gloo(command, folder.path()).stdout))
}

#[test]
fn pages_of_errors_are_true() {
    let folder = root().join("docs/errors");
    let prelude = std::fs::read_to_string(folder.join("prelude.gloo")).expect("the prelude");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("pages").map(|it| it.expect("a page").path()).collect();
    pages.sort();
    let mut wrong_pages = Vec::new();
    for path in pages {
        let code = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if !code.starts_with("GL") {
            continue;
        }
        let page = std::fs::read_to_string(&path).expect("a page");
        let (is_built, files) = block(&page, "Wrong");
        let (codes, shown) = run(&code, &prelude, is_built, &files);
        if codes.is_empty() || codes.iter().any(|found| *found != code) {
            wrong_pages.push(format!("{code}: the wrong program gives {codes:?}\n{shown}"));
        }
        let kept = root().join("tests/suite/errors");
        insta::with_settings!({ snapshot_path => kept, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(code.clone(), shown.trim_end());
        });
        let (is_built, files) = block(&page, "Right");
        let (codes, shown) = run(&code, &prelude, is_built, &files);
        if !codes.is_empty() {
            wrong_pages.push(format!("{code}: the right program gives {codes:?}\n{shown}"));
        }
    }
    assert!(wrong_pages.is_empty(), "{}", wrong_pages.join("\n"));
}

/// Wrong programs as newcomers write them, each with what is said of it, word for word.
#[test]
fn messages_say_what_to_do() {
    let folder = root().join("tests/suite/messages");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("messages") {
        let path = entry.expect("a message").path();
        if path.extension().is_none_or(|end| end != "gloo") {
            continue;
        }
        let workspace = tempfile::tempdir().expect("a folder");
        std::fs::write(workspace.path().join("gloo.toml"), "[workspace]\nname = \"message\"\n")
            .expect("a file");
        std::fs::copy(&path, workspace.path().join("program.gloo")).expect("a file");
        let said = text(&gloo(&["check"], workspace.path()).stdout);
        let expected = std::fs::read_to_string(path.with_extension("txt")).expect("what is said");
        assert_eq!(said, expected, "{}", path.display());
        assert!(said.contains("program.gloo:"), "{} has a position", path.display());
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{} fits in 80 columns", path.display());
        count += 1;
    }
    assert!(count >= 40, "only {count} messages");
}

/// The blocks of the language's reference, alone or with its prelude, have no errors.
#[test]
fn the_reference_is_true() {
    let docs = root().join("docs");
    let page = std::fs::read_to_string(docs.join("language.md")).expect("the page");
    let prelude = std::fs::read_to_string(docs.join("prelude.gloo")).expect("the prelude");
    let mut count = 0;
    for part in page.split("\n```gloo\n").collect::<Vec<_>>().windows(2) {
        let code = part[1].split("\n```").next().expect("a block");
        let with_prelude = part[0].trim_end().ends_with("<!-- with: prelude -->");
        let workspace = tempfile::tempdir().expect("a folder");
        let mut files = vec![("block.gloo".to_owned(), String::new())];
        for line in code.lines() {
            match line.strip_prefix("// file: ") {
                Some(path) => files.push((path.to_owned(), String::new())),
                None => {
                    let (_, text) = files.last_mut().expect("a file");
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        files.push(("gloo.toml".to_owned(), "[workspace]\nname = \"page\"\n".to_owned()));
        if with_prelude {
            files.push(("prelude.gloo".to_owned(), prelude.clone()));
        }
        for (path, text) in files {
            let path = workspace.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
        let checked = gloo(&["check"], workspace.path());
        assert_eq!(checked.status.code(), Some(0), "{}\n{}", code, text(&checked.stdout));
        count += 1;
    }
    assert!(count >= 10, "only {count} blocks");
}

/// A request on the command line may name what the program declares, as the examples of the help do.
#[test]
fn requests_name_declarations() {
    let secured = root().join("examples/secured-storefront");
    let with = ["trace", "GET https://shop.acme.com/api/me", "--with", "{ auth0: valid  auth0.sub: \"u1\" }"];
    let output = gloo(&with, &secured);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("shop.catalog"), "{}", text(&output.stdout));
    let call = [
        "trace",
        "POST /charge/1",
        "--from",
        "shop.frontend",
        "--to",
        "shop.payments",
        "--cluster",
        "east",
        "-o",
        "json",
    ];
    let output = gloo(&call, &secured);
    let trace: Value = serde_json::from_slice(&output.stdout).expect("an object");
    assert_eq!(trace["outcome"]["kind"], "denied");
    assert_eq!(trace["outcome"]["status"], 403);
}

/// A workspace of that name whose cluster has one Envoy, for the gateway of that name.
fn workspace(name: &str, gateway: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::fs::read_to_string(root().join("examples/hello/hello.gloo")).expect("the example");
    let program = program.replace("gateway front", &format!("gateway {gateway}"));
    let program = program.replace("on front", &format!("on {gateway}"));
    std::fs::write(folder.path().join("main.gloo"), program).expect("a file");
    std::fs::write(folder.path().join("gloo.toml"), format!("[workspace]\nname = \"{name}\"\n"))
        .expect("a file");
    folder
}

#[test]
fn a_build_leaves_the_files_of_other_workspaces_alone() {
    let out = tempfile::tempdir().expect("a folder");
    let build = |workspace: &Path| gloo(&["build", "--out", &out.path().to_string_lossy()], workspace);
    let has = |path: &str| out.path().join("local").join(path).exists();
    let (one, two, same) = (workspace("one", "front"), workspace("two", "side"), workspace("same", "front"));
    assert!(build(one.path()).status.success());

    let second = build(two.path());
    assert!(second.status.success(), "{}", text(&second.stderr));
    let said = text(&second.stderr);
    assert!(said.contains("left alone, made for the workspace `one`: local/front.yaml"), "{said}");
    assert!(has("front.yaml") && has("side.yaml"));

    let before = std::fs::read(out.path().join("local/front.yaml")).expect("a file");
    let third = build(same.path());
    assert_eq!(third.status.code(), Some(2));
    let said = text(&third.stderr);
    assert!(
        said.contains("was made for the workspace `one` and stands where the build would write"),
        "{said}"
    );
    assert_eq!(std::fs::read(out.path().join("local/front.yaml")).expect("a file"), before);

    let renamed = workspace("two", "other");
    let fourth = build(renamed.path());
    let said = text(&fourth.stderr);
    assert!(said.contains("deleted, no longer part of the output: local/side.yaml"), "{said}");
    assert!(has("front.yaml") && has("other.yaml") && !has("side.yaml"));
}

#[test]
fn layouts_name_the_repository_and_the_path_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("a file");
    let program = "cluster east { backend: istio(version: \"1.30\", mode: sidecar) }\n";
    write("main.gloo", program);
    write("gloo.toml", "[workspace]\nname = \"shop\"\n\n[build]\nlayout = \"argocd\"\n");
    let refused = gloo(&["build", "-o", "json"], folder.path());
    assert_eq!(refused.status.code(), Some(1));
    let refused: Value = serde_json::from_slice(&refused.stdout).expect("an object");
    let found = &refused["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["file"], &found["line"]),
        (&"GL3017".into(), &"gloo.toml".into(), &4.into())
    );

    let build = "[build]\nlayout = \"argocd\"\nrepository = \"https://git.acme.com/shop.git\"\n";
    write("gloo.toml", &format!("[workspace]\nname = \"shop\"\n\n{build}"));
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect("a file");
    assert!(gloo(&["build"], folder.path()).status.success());
    let set = read("out/argocd/shop.yaml");
    assert!(set.contains("repoURL: https://git.acme.com/shop.git"), "{set}");
    assert!(set.contains("path: out/{{.cluster}}"), "{set}");

    // A repository beside the workspace's own files: the path begins at its root.
    std::fs::create_dir_all(folder.path().join("deploy/.git")).expect("folders");
    let out = folder.path().join("deploy/../deploy/clusters").to_string_lossy().into_owned();
    let built = gloo(&["build", "--layout", "flux", "--out", &out], folder.path());
    assert!(built.status.success(), "{}", text(&built.stderr));
    let flux = read("deploy/clusters/flux/east.yaml");
    assert!(flux.contains("path: ./clusters/east"), "{flux}");

    let outside = tempfile::tempdir().expect("a folder");
    let built =
        gloo(&["build", "--layout", "flux", "--out", &outside.path().to_string_lossy()], folder.path());
    assert_eq!(built.status.code(), Some(2));
    assert!(text(&built.stderr).contains("is in no Git repository"), "{}", text(&built.stderr));

    write("gloo.toml", "[build]\nlayout = \"flat\"\n");
    let nameless = gloo(&["build"], folder.path());
    assert_eq!(nameless.status.code(), Some(1));
    assert!(
        text(&nameless.stdout).contains("a build needs the workspace's name"),
        "{}",
        text(&nameless.stdout)
    );
}
