//! Where a rule is written: the listener, and what its rules turn out to need there.

use crate::guard::Guards;
use crate::request_copy::RequestCopies;
use gloo_ir::{Gateway, Listener, ListenerProtocol};

/// A listener while its routes are written.
pub(crate) struct Site<'a> {
    /// The gateway.
    pub(crate) gateway: &'a Gateway,
    /// The listener.
    pub(crate) listener: &'a Listener,
    /// What routes can't look at by themselves.
    pub(crate) copies: RequestCopies,
    /// Whether some rule puts a fault in.
    pub(crate) has_faults: bool,
    /// Whether some rule changes headers.
    pub(crate) changes_headers: bool,
    /// The longest body that some rule answers with, in bytes.
    pub(crate) longest_body: usize,
    /// What is asked of callers.
    pub(crate) guards: Guards,
}

impl<'a> Site<'a> {
    pub(crate) fn new(gateway: &'a Gateway, listener: &'a Listener) -> Self {
        Self {
            gateway,
            listener,
            copies: RequestCopies::default(),
            has_faults: false,
            changes_headers: false,
            longest_body: 0,
            guards: Guards::default(),
        }
    }

    /// Whether requests come in TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.listener.protocol == ListenerProtocol::Https
    }

    /// The scheme of its requests.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_https() { "https" } else { "http" }
    }
}
