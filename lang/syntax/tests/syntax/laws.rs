//! What holds for every text.

use crate::texts;
use gloo_source::FileId;
use gloo_syntax::{FormatRefused, format, lex, parse};
use proptest::prelude::*;

/// Parsing does not panic; what parses can be formatted; formatting keeps tree and comments, and is done after once.
fn check(text: &str) -> Result<(), TestCaseError> {
    let parsed = parse(FileId(0), text);
    for diagnostic in &parsed.diagnostics {
        prop_assert!(diagnostic.message.chars().count() < 200, "{}", diagnostic.message);
        for label in &diagnostic.labels {
            prop_assert!(text.get(label.place.range()).is_some(), "{:?} is not in the text", label.place);
        }
    }
    match format(text) {
        Ok(formatted) => {
            prop_assert!(parsed.is_ok());
            let again = parse(FileId(0), &formatted);
            prop_assert_eq!(&again.tree, &parsed.tree);
            let comments = |parsed: &gloo_syntax::Parsed| -> Vec<_> {
                parsed.comments.iter().map(|comment| comment.text.clone()).collect()
            };
            prop_assert_eq!(comments(&again), comments(&parsed));
            let twice = format(&formatted);
            prop_assert_eq!(twice.as_deref(), Ok(formatted.as_str()));
            prop_assert!(
                formatted.lines().all(|line| line.trim_end() == line || line.contains('"')),
                "white space at an end"
            );
        }
        Err(FormatRefused::Errors(_)) => prop_assert!(!parsed.is_ok()),
        Err(FormatRefused::Unsound) => prop_assert!(false, "unsound"),
    }
    Ok(())
}

/// The tokens and comments of all texts that parse: what mutations are made of.
fn words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (_, text) in texts("accept") {
        words.extend(lex(&text).into_iter().map(|(_, range)| text[range].to_owned()));
    }
    words.sort();
    words.dedup();
    words
}

/// A text in pieces: tokens, and what stands between them.
fn pieces(text: &str) -> Vec<String> {
    let (mut pieces, mut end) = (Vec::new(), 0);
    for (_, range) in lex(text) {
        pieces.push(text[end..range.start].to_owned());
        pieces.push(text[range.clone()].to_owned());
        end = range.end;
    }
    pieces.push(text[end..].to_owned());
    pieces
}

#[derive(Clone, Debug)]
enum Change {
    Delete(usize),
    Double(usize),
    Swap(usize, usize),
    Word(usize, usize),
    Space(usize, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<usize>();
    prop_oneof![
        at().prop_map(Change::Delete),
        at().prop_map(Change::Double),
        (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        (at(), at()).prop_map(|(a, b)| Change::Word(a, b)),
        (
            at(),
            prop::sample::select(vec![
                " ",
                "\n",
                "\n\n",
                " // c\n",
                "\n// own\n",
                "\n\n/// doc\n",
                " , ",
                "\r\n",
                "\t",
                "\u{a0}"
            ])
        )
            .prop_map(|(a, space)| Change::Space(a, space)),
    ]
}

fn mutate(text: &str, changes: &[Change], words: &[String]) -> String {
    let mut pieces = pieces(text);
    for change in changes {
        let len = pieces.len();
        if len < 3 {
            break;
        }
        // Tokens have odd numbers.
        let token = |at: &usize| at % (len / 2) * 2 + 1;
        match change {
            Change::Delete(at) => pieces[token(at)].clear(),
            Change::Double(at) => {
                let word = pieces[token(at)].clone();
                pieces[token(at)] = format!("{word} {word}");
            }
            Change::Swap(a, b) => pieces.swap(token(a), token(b)),
            Change::Word(at, word) => pieces[token(at)] = words[word % words.len()].clone(),
            Change::Space(at, space) => pieces[at % len.div_ceil(2) * 2] = (*space).to_owned(),
        }
    }
    pieces.concat()
}

#[test]
fn texts_keep_the_laws() {
    for folder in ["accept", "reject", "tree"] {
        for (name, text) in texts(folder) {
            check(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn every_prefix_is_read() {
    for (_, text) in texts("accept") {
        for (end, _) in text.char_indices().step_by(7) {
            let _ = parse(FileId(0), &text[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn mutated_texts_keep_the_laws(
        at in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let texts = texts("accept");
        check(&mutate(&at.get(&texts).1, &changes, &words()))?;
    }

    #[test]
    fn respaced_texts_keep_the_laws(
        at in any::<prop::sample::Index>(),
        spaces in prop::collection::vec((any::<usize>(), prop::sample::select(vec![" ", "\n", "\n\n\n", " // c\n", "\n// own\n", "\n\n// own\n\n", " /// doc\n"])), 1..30),
    ) {
        let texts = texts("accept");
        let mut pieces = pieces(&at.get(&texts).1);
        let gaps = pieces.len().div_ceil(2);
        for (at, space) in spaces {
            let gap = &mut pieces[at % gaps * 2];
            // Where nothing stood nothing may stand: `a.b`.
            if !gap.is_empty() {
                *gap = space.to_owned();
            }
        }
        let text = pieces.concat();
        prop_assert!(parse(FileId(0), &text).is_ok());
        check(&text)?;
    }

    #[test]
    fn random_words_keep_the_laws(picked in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..60)) {
        let words = words();
        let text: String = picked.iter().map(|(at, line)| format!("{}{}", at.get(&words), if *line { "\n" } else { " " })).collect();
        check(&text)?;
    }

    #[test]
    fn random_characters_keep_the_laws(text in "[ -~\n\u{0}\u{a0}\u{202e}é№日\u{feff}]{0,120}") {
        check(&text)?;
    }

    #[test]
    fn random_bytes_keep_the_laws(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }
}
