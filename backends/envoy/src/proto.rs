//! Short ways to write what Envoy's API says long.

use envoy_types::pb::envoy::config::core::v3::{
    Address, RuntimeFractionalPercent, SocketAddress, TypedExtensionConfig, address::Address as AddressForm,
    socket_address::PortSpecifier,
};
use envoy_types::pb::envoy::r#type::v3::{FractionalPercent, fractional_percent::DenominatorType};
use envoy_types::pb::google::protobuf::{BoolValue, Duration, UInt32Value};
use envoy_types::util::pack_any;
use gloo_ir::Percent;
use prost::{Message, Name};

/// A truth value that is said.
pub(crate) fn yes_no(value: bool) -> Option<BoolValue> {
    Some(BoolValue { value })
}

/// A number that is said.
pub(crate) fn number(value: u32) -> Option<UInt32Value> {
    Some(UInt32Value { value })
}

/// A duration.
pub(crate) fn duration(value: std::time::Duration) -> Option<Duration> {
    Some(Duration {
        seconds: i64::try_from(value.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(value.subsec_nanos()).unwrap_or_default(),
    })
}

/// No time at all: for most of Envoy's timeouts this means that there is none.
pub(crate) fn never() -> Option<Duration> {
    Some(Duration::default())
}

/// Whole seconds.
pub(crate) fn seconds(seconds: u64) -> Option<Duration> {
    duration(std::time::Duration::from_secs(seconds))
}

/// A share, exact to the millionth; as parts of a hundred where it is that.
pub(crate) fn fraction(share: Percent) -> FractionalPercent {
    let (numerator, denominator) = match share.millionths {
        millionths if millionths % 10_000 == 0 => (millionths / 10_000, DenominatorType::Hundred),
        millionths => (millionths, DenominatorType::Million),
    };
    FractionalPercent { numerator, denominator: denominator.into() }
}

/// A share where Envoy would let a runtime key override it; there is no such key.
pub(crate) fn fixed_fraction(share: Percent) -> RuntimeFractionalPercent {
    RuntimeFractionalPercent { default_value: Some(fraction(share)), runtime_key: String::new() }
}

/// A TCP address.
pub(crate) fn tcp_address(host: impl Into<String>, port: u16) -> Address {
    let port_specifier = Some(PortSpecifier::PortValue(port.into()));
    let socket = SocketAddress { address: host.into(), port_specifier, ..SocketAddress::default() };
    Address { address: Some(AddressForm::SocketAddress(socket)) }
}

/// An extension with its configuration.
pub(crate) fn extension<T: Message + Name>(name: &str, config: T) -> TypedExtensionConfig {
    TypedExtensionConfig { name: name.to_owned(), typed_config: Some(pack_any(config)) }
}
