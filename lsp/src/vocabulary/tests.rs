//! The vocabulary, held against what the compiler takes.

use super::{ATTRIBUTES, BLOCKS, CALLS, DECLARATIONS, KEYWORDS, OUTCOMES};
use gloo_ir::compile;
use gloo_source::Code;
use std::collections::BTreeSet;

/// A program in which a block of each kind stands, with `SETTING` in it.
fn with(block: &str, setting: &str) -> Option<String> {
    let shop = "namespace shop { service cart { port http: 1 } }\ncluster local { backend: envoy(version: \"1.40\") }\n";
    let route = |options: &str| {
        format!(
            "{shop}gateway edge {{ listener web: http(80) }}\nroutes r on edge for \"a.b\" {{ any /** => cart {{ {options} }} }}"
        )
    };
    let policy = |clause: &str| format!("{shop}policy p on mesh {{ {clause} }}");
    let traffic = |inner: &str| format!("{shop}traffic shop.cart {{ {inner} }}");
    let telemetry = |inner: &str| format!("{shop}telemetry t on mesh {{ {inner} }}");
    Some(match block {
        "mesh" | "cluster" | "namespace" | "external" | "gateway" => format!("{block} x {{ {setting} }}"),
        "service" => format!("namespace a {{ service x {{ port http: 1  {setting} }} }}"),
        "listener" => format!("gateway x {{ listener web: http(80) {{ {setting} }} }}"),
        "options" => route(setting),
        "retries" | "mirror" | "fault" => route(&format!("{block}: {{ {setting} }}")),
        "traffic" => traffic(setting),
        "connections" | "eject" | "health" => traffic(&format!("{block}: {{ {setting} }}")),
        "mask" => policy(&format!("mask ssn in response {{ {setting} }}")),
        "cors" | "csrf" => policy(&format!("{block} {{ {setting} }}")),
        "log" | "trace" => telemetry(&format!("{block} {{ {setting} }}")),
        "patch" => format!("{shop}patch x on mesh {{ {setting} }}"),
        other => format!("provider x: {} {{ {setting} }}", other.strip_prefix("provider ")?),
    })
}

/// The settings that the compiler says there are.
fn known(block: &str) -> BTreeSet<String> {
    let program = with(block, "zzz: 1").unwrap();
    let compiled = compile(&[("a.gloo", &program)], None);
    let unknown = compiled.diagnostics.iter().find(|one| one.code == Code::UNKNOWN_SETTING);
    let unknown = unknown.unwrap_or_else(|| panic!("{block}: {program}: {:?}", compiled.diagnostics));
    let listed = unknown.help.iter().find(|help| help.contains(" has ")).unwrap();
    let listed = listed.split(" has ").nth(1).unwrap();
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn settings_are_those_of_the_compiler() {
    for (block, settings) in BLOCKS {
        let mut ours: BTreeSet<String> = settings.iter().map(|setting| setting.key.to_owned()).collect();
        if *block == "options" {
            ours.extend(["request_headers".to_owned(), "response_headers".to_owned()]);
        }
        assert_eq!(ours, known(block), "{block}");
    }
}

#[test]
fn words_of_settings_are_taken() {
    for (block, settings) in BLOCKS {
        for setting in *settings {
            for word in setting.words.iter().filter(|word| !word.contains("\"\"") && !word.contains("ops.")) {
                let value = match setting.key {
                    "alpn" | "on" | "methods" => format!("[{word}]"),
                    _ => (*word).to_owned(),
                };
                let program = with(block, &format!("{}: {value}", setting.key)).unwrap();
                let compiled = compile(&[("a.gloo", &program)], None);
                let wrong = compiled.diagnostics.iter().find(|one| {
                    matches!(one.code, Code::TYPE_MISMATCH | Code::UNEXPECTED | Code::UNKNOWN_SETTING)
                });
                assert!(wrong.is_none(), "{program}\n{wrong:?}");
            }
        }
    }
}

/// A snippet with what stands in its places.
fn filled(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let after = after.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(':');
        let (shown, left) = after.split_once('}').unwrap();
        text.push_str(shown);
        rest = left;
    }
    text.push_str(rest);
    text.replace("$0", "")
}

#[test]
fn declarations_parse() {
    for one in DECLARATIONS.iter().filter(|one| one.word != "pub") {
        let text = filled(one.snippet);
        let parsed = gloo_syntax::parse(gloo_source::FileId(0), &text);
        assert!(parsed.is_ok(), "{text}\n{:?}", parsed.diagnostics);
    }
}

#[test]
fn keywords_parse() {
    for (block, word, snippet, _) in KEYWORDS {
        let entry = filled(snippet);
        let text = match *block {
            "namespace" => format!("namespace x {{ {entry} }}"),
            "service" => format!("namespace x {{ service y {{ {entry} }} }}"),
            "external" => format!("external x {{ {entry} }}"),
            "gateway" => format!("gateway x {{ {entry} }}"),
            "routes" => format!("routes x on y for \"a.b\" {{ {entry} }}"),
            "options" => format!("routes x on y for \"a.b\" {{ any /** => z {{ {entry} }} }}"),
            "headers" if *word == "body" => format!("policy x on y {{ transform request {{ {entry} }} }}"),
            "headers" => {
                format!("routes x on y for \"a.b\" {{ any /** => z {{ request_headers {{ {entry} }} }} }}")
            }
            "policy" => format!("policy x on y {{ {entry} }}"),
            "access" => format!("access x {{ {entry} }}"),
            "telemetry" => format!("telemetry x on y {{ {entry} }}"),
            "prove" => format!("prove \"x\" {{ {entry} }}"),
            "test" => format!("test \"x\" {{ {entry} }}"),
            other => panic!("{other}"),
        };
        let parsed = gloo_syntax::parse(gloo_source::FileId(0), &text);
        assert!(parsed.is_ok(), "{text}\n{:?}", parsed.diagnostics);
    }
}

#[test]
fn attributes_and_outcomes_parse() {
    for one in ATTRIBUTES {
        let asked = one.text.replace("\"\"", "\"x\"");
        let text = format!("let x = {asked}{}", filled(one.then));
        let parsed = gloo_syntax::parse(gloo_source::FileId(0), &text);
        assert!(parsed.is_ok(), "{text}\n{:?}", parsed.diagnostics);
    }
    for one in OUTCOMES {
        let said = one.text.replace("()", "(x)").replace("[]", "[x]");
        let text = format!("prove \"x\" {{ every request => {said}{} }}", filled(one.then));
        let parsed = gloo_syntax::parse(gloo_source::FileId(0), &text);
        assert!(parsed.is_ok(), "{text}\n{:?}", parsed.diagnostics);
    }
}

#[test]
fn each_once() {
    let names: BTreeSet<&str> = CALLS.iter().map(|call| call.name).collect();
    assert_eq!(names.len(), CALLS.len());
}
