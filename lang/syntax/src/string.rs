//! Strings: where they end, and what they stand for.

use std::ops::Range;

/// What is wrong at some bytes of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StringError {
    /// The bytes, from the start of the literal.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A literal taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// What it stands for, as far as it can be told.
    pub value: String,
    /// Whether it is raw.
    pub raw: bool,
    /// What is wrong with it.
    pub errors: Vec<StringError>,
}

/// How many bytes of `text`, which begins with `"`, the string takes. Strings end on their line: one that is never
/// closed then spoils that line only.
pub(crate) fn quoted_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return line_len(text, at),
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How many bytes of `text`, which begins with `r`, some `#` and `"`, the string takes. With `#` it may go over several
/// lines; if it is never closed it ends on its line.
pub(crate) fn raw_len(text: &str) -> usize {
    let hashes = text.bytes().skip(1).take_while(|byte| *byte == b'#').count();
    let body = text.get(hashes + 2..).unwrap_or("");
    let line = body.find('\n').unwrap_or(body.len());
    let searched = if hashes == 0 { body.get(..line).unwrap_or(body) } else { body };
    let closer = format!("\"{}", "#".repeat(hashes));
    match searched.find(&closer) {
        Some(at) => hashes + 2 + at + closer.len(),
        None => line_len(text, hashes + 2 + line),
    }
}

/// The length of a line that ends at `end`, without the `\r` before it.
fn line_len(text: &str, end: usize) -> usize {
    end - usize::from(text.get(..end).is_some_and(|line| line.ends_with('\r')))
}

/// Takes a string literal apart: `"…"`, `r"…"`, `r#"…"#`, `'…'` (another language's), or text without quotes (an address
/// that should have had some).
pub(crate) fn decode(literal: &str) -> Decoded {
    if let Some(rest) = literal.strip_prefix('r').filter(|rest| rest.starts_with(['#', '"'])) {
        let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
        let body = rest.get(hashes + 1..).unwrap_or("");
        let closer = format!("\"{}", "#".repeat(hashes));
        return match body.strip_suffix(&closer) {
            Some(body) => {
                Decoded { value: body.replace("\r\n", "\n"), raw: true, errors: controls(body, hashes + 2) }
            }
            None => Decoded { value: body.to_owned(), raw: true, errors: vec![unclosed(literal, &closer)] },
        };
    }
    if literal.starts_with('\'') {
        let value = literal.trim_matches('\'').to_owned();
        return Decoded { value, raw: false, errors: Vec::new() };
    }
    let Some(body) = literal.strip_prefix('"') else {
        return Decoded { value: literal.to_owned(), raw: false, errors: Vec::new() };
    };
    let (value, mut errors, closed) = unescape(body);
    errors.extend(controls(body, 1));
    if !closed {
        errors.insert(0, unclosed(literal, "\""));
    }
    Decoded { value, raw: false, errors }
}

fn unclosed(literal: &str, closer: &str) -> StringError {
    StringError {
        at: 0..literal.len(),
        message: "this string is never closed".to_owned(),
        help: format!("close it with `{closer}` on the same line"),
    }
}

/// What the text after the opening quote stands for; whether a closing quote was met.
fn unescape(body: &str) -> (String, Vec<StringError>, bool) {
    let mut value = String::with_capacity(body.len());
    let mut errors = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(['"', '\\']) {
        value.push_str(rest.get(..at).unwrap_or(""));
        let after = rest.get(at + 1..).unwrap_or("");
        if rest.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            return (value, errors, after.is_empty());
        }
        let (escaped, length) = escape(after);
        match escaped {
            Ok(c) => value.push(c),
            Err((message, help)) => {
                // The literal begins with a quote, which is not part of the body.
                let start = body.len() - rest.len() + at + 1;
                errors.push(StringError { at: start..start + 1 + length, message, help });
            }
        }
        rest = after.get(length..).unwrap_or("");
    }
    (value, errors, false)
}

