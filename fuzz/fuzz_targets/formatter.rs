//! What parses formats; what is formatted is formatted already.
#![no_main]

use gloo_syntax::{FormatRefused, format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match format(text) {
        Ok(formatted) => {
            let again = format(&formatted);
            assert_eq!(again.as_deref(), Ok(formatted.as_str()), "formatting twice is formatting once");
        }
        Err(FormatRefused::Errors(errors)) => assert!(!errors.is_empty()),
        Err(FormatRefused::Unsound) => panic!("the layout means something else"),
    }
});
