//! Access blocks on many services that close one which nobody speaks of, and requests that are sent there.

use super::never_allowed::destinations;
use crate::passage::{Passage, reached, rule_at};
use crate::witness::command_line;
use gloo_ir::evaluate::decide;
use gloo_ir::{Access, ClusterId, Program, Scope, ServiceId};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many of the routes that lead there are shown.
const MOST_SHOWN: usize = 4;

/// The blocks on a namespace or the mesh that refuse every request which some route sends to a service that no block names,
/// where one of them would get in if the block were not there.
pub(crate) fn closed_by_accident(program: &Program, passages: &[Passage<'_>]) -> Vec<Diagnostic<Place>> {
    let named: BTreeSet<&ServiceId> = program
        .access
        .iter()
        .flat_map(|access| &access.targets)
        .filter_map(|target| match &target.scope {
            Scope::Service(service) => Some(service),
            _ => None,
        })
        .collect();
    let mut by_rule: BTreeMap<(Place, &ClusterId), (BTreeSet<ServiceId>, Vec<&Passage<'_>>)> =
        BTreeMap::new();
    for passage in passages {
        let (reached, closed) = by_rule.entry((passage.rule, passage.cluster)).or_default();
        reached.extend(passage.reached.iter().cloned());
        closed.extend(passage.closed_by.is_some().then_some(passage));
    }
    let wide =
        program.access.iter().filter(|access| access.targets.iter().any(|target| is_wide(&target.scope)));
    wide.filter_map(|access| {
        let without = without(program, access);
        let mut shut: BTreeMap<Place, (ServiceId, &Passage<'_>)> = BTreeMap::new();
        for ((place, cluster), (reached_by, closed)) in &by_rule {
            let Some((_, rule)) = rule_at(program, *place) else { continue };
            let meant = destinations(rule);
            let Some(service) = meant.first().filter(|_| meant.len() == 1) else { continue };
            if named.contains(service) || !reached_by.is_empty() {
                continue;
            }
            let gets_in = |passage: &&&Passage<'_>| {
                reached(&decide(&without, cluster, &passage.request)).contains(service)
                    && reached(&decide(program, cluster, &passage.request)).is_empty()
            };
            if let Some(passage) = closed.iter().find(gets_in) {
                shut.entry(*place).or_insert_with(|| (service.clone(), passage));
            }
        }
        shown(program, access, &shut)
    })
    .collect()
}

fn is_wide(scope: &Scope) -> bool {
    matches!(scope, Scope::Mesh | Scope::Namespace(_))
}

fn without(program: &Program, access: &Arc<Access>) -> Program {
    let mut other = program.clone();
    other.access.retain(|one| !Arc::ptr_eq(one, access));
    other
}

fn shown(
    program: &Program,
    access: &Access,
    shut: &BTreeMap<Place, (ServiceId, &Passage<'_>)>,
) -> Option<Diagnostic<Place>> {
    let (_, (_, first)) = shut.first_key_value()?;
    let services: BTreeSet<String> = shut.values().map(|(service, _)| format!("`{service}`")).collect();
    let services: Vec<String> = services.into_iter().collect();
    let target = access.targets.iter().find(|target| is_wide(&target.scope))?;
    let message = format!("this closes {} too, which no access block names", services.join(" and "));
    let finding = Diagnostic::new(Code::CLOSED_BY_ACCIDENT, target.place, message)
        .saying("an access block closes all that it covers");
    let finding = shut.iter().take(MOST_SHOWN).fold(finding, |finding, (place, (service, _))| {
        finding.label(*place, format!("sends requests to `{service}`, and all are refused"))
    });
    let trace = decide(program, first.cluster, &first.request);
    Some(
        finding
            .help(format!("the request below is {}; without this block it gets in", trace.summary()))
            .help("allow the gateway in this block, or in one of the service's own")
            .request(command_line(program, first.cluster, &first.request)),
    )
}
