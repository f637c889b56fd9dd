//! What each target can say: every program of `tests/suite/targets` is built for every target, and what came of it stands in
//! `docs/targets.md`. What is written by hand there, above the mark, is kept; the rest is taken as it is now by
//! `make bless` (`INSTA_UPDATE=always`).
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use rayon::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MARK: &str = "<!-- What follows is made by cli/tests/targets.rs. -->\n";

struct Target {
    name: &'static str,
    backend: &'static str,
    /// Its cluster's other settings, where a program doesn't say them itself.
    settings: &'static str,
    not_read: &'static str,
}

const TARGETS: [Target; 3] = [
    Target {
        name: "Istio 1.30",
        backend: r#"istio(version: "1.30", mode: sidecar)"#,
        settings: "",
        not_read: gloo_istio::read::NOT_READ,
    },
    Target {
        name: "Envoy Gateway 1.9",
        backend: r#"gateway_api(version: "1.6", gateway: envoy_gateway("1.9"), mesh: none)"#,
        settings: "mtls: off",
        not_read: gloo_gateway_api::read::NOT_READ,
    },
    Target {
        name: "Envoy 1.40",
        backend: r#"envoy(version: "1.40")"#,
        settings: "mtls: off",
        not_read: gloo_envoy::read::NOT_READ,
    },
];

/// The sections of the page, as programs name them in their first line.
const SECTIONS: [(&str, &str); 17] = [
    ("infrastructure", "Services, clusters and the mesh"),
    ("gateways", "Gateways and listeners"),
    ("matches", "Routes: what a rule is for"),
    ("predicates", "Routes: `where`"),
    ("actions", "Routes: actions"),
    ("options", "Routes: options"),
    ("delegation", "Routes: delegation"),
    ("mesh", "Routes of calls between services"),
    ("externals", "Hosts outside"),
    ("connections", "Connections: `tcp` and `tls`"),
    ("traffic", "How calls travel"),
    ("mtls", "Mutual TLS between services"),
    ("access", "Who may call"),
    ("tokens", "Tokens"),
    ("policies", "Policies"),
    ("telemetry", "Telemetry"),
    ("patches", "Patches"),
];

/// The file that a build reads, and what the cluster says in place of its target's settings.
struct Program {
    text: String,
    settings: Option<String>,
}

struct Case {
    name: String,
    section: String,
    title: String,
    program: Program,
    /// The same with the lines that stand after `// else:`. What is built for the program must not be proved to mean this.
    other: Program,
}

/// What came of building a program for a target.
enum Cell {
    /// It means what the program means, and that is looked at.
    Proved,
    /// It is made, and not proved, for this reason.
    Built(String),
    /// It is refused, with these codes and what is said of each.
    Refused(Vec<(String, String)>),
    /// It should have been made.
    Bug(&'static str),
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn gloo(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
    command.args(arguments).env("NO_COLOR", "1").env("RAYON_NUM_THREADS", "1");
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.output().expect("the command runs")
}

fn program(text: &str, is_other: bool) -> Program {
    let one_of = |line: &str| match line.split_once("// else:") {
        Some((_, other)) if is_other => other.to_owned(),
        Some((this, _)) => this.to_owned(),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(one_of).collect();
    let settings = lines.iter().find_map(|line| line.trim().strip_prefix("// cluster:"));
    Program { settings: settings.map(str::to_owned), text: lines.join("\n") }
}

fn cases() -> Vec<Case> {
    let folder = root().join("tests/suite/targets");
    let paths = std::fs::read_dir(folder).expect("programs").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "gloo")).collect();
    paths.sort_by_key(|path| path.with_extension(""));
    let case = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a program");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let first = text.lines().next().and_then(|line| line.strip_prefix("// ")?.split_once(": "));
        let (section, title) =
            first.unwrap_or_else(|| panic!("{name}: the first line isn't `// section: title`"));
        assert!(
            SECTIONS.iter().any(|(known, _)| *known == section),
            "{name}: there is no section `{section}`"
        );
        assert!(text.contains("// else:"), "{name}: nothing stands after `// else:`");
        let (section, title) = (section.to_owned(), title.to_owned());
        Case { name, section, title, program: program(&text, false), other: program(&text, true) }
    };
    paths.iter().map(case).collect()
}

