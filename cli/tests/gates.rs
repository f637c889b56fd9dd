//! `gloo check` as a gate: what it writes for other programs, levels, baselines, fixes, and what it remembers.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests of the command read and write files and run it; what they can't do fails them"
)]

use ring::digest::{Context, SHA256};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A workspace below a folder that also has the cache of its checks.
struct Shop {
    folder: tempfile::TempDir,
    program: String,
}

/// One of each: errors and warnings, with and without a request, with a fix, with documentation, in two files, after
/// characters that take one and two code units of UTF-16.
const PROGRAM: &str = r#"routes shop on edge for "shop.acme.com" {
  any /cart/**       => cart
  /// Nobody comes here.
  GET /cart/checkout => checkout { timeout: 5s  retries: { attempts: 3  per_try: 2s } }
  GET /100%25 where header("a") == "<é😀, 2>" && method == POST => frontend
  otherwise          => respond(404)
}

let unused = header("x") == "1"
"#;

impl Shop {
    fn with(program: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shop = Self { folder, program: program.to_owned() };
        shop.write("gloo.toml", "[workspace]\nname = \"shop\"\n");
        let prelude = std::fs::read_to_string(root().join("docs/errors/prelude.gloo")).expect("the prelude");
        // All that it declares is used.
        let used = |line: &&str| !line.contains("subset") && !line.contains("listener pass");
        shop.write("prelude.gloo", &prelude.split_inclusive('\n').filter(used).collect::<String>());
        shop.write("shop é.gloo", program);
        shop
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("repository/shop")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).expect("a file")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gloo"));
        command.arg("check").args(arguments).current_dir(self.path());
        command.env("NO_COLOR", "1").env("COLUMNS", "80").env("XDG_CACHE_HOME", self.cache());
        command.env_remove("GITHUB_WORKSPACE");
        command
    }

    fn check(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command runs")
    }

    /// The codes that are found, with their severities.
    fn codes(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.check(&[arguments, &["-o", "json"]].concat());
        let object = json(&output);
        let all = object["diagnostics"].as_array().expect("a list").iter();
        let code = |one: &Value| {
            format!("{} {}", one["code"].as_str().expect("a code"), one["severity"].as_str().expect("a word"))
        };
        all.map(code).collect()
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("an object")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ALL: [&str; 4] = ["GL4004 error", "GL4007 warning", "GL4003 error", "GL2005 warning"];

#[test]
fn every_form_says_the_same() {
    let shop = Shop::with(PROGRAM);
    for form in ["text", "sarif", "github", "junit", "json"] {
        let output = shop.check(&["-o", form]);
        assert_eq!(output.status.code(), Some(1), "{form}: {}", said(&output));
        assert_eq!(said(&output), "", "{form}");
        // The pages of the codes are tested where they are written.
        let text = match form {
            "sarif" => {
                let mut log = json(&output);
                for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
                    assert!(rule["help"]["text"].as_str().is_some_and(|text| text.contains("## Why")));
                    rule["help"] = "its page".into();
                }
                format!("{log:#}")
            }
            _ => out(&output),
        };
        insta::assert_snapshot!(format!("form_{form}"), text);
    }
    assert_eq!(shop.codes(&[]), ALL);
}

#[test]
fn nothing_wrong_in_every_form() {
    let shop = Shop::with("routes shop on edge for \"shop.acme.com\" { any /** => frontend }\n");
    for form in ["text", "sarif", "github", "junit"] {
        let output = shop.check(&["-o", form]);
        assert_eq!(output.status.code(), Some(0), "{form}: {}", said(&output));
        insta::assert_snapshot!(format!("nothing_{form}"), out(&output));
    }
}

/// The official schema of SARIF comes with a reader of the format, which is asked too.
#[test]
fn sarif_is_what_its_schema_says() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("an object");
    let packages = metadata["packages"].as_array().expect("packages");
    let reader = packages.iter().find(|package| package["name"] == "serde-sarif").expect("the reader");
    let folder = Path::new(reader["manifest_path"].as_str().expect("a path")).parent().expect("a folder");
    let schema = std::fs::read_to_string(folder.join("src/schema.json")).expect("the schema");
    let mut schema: Value = serde_json::from_str(&schema).expect("a schema");
    // They have a bracket too many, which not every engine takes; no log of ours says its language.
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"] = true.into();
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })), "it can fail");

    let shop = Shop::with(PROGRAM);
    let right = "routes shop on edge for \"shop.acme.com\" { any /** => frontend }\n";
    for (program, results) in [(PROGRAM, 4), ("routes a on nowhere { }\nlet", 2), (right, 0)] {
        shop.write("shop é.gloo", program);
        let log = json(&shop.check(&["-o", "sarif"]));
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let log: serde_sarif::sarif::Sarif = serde_json::from_value(log).expect("a log");
        let found = log.runs[0].results.as_ref().expect("results");
        assert_eq!(found.len(), results, "{program}");
    }
}

/// Columns are counted as the standard says, files are called as who reads the log finds them.
#[test]
fn places_in_sarif() {
    let shop = Shop::with(PROGRAM);
    let log = json(&shop.check(&["-o", "sarif"]));
    let results = log["runs"][0]["results"].as_array().expect("results");
    let impossible = results.iter().find(|one| one["ruleId"] == "GL4003").expect("the finding");
    let place = &impossible["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "shop%20%C3%A9.gloo");
    let line = PROGRAM.lines().nth(4).expect("the line");
    assert_eq!(place["region"]["startColumn"], 3);
    assert_eq!(place["region"]["endColumn"], line.encode_utf16().count() + 1);

    let repository = shop.folder.path().join("repository");
    let on_github = shop.command(&["-o", "sarif"]).env("GITHUB_WORKSPACE", &repository).output();
    let log = json(&on_github.expect("the command runs"));
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "shop/shop%20%C3%A9.gloo");
    let on_github = shop.command(&["-o", "github"]).env("GITHUB_WORKSPACE", &repository).output();
    let lines = out(&on_github.expect("the command runs"));
    assert!(lines.starts_with("::error file=shop/shop é.gloo,line=4,col=3,endLine=4,"), "{lines}");
}

/// What a workflow command can't hold is escaped, so each is one line, and its properties are as many as were written.
#[test]
fn workflow_commands_hold_anything() {
    let shop = Shop::with("routes a on edge for \"shop.acme.com\" {\n  any\n  /100% => nowhere\n}\n");
    shop.write("a,b:c/100%.gloo", "mesh x { y: 1 }\n");
    shop.write("control.gloo", "mesh \u{1b}[31m\u{202e}a { }\u{85}\r\n");
    let lines = out(&shop.check(&["-o", "github"]));
    assert!(!lines.contains(['\u{1b}', '\u{202e}', '\u{85}', '\r']), "nothing acts on the reader: {lines}");
    let commands: Vec<&str> = lines.lines().filter(|line| line.starts_with("::")).collect();
    assert!(commands.len() >= 2, "{lines}");
    assert_eq!(lines.lines().count(), commands.len() + 1, "and the summary: {lines}");
    let command = commands.iter().find(|line| line.contains("a%2Cb%3Ac/100%25.gloo")).expect("the file");
    let (properties, message) = command.trim_start_matches(':').split_once("::").expect("a message");
    assert_eq!(properties.matches(',').count(), properties.matches('=').count() - 1, "{command}");
    assert!(message.contains("%0Ahelp: "), "{command}");
    let over_lines = "test \"x\" {\n  GET \"http://shop.acme.com/a\"\n    => 404\n}\n";
    let shop =
        Shop::with(&format!("routes a on edge for \"shop.acme.com\" {{ any /** => cart }}\n{over_lines}"));
    let lines = out(&shop.check(&["-o", "github"]));
    assert!(lines.contains(",line=3,endLine=4,title="), "no columns, if several lines are meant: {lines}");
}

#[test]
fn junit_is_xml() {
    // The lexer refuses what the text of a diagnostic then shows.
    let shop = Shop::with(&format!("{PROGRAM}// \u{1}\u{8}\n\u{1b}[31m <&>\"' ]]> \u{fffe}\n"));
    let output = out(&shop.check(&["-o", "junit"]));
    let document = roxmltree::Document::parse(&output).expect("XML");
    let suite = document.root_element().first_element_child().expect("a suite");
    let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(suite.attribute("tests"), Some("3"));
    assert_eq!(suite.attribute("failures"), Some("1"));
    let names: Vec<_> = cases.iter().filter_map(|case| case.attribute("name")).collect();
    assert_eq!(names, ["gloo.toml", "prelude.gloo", "shop é.gloo"]);
    let failure = cases[2].children().find(|node| node.has_tag_name("failure")).expect("a failure");
    assert!(failure.text().is_some_and(|text| text.contains("<&>\"'")), "{output}");
    assert!(!output.contains(['\u{1b}', '\u{1}', '\u{fffe}']), "{output}");
    assert!(cases[..2].iter().all(|case| case.first_element_child().is_none()));
}

#[test]
fn levels_on_the_command_line() {
    let shop = Shop::with(PROGRAM);
    let levels = |arguments: &[&str]| shop.codes(arguments);
    let with = |at: usize, code: &str| {
        let mut all = ALL.map(str::to_owned).to_vec();
        all[at] = code.to_owned();
        all
    };
    assert_eq!(levels(&["--warn", "shadowed-rule"]), with(0, "GL4004 warning"));
    assert_eq!(levels(&["--warn", "GL4004"]), with(0, "GL4004 warning"));
    assert_eq!(levels(&["--deny", "unused-name"]), with(3, "GL2005 error"));
    assert_eq!(levels(&["--allow", "retry-budget", "--allow", "GL2005"]), ["GL4004 error", "GL4003 error"]);
    let allowed = shop.check(&["--allow", "GL4003", "--warn", "GL4004"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", out(&allowed));

    shop.write("gloo.toml", "[workspace]\nname = \"shop\"\n[lints]\nshadowed-rule = \"allow\"\n");
    assert_eq!(levels(&[]), ALL[1..]);
    assert_eq!(levels(&["--deny", "shadowed-rule"]), ALL, "the command line holds against the file");

    for (arguments, wanted) in [
        (
            &["--deny", "shadwed-rule"][..],
            "there is no finding `shadwed-rule`; did you mean `shadowed-rule`?",
        ),
        (&["--warn", "GL9999"], "there is no finding `GL9999`; `gloo explain` lists them all"),
        (
            &["--warn", "conflicting-routes"],
            "`conflicting-routes` (GL4001) is always an error, and `--warn` can't",
        ),
        (&["--allow", "GL3002"], "`type-mismatch` (GL3002) is always an error, and `--allow` can't"),
        (
            &["--allow", "GL4004", "--deny", "shadowed-rule"],
            "`shadowed-rule` is given by `--deny` and by `--allow`",
        ),
    ] {
        let output = shop.check(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(wanted), "{}", said(&output));
        assert_eq!(out(&output), "");
    }
}

#[test]
fn baselines_hide_what_is_known() {
    let shop = Shop::with(PROGRAM);
    let written = shop.check(&["--write-baseline", "known.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    assert_eq!(said(&written), "4 findings are in `known.json` now\n");
    let known = shop.read("known.json");
    insta::assert_snapshot!("baseline", known);

    let same = shop.check(&["--baseline", "known.json"]);
    assert_eq!(same.status.code(), Some(0), "{}", out(&same));
    assert_eq!(out(&same), "nothing new in `shop`\n");
    assert_eq!(said(&same), "4 findings of the baseline `known.json` are not shown\n");

    // Moved lines, other white space and rules before them make no other findings of them; a new one is shown alone.
    let moved = PROGRAM.replace("  any /cart/**       =>", "\n\n  GET /new => frontend\n  any /cart/** =>");
    shop.write("shop é.gloo", &format!("// moved\n{moved}"));
    assert_eq!(shop.codes(&["--baseline", "known.json"]), Vec::<String>::new());
    let more = moved.replace("  otherwise", "  GET /cart/x => checkout\n  otherwise");
    shop.write("shop é.gloo", &more);
    assert_eq!(shop.codes(&["--baseline", "known.json"]), ["GL4004 error"]);
    let twice = moved.replace("let unused", "let unused_too = header(\"x\") == \"2\"\nlet unused");
    shop.write("shop é.gloo", &twice);
    assert_eq!(shop.codes(&["--baseline", "known.json"]), ["GL2005 warning"]);

    let less = shop.program.replace("let unused = header(\"x\") == \"1\"\n", "");
    shop.write("shop é.gloo", &less);
    let gone = shop.check(&["--baseline", "known.json", "-o", "json"]);
    assert_eq!(json(&gone)["baseline"], serde_json::json!({ "known": 3, "gone": 1 }));
    let wanted = "1 finding of the baseline is gone: write it anew with `--write-baseline known.json`";
    assert!(said(&gone).contains(wanted), "{}", said(&gone));
    let types = shop.check(&["--baseline", "known.json", "--types-only"]);
    assert!(!said(&types).contains("gone"), "what wasn't asked isn't gone: {}", said(&types));

    shop.write("shop é.gloo", PROGRAM);
    shop.check(&["--write-baseline", "again.json"]);
    assert_eq!(shop.read("again.json"), known, "the same findings are the same file");
}

/// Two findings with one fingerprint are two.
#[test]
fn baselines_count() {
    let both = |count: usize| {
        let rule = "  GET /cart/checkout => checkout\n".repeat(count);
        format!("routes shop on edge for \"shop.acme.com\" {{\n  any /cart/** => cart\n{rule}}}\n")
    };
    let shop = Shop::with(&both(2));
    shop.check(&["--write-baseline", "known.json"]);
    assert_eq!(shop.codes(&["--baseline", "known.json"]).len(), 0);
    shop.write("shop é.gloo", &both(3));
    assert_eq!(shop.codes(&["--baseline", "known.json"]).len(), 1);
}

#[test]
fn baselines_hide_no_errors() {
    let other = "routes other on edge for \"shop.acme.com\" { GET /cart/** => frontend }\n";
    let shop = Shop::with(&format!("{PROGRAM}{other}"));
    let refused = shop.check(&["--write-baseline", "known.json"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(out(&refused).contains("GL4001") && !out(&refused).contains("GL4004"), "{}", out(&refused));
    assert!(said(&refused).contains("`known.json` was not written: 1 finding can't be left alone"));
    assert!(!shop.path().join("known.json").exists());

    for (content, wanted) in [
        ("{", "`known.json` is not a baseline"),
        ("{\"version\":1,\"findings\":[],\"more\":1}", "`known.json` is not a baseline"),
        (
            "{\"version\":2,\"findings\":[]}",
            "`known.json` is a baseline of version 2, and this gloo knows version 1",
        ),
    ] {
        shop.write("known.json", content);
        let output = shop.check(&["--baseline", "known.json"]);
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        assert!(said(&output).contains(wanted), "{}", said(&output));
    }
    let missing = shop.check(&["--baseline", "missing.json"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn fixes_are_made() {
    let shop = Shop::with(PROGRAM);
    let output = shop.check(&["--fix"]);
    assert_eq!(output.status.code(), Some(1), "the rest is still wrong");
    insta::assert_snapshot!("fixed", out(&output));
    let wanted: String = PROGRAM
        .lines()
        .filter(|line| !line.contains("Nobody") && !line.contains("/cart/checkout"))
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(shop.read("shop é.gloo"), wanted, "and nothing else is changed");
    let again = shop.check(&["--fix", "-o", "json"]);
    assert_eq!(json(&again).get("fixed"), None);
    assert_eq!(shop.read("shop é.gloo"), wanted);
}

#[test]
fn fixes_of_mistakes_are_made_and_guesses_are_not() {
    let program = "\
routes shop on edge for \"shop.acme.com\" {
  get /a => \"frontend\"
  GET /a => cart
  GET /b => frontent
}
";
    let shop = Shop::with(program);
    let output = shop.check(&["--fix", "-o", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let object = json(&output);
    let fixed: Vec<&str> =
        object["fixed"].as_array().expect("fixes").iter().filter_map(|fix| fix["title"].as_str()).collect();
    assert_eq!(fixed, ["write `GET`", "write `frontend`"]);
    let left = &object["diagnostics"][0];
    assert_eq!((&left["fix"]["title"], &left["fix"]["safe"]), (&"write `frontend`".into(), &false.into()));
    assert!(shop.read("shop é.gloo").contains("GET /a => frontend\n"), "{}", shop.read("shop é.gloo"));
    assert!(shop.read("shop é.gloo").contains("=> frontent\n"), "a guess is left to people");

    shop.write("shop é.gloo", &shop.read("shop é.gloo").replace("frontent", "frontend"));
    let output = shop.check(&["--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(!shop.read("shop é.gloo").contains("cart"), "now the rule that never decides is gone");
}

/// A fix after which something else is denied is not made, and the files stay as they were.
#[test]
fn fixes_that_harm_are_not_made() {
    let program = "\
routes shop on edge for \"shop.acme.com\" {
  any /cart/** => cart
  GET /cart/x where beta => checkout
}
let beta = header(\"x\") == \"1\"
";
    let shop = Shop::with(program);
    let output = shop.check(&["--fix", "--deny", "unused-name"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(shop.read("shop é.gloo"), program);
    let wanted = "not fixed shop é.gloo:3: delete the rule (GL4004 shadowed-rule): there would be a new error: \
                  `beta` is never used\n";
    assert!(out(&output).contains(wanted), "{}", out(&output));
    let json = json(&shop.check(&["--fix", "--deny", "unused-name", "-o", "json"]));
    assert_eq!(json["not_fixed"][0]["why"], "there would be a new error: `beta` is never used");
    let output = shop.check(&["--fix"]);
    assert_eq!(output.status.code(), Some(0), "a warning is no harm: {}", out(&output));
    assert!(out(&output).contains("`beta` is never used"));

    // One that harms doesn't keep back the others.
    let rules = ["a", "b", "c", "d"].map(|path| format!("  GET /cart/{path} => checkout\n"));
    let more = program.replace("  GET", &format!("{}{}  GET", rules[0], rules[1]));
    let more = more.replace("}\nlet", &format!("{}{}}}\nlet", rules[2], rules[3]));
    shop.write("shop é.gloo", &more);
    let output = shop.check(&["--fix", "--deny", "unused-name"]);
    assert_eq!(shop.read("shop é.gloo"), program, "{}", out(&output));
    assert!(out(&output).contains("\n4 fixes made in 1 file\n") && out(&output).contains("not fixed "));
}

#[test]
fn fixes_leave_the_known_alone() {
    let shop = Shop::with(PROGRAM);
    shop.check(&["--write-baseline", "known.json"]);
    let output = shop.check(&["--fix", "--baseline", "known.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert_eq!(shop.read("shop é.gloo"), PROGRAM);
    let both = shop.check(&["--fix", "--write-baseline", "known.json"]);
    assert_eq!(both.status.code(), Some(2));
}

fn hash(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files of the cache.
fn remembered(shop: &Shop) -> Vec<PathBuf> {
    let folder = shop.cache().join("gloo/findings");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("a file").path()).collect()
}

#[test]
fn what_is_remembered_is_what_is_found() {
    let shop = Shop::with(PROGRAM);
    for arguments in [&[][..], &["-o", "json"], &["-o", "sarif"], &["--paranoid"], &["--warn", "GL4004"]] {
        let fresh = shop.check(&[arguments, &["--no-cache"]].concat());
        let (first, second) = (shop.check(arguments), shop.check(arguments));
        assert_eq!(out(&first), out(&fresh), "{arguments:?}");
        assert_eq!(out(&second), out(&fresh), "{arguments:?}");
        assert_eq!(second.status.code(), fresh.status.code(), "{arguments:?}");
    }
    assert_eq!(remembered(&shop).len(), 2, "one for each depth");
}

#[test]
fn what_is_remembered_is_used_while_nothing_changes() {
    let shop = Shop::with(PROGRAM);
    shop.check(&[]);
    let files = remembered(&shop);
    let [file] = &*files else { panic!("one file: {files:?}") };
    let content = std::fs::read_to_string(file).expect("a file");
    let (_, list) = content.split_once('\n').expect("lines");
    let other = list.replace("never decides", "is remembered");
    std::fs::write(file, format!("{}\n{other}", hash(&[other.as_bytes()]))).expect("a file");
    assert!(out(&shop.check(&[])).contains("is remembered"), "the cache is used");
    assert!(!out(&shop.check(&["--no-cache"])).contains("is remembered"));
    assert!(
        !out(&shop.check(&["--paranoid"])).contains("is remembered"),
        "another depth is another question"
    );
    shop.write("shop é.gloo", &format!("{PROGRAM}\n"));
    assert!(!out(&shop.check(&[])).contains("is remembered"), "other files");
    shop.write("shop é.gloo", PROGRAM);
    shop.write("gloo.toml", "[workspace]\nname = \"shop\"\n\n");
    assert!(!out(&shop.check(&[])).contains("is remembered"), "another manifest");
}

#[test]
fn broken_memories_are_none() {
    let shop = Shop::with(PROGRAM);
    let right = out(&shop.check(&[]));
    let file = remembered(&shop).pop().expect("a file");
    let content = std::fs::read(&file).expect("a file");
    let sum = |list: &str| format!("{}\n{list}", hash(&[list.as_bytes()])).into_bytes();
    let flipped = String::from_utf8_lossy(&content).replace("never decides", "NEVER decides").into_bytes();
    for broken in [
        Vec::new(),
        content[..content.len() / 2].to_vec(),
        flipped,
        vec![0xff; 100],
        sum("[{}]"),
        sum("{\"foreign\":1}"),
        sum(&String::from_utf8_lossy(&content[65..]).replace("GL4004", "GL9999")),
    ] {
        std::fs::write(&file, &broken).expect("a file");
        let output = shop.check(&[]);
        assert_eq!(out(&output), right);
        assert_eq!(said(&output), "");
        assert_eq!(std::fs::read(&file).expect("a file"), content, "and it is written anew");
    }
    std::fs::remove_file(&file).expect("removed");
    std::fs::create_dir(&file).expect("a folder");
    assert_eq!(out(&shop.check(&[])), right);
    let nowhere = shop.command(&[]).env("XDG_CACHE_HOME", "/dev/null/x").output().expect("the command runs");
    assert_eq!(out(&nowhere), right);
    assert_eq!(said(&nowhere), "");
}

#[test]
fn memories_are_few() {
    let shop = Shop::with(PROGRAM);
    shop.check(&[]);
    let kept = remembered(&shop).pop().expect("a file");
    let folder = kept.parent().expect("a folder");
    let hour = std::time::Duration::from_secs(3600);
    for number in 0..100 {
        let path = folder.join(format!("old{number}"));
        std::fs::write(&path, "old").expect("a file");
        let file = std::fs::File::options().write(true).open(&path).expect("a file");
        let age = hour * (number + 1);
        file.set_modified(std::time::SystemTime::now() - age).expect("a time");
    }
    shop.check(&["--paranoid"]);
    let files = remembered(&shop);
    assert_eq!(files.len(), 64);
    assert!(files.contains(&kept) && files.contains(&folder.join("old0")), "the youngest stay");
    assert!(!files.contains(&folder.join("old99")));
}

/// Files keep their line ends and their marks of the order of bytes.
#[test]
fn fixes_keep_the_form_of_files() {
    let program = format!("\u{feff}{}", PROGRAM.replace('\n', "\r\n"));
    let shop = Shop::with(&program);
    let output = shop.check(&["--fix"]);
    assert!(out(&output).contains("1 fix made in 1 file"), "{}", out(&output));
    let wanted: String = program
        .split_inclusive('\n')
        .filter(|line| !line.contains("Nobody") && !line.contains("/cart/checkout"))
        .collect();
    assert_eq!(shop.read("shop é.gloo"), wanted);
}

/// A file that isn't the text that was read is not overwritten.
#[test]
fn fixes_keep_what_is_no_text() {
    let shop = Shop::with("");
    let program = [PROGRAM.replace("  any", "  get").as_bytes(), b"// \xff\n"].concat();
    std::fs::write(shop.path().join("shop é.gloo"), &program).expect("a file");
    let output = shop.check(&["--fix"]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(said(&output).contains("`shop é.gloo` was changed while it was checked, or is not UTF-8"));
    assert_eq!(std::fs::read(shop.path().join("shop é.gloo")).expect("a file"), program);
}
