//! Expressions mean what they mean to RE2's own library: `re2/README.md` says where the answers come from.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "in a test a panic is the failure")]

use gloo_domain::{PatternErrorKind, Regex, StringSet};
use std::fmt::Write as _;

const UTF8: &str = include_str!("re2/corpus.jsonl");
const LATIN1: &str = include_str!("re2/latin1.jsonl");

struct Entry {
    pattern: String,
    accepted: bool,
    matches: Vec<String>,
    others: Vec<String>,
}

fn corpus(answers: &str) -> Vec<Entry> {
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
    answers.lines().map(entry).collect()
}

#[test]
fn accepts_what_re2_accepts() {
    let mut wrong = String::new();
    for entry in corpus(UTF8) {
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
    for Entry { pattern, matches, others, .. } in corpus(UTF8).into_iter().filter(|entry| entry.accepted) {
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
fn reads_latin1_as_re2_does_and_writes_what_means_the_same_there() {
    let mut wrong = String::new();
    let all = StringSet::all();
    for Entry { pattern, accepted, matches, others } in corpus(LATIN1) {
        let regex = Regex::parse(&pattern).expect("RE2 accepts it in UTF-8");
        let read = regex.read_in_latin1().expect("the expressions are small");
        if read.is_some() != accepted {
            let _ = writeln!(wrong, "RE2 accepts {pattern:?} in Latin-1: {accepted}");
        }
        let expected = matches.iter().map(|text| (text, true)).chain(others.iter().map(|text| (text, false)));
        for (text, expected) in expected {
            if read.as_ref().is_some_and(|set| set.contains(text) != expected) {
                let _ = writeln!(wrong, "{pattern:?} on {text:?}: RE2 in Latin-1 {expected}");
            }
        }
        let written = regex.for_latin1(&all).expect("the expressions are small");
        let again = Regex::parse(&written).map(|regex| regex.read_in_latin1());
        if again != Ok(Ok(Some(StringSet::regex(&regex).expect("the expressions are small")))) {
            let _ = writeln!(wrong, "{pattern:?} is written {written:?}, which is {again:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn an_expression_stays_as_it_was_written_where_that_will_do() {
    let strict = StringSet::strict_paths().expect("it is small");
    let values = StringSet::header_values().expect("it is small");
    let written = |text: &str, universe| {
        Regex::parse(text).expect("it is one").for_latin1(universe).expect("it is small")
    };
    for text in [r"/v[0-9]+/.*", "/img/[^/]*", r"/[^/]+/x.{3}", "/é|/a", "(?i)/api/.*", r"/\w+"] {
        assert_eq!(written(text, &strict), text);
    }
    for text in [".*", "[^ ]+", "a.*b", r"Bearer [^.]+\..*", "é+a?é"] {
        assert_eq!(written(text, &values) == text, text != "é+a?é", "{text}");
    }
    assert_eq!(written("[^a]", &strict), "[^a]");
    assert_eq!(written("é", &values), "é");
    assert_eq!(written("[é]", &values), r"\xC3\xA9");
    assert_eq!(written("(?i)é", &values), r"(?:\xC3[\x89\xA9])");
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

#[test]
fn what_is_nested_as_deep_as_is_allowed_works() {
    let depth = gloo_domain::MAX_DEPTH;
    let regex = Regex::parse(&format!("{}a{}", "(?:b|".repeat(depth), ")*".repeat(depth)))
        .expect("it is deep enough");
    let set = StringSet::regex(&regex).expect("it is small");
    assert!(regex.contains("abba") && set.contains("abba") && !set.contains("c"));
    assert_eq!(Ok(Some(set)), regex.read_in_latin1());
}
