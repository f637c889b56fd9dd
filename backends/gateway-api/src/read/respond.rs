//! Answers given at the gateway (`directResponse` of an `HTTPRouteFilter`).

use super::header_change::{Changes, literal, pairs};
use gloo_ir::{GrpcStatus, Respond};
use gloo_target::{Fields, Unread};

/// An answer with the headers that it has besides. That of gRPC is told by its headers, which are then none of these.
pub(super) fn read(mut direct: Fields<'_>) -> Result<(Respond, Changes), Unread> {
    let status = direct.number("statusCode")?.unwrap_or(200);
    let status = u16::try_from(status).map_err(|_| direct.unread("statusCode", "it is no status"))?;
    let mut body = None;
    if let Some(mut said) = direct.object("body")? {
        if said.text("type")?.is_some_and(|kind| kind != "Inline") {
            return Err(said.unread("type", "only what stands here is read"));
        }
        let text = said.needed_text("inline")?;
        body = Some(literal(text).ok_or_else(|| said.unread("inline", format!("`{text}` can't be read")))?);
        said.done()?;
    }
    let kind = direct.text("contentType")?;
    let mut changes = Changes::default();
    if let Some(mut header) = direct.object("header")? {
        changes.set = pairs(header.objects("set")?)?;
        changes.add = pairs(header.objects("add")?)?;
        header.done()?;
    }
    direct.done()?;
    let body = body.filter(|body| !body.is_empty());
    let grpc = if kind == Some("application/grpc") { grpc(&changes) } else { None };
    match kind {
        _ if grpc.is_some() => changes.set.retain(|(name, _)| name != "grpc-status"),
        Some(kind) => changes.set.insert(0, ("content-type".to_owned(), kind.to_owned())),
        None => {}
    }
    Ok((Respond { status, body, grpc }, changes))
}

fn grpc(changes: &Changes) -> Option<GrpcStatus> {
    let mut said = changes.set.iter().filter(|(name, _)| name == "grpc-status");
    let (Some((_, number)), None) = (said.next(), said.next()) else { return None };
    GrpcStatus::ALL.iter().copied().find(|status| status.number().to_string() == *number)
}
