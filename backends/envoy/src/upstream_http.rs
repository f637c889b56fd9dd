//! What is spoken to an upstream.

use crate::proto::{number, seconds};
use crate::upstream;
use envoy_types::pb::envoy::config::core::v3::{
    Http1ProtocolOptions, Http2ProtocolOptions, HttpProtocolOptions as Common,
};
use envoy_types::pb::envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
use envoy_types::pb::envoy::extensions::upstreams::http::v3::http_protocol_options::{
    ExplicitHttpConfig, UpstreamProtocolOptions, explicit_http_config::ProtocolConfig,
};
use envoy_types::pb::google::protobuf::Any;
use envoy_types::util::pack_any;
use gloo_ir::{Protocol, UpstreamProtocol};
use gloo_target::Upstream;

/// Whether HTTP/2 is spoken: by the traffic block, else by the port's protocol.
pub(crate) fn speaks_http2(upstream: &Upstream) -> bool {
    let said = upstream::traffic(upstream).get(|traffic| traffic.protocol.as_ref());
    match said.map(|protocol| protocol.value) {
        Some(protocol) => protocol == UpstreamProtocol::H2,
        None => matches!(port(upstream), Protocol::Http2 | Protocol::Grpc),
    }
}

/// The protocol of the upstream's port.
pub(crate) fn port(upstream: &Upstream) -> Protocol {
    match upstream {
        Upstream::Service { port, .. } | Upstream::External { port, .. } => port.protocol,
    }
}

/// The options of an upstream's protocol, under the name by which a cluster knows them.
pub(crate) fn of(upstream: &Upstream) -> (String, Any) {
    let connections = upstream::traffic(upstream).get(|traffic| traffic.connections.as_ref());
    options(speaks_http2(upstream), connections.and_then(|connections| connections.requests_per_connection))
}

/// The options of HTTP/1.1.
pub(crate) fn plain() -> (String, Any) {
    options(false, None)
}

fn options(http2: bool, requests_per_connection: Option<u32>) -> (String, Any) {
    let protocol = if http2 {
        ProtocolConfig::Http2ProtocolOptions(Http2ProtocolOptions::default())
    } else {
        ProtocolConfig::HttpProtocolOptions(Http1ProtocolOptions::default())
    };
    let explicit = ExplicitHttpConfig { protocol_config: Some(protocol) };
    let options = HttpProtocolOptions {
        common_http_protocol_options: Some(Common {
            idle_timeout: seconds(3600),
            max_requests_per_connection: requests_per_connection.and_then(number),
            ..Common::default()
        }),
        upstream_protocol_options: Some(UpstreamProtocolOptions::ExplicitHttpConfig(explicit)),
        ..HttpProtocolOptions::default()
    };
    ("envoy.extensions.upstreams.http.v3.HttpProtocolOptions".to_owned(), pack_any(options))
}
