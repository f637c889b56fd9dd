//! Changes of headers, in the order in which they are written.

use crate::context::Context;
use crate::request_copy::{added, removal};
use envoy_types::pb::envoy::config::common::mutation_rules::v3::HeaderMutation;
use gloo_ir::{At, HeaderOperation, TextAttribute, TextValue};
use gloo_source::{Place, Reported};

/// The changes as Envoy makes them, one after the other.
pub(crate) fn mutations(
    context: &mut Context<'_>,
    operations: &[At<HeaderOperation>],
) -> Result<Vec<HeaderMutation>, Reported> {
    let mut mutations = Vec::new();
    let mut failed = None;
    for operation in operations {
        match &operation.value {
            HeaderOperation::Remove(name) => mutations.push(removal(name)),
            HeaderOperation::Set(name, value) => match formatted(context, operation.at, name, value) {
                // To replace an absent value by nothing, the header has to go first.
                Ok(text) => mutations.extend([removal(name), addition(name, value, &text)]),
                Err(reported) => failed = Some(reported),
            },
            HeaderOperation::Add(name, value) => match formatted(context, operation.at, name, value) {
                Ok(text) => mutations.push(addition(name, value, &text)),
                Err(reported) => failed = Some(reported),
            },
        }
    }
    failed.map_or(Ok(mutations), Err)
}

/// An absent value is not added, an empty text is.
fn addition(name: &str, value: &TextValue, formatted: &str) -> HeaderMutation {
    added(name, formatted, matches!(value, TextValue::Literal(_)))
}

/// A value in Envoy's format: a text, or the name of what the request has there.
fn formatted(
    context: &mut Context<'_>,
    place: Place,
    set: &str,
    value: &TextValue,
) -> Result<String, Reported> {
    Ok(match value {
        TextValue::Literal(text) => text.replace('%', "%%"),
        TextValue::Attribute(TextAttribute::Header(name)) if name == set => {
            let instead = "copy it to another header";
            return Err(context.unsupported(place, &format!("`{set}` made of itself"), instead));
        }
        TextValue::Attribute(TextAttribute::Header(name)) if name == "host" => "%REQ(:AUTHORITY)%".to_owned(),
        TextValue::Attribute(TextAttribute::Header(name)) => format!("%REQ({name})%"),
        TextValue::Attribute(TextAttribute::ClientCertificateUri) => "%DOWNSTREAM_PEER_URI_SAN%".to_owned(),
        TextValue::Attribute(TextAttribute::ClientCertificateDns) => "%DOWNSTREAM_PEER_DNS_SAN%".to_owned(),
        TextValue::Attribute(TextAttribute::ServerName) => "%REQUESTED_SERVER_NAME%".to_owned(),
        TextValue::Attribute(TextAttribute::Query(name)) => {
            let construct = format!("a header made of `query(\"{name}\")`");
            let instead = "Envoy knows a query's values only decoded; let the caller send a header";
            return Err(context.unsupported(place, &construct, instead));
        }
        TextValue::Attribute(TextAttribute::Cookie(name)) => {
            let construct = format!("a header made of `cookie(\"{name}\")`");
            let instead = "let the service read the cookie, or the caller send a header";
            return Err(context.unsupported(place, &construct, instead));
        }
        TextValue::Attribute(TextAttribute::Claim { provider, name }) => {
            return Err(
                context.not_lowered(place, &format!("a header made of the claim `{provider}.{name}`"))
            );
        }
        TextValue::Path => "%PATH(NQ)%".to_owned(),
        TextValue::Host => "%REQ(:AUTHORITY)%".to_owned(),
        TextValue::Method => "%REQ(:METHOD)%".to_owned(),
        TextValue::ClientAddress => "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%".to_owned(),
    })
}
