//! Redirects that lead back to where they began.

use crate::folded::{Came, Folded};
use crate::site::Site;
use crate::witness::command_line;
use gloo_domain::Method;
use gloo_ir::evaluate::{Credential, Entry, Final, Request, StepKind, decide};
use gloo_ir::{ClusterId, Gateway, GatewayKind, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;

/// So many redirects in a row are followed.
const MOST_HOPS: usize = 20;

/// The loops that requests of redirecting rules are led into, each once. A request of each rule is followed as a client
/// follows it, for as long as gateways of its cluster serve the location.
pub(crate) fn redirect_loop(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let mut known: BTreeSet<BTreeSet<Place>> = BTreeSet::new();
    let mut findings = Vec::new();
    for table in tables {
        for (_, came) in table.turns.iter().flatten() {
            let Came::Decides(Some(witness)) = came else { continue };
            for (cluster, joined) in &table.sites {
                let request = Site { program, cluster, joined }.request(witness);
                let known_to_all = with_credentials(program, &request);
                let round =
                    follow(program, cluster, request).or_else(|| follow(program, cluster, known_to_all));
                if let Some(round) = round
                    && known.insert(round.iter().map(|hop| hop.place).collect())
                {
                    findings.extend(shown(program, cluster, round));
                }
            }
        }
    }
    findings
}

/// One redirect.
struct Hop {
    request: Request,
    location: String,
    /// The rule or the listener that redirects.
    place: Place,
}

fn with_credentials(program: &Program, request: &Request) -> Request {
    let credentials = program.providers.keys().map(|provider| (provider.clone(), Credential::Valid));
    Request { credentials: credentials.collect(), ..request.clone() }
}

/// The redirects that a request is led through again and again; nothing if it gets out.
fn follow(program: &Program, cluster: &ClusterId, request: Request) -> Option<Vec<Hop>> {
    let mut hops: Vec<Hop> = Vec::new();
    let mut request = request;
    for _ in 0..MOST_HOPS {
        if let Some(first) = hops.iter().position(|hop| hop.request == request) {
            return Some(hops.split_off(first));
        }
        let trace = decide(program, cluster, &request);
        let Final::Redirected { status, location: Some(location), .. } = &trace.outcome else { return None };
        let redirecting = |step: StepKind| matches!(step, StepKind::Route | StepKind::Listener);
        let place =
            trace.steps.iter().rev().filter(|step| redirecting(step.step)).find_map(|step| step.place)?;
        let next = sent_to(program, cluster, &request, *status, location)?;
        hops.push(Hop { request, location: location.clone(), place });
        request = next;
    }
    None
}

/// The request that a client sends next, if a gateway of the cluster serves the location: that which redirects, where it
/// does, else another one.
fn sent_to(
    program: &Program,
    cluster: &ClusterId,
    request: &Request,
    status: u16,
    location: &str,
) -> Option<Request> {
    let (scheme, rest) = location.split_once("://")?;
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let https = scheme == "https";
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if https { 443 } else { 80 }),
    };
    let serves = |gateway: &Gateway| {
        let here = gateway.kind == GatewayKind::Ingress && gateway.clusters.contains(cluster);
        here && gateway.listeners.iter().any(|listener| {
            let is_open = listener.port == port && listener.protocol.is_http();
            is_open
                && (listener.certificate.is_some() == https)
                && listener.hosts.iter().any(|own| own.contains(host))
        })
    };
    let own = |gateway: &Gateway| request.entry == Entry::Gateway(gateway.id.clone());
    let mut serving: Vec<&Gateway> =
        program.gateways.values().map(AsRef::as_ref).filter(|gateway| serves(gateway)).collect();
    serving.sort_by_key(|gateway| !own(gateway));
    let gateway = serving.first()?;
    let mut next = request.clone();
    let message = next.message.as_mut()?;
    // As clients do, whatever the first request was (RFC 9110, section 15.4).
    let becomes_get = match status {
        303 => message.method != Method::Head,
        301 | 302 => message.method == Method::Post,
        _ => false,
    };
    if becomes_get {
        message.method = Method::Get;
    }
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    message.host = host.to_owned();
    message.path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
    message.query = query.map(str::to_owned);
    next.entry = Entry::Gateway(gateway.id.clone());
    (next.port, next.tls) = (port, https);
    next.sni = https.then(|| host.to_owned());
    Some(next)
}

fn shown(program: &Program, cluster: &ClusterId, mut round: Vec<Hop>) -> Option<Diagnostic<Place>> {
    let begin = (0..round.len()).min_by_key(|hop| round.get(*hop).map(|hop| hop.place))?;
    round.rotate_left(begin);
    let (first, others) = round.split_first()?;
    let message = match others {
        [] => format!("this redirects requests for `{0}` to `{0}`", first.location),
        others => {
            format!("requests for `{}` come back after {} redirects", others.last()?.location, round.len())
        }
    };
    let finding = Diagnostic::new(Code::REDIRECT_LOOP, first.place, message)
        .saying(format!("leads to `{}`", first.location));
    let finding = others.iter().fold(finding, |finding, hop| {
        if hop.place == first.place {
            return finding;
        }
        finding.label(hop.place, format!("and this to `{}`", hop.location))
    });
    Some(finding.help("let one of them match less, or send requests to a service").request(command_line(
        program,
        cluster,
        &first.request,
    )))
}
