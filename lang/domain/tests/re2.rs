//! Expressions mean what they mean to RE2's own library: `re2/README.md` says where the answers come from.

use gloo_domain::{PatternErrorKind, Regex, StringSet};
use std::fmt::Write as _;

#[derive(Default)]
struct Entry {
    pattern: String,
    accepted: bool,
    matches: Vec<String>,
    others: Vec<String>,
}

fn corpus() -> Vec<Entry> {
    let texts = |value: &serde_json::Value| -> Vec<String> {
        let texts = value.as_array().into_iter().flatten();
        texts.map(|text| text.as_str().expect("texts are strings").to_owned()).collect()
    };
    let entry = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("each line is an entry");
        Entry {
            pattern: value["pattern"].as_str().expect("an entry has a pattern").to_owned(),
            accepted: value["accepted"].as_bool().expect("an entry has a verdict"),
            matches: texts(&value["matches"]),
            others: texts(&value["others"]),
        }
    };
    include_str!("re2/corpus.jsonl").lines().map(entry).collect()
}

#[test]
fn accepts_what_re2_accepts() {
    let mut wrong = String::new();
    for entry in corpus() {
        let parsed = Regex::parse(&entry.pattern);
        if parsed.is_ok() != entry.accepted {
            let _ = writeln!(wrong, "RE2 accepts {:?}: {}; {parsed:?}", entry.pattern, entry.accepted);
        }
        if let Err(error) = parsed {
            assert!(error.offset + error.length <= entry.pattern.len(), "{error:?} of {:?}", entry.pattern);
            assert!(entry.pattern.get(error.offset..error.offset + error.length).is_some(), "{error:?}");
            assert!(error.help.is_some(), "{error:?} doesn't say what to do");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn matches_what_re2_matches() {
    let mut wrong = String::new();
    let mut pairs = 0;
    for Entry { pattern, matches, others, .. } in corpus().into_iter().filter(|entry| entry.accepted) {
        let Ok(regex) = Regex::parse(&pattern) else { continue };
        let set = StringSet::regex(&regex).expect("the expressions are small");
        let expected = matches.iter().map(|text| (text, true)).chain(others.iter().map(|text| (text, false)));
        for (text, expected) in expected {
            pairs += 1;
            let (found, held) = (regex.contains(text), set.contains(text));
            if (found, held) != (expected, expected) {
                let _ =
                    writeln!(wrong, "{pattern:?} on {text:?}: RE2 {expected}, matcher {found}, set {held}");
            }
        }
    }
    assert!(pairs > 10_000, "only {pairs} pairs");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn what_is_too_large_is_refused_as_such() {
    let nested = "(".repeat(20_000) + &")".repeat(10_000);
    let deep = "(?:".repeat(200) + "a" + &")*".repeat(200);
    for pattern in [nested, deep, "a".repeat(40_000), r"(?:\pL{30}){30}".to_owned(), "[^a]".repeat(7_000)] {
        let error = Regex::parse(&pattern).expect_err("too large");
        assert_eq!(error.kind, PatternErrorKind::TooLarge, "{error}");
        assert!(error.help.is_some());
    }
    let regex = Regex::parse(".*a.{30}").expect("RE2 accepts it");
    assert!(regex.contains(&format!("xa{}", "y".repeat(30))));
    assert!(StringSet::regex(&regex).is_err());
}
