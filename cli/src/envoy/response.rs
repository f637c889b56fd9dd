//! Responses of HTTP/1.1, as they stand on the wire (RFC 9112).

/// A response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, their names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Reads a response up to the end of the connection; one to a HEAD request has no body. `None` if it is cut short or
    /// isn't one.
    #[must_use]
    pub fn parse(bytes: &[u8], to_head: bool) -> Option<Self> {
        let (status, headers, rest) = head(bytes)?;
        // An interim response comes before the one that counts.
        if (100..200).contains(&status) && status != 101 {
            return Self::parse(rest, to_head);
        }
        let response = Self { status, headers, body: Vec::new() };
        if to_head || matches!(status, 101 | 204 | 304) {
            return Some(response);
        }
        let body = if response.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            chunks(rest)?
        } else if let Some(length) = response.header("content-length") {
            rest.get(..length.parse().ok()?)?.to_vec()
        } else {
            rest.to_vec()
        };
        Some(Self { body, ..response })
    }

    /// Whether these bytes are a whole response whose end can be told before the connection's.
    #[must_use]
    pub fn is_whole(bytes: &[u8], to_head: bool) -> bool {
        let delimited = |response: &Self| {
            to_head
                || matches!(response.status, 101 | 204 | 304)
                || response.header("content-length").is_some()
                || response.header("transfer-encoding").is_some()
        };
        Self::parse(bytes, to_head).as_ref().is_some_and(delimited)
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Status, headers, and what follows them.
type Head<'b> = (u16, Vec<(String, String)>, &'b [u8]);

fn head(bytes: &[u8]) -> Option<Head<'_>> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, rest) = bytes.split_at_checked(end)?;
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Some((status, headers.collect(), rest.get(4..)?))
}

fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let line = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::Response;

    #[test]
    fn bodies_are_read_by_length_by_chunks_and_to_the_end() {
        let body = |text: &str| Response::parse(text.as_bytes(), false).map(|response| response.body);
        assert_eq!(body("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").as_deref(), Some(&b"ok"[..]));
        assert_eq!(body("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok"), None);
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1;x\r\n!\r\n0\r\n\r\n";
        assert_eq!(body(chunked).as_deref(), Some(&b"ok!"[..]));
        assert_eq!(body("HTTP/1.0 200 OK\r\n\r\nall").as_deref(), Some(&b"all"[..]));
        assert_eq!(body("HTTP/1.1 204 No Content\r\n\r\n").as_deref(), Some(&b""[..]));
        assert_eq!(body("HTTP/1.1 200"), None);
    }

    #[test]
    fn an_interim_response_is_passed_over() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 418 Teapot\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n";
        let response = Response::parse(text.as_bytes(), false).unwrap();
        assert_eq!(response.status, 418);
        assert_eq!(response.header("x-a"), Some("1"));
    }
}
