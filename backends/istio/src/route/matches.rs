//! Conjuncts become matches.

use super::caller::asks_for_cluster;
use super::draft::{Draft, Limit};
use super::scene::Scene;
use crate::emission::Emission;
use crate::string_match::{StringMatch, alternatives};
use crate::virtual_service::HttpMatch;
use gloo_domain::{AddressRange, HostPattern, MethodSet, escaped};
use gloo_ir::{AddressAttribute, Test};
use gloo_source::{Place, Reported};
use gloo_target::{Conjunct, Literal, PlanRule};

/// So many matches may a rule come to.
const MAX_MATCHES: usize = 1024;

/// The header that `ip_tagging` puts its names in. It takes away what a client sends by that name.
const TAGS: &str = "x-envoy-ip-tags";

/// The matches of a rule: none if no request here meets it; one that asks for nothing if all do.
pub(crate) fn of_rule(
    emission: &mut Emission<'_>,
    scene: Scene<'_>,
    rule: &PlanRule,
) -> Result<Vec<HttpMatch>, Reported> {
    let mut matches: Vec<HttpMatch> = Vec::new();
    for conjunct in &rule.matches {
        for found in of_conjunct(emission, scene, rule.origin.place, conjunct)? {
            if !matches.contains(&found) {
                matches.push(found);
            }
        }
        if matches.len() > MAX_MATCHES {
            return Err(emission.refuse(
                rule.origin.place,
                "a condition with so many alternatives",
                "split the rule into several",
            ));
        }
    }
    if matches.contains(&HttpMatch::default()) {
        matches = vec![HttpMatch::default()];
    }
    Ok(matches)
}

fn of_conjunct(
    emission: &mut Emission<'_>,
    scene: Scene<'_>,
    place: Place,
    conjunct: &Conjunct,
) -> Result<Vec<HttpMatch>, Reported> {
    let mut writer = Writer { emission, scene, place };
    let mut drafts = vec![Draft::default()];
    for literal in &conjunct.literals {
        drafts = writer.literal(drafts, literal)?;
        if drafts.len() > MAX_MATCHES {
            break;
        }
    }
    let mut matches = Vec::new();
    for draft in drafts {
        match draft.finish() {
            Ok(found) => matches.extend(found),
            Err(limit) => return Err(writer.beyond(limit)),
        }
    }
    Ok(matches)
}

pub(super) struct Writer<'w, 'a> {
    pub(super) emission: &'w mut Emission<'a>,
    pub(super) scene: Scene<'w>,
    pub(super) place: Place,
}

impl Writer<'_, '_> {
    fn beyond(&mut self, limit: Limit) -> Reported {
        match limit {
            Limit::TooMany(what) => self.emission.refuse(
                self.place,
                &format!("so many conditions on {what} at once"),
                "ask for one pattern that says the same, or split the rule",
            ),
            Limit::TooLong => self.emission.refuse(
                self.place,
                "a condition that comes to an expression of more than 1,024 characters",
                "ask for less in one rule: split it into several",
            ),
        }
    }

    fn literal(&mut self, mut drafts: Vec<Draft>, literal: &Literal) -> Result<Vec<Draft>, Reported> {
        let negated = literal.negated;
        let decided = match &literal.test {
            Test::Path(patterns) if !negated => {
                return Ok(drafts
                    .iter()
                    .flat_map(|draft| {
                        patterns.iter().map(|pattern| {
                            let mut draft = draft.clone();
                            draft.paths.push(pattern.clone());
                            draft
                        })
                    })
                    .collect());
            }
            Test::Path(patterns) => {
                drafts.iter_mut().for_each(|draft| draft.not_paths.extend(patterns.iter().cloned()));
                None
            }
            Test::Method(methods) => {
                let listed: MethodSet = methods.iter().copied().collect();
                let set = if negated { listed.complement() } else { listed };
                drafts.iter_mut().for_each(|draft| draft.methods = draft.methods.meet(set));
                None
            }
            Test::Host(patterns) => self.host(&mut drafts, patterns, negated)?,
            Test::HostMatches(regex) => match self.scene.exact_host() {
                Some(host) => Some(regex.contains(host)),
                None => {
                    self.host_at_gateway()?;
                    put_host(&mut drafts, &format!("(?i:{})", regex.to_embeddable()), negated);
                    None
                }
            },
            Test::Port(ports) => match self.scene {
                Scene::Gateway { listener, .. } => Some(ports.contains(listener.port)),
                Scene::Mesh { service, .. } => {
                    let called =
                        service.ports.iter().filter(|port| port.protocol.is_http()).map(|port| port.number);
                    let asked: Vec<u16> = called.filter(|port| ports.contains(*port) != negated).collect();
                    return Ok(drafts
                        .iter()
                        .flat_map(|draft| asked.iter().map(move |port| (draft, *port)))
                        .filter(|(draft, port)| draft.port.is_none_or(|other| other == *port))
                        .map(|(draft, port)| Draft { port: Some(port), ..draft.clone() })
                        .collect());
                }
            },
            Test::SchemeIsHttps => Some(self.scene.is_https()),
            Test::Text(attribute, test) => self.text(&mut drafts, attribute, test, negated)?,
            Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => {
                Some(self.source(&literal.test)?)
            }
            Test::Address(attribute, ranges) => {
                self.address(&mut drafts, *attribute, ranges, negated)?;
                None
            }
            Test::Status(_) | Test::RouteName(_) | Test::Sampled(_) => {
                return Err(self.emission.refuse(
                    self.place,
                    "a condition on the answer in a route",
                    "such conditions stand in `log` and `trace`",
                ));
            }
        };
        // What is known here already decides the conjunct or falls out of it.
        Ok(if decided.is_none_or(|holds| holds != negated) { drafts } else { Vec::new() })
    }

