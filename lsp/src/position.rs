//! Positions of the editor, and bytes of a text.

use crate::protocol::{Position, Range};
use gloo_source::Span;
use std::sync::Arc;

/// In what editor and server count the characters of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, as every editor can.
    #[default]
    Utf16,
}

/// A text with its lines. A line ends after `\n`, `\r\n` or a lone `\r`, as the protocol has it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub text: Arc<str>,
    starts: Vec<u32>,
    encoding: Encoding,
}

impl Text {
    /// A text whose positions are counted in `encoding`.
    #[must_use]
    pub fn new(text: Arc<str>, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let breaks = bytes.iter().enumerate().filter(|one| ends(*one)).map(|(at, _)| at as u32 + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        Self { text, starts, encoding }
    }

    /// The bytes of a line (from 0) without its end.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let start = self.start(line) as usize;
        let end = self.starts.get(line as usize + 1).map_or(self.text.len(), |end| *end as usize);
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Where a line (from 0) begins; the end of the text for lines beyond it.
    #[must_use]
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.text.len() as u32)
    }

    /// The line (from 0) that holds a byte.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1) as u32
    }

    /// The byte at a position. A position beyond its line is the line's end, one beyond the text the text's, one within
    /// a character that character's start.
    #[must_use]
    pub fn offset(&self, position: Position) -> u32 {
        let line = self.line(position.line);
        let mut left = position.character as usize;
        let mut at = self.start(position.line) as usize;
        for character in line.chars() {
            let width = match self.encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            if left < width {
                break;
            }
            left -= width;
            at += character.len_utf8();
        }
        at as u32
    }

    /// The position of a byte; of the start of its character for one within.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset as u32);
        let before = self.text.get(self.start(line) as usize..offset).unwrap_or("");
        Position { line, character: self.width(before) }
    }

    /// How long a text without line ends is in the editor's count.
    #[must_use]
    pub fn width(&self, text: &str) -> u32 {
        match self.encoding {
            Encoding::Utf8 => text.len() as u32,
            Encoding::Utf16 => text.encode_utf16().count() as u32,
        }
    }

    /// The editor's range of a span.
    #[must_use]
    pub fn range(&self, span: Span) -> Range {
        self.range_of(span.start, span.end)
    }

    /// The editor's range of the bytes `start..end`.
    #[must_use]
    pub fn range_of(&self, start: u32, end: u32) -> Range {
        Range { start: self.position(start), end: self.position(end) }
    }

    /// The bytes of an editor's range, of which the end doesn't lie before the start.
    #[must_use]
    pub fn bytes(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end) as usize..start.max(end) as usize
    }

    /// The text of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, encoding: Encoding) -> Text {
        Text::new(text.into(), encoding)
    }

    #[test]
    fn both_encodings_beyond_the_basic_plane() {
        let source = "a\r\n𝄞é/x\rlast\n";
        for (encoding, columns) in [(Encoding::Utf16, [0, 2, 3, 4, 5]), (Encoding::Utf8, [0, 4, 6, 7, 8])] {
            let text = text(source, encoding);
            for (at, column) in [3, 7, 9, 10, 11].into_iter().zip(columns) {
                let position = Position { line: 1, character: column };
                assert_eq!(text.position(at), position, "{encoding:?} {at}");
                assert_eq!(text.offset(position), at, "{encoding:?} {column}");
            }
        }
    }

    #[test]
    fn positions_that_are_nowhere() {
        let text = text("a\r\n𝄞\n", Encoding::Utf16);
        let at = |line, character| text.offset(Position { line, character });
        assert_eq!(at(0, 99), 1, "beyond the line is its end, before its `\\r`");
        assert_eq!(at(1, 1), 3, "between two surrogates is the character's start");
        assert_eq!(at(99, 0), 8);
        assert_eq!(at(u32::MAX, u32::MAX), 8);
        assert_eq!(text.position(4), Position { line: 1, character: 0 });
        assert_eq!(text.position(u32::MAX), Position { line: 2, character: 0 });
        let turned =
            Range { start: Position { line: 1, character: 0 }, end: Position { line: 0, character: 0 } };
        assert_eq!(text.bytes(turned), 0..3);
    }
}
