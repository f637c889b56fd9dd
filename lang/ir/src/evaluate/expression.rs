//! The expressions that the evaluator makes of what a program says. Reading one takes as long as deciding many requests.

use gloo_domain::Regex;
use std::cell::RefCell;
use std::collections::HashMap;

/// So many are kept by each thread; beyond that it begins anew.
const MOST_KEPT: usize = 1_024;

thread_local! {
    static KNOWN: RefCell<HashMap<String, Option<Regex>>> = RefCell::new(HashMap::new());
}

/// An expression, read once; nothing if it can't be read.
pub(super) fn compiled(text: &str) -> Option<Regex> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(regex) = known.get(text) {
            return regex.clone();
        }
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        let regex = Regex::parse(text).ok();
        known.insert(text.to_owned(), regex.clone());
        regex
    })
}
