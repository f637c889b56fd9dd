//! Parsing never fails; every error lies in the text, and can be shown within the terminal.
#![no_main]

use gloo_source::render::{RenderOptions, one_line, render, to_json};
use gloo_source::{FileId, Sources};
use libfuzzer_sys::fuzz_target;

/// A broken text may have thousands of errors; showing the first ones finds what showing them all would.
const SHOWN: usize = 20;

fuzz_target!(|text: &str| {
    let parsed = gloo_syntax::parse(FileId(0), text);
    let mut sources = Sources::new();
    sources.insert(FileId(0), "fuzzed.gloo", text);
    for diagnostic in &parsed.diagnostics {
        for label in &diagnostic.labels {
            assert!(text.get(label.place.range()).is_some(), "{diagnostic:?} is not in the text");
        }
    }
    for diagnostic in parsed.diagnostics.iter().take(SHOWN) {
        let shown = render(diagnostic, &sources, RenderOptions::default());
        assert!(shown.lines().all(|line| !line.contains(char::is_control)), "{shown:?}");
        assert!(!one_line(diagnostic, &sources).contains('\n'));
        assert!(to_json(diagnostic, &sources)["line"].is_u64());
    }
});
