//! One token is lost: how many errors are there?

use crate::texts;
use gloo_source::FileId;
use gloo_syntax::{lex, parse};

#[test]
fn one_lost_token_is_mostly_one_error() {
    let (mut lost, mut accepted, mut one, mut more) = (0, 0, 0, Vec::new());
    for (name, text) in texts("accept") {
        let items = parse(FileId(0), &text).tree.items.len();
        for (_, range) in lex(&text) {
            let mut less = text.clone();
            less.replace_range(range.clone(), "");
            let parsed = parse(FileId(0), &less);
            lost += 1;
            match parsed.diagnostics.len() {
                0 => accepted += 1,
                1 => one += 1,
                _ => more.push(format!(
                    "{name}: without `{}` at {}: {}",
                    &text[range.clone()],
                    range.start,
                    parsed.diagnostics.len()
                )),
            }
            // The other declarations are all there.
            let there = parsed.tree.items.len();
            assert!(
                there + 2 >= items,
                "{name}: without `{}` at {}: {there} of {items}",
                &text[range.clone()],
                range.start
            );
        }
    }
    let share = |count: usize| count as f64 / lost as f64;
    assert!(lost > 2_000, "{lost}");
    assert!(share(accepted) < 0.15, "{accepted} of {lost} losses are accepted");
    assert!(
        share(more.len()) < 0.12,
        "{} of {lost} losses give more than one error ({one} one):\n{}",
        more.len(),
        more.join("\n")
    );
}
