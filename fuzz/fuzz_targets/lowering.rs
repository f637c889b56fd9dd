//! A text beside a program that it can speak of is resolved and typed: to a program, or to errors that lie in the text.
#![no_main]

use gloo_ir::compile;
use libfuzzer_sys::fuzz_target;

const PRELUDE: &str = include_str!("../../docs/errors/prelude.gloo");

fuzz_target!(|text: &str| {
    let compiled = compile(&[("fuzzed.gloo", text), ("prelude.gloo", PRELUDE)], None);
    for diagnostic in &compiled.diagnostics {
        for label in &diagnostic.labels {
            let file = compiled.sources.get(label.place.file);
            let there = file.is_some_and(|file| file.text.get(label.place.range()).is_some());
            assert!(there, "{diagnostic:?} is not in the text");
        }
    }
});
