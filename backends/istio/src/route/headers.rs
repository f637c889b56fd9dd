//! Header operations.

use crate::emission::Emission;
use crate::virtual_service::HeaderOperations;
use gloo_ir::{At, HeaderOperation, TextAttribute, TextValue};
use gloo_source::{Place, Reported};

/// Which message's headers are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message {
    Request,
    Response,
}

/// The operations in Istio's words.
///
/// Envoy works on a message as one step: it removes, then works out all values, then sets, then adds. So operations on
/// different headers mean the same in any order, unless one reads what another changes.
pub(crate) fn operations(
    emission: &mut Emission<'_>,
    message: Message,
    operations: &[At<HeaderOperation>],
) -> Result<HeaderOperations, Reported> {
    let mut result = HeaderOperations::default();
    let changed: Vec<&str> = operations.iter().map(|operation| name(&operation.value)).collect();
    for operation in operations {
        let place = operation.at;
        let header = name(&operation.value);
        if changed.iter().filter(|other| **other == header).count() > 1 {
            let what = format!("two operations on the header `{header}` in one rule");
            return Err(emission.refuse(place, &what, "say in one operation what the header shall be"));
        }
        if header == "host" || header.starts_with(':') {
            let what = format!("an operation on the header `{header}`");
            return Err(emission.refuse(place, &what, "say `host:` in the rule's options"));
        }
        let (HeaderOperation::Set(_, given) | HeaderOperation::Add(_, given)) = &operation.value else {
            result.remove.push(header.to_owned());
            continue;
        };
        if let Some(read) = reads(given).filter(|_| message == Message::Request)
            && changed.contains(&read)
        {
            let what = format!("a value from the header `{read}`, which the same rule changes,");
            return Err(emission.refuse(
                place,
                &what,
                "change it where nothing reads it, or leave one of the two out",
            ));
        }
        let text = text(emission, place, given)?;
        let is_literal = matches!(given, TextValue::Literal(_));
        match &operation.value {
            HeaderOperation::Add(..) => {
                result.add.insert(header.to_owned(), text);
            }
            _ => {
                // Envoy leaves the header as it is where the value is absent; a header set to something absent is to go.
                if !is_literal {
                    result.remove.push(header.to_owned());
                }
                result.set.insert(header.to_owned(), text);
            }
        }
    }
    result.remove.sort();
    Ok(result)
}

fn name(operation: &HeaderOperation) -> &str {
    match operation {
        HeaderOperation::Set(name, _) | HeaderOperation::Add(name, _) | HeaderOperation::Remove(name) => name,
    }
}

fn reads(value: &TextValue) -> Option<&str> {
    match value {
        TextValue::Attribute(TextAttribute::Header(name)) => Some(name),
        _ => None,
    }
}

/// The value as Envoy's format text.
fn text(emission: &mut Emission<'_>, place: Place, value: &TextValue) -> Result<String, Reported> {
    let attribute = match value {
        TextValue::Literal(text) if text.is_empty() => {
            return Err(emission.refuse(place, "an empty header", "remove the header, or give it a value"));
        }
        TextValue::Literal(text) => return Ok(text.replace('%', "%%")),
        TextValue::Path => return Ok("%PATH(NQ:PATH)%".to_owned()),
        TextValue::Host => return Ok("%REQ(:AUTHORITY)%".to_owned()),
        TextValue::Method => return Ok("%REQ(:METHOD)%".to_owned()),
        TextValue::ClientAddress => return Ok("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%".to_owned()),
        TextValue::Attribute(attribute) => attribute,
    };
    let what = match attribute {
        TextAttribute::Header(name) => return Ok(format!("%REQ({name})%")),
        TextAttribute::ServerName => return Ok("%REQUESTED_SERVER_NAME%".to_owned()),
        TextAttribute::Claim { provider, .. } => {
            let what = format!("a header from a token of `{provider}`");
            return Err(emission.not_lowered(place, &what));
        }
        TextAttribute::Query(name) => format!("a header from `query(\"{name}\")`"),
        TextAttribute::Cookie(name) => format!("a header from `cookie(\"{name}\")`"),
        TextAttribute::ClientCertificateUri => "a header from `client.cert.uri`".to_owned(),
        TextAttribute::ClientCertificateDns => "a header from `client.cert.dns`".to_owned(),
    };
    Err(emission.refuse(place, &what, "take it from a header, the path, the host, the method or `client.ip`"))
}
