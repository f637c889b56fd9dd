//! New codes and new cases of a suite, begun as their kind looks.

use crate::codes::{self, REGISTRY};
use crate::repository::Repository;
use anyhow::{Context, bail};

const STAGES: [&str; 6] = ["syntax", "names", "types", "findings", "targets", "clusters"];

/// A code of `stage` with the next free number: its line in the registry, and its page.
pub fn error(repository: &Repository, stage: &str, name: &str) -> anyhow::Result<()> {
    let Some(stage) = STAGES.iter().position(|known| *known == stage) else {
        bail!("no stage is called `{stage}`; they are {}", STAGES.join(", "));
    };
    check_name(name)?;
    let entries = codes::read(repository)?;
    if entries.iter().any(|entry| entry.name == name) {
        bail!("`{name}` is a code already");
    }
    let last = entries.iter().rfind(|entry| usize::from(entry.number) / 1000 == stage + 1);
    let (after, number) = match last {
        Some(last) => (last.line, last.number + 1),
        None => (entries.last().context("the registry is empty")?.line, (stage as u16 + 1) * 1000 + 1),
    };
    let constant = name.replace('-', "_").to_uppercase();
    let registry = repository.read(REGISTRY)?;
    let mut lines: Vec<&str> = registry.lines().collect();
    let entry = format!("    /// Say here what it is.\n    {constant} = {number} \"{name}\" Error;");
    lines.insert(after, &entry);
    repository.write(REGISTRY, &(lines.join("\n") + "\n"))?;

    let page = format!("docs/errors/GL{number}.md");
    let text = format!(
        "# GL{number} {name}\n\nOne sentence: what is wrong.\n\n## Wrong\n\n```gloo\n```\n\n## Right\n\n```gloo\n```\n\n## \
         Why\n\nTwo or three sentences, and what to do.\n"
    );
    repository.write(&page, &text)?;
    println!("{REGISTRY}:{}: its line; say what it is, and choose its level", after + 1);
    println!("{page}: its page; the tests run its blocks");
    println!("report it as `Code::{constant}`, then: cargo xtask bless errors");
    Ok(())
}

/// A case of a suite: a file if the suite's cases are files, a folder with one file if they are folders.
pub fn case(repository: &Repository, suite: &str, name: &str) -> anyhow::Result<()> {
    check_name(name)?;
    let folder = format!("tests/suite/{suite}");
    let Ok(entries) = std::fs::read_dir(repository.path(&folder)) else {
        let mut suites = Vec::new();
        for entry in std::fs::read_dir(repository.path("tests/suite"))? {
            suites.push(entry?.file_name().to_string_lossy().into_owned());
        }
        suites.sort();
        bail!("no suite is called `{suite}`; they are {}", suites.join(", "));
    };
    let mut known = Vec::new();
    for entry in entries {
        known.push(entry?.path());
    }
    let of_folders = !known.iter().any(|path| path.extension().is_some_and(|extension| extension == "gloo"));
    let name = next_number(&known).map_or_else(|| name.to_owned(), |number| format!("{number:02}-{name}"));
    let path =
        if of_folders { format!("{folder}/{name}/main.gloo") } else { format!("{folder}/{name}.gloo") };
    if repository.path(&path).exists() {
        bail!("{path} is there already");
    }
    repository.write(&path, "")?;
    println!("{path}: write the program; then: cargo xtask bless {suite}");
    Ok(())
}

/// The next number, where a suite's cases are numbered (`07-name.gloo`).
fn next_number(known: &[std::path::PathBuf]) -> Option<usize> {
    let number =
        |path: &std::path::PathBuf| path.file_name()?.to_str()?.split_once('-')?.0.parse::<usize>().ok();
    known.iter().filter_map(number).max().map(|last| last + 1)
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let fits =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !name.split('-').all(fits) {
        bail!("`{name}` is not a name of words in lower case with `-` between them");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbered_cases_go_on() {
        let known = ["03-a.gloo", "12-b.txt", "README.md"].map(std::path::PathBuf::from);
        assert_eq!(super::next_number(&known), Some(13));
        assert_eq!(super::next_number(&known[2..]), None);
    }

    #[test]
    fn names_are_kebab_case() {
        assert!(super::check_name("type-mismatch").is_ok());
        for name in ["", "Type", "a--b", "a_b", "a/b"] {
            assert!(super::check_name(name).is_err(), "{name}");
        }
    }
}
