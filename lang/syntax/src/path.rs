//! Path patterns: where the bare word ends. What the pattern means is not asked here.

use std::ops::Range;

/// How many bytes of `rest`, the text after a `/`, belong to the path.
pub(crate) fn length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    let mut before = b'/';
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        match (byte, next) {
            (b',' | b')' | b']' | b'"' | b'|' | b'}', _) => break,
            (b'=', Some(b'>' | b'=')) | (b'&', Some(b'&')) => break,
            // A comment was meant: `/a// like this`, but not by `/a//b`.
            (b'/', Some(b'/')) if is_comment(bytes.get(at + 2)) => break,
            (b'/', _) if before == b'/' && at == 0 => break,
            (b';', None) => break,
            (b';', Some(next)) if next.is_ascii_whitespace() => break,
            (b'{', _) => match braced(bytes.get(at..).unwrap_or(&[])) {
                Some(length) => at += length - 1,
                None => break,
            },
            _ if byte.is_ascii_whitespace() || byte.is_ascii_control() => break,
            _ => {}
        }
        // White space beyond ASCII begins with one of these bytes.
        if matches!(byte, 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF)
            && rest.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_whitespace)
        {
            break;
        }
        before = byte;
        at += 1;
    }
    at
}

/// Whether what follows two slashes begins the text of a comment.
fn is_comment(next: Option<&u8>) -> bool {
    next.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'/')
}

/// The length of `{name}` at the start of `bytes`.
fn braced(bytes: &[u8]) -> Option<usize> {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-');
    let length = bytes.iter().skip(1).take_while(name).count();
    (bytes.get(length + 1) == Some(&b'}')).then_some(length + 2)
}

/// Something wrong with a path as a word.
pub(crate) struct Problem {
    /// The bytes, from the path's first.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether a space before the place mends it.
    pub space: bool,
}

/// What is wrong with `path`, after which `rest` follows.
pub(crate) fn problem(path: &str, rest: &str) -> Option<Problem> {
    let end = path.len();
    if let Some(at) = path.find(['?', '#']) {
        return Some(query(path, at));
    }
    if let Some(at) = path.find("//") {
        return Some(Problem {
            at: at..at + 2,
            message: "a path pattern has no empty segments".to_owned(),
            help: format!("write `{}`: `//` in a request is read as `/`", path.replace("//", "/")),
            space: false,
        });
    }
    if rest.starts_with("//") {
        return Some(Problem {
            at: end..end + 2,
            message: "`//` directly after a path".to_owned(),
            help: "a comment after a path needs a space before it; a pattern has no empty segments"
                .to_owned(),
            space: true,
        });
    }
    if rest.starts_with('{') {
        return Some(Problem {
            at: end..end + 1,
            message: "`{` directly after a path".to_owned(),
            help: "a block after a path needs a space before it; a named segment is written `{id}`"
                .to_owned(),
            space: true,
        });
    }
    None
}

fn query(path: &str, at: usize) -> Problem {
    let before = path.get(..at).unwrap_or("");
    let after = path.get(at + 1..).unwrap_or("");
    if path.get(at..).is_some_and(|rest| rest.starts_with('#')) {
        return Problem {
            at: at..path.len(),
            message: "a path has no `#`".to_owned(),
            help: "what stands after `#` is never sent to a server".to_owned(),
            space: false,
        };
    }
    let first = after.split(['&', '#']).next().unwrap_or("");
    let asked = match first.split_once('=') {
        Some((key, value)) => format!("query(\"{key}\") == \"{value}\""),
        None if first.is_empty() => "query(\"key\") == \"value\"".to_owned(),
        None => format!("has(query(\"{first}\"))"),
    };
    Problem {
        at: at..path.len(),
        message: "a path pattern has no query".to_owned(),
        help: format!(
            "write `{before} where {asked}`; in a `test`, write the path with its query as a string"
        ),
        space: false,
    }
}

/// Whether `path` was reported by [`problem`], so that its text means nothing.
pub(crate) fn is_bad(path: &str) -> bool {
    path.contains(['?', '#']) || path.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_where_they_should() {
        for (text, path) in [
            ("/ => a", "/"),
            ("/**=>a", "/**"),
            ("/a/**, b", "/a/**"),
            ("/a) b", "/a"),
            ("/a]", "/a"),
            ("/a\"x", "/a"),
            ("/a|/b", "/a"),
            ("/a||b", "/a"),
            ("/a&&b", "/a"),
            ("/a&b", "/a&b"),
            ("/a==b", "/a"),
            ("/a=b", "/a=b"),
            ("/a/{id} }", "/a/{id}"),
            ("/a/{b}/{c}.json}", "/a/{b}/{c}.json"),
            ("/a}", "/a"),
            ("/a{ b", "/a"),
            ("/a/{b", "/a/"),
            ("/a// c", "/a"),
            ("/a//b c", "/a//b"),
            ("/a;\n", "/a"),
            ("/a;b c", "/a;b"),
            ("/a\u{a0}b", "/a"),
            ("/é/b c", "/é/b"),
        ] {
            assert_eq!(text.get(..1 + length(text.get(1..).unwrap_or_default())), Some(path), "{text}");
        }
    }
}
