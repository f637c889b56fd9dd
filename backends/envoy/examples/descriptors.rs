//! Makes `descriptors/envoy.bin` anew from the descriptor set of the `envoy-types` crate:
//!
//! ```text
//! cargo run -p gloo-envoy --example descriptors -- ~/.cargo/registry/src/*/envoy-types-*/src/generated/types.bin
//! ```
//!
//! The set is cut down to the files that hold what gloo writes, and the files that these name. Each file is copied byte
//! by byte, so that its options (among them the validation rules) stay.
#![expect(clippy::disallowed_methods, reason = "it reads one file and writes another")]

use prost_reflect::prost::Message;
use prost_reflect::prost_types::FileDescriptorProto;
use std::collections::{BTreeMap, BTreeSet};

/// The files that hold what gloo writes.
const ROOTS: &[&str] = &[
    "envoy/config/bootstrap/v3/bootstrap.proto",
    "envoy/extensions/filters/http/fault/v3/fault.proto",
    "envoy/extensions/filters/http/header_mutation/v3/header_mutation.proto",
    "envoy/extensions/filters/http/ip_tagging/v3/ip_tagging.proto",
    "envoy/extensions/filters/http/jwt_authn/v3/config.proto",
    "envoy/extensions/filters/http/rbac/v3/rbac.proto",
    "envoy/extensions/filters/http/router/v3/router.proto",
    "envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol.proto",
    "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.proto",
    "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
    "envoy/extensions/filters/network/set_filter_state/v3/set_filter_state.proto",
    "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto",
    "envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation.proto",
    "envoy/extensions/http/original_ip_detection/custom_header/v3/custom_header.proto",
    "envoy/extensions/matching/common_inputs/network/v3/network_inputs.proto",
    "envoy/extensions/matching/input_matchers/ip/v3/ip.proto",
    "envoy/extensions/transport_sockets/tls/v3/secret.proto",
    "envoy/extensions/transport_sockets/tls/v3/tls.proto",
    "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
    "envoy/service/discovery/v3/discovery.proto",
    "google/protobuf/wrappers.proto",
];

/// A `FileDescriptorSet` whose files are left encoded.
#[derive(Message)]
struct EncodedSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let source = std::env::args_os().nth(1).ok_or("name the file `types.bin` of the crate `envoy-types`")?;
    let set = EncodedSet::decode(std::fs::read(source)?.as_slice())?;
    let mut files = BTreeMap::new();
    for encoded in &set.file {
        let file = FileDescriptorProto::decode(encoded.as_slice())?;
        files.insert(file.name().to_owned(), file.dependency);
    }

    let mut wanted = BTreeSet::new();
    let mut next: Vec<String> = ROOTS.iter().map(|&root| root.to_owned()).collect();
    while let Some(name) = next.pop() {
        let dependencies = files.get(&name).ok_or_else(|| format!("there is no `{name}`"))?;
        if wanted.insert(name) {
            next.extend(dependencies.iter().cloned());
        }
    }

    let mut kept = EncodedSet { file: Vec::new() };
    for encoded in set.file {
        if wanted.contains(FileDescriptorProto::decode(encoded.as_slice())?.name()) {
            kept.file.push(encoded);
        }
    }
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/descriptors/envoy.bin");
    std::fs::write(target, kept.encode_to_vec())?;
    Ok(())
}
