//! Files stay short enough to be read.

use super::Problem;
use crate::repository::Repository;

const LONG: usize = 300;
const TOO_LONG: usize = 500;

/// Files of hand-written code that are long: without the tests at their end, and without test folders.
pub fn check(repository: &Repository, files: &[String]) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.ends_with(".rs") || file.ends_with(".lalrpop")) {
        if file.split('/').any(|part| part == "tests" || part == "tests.rs") {
            continue;
        }
        let lines = lines(&repository.read(file)?);
        if lines > LONG {
            let limit = if lines > TOO_LONG { TOO_LONG } else { LONG };
            let text = format!("{lines} lines, more than {limit}: give each noun its own file");
            problems.push(Problem { warning: lines <= TOO_LONG, ..Problem::new(file, limit, text) });
        }
    }
    Ok(problems)
}

/// Lines before the tests at the end.
fn lines(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[cfg(test)]
mod tests {
    #[test]
    fn tests_do_not_count() {
        assert_eq!(super::lines("a\nb\n#[cfg(test)]\nmod tests {}\n"), 2);
    }
}
