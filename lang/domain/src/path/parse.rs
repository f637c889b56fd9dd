//! The bare syntax of path patterns and templates.
//!
//! What a path may hold is RFC 3986 §3.3 as far as proxies keep to it; what strict normalisation makes of it (and so
//! what can never be matched) is "Paths, strict" of the language's meaning.

use super::segment::{Piece, Segment};
use crate::PatternError;
use std::ops::Range;

pub(super) struct Parsed {
    pub(super) segments: Vec<Segment>,
    pub(super) rest: bool,
}

type Result<T> = std::result::Result<T, PatternError>;

/// Reads a pattern, in which each name stands once.
pub(super) fn pattern(text: &str) -> Result<Parsed> {
    let mut names = Vec::new();
    segments(text, &mut |Wildcard { name, range, beside }| {
        if beside {
            return Err(PatternError::new(range, "two wildcards side by side")
                .help("one is enough, or text must stand between them"));
        }
        if let Some(name) = name {
            if names.contains(&name) {
                return Err(PatternError::new(range, format!("`{{{name}}}` stands here twice"))
                    .help("give each part of the path a name of its own"));
            }
            names.push(name);
        }
        Ok(())
    })
}

/// Reads a template, in which every wildcard but the last `**` has a name.
pub(super) fn template(text: &str) -> Result<Parsed> {
    segments(text, &mut |wildcard| match wildcard.name {
        Some(_) => Ok(()),
        None => Err(PatternError::new(wildcard.range, "a rewritten path has no `*`")
            .help("name the part in the rule's path, as in `/items/{id}`, and write `{id}` here")),
    })
}

/// Checks the text of `prefix("…")`, in which nothing is a wildcard.
pub(super) fn plain(text: &str) -> Result<()> {
    begins_with_slash(text)?;
    if let Some(at) = text.find("//") {
        return Err(double_slash(at + 1));
    }
    let mut at = 0;
    for c in text.chars() {
        character(text, at, c)?;
        at += c.len_utf8();
    }
    // The last segment may go on behind the prefix, so only those before it are judged.
    let mut start = 1;
    let mut parts = text.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            dots(part, start)?;
        }
        start += part.len() + 1;
    }
    Ok(())
}

/// A `*` or `{name}` of the text.
struct Wildcard<'t> {
    name: Option<&'t str>,
    range: Range<usize>,
    /// Whether another stands right before it.
    beside: bool,
}

/// What is asked of each wildcard.
type Check<'c, 't> = &'c mut dyn FnMut(Wildcard<'t>) -> Result<()>;

fn segments<'t>(text: &'t str, check: Check<'_, 't>) -> Result<Parsed> {
    begins_with_slash(text)?;
    let mut parsed = Parsed { segments: Vec::new(), rest: false };
    let mut start = 1;
    let mut parts = text.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        if part == "**" && last {
            parsed.rest = true;
        } else if part.is_empty() && !last {
            return Err(double_slash(start));
        } else {
            parsed.segments.push(segment(text, start..start + part.len(), last, check)?);
        }
        start += part.len() + 1;
    }
    Ok(parsed)
}

fn segment<'t>(text: &'t str, range: Range<usize>, last: bool, check: Check<'_, 't>) -> Result<Segment> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut at = range.start;
    while let Some(c) = text.get(at..range.end).and_then(|left| left.chars().next()) {
        let wildcard = match c {
            '*' => {
                let stars =
                    text.get(at..range.end).map_or(1, |left| left.len() - left.trim_start_matches('*').len());
                if stars > 1 {
                    return Err(stars_together(stars, at, at - range.start, last));
                }
                Some((None, at + 1))
            }
            '{' => Some(name(text, at, range.end).map(|(name, end)| (Some(name), end))?),
            '}' => {
                return Err(PatternError::new(at..at + 1, "`}` without its `{`")
                    .help("a named segment is written `{id}`; a brace itself is written `%7D`"));
            }
            _ => None,
        };
        let Some((name, end)) = wildcard else {
            character(text, at, c)?;
            literal.push(c);
            at += c.len_utf8();
            continue;
        };
        check(Wildcard { name, range: at..end, beside: literal.is_empty() && !pieces.is_empty() })?;
        if !literal.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Wildcard(name.map(str::to_owned)));
        at = end;
    }
    if !literal.is_empty() {
        if pieces.is_empty() {
            dots(&literal, range.start)?;
        }
        pieces.push(Piece::Text(literal));
    }
    Ok(Segment::new(pieces))
}

