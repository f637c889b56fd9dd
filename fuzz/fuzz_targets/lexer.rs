//! Tokens stand in order, on whole characters, and between them is nothing but white space and comments.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for (token, range) in gloo_syntax::lex(text) {
        assert!(end <= range.start && range.start <= range.end, "{token:?} at {range:?} after {end}");
        assert!(text.get(range.clone()).is_some(), "{token:?} at {range:?} cuts a character");
        end = range.end;
    }
    assert!(end <= text.len());
});
