//! Each foreign library is named in its one crate, some in one file.

use super::Problem;
use crate::repository::Repository;
use serde_json::Value;

/// A library, the crate that may depend on it, and the one file that may name it, if it is one.
const LIBRARIES: &[(&str, &str, Option<&str>)] = &[
    ("ariadne", "gloo-source", Some("lang/source/src/render.rs")),
    ("logos", "gloo-syntax", None),
    ("lalrpop", "gloo-syntax", None),
    ("lalrpop-util", "gloo-syntax", None),
    ("regex-automata", "gloo-domain", None),
    ("regex-syntax", "gloo-domain", None),
    ("salsa", "gloo-db", None),
    ("z3", "gloo-checker", Some("checker/src/solver/z3.rs")),
    ("oxidd", "gloo-checker", None),
    ("serde-saphyr", "gloo-target", None),
    ("envoy-types", "gloo-envoy", None),
    ("prost", "gloo-envoy", None),
    ("prost-reflect", "gloo-envoy", None),
    ("lsp-server", "gloo-lsp", None),
    ("gen-lsp-types", "gloo-lsp", None),
    ("clap", "gloo", None),
    ("clap_complete", "gloo", None),
    ("clap_mangen", "gloo", None),
    ("ignore", "gloo", None),
    ("indicatif", "gloo", None),
    ("notify", "gloo", None),
];

/// The crate that may depend on anything: it holds what the others make against what others think of it.
const TESTS: &str = "gloo-tests";

/// Whether a file belongs to a crate that may name any library.
fn is_free(file: &str) -> bool {
    file.starts_with("xtask/") || file.starts_with("tests/")
}

/// Libraries that a crate or a file names though another one owns them.
pub fn check(repository: &Repository, files: &[String], metadata: &Value) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for (name, manifest, dependencies) in super::packages(metadata) {
        let owned = |library: &str| LIBRARIES.iter().find(|(known, ..)| *known == library);
        for (library, owner, _) in dependencies.into_iter().filter_map(owned) {
            if name != *owner && name != TESTS {
                problems.push(Problem::new(
                    &manifest,
                    1,
                    format!("only `{owner}` may depend on `{library}`, and `{name}` does"),
                ));
            }
        }
    }
    for (library, owner, only) in
        LIBRARIES.iter().filter_map(|(library, owner, only)| Some((library, owner, (*only)?)))
    {
        for file in files.iter().filter(|file| file.ends_with(".rs") && *file != only && !is_free(file)) {
            let text = repository.read(file)?;
            let lines = text.lines().enumerate().filter(|(_, line)| names(line, library));
            let text = format!("only {only} may name `{library}`, in `{owner}`");
            problems.extend(lines.map(|(at, _)| Problem::new(file, at + 1, text.clone())));
        }
    }
    Ok(problems)
}

/// Whether a line of code uses the library: comments may speak of it.
fn names(line: &str, library: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let uses = |(at, _): (usize, &str)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at + library.len()..).unwrap_or_default();
        let own =
            code.get(..at).is_some_and(|before| before.ends_with("self::") || before.ends_with("crate::"));
        let apart = !own && before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        apart
            && (after.starts_with("::")
                || code.trim_start().starts_with("use ") && after.starts_with([';', ' ']))
    };
    code.match_indices(library).any(uses)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn tells_use_from_mention() {
        for line in ["use z3;", "use z3 as solver;", "  let s = z3::Solver::new();", "use ::z3::ast;"] {
            assert!(names(line, "z3"), "{line}");
        }
        for line in [
            "// z3::Solver",
            "let z3 = 1;",
            "mod z3;",
            "gz3::f()",
            "use crate::solver::z3x;",
            "use self::z3::Z3;",
        ] {
            assert!(!names(line, "z3"), "{line}");
        }
    }
}
