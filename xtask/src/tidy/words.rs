//! Words that no file may have.

use super::Problem;
use crate::repository::Repository;

/// What files are looked through: what people write by hand.
const ENDINGS: &[&str] = &[".rs", ".lalrpop", ".toml", ".py", ".sh", ".md", ".gloo", "Makefile", ".ci/run"];

/// A word, why it may not stand there, and whether it stands by itself. They are written in two halves so that this file
/// may stand here.
const WORDS: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("pypi", ".org", "the host of a registry"),
    ("python", "hosted.org", "the host of a registry"),
    ("crates", ".io", "the host of a registry"),
    ("proxy.go", "lang.org", "the host of a registry"),
    ("npm", "js.org", "the host of a registry"),
    ("deb.de", "bian.org", "the host of a registry"),
    ("TO", "DO", "work that isn't done"),
    ("FIX", "ME", "work that isn't done"),
    ("XX", "X", "work that isn't done"),
    ("for ", "now", "work that isn't done"),
];

/// Lines with such a word.
pub fn check(repository: &Repository, files: &[String]) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| ENDINGS.iter().any(|ending| file.ends_with(ending))) {
        let text = repository.read(file)?;
        for (at, line) in text.lines().enumerate() {
            problems.extend(
                words(line).map(|(word, why)| Problem::new(file, at + 1, format!("`{word}` is {why}"))),
            );
        }
    }
    Ok(problems)
}

fn words(line: &str) -> impl Iterator<Item = (String, &'static str)> {
    let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    WORDS.iter().filter_map(move |(head, tail, why)| {
        let word = format!("{head}{tail}");
        let stands = |(at, _): (usize, &str)| {
            // A path or a host may go on; a word may not be part of a longer one.
            let after = line.get(at + word.len()..).and_then(|rest| rest.chars().next());
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            apart(before) && (word.contains(['/', '.']) || apart(after))
        };
        line.match_indices(&word).any(stands).then_some((word, *why))
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    fn found(line: &str) -> Vec<String> {
        words(line).map(|(word, _)| word).collect()
    }

    #[test]
    fn whole_words_only() {
        assert_eq!(found(concat!("// TO", "DO: write it")), [concat!("TO", "DO")]);
        assert_eq!(found(concat!("a for ", "now")), [concat!("for ", "now")]);
        assert_eq!(found("METHODOLOGY for nowhere, a net/work/route"), Vec::<String>::new());
        assert_eq!(found(concat!("see /wo", "rk/main")), [concat!("/wo", "rk/")]);
        assert_eq!(found(concat!("files.python", "hosted.org/x")), [concat!("python", "hosted.org")]);
    }
}
