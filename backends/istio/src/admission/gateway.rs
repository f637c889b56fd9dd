//! Who may pass at a gateway. A policy acts on all listeners of the pods, on hosts that none of them serves and on
//! connections; so each rule says for which ports and hosts it is, and what no listener serves is let by.

use super::apart::{shares_port, told_apart};
use super::cells::{Part, hosts, known, parts};
use super::condition::{Site, rule};
use super::scope::{Cell, Scope, scopes};
use super::{Rules, STRICT_PATHS, Workload, one_provider, unverified, verified};
use crate::authorization_policy::{AuthorizationRule, When};
use crate::emission::Emission;
use crate::envoy_filter::{Context, Patch};
use crate::jwt;
use gloo_domain::HostPattern;
use gloo_ir::{ListenerProtocol, PathMode};
use gloo_source::{Place, Reported};
use gloo_target::{AccessEntry, Admission, Conjunct, GatewayPlan, Requirement};
use std::collections::{BTreeMap, BTreeSet};

/// The route of a listener that only redirects.
const REDIRECT: &str = "gloo.https";

/// Writes who may pass at a gateway; gives what must be changed in its proxies besides.
pub(crate) fn write(emission: &mut Emission<'_>, plan: &GatewayPlan) -> Vec<Patch> {
    if !plan.listeners.iter().any(gloo_target::ListenerPlan::is_guarded) {
        return Vec::new();
    }
    // What can't be said has been reported.
    write_guarded(emission, plan).unwrap_or_default()
}

fn write_guarded(emission: &mut Emission<'_>, plan: &GatewayPlan) -> Result<Vec<Patch>, Reported> {
    let gateway = &plan.gateway;
    let parts = parts(plan);
    let known = known(&parts);
    let all: Vec<&Requirement> = {
        let admissions = parts.iter().flat_map(|part| part.rules.iter().map(|(_, admission)| *admission));
        admissions.flat_map(|admission| &admission.requirements).collect()
    };
    let place = all.first().map(|one| one.place).unwrap_or(gateway.place);
    told_apart(emission, plan, place)?;
    let required = one_provider(emission, all.iter().copied())?;
    let mut writer = Writer { plan, parts: &parts, known, needs_ports: false };
    let rules = writer.rules(emission)?;
    if writer.needs_ports {
        emission.needs.same_ports(gateway);
    }
    let workload = Workload { namespace: &gateway.namespace, name: &gateway.name, labels: &gateway.workload };
    let policy = rules.write(emission, &workload);
    let context = Context::Gateway;
    let mut patches = Vec::new();
    if emission.plan.paths == PathMode::Strict {
        patches.push(context.unguarded_route(STRICT_PATHS));
    }
    if plan.listeners.iter().any(|own| own.listener.redirect_https) {
        patches.push(context.unguarded_route(REDIRECT));
    }
    if let (Some(required), Some(policy)) = (required, policy) {
        let is_for_all = parts
            .iter()
            .flat_map(|part| &part.rules)
            .all(|(_, admission)| admission.requirements.iter().any(Requirement::is_for_all));
        super::refuse_partial(emission, required, is_for_all)?;
        patches.extend(jwt::patches(emission, context, &required.provider, required.place)?);
        patches.push(jwt::unauthorized(context, &gateway.namespace, &policy));
    }
    Ok(patches)
}

struct Writer<'w> {
    plan: &'w GatewayPlan,
    parts: &'w [Part<'w>],
    known: BTreeMap<u16, Vec<HostPattern>>,
    needs_ports: bool,
}

/// Remembers that something has been reported.
fn nothing(failed: &mut Option<Reported>, reported: Reported) -> Vec<AuthorizationRule> {
    *failed = Some(reported);
    Vec::new()
}

/// Of which parts something holds, and of which of their requests.
type Places<'w> = Vec<(&'w Part<'w>, Vec<Conjunct>)>;

impl<'w> Writer<'w> {
    fn rules(&mut self, emission: &mut Emission<'_>) -> Result<Rules, Reported> {
        let mut rules = Rules::default();
        let admissions =
            || self.parts.iter().flat_map(|part| part.rules.iter().map(|(_, admission)| *admission));
        let mut requirements: Vec<&Requirement> = Vec::new();
        for requirement in admissions().flat_map(|admission| &admission.requirements) {
            if !requirements.contains(&requirement) {
                requirements.push(requirement);
            }
        }
        let mut lists: Vec<&Admission> = Vec::new();
        for admission in admissions() {
            if !lists.iter().any(|known| known.access == admission.access) {
                lists.push(admission);
            }
        }
        let mut failed = None;
        for requirement in requirements {
            let picks = |admission: &Admission| admission.requirements.contains(requirement);
            let found = self.of_entry(emission, requirement.place, &requirement.matches, &picks);
            for mut found in found.unwrap_or_else(|reported| nothing(&mut failed, reported)) {
                found.when.extend(unverified(requirement));
                found.when.extend(self.no_connection());
                rules.requirements.push((requirement.place, found));
            }
        }
        if lists.iter().all(|admission| admission.access.is_none()) {
            return failed.map_or(Ok(rules), Err);
        }
        let mut allows = Vec::new();
        for admission in lists {
            let is_own = |other: &Admission| other.access == admission.access;
            let Some(access) = &admission.access else {
                let place = self.plan.gateway.place;
                let open = self.of_entry(emission, place, &[Conjunct::default()], &is_own)?;
                allows.extend(open.into_iter().map(|rule| (place, rule)));
                continue;
            };
            for (entries, is_deny) in [(&access.denies, true), (&access.allows, false)] {
                for AccessEntry { place, matches } in entries {
                    let found = self.of_entry(emission, *place, &verified(admission, matches), &is_own);
                    for mut rule in found.unwrap_or_else(|reported| nothing(&mut failed, reported)) {
                        if is_deny {
                            rule.when.extend(self.no_connection());
                            rules.denies.push((*place, rule));
                        } else {
                            allows.push((*place, rule));
                        }
                    }
                }
            }
        }
        allows.extend(self.unserved(emission)?);
        rules.allows = Some(allows);
        failed.map_or(Ok(rules), Err)
    }