fn stars_together(stars: usize, at: usize, before: usize, last: bool) -> PatternError {
    let error = |message: &str| PatternError::new(at..at + stars, message);
    if stars > 2 {
        error(&format!("`{}` is no wildcard", "*".repeat(stars.min(8))))
            .help("`*` stands for one segment, `**` at the end for any number of them")
    } else if last {
        error("`**` stands alone between slashes").help(if before > 0 {
            "write `/**`, or `*` for the rest of this segment"
        } else {
            "write `/**`"
        })
    } else {
        error("`**` can only come last").help("write `*` for one segment, or say it as `regex(r\"…\")`")
    }
}

/// The name of the `{name}` that begins at `at`, and where it ends.
fn name(text: &str, at: usize, end: usize) -> Result<(&str, usize)> {
    let inner = text.get(at + 1..end).unwrap_or_default();
    let Some(close) = inner.find('}') else {
        return Err(PatternError::new(at..at + 1, "`{` without its `}`")
            .help("a named segment is written `{id}`; a brace itself is written `%7B`"));
    };
    let name = inner.get(..close).unwrap_or_default();
    let after = at + close + 2;
    if is_name(name) {
        return Ok((name, after));
    }
    let message =
        if name.is_empty() { "`{}` has no name".to_owned() } else { format!("`{name}` is no name") };
    Err(PatternError::new(at..after, message)
        .help("a name is a word of letters, digits, `_` and `-`, as in `{order-id}`; `*` needs none"))
}

/// `[A-Za-z_][A-Za-z0-9_]*(-+[A-Za-z0-9_]+)*`, as for all names of the language.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn begins_with_slash(text: &str) -> Result<()> {
    if text.starts_with('/') {
        return Ok(());
    }
    let error = PatternError::new(0..0, "a path begins with `/`");
    Err(if text.is_empty() { error } else { error.help(format!("write `/{text}`")) })
}

fn double_slash(at: usize) -> PatternError {
    PatternError::never(at - 1..at + 1, "`//` can't be matched: slashes are merged before rules see the path")
        .help("write one `/`")
}

/// Refuses a character that stands in no path, or in none that is matched.
fn character(text: &str, at: usize, c: char) -> Result<()> {
    let error = |message: String| PatternError::new(at..at + c.len_utf8(), message);
    Err(match c {
        '%' => return escape(text, at),
        '?' => error("a path pattern has no query".to_owned())
            .help("ask for it in the predicate, as in `where query(\"page\") == \"2\"`"),
        '#' => error("a path has no `#`".to_owned()).help("what follows `#` is never sent; leave it out"),
        '\\' => PatternError::never(
            at..at + 1,
            "`\\` can't be matched: it is read as `/` before rules see the path",
        )
        .help("write `/`"),
        ' ' => error("a path has no white space".to_owned()).help("a space is written `%20`"),
        c if c.is_ascii_control() => error("a path has no control characters".to_owned())
            .help(format!("it is written `%{:02X}`", u32::from(c))),
        c if c.is_ascii() => return Ok(()),
        c => {
            let mut bytes = [0; 4];
            let encoded: String =
                c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect();
            error(format!("a path has no `{}`", c.escape_debug()))
                .help(format!("it is sent, and written, as `{encoded}`"))
        }
    })
}

/// Refuses an escape that is malformed, or that normalisation refuses or undoes.
fn escape(text: &str, at: usize) -> Result<()> {
    let digits =
        text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
        return Err(PatternError::new(at..at + 1, "`%` without two hexadecimal digits")
            .help("a percent sign is written `%25`"));
    };
    let written = text.get(at..at + 3).unwrap_or_default();
    match byte {
        0 | b'/' | b'\\' => Err(PatternError::never(
            at..at + 3,
            format!("`{written}` can't be matched: a request with it is refused"),
        )
        .help("leave it out; `paths: keep` with `regex(r\"…\")` sees such paths")),
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            let c = char::from(byte);
            Err(PatternError::never(
                at..at + 3,
                format!("`{written}` can't be matched: it is read as `{c}` before rules see the path"),
            )
            .help(format!("write `{c}`")))
        }
        _ => Ok(()),
    }
}

/// Refuses a segment that normalisation removes or refuses.
fn dots(segment: &str, at: usize) -> Result<()> {
    let range = at..at + segment.len();
    if segment == "." || segment == ".." {
        let message =
            format!("`{segment}` can't be matched: such segments are removed before rules see the path");
        return Err(PatternError::never(range, message).help("write the path that is left without it"));
    }
    if segment.starts_with('.') && segment.contains(';') {
        let message =
            format!("`{segment}` can't be matched: a request with `;` in such a segment is refused");
        return Err(PatternError::never(range, message).help("leave it out"));
    }
    Ok(())
}
