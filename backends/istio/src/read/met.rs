//! What a rule of an AuthorizationPolicy asks where it is met: at a listener, at a service, of a connection.

use super::authorization::{Condition, Rule};
use super::value::{self, Pattern};
use gloo_domain::HostPattern;
use gloo_ir::{Listener, ListenerProtocol, Predicate, ProviderId, Test, TextAttribute};
use gloo_target::Unread;

/// What a rule asks.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// Of the request itself.
    pub asked: Predicate,
    /// Of claims: the name, one of the first, none of the second.
    pub claims: Vec<(String, Vec<Pattern>, Vec<Pattern>)>,
}

impl Met {
    /// All that is asked, with claims of a provider's tokens. A claim that may be anything but empty can't be said.
    pub fn predicate(&self, provider: &ProviderId, unread: &Unread) -> Result<Predicate, Unread> {
        let mut all = vec![self.asked.clone()];
        for (name, values, others) in &self.claims {
            if values.iter().chain(others).any(|pattern| *pattern == Pattern::Any) {
                let what = format!("an empty claim `{name}` would be taken for an absent one");
                return Err(Unread { what, ..unread.clone() });
            }
            let claim = TextAttribute::Claim { provider: provider.clone(), name: name.clone() };
            all.extend((!values.is_empty()).then(|| value::any_of(&claim, values)));
            all.extend((!others.is_empty()).then(|| not(value::any_of(&claim, others))));
        }
        Ok(Predicate::All(all))
    }
}

pub(super) fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

/// What a rule asks of requests that come by a listener; by a service's own proxy without one.
pub(super) fn of_requests(rule: &Rule, listener: Option<&Listener>) -> Met {
    let mut all = Vec::new();
    if !rule.operations.is_empty() {
        let is_at = |ports: &std::collections::BTreeSet<u16>| {
            ports.is_empty() || listener.is_some_and(|listener| ports.contains(&listener.port))
        };
        let met = rule.operations.iter().filter(|operation| is_at(&operation.ports));
        all.push(Predicate::Any(met.map(|operation| Predicate::All(operation.asked.clone())).collect()));
    }
    if !rule.senders.is_empty() {
        all.push(Predicate::Any(rule.senders.clone()));
    }
    let mut claims = Vec::new();
    for condition in &rule.conditions {
        match condition {
            Condition::Header(predicate) | Condition::Connection(predicate) => all.push(predicate.clone()),
            Condition::Claim(name, values, others) => {
                claims.push((name.clone(), values.clone(), others.clone()));
            }
            Condition::ServerName(values, others) => {
                all.extend((!values.is_empty()).then(|| server_name(values, listener)));
                all.extend((!others.is_empty()).then(|| not(server_name(others, listener))));
            }
        }
    }
    Met { asked: Predicate::All(all), claims }
}

/// Whether the server name is one of these; what is known of it at a listener is said.
fn server_name(patterns: &[Pattern], listener: Option<&Listener>) -> Predicate {
    let tls = listener.filter(|listener| listener.protocol != ListenerProtocol::Http);
    let possible = |pattern: &&Pattern| {
        let Some(listener) = tls else { return false };
        let known = host_of(pattern);
        let meets = |host: &HostPattern| known.as_ref().is_none_or(|known| known.meets(host));
        listener.hosts.is_empty() || listener.hosts.iter().any(meets)
    };
    let left: Vec<Pattern> = patterns.iter().filter(possible).cloned().collect();
    value::any_of(&TextAttribute::ServerName, &left)
}

fn host_of(pattern: &Pattern) -> Option<HostPattern> {
    match pattern {
        Pattern::Exact(name) => HostPattern::parse(name).ok(),
        Pattern::Suffix(end) => HostPattern::parse(&format!("*{end}")).ok(),
        Pattern::Any | Pattern::Prefix(_) => None,
    }
}

/// Whether a DENY rule might refuse a connection that a listener passes on: Istio leaves out what is asked of HTTP.
pub(super) fn may_refuse(rule: &Rule, listener: &Listener) -> bool {
    let is_at = |operation: &super::authorization::Operation| {
        operation.ports.is_empty() || operation.ports.contains(&listener.port)
    };
    let is_there = rule.operations.is_empty() || rule.operations.iter().any(is_at);
    is_there
        && rule.conditions.iter().all(|condition| match condition {
            Condition::ServerName(values, others) => {
                (values.is_empty() || values.iter().any(|value| meets(value, listener)))
                    && !listener.hosts.iter().all(|host| others.iter().any(|value| covers(value, host)))
            }
            Condition::Claim(..) | Condition::Header(_) | Condition::Connection(_) => true,
        })
}

/// Whether an ALLOW rule lets all connections in that a listener passes on: Istio leaves out rules that ask something of
/// HTTP.
pub(super) fn lets_in(rule: &Rule, listener: &Listener) -> bool {
    let is_at = |operation: &super::authorization::Operation| {
        operation.asked.is_empty() && operation.ports.contains(&listener.port)
    };
    (rule.operations.is_empty() || rule.operations.iter().all(|operation| operation.asked.is_empty()))
        && (rule.operations.is_empty() || rule.operations.iter().any(is_at))
        && rule.senders.is_empty()
        && rule.conditions.iter().all(|condition| match condition {
            Condition::ServerName(values, others) => {
                others.is_empty()
                    && !listener.hosts.is_empty()
                    && listener.hosts.iter().all(|host| values.iter().any(|value| covers(value, host)))
            }
            Condition::Claim(..) | Condition::Header(_) | Condition::Connection(_) => false,
        })
}

fn meets(value: &Pattern, listener: &Listener) -> bool {
    let known = host_of(value);
    listener.hosts.is_empty()
        || listener.hosts.iter().any(|host| known.as_ref().is_none_or(|known| known.meets(host)))
}

fn covers(value: &Pattern, host: &HostPattern) -> bool {
    host_of(value).is_some_and(|known| known.covers(host))
}

/// Whether a rule asks for something that only HTTP requests have.
pub(super) fn asks_of_http(rule: &Rule) -> bool {
    rule.operations.iter().any(|operation| !operation.asked.is_empty())
        || rule
            .conditions
            .iter()
            .any(|condition| matches!(condition, Condition::Claim(..) | Condition::Header(_)))
}

/// Whether a predicate asks for the host.
pub(super) fn asks_for_host(predicate: &Predicate) -> bool {
    let mut asks = false;
    predicate.each_test(&mut |test| asks |= matches!(test, Test::Host(_)));
    asks
}
