//! What a host and a path become before anything looks at them (semantics.md, "Paths, strict"; RFC 3986, section 6.2.2).

use super::Headers;
use crate::PathMode;

/// A host in lower case, without port and trailing dot.
#[must_use]
pub fn host(sent: &str) -> String {
    let sent = sent.trim();
    let name = match (sent.strip_prefix('['), sent.rsplit_once(':')) {
        (Some(_), _) => sent.find(']').and_then(|end| sent.get(..=end)).unwrap_or(sent),
        (None, Some((name, port))) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => sent,
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// The path that patterns see, or why the request is refused with 400.
///
/// # Errors
/// What is wrong with the path, in words.
pub fn path(mode: PathMode, sent: &str) -> Result<String, String> {
    if !sent.starts_with('/') {
        return Err(format!("the path `{}` does not begin with `/`", shown(sent)));
    }
    match mode {
        PathMode::Keep => Ok(sent.to_owned()),
        PathMode::Strict => strict(sent),
    }
}

/// Refuses headers that some programs take for others.
///
/// # Errors
/// What is wrong, in words.
pub fn headers(mode: PathMode, headers: &Headers) -> Result<(), String> {
    let underscored = headers.iter().find(|(name, _)| mode == PathMode::Strict && name.contains('_'));
    match underscored {
        Some((name, _)) => Err(format!("the header name `{}` has a `_`", shown(name))),
        None => Ok(()),
    }
}

fn strict(sent: &str) -> Result<String, String> {
    refuse_characters(sent)?;
    let slashed = sent.replace('\\', "/");
    let mut segments: Vec<String> = Vec::new();
    let parts: Vec<&str> = slashed.split('/').skip(1).collect();
    let last = parts.len().saturating_sub(1);
    for (index, part) in parts.into_iter().enumerate() {
        let decoded = decode_unreserved(part)?;
        match dots(part, &decoded) {
            Some(up) => {
                if up {
                    segments.pop();
                }
                // A path that ends in a dot segment names a folder.
                if index == last {
                    segments.push(String::new());
                }
            }
            None => segments.push(decoded),
        }
    }
    if segments.len() > 1 && segments.iter().all(String::is_empty) {
        return Err("the path is left as `//`".to_owned());
    }
    if let Some(segment) = segments.iter().find(|segment| segment.starts_with('.') && segment.contains(';')) {
        return Err(format!("the segment `{}` begins with `.` and has a `;`", shown(segment)));
    }
    Ok(merge(&segments))
}

/// Joins segments with single slashes; a slash at the end stays.
fn merge(segments: &[String]) -> String {
    let mut path = String::new();
    for segment in segments.iter().filter(|segment| !segment.is_empty()) {
        path.push('/');
        path.push_str(segment);
    }
    if segments.last().is_none_or(String::is_empty) {
        path.push('/');
    }
    path
}

/// Whether a segment means "here" (false) or "up" (true). Parameters behind the dots are known only where the dots stand
/// as such: what `%2e%2e;` means is in doubt, so it stays, and is refused.
fn dots(written: &str, decoded: &str) -> Option<bool> {
    let name = if written.starts_with('.') && is_parameterised(written) {
        written.split(';').next().unwrap_or(written)
    } else {
        decoded
    };
    match name {
        "." => Some(false),
        ".." => Some(true),
        _ => None,
    }
}

fn is_parameterised(written: &str) -> bool {
    written.starts_with(".;") || written.starts_with("..;")
}

fn refuse_characters(sent: &str) -> Result<(), String> {
    let refused = sent.chars().find(|&one| one.is_control() || one == ' ' || one == '#' || !one.is_ascii());
    match refused {
        Some(' ') => Err("the path has a raw space".to_owned()),
        Some('#') => Err("the path has a raw `#`".to_owned()),
        Some(one) if one.is_control() => Err("the path has a raw control character".to_owned()),
        Some(_) => Err("the path has a raw character that is not ASCII".to_owned()),
        None => Ok(()),
    }
}

fn decode_unreserved(part: &str) -> Result<String, String> {
    let mut decoded = String::with_capacity(part.len());
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('%') {
        push_encoded(&mut decoded, before);
        let escape = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (Some(digits), Some(byte)) = (escape, byte) else {
            return Err("the path has a `%` that no two hexadecimal digits follow".to_owned());
        };
        match byte {
            0 | b'/' | b'\\' => return Err(format!("the path has the escape `%{digits}`")),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                decoded.push(char::from(byte));
            }
            _ => {
                decoded.push('%');
                decoded.push_str(digits);
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    push_encoded(&mut decoded, rest);
    Ok(decoded)
}

/// Adds text without `%`. What may not stand raw in a URI (RFC 3986, section 2) stands as an escape from here on, as
/// every target has it.
fn push_encoded(path: &mut String, text: &str) {
    for one in text.chars() {
        if matches!(one, '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}') {
            path.push_str(&format!("%{:02X}", u32::from(one)));
        } else {
            path.push(one);
        }
    }
}

/// Text of a request as it may stand in a message: short, without control characters.
fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_default).collect()
}
