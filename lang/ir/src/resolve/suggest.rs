//! "Did you mean": the closest name, if one is close.

/// The candidate that is most like `word`, if one is so like it that a slip explains the difference: at most a third of
/// the letters, case apart, and none of a word of one or two. Of equally close ones the first in the order of the
/// alphabet.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    let allowed = (length / 3).min(4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word && candidate.len().abs_diff(word.len()) <= allowed)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn one_of(words: &[String]) -> String {
    listed(words, "or")
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn all_of(words: &[String]) -> String {
    listed(words, "and")
}

fn listed(words: &[String], link: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} {link} {last}", firsts.join(", ")),
    }
}

/// The words in backticks.
pub fn quoted<T: std::fmt::Display>(words: impl IntoIterator<Item = T>) -> Vec<String> {
    words.into_iter().map(|word| format!("`{word}`")).collect()
}
