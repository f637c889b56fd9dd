//! The text of host names and wildcards.

use super::{DnsName, HostPattern, MAX_HOST};
use crate::PatternError;
use std::net::{IpAddr, Ipv4Addr};

type Result<T> = std::result::Result<T, PatternError>;

const MAX_LABEL: usize = 63;

pub(super) fn pattern(text: &str) -> Result<HostPattern> {
    if text == "*" {
        return Ok(HostPattern::Any);
    }
    let Some(suffix) = text.strip_prefix("*.") else {
        return name(text, 0).map(|name| HostPattern::Exact(DnsName(name)));
    };
    let suffix = name(suffix, 2)?;
    // A host below the name has at least one more character and a dot.
    if suffix.len() + 2 > MAX_HOST {
        let message = format!("no host below a name of {} characters is short enough", suffix.len());
        return Err(PatternError::never(0..text.len(), message)
            .help(format!("a host has at most {MAX_HOST} characters")));
    }
    Ok(HostPattern::Wildcard(DnsName(suffix)))
}

/// Reads a name that begins `offset` bytes into the pattern.
pub(super) fn name(text: &str, offset: usize) -> Result<String> {
    let whole = offset..offset + text.len();
    let no_host = |message: String| PatternError::new(whole.clone(), message);
    if text.is_empty() {
        return Err(no_host("a host is missing".to_owned())
            .help("a host is written `shop.acme.com`, all below it `*.acme.com`"));
    }
    if let Some((_, behind)) = text.split_once("://") {
        let host = behind.split(['/', ':']).next().unwrap_or_default();
        return Err(no_host(format!("`{text}` is a URL, not a host")).help(format!("write `\"{host}\"`")));
    }
    if text.parse::<IpAddr>().is_ok() || text.starts_with('[') {
        return Err(no_host(format!("`{text}` is an address, not a host"))
            .help("give it a name in DNS and write that"));
    }
    if let Some((host, path)) = text.split_once('/') {
        let start = offset + host.len();
        return Err(PatternError::new(start..start + path.len() + 1, "a host has no path")
            .help(format!("write `\"{host}\"`")));
    }
    if let Some((host, port)) = text.split_once(':') {
        let start = offset + host.len();
        return Err(PatternError::new(start..start + port.len() + 1, "a host has no port")
            .help(format!("write `\"{host}\"`; the port is the listener's")));
    }
    if let Some(host) = text.strip_suffix('.').filter(|host| !host.is_empty()) {
        let end = offset + text.len();
        return Err(PatternError::new(end - 1..end, "a host is written without the dot at its end").help(
            format!(
                "write `\"{host}\"`; a dot at the end of a request's host is removed before rules see it"
            ),
        ));
    }
    let mut start = offset;
    for label in text.split('.') {
        check_label(label, start)?;
        start += label.len() + 1;
    }
    if text.len() > MAX_HOST {
        return Err(no_host(format!("a host of {} characters", text.len()))
            .help(format!("at most {MAX_HOST} are possible")));
    }
    // The last label of a name is never all digits (RFC 1123 §2.1), so that names and addresses differ.
    let last = text.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        let end = offset + text.len();
        let help = if text.split('.').count() == Ipv4Addr::BITS as usize / 8 {
            "an address can't stand here; give it a name in DNS and write that"
        } else {
            "the last part of a host is no number"
        };
        return Err(PatternError::new(end - last.len()..end, format!("`{text}` is no host")).help(help));
    }
    Ok(text.to_ascii_lowercase())
}

fn check_label(label: &str, start: usize) -> Result<()> {
    let whole = start..start + label.len();
    if label.is_empty() {
        return Err(PatternError::new(start..start, "an empty part between dots")
            .help("parts are separated by one dot"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if let Some((at, c)) = label.char_indices().find(|(_, c)| !allowed(*c)) {
        let place = start + at..start + at + c.len_utf8();
        let message = match c {
            '*' => "the `*` of a host stands only at its beginning".to_owned(),
            _ => format!("a host has no `{}`", c.escape_debug()),
        };
        let error = PatternError::new(place, message);
        return Err(match c {
            '*' => error.help("write all below a name as `\"*.acme.com\"`, or list the hosts"),
            '_' => error.help("hosts are made of letters, digits and hyphens (RFC 1123)"),
            c if !c.is_ascii() => error.help("write the name as DNS has it, with `xn--`"),
            _ => error.help("a host is made of letters, digits, hyphens and dots"),
        });
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(PatternError::new(whole, format!("`{label}` begins or ends with a hyphen"))
            .help("a hyphen stands between letters or digits"));
    }
    if label.len() > MAX_LABEL {
        return Err(PatternError::new(whole, format!("a part of {} characters", label.len()))
            .help(format!("at most {MAX_LABEL} are possible between dots")));
    }
    Ok(())
}