/// The workspace of a program with one cluster of that target; its path.
fn workspace(folder: &Path, program: &Program, target: &Target) -> String {
    let write = |path: &str, text: &str| std::fs::write(folder.join(path), text).expect("a file");
    std::fs::create_dir_all(folder.join("files")).expect("a folder");
    write("gloo.toml", "[workspace]\nname = \"trial\"\n");
    write("main.gloo", &program.text);
    let settings = program.settings.as_deref().unwrap_or(target.settings);
    write("cluster.gloo", &format!("cluster here {{ backend: {}  {settings} }}\n", target.backend));
    for file in std::fs::read_dir(root().join("tests/suite/targets/files")).expect("files") {
        let file = file.expect("an entry");
        std::fs::copy(file.path(), folder.join("files").join(file.file_name())).expect("a file");
    }
    folder.to_string_lossy().into_owned()
}

/// The files of a build, by their paths.
fn files(out: &str, built: &Value) -> Vec<(String, String)> {
    let paths = built["clusters"][0]["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let read = |path| std::fs::read_to_string(Path::new(out).join(path)).expect("a file");
    paths.map(|path| (path.to_owned(), read(path))).collect()
}

fn trial(case: &Case, target: &Target) -> Cell {
    let folder = tempfile::tempdir().expect("a folder");
    let (name, aim) = (&case.name, target.name);
    let program = workspace(&folder.path().join("program"), &case.program, target);
    let out = folder.path().join("out").to_string_lossy().into_owned();
    let built = gloo(&["build", "--cluster", "here", "-o", "json", "--out", &out, &program]);
    let Ok(result) = serde_json::from_slice::<Value>(&built.stdout) else {
        let said = String::from_utf8_lossy(&built.stderr);
        let crashes = said.contains("panicked");
        assert!(crashes || said.contains("a bug in gloo"), "{name} on {aim}: {said}");
        let differs = "refused: what is made doesn't mean what the program means, as far as it is read";
        return Cell::Bug(if crashes { "the build crashes" } else { differs });
    };
    if let Some(found) = result["diagnostics"].as_array() {
        let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().replace('\n', " ");
        let said = found.iter().map(|one| {
            let (code, message) = (word(one, "code"), word(one, "message"));
            assert!(code.starts_with("GL5"), "{name} on {aim}: {code}: {message}");
            let note = format!("{code}: {message} · instead: {}", word(one, "help"));
            (code, note)
        });
        return Cell::Refused(said.collect());
    }
    let proof = &result["clusters"][0]["proof"];
    if proof["proof"] != "proved equal" {
        let unread = proof["unread"][0].as_str().unwrap_or_else(|| panic!("{name} on {aim}: {proof}"));
        let why = unread.rsplit_once(": ").map_or(unread, |(_, why)| why);
        return Cell::Built(format!("not proved, since it can't be read back: {why}"));
    }
    let other = workspace(&folder.path().join("other"), &case.other, target);
    let against = gloo(&["verify", &out, "--against", &other, "-o", "json"]);
    let against: Value = serde_json::from_slice(&against.stdout).unwrap_or_default();
    match against["clusters"][0]["result"]["proof"].as_str() {
        Some("proved equal") => {
            let out_of_other = folder.path().join("out-of-other").to_string_lossy().into_owned();
            let built = gloo(&["build", "--cluster", "here", "-o", "json", "--out", &out_of_other, &other]);
            let built: Value = serde_json::from_slice(&built.stdout).unwrap_or_default();
            let same = files(&out, &result) == files(&out_of_other, &built);
            let why = if same { "nothing is made of it" } else { "made, and not part of the proof" };
            Cell::Built(why.to_owned())
        }
        Some(_) => Cell::Proved,
        None => panic!("{name} on {aim}: the other program is wrong: {against}"),
    }
}

/// One section: its table, and what its cells refer to below it.
fn section(page: &mut String, heading: &str, rows: &[(&Case, Vec<Cell>)]) {
    let mut notes: Vec<String> = Vec::new();
    let mut reference = |note: &str| {
        let known = notes.iter().position(|one| one == note);
        known.unwrap_or_else(|| {
            notes.push(note.to_owned());
            notes.len() - 1
        }) + 1
    };
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let _ = writeln!(page, "\n## {heading}\n\n| | {} |\n|---|---|---|---|", names.join(" | "));
    for (case, cells) in rows {
        let title = case.title.replace('|', "\\|");
        let _ = write!(page, "| [{title}](../tests/suite/targets/{}.gloo) |", case.name);
        for cell in cells {
            let said = match cell {
                Cell::Proved => "proved".to_owned(),
                Cell::Built(why) => format!("built ({})", reference(why)),
                Cell::Bug(why) => format!("**bug** ({})", reference(why)),
                Cell::Refused(found) => {
                    let said = found
                        .iter()
                        .map(|(code, note)| format!("[{code}](errors/{code}.md) ({})", reference(note)));
                    said.collect::<Vec<_>>().join(", ")
                }
            };
            let _ = write!(page, " {said} |");
        }
        page.push('\n');
    }
    for (at, note) in notes.iter().enumerate() {
        let _ = write!(page, "{}{}. {note}", if at == 0 { "\n" } else { "" }, at + 1);
        page.push('\n');
    }
}

fn summary(page: &mut String, rows: &[(&Case, Vec<Cell>)]) {
    let count = rows.len();
    let _ = writeln!(page, "\n| of {count} | proved | built | refused | bugs |\n|---|---|---|---|---|");
    for (at, target) in TARGETS.iter().enumerate() {
        let mut counts = [0; 4];
        for cell in rows.iter().filter_map(|(_, cells)| cells.get(at)) {
            let [proved, built, refused, bugs] = &mut counts;
            *match cell {
                Cell::Proved => proved,
                Cell::Built(_) => built,
                Cell::Refused(_) => refused,
                Cell::Bug(_) => bugs,
            } += 1;
        }
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        let _ = writeln!(page, "| {} | {} |", target.name, counts.join(" | "));
    }
    page.push_str("\nNot part of the proof are:\n\n");
    for target in &TARGETS {
        let _ = writeln!(page, "- on {}: {}.", target.name, target.not_read);
    }
}

#[test]
fn the_page_of_targets_is_true() {
    let cases = cases();
    let mut rows: Vec<(&Case, Vec<Cell>)> = cases
        .par_iter()
        .map(|case| (case, TARGETS.par_iter().map(|target| trial(case, target)).collect()))
        .collect();
    let mut made = String::new();
    summary(&mut made, &rows);
    for (key, heading) in SECTIONS {
        let (of_section, others): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(case, _)| case.section == key);
        assert!(!of_section.is_empty(), "no program is of the section `{key}`");
        section(&mut made, heading, &of_section);
        rows = others;
    }
    let path = root().join("docs/targets.md");
    let kept = std::fs::read_to_string(&path).expect("the page");
    let (by_hand, before) = kept.split_once(MARK).expect("the mark");
    if before == made {
        return;
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, format!("{by_hand}{MARK}{made}")).expect("the page is written");
        return;
    }
    let differs = made.lines().zip(before.lines()).find(|(now, then)| now != then);
    let (now, then) = differs.unwrap_or(("another number of lines", ""));
    panic!("docs/targets.md isn't as it would be made now, see `make bless`. First:\n- {then}\n+ {now}");
}
