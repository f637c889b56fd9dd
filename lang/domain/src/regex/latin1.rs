//! Expressions for proxies that run RE2 in Latin-1.
//!
//! The language's texts are sequences of characters, and its expressions have the meaning that RE2 gives them in UTF-8.
//! Envoy 1.40 was seen to run RE2 in Latin-1 (`.` doesn't match `é`, `..` does): there each byte of the expression and of
//! the text is a character. For texts of ASCII that is mostly the same; where it isn't, the expression has to be
//! written with bytes.

use super::class::single;
use super::parser::{self, Encoding};
use super::{MAX_LENGTH, Regex};
use crate::{StringSet, TooLarge};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
};
use regex_syntax::utf8::Utf8Sequences;
use std::collections::BTreeMap;
use std::fmt::Write as _;

impl Regex {
    /// The expression as text for a proxy that runs RE2 in Latin-1, such that it matches of the texts in `universe` just
    /// those that this matches: the text as it was written where that will do, else one that spells out bytes. In
    /// `(?:…)` it can be a part of others.
    ///
    /// # Errors
    /// Where it can't be told whether the text as it was written will do, because the sets are too large, and where
    /// spelling out bytes takes more than [`MAX_LENGTH`].
    pub fn for_latin1(&self, universe: &StringSet) -> Result<String, TooLarge> {
        let written = self.to_embeddable();
        if self.0.hir.properties().is_utf8() && is_plain(&written) {
            return Ok(written);
        }
        if let Some(read) = self.read_in_latin1()? {
            let own = StringSet::regex(self)?;
            if own.meet(universe)? == read.meet(universe)? {
                return Ok(written);
            }
        }
        let mut bytes = String::new();
        write(&self.0.hir, &mut bytes);
        if bytes.len() > MAX_LENGTH { Err(TooLarge { limit: MAX_LENGTH }) } else { Ok(bytes) }
    }

    /// The texts whose bytes RE2 matches when it reads the expression and the text in Latin-1, or nothing if it refuses
    /// the expression then.
    ///
    /// # Errors
    /// Where the set is too large.
    pub fn read_in_latin1(&self) -> Result<Option<StringSet>, TooLarge> {
        let bytes: String = self.0.source.bytes().map(char::from).collect();
        let parsed = parser::parse(&bytes, self.0.ignore_case, Encoding::Latin1);
        parsed.ok().map(|parsed| StringSet::expression(&parsed.hir)).transpose()
    }
}

/// Whether the expression has only characters that are literals, and `.*`: the common case, which needs no proof.
fn is_plain(written: &str) -> bool {
    let rest = written.replace(".*", "");
    rest.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '%' | '~' | ':' | ',' | '='))
}

/// The bytes that are characters of the class in Latin-1.
pub(super) fn bytes(class: &ClassUnicode) -> ClassBytes {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap_or(u8::MAX);
    let ranges = class.ranges().iter().filter(|range| u32::from(range.start()) <= 0xFF);
    ClassBytes::new(ranges.map(|range| ClassBytesRange::new(byte(range.start()), byte(range.end()))))
}

/// The class with the other case of its ASCII letters; RE2 folds no others in Latin-1.
pub(super) fn fold(mut class: ClassUnicode) -> ClassUnicode {
    let mut letters = single('A'..='Z');
    letters.union(&single('a'..='z'));
    letters.intersect(&class);
    let other = |c: char| char::from_u32(u32::from(c) ^ 0x20).unwrap_or(c);
    let others =
        letters.ranges().iter().map(|range| ClassUnicodeRange::new(other(range.start()), other(range.end())));
    class.union(&ClassUnicode::new(others));
    class
}

/// Writes the expression with bytes for characters. Its depth is bounded by that of groups.
fn write(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty => text.push_str("(?:)"),
        HirKind::Literal(literal) => literal.0.iter().for_each(|byte| write_byte(*byte, text)),
        HirKind::Class(class) => write_class(class, text),
        HirKind::Look(look) => text.push_str(match look {
            Look::Start => r"\A",
            Look::End => r"\z",
            Look::StartLF => "(?m:^)",
            Look::EndLF => "(?m:$)",
            Look::WordAsciiNegate => r"\B",
            // The parser makes no others.
            _ => r"\b",
        }),
        HirKind::Repetition(repetition) => {
            write_group(&[&repetition.sub], text);
            let _ = match (repetition.min, repetition.max) {
                (0, None) => write!(text, "*"),
                (1, None) => write!(text, "+"),
                (0, Some(1)) => write!(text, "?"),
                (min, None) => write!(text, "{{{min},}}"),
                (min, Some(max)) if min == max => write!(text, "{{{min}}}"),
                (min, Some(max)) => write!(text, "{{{min},{max}}}"),
            };
        }
        HirKind::Capture(capture) => write(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, text)),
        HirKind::Alternation(parts) => write_group(&parts.iter().collect::<Vec<_>>(), text),
    }
}

fn write_group(alternatives: &[&Hir], text: &mut String) {
    text.push_str("(?:");
    for (index, alternative) in alternatives.iter().enumerate() {
        if index > 0 {
            text.push('|');
        }
        write(alternative, text);
    }
    text.push(')');
}

/// Ranges of bytes, both ends included.
type Ranges = Vec<(u8, u8)>;

fn write_class(class: &Class, text: &mut String) {
    match class {
        Class::Bytes(class) => {
            write_ranges(class.ranges().iter().map(|range| (range.start(), range.end())), text);
        }
        Class::Unicode(class) => {
            // Characters that differ in their last byte alone stand together.
            let mut lasts: BTreeMap<Ranges, Ranges> = BTreeMap::new();
            for range in class.ranges() {
                for sequence in Utf8Sequences::new(range.start(), range.end()) {
                    let mut bytes: Ranges =
                        sequence.as_slice().iter().map(|one| (one.start, one.end)).collect();
                    let last = bytes.pop();
                    lasts.entry(bytes).or_default().extend(last);
                }
            }
            if lasts.is_empty() {
                return write_ranges(std::iter::empty(), text);
            }
            text.push_str("(?:");
            for (index, (firsts, last)) in lasts.into_iter().enumerate() {
                if index > 0 {
                    text.push('|');
                }
                firsts.into_iter().for_each(|first| write_ranges(std::iter::once(first), text));
                write_ranges(last.into_iter(), text);
            }
            text.push(')');
        }
    }
}

/// A class of bytes; without any it matches nothing.
fn write_ranges(ranges: impl Iterator<Item = (u8, u8)>, text: &mut String) {
    let ranges: Ranges = ranges.collect();
    match ranges.as_slice() {
        [] => text.push_str(r"[^\x00-\xFF]"),
        [(low, high)] if low == high => write_byte(*low, text),
        ranges => {
            text.push('[');
            for (low, high) in ranges {
                write_byte(*low, text);
                if low < high {
                    text.push('-');
                    write_byte(*high, text);
                }
            }
            text.push(']');
        }
    }
}

fn write_byte(byte: u8, text: &mut String) {
    if byte.is_ascii_alphanumeric() || byte == b'/' {
        text.push(char::from(byte));
    } else {
        let _ = write!(text, r"\x{byte:02X}");
    }
}
