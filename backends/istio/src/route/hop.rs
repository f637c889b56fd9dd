//! The hop from a gateway to a service that has a mesh table.
//!
//! The table chooses the destination of a gateway's calls too. Istio asks it in sidecars only, so at a gateway each rule
//! that goes to such a service is written with the table's rules put in: one rule for each, for the requests of both.

use super::caller::asks_for_cluster;
use crate::emission::Emission;
use gloo_ir::{
    At, Gateway, HeaderOperation, Options, Percent, Redirect, Respond, SourcePattern, Target, Test,
    TextAttribute,
};
use gloo_source::{Place, Reported};
use gloo_target::{Answer, Conjunct, Literal, MeshEntry, PlanRule, RuleOrigin, UpstreamKey};
use std::sync::Arc;

/// What a mesh table's last rule is called where nothing of it matches.
const NO_RULE: &str = "no rule";

/// A part of what a rule sends on, and whether the table for it, if any, has chosen already.
#[derive(Clone)]
struct Part {
    key: UpstreamKey,
    percent: Percent,
    chosen: bool,
}

/// A rule on its way, with its parts if it forwards.
struct Open {
    rule: PlanRule,
    parts: Vec<Part>,
}

/// The rules of a gateway with the mesh tables of their destinations put in. What can't be said has been reported.
pub(crate) fn with_tables(
    emission: &mut Emission<'_>,
    gateway: &Gateway,
    rules: &[Arc<PlanRule>],
) -> Vec<Arc<PlanRule>> {
    if emission.plan.mesh.is_empty() {
        return rules.to_vec();
    }
    let mut result = Vec::new();
    for rule in rules {
        let asks = |key: &UpstreamKey| entry(emission, key).is_some();
        let copied = rule.options.mirror.as_ref().filter(|mirror| asks(&UpstreamKey::of(&mirror.to)));
        let place = copied.map(|mirror| mirror.at);
        let is_open =
            matches!(&rule.answer, Answer::Forward(shares) if shares.iter().any(|(key, _)| asks(key)));
        if let Some(place) = place {
            let what = "a copy to a service that has a mesh table";
            emission.refuse(place, what, "copy to one of the service's subsets");
        } else if is_open {
            result.extend(
                Writer { emission, gateway, place: rule.origin.place }.write(rule).unwrap_or_default(),
            );
        } else {
            result.push(rule.clone());
        }
    }
    result
}

/// The mesh entry that has a word on calls to the target: only the whole service is still open.
fn entry<'a>(emission: &Emission<'a>, key: &UpstreamKey) -> Option<&'a MeshEntry> {
    let Target::Service { service, subset: None, .. } = &key.target else { return None };
    emission.plan.mesh.iter().find(|entry| entry.service.id == *service)
}

struct Writer<'w, 'a> {
    emission: &'w mut Emission<'a>,
    gateway: &'w Gateway,
    place: Place,
}

impl Writer<'_, '_> {
    fn refuse(&mut self, what: &str) -> Reported {
        let instead = "send the rule's requests to one of the service's subsets, or leave the mesh table to other callers";
        let what = format!("a gateway's rule for a service whose mesh table {what}");
        self.emission.refuse(self.place, &what, instead)
    }

    fn write(&mut self, rule: &PlanRule) -> Result<Vec<Arc<PlanRule>>, Reported> {
        let mut open = vec![opened(rule.clone())];
        let mut done = Vec::new();
        while let Some(next) = open.pop() {
            let found =
                next.parts.iter().position(|part| !part.chosen && entry(self.emission, &part.key).is_some());
            let Some(index) = found else {
                done.push(Arc::new(closed(next)));
                continue;
            };
            let mut replaced = self.ask(&next, index)?;
            replaced.reverse();
            open.extend(replaced);
        }
        Ok(done)
    }

    /// The rule with the table of one of its parts put in, in the order in which the table's rules decide.
    fn ask(&mut self, open: &Open, index: usize) -> Result<Vec<Open>, Reported> {
        let Some(part) = open.parts.get(index) else { return Ok(Vec::new()) };
        let Some(entry) = entry(self.emission, &part.key) else { return Ok(Vec::new()) };
        let mut result = Vec::new();
        for chosen in &entry.rules {
            if chosen.origin.title == NO_RULE {
                // The call goes on to the port that it was meant for.
                let mut passed = Open { rule: open.rule.clone(), parts: open.parts.clone() };
                if let Some(part) = passed.parts.get_mut(index) {
                    part.chosen = true;
                }
                result.push(passed);
                break;
            }
            let matches = self.both(&open.rule, chosen)?;
            if matches.is_empty() {
                continue;
            }
            let is_all = matches == open.rule.matches;
            result.push(self.put(open, index, chosen, matches)?);
            if is_all {
                break;
            }
        }
        Ok(result)
    }