/// The character that an escape stands for, or what is wrong and what to do; how many bytes after the `\` it takes.
fn escape(after: &str) -> (Result<char, (String, String)>, usize) {
    let Some(first) = after.chars().next() else {
        // The string ends here and is not closed, which is said once.
        return (Ok('\\'), 0);
    };
    match first {
        '"' | '\\' => (Ok(first), 1),
        'n' => (Ok('\n'), 1),
        't' => (Ok('\t'), 1),
        'u' => {
            let braced =
                after.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
            let number =
                braced.filter(|digits| digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
            match number.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
                Some(c) => (Ok(c), braced.map_or(1, |digits| digits.len() + 3)),
                None => {
                    let length =
                        braced.filter(|digits| !digits.contains('"')).map_or(1, |digits| digits.len() + 3);
                    let help = "write a character's hexadecimal number in braces, as `\\u{e9}`";
                    (Err(("`\\u` names no character here".to_owned(), help.to_owned())), length)
                }
            }
        }
        _ => {
            let help =
                r#"the escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}`; in `r"…"` a `\` stands for itself"#;
            (Err((format!("`\\{first}` is not an escape"), help.to_owned())), first.len_utf8())
        }
    }
}

/// Control characters, which nobody sees, in a string's body that begins `offset` bytes into the literal.
fn controls(body: &str, offset: usize) -> Vec<StringError> {
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    body.char_indices()
        .filter(|(_, c)| control(*c))
        .map(|(at, c)| StringError {
            at: offset + at..offset + at + c.len_utf8(),
            message: format!("a control character (U+{:04X}) in a string", u32::from(c)),
            help: format!("write `\\u{{{:x}}}` if it is meant", u32::from(c)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_they_should() {
        for (text, literal) in [
            (r#""a" b"#, r#""a""#),
            (r#""a\"b" c"#, r#""a\"b""#),
            ("\"open\nnext", "\"open"),
            ("\"open\r\nnext", "\"open"),
            ("\"open\\\nnext\"", "\"open\\"),
            ("\"", "\""),
        ] {
            assert_eq!(text.get(..quoted_len(text)), Some(literal), "{text:?}");
        }
        for (text, literal) in [
            (r#"r"a\" b"#, r#"r"a\""#),
            (r##"r#"a"b"# c"##, r##"r#"a"b"#"##),
            ("r#\"a\nb\"# c", "r#\"a\nb\"#"),
            ("r\"a\nb\" c", "r\"a"),
            ("r##\"a\"#\nb", "r##\"a\"#"),
            ("r#\"", "r#\""),
        ] {
            assert_eq!(text.get(..raw_len(text)), Some(literal), "{text:?}");
        }
    }

    #[test]
    fn strings_stand_for_their_text() {
        let good = |text: &str| {
            let decoded = decode(text);
            assert_eq!(decoded.errors, [], "{text}");
            decoded.value
        };
        assert_eq!(good(r#""a\"\\\n\t\u{e9}\u{1F600}""#), "a\"\\\n\té😀");
        assert_eq!(good(r#"r"\d+""#), "\\d+");
        assert_eq!(good("r#\"a\"b\r\nc\"#"), "a\"b\nc");
        assert_eq!(good("2001:db8::/32"), "2001:db8::/32");
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_is() {
        for (text, at) in [
            (r#""a\xb""#, 2..4),
            (r#""a\u{zz}b""#, 2..8),
            (r#""\u{110000}""#, 1..11),
            (r#""\u41""#, 1..3),
            ("\"open", 0..5),
            ("\"open\\", 0..6),
            ("\"a\0b\"", 2..3),
            ("r\"open", 0..6),
            ("r\"a\u{1}\"", 3..4),
        ] {
            let errors = decode(text).errors;
            assert_eq!(errors.iter().map(|error| error.at.clone()).collect::<Vec<_>>(), [at], "{text:?}");
        }
    }
}
