//! Small servers that stand in for services: each says who it is and what it received.

use super::adapt::Endpoint;
use super::certificates::Certified;
use super::issuer::Pages;
use super::prefixed::Prefixed;
use anyhow::{Context as _, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// The response header that says who answered and what was received, as JSON.
pub const ECHO: &str = "x-gloo-echo";

/// What a client sends that only wants to know who is there.
pub const WHO: &[u8] = b"WHO\n";

/// What a server received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The server's own name and port.
    pub upstream: Endpoint,
    /// The method; none for bytes.
    pub method: Option<String>,
    /// Path and query, as received.
    pub path: String,
    /// The host.
    pub host: String,
    /// The headers besides the host, in order.
    pub headers: Vec<(String, String)>,
    /// The length of the body.
    pub body: u64,
    /// Whether it came in TLS.
    pub tls: bool,
    /// The server name of that TLS.
    pub sni: Option<String>,
}

/// Everything that any of the servers received.
pub type Log = Arc<Mutex<Vec<Received>>>;

/// The running servers; they end when this is dropped.
pub struct Upstreams {
    /// Their ports on the loopback address.
    pub ports: BTreeMap<Endpoint, u16>,
    log: Log,
    runtime: Option<Runtime>,
}

impl Upstreams {
    /// Starts a server for each endpoint. Connections that begin with TLS are answered in TLS, requests for a page with it.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(
        endpoints: impl IntoIterator<Item = Endpoint>,
        certified: &Certified,
        pages: Pages,
    ) -> Result<Self> {
        let pages = Arc::new(pages);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut config = ServerConfig::builder_with_provider(super::tls::provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certified.certificate.clone()], certified.key.clone_key())?;
        // The last is what Istio's proxies say to each other.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), b"istio".to_vec()];
        let tls = TlsAcceptor::from(Arc::new(config));
        let log = Log::default();
        let mut ports = BTreeMap::new();
        for endpoint in endpoints {
            if ports.contains_key(&endpoint) {
                continue;
            }
            let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("no port is free")?;
            ports.insert(endpoint.clone(), listener.local_addr()?.port());
            let server = Server { endpoint, tls: tls.clone(), log: log.clone(), pages: pages.clone() };
            runtime.spawn(server.accept(listener));
        }
        Ok(Self { ports, log, runtime: Some(runtime) })
    }

    /// What has been received so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

#[derive(Clone)]
struct Server {
    endpoint: Endpoint,
    tls: TlsAcceptor,
    log: Log,
    pages: Arc<Pages>,
}

impl Server {
    async fn accept(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let server = self.clone();
            tokio::spawn(async move { server.serve(stream).await });
        }
    }

    /// A connection that breaks off is the client's business.
    async fn serve(self, stream: TcpStream) {
        let mut first = [0];
        let begins_tls = matches!(stream.peek(&mut first).await, Ok(1)) && first == [0x16];
        if !begins_tls {
            return self.answer(stream, false, None).await;
        }
        if let Ok(stream) = self.tls.accept(stream).await {
            let sni = stream.get_ref().1.server_name().map(str::to_owned);
            self.answer(stream, true, sni).await;
        }
    }

    async fn answer<S>(self, mut stream: S, tls: bool, sni: Option<String>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut first = vec![0; WHO.len()];
        if stream.read_exact(&mut first).await.is_err() {
            return;
        }
        let received = Received {
            upstream: self.endpoint.clone(),
            method: None,
            path: String::new(),
            host: String::new(),
            headers: Vec::new(),
            body: 0,
            tls,
            sni,
        };
        if first == WHO {
            let text = json(&received);
            self.write_down(received);
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
            return;
        }
        let service = service_fn(move |request| {
            let (server, received) = (self.clone(), received.clone());
            async move { Ok::<_, Infallible>(server.respond(request, received).await) }
        });
        let stream = TokioIo::new(Prefixed::new(first, stream));
        let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await;
    }

    async fn respond(&self, request: Request<Incoming>, received: Received) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        if let Some(page) = self.pages.get(&(self.endpoint.clone(), head.uri.path().to_owned())) {
            return Response::new(Full::new(Bytes::from(page.clone())));
        }
        let text =
            |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let authority = head.uri.authority().filter(|_| head.version == Version::HTTP_2);
        let host = authority.map(ToString::to_string).or_else(|| head.headers.get("host").map(text));
        let length = body.collect().await.map_or(0, |body| body.to_bytes().len());
        let headers = head.headers.iter().filter(|(name, _)| name.as_str() != "host");
        let received = Received {
            method: Some(head.method.to_string()),
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: host.unwrap_or_default(),
            headers: headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: u64::try_from(length).unwrap_or(u64::MAX),
            ..received
        };
        let text = json(&received);
        self.write_down(received);
        let mut response = Response::new(Full::new(Bytes::from(format!("{text}\n"))));
        if let Ok(value) = text.parse() {
            response.headers_mut().insert(ECHO, value);
        }
        response
    }

    fn write_down(&self, received: Received) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    }
}

/// As JSON in ASCII alone, so that it can stand in a header.
fn json(received: &Received) -> String {
    let text = serde_json::to_string(received).unwrap_or_default();
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_control() {
            ascii.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}