    /// The requests of the gateway's rule that the table's rule is for.
    fn both(&mut self, rule: &PlanRule, chosen: &PlanRule) -> Result<Vec<Conjunct>, Reported> {
        let mut here = Vec::new();
        for conjunct in &chosen.matches {
            here.extend(self.here(rule, conjunct)?);
        }
        if here.iter().any(Conjunct::is_always) {
            return Ok(rule.matches.clone());
        }
        let meet = |one: &Conjunct| here.iter().filter_map(|other| one.meet(other)).collect::<Vec<_>>();
        Ok(rule.matches.iter().flat_map(meet).collect())
    }

    /// A conjunct of the table with what is known of the gateway as a caller decided; `None` if it isn't met.
    fn here(&mut self, rule: &PlanRule, conjunct: &Conjunct) -> Result<Option<Conjunct>, Reported> {
        let mut kept = Conjunct::default();
        for literal in &conjunct.literals {
            let known = match &literal.test {
                test if asks_for_cluster(test) => {
                    let what = "a mesh table that asks for the source's cluster, for calls of a gateway,";
                    return Err(self.emission.not_lowered(self.place, what));
                }
                Test::Source(patterns) => Some(patterns.iter().any(|pattern| self.is(pattern))),
                Test::SourceNamespace(namespaces) => Some(namespaces.iter().any(|id| self.is_namespace(id))),
                Test::Port(_) => return Err(self.refuse("asks for the port")),
                Test::Host(_) | Test::HostMatches(_) => return Err(self.refuse("asks for the host")),
                Test::Path(_) if rule.options.rewrite.is_some() => {
                    return Err(self.refuse("asks for the path, which the rule rewrites"));
                }
                Test::Text(TextAttribute::Header(name), _) if changes(&rule.options, name) => {
                    return Err(self.refuse("asks for a header that the rule changes"));
                }
                _ => None,
            };
            match known {
                Some(holds) if holds == literal.negated => return Ok(None),
                Some(_) => {}
                None => kept.literals.push(Literal { test: literal.test.clone(), negated: literal.negated }),
            }
        }
        Ok(Some(kept))
    }

    fn is(&self, pattern: &SourcePattern) -> bool {
        match pattern {
            SourcePattern::Any => true,
            SourcePattern::Outside | SourcePattern::Service { .. } => false,
            SourcePattern::Gateway { gateway, .. } => *gateway == self.gateway.id,
            SourcePattern::Namespace { namespace, .. } => self.is_namespace(namespace),
            SourcePattern::Identity(identity) => {
                let Gateway { namespace, account, .. } = self.gateway;
                *identity
                    == format!("spiffe://{}/ns/{namespace}/sa/{account}", self.emission.plan.trust_domain)
            }
        }
    }

    fn is_namespace(&self, id: &gloo_ir::NamespaceId) -> bool {
        let services = &self.emission.plan.services;
        services.iter().any(|one| one.namespace.id == *id && one.namespace.name == self.gateway.namespace)
    }

