//! Addresses: ranges, and the filters that bring a request's addresses before the routes.

use crate::request_copy::{CLIENT_HEADER, RequestCopies, tag};
use envoy_types::pb::envoy::config::core::v3::substitution_format_string::Format;
use envoy_types::pb::envoy::config::core::v3::{
    CidrRange, DataSource, SubstitutionFormatString, data_source::Specifier,
};
use envoy_types::pb::envoy::extensions::filters::common::set_filter_state::v3::FilterStateValue;
use envoy_types::pb::envoy::extensions::filters::common::set_filter_state::v3::filter_state_value::{
    Key, Value,
};
use envoy_types::pb::envoy::extensions::filters::http::ip_tagging::v3::IpTagging;
use envoy_types::pb::envoy::extensions::filters::http::ip_tagging::v3::ip_tagging::{IpTag, IpTagHeader};
use envoy_types::pb::envoy::extensions::filters::network::set_filter_state::v3::Config as SetFilterState;
use envoy_types::pb::envoy::r#type::matcher::v3::{
    AddressMatcher, FilterStateMatcher, filter_state_matcher::Matcher,
};
use envoy_types::pb::xds::core::v3::CidrRange as XdsRange;
use gloo_domain::AddressRange;
use std::net::IpAddr;

/// The name of the direct peer's address in the state of a connection.
const SOURCE_STATE: &str = "gloo.source.address";

/// A range.
pub(crate) fn range(range: AddressRange) -> CidrRange {
    CidrRange {
        address_prefix: range.first().to_string(),
        prefix_len: crate::proto::number(range.prefix().into()),
    }
}

/// A range, and for IPv4 also the range of the IPv6 addresses that stand for the same: a header may name either.
fn range_in_header(one: AddressRange) -> Vec<CidrRange> {
    let mut ranges = vec![range(one)];
    if let IpAddr::V4(first) = one.first() {
        ranges.push(CidrRange {
            address_prefix: first.to_ipv6_mapped().to_string(),
            prefix_len: crate::proto::number(u32::from(one.prefix()) + 96),
        });
    }
    ranges
}

/// The filter that tags requests by their client's address, for the rules that ask for it.
pub(crate) fn client_filter(copies: &RequestCopies) -> Option<IpTagging> {
    if copies.client_ranges.is_empty() {
        return None;
    }
    let tags = copies.client_ranges.iter().enumerate().map(|(index, ranges)| IpTag {
        ip_tag_name: tag(index),
        ip_list: ranges.iter().copied().flat_map(range_in_header).collect(),
    });
    Some(IpTagging {
        ip_tags: tags.collect(),
        ip_tag_header: Some(IpTagHeader { header: CLIENT_HEADER.to_owned(), ..IpTagHeader::default() }),
        ..IpTagging::default()
    })
}

/// The filter that keeps the direct peer's address with the connection, for the rules that ask for it.
pub(crate) fn source_filter(copies: &RequestCopies) -> Option<SetFilterState> {
    if !copies.source_address {
        return None;
    }
    let text = DataSource {
        specifier: Some(Specifier::InlineString("%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%".to_owned())),
        ..DataSource::default()
    };
    let format = SubstitutionFormatString {
        format: Some(Format::TextFormatSource(text)),
        ..SubstitutionFormatString::default()
    };
    let value = FilterStateValue {
        key: Some(Key::ObjectKey(SOURCE_STATE.to_owned())),
        // The one kind of state that Envoy reads back as an address.
        factory_key: "envoy.network.transport_socket.original_dst_address".to_owned(),
        value: Some(Value::FormatString(format)),
        ..FilterStateValue::default()
    };
    Some(SetFilterState { on_new_connection: vec![value], ..SetFilterState::default() })
}

/// Whether the direct peer's address is in one of the ranges.
pub(crate) fn source_match(ranges: &[AddressRange], invert_match: bool) -> FilterStateMatcher {
    let ranges = ranges.iter().map(|range| XdsRange {
        address_prefix: range.first().to_string(),
        prefix_len: crate::proto::number(range.prefix().into()),
    });
    let matcher = AddressMatcher { ranges: ranges.collect(), invert_match };
    FilterStateMatcher { key: SOURCE_STATE.to_owned(), matcher: Some(Matcher::AddressMatch(matcher)) }
}
