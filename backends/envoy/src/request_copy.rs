//! What rules ask of a request that Envoy's routes can't look at, and how it is brought before them: copied into
//! headers that only this proxy sets, before the route is chosen, and removed before the request goes on.

use crate::regex;
use envoy_types::pb::envoy::config::common::mutation_rules::v3::{HeaderMutation, header_mutation::Action};
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption, TypedExtensionConfig};
use envoy_types::pb::envoy::extensions::http::early_header_mutation::header_mutation::v3::HeaderMutation as Early;
use gloo_domain::AddressRange;
use std::collections::BTreeSet;

/// The header of the tags of the client's address.
pub(crate) const CLIENT_HEADER: &str = "x-gloo-client";

/// Something of the request that is copied into a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Copied {
    /// The path without its query: a route has room for one test of the path, and further ones look here.
    Path,
    /// The server name of the TLS connection.
    ServerName,
    /// The URI names of the client's certificate, joined with `,`.
    CertificateUri,
    /// The DNS names of the client's certificate, joined with `,`.
    CertificateDns,
}

impl Copied {
    /// The header that it is copied into.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Path => "x-gloo-path",
            Self::ServerName => "x-gloo-server-name",
            Self::CertificateUri => "x-gloo-certificate-uri",
            Self::CertificateDns => "x-gloo-certificate-dns",
        }
    }

    /// Envoy's word for it.
    fn formatter(self) -> &'static str {
        match self {
            Self::Path => "%PATH(NQ)%",
            Self::ServerName => "%REQUESTED_SERVER_NAME%",
            Self::CertificateUri => "%DOWNSTREAM_PEER_URI_SAN%",
            Self::CertificateDns => "%DOWNSTREAM_PEER_DNS_SAN%",
        }
    }
}

/// What the rules of one listener ask for.
#[derive(Debug, Default)]
pub(crate) struct RequestCopies {
    headers: BTreeSet<Copied>,
    /// The sets of client addresses that are asked for: the tag of each is its place in this list.
    pub(crate) client_ranges: Vec<Vec<AddressRange>>,
    /// Whether the direct peer's address is asked for.
    pub(crate) source_address: bool,
}

impl RequestCopies {
    /// The header that holds a copy; it is asked for from now on.
    pub(crate) fn header(&mut self, copied: Copied) -> &'static str {
        self.headers.insert(copied);
        copied.header()
    }

    /// An expression for the header of tags where the client's address is in one of the ranges.
    pub(crate) fn client_tag(&mut self, ranges: &[AddressRange]) -> String {
        let known = self.client_ranges.iter().position(|known| known == ranges);
        let index = known.unwrap_or_else(|| {
            self.client_ranges.push(ranges.to_vec());
            self.client_ranges.len() - 1
        });
        regex::list_with(&tag(index))
    }

    /// The headers that don't leave the proxy.
    pub(crate) fn own_headers(&self) -> Vec<String> {
        let mut headers: Vec<_> = self.headers.iter().map(|copied| copied.header().to_owned()).collect();
        if !self.client_ranges.is_empty() {
            headers.push(CLIENT_HEADER.to_owned());
        }
        headers
    }

    /// What is done before the route is chosen: a client's own header of such a name is removed, then the copy is made.
    pub(crate) fn early(&self, remove: &[&str]) -> Option<TypedExtensionConfig> {
        let mut mutations: Vec<_> = remove.iter().map(|&name| removal(name)).collect();
        if !self.client_ranges.is_empty() {
            mutations.push(removal(CLIENT_HEADER));
        }
        for copied in &self.headers {
            mutations.push(removal(copied.header()));
            mutations.push(addition(copied.header(), copied.formatter()));
        }
        if mutations.is_empty() {
            return None;
        }
        let config = Early { mutations };
        Some(crate::proto::extension("envoy.http.early_header_mutation.header_mutation", config))
    }
}

/// The tag of a set of addresses.
pub(crate) fn tag(index: usize) -> String {
    format!("set-{index}")
}

/// Removes all values of a header.
pub(crate) fn removal(name: &str) -> HeaderMutation {
    HeaderMutation { action: Some(Action::Remove(name.to_owned())) }
}

/// Adds a value to a header; an empty one is not added.
pub(crate) fn addition(name: &str, value: &str) -> HeaderMutation {
    added(name, value, false)
}

/// Adds a value to a header; an empty one is added if it is to be kept.
pub(crate) fn added(name: &str, value: &str, keep_empty_value: bool) -> HeaderMutation {
    let option = HeaderValueOption {
        keep_empty_value,
        header: Some(HeaderValue { key: name.to_owned(), value: value.to_owned(), ..HeaderValue::default() }),
        append_action: HeaderAppendAction::AppendIfExistsOrAdd.into(),
        ..HeaderValueOption::default()
    };
    HeaderMutation { action: Some(Action::Append(option)) }
}
