//! What nobody should have to send: each is a clear error or handled, never a panic, and never without an end.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// A folder with these files, and a `gloo.toml` unless there is one among them.
fn workspace(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("gloo.toml"), "[workspace]\nname = \"bad\"\n").expect("a file");
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, content).expect("a file");
    }
    folder
}

/// What the command says, on both streams, and how it ends.
fn gloo(arguments: &[&str], folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "80");
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let output = command.stdin(Stdio::null()).output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Checks a workspace with one file.
fn check(content: impl AsRef<[u8]>) -> (Option<i32>, String) {
    gloo(&["check"], workspace(&[("main.gloo", content.as_ref())]).path())
}

/// The text is said with that exit code, within a terminal's width, and names no error of the system by its number.
fn says((code, text): &(Option<i32>, String), exit: i32, wanted: &str) {
    assert_eq!(*code, Some(exit), "{text}");
    assert!(text.contains(wanted), "no `{wanted}` in\n{text}");
    assert!(!text.contains("os error"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

const CLUSTER: &str = "cluster lab { backend: envoy(version: \"1.40\") }\n";

#[test]
fn bytes_that_are_no_text() {
    says(&check(b"mesh a { x: \xff\xfe }"), 1, "GL1001");
    says(&check("mesh a { }\0"), 1, "GL1001");
    let folder = workspace(&[("main.gloo", b"// \xff")]);
    says(&gloo(&["fmt"], folder.path()), 2, "is not UTF-8 from line 1 on");
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    let zero = std::fs::File::open(folder.path().join("main.gloo")).expect("a file");
    let output = command.args(["fmt", "-"]).stdin(zero).output().expect("the command runs");
    says(
        &(output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()),
        2,
        "`<stdin>` is not UTF-8",
    );
}

#[test]
fn text_that_breaks_off() {
    says(&check("cluster a { backend: \"x"), 1, "GL1002");
    says(&check("namespace shop {\n  service cart {\n    port http: 8080\n"), 1, "is never closed");
    says(&check("}\n"), 1, "GL1006");
}

#[test]
fn line_ends_and_marks_of_other_systems() {
    says(&check(format!("\u{feff}{CLUSTER}// c\r\n").replace('\n', "\r\n")), 0, "nothing wrong");
    says(&check(""), 0, "nothing wrong in `bad`");
    says(&check("\u{feff}"), 0, "nothing wrong");
}

#[test]
fn names_that_deceive() {
    says(&check(format!("{CLUSTER}// \u{202e}x")), 0, "1 warning");
    says(&check("cluster m\u{430}ster { backend: envoy(version: \"1.40\") }"), 1, "GL1001");
    let (_, text) = check("mesh \u{202e}a { }");
    assert!(!text.contains('\u{202e}'), "nothing turns the terminal's direction");
}

#[test]
fn long_lines_and_deep_nesting() {
    let line = format!("{CLUSTER}let x = header(\"a\") == \"{}\"\n", "y".repeat(1 << 20));
    says(&check(line), 0, "`x` is never used");
    for (open, close) in [("(", ")"), ("[", "]"), ("{ a: ", " }"), ("!(", ")")] {
        let text = format!("let x = {}a{}\n", open.repeat(10_000), close.repeat(10_000));
        says(&check(text), 1, "GL1009");
    }
}

#[test]
fn as_many_declarations_as_anybody_has() {
    let text: String = (0..100_000).map(|n| format!("let x{n} = header(\"x\") == \"{n}\"\n")).collect();
    says(&check(CLUSTER.to_owned() + &text), 0, "and 99950 more warnings not shown");
}

/// The circle and the chain are each one error, however long they are.
#[test]
fn lets_that_stand_for_lets() {
    for length in [1, 2, 40, 10_000] {
        let circle: String = (0..length).map(|n| format!("let x{n} = x{}\n", (n + 1) % length)).collect();
        let said = check(circle);
        says(&said, 1, "stands for itself");
        says(&said, 1, "1 error in `bad`");
    }
    let forward: String = (0..9_999).map(|n| format!("let x{n} = x{}\n", n + 1)).collect();
    let backward: String = (1..10_000).map(|n| format!("let x{n} = x{}\n", n - 1)).collect();
    for (text, last) in [(forward, 9_999), (backward, 0)] {
        let said = check(format!("let x{last} = header(\"a\") == \"1\"\n{text}"));
        says(&said, 1, "GL1009");
        says(&said, 1, "1 error in `bad`");
    }
}

#[test]
fn declarations_that_go_in_circles() {
    let folder = workspace(&[
        ("a/a.gloo", b"pub use b.x\nuse b.x as y\nlet z = x\n"),
        ("b/b.gloo", b"use a.x\nlet w = x\n"),
    ]);
    assert_eq!(gloo(&["check"], folder.path()).0, Some(1));
    let delegates = "\
cluster lab { backend: envoy(version: \"1.40\") }
gateway edge { listener web: http(80) { hosts: [\"*.acme.com\"] } }
routes a on edge for \"www.acme.com\" { any /** => delegate(b) }
routes b delegated { any /** => delegate(c) }
routes c delegated { any /** => delegate(b) }
";
    says(&check(delegates), 1, "GL2006");
}

#[test]
fn folders_where_files_belong() {
    let folder = workspace(&[("routes.gloo/x.txt", b"")]);
    says(&gloo(&["check"], folder.path()), 2, "it is a folder, and a file is wanted");
    let folder = workspace(&[]);
    std::fs::remove_file(folder.path().join("gloo.toml")).expect("removed");
    says(&gloo(&["check"], folder.path()), 2, "no `gloo.toml` in this folder or above it");
    std::fs::create_dir(folder.path().join("gloo.toml")).expect("a folder");
    says(&gloo(&["check"], folder.path()), 2, "it is a folder, and a file is wanted");
    says(&gloo(&["check", "nowhere"], folder.path()), 2, "there is no file or folder `nowhere`");
}

#[test]
fn files_that_may_not_be_read() {
    let folder = workspace(&[("main.gloo", CLUSTER.as_bytes())]);
    let file = folder.path().join("main.gloo");
    std::fs::set_permissions(&file, Permissions::from_mode(0o000)).expect("permissions");
    // Who may read everything, may read this.
    if std::fs::read(&file).is_err() {
        says(&gloo(&["check"], folder.path()), 2, "permission denied");
    }
}

#[test]
fn manifests_that_say_nothing() {
    let folder = workspace(&[("gloo.toml", b""), ("main.gloo", CLUSTER.as_bytes())]);
    let (_, text) = gloo(&["check"], folder.path());
    assert!(!text.contains("``"), "the workspace is called something: {text}");
    let folder = workspace(&[("gloo.toml", b"[workspace\nname"), ("main.gloo", b"")]);
    says(&gloo(&["check"], folder.path()), 1, "GL3017");
    let folder = workspace(&[("gloo.toml", b"\xff"), ("main.gloo", b"")]);
    says(&gloo(&["check"], folder.path()), 2, "is not UTF-8 from line 1 on: save it as UTF-8");
}

/// A mistake made 20,000 times is one, and 20,000 mistakes are not all shown.
#[test]
fn more_mistakes_than_anybody_reads() {
    let same = format!("let x = {}\n", vec!["unknown"; 20_000].join(" && "));
    says(&check(same), 1, "1 error in `bad`");
    let names: Vec<String> = (0..20_000).map(|n| format!("unknown{n}")).collect();
    let said = check(format!("let x = {}\n", names.join(" && ")));
    says(&said, 1, "and 19950 more errors not shown");
    assert_eq!(said.1.matches("error[").count(), 50);
}

#[test]
fn files_of_others_in_the_output_folder() {
    let program = b"cluster lab { backend: envoy(version: \"1.40\") }
namespace shop { service cart { port http: 8080 } }
gateway edge { listener web: http(8080) { hosts: [\"shop.acme.com\"] } }
routes site on edge for \"shop.acme.com\" { otherwise => cart }
";
    let folder = workspace(&[("main.gloo", program), ("out/notes.txt", b"mine")]);
    says(&gloo(&["build"], folder.path()), 0, "left alone, not made by gloo: notes.txt");
    assert_eq!(std::fs::read(folder.path().join("out/notes.txt")).expect("the file"), b"mine");
}

/// Results that are lost are no success.
#[test]
fn output_to_a_full_disk() {
    let folder = workspace(&[("main.gloo", CLUSTER.as_bytes())]);
    for arguments in [
        &["check"][..],
        &["check", "-o", "json"],
        &["explain"],
        &["explain", "GL3002"],
        &["test"],
        &["completions", "bash"],
        &["fmt", "-"],
        &["--help"],
        &["--version"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let input = std::fs::File::open(folder.path().join("main.gloo")).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
        command.args(arguments).current_dir(folder.path()).stdin(input).stdout(full);
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        let output = command.output().expect("the command runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        says(&(output.status.code(), said), 2, "the output can't be written: the disk is full");
    }
}

/// A reader that has read enough is no error: `gloo check -o json | head -1`.
#[test]
fn output_that_nobody_reads_to_its_end() {
    let names: Vec<String> = (0..2_000).map(|n| format!("unknown{n}")).collect();
    let folder = workspace(&[("main.gloo", format!("let x = {}\n", names.join(" && ")).as_bytes())]);
    for arguments in [&["check"][..], &["check", "-o", "json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
        command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        let mut child = command.spawn().expect("the command runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

/// What `gloo new` makes is right as it is; what is asked of it wrongly is answered with what to write.
#[test]
fn requests_and_filters_that_fit_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    says(&gloo(&["new", "shop"], folder.path()), 0, "made a workspace");
    let shop = folder.path().join("shop");
    says(&gloo(&["check"], &shop), 0, "nothing wrong in `shop`");
    says(&gloo(&["test"], &shop), 0, "3 passed");
    says(&gloo(&["build"], &shop), 0, "1 written");
    says(&gloo(&["test", "--filter", "zzz"], &shop), 2, "no test's title contains `zzz`; there are `hello`");
    for (request, wanted) in [
        ("GTE /c", "did you mean `GET`?"),
        ("get /c", "did you mean `GET`?"),
        ("GET", "write it as `GET https://shop.acme.com/cart`"),
        ("GET https://hello.example/c", "it is served as `http://hello.example:8080`"),
        ("GET http://other.example/c", "say `through front`"),
    ] {
        let said = gloo(&["trace", request], &shop);
        says(&said, 2, wanted);
        assert!(!said.1.contains("=> allowed"), "nothing is shown that nobody wrote: {}", said.1);
    }
    let folder = workspace(&[("main.gloo", b"namespace shop { service cart { port http: 8080 } }")]);
    says(&gloo(&["check"], folder.path()), 0, "the workspace has no cluster; declare one");
    says(&gloo(&["build"], folder.path()), 2, "the workspace has no cluster; declare one");
}
