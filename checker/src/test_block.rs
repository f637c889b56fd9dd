//! Regions as `test` blocks of the language: each request with what becomes of it.

use crate::regions::{EntryRegions, RegionSample};
use crate::witness::attributes;
use gloo_domain::{Method, quoted};
use gloo_ir::evaluate::{
    Caller, Entry, Final, Forwarded, Message, Reached, Refusal, Request, Verdict, describe,
};
use gloo_ir::{Outcome, Program, StatusSet, Target};
use std::fmt::Write;

/// The methods that a test can send.
const METHODS: [Method; 9] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
    Method::Options,
    Method::Connect,
    Method::Trace,
];

/// The regions as tests, one block for each entry of each cluster. What no test can say is a comment.
#[must_use]
pub fn test_blocks(program: &Program, entries: &[EntryRegions]) -> String {
    let mut text = String::new();
    for entry in entries {
        let (mut cases, mut left): (Vec<String>, usize) = (Vec::new(), 0);
        for region in &entry.regions {
            match case(program, entry, region) {
                Some(line) => cases.push(line),
                None => left += 1,
            }
        }
        if left > 0 {
            let _ = writeln!(
                text,
                "// {}: {left} of {} regions can't be said by a test",
                entry.entry,
                entry.regions.len()
            );
        }
        if !cases.is_empty() {
            let title = format!("{} on {}", entry.entry, entry.cluster);
            let _ = writeln!(text, "test {} {{\n{}\n}}\n", quoted(&title), cases.join("\n"));
        }
    }
    text
}

/// `GET "https://shop.acme.com/cart" { header("x-beta"): "1" } through edge on east => cart.v2`; nothing where the language
/// has no words for it.
fn case(program: &Program, entry: &EntryRegions, region: &RegionSample) -> Option<String> {
    let request = &region.request;
    if request.extensions == Verdict::Refuses {
        return None;
    }
    let mut words = vec![match &request.message {
        None => "tcp".to_owned(),
        Some(message) if METHODS.contains(&message.method) => {
            format!("{} {}", message.method.as_str(), quoted(&target(request, message)))
        }
        Some(_) => return None,
    }];
    let braces = braces(request);
    if !braces.is_empty() {
        words.push(format!("{{ {} }}", braces.join("  ")));
    }
    match &request.caller {
        Caller::Outside => {}
        Caller::Service(service) => words.push(format!("from {service}")),
        Caller::Gateway(gateway) => words.push(format!("from {gateway}")),
        Caller::Identity(identity) => words.push(format!("from identity({})", quoted(&identity.to_string()))),
    }
    match &request.entry {
        Entry::Gateway(gateway) => words.push(format!("through {gateway}")),
        Entry::Service(service) => words.push(format!("to {service}")),
        Entry::Outbound => {}
    }
    if program.clusters.len() > 1 {
        words.push(format!("on {}", entry.cluster));
    }
    let outcome = outcome(region)?;
    Some(format!("  {} => {}", words.join(" "), describe(&outcome)))
}

fn target(request: &Request, message: &Message) -> String {
    let query = message.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    match request.entry {
        Entry::Service(_) => format!("{}{query}", message.path),
        Entry::Gateway(_) | Entry::Outbound => {
            let scheme = if request.tls { "https" } else { "http" };
            format!("{scheme}://{}:{}{}{query}", message.host, request.port, message.path)
        }
    }
}

/// What stands in braces.
fn braces(request: &Request) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(message) = &request.message {
        let names: std::collections::BTreeSet<&str> = message.headers.iter().map(|(name, _)| name).collect();
        for name in names {
            let values: Vec<String> =
                message.headers.values(name).iter().map(|value| quoted(value)).collect();
            all.push(match values.as_slice() {
                [one] => format!("header({}): {one}", quoted(name)),
                several => format!("header({}): [{}]", quoted(name), several.join(", ")),
            });
        }
    }
    if matches!(request.entry, Entry::Service(_)) {
        all.push(format!("port: {}", request.port));
    }
    all.extend(attributes(request));
    all
}

/// What a test says of it: all that it can.
fn outcome(region: &RegionSample) -> Option<Outcome> {
    let trace = &region.trace;
    let forwarded: Vec<&Forwarded> = trace
        .outcomes()
        .filter_map(|end| match end {
            Final::Forwarded(forwarded) => Some(forwarded),
            _ => None,
        })
        .collect();
    if !forwarded.is_empty() {
        let all = forwarded.iter().flat_map(|one| one.destinations.iter().chain(&one.mirrors));
        let targets: Option<Vec<Target>> = all.map(|reached: &Reached| reached.target.clone()).collect();
        let mut targets = targets?;
        targets.sort();
        targets.dedup();
        let mut parts: Vec<Outcome> =
            targets.iter().map(|target| Outcome::Reaches(vec![target.clone()])).collect();
        parts.push(Outcome::OnlyReaches(targets));
        return Some(Outcome::All(parts));
    }
    let status = |status: u16| Outcome::Status(vec![StatusSet::Exactly(status)]);
    Some(match &trace.outcome {
        Final::Denied { status: Refusal::Status(code), .. } => {
            Outcome::All(vec![Outcome::Denied, status(*code)])
        }
        Final::Denied { .. } => Outcome::Denied,
        Final::Redirected { status: code, .. } => Outcome::All(vec![Outcome::Redirected, status(*code)]),
        Final::Responded { status: code, .. } => status(*code),
        Final::Forwarded(_) => return None,
    })
}
