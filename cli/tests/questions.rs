//! The commands that ask about all requests: `prove`, `who-can`, `what-reaches`, `regions` and `diff`, on the examples.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn gloo(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "80");
    command.output().expect("the command runs")
}

/// Status and both outputs, as a snapshot holds them.
fn said(arguments: &[&str], folder: &Path) -> String {
    let output = gloo(arguments, folder);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().expect("a status");
    format!("$ gloo {}\n{}{}exit {status}\n", arguments.join(" "), text(&output.stdout), text(&output.stderr))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("a file");
    assert!(text.contains(from), "{} has `{from}`", file.display());
    std::fs::write(file, text.replace(from, to)).expect("a file");
}

#[test]
fn claims() {
    let folder = example("hello");
    let claim = |text: &str| said(&["prove", text], &folder);
    let mut all = vec![said(&["prove"], &example("bookinfo"))];
    all.push(claim("every request through front => allowed"));
    all.push(claim("no request through front where path in /healthz => status == 200"));
    all.push(claim("some request through front => reaches(greeter)"));
    all.push(claim("some request through front where method == POST => reaches(greeter)"));
    all.push(claim("every request through front where method == GET && method == POST => denied"));
    all.push(claim("evry request => denied"));
    all.push(claim("every request => reaches(greter)"));
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn who_reaches() {
    let folder = example("secured-storefront");
    let all = [
        said(&["who-can", "reach", "payments"], &folder),
        said(&["what-reaches", "cart"], &folder),
        said(&["who-can", "reach", "paymnts"], &folder),
        said(&["who-can", "call", "payments"], &folder),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn parts() {
    let all = [
        said(&["regions"], &example("hello")),
        said(&["regions", "--on", "ingress", "--cluster", "lab"], &example("bookinfo")),
        said(&["regions", "-o", "tests", "--on", "front"], &example("hello")),
        said(&["regions", "--on", "frnt"], &example("hello")),
        said(&["regions", "--cluster", "nowhere"], &example("hello")),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

/// A route's timeout, an access rule and a host that is taken away, in each form.
#[test]
fn differences() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    copy(&example("secured-storefront"), &old);
    copy(&old, &new);
    replace(&new.join("routes.gloo"), "=> cart { timeout: 3s }", "=> cart { timeout: 4s }");
    replace(&new.join("security.gloo"), "allow checkout where method == POST", "allow checkout");
    let all = [
        said(&["diff", "old", "new"], folder.path()),
        said(&["diff", "new", "old", "-o", "markdown"], folder.path()),
        said(&["diff", "old", "old"], folder.path()),
        said(&["diff", "old", "nowhere"], folder.path()),
    ];
    insta::assert_snapshot!(all.join("\n"));
    let json = gloo(&["diff", "old", "new", "-o", "json"], folder.path());
    let json: Value = serde_json::from_slice(&json.stdout).expect("an object");
    assert_eq!(json["summary"]["wider"], 2);
    assert_eq!(json["entries"][0]["differences"][0]["before"]["effects"][0], "timeout 3s");
}

#[test]
fn workspaces_with_errors_are_not_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    copy(&example("hello"), &old);
    copy(&old, &new);
    replace(&new.join("hello.gloo"), "=> greeter", "=> greter");
    insta::assert_snapshot!(said(&["diff", "old", "new"], folder.path()));
}

/// Against a revision of Git: of the whole folder, and of a folder below the repository's root.
#[test]
fn differences_to_a_revision() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = folder.path().join("policies/hello");
    copy(&example("hello"), &workspace);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(folder.path()).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        assert!(command.args(arguments).output().expect("git runs").status.success(), "git {arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "one"]);
    let same = gloo(&["diff", "HEAD"], &workspace);
    assert_eq!(same.status.code(), Some(0), "{}", String::from_utf8_lossy(&same.stderr));
    replace(&workspace.join("hello.gloo"), "respond(200, \"ok\")", "respond(503)");
    let all = [
        said(&["diff", "HEAD"], &workspace),
        said(&["diff", "HEAD", "policies/hello"], folder.path()),
        said(&["diff", "no-such-branch"], &workspace),
        said(&["diff", "--", "--upload-pack=x"], &workspace),
    ];
    insta::assert_snapshot!(all.join("\n"));
}
