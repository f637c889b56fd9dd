//! Conjuncts become rules of AuthorizationPolicies. What Istio can't say exactly is an error: never approximated.

use super::draft::Draft;
use super::principal;
use super::scope::{Scope, common};
use super::value::{path_values, text_values};
use crate::authorization_policy::{AuthorizationRule, Operation, To, When};
use crate::emission::Emission;
use gloo_domain::{HostPattern, MethodSet, PathPattern};
use gloo_ir::evaluate::attribute_words;
use gloo_ir::{AddressAttribute, Listener, ListenerProtocol, Test, TextAttribute, TextTest};
use gloo_source::{Place, Reported};
use gloo_target::{Conjunct, Literal};

/// Where a rule acts.
#[derive(Clone, Copy)]
pub(super) enum Site<'s> {
    /// On requests that come by a gateway; by this listener, where the condition is of a rule of its table.
    Gateway(Option<&'s Listener>),
    /// On calls to a service; its ports all speak HTTP, if so.
    Service { is_all_http: bool },
}

/// The rule for the requests of a conjunct in some scopes; `None`, if there are none.
pub(super) fn rule(
    emission: &mut Emission<'_>,
    site: Site<'_>,
    place: Place,
    conjunct: &Conjunct,
    scopes: &[Scope],
) -> Result<Option<AuthorizationRule>, Reported> {
    let mut writer = Writer { emission, site, place, draft: Draft::default() };
    for literal in &conjunct.literals {
        if !writer.literal(literal)? {
            return Ok(None);
        }
    }
    let draft = writer.draft;
    let mut to = Vec::new();
    for scope in scopes {
        let Some(operation) = draft.operation(scope) else { continue };
        if operation == Operation::default() {
            to.clear();
            break;
        }
        to.push(To { operation });
    }
    let is_everywhere = scopes.iter().any(|scope| draft.operation(scope) == Some(Operation::default()));
    if to.is_empty() && !is_everywhere {
        return Ok(None);
    }
    Ok(Some(AuthorizationRule { from: draft.from, to, when: draft.when }))
}

struct Writer<'w, 'a> {
    emission: &'w mut Emission<'a>,
    site: Site<'w>,
    place: Place,
    draft: Draft,
}

impl Writer<'_, '_> {
    /// Puts a literal into the draft; whether some request can still meet it.
    fn literal(&mut self, literal: &Literal) -> Result<bool, Reported> {
        let negated = literal.negated;
        self.only_of_http(&literal.test)?;
        match &literal.test {
            Test::Method(methods) => {
                let listed: MethodSet = methods.iter().copied().collect();
                let set = if negated { listed.complement() } else { listed };
                let all = self.draft.methods.map_or(set, |known| known.meet(set));
                self.draft.methods = Some(all);
                return Ok(!all.is_empty());
            }
            Test::Path(patterns) => self.paths(patterns, negated)?,
            Test::Host(patterns) => return self.hosts(patterns, negated),
            Test::HostMatches(_) => {
                return Err(
                    self.refuse("an expression for hosts", "name the hosts, or `*.` and what is above them")
                );
            }
            Test::Port(ports) => match self.site {
                Site::Gateway(Some(listener)) => return Ok(ports.contains(listener.port) != negated),
                _ => {
                    return Err(
                        self.refuse("a condition on `port`", "leave it out: pods may listen on other ports")
                    );
                }
            },
            Test::SchemeIsHttps => match self.site {
                Site::Gateway(Some(listener)) => {
                    return Ok((listener.protocol == ListenerProtocol::Https) != negated);
                }
                _ => return Err(self.refuse("a condition on `scheme`", "leave it out")),
            },
            Test::Text(attribute, test) => return self.text(attribute, test, negated),
            Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => {
                return self.source(&literal.test, negated);
            }
            Test::Address(attribute, ranges) => {
                let key = match (attribute, self.site) {
                    (AddressAttribute::Source, _) => "source.ip",
                    (AddressAttribute::Client, Site::Gateway(_)) => "remote.ip",
                    (AddressAttribute::Client, Site::Service { .. }) => {
                        let instead = "ask for it at the gateway: at a service it is what the sender says";
                        return Err(self.refuse("a condition on `client.ip` at a service", instead));
                    }
                };
                let values = ranges.iter().map(ToString::to_string).collect();
                self.draft.when.push(When::new(key.to_owned(), values, negated));
            }
            Test::Status(_) | Test::RouteName(_) | Test::Sampled(_) => {
                return Err(
                    self.refuse("a condition on the answer", "such conditions stand in `log` and `trace`")
                );
            }
        }
        Ok(true)
    }

