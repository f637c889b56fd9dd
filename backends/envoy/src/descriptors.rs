//! Envoy's API as data: what turns a typed message into the document that Envoy reads.

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The fields that are maps, among those that are written.
const MAPS: &[&str] = &[
    "policies",
    "providers",
    "requirement_map",
    "static_layer",
    "typed_extension_protocol_options",
    "typed_per_filter_config",
];

/// The descriptors of what gloo writes; `descriptors/NOTICE` says where they come from. Decoded once, when the first
/// document is written.
static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the bytes are part of this crate")]
    DescriptorPool::decode(include_bytes!("../descriptors/envoy.bin").as_slice()).expect("descriptors")
});

/// The message as the document that Envoy reads: fields by their own names, durations as `1.500s`, and each `Any` with
/// its type and content.
#[expect(clippy::expect_used, reason = "tests print each kind of message that the emitter writes")]
pub(crate) fn to_document<T: Message + Name>(message: &T) -> Value {
    let descriptor = POOL.get_message_by_name(&T::full_name()).expect("a descriptor of the message");
    let dynamic =
        DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).expect("one encoding");
    let options = SerializeOptions::new().use_proto_field_name(true);
    let document = dynamic.serialize_with_options(serde_json::value::Serializer, &options);
    ordered(document.expect("descriptors of what it holds"))
}

/// The document with each name before what it names, and the keys of maps sorted: fields come by their numbers, and the
/// keys of maps in no order.
fn ordered(document: Value) -> Value {
    match document {
        Value::Array(values) => Value::Array(values.into_iter().map(ordered).collect()),
        Value::Object(mut fields) => {
            let mut sorted = Map::new();
            if let Some(name) = fields.shift_remove("name") {
                sorted.insert("name".to_owned(), name);
            }
            for (key, value) in fields {
                let value = ordered(value);
                let value = if MAPS.contains(&key.as_str()) { by_key(value) } else { value };
                sorted.insert(key, value);
            }
            Value::Object(sorted)
        }
        other => other,
    }
}

fn by_key(map: Value) -> Value {
    match map {
        Value::Object(mut fields) => {
            fields.sort_keys();
            Value::Object(fields)
        }
        other => other,
    }
}
