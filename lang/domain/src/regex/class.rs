//! Character classes: `[a-z\d[:alpha:]]`, `\d`, `\pL`.

use super::parser::Parser;
use super::unicode;
use crate::PatternError;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir};
use std::ops::RangeInclusive;

/// `\C`: one byte, of which a character may have several.
pub(super) fn any_byte() -> Hir {
    Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0, u8::MAX)])))
}

pub(super) fn single(range: RangeInclusive<char>) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(*range.start(), *range.end())])
}

/// The code points of the range that are characters: surrogates are none.
fn characters(low: u32, high: u32) -> Option<RangeInclusive<char>> {
    let low = char::from_u32(low).unwrap_or('\u{E000}');
    let high = char::from_u32(high).unwrap_or('\u{D7FF}');
    (low <= high).then_some(low..=high)
}

/// The ASCII classes of `\d` and `[:alpha:]`, by name.
const ASCII: &[(&str, &[(char, char)])] = &[
    (r"\d", &[('0', '9')]),
    (r"\s", &[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')]),
    (r"\w", &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7F')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1F'), ('\x7F', '\x7F')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

fn ascii(name: &str) -> Option<ClassUnicode> {
    let (_, ranges) = ASCII.iter().find(|(key, _)| *key == name)?;
    Some(ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high))))
}

impl Parser<'_> {
    /// A named class, folded if case is ignored and then negated if `negated`.
    fn named(&self, mut class: ClassUnicode, negated: bool) -> ClassUnicode {
        if self.flags.ignore_case {
            class = self.fold(class);
        }
        if negated {
            class.negate();
        }
        class
    }

    /// Reads a class, of which the `[` at `start` has been read.
    pub(super) fn class(&mut self, start: usize) -> Result<ClassUnicode, PatternError> {
        let negated = self.eat("^");
        let mut class = ClassUnicode::empty();
        let mut first = true;
        loop {
            match self.peek() {
                None => return Err(self.unclosed(start)),
                Some(']') if !first => break,
                Some(_) => {}
            }
            first = false;
            let part = match self.posix()? {
                Some(part) => part,
                None => match self.group_escape()? {
                    Some(part) => part,
                    None => self.range(start)?,
                },
            };
            class.union(&part);
        }
        self.at += 1;
        if negated {
            class.negate();
        }
        Ok(class)
    }

    fn unclosed(&self, start: usize) -> PatternError {
        PatternError::new(start..start + 1, "`[` without its `]`").help(r"a bracket itself is written `\[`")
    }

    /// Reads `[:alpha:]` or `[:^alpha:]` within a class.
    fn posix(&mut self) -> Result<Option<ClassUnicode>, PatternError> {
        let Some(length) = self.rest().strip_prefix("[:").and_then(|inner| inner.find(":]")) else {
            return Ok(None);
        };
        let start = self.at;
        self.at += length + 4;
        let name = self.text.get(start + 2..start + 2 + length).unwrap_or_default();
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        match ascii(name).filter(|_| !name.starts_with('\\')) {
            Some(class) => Ok(Some(self.named(class, negated))),
            None => Err(PatternError::new(start..self.at, format!("`[:{name}:]` is unknown to RE2"))
                .help("RE2 knows `alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit`")),
        }
    }

    /// Reads `\d`, `\pL` and the like, if one stands here.
    pub(super) fn group_escape(&mut self) -> Result<Option<ClassUnicode>, PatternError> {
        let mut after = self.rest().chars();
        let (Some('\\'), Some(letter)) = (after.next(), after.next()) else { return Ok(None) };
        let start = self.at;
        let lower = letter.to_ascii_lowercase();
        match lower {
            'd' | 's' | 'w' => {
                self.at += 2;
                let class = ascii(&format!("\\{lower}")).unwrap_or_else(ClassUnicode::empty);
                return Ok(Some(self.named(class, letter != lower)));
            }
            'p' => self.at += 2,
            _ => return Ok(None),
        }
        let name_start = self.at;
        let name = match self.next() {
            None => {
                return Err(PatternError::new(
                    start..self.at,
                    format!(r"`\{letter}` without the name of a group"),
                )
                .help(r"write `\pL` or `\p{Greek}`"));
            }
            Some('{') => {
                let Some(length) = self.rest().find('}') else {
                    return Err(PatternError::new(
                        start..name_start + 1,
                        format!(r"`\{letter}{{` without its `}}`"),
                    )
                    .help(r"write `\p{Greek}`"));
                };
                self.at += length + 1;
                self.text.get(name_start + 1..name_start + 1 + length).unwrap_or_default()
            }
            Some(_) => self.text.get(name_start..self.at).unwrap_or_default(),
        };
        let (inverted, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        match unicode::group(name) {
            Some(class) => Ok(Some(self.named(class, inverted != (letter == 'P')))),
            None => Err(PatternError::new(start..self.at, format!("`{name}` is no group of characters that RE2 knows"))
                .help(r"it knows general categories and scripts by their exact names, as in `\pL`, `\p{Lu}`, `\p{Greek}`")),
        }
    }

    /// Reads a character or a range of a class that begins at `start`.
    fn range(&mut self, start: usize) -> Result<ClassUnicode, PatternError> {
        let from = self.at;
        let low = self.class_character(start)?;
        let mut high = low;
        if self.rest().starts_with('-') && self.rest().len() >= 2 && !self.rest().starts_with("-]") {
            self.at += 1;
            high = self.class_character(start)?;
            if high < low {
                let written = self.text.get(from..self.at).unwrap_or_default();
                return Err(PatternError::new(from..self.at, format!("`{written}` ends before it begins"))
                    .help(r"write the smaller character first; a `-` itself comes last or is written `\-`"));
            }
        }
        let class = characters(low, high).map_or_else(ClassUnicode::empty, single);
        Ok(self.named(class, false))
    }

    fn class_character(&mut self, start: usize) -> Result<u32, PatternError> {
        if self.rest().starts_with('\\') {
            return self.escape();
        }
        self.next().map(u32::from).ok_or_else(|| self.unclosed(start))
    }
}
