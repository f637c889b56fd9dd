//! A request of the evaluator as the bytes that a client sends.

use super::upstream::WHO;
use gloo_ir::evaluate::{Message, Request};
use gloo_ir::{ClientAddress, Gateway};
use std::net::{IpAddr, Ipv4Addr};

/// The header by which a copy of a request is recognised.
pub const CASE: &str = "x-gloo-case";

/// An address of the trusted proxies that stand before a gateway.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// What comes before everything, TLS too.
    pub preamble: Vec<u8>,
    /// The request, or what asks who is there.
    pub bytes: Vec<u8>,
    /// Whether the answer has no body.
    pub is_head: bool,
    /// Whether it is an HTTP request.
    pub is_http: bool,
}

/// The bytes of a request through a gateway.
#[must_use]
pub fn bytes(gateway: &Gateway, request: &Request, case: usize) -> Wire {
    let client = request.client_address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let preamble = match &gateway.client_address.value {
        ClientAddress::ProxyProtocol => proxy_protocol(client, request.port),
        ClientAddress::Hops(_) | ClientAddress::Header(_) | ClientAddress::Direct => Vec::new(),
    };
    match &request.message {
        None => Wire { preamble, bytes: WHO.to_vec(), is_head: false, is_http: false },
        Some(message) => Wire {
            preamble,
            bytes: message_bytes(message, client_header(&gateway.client_address.value, client), case),
            is_head: message.method.as_str() == "HEAD",
            is_http: true,
        },
    }
}

fn message_bytes(message: &Message, client: Option<(String, String)>, case: usize) -> Vec<u8> {
    let query = message.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let mut text =
        format!("{} {}{query} HTTP/1.1\r\nhost: {}\r\n", message.method, message.path, message.host);
    let case = (CASE.to_owned(), case.to_string());
    let own = message.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (name, value) in own.chain(client).chain([case]) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !message.headers.has("connection") {
        text.push_str("connection: close\r\n");
    }
    let has_length = message.headers.has("content-length") || message.headers.has("transfer-encoding");
    let may_have_body = message.body > 0 || message.is_grpc();
    if may_have_body && !has_length {
        text.push_str(&format!("content-length: {}\r\n", message.body));
    }
    text.push_str("\r\n");
    let length = usize::try_from(message.body).unwrap_or_default();
    [text.into_bytes(), vec![b'x'; length]].concat()
}

/// The header by which the gateway is told the client's address.
fn client_header(from: &ClientAddress, client: IpAddr) -> Option<(String, String)> {
    match from {
        ClientAddress::Direct | ClientAddress::Hops(0) | ClientAddress::ProxyProtocol => None,
        ClientAddress::Header(name) => Some((name.clone(), client.to_string())),
        ClientAddress::Hops(hops) => {
            let proxies = (1..*hops).map(|_| PROXY);
            let addresses: Vec<_> =
                std::iter::once(client).chain(proxies).map(|one| one.to_string()).collect();
            Some(("x-forwarded-for".to_owned(), addresses.join(", ")))
        }
    }
}

/// The PROXY protocol, version 1.
fn proxy_protocol(client: IpAddr, port: u16) -> Vec<u8> {
    let (family, here) = if client.is_ipv4() { ("TCP4", "127.0.0.1") } else { ("TCP6", "::1") };
    format!("PROXY {family} {client} {here} 50000 {port}\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{CASE, client_header, message_bytes, proxy_protocol};
    use gloo_domain::Method;
    use gloo_ir::ClientAddress;
    use gloo_ir::evaluate::Message;

    #[test]
    fn a_path_is_sent_as_it_is_written() {
        let mut message = Message::new(Method::Post, "Shop.Example:80", "//a/%2e%2e/b;x?q=1&q=%20");
        message.headers.add("x-a", "1");
        message.headers.add("x-a", "2");
        message.body = 3;
        let bytes = message_bytes(&message, None, 7);
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            format!(
                "POST //a/%2e%2e/b;x?q=1&q=%20 HTTP/1.1\r\nhost: Shop.Example:80\r\nx-a: 1\r\nx-a: 2\r\n{CASE}: 7\r\n\
                 connection: close\r\ncontent-length: 3\r\n\r\nxxx"
            )
        );
    }

    #[test]
    fn the_client_is_named_as_the_gateway_looks_for_it() {
        let client = "203.0.113.9".parse().unwrap();
        let header = |from| client_header(&from, client).map(|(name, value)| format!("{name}: {value}"));
        assert_eq!(header(ClientAddress::Direct), None);
        assert_eq!(header(ClientAddress::Hops(1)).as_deref(), Some("x-forwarded-for: 203.0.113.9"));
        assert_eq!(
            header(ClientAddress::Hops(2)).as_deref(),
            Some("x-forwarded-for: 203.0.113.9, 198.51.100.1")
        );
        assert_eq!(header(ClientAddress::Header("x-ip".into())).as_deref(), Some("x-ip: 203.0.113.9"));
        assert_eq!(proxy_protocol(client, 443), b"PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n");
    }
}