    /// The rules for the requests of an entry, where admissions of a kind are met.
    fn of_entry(
        &mut self,
        emission: &mut Emission<'_>,
        place: Place,
        matches: &[Conjunct],
        picks: &dyn Fn(&Admission) -> bool,
    ) -> Result<Vec<AuthorizationRule>, Reported> {
        let mut places: Places<'_> = Vec::new();
        for part in self.parts {
            let region = part.region(picks).map_err(|too_many| {
                let what = format!("a policy on rules that come to {too_many}");
                emission.refuse(place, &what, "put the policy on the table or the gateway")
            })?;
            if !region.is_empty() {
                places.push((part, region));
            }
        }
        let (whole, torn): (Places<'_>, Places<'_>) =
            places.into_iter().partition(|(_, region)| region.iter().any(Conjunct::is_always));
        let mut found = Vec::new();
        if !whole.is_empty() {
            let cells: Vec<Cell> = whole.iter().map(|(part, _)| part.cell.clone()).collect();
            let scopes = self.scopes(&cells);
            for conjunct in matches {
                found.extend(rule(emission, Site::Gateway(None), place, conjunct, &scopes)?);
            }
        }
        for (part, region) in torn {
            let scopes = self.scopes(std::slice::from_ref(&part.cell));
            for both in region.iter().flat_map(|one| matches.iter().filter_map(|other| one.meet(other))) {
                found.extend(rule(emission, Site::Gateway(Some(part.listener)), place, &both, &scopes)?);
            }
        }
        Ok(found)
    }

    fn scopes(&mut self, cells: &[Cell]) -> Vec<Scope> {
        let mut scopes = scopes(cells, &self.known);
        for scope in &mut scopes {
            self.without_ports(scope, false);
        }
        scopes
    }

    /// Leaves the ports out where they tell nothing apart: of what a listener redirects, nothing is asked.
    fn without_ports(&mut self, scope: &mut Scope, is_unserved: bool) {
        let listeners = self.plan.listeners.iter().map(|own| &own.listener);
        let is_told = listeners.filter(|listener| !scope.ports.contains(&listener.port)).any(|listener| {
            let redirected = hosts(listener);
            let covers = |host: &HostPattern| redirected.iter().any(|own| own.covers(host));
            let is_redirected = if scope.hosts.is_empty() {
                redirected.contains(&HostPattern::Any)
            } else {
                scope.hosts.iter().all(covers)
            };
            match listener.protocol {
                ListenerProtocol::Http | ListenerProtocol::Https => {
                    !listener.redirect_https || !(is_unserved || is_redirected)
                }
                // Told apart by server name, where the port doesn't.
                ListenerProtocol::Tcp | ListenerProtocol::Tls => !shares_port(self.plan, listener),
            }
        });
        if is_told {
            self.needs_ports = true;
        } else {
            scope.ports.clear();
        }
    }

    /// The condition that no connection meets that is passed on by its server name: a rule that asks for something of
    /// HTTP would refuse them all.
    fn no_connection(&self) -> Option<When> {
        let names = self.server_names();
        (!names.is_empty()).then(|| When::new("connection.sni".to_owned(), names, true))
    }

    fn server_names(&self) -> Vec<String> {
        let passed = self.plan.listeners.iter().map(|own| &own.listener);
        let passed = passed.filter(|listener| shares_port(self.plan, listener));
        let names: BTreeSet<String> = passed.flat_map(hosts).map(|host| host.to_string()).collect();
        names.into_iter().collect()
    }

    /// The rules for what an ALLOW would refuse and nothing is asked of: hosts that no listener serves, and connections.
    fn unserved(&mut self, emission: &mut Emission<'_>) -> Result<Vec<(Place, AuthorizationRule)>, Reported> {
        let plan = self.plan;
        let mut alike: BTreeMap<Vec<HostPattern>, BTreeSet<u16>> = BTreeMap::new();
        for listener in plan.listeners.iter().map(|own| &own.listener).filter(|one| one.protocol.is_http()) {
            let served = hosts(listener);
            if !served.contains(&HostPattern::Any) {
                let mut served = served;
                served.sort();
                alike.entry(served).or_default().insert(listener.port);
            }
        }
        let mut all: Vec<Scope> = Vec::new();
        for (but, ports) in alike {
            let mut scope = Scope { ports, hosts: Vec::new(), but };
            self.without_ports(&mut scope, true);
            all.push(scope);
        }
        let passed = plan.listeners.iter().map(|own| &own.listener);
        let passed = passed.filter(|one| !one.protocol.is_http() && !shares_port(plan, one));
        let ports: BTreeSet<u16> = passed.map(|listener| listener.port).collect();
        if !ports.is_empty() {
            self.needs_ports = true;
            all.push(Scope { ports, ..Scope::default() });
        }
        let place = plan.gateway.place;
        let found = rule(emission, Site::Gateway(None), place, &Conjunct::default(), &all)?;
        let mut found: Vec<AuthorizationRule> = found.into_iter().collect();
        let names = self.server_names();
        if !names.is_empty() {
            let when = vec![When::new("connection.sni".to_owned(), names, false)];
            found.push(AuthorizationRule { when, ..AuthorizationRule::default() });
        }
        Ok(found.into_iter().map(|rule| (place, rule)).collect())
    }
}
