//! Answers that the proxy gives by itself.

use crate::request_copy;
use crate::site::Site;
use envoy_types::pb::envoy::config::common::mutation_rules::v3::HeaderMutation;
use envoy_types::pb::envoy::config::core::v3::{DataSource, data_source::Specifier};
use envoy_types::pb::envoy::config::route::v3::DirectResponseAction;
use gloo_ir::Respond;

/// An answer of that status alone.
pub(crate) fn with_status(status: u16) -> DirectResponseAction {
    DirectResponseAction { status: status.into(), ..DirectResponseAction::default() }
}

/// An answer as a rule says it.
pub(crate) fn of(site: &mut Site<'_>, respond: &Respond) -> DirectResponseAction {
    let body = respond.body.as_ref().map(|body| {
        site.longest_body = site.longest_body.max(body.len());
        DataSource { specifier: Some(Specifier::InlineString(body.clone())), ..DataSource::default() }
    });
    DirectResponseAction { body, ..with_status(respond.status) }
}

/// What says a gRPC status, in headers alone as gRPC has it for answers without a message.
pub(crate) fn grpc_headers(respond: &Respond) -> Vec<HeaderMutation> {
    let Some(status) = respond.grpc else { return Vec::new() };
    let headers =
        [("content-type", "application/grpc".to_owned()), ("grpc-status", status.number().to_string())];
    headers
        .into_iter()
        .flat_map(|(name, value)| [request_copy::removal(name), request_copy::addition(name, &value)])
        .collect()
}
