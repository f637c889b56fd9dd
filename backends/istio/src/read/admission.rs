//! Who may pass at a workload: its AuthorizationPolicies, with the tokens that they see, as `require` and `access`.
//!
//! A DENY rule that is answered 401 and asks for no token of an issuer is a `require`; every other rule is one of `access`.
//! Envoy goes through all DENY rules in the order of their names, and then through the ALLOW rules.

use super::authorization::{self, Names, Rule, Rules};
use super::filters::Patches;
use super::manager::Manager;
use super::met::{self, Met, not};
use super::tokens::Tokens;
use super::value::Pattern;
use gloo_domain::HostPattern;
use gloo_ir::normal_form::disjuncts;
use gloo_ir::{
    Access, AccessRule, Clause, ClauseKind, Effect, Listener, Policy, PolicyId, Predicate, Scope, Scoped,
    SourcePattern, Test,
};
use gloo_source::Place;
use gloo_target::Unread;
use std::collections::BTreeMap;

/// What holds at a workload.
#[derive(Debug)]
pub(super) struct Guard {
    rules: Rules,
    tokens: Option<Tokens>,
    /// What 401 is answered to, by the names of rules.
    unauthorized: Vec<bool>,
}

/// A requirement or an access block.
#[derive(Debug, Default)]
pub(super) struct Admission {
    pub policy: Option<Policy>,
    pub access: Option<Access>,
}

/// What holds at the pods with these labels.
pub(super) fn read(
    names: Names<'_>,
    world: &super::world::World<'_>,
    (namespace, labels): (&str, &BTreeMap<String, String>),
    patches: &Patches,
) -> Result<Guard, Unread> {
    let rules = authorization::read(names, world, namespace, labels)?;
    let status = |manager: &Manager, rule: &Rule| match manager.status(&rule.key) {
        401 => Ok(true),
        403 => Ok(false),
        _ => Err(said(&rule.unread, "another status would be answered than 401 and 403")),
    };
    let unauthorized: Vec<bool> =
        rules.denies.iter().map(|rule| status(&patches.manager, rule)).collect::<Result<_, _>>()?;
    for rule in rules.allows.iter().flatten() {
        if status(&patches.manager, rule)? {
            return Err(said(&rule.unread, "whom no rule allows is answered 403"));
        }
    }
    // Those that are refused by both are answered what the first says.
    let keys = |wanted: bool| {
        let both = rules.denies.iter().zip(&unauthorized);
        both.filter(move |(_, unauthorized)| **unauthorized == wanted).map(|(rule, _)| rule)
    };
    let last = keys(true).max_by_key(|rule| &rule.key);
    let first = keys(false).min_by_key(|rule| &rule.key);
    if let (Some(last), Some(first)) = (last, first)
        && last.key > first.key
    {
        return Err(said(&first.unread, "some would be answered 403 before a token is asked for"));
    }
    let tokens = patches.tokens(names.base)?;
    Ok(Guard { rules, tokens, unauthorized })
}

fn said(unread: &Unread, what: &str) -> Unread {
    Unread { what: what.to_owned(), ..unread.clone() }
}

impl Guard {
    /// Whether everybody passes.
    pub fn is_open(&self) -> bool {
        self.rules.denies.is_empty() && self.rules.allows.is_none()
    }

    /// Why something of it can't be read.
    pub fn unread(&self, what: &str) -> Option<Unread> {
        let first = self.rules.denies.first().or(self.rules.allows.iter().flatten().next());
        first.map(|rule| said(&rule.unread, what))
    }

    /// Connections that a listener passes on must not be refused.
    pub fn at_connections(&self, listener: &Listener) -> Result<(), Unread> {
        if let Some(rule) = self.rules.denies.iter().find(|rule| met::may_refuse(rule, listener)) {
            return Err(said(&rule.unread, "connections that are passed on would be refused"));
        }
        match &self.rules.allows {
            Some(allows) if !allows.iter().any(|rule| met::lets_in(rule, listener)) => {
                Err(self.refuses_all("connections that are passed on would be refused"))
            }
            _ => Ok(()),
        }
    }

    fn refuses_all(&self, what: &str) -> Unread {
        let anywhere =
            Unread { file: String::new(), at: "AuthorizationPolicy".to_owned(), what: what.to_owned() };
        self.unread(what).unwrap_or(anywhere)
    }

    /// Hosts that a listener doesn't serve must be answered 404: no rule refuses them.
    pub fn beyond(&self, listener: &Listener) -> Result<(), Unread> {
        if listener.hosts.is_empty() || listener.hosts.contains(&HostPattern::Any) {
            return Ok(());
        }
        let beyond = || not(Predicate::Test(Test::Host(listener.hosts.clone())));
        for rule in &self.rules.denies {
            if !is_never(&met::of_requests(rule, Some(listener)).asked.and(beyond())) {
                return Err(said(&rule.unread, "hosts that the listener doesn't serve would be refused"));
            }
        }
        let Some(allows) = &self.rules.allows else { return Ok(()) };
        let met = allows.iter().map(|rule| met::of_requests(rule, Some(listener)));
        let by_host = met.filter(|met| met.claims.is_empty() && asks_for_hosts_alone(&met.asked));
        let allowed = Predicate::Any(by_host.map(|met| met.asked).collect());
        if is_never(&not(allowed).and(beyond())) {
            return Ok(());
        }
        Err(self.refuses_all("hosts that the listener doesn't serve would be refused"))
    }

