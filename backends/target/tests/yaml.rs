//! YAML that every reader reads alike. `yaml/expected.yaml` is held by a snapshot; whoever changes it also reads it with
//! other readers (`kubectl label --local -f … -o json`, PyYAML).

use gloo_target::to_yaml;
use serde_json::{Map, Value, json};

/// Texts that some reader of YAML 1.1 or 1.2 takes for something else where they stand bare.
const NASTY: &[&str] = &[
    "y",
    "Y",
    "n",
    "yes",
    "No",
    "on",
    "OFF",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "",
    "1_000",
    "080",
    "0o17",
    "0x1F",
    "0b11",
    "1e3",
    "1.5",
    ".5",
    "1.",
    "-1",
    "+1",
    ".inf",
    "-.INF",
    ".nan",
    "1.30",
    "12:30:45",
    "190:20:30",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "2024-1-1 1:2:3",
    "<<",
    "=",
    "-",
    "?",
    ":",
    "- x",
    "? x",
    ": x",
    "a: b",
    "a:",
    "a:b",
    "#x",
    "a #b",
    "a#b",
    "[a]",
    "{a}",
    "*a",
    "&a",
    "!a",
    "!!str",
    "|",
    ">",
    "%a",
    "@a",
    "`a`",
    "'a'",
    "\"a\"",
    "it's",
    "\\",
    "a\\b",
    " lead",
    "trail ",
    "\tlead",
    "trail\t",
    "a\tb",
    "two\nlines",
    "two\nlines\n",
    "two\nlines\n\n",
    "\n",
    "\nlead",
    "  indented\nless",
    "a\r\nb",
    "---",
    "...",
    "--- a",
    "é",
    "字",
    "😀",
    "\u{feff}a",
    "a\u{85}b",
    "a\u{2028}b",
    "\u{7f}",
    "\u{0}",
    "a,b",
    "a, b",
    "/a/**",
    r"^/a(/.*)?$",
    r"(?i)[^\d]{2,}: #",
    "a very long line, longer than any width at which a writer would think of folding it: it stays on its line, however long it is, so that it can be searched for",
];

fn document() -> Value {
    let keys: Map<String, Value> = NASTY.iter().map(|text| ((*text).to_owned(), json!(1))).collect();
    let values: Vec<Value> = NASTY.iter().map(|text| json!(text)).collect();
    json!({
        "values": values,
        "keys": keys,
        "nested": { "empty": [[], {}, null], "lists": [[1, 2], [{ "a": [{ "b": "y" }] }]] },
        "numbers": [0, -1, 1.5, 1e30, u64::MAX, i64::MIN],
        "truth": [true, false],
    })
}

#[test]
fn nasty_texts_are_read_back() {
    let text = to_yaml(&[document()]).unwrap();
    let read: Value = serde_saphyr::from_str(&text).unwrap();
    let document = document();
    for (number, text) in NASTY.iter().enumerate() {
        assert_eq!(read["values"][number], json!(text));
        assert_eq!(read["keys"][text], json!(1), "the key {text:?}");
    }
    assert_eq!(read["nested"], document["nested"]);
    assert_eq!(read["truth"], document["truth"]);
    insta::assert_snapshot!(text);
}

#[test]
fn documents_are_separated_and_end_with_a_line_feed() {
    let text = to_yaml(&[json!({ "a": 1 }), json!({ "b": [] }), json!("c")]).unwrap();
    assert_eq!(text, "a: 1\n---\nb: []\n---\nc\n");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_back(value in ".*", key in "\\PC*") {
        let mut fields = Map::new();
        fields.insert(key, json!([value]));
        let document = Value::Object(fields);
        let text = to_yaml(std::slice::from_ref(&document)).unwrap();
        let read: Value = serde_saphyr::from_str(&text).unwrap();
        proptest::prop_assert_eq!(read, document);
    }
}
