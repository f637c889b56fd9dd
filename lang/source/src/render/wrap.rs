//! Text that anybody may have written, made fit for a terminal: nothing in it acts on the terminal, and it is broken
//! into lines.

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// The widest word that is shown whole, in columns.
const WIDEST_WORD: usize = 200;

/// What is shown for a character: itself, or a stand-in for one that would move the cursor, change colours or turn the
/// direction of what follows. Stand-ins are one column wide.
#[must_use]
pub fn shown(c: char) -> char {
    match c {
        '\u{7f}' => '␡',
        '\0'..='\x1f' => char::from_u32('␀' as u32 + c as u32).unwrap_or('\u{fffd}'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => '\u{fffd}',
        c => c,
    }
}

/// The text with every character as it is [`shown`], on one line.
pub(super) fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(shown)
        .collect()
}

/// `lead` and `text` broken into lines of at most `width` columns, where the words allow it; lines after the first are
/// indented by `indent` columns. A word is what stands between spaces; what stands between backticks is one word. A line
/// break in the text stays one.
pub(super) fn wrap(lead: &str, text: &str, indent: usize, width: usize) -> String {
    let mut out = lead.to_owned();
    let mut column = lead.width();
    for (number, line) in text.lines().enumerate() {
        let mut first = true;
        for word in words(line) {
            let wide = word.width();
            let begins_line = first && number == 0;
            if (first && number > 0) || (!begins_line && column + 1 + wide > width && column > indent) {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else if !begins_line {
                out.push(' ');
                column += 1;
            }
            out.push_str(&word);
            column += wide;
            first = false;
        }
    }
    out
}

/// The words of a line, fit for a terminal.
fn words(line: &str) -> Vec<Cow<'_, str>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quoted = false;
    // An odd backtick quotes nothing: without this a message about a backtick would be one long word.
    let mut quotes = line.matches('`').count() / 2 * 2;
    for (at, c) in line.char_indices() {
        if c == '`' && quotes > 0 {
            quoted = !quoted;
            quotes -= 1;
        }
        if c == ' ' && !quoted {
            words.extend(start.take().and_then(|start| line.get(start..at)).map(word));
        } else if start.is_none() {
            start = Some(at);
        }
    }
    words.extend(start.and_then(|start| line.get(start..)).map(word));
    words
}

/// A word fit for a terminal, its middle left out if it is very wide.
fn word(word: &str) -> Cow<'_, str> {
    if word.len() <= WIDEST_WORD {
        return if word.chars().all(|c| shown(c) == c) {
            word.into()
        } else {
            word.chars().map(shown).collect()
        };
    }
    let half = WIDEST_WORD / 2;
    let head = word.get(..word.floor_char_boundary(half)).unwrap_or_default();
    let tail = word.get(word.ceil_char_boundary(word.len() - half)..).unwrap_or_default();
    head.chars().chain(std::iter::once('…')).chain(tail.chars()).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::{one_line, wrap};

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("help: ", "one two three four", 2, 16), "help: one two\n  three four");
        assert_eq!(wrap("", "a\nb c", 4, 80), "a\n    b c");
        assert_eq!(wrap("help: ", "", 2, 16), "help: ");
    }

    #[test]
    fn keeps_quoted_text_together() {
        assert_eq!(wrap("", "write `timeout: 10s` here", 2, 18), "write\n  `timeout: 10s`\n  here");
        assert_eq!(wrap("", "a ` is odd and wraps", 0, 12), "a ` is odd\nand wraps");
    }

    #[test]
    fn counts_columns_not_characters() {
        assert_eq!(wrap("", "日本 日本 日本", 0, 9), "日本 日本\n日本");
    }

    #[test]
    fn disarms_terminal_controls() {
        assert_eq!(wrap("", "a\u{1b}[31mb \u{202e}c", 0, 80), "a␛[31mb \u{fffd}c");
        assert_eq!(one_line("a\r\n  b\tc\n"), "a b␉c");
    }

    #[test]
    fn clips_a_word_that_fills_screens() {
        let clipped = wrap("", &"x".repeat(1 << 20), 0, 80);
        assert_eq!(clipped.chars().count(), 201);
        assert!(clipped.contains('…'));
    }
}
