//! A path pattern in the words of others: RE2, and the language's strings.

use super::segment::{Piece, Segment};
use super::{Form, PathPattern};
use std::fmt::Write as _;

impl PathPattern {
    /// An RE2 expression that matches the same paths as a whole, without `^` and `$`. It holds for every text without a
    /// newline, and no path has one. Put it into `(?:…)` before joining it with others.
    #[must_use]
    pub fn to_regex(&self) -> String {
        match self.form() {
            Form::Segments { segments, rest } => {
                let mut regex = segments_regex(segments, self.ignores_case(), "", "");
                if *rest {
                    regex.push_str(if segments.is_empty() { "/.*" } else { "(?:/.*)?" });
                }
                regex
            }
            Form::Prefix(prefix) => {
                let mut regex = String::new();
                push_escaped(&mut regex, prefix, self.ignores_case());
                regex.push_str(".*");
                regex
            }
            Form::Regex(regex) => regex.to_embeddable(),
        }
    }
}

/// The pattern's expression with a group for each name and, last, for the rest; with `slash_outside` the rest's group
/// leaves out its slash.
pub(super) fn with_groups(pattern: &PathPattern, slash_outside: bool) -> String {
    let Form::Segments { segments, rest } = pattern.form() else { return pattern.to_regex() };
    let mut regex = segments_regex(segments, pattern.ignores_case(), "(", ")");
    if *rest {
        regex.push_str(match (segments.is_empty(), slash_outside) {
            (true, true) => "/(.*)",
            (true, false) => "(/.*)",
            (false, true) => "/?(.*)",
            (false, false) => "((?:/.*)?)",
        });
    }
    regex
}

fn segments_regex(segments: &[Segment], ignore_case: bool, open: &str, close: &str) -> String {
    let mut regex = String::new();
    for segment in segments {
        regex.push('/');
        let wildcard = if segment.is_wildcard() { "[^/]+" } else { "[^/]*" };
        for piece in segment.pieces() {
            match piece {
                Piece::Text(text) => push_escaped(&mut regex, text, ignore_case),
                Piece::Wildcard(None) => regex.push_str(wildcard),
                Piece::Wildcard(Some(_)) => {
                    let _ = write!(regex, "{open}{wildcard}{close}");
                }
            }
        }
    }
    regex
}

/// Letters become classes where case is ignored: RE2's own `(?i)` would take `ſ` for `s` and `K` (Kelvin) for `k`.
fn push_escaped(regex: &mut String, text: &str, ignore_case: bool) {
    for c in text.chars() {
        if ignore_case && c.is_ascii_alphabetic() {
            regex.extend(['[', c.to_ascii_lowercase(), c.to_ascii_uppercase(), ']']);
            continue;
        }
        if matches!(c, '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$') {
            regex.push('\\');
        }
        regex.push(c);
    }
}

/// An RE2 expression that matches that text and nothing else.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut regex = String::new();
    push_escaped(&mut regex, text, false);
    regex
}

/// The text as a string of the language.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The text as a raw string of the language, where it can be one.
#[must_use]
pub fn raw_quoted(text: &str) -> String {
    if text.contains(char::is_control) || text.contains("\"#") {
        quoted(text)
    } else if text.contains('"') {
        format!("r#\"{text}\"#")
    } else {
        format!("r\"{text}\"")
    }
}
