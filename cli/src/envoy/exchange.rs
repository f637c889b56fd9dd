//! One request and its answer.

use super::certificates::Certified;
use super::response::Response;
use super::tls;
use super::upstream::Received;
use super::wire::Wire;
use anyhow::{Result, bail};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The connection was closed without an answer.
    Refused,
    /// A response.
    Http(Response),
    /// What the server behind the gateway says of itself.
    Bytes(Received),
}

/// How TLS is begun.
#[derive(Clone, Copy)]
pub struct Tls<'a> {
    /// The server name; none is said, if absent.
    pub sni: Option<&'a str>,
    /// The client's certificate.
    pub client: Option<&'a Certified>,
}

/// Sends what a client sends to a port of this machine.
///
/// # Errors
/// The answer is cut short, doesn't come, or isn't one.
pub fn send(port: u16, tls: Option<Tls<'_>>, wire: &Wire) -> Result<Answer> {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return Ok(Answer::Refused) };
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // What is written to a gateway that has closed the connection already is lost, and then read.
    let _ = stream.write_all(&wire.preamble);
    let received = match tls {
        None => talk(&mut stream, wire)?,
        Some(Tls { sni, client }) => talk(&mut tls::begin(stream, sni, client)?, wire)?,
    };
    if received.is_empty() {
        return Ok(Answer::Refused);
    }
    if !wire.is_http {
        return Ok(Answer::Bytes(serde_json::from_slice(&received)?));
    }
    match Response::parse(&received, wire.is_head) {
        Some(response) => Ok(Answer::Http(response)),
        None => bail!("the answer is cut short: {}", String::from_utf8_lossy(&received)),
    }
}

/// Everything that comes back, until the response is whole or the connection ends.
fn talk<S: Read + Write>(stream: &mut S, wire: &Wire) -> Result<Vec<u8>> {
    let mut received = Vec::new();
    let mut part = [0; 16 * 1024];
    if stream.write_all(&wire.bytes).and_then(|()| stream.flush()).is_err() {
        return Ok(received);
    }
    loop {
        match stream.read(&mut part) {
            Ok(0) => return Ok(received),
            Ok(length) => {
                received.extend(part.get(..length).unwrap_or_default());
                if wire.is_http && Response::is_whole(&received, wire.is_head) {
                    return Ok(received);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                bail!("no answer came within {} s", PATIENCE.as_secs())
            }
            // A reset, or a TLS alert.
            Err(_) => return Ok(received),
        }
    }
}
