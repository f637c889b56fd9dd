//! Changes of headers, one after the other (`envoy.config.common.mutation_rules.v3.HeaderMutation`).

use gloo_ir::{HeaderOperation, TextAttribute, TextValue};
use gloo_target::{Fields, Unread};

/// The changes as the language has them: a header that is removed and then added is set.
pub(super) fn read(mutations: Vec<Fields<'_>>) -> Result<Vec<HeaderOperation>, Unread> {
    let mut operations: Vec<HeaderOperation> = Vec::new();
    for mut mutation in mutations {
        if let Some(name) = mutation.text("remove")? {
            operations.push(HeaderOperation::Remove(name.to_ascii_lowercase()));
        }
        if let Some(mut append) = mutation.object("append")? {
            match append.text("append_action")? {
                None | Some("APPEND_IF_EXISTS_OR_ADD") => {}
                Some(_) => return Err(append.unread("append_action", "only values that are added are read")),
            }
            let keeps_empty = append.flag("keep_empty_value")?.unwrap_or(false);
            let mut header =
                append.object("header")?.ok_or_else(|| append.unread("header", "it is missing"))?;
            let name = header.needed_text("key")?.to_ascii_lowercase();
            let text = header.text("value")?.unwrap_or_default();
            let value =
                value(text).ok_or_else(|| header.unread("value", format!("`{text}` can't be read")))?;
            header.done()?;
            append.done()?;
            // An empty text is added only if it is kept; a value that is absent must not be.
            let is_as_said = match &value {
                TextValue::Literal(text) => keeps_empty || !text.is_empty(),
                _ => !keeps_empty,
            };
            if !is_as_said {
                return Err(mutation.unread("append.keep_empty_value", "an empty value is treated otherwise"));
            }
            match operations.last() {
                Some(HeaderOperation::Remove(removed)) if *removed == name => {
                    operations.pop();
                    operations.push(HeaderOperation::Set(name, value));
                }
                _ => operations.push(HeaderOperation::Add(name, value)),
            }
        }
        mutation.done()?;
    }
    Ok(operations)
}

/// A value in Envoy's format: one command, or a text in which `%%` is a percent sign.
fn value(text: &str) -> Option<TextValue> {
    let command =
        text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).filter(|name| !name.contains('%'));
    Some(match command {
        Some("PATH(NQ)") => TextValue::Path,
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
        None => {
            if text.replace("%%", "").contains('%') {
                return None;
            }
            TextValue::Literal(text.replace("%%", "%"))
        }
    })
}
