//! What RE2 knows of Unicode: groups of characters by name, and which letters differ by case alone.
//!
//! The tables are RE2's own, as its library answers (`tests/re2/README.md`); other tables are of other versions of
//! Unicode, and now and then a character changes its category.

use super::class::single;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use std::sync::LazyLock;

/// `group NAME RANGES` for each group, `fold CHARACTERS` for each set of letters that differ by case alone, and
/// `refused NAME` for names that RE2 doesn't know although others do.
const TABLES: &str = include_str!("unicode.txt");

/// The characters that `\p{name}` stands for, but for those that are surrogates.
pub(super) fn group(name: &str) -> Option<ClassUnicode> {
    static GROUPS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let groups = TABLES.lines().filter_map(|line| line.strip_prefix("group ")?.split_once(' '));
        let mut groups: Vec<(&str, &str)> = groups.collect();
        groups.sort_unstable();
        groups
    });
    let index = GROUPS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    let (_, ranges) = GROUPS.get(index)?;
    Some(ClassUnicode::new(ranges.split(' ').filter_map(range)))
}

/// `41-5A`, or `41` alone.
fn range(text: &str) -> Option<ClassUnicodeRange> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some(ClassUnicodeRange::new(character(low)?, character(high)?))
}

fn character(hexadecimal: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(hexadecimal, 16).ok()?)
}

/// Each letter that has others which differ by case alone, with one of these; sorted.
static CASES: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut cases = Vec::new();
    for orbit in TABLES.lines().filter_map(|line| line.strip_prefix("fold ")) {
        let orbit: Vec<char> = orbit.split(' ').filter_map(character).collect();
        for a in &orbit {
            cases.extend(orbit.iter().filter(|b| a != *b).map(|b| (*a, *b)));
        }
    }
    cases.sort_unstable();
    cases
});

/// The characters of the class, with all that differ from one of them by case alone.
pub(super) fn fold(mut class: ClassUnicode) -> ClassUnicode {
    let mut others = Vec::new();
    for range in class.ranges() {
        let from = CASES.partition_point(|(letter, _)| *letter < range.start());
        let letters =
            CASES.get(from..).unwrap_or_default().iter().take_while(|(letter, _)| *letter <= range.end());
        others.extend(letters.map(|(_, other)| ClassUnicodeRange::new(*other, *other)));
    }
    class.union(&ClassUnicode::new(others));
    class
}

/// Whether RE2 takes the name for `(?P<name>…)`: word characters of any script.
pub(super) fn is_group_name(name: &str) -> bool {
    let ascii = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(ascii) {
        return !name.is_empty();
    }
    let mut words = ClassUnicode::empty();
    ["L", "Nl", "Mn", "Mc", "Nd", "Pc"].into_iter().filter_map(group).for_each(|group| words.union(&group));
    let known = |c: char| {
        let mut outside = single(c..=c);
        outside.difference(&words);
        outside.ranges().is_empty()
    };
    name.chars().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_read() {
        for line in TABLES.lines() {
            match line.split_once(' ') {
                Some(("group", rest)) => {
                    let (name, ranges) = rest.split_once(' ').unwrap();
                    // `Cs` holds surrogates, which are no characters, so it has no ranges.
                    let count = ranges.split_whitespace().count();
                    assert_eq!(group(name).unwrap().ranges().len(), count, "{name}");
                }
                Some(("refused", name)) => assert_eq!(group(name), None, "{name}"),
                Some(("fold", orbit)) => {
                    let mut expected: Vec<char> = orbit.split(' ').map(|c| character(c).unwrap()).collect();
                    expected.sort_unstable();
                    for c in expected.clone() {
                        let folded = fold(single(c..=c));
                        let found: Vec<char> =
                            folded.ranges().iter().flat_map(|r| r.start()..=r.end()).collect();
                        assert_eq!(found, expected, "{c:?}");
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn the_tables_are_whole() {
        let count = |word: &str| TABLES.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!((count("group "), count("fold "), count("refused ")), (200, 1427, 14));
    }
}
