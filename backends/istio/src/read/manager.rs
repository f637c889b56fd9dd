//! The HTTP connection manager of a gateway: what Istio makes of it, and what is merged into it.

use super::mesh::Normalization;
use super::reply::{self, Reply};
use gloo_ir::{ClientAddress, PathMode};
use gloo_target::{Fields, Unread};

/// What a gateway does with all requests. Istio itself strips nothing and refuses nothing, and takes the direct peer for
/// the client (`use_remote_address`).
#[derive(Debug, Default)]
pub(super) struct Manager {
    strips_port: bool,
    strips_dot: bool,
    refuses_escaped: bool,
    refuses_underscores: bool,
    hops: u32,
    /// Whether the response's header `server` is left as it is; else it becomes Istio's own.
    pub keeps_server: bool,
    /// Whether the PROXY protocol is spoken.
    pub proxy_protocol: bool,
    /// Answers by another status than Envoy's own.
    pub replies: Vec<Reply>,
}

impl Manager {
    /// Merges settings into it.
    pub fn merge(&mut self, mut settings: Fields<'_>) -> Result<(), Unread> {
        if !settings.needed_text("@type")?.ends_with(".HttpConnectionManager") {
            return Err(settings.unread("@type", "it isn't known what this filter does to requests"));
        }
        // One of several ways (`strip_port_mode`): what is said last holds, even if it is said that it isn't so.
        self.strips_port = settings.flag("strip_any_host_port")?.unwrap_or(self.strips_port);
        self.strips_dot |= settings.flag("strip_trailing_host_dot")?.unwrap_or(false);
        match settings.text("path_with_escaped_slashes_action")? {
            None => {}
            Some("REJECT_REQUEST") => self.refuses_escaped = true,
            Some(_) => {
                return Err(settings.unread("path_with_escaped_slashes_action", "it can't be read"));
            }
        }
        match settings.text("server_header_transformation")? {
            None => {}
            Some("PASS_THROUGH") => self.keeps_server = true,
            Some(_) => return Err(settings.unread("server_header_transformation", "it can't be read")),
        }
        if let Some(mut common) = settings.object("common_http_protocol_options")? {
            match common.text("headers_with_underscores_action")? {
                None => {}
                Some("REJECT_REQUEST") => self.refuses_underscores = true,
                Some(_) => {
                    return Err(common.unread("headers_with_underscores_action", "it can't be read"));
                }
            }
            common.done()?;
        }
        if let Some(hops) = settings.number("xff_num_trusted_hops")?.filter(|hops| *hops != 0) {
            let hops = u32::try_from(hops).unwrap_or(u32::MAX);
            if self.hops != 0 && self.hops != hops {
                return Err(settings.unread("xff_num_trusted_hops", "another patch says another number"));
            }
            self.hops = hops;
        }
        if let Some(config) = settings.object("local_reply_config")? {
            self.replies.extend(reply::read(config)?);
        }
        settings.done()
    }

    /// How paths are normalised; strict paths ask for a route of their own besides. `None`, if the language has no such
    /// way.
    pub fn paths(&self, normalization: Normalization) -> Option<PathMode> {
        match (normalization, self.refuses_escaped, self.refuses_underscores) {
            (Normalization::MergeSlashes, true, true) => Some(PathMode::Strict),
            (Normalization::None, false, false) => Some(PathMode::Keep),
            _ => None,
        }
    }

    /// The status that is answered to whom a rule of AuthorizationPolicies refuses.
    pub fn status(&self, rule: &str) -> u64 {
        self.replies
            .iter()
            .find(|reply| rule.starts_with(reply.rule.as_str()))
            .map_or(403, |reply| reply.status)
    }

    /// Whether a host is the same with a port and with a dot at its end.
    pub fn strips(&self) -> bool {
        self.strips_port && self.strips_dot
    }

    /// How the client is known; `None`, if that isn't clear.
    pub fn client_address(&self) -> Option<ClientAddress> {
        match (self.hops, self.proxy_protocol) {
            (0, true) => Some(ClientAddress::ProxyProtocol),
            (_, true) => None,
            (0, false) => Some(ClientAddress::Direct),
            (hops, false) => Some(ClientAddress::Hops(hops)),
        }
    }
}
