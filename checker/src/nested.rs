//! Rules of gateways and rules of the mesh that take one request after the other: on its way in, and on its hop to the
//! service.

use crate::diagram::Diagrams;
use crate::entrance::Way;
use crate::explore::{Entrance, explore};
use crate::folded::{Came, Folded};
use crate::site::Site;
use crate::table::Turn;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Interest, Request, StepKind, Trace, decide};
use gloo_ir::joined::{Joined, TableEntry};
use gloo_ir::normal_form::disjuncts;
use gloo_ir::{
    Action, Attachment, ClusterId, GatewayKind, Options, Percent, Program, Rule, ServiceId, Target,
};
use gloo_source::Place;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// So many simple requests are tried before all are gone through.
const FEW: usize = 16;

/// Two rules that take one request.
pub(crate) struct Nested<'a> {
    /// The gateway's rule.
    pub outer: &'a Rule,
    /// The mesh's rule.
    pub inner: &'a Rule,
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The request, as it enters by the gateway.
    pub request: Request,
}

/// For each rule of a gateway a rule of the mesh for which `wanted` holds of both options, if some request is taken by the
/// one and then by the other. With them the rules of which that can't be said.
pub(crate) fn nested<'a>(
    program: &'a Program,
    tables: &'a [Folded<'a>],
    wanted: &(dyn Fn(&Options, &Options) -> bool + Sync),
) -> (Vec<Nested<'a>>, Vec<(Place, Undecided)>) {
    let mut of_service: BTreeMap<&ServiceId, Vec<&'a Folded<'a>>> = BTreeMap::new();
    for table in tables {
        if let Attachment::Mesh { services, .. } = &table.table.attachment {
            services.iter().for_each(|service| of_service.entry(&service.value).or_default().push(table));
        }
    }
    let search = Search { program, of_service, wanted };
    let outer = tables.par_iter().filter(|_| !search.of_service.is_empty());
    let each = outer.map_init(Diagrams::of_entry, |diagrams, table| search.of_table(diagrams, table));
    let (mut found, mut unknown, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, result) in each.collect::<Vec<_>>().into_iter().flatten() {
        if known.insert(place) {
            match result {
                Ok(nested) => found.push(nested),
                Err(undecided) => unknown.push((place, undecided)),
            }
        }
    }
    (found, unknown)
}

struct Search<'a, 's> {
    program: &'a Program,
    of_service: BTreeMap<&'a ServiceId, Vec<&'a Folded<'a>>>,
    wanted: &'s (dyn Fn(&Options, &Options) -> bool + Sync),
}

/// What was found for a rule.
type Found<'a> = (Place, Result<Nested<'a>, Undecided>);

impl<'a> Search<'a, '_> {
    fn of_table(&self, diagrams: &mut Diagrams, table: &'a Folded<'a>) -> Vec<Found<'a>> {
        let mut all = Vec::new();
        for (turn, came) in table.turns.iter().flatten() {
            let Came::Decides(_) = came else { continue };
            for (cluster, joined) in &table.sites {
                let inner = self.inner(turn.rule, cluster);
                if inner.is_empty() || !enters(joined) {
                    continue;
                }
                let found = self.request(diagrams, (cluster, joined), turn, &inner);
                if let Some(found) = found.transpose() {
                    all.push((turn.rule.place, found));
                    break;
                }
            }
        }
        all
    }

    /// The mesh's rules that could take what a rule sends on, and for which that is wanted.
    fn inner(&self, rule: &Rule, cluster: &ClusterId) -> Vec<&'a Turn<'a>> {
        let Action::Forward(shares) = &rule.action.value else { return Vec::new() };
        let open = shares.iter().filter(|share| share.weight != Percent::NONE);
        let services = open.filter_map(|share| match &share.destination.target {
            Target::Service { service, subset: None, cluster: None } => Some(service),
            _ => None,
        });
        let tables = services.filter_map(|service| self.of_service.get(service)).flatten();
        let here = tables.filter(|table| {
            matches!(&table.table.attachment, Attachment::Mesh { clusters, .. } if clusters.contains(cluster))
        });
        let turns = here.flat_map(|table| table.turns.iter().flatten());
        turns
            .filter(|(turn, came)| {
                matches!(came, Came::Decides(_)) && (self.wanted)(&rule.options, &turn.rule.options)
            })
            .map(|(turn, _)| turn)
            .collect()
    }

    /// A request that the rule takes, and then one of the mesh's.
    fn request(
        &self,
        diagrams: &mut Diagrams,
        (cluster, joined): (&'a ClusterId, &Joined<'a>),
        turn: &Turn<'a>,
        inner: &[&Turn<'a>],
    ) -> Result<Option<Nested<'a>>, Undecided> {
        let program = self.program;
        let taken = |trace: &Trace| inner.iter().find(|inner| takes(trace, turn.rule, inner.rule));
        let nested = |inner: &Turn<'a>, request: Request| Nested {
            outer: turn.rule,
            inner: inner.rule,
            cluster,
            request,
        };
        let site = Site { program, cluster, joined };
        for one in inner {
            let both = disjuncts(&turn.predicate.clone().and(one.predicate.clone())).unwrap_or_default();
            for witness in both.iter().take(FEW).filter_map(|both| both.witness(program.paths())) {
                let request = site.request(&witness);
                if let Some(inner) = taken(&decide(program, cluster, &request)) {
                    return Ok(Some(nested(inner, request)));
                }
            }
        }
        let TableEntry::Host { gateway, listener, host } = joined.entry else { return Ok(None) };
        let narrower = joined.narrower.iter().copied().cloned().collect();
        let way = Way::Hosts(gateway, listener, host.clone(), narrower);
        let entrance = Entrance {
            program,
            deciders: vec![(program, cluster)],
            interest: Interest::Outcome,
            scope: way.scope(&turn.predicate, program, cluster),
            way: &way,
        };
        let explored = explore(diagrams, &entrance, &|_, trace| taken(trace).is_some())?;
        match (explored.found, explored.derived) {
            (Some((trace, request)), _) => Ok(taken(&trace).map(|inner| nested(inner, request))),
            (None, Some(what)) => Err(Undecided::derived(&what)),
            (None, None) => Ok(None),
        }
    }
}

/// Whether HTTP requests from outside come in there.
fn enters(joined: &Joined<'_>) -> bool {
    matches!(joined.entry, TableEntry::Host { gateway, listener, .. }
        if gateway.kind == GatewayKind::Ingress && listener.protocol.is_http())
}

fn takes(trace: &Trace, outer: &Rule, inner: &Rule) -> bool {
    let mut routes = trace.steps.iter().filter(|step| step.step == StepKind::Route);
    routes.any(|step| step.place == Some(outer.place)) && routes.any(|step| step.place == Some(inner.place))
}
