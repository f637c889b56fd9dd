//! Envoy's API as data: what turns a typed message into the document that Envoy reads.

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;
use std::sync::LazyLock;

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
    dynamic
        .serialize_with_options(serde_json::value::Serializer, &options)
        .expect("descriptors of what it holds")
}
