//! A request as a line that can be pasted.

use gloo_ir::evaluate::{Caller, Credential, Entry, Message, Request, Verdict};
use gloo_ir::{ClusterId, Program};
use std::net::{IpAddr, Ipv4Addr};

/// The address that requests come from unless said (RFC 5737).
const USUAL: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A `curl` line for a request to a gateway that `curl` can send from anywhere; else a `gloo trace` line.
pub(crate) fn command_line(program: &Program, cluster: &ClusterId, request: &Request) -> String {
    let attributes = attributes(request);
    match (&request.entry, &request.message) {
        (Entry::Gateway(_), Some(message)) if attributes.is_empty() && !has_other_name(request, message) => {
            curl(request, message)
        }
        _ => trace(program, cluster, request, &attributes),
    }
}

/// Whether the TLS names another server than the request's host.
fn has_other_name(request: &Request, message: &Message) -> bool {
    request.tls && request.sni.as_deref() != Some(message.host.as_str())
}

fn curl(request: &Request, message: &Message) -> String {
    let mut words = vec!["curl".to_owned()];
    match message.method.as_str() {
        "GET" => {}
        "HEAD" => words.push("--head".to_owned()),
        method => words.push(format!("-X {method}")),
    }
    for (name, value) in message.headers.iter() {
        // Curl takes `name:` for "don't send it", and `name;` for an empty one.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        words.push(format!("-H {}", quoted(&header)));
    }
    words.push(quoted(&url(request, message)));
    words.join(" ")
}

fn trace(program: &Program, cluster: &ClusterId, request: &Request, attributes: &[String]) -> String {
    let mut words = vec!["gloo trace".to_owned()];
    words.push(match &request.message {
        Some(message) if matches!(request.entry, Entry::Service(_)) => {
            quoted(&format!("{} {}", message.method.as_str(), target(message)))
        }
        Some(message) => quoted(&format!("{} {}", message.method.as_str(), url(request, message))),
        None => "tcp".to_owned(),
    });
    for (name, value) in request.message.iter().flat_map(|message| message.headers.iter()) {
        words.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
    }
    if !attributes.is_empty() {
        words.push(format!("--with {}", quoted(&format!("{{ {} }}", attributes.join("  ")))));
    }
    match &request.caller {
        Caller::Outside => {}
        Caller::Service(service) => words.push(format!("--from {service}")),
        Caller::Gateway(gateway) => words.push(format!("--from {gateway}")),
        Caller::Identity(identity) => {
            words.push(format!("--from {}", quoted(&format!("identity(\"{identity}\")"))));
        }
    }
    match &request.entry {
        Entry::Gateway(gateway) => words.push(format!("--through {gateway}")),
        Entry::Service(service) => words.push(format!("--to {service}")),
        Entry::Outbound => {}
    }
    if program.clusters.len() > 1 {
        words.push(format!("--cluster {cluster}"));
    }
    words.join(" ")
}

/// What a request has that neither its line nor its headers say, as a test writes it in braces.
pub(crate) fn attributes(request: &Request) -> Vec<String> {
    let mut all = Vec::new();
    for (provider, credential) in &request.credentials {
        match credential {
            // As where nothing is said.
            Credential::Absent => {}
            Credential::Invalid => all.push(format!("{provider}: invalid")),
            Credential::Valid => all.push(format!("{provider}: valid")),
        }
    }
    for ((provider, name), values) in &request.claims {
        let key = match name.as_str() {
            "sub" | "iss" => format!("{provider}.{name}"),
            other => format!("{provider}.claim({other:?})"),
        };
        all.push(format!("{key}: {}", listed(values)));
    }
    for (name, address) in [("client.ip", request.client_address), ("source.ip", request.source_address)] {
        all.extend(address.filter(|address| *address != USUAL).map(|address| match address {
            IpAddr::V4(address) => format!("{name}: {address}"),
            IpAddr::V6(address) => format!("{name}: \"{address}\""),
        }));
    }
    if let Some(certificate) = &request.certificate {
        let names = [("client.cert.uri", &certificate.uri), ("client.cert.dns", &certificate.dns)];
        let given = names.into_iter().filter(|(_, values)| !values.is_empty());
        all.extend(given.map(|(key, values)| format!("{key}: {}", listed(values))));
    }
    let host = request.message.as_ref().map(|message| message.host.as_str());
    if let Some(name) = request.sni.as_deref().filter(|name| Some(*name) != host) {
        all.push(format!("tls.sni: {name:?}"));
    }
    match &request.message {
        None => all.push(format!("port: {}", request.port)),
        Some(message) if message.body > 0 => all.push(format!("body: {}B", message.body)),
        Some(_) => {}
    }
    if request.waf == Verdict::Refuses {
        all.push("waf: refuses".to_owned());
    }
    all
}

fn listed(values: &[String]) -> String {
    match values {
        [one] => format!("{one:?}"),
        several => format!("{several:?}"),
    }
}

fn url(request: &Request, message: &Message) -> String {
    let (scheme, usual) = if request.tls { ("https", 443) } else { ("http", 80) };
    let port = if request.port == usual { String::new() } else { format!(":{}", request.port) };
    format!("{scheme}://{}{port}{}", message.host, target(message))
}

fn target(message: &Message) -> String {
    let query = message.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", message.path)
}

/// As a POSIX shell reads one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
