//! The registry of codes, as text: the chores must work when it doesn't compile.

use crate::repository::Repository;

/// The file that has it.
pub const REGISTRY: &str = "lang/source/src/code.rs";

/// A line of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line in the file, from 1.
    pub line: usize,
    /// The name of the constant.
    pub constant: String,
    /// The number.
    pub number: u16,
    /// The kebab-case name.
    pub name: String,
}

impl Entry {
    /// `GLnnnn`.
    pub fn code(&self) -> String {
        format!("GL{:04}", self.number)
    }
}

/// All lines of the registry, in its order.
pub fn read(repository: &Repository) -> anyhow::Result<Vec<Entry>> {
    Ok(parse(&repository.read(REGISTRY)?))
}

fn parse(text: &str) -> Vec<Entry> {
    let entry = |(at, line): (usize, &str)| {
        let (constant, rest) = line.strip_suffix(';')?.trim_start().split_once(" = ")?;
        let (number, rest) = rest.split_once(" \"")?;
        let (name, _level) = rest.split_once("\" ")?;
        let (constant, name) = (constant.to_owned(), name.to_owned());
        Some(Entry { line: at + 1, constant, number: number.parse().ok()?, name })
    };
    text.lines().enumerate().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_lines_of_the_registry() {
        let text =
            "let x = 1;\ncodes! {\n    /// A value.\n    TYPE_MISMATCH = 3002 \"type-mismatch\" Error;\n}";
        let entries = super::parse(text);
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].line, entries[0].constant.as_str()), (4, "TYPE_MISMATCH"));
        assert_eq!((entries[0].code().as_str(), entries[0].name.as_str()), ("GL3002", "type-mismatch"));
    }
}
