//! Changes of headers (`Headers.HeaderOperations`). Envoy removes first, then works out all values, then sets, then adds
//! (`HeaderParser::evaluateHeaders`).

use gloo_ir::{HeaderOperation, TextAttribute, TextValue};
use gloo_target::{Fields, Unread};
use std::collections::BTreeSet;

/// The changes as the language has them.
pub(super) fn read(mut changes: Fields<'_>) -> Result<Vec<HeaderOperation>, Unread> {
    let removed = changes.texts("remove")?.into_iter().map(str::to_ascii_lowercase);
    let mut removed: BTreeSet<String> = removed.collect();
    let set = values(&mut changes, "set")?;
    let add = values(&mut changes, "add")?;
    let unread = |what: String| Err(changes.unread("", what));
    let changed: Vec<&String> = removed
        .iter()
        .chain(set.iter().map(|(name, _)| name))
        .chain(add.iter().map(|(name, _)| name))
        .collect();
    if let Some(name) = changed.iter().find(|name| name.starts_with(':') || **name == "host") {
        return unread(format!("`{name}` is changed otherwise than other headers"));
    }
    for (_, value) in set.iter().chain(&add) {
        if let Some(name) = reads(value).filter(|name| changed.iter().any(|one| one == name)) {
            return unread(format!("a value is taken from `{name}`, which is changed here too"));
        }
    }
    let mut operations = Vec::new();
    for (name, value) in set {
        // What is absent leaves the header as it is, unless it was removed before.
        if !removed.remove(&name) && !matches!(value, TextValue::Literal(_)) {
            return unread(format!("`{name}` stays as it is where the value is absent"));
        }
        operations.push(HeaderOperation::Set(name, value));
    }
    for (name, value) in add {
        let is_removed = removed.remove(&name);
        let make = if is_removed { HeaderOperation::Set } else { HeaderOperation::Add };
        operations.push(make(name, value));
    }
    operations.extend(removed.into_iter().map(HeaderOperation::Remove));
    changes.done()?;
    Ok(operations)
}

/// The header that a value is taken from.
pub(super) fn reads(value: &TextValue) -> Option<&str> {
    match value {
        TextValue::Attribute(TextAttribute::Header(name)) => Some(name),
        _ => None,
    }
}

/// The header that is changed.
pub(super) fn name(operation: &HeaderOperation) -> &str {
    match operation {
        HeaderOperation::Set(name, _) | HeaderOperation::Add(name, _) | HeaderOperation::Remove(name) => name,
    }
}

fn values(changes: &mut Fields<'_>, field: &str) -> Result<Vec<(String, TextValue)>, Unread> {
    let Some(mut fields) = changes.object(field)? else { return Ok(Vec::new()) };
    let mut found: Vec<(String, TextValue)> = Vec::new();
    for name in fields.names() {
        let text = fields.needed_text(name)?;
        let lower = name.to_ascii_lowercase();
        // An empty value is not set, and which of two spellings comes first isn't known.
        let value =
            value(text).filter(|_| !text.is_empty() && found.iter().all(|(other, _)| *other != lower));
        found.push((lower, value.ok_or_else(|| fields.unread(name, format!("`{text}` can't be read")))?));
    }
    fields.done()?;
    Ok(found)
}

/// A value in Envoy's format: one command, or a text in which `%%` is a percent sign.
fn value(text: &str) -> Option<TextValue> {
    let command =
        text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).filter(|name| !name.contains('%'));
    Some(match command.filter(|name| !name.is_empty()) {
        Some("PATH(NQ)" | "PATH(NQ:PATH)") => TextValue::Path,
        Some("REQ(:AUTHORITY)") => TextValue::Host,
        Some("REQ(:METHOD)") => TextValue::Method,
        Some("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT") => TextValue::ClientAddress,
        Some("DOWNSTREAM_PEER_URI_SAN") => TextValue::Attribute(TextAttribute::ClientCertificateUri),
        Some("DOWNSTREAM_PEER_DNS_SAN") => TextValue::Attribute(TextAttribute::ClientCertificateDns),
        Some("REQUESTED_SERVER_NAME") => TextValue::Attribute(TextAttribute::ServerName),
        Some(other) => {
            let name = other.strip_prefix("REQ(")?.strip_suffix(')')?;
            if name.contains([':', '?', ')']) {
                return None;
            }
            TextValue::Attribute(TextAttribute::Header(name.to_ascii_lowercase()))
        }
        None if text.replace("%%", "").contains('%') => return None,
        None => TextValue::Literal(text.replace("%%", "%")),
    })
}