    fn host(
        &mut self,
        drafts: &mut [Draft],
        patterns: &[HostPattern],
        negated: bool,
    ) -> Result<Option<bool>, Reported> {
        if let Some(host) = self.scene.exact_host() {
            return Ok(Some(patterns.iter().any(|pattern| pattern.contains(host))));
        }
        self.host_at_gateway()?;
        let one = |pattern: &HostPattern| match pattern {
            HostPattern::Any => ".*".to_owned(),
            HostPattern::Wildcard(name) => format!(".+\\.{}", escaped(name.as_str())),
            HostPattern::Exact(name) => escaped(name.as_str()),
        };
        put_host(drafts, &format!("(?i:{})", alternatives(patterns.iter().map(one))), negated);
        Ok(None)
    }

    /// In the mesh the host is the service, by many names.
    fn host_at_gateway(&mut self) -> Result<(), Reported> {
        match self.scene {
            Scene::Gateway { .. } => Ok(()),
            Scene::Mesh { .. } => Err(self.emission.refuse(
                self.place,
                "a condition on the host of a call between services",
                "the table is for one service: leave the condition out",
            )),
        }
    }

    fn source(&mut self, test: &Test) -> Result<bool, Reported> {
        let Scene::Mesh { caller, .. } = self.scene else {
            return Err(self.emission.refuse(
                self.place,
                "a condition on `source` at a gateway",
                "ask for it in a table `on mesh`, or in `access`",
            ));
        };
        if asks_for_cluster(test) {
            return Err(self.emission.not_lowered(self.place, "a rule that asks for the source's cluster"));
        }
        let known = match test {
            Test::Source(patterns) => {
                let mut is = patterns.iter().map(|pattern| caller.is(pattern));
                is.try_fold(false, |found, is| is.map(|is| found || is))
            }
            Test::SourceNamespace(namespaces) => {
                Some(namespaces.iter().any(|namespace| caller.is_of(namespace)))
            }
            _ => None,
        };
        match known {
            Some(known) => Ok(known),
            None => Err(self.emission.refuse(
                self.place,
                "a rule that tells callers by a SPIFFE identity",
                "name the service: `source == NAMESPACE.SERVICE`",
            )),
        }
    }

    fn address(
        &mut self,
        drafts: &mut [Draft],
        attribute: AddressAttribute,
        ranges: &[AddressRange],
        negated: bool,
    ) -> Result<(), Reported> {
        let word = match attribute {
            AddressAttribute::Client => "client.ip",
            AddressAttribute::Source => "source.ip",
        };
        let is_client = attribute == AddressAttribute::Client || self.scene.peer_is_client();
        let tag = match self.scene {
            Scene::Gateway { tags, .. } if is_client => tags.name(ranges),
            _ => None,
        };
        let Some(tag) = tag else {
            let instead = match self.scene {
                Scene::Gateway { .. } => {
                    "ask for `client.ip`, or say `client_address: direct` on the gateway"
                }
                Scene::Mesh { .. } => "ask for it at the gateway, or ask for `source`",
            };
            return Err(self.emission.refuse(self.place, &format!("a condition on `{word}` here"), instead));
        };
        let tagged = StringMatch::Regex(format!("(?:.*,)?{}(?:,.*)?", escaped(tag)));
        for draft in drafts {
            let header = draft.header(TAGS);
            if negated {
                header.unwanted.insert(tagged.clone())
            } else {
                header.wanted.insert(tagged.clone())
            };
        }
        Ok(())
    }
}

fn put_host(drafts: &mut [Draft], expression: &str, negated: bool) {
    for draft in drafts {
        if negated {
            draft.not_hosts.insert(expression.to_owned())
        } else {
            draft.hosts.insert(expression.to_owned())
        };
    }
}