    /// On a connection whose bytes the proxy doesn't read, Istio leaves out what a rule asks of them: a DENY would refuse
    /// more.
    fn only_of_http(&mut self, test: &Test) -> Result<(), Reported> {
        let is_of_connection = matches!(
            test,
            Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) | Test::Address(..)
        );
        match self.site {
            Site::Service { is_all_http: false } if !is_of_connection => Err(self.refuse(
                "a condition on requests for a service with a port that isn't HTTP",
                "declare a service of its own for that port, or ask for `source` alone",
            )),
            _ => Ok(()),
        }
    }

    fn refuse(&mut self, what: &str, instead: &str) -> Reported {
        let whose = match self.site {
            Site::Gateway(Some(_)) => "in a rule that this policy is for, or in one before it,",
            Site::Gateway(None) | Site::Service { .. } => "in `access` or `require`",
        };
        self.emission.refuse(self.place, &format!("{what} {whose}"), instead)
    }

    fn paths(&mut self, patterns: &[PathPattern], negated: bool) -> Result<(), Reported> {
        let mut values = Vec::new();
        for pattern in patterns {
            match path_values(pattern) {
                Some(found) => values.extend(found),
                None => {
                    let what = format!("the path `{pattern}`");
                    let instead = "ask for paths without wildcards, for `/a/**`, or for `starts_with`";
                    return Err(self.refuse(&what, instead));
                }
            }
        }
        if negated {
            self.draft.not_paths.extend(values);
        } else if self.draft.paths.is_none() {
            self.draft.paths = Some(values);
        } else {
            return Err(self
                .refuse("so many conditions on the path at once", "ask for one pattern that says the same"));
        }
        Ok(())
    }

    fn hosts(&mut self, patterns: &[HostPattern], negated: bool) -> Result<bool, Reported> {
        if matches!(self.site, Site::Service { .. }) {
            let instead = "leave it out: a service is called by many names";
            return Err(self.refuse("a condition on `host` at a service", instead));
        }
        if patterns.contains(&HostPattern::Any) {
            return Ok(!negated);
        }
        if negated {
            self.draft.not_hosts.extend(patterns.iter().cloned());
            return Ok(true);
        }
        let found = common(&self.draft.hosts, patterns);
        let is_possible = found.is_some();
        self.draft.hosts = found.unwrap_or_default();
        Ok(is_possible)
    }

    fn text(&mut self, attribute: &TextAttribute, test: &TextTest, negated: bool) -> Result<bool, Reported> {
        let key = match attribute {
            TextAttribute::Header(name) if name == "host" => {
                return Err(self.refuse("a condition on the header `host`", "ask for `host`"));
            }
            TextAttribute::Header(name) => format!("request.headers[{name}]"),
            TextAttribute::Claim { name, .. } if name.contains(['[', ']']) => {
                return Err(self.refuse("a claim with `[` or `]` in its name", "read another claim"));
            }
            TextAttribute::Claim { name, .. } => format!("request.auth.claims[{name}]"),
            TextAttribute::ServerName => match self.site {
                Site::Gateway(Some(listener)) if listener.protocol == ListenerProtocol::Http => {
                    return Ok(negated);
                }
                Site::Gateway(_) => "connection.sni".to_owned(),
                Site::Service { .. } => return Ok(negated),
            },
            TextAttribute::Query(_) | TextAttribute::Cookie(_) => {
                let what = format!("a condition on `{}`", attribute_words(attribute));
                return Err(self.refuse(&what, "ask for a path, a header or a claim"));
            }
            TextAttribute::ClientCertificateUri | TextAttribute::ClientCertificateDns => {
                let instead = "say `names:` in the listener's `client_certificate`";
                return Err(self.refuse("a condition on `client.cert`", instead));
            }
        };
        // Envoy takes a claim that is empty for an absent one.
        let is_claim = matches!(attribute, TextAttribute::Claim { .. });
        let values = text_values(test).filter(|values| !is_claim || !values.contains(&"*".to_owned()));
        let Some(values) = values else {
            let what = format!("this condition on `{}`", attribute_words(attribute));
            let instead = if is_claim {
                "ask for it with `==`, `in`, `starts_with` or `ends_with`; `!(claim == x)` holds without the claim too"
            } else {
                "ask for it with `==`, `in`, `starts_with` or `ends_with`, and texts that aren't empty and have no `*` at an end"
            };
            return Err(self.refuse(&what, instead));
        };
        self.draft.when.push(When::new(key, values, negated));
        Ok(true)
    }

    fn source(&mut self, test: &Test, negated: bool) -> Result<bool, Reported> {
        if matches!(self.site, Site::Gateway(_)) {
            // Nobody who comes by a gateway has an identity of the mesh.
            let found = match test {
                Test::Source(patterns) => patterns.iter().any(|pattern| {
                    matches!(pattern, gloo_ir::SourcePattern::Any | gloo_ir::SourcePattern::Outside)
                }),
                _ => false,
            };
            return Ok(found != negated);
        }
        let sources = match principal::sources(self.emission.plan, test) {
            Ok(sources) => sources,
            Err(what) => {
                return Err(self.refuse(&what, "name services, gateways and namespaces"));
            }
        };
        let when = |values, negated| When::new("source.principal".to_owned(), values, negated);
        let any = vec!["*".to_owned()];
        match (sources.anybody, negated) {
            (true, _) => return Ok(!negated),
            (false, true) => {
                self.draft.when.extend(sources.outside.then(|| when(any, false)));
                self.draft.when.extend((!sources.known.is_empty()).then(|| when(sources.known, true)));
            }
            (false, false) if sources.outside && sources.known.is_empty() => {
                self.draft.when.push(when(any, true));
            }
            (false, false) if sources.known.is_empty() => return Ok(false),
            (false, false) if self.draft.from.is_empty() => self.draft.from = sources.from(),
            (false, false) if sources.outside => {
                let what = "`outside` beside others, and one more condition on `source`,";
                return Err(self.refuse(what, "write an entry for `outside` and one for the others"));
            }
            (false, false) => self.draft.when.push(when(sources.known, false)),
        }
        Ok(true)
    }
}