    /// What is asked where requests come by a listener, or at a service's own proxy.
    pub fn at(
        &self,
        (scope, place): (Scope, Place),
        listener: Option<&Listener>,
        title: &str,
    ) -> Result<Admission, Unread> {
        let target = Scoped { scope, cluster: None, place };
        let mut clauses = Vec::new();
        let mut others: Vec<(Effect, &Rule, Met)> = Vec::new();
        for (rule, unauthorized) in self.rules.denies.iter().zip(&self.unauthorized) {
            let met = met::of_requests(rule, listener);
            if *unauthorized {
                let tokens = self.required(rule, &met)?;
                let kind = ClauseKind::Require(vec![tokens.provider.clone()]);
                clauses.push(Clause { place, doc: None, kind, condition: met.asked });
            } else {
                others.push((Effect::Deny, rule, met));
            }
        }
        for rule in self.rules.allows.iter().flatten() {
            others.push((Effect::Allow, rule, met::of_requests(rule, listener)));
        }
        let required = || Predicate::Any(clauses.iter().map(|clause| clause.condition.clone()).collect());
        self.takes_away(listener, required())?;
        let mut rules = Vec::new();
        for (effect, rule, met) in others {
            let condition = match (&self.tokens, met.claims.is_empty()) {
                (_, true) => met.asked,
                (None, false) => {
                    return Err(said(&rule.unread, "nobody verifies the claims that this asks for"));
                }
                (Some(tokens), false) => {
                    if !is_never(&met.asked.clone().and(not(required()))) {
                        return Err(said(&rule.unread, "claims count where no token is required"));
                    }
                    met.predicate(&tokens.provider, &rule.unread)?
                }
            };
            rules.push(AccessRule { place, doc: None, effect, sources: vec![SourcePattern::Any], condition });
        }
        if self.rules.allows.is_none() && !rules.is_empty() {
            let (effect, sources) = (Effect::Allow, vec![SourcePattern::Any]);
            rules.push(AccessRule { place, doc: None, effect, sources, condition: Predicate::always() });
        }
        let is_closed = self.rules.allows.is_some() || !rules.is_empty();
        let access = is_closed.then(|| Access { place, doc: None, targets: vec![target.clone()], rules });
        let id = PolicyId::new(format!("policies of {title}"));
        let policy = (!clauses.is_empty()).then(|| Policy {
            id,
            place,
            doc: None,
            targets: vec![target],
            shadow: false,
            replaces: Vec::new(),
            clauses,
        });
        Ok(Admission { policy, access })
    }

    /// Whose token a rule requires: it refuses those with another issuer, or none.
    fn required(&self, rule: &Rule, met: &Met) -> Result<&Tokens, Unread> {
        let tokens = self.tokens.as_ref().ok_or_else(|| said(&rule.unread, "nobody looks at tokens"))?;
        match met.claims.as_slice() {
            [(name, values, others)]
                if name == "iss"
                    && values.is_empty()
                    && *others == [Pattern::Exact(tokens.issuer.clone())] =>
            {
                Ok(tokens)
            }
            _ => Err(said(&rule.unread, "it isn't known whose token this asks for")),
        }
    }

    /// A good token that isn't forwarded is taken away wherever it stands, so it must be required everywhere.
    fn takes_away(&self, listener: Option<&Listener>, required: Predicate) -> Result<(), Unread> {
        match &self.tokens {
            Some(tokens) if !tokens.forward => {
                let hosts = listener.map(|listener| listener.hosts.clone()).filter(|hosts| !hosts.is_empty());
                let served = hosts.map_or(Predicate::always(), |hosts| Predicate::Test(Test::Host(hosts)));
                let what = "tokens are taken away where none is required";
                if is_never(&served.and(not(required))) { Ok(()) } else { Err(self.refuses_all(what)) }
            }
            _ => Ok(()),
        }
    }

    /// At a service's own proxy hosts are names of it, ports those of its pods, and not all bytes are HTTP.
    pub fn at_service(&self, is_all_http: bool) -> Result<(), Unread> {
        for rule in self.rules.denies.iter().chain(self.rules.allows.iter().flatten()) {
            if rule.operations.iter().any(|operation| !operation.ports.is_empty()) {
                return Err(said(&rule.unread, "the ports of a service's pods aren't known"));
            }
            if met::asks_for_host(&met::of_requests(rule, None).asked) {
                return Err(said(&rule.unread, "a service is called by many names"));
            }
            if !is_all_http && met::asks_of_http(rule) {
                return Err(said(&rule.unread, "connections would be refused or let in by something else"));
            }
        }
        Ok(())
    }
}

/// Whether no request meets it, as far as that is known.
fn is_never(predicate: &Predicate) -> bool {
    disjuncts(predicate).is_ok_and(|conjuncts| conjuncts.is_empty())
}

fn asks_for_hosts_alone(predicate: &Predicate) -> bool {
    let mut is_so = true;
    predicate.each_test(&mut |test| is_so &= matches!(test, Test::Host(_)));
    is_so
}