    /// The gateway's rule, for these requests, with the answer of the table's rule in the place of a part.
    fn put(
        &mut self,
        open: &Open,
        index: usize,
        chosen: &PlanRule,
        matches: Vec<Conjunct>,
    ) -> Result<Open, Reported> {
        let rule = &open.rule;
        let origin = RuleOrigin {
            title: format!("{} {} {}", rule.origin.title, chosen.origin.table, chosen.origin.title),
            ..rule.origin.clone()
        };
        let alone = open.parts.len() == 1;
        if !alone && chosen.options != Options::default() {
            return Err(self.refuse("has options for one part of its split"));
        }
        match &chosen.answer {
            Answer::Forward(shares) => {
                let options = self.join(&rule.options, &chosen.options)?;
                let path = if chosen.options.rewrite.is_some() { &chosen.path } else { &rule.path };
                let mut parts = open.parts.clone();
                let whole = parts.get(index).map_or(Percent::ALL, |part| part.percent);
                let of = |(key, percent): &(UpstreamKey, Percent)| Part {
                    key: key.clone(),
                    percent: part_of(whole, *percent),
                    chosen: true,
                };
                parts.splice(index..=index, shares.iter().map(of));
                let rule =
                    PlanRule { origin, matches, path: path.clone(), answer: rule.answer.clone(), options };
                Ok(Open { rule, parts })
            }
            Answer::Redirect(_) | Answer::Respond(_) if !alone => {
                Err(self.refuse("answers one part of its split"))
            }
            answer @ (Answer::Redirect(Redirect { .. }) | Answer::Respond(Respond { .. })) => {
                let mut options = chosen.options.clone();
                options.response_headers.extend(rule.options.response_headers.iter().cloned());
                let (answer, path) = (answer.clone(), chosen.path.clone());
                Ok(Open { rule: PlanRule { origin, matches, path, answer, options }, parts: Vec::new() })
            }
        }
    }

    /// The options of both. Where both say one there is no single route that does the same.
    fn join(&mut self, outer: &Options, inner: &Options) -> Result<Options, Reported> {
        let twice = [
            (outer.timeout.is_some() && inner.timeout.is_some(), "timeout"),
            (outer.retries.is_some() && inner.retries.is_some(), "retries"),
            (outer.rewrite.is_some() && inner.rewrite.is_some(), "rewrite"),
            (outer.host.is_some() && inner.host.is_some(), "host"),
            (outer.mirror.is_some() && inner.mirror.is_some(), "mirror"),
            (outer.fault.is_some() && inner.fault.is_some(), "fault"),
            (outer.hash.is_some() && inner.hash.is_some(), "hash"),
        ];
        if let Some((_, word)) = twice.into_iter().find(|(both, _)| *both) {
            return Err(self.refuse(&format!("says `{word}` as the rule does")));
        }
        let upgrades = |options: &Options| options.websocket.as_ref().is_none_or(|websocket| websocket.value);
        Ok(Options {
            timeout: outer.timeout.or(inner.timeout),
            retries: outer.retries.clone().or_else(|| inner.retries.clone()),
            rewrite: outer.rewrite.clone().or_else(|| inner.rewrite.clone()),
            host: outer.host.clone().or_else(|| inner.host.clone()),
            mirror: outer.mirror.clone().or_else(|| inner.mirror.clone()),
            request_headers: joined(&outer.request_headers, &inner.request_headers),
            response_headers: joined(&inner.response_headers, &outer.response_headers),
            fault: outer.fault.clone().or_else(|| inner.fault.clone()),
            hash: outer.hash.clone().or_else(|| inner.hash.clone()),
            websocket: if upgrades(outer) { inner.websocket } else { outer.websocket },
        })
    }
}

fn joined(first: &[At<HeaderOperation>], then: &[At<HeaderOperation>]) -> Vec<At<HeaderOperation>> {
    first.iter().chain(then).cloned().collect()
}

fn changes(options: &Options, header: &str) -> bool {
    options.request_headers.iter().any(|operation| match &operation.value {
        HeaderOperation::Set(name, _) | HeaderOperation::Add(name, _) | HeaderOperation::Remove(name) => {
            name == header
        }
    })
}

fn opened(rule: PlanRule) -> Open {
    let parts = match &rule.answer {
        Answer::Forward(shares) => {
            let part = |(key, percent): &(UpstreamKey, Percent)| Part {
                key: key.clone(),
                percent: *percent,
                chosen: false,
            };
            shares.iter().map(part).collect()
        }
        Answer::Redirect(_) | Answer::Respond(_) => Vec::new(),
    };
    Open { rule, parts }
}

fn closed(open: Open) -> PlanRule {
    let Open { mut rule, parts } = open;
    if matches!(rule.answer, Answer::Forward(_)) {
        rule.answer = Answer::Forward(parts.into_iter().map(|part| (part.key, part.percent)).collect());
    }
    rule
}

/// The part of all requests that a share of a part is.
fn part_of(whole: Percent, share: Percent) -> Percent {
    let product =
        u64::from(whole.millionths) * u64::from(share.millionths) / u64::from(Percent::ALL.millionths);
    Percent { millionths: u32::try_from(product).unwrap_or(whole.millionths) }
}
