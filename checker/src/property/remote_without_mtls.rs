//! Calls that cross from one cluster to another in plain text.

use crate::crossing::{arrives, begun, calls, can_cross, mtls_place};
use crate::diagram::Diagrams;
use crate::explore::{Entrance, explore};
use crate::sample::{Sample, samples};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Interest, Request, decide};
use gloo_ir::normal_form::Witness;
use gloo_ir::{At, ClusterId, Mtls, Predicate, Program, Service, TrafficTls};
use gloo_source::{Code, Diagnostic, Place};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// So many services are named of those whose calls one cause leaves in plain text.
const MOST_NAMED: usize = 3;

/// The causes for which some call that rules, or access, let through comes to another cluster in plain text: a cluster
/// without mutual TLS, or a `tls` that begins none where none is asked for.
pub(crate) fn remote_without_mtls(program: &Program) -> Vec<Diagnostic<Place>> {
    if program.clusters.keys().all(|cluster| program.mtls(cluster) == Mtls::Strict) {
        return Vec::new();
    }
    let mut search = Search {
        program,
        diagrams: Diagrams::new(1),
        samples: OnceCell::new(),
        found: BTreeMap::new(),
        unknown: Vec::new(),
    };
    for service in program.services.values() {
        for from in program.clusters.values() {
            let others = service.clusters.iter().filter_map(|cluster| program.clusters.get(cluster));
            for to in others.filter(|to| can_cross(from, to)) {
                search.look(service, &from.id, &to.id);
            }
        }
    }
    let Search { found, mut unknown, .. } = search;
    unknown.extend(found.into_values().map(|cause| cause.shown(program)));
    unknown
}

struct Search<'a> {
    program: &'a Program,
    diagrams: Diagrams,
    samples: OnceCell<Vec<Sample>>,
    found: BTreeMap<Place, Cause<'a>>,
    unknown: Vec<Diagnostic<Place>>,
}

/// Why calls are in plain text, and those that are.
struct Cause<'a> {
    place: Place,
    says: String,
    from: &'a ClusterId,
    to: &'a ClusterId,
    services: Vec<&'a Service>,
    request: Request,
}

impl<'a> Search<'a> {
    fn look(&mut self, service: &'a Service, from: &'a ClusterId, to: &'a ClusterId) {
        let Some((place, says)) = plain(self.program, from, service, to) else { return };
        if let Some(cause) = self.found.get(&place)
            && (cause.services.len() > MOST_NAMED || cause.services.iter().any(|one| one.id == service.id))
        {
            return;
        }
        match self.call(service, from, to) {
            Ok(None) => {}
            Ok(Some(request)) => {
                let cause = Cause { place, says, from, to, services: Vec::new(), request };
                self.found.entry(place).or_insert(cause).services.push(service);
            }
            Err(undecided) => {
                let question = format!("whether calls of `{}` from `{from}` come to `{to}`", service.id);
                self.unknown.push(undecided.shown(service.place, &question));
            }
        }
    }

    /// A request that comes from the one cluster to the service on the other: by a rule of a gateway, or as a call.
    fn call(
        &mut self,
        service: &Service,
        from: &ClusterId,
        to: &ClusterId,
    ) -> Result<Option<Request>, Undecided> {
        let program = self.program;
        let samples = self.samples.get_or_init(|| samples(program));
        let by_rule = samples
            .iter()
            .filter(|sample| sample.cluster == *from)
            .find(|sample| arrives(&decide(program, from, &sample.request), service, to));
        if let Some(sample) = by_rule {
            return Ok(Some(sample.request.clone()));
        }
        let ways = calls(program, from, service);
        let plain = ways
            .iter()
            .map(|way| way.request(&Witness::default()))
            .find(|request| arrives(&decide(program, from, request), service, to));
        if plain.is_some() {
            return Ok(plain);
        }
        for way in &ways {
            let entrance = Entrance {
                program,
                deciders: vec![(program, from)],
                interest: Interest::Outcome,
                scope: way.scope(&Predicate::always(), program, from),
                way,
            };
            let explored = explore(&mut self.diagrams, &entrance, &|_, trace| arrives(trace, service, to))?;
            if let Some((_, request)) = explored.found {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }
}

/// Why calls of a service between two clusters are in plain text, if they are.
fn plain(program: &Program, from: &ClusterId, service: &Service, to: &ClusterId) -> Option<(Place, String)> {
    let said = |cluster: &ClusterId| {
        let place = mtls_place(program, cluster).or(Some(program.clusters.get(cluster)?.place))?;
        Some((place, format!("on `{cluster}` there is no mutual TLS")))
    };
    match (begun(program, from, service), program.mtls(from), program.mtls(to)) {
        (Some((_, At { value: TrafficTls::Simple { .. }, .. })), ..) | (_, _, Mtls::Strict) => None,
        (_, _, Mtls::Off) => said(to),
        (Some((_, At { value: TrafficTls::Off, at })), _, Mtls::Permissive) => {
            Some((*at, "this sends plain text".to_owned()))
        }
        (_, Mtls::Off, Mtls::Permissive) => said(from),
        (_, _, Mtls::Permissive) => None,
    }
}

impl Cause<'_> {
    fn shown(self, program: &Program) -> Diagnostic<Place> {
        let Self { place, says, from, to, services, request } = self;
        let names: Vec<String> =
            services.iter().take(MOST_NAMED).map(|service| format!("`{}`", service.id)).collect();
        let others = if services.len() > MOST_NAMED { " and of other services" } else { "" };
        let message =
            format!("calls of {}{others} go from `{from}` to `{to}` in plain text", names.join(", "));
        let finding = Diagnostic::new(Code::REMOTE_WITHOUT_MTLS, place, message).saying(says);
        let finding = services.first().into_iter().fold(finding, |finding, service| {
            let here =
                if service.clusters.contains(from) { "is placed there too" } else { "is placed there" };
            finding.label(service.place, format!("`{}` {here}", service.id))
        });
        let keep = services.first().filter(|service| service.clusters.contains(from)).map(|service| {
            format!("or keep the calls on `{from}`, as `traffic {}@{from} {{ only: [{from}] }}`", service.id)
        });
        let help = ["let both clusters have `mtls: strict`".to_owned()].into_iter().chain(keep);
        finding.help(help.collect::<Vec<_>>().join(", ")).request(command_line(program, from, &request))
    }
}
