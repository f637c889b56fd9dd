//! Every code has a use, a page and a snapshot; every page has a code.

use super::Problem;
use crate::codes::{self, Entry, REGISTRY};
use crate::repository::Repository;
use std::collections::{BTreeMap, BTreeSet};

/// Codes, pages and snapshots that lack each other.
pub fn check(repository: &Repository, files: &[String]) -> anyhow::Result<Vec<Problem>> {
    let entries = codes::read(repository)?;
    let mut problems = order(&entries);
    let mut used = BTreeSet::new();
    let mut shown = String::new();
    for file in files {
        if file.starts_with("tests/") && (file.ends_with(".snap") || file.ends_with(".txt")) {
            shown.push_str(&repository.read(file)?);
        } else if (file.ends_with(".rs") || file.ends_with(".lalrpop"))
            && file != REGISTRY
            && !file.starts_with("tests/")
        {
            let text = repository.read(file)?;
            used.extend(
                entries.iter().filter(|entry| mentions(&text, &entry.constant)).map(|entry| entry.number),
            );
        }
    }
    let mut pages: BTreeMap<String, &str> =
        files.iter().filter_map(|file| Some((page_code(file)?, file.as_str()))).collect();
    for entry in &entries {
        let code = entry.code();
        let problem = |text: String| Problem::new(REGISTRY, entry.line, text);
        match pages.remove(&code) {
            None => problems.push(problem(format!("{code} has no page docs/errors/{code}.md"))),
            Some(page) => {
                let title = format!("# {code} {}", entry.name);
                if repository.read(page)?.lines().next() != Some(&title) {
                    problems.push(Problem::new(page, 1, format!("the first line is not `{title}`")));
                }
            }
        }
        if !shown.contains(&format!("[{code}]")) {
            problems.push(problem(format!("no snapshot in tests/ shows {code}")));
        }
        if !used.contains(&entry.number) {
            problems.push(problem(format!("nothing reports {code}, `Code::{}`", entry.constant)));
        }
    }
    problems.extend(pages.iter().map(|(code, page)| Problem::new(page, 1, format!("{code} is no code"))));
    Ok(problems)
}

/// Numbers rise, and names are there once.
fn order(entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names = BTreeSet::new();
    let mut last = 0;
    for entry in entries {
        if entry.number <= last {
            problems.push(Problem::new(
                REGISTRY,
                entry.line,
                format!("{} stands after GL{last:04}", entry.code()),
            ));
        }
        if !names.insert(&entry.name) {
            problems.push(Problem::new(REGISTRY, entry.line, format!("`{}` names two codes", entry.name)));
        }
        last = entry.number;
    }
    problems
}

/// Whether code has `Code::CONSTANT`.
fn mentions(text: &str, constant: &str) -> bool {
    text.split("Code::").skip(1).any(|rest| {
        rest.strip_prefix(constant)
            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// The code whose page a file is.
fn page_code(file: &str) -> Option<String> {
    let code = file.strip_prefix("docs/errors/")?.strip_suffix(".md")?;
    code.starts_with("GL").then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Entry, mentions, order, page_code};

    #[test]
    fn whole_constants_only() {
        assert!(mentions("sink.report(Code::CYCLE, …)", "CYCLE"));
        assert!(!mentions("Code::CYCLES", "CYCLE"));
        assert!(!mentions("CYCLE", "CYCLE"));
    }

    #[test]
    fn numbers_rise_and_names_differ() {
        let entry =
            |number, name: &str| Entry { line: 1, constant: String::new(), number, name: name.to_owned() };
        assert_eq!(order(&[entry(1001, "a"), entry(1002, "b")]), []);
        assert_eq!(order(&[entry(1002, "a"), entry(1002, "a")]).len(), 2);
    }

    #[test]
    fn pages() {
        assert_eq!(page_code("docs/errors/GL1001.md").as_deref(), Some("GL1001"));
        assert_eq!(page_code("docs/errors/README.md"), None);
    }
}
