//! A running Envoy.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long Envoy may take until it serves.
const START: Duration = Duration::from_secs(30);

/// An Envoy that serves, until it is dropped.
pub struct Process {
    child: Child,
    /// The ports that its listeners got, by the listeners' names.
    pub ports: BTreeMap<String, u16>,
}

impl Process {
    /// Starts Envoy on a bootstrap and waits until it serves. `folder` takes its files.
    ///
    /// # Errors
    /// It can't be started, or doesn't take the bootstrap: then with what it says.
    pub fn start(program: &Path, bootstrap: &Path, folder: &Path) -> Result<Self> {
        let log = folder.join("envoy.log");
        let admin = folder.join("admin.address");
        let output = File::create(&log).context("Envoy's log can't be written")?;
        let child = Command::new(program)
            .arg("--config-path")
            .arg(bootstrap)
            .arg("--admin-address-path")
            .arg(&admin)
            // Other Envoys may run beside this one.
            .args(["--disable-hot-restart", "--concurrency", "1", "--log-level", "warn"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .with_context(|| format!("`{}` can't be started", program.display()))?;
        let mut process = Self { child, ports: BTreeMap::new() };
        let address = process.wait_until_ready(&admin, &log)?;
        process.ports = ports(address)?;
        Ok(process)
    }

    fn wait_until_ready(&mut self, admin: &Path, log: &Path) -> Result<SocketAddr> {
        let begin = Instant::now();
        while begin.elapsed() < START {
            if let Some(status) = self.child.try_wait()? {
                bail!("Envoy ended with {status} when it was to start:\n{}", end_of(log));
            }
            let address = std::fs::read_to_string(admin).ok().and_then(|text| text.trim().parse().ok());
            if let Some(address) = address
                && ask(address, "/ready").is_ok_and(|answer| answer.trim() == "LIVE")
            {
                return Ok(address);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("Envoy did not serve within {} s:\n{}", START.as_secs(), end_of(log))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It holds nothing that is worth an orderly end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The ports of all listeners.
fn ports(admin: SocketAddr) -> Result<BTreeMap<String, u16>> {
    let answer: Value = serde_json::from_str(&ask(admin, "/listeners?format=json")?)?;
    let listeners =
        answer.pointer("/listener_statuses").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ports = listeners.iter().filter_map(|listener| {
        let name = listener.get("name")?.as_str()?;
        let port = listener.pointer("/local_address/socket_address/port_value")?.as_u64()?;
        Some((name.to_owned(), u16::try_from(port).ok()?))
    });
    Ok(ports.collect())
}

/// One of Envoy's own pages.
fn ask(admin: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(admin)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = super::response::Response::parse(&answer, false).context("Envoy's own page is cut short")?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

/// The last lines of a log.
fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}
