//! Parts of a gateway that a policy acts on: ports and hosts.

use gloo_domain::HostPattern;
use std::collections::{BTreeMap, BTreeSet};

/// The requests to some hosts at some ports of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    /// One of these; any, if empty.
    pub(super) ports: BTreeSet<u16>,
    /// One of these; any, if empty.
    pub(super) hosts: Vec<HostPattern>,
    /// None of these.
    pub(super) but: Vec<HostPattern>,
}

/// A host as a listener knows it: the requests whose host no narrower known host holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) port: u16,
    pub(super) host: HostPattern,
}

/// The scopes of some cells, as few as that takes. `known` are all hosts that the listener of a port knows.
pub(super) fn scopes(cells: &[Cell], known: &BTreeMap<u16, Vec<HostPattern>>) -> Vec<Scope> {
    let mut alike: BTreeMap<(Vec<HostPattern>, Vec<HostPattern>), BTreeSet<u16>> = BTreeMap::new();
    let ports: BTreeSet<u16> = cells.iter().map(|cell| cell.port).collect();
    for port in ports {
        let own: Vec<&HostPattern> =
            cells.iter().filter(|cell| cell.port == port).map(|cell| &cell.host).collect();
        let none = Vec::new();
        let known = known.get(&port).unwrap_or(&none);
        for hosts in of_port(&own, known) {
            alike.entry(hosts).or_default().insert(port);
        }
    }
    alike.into_iter().map(|((hosts, but), ports)| Scope { ports, hosts, but }).collect()
}

/// The hosts of one port with those that are left out.
fn of_port(own: &[&HostPattern], known: &[HostPattern]) -> Vec<(Vec<HostPattern>, Vec<HostPattern>)> {
    let others: Vec<&HostPattern> = known.iter().filter(|host| !own.contains(host)).collect();
    // A host that lies in another's part would be left out with it.
    let is_torn = own.iter().any(|host| {
        others.iter().any(|other| other.covers(host) && own.iter().any(|outer| outer.covers(other)))
    });
    if is_torn {
        let narrower = |host: &HostPattern| {
            outermost(&known.iter().filter(|other| *other != host && host.covers(other)).collect::<Vec<_>>())
        };
        return own.iter().map(|host| (listed(&[host]), narrower(host))).collect();
    }
    let but: Vec<&HostPattern> =
        others.into_iter().filter(|other| own.iter().any(|host| host.covers(other))).collect();
    vec![(listed(own), outermost(&but))]
}

/// The hosts, without those that others hold; every host is none.
fn listed(hosts: &[&HostPattern]) -> Vec<HostPattern> {
    let hosts = outermost(hosts);
    if hosts.contains(&HostPattern::Any) { Vec::new() } else { hosts }
}

fn outermost(hosts: &[&HostPattern]) -> Vec<HostPattern> {
    let is_inner = |host: &HostPattern| hosts.iter().any(|other| *other != host && other.covers(host));
    let kept: BTreeSet<HostPattern> =
        hosts.iter().filter(|host| !is_inner(host)).map(|host| (*host).clone()).collect();
    kept.into_iter().collect()
}

/// The hosts of both lists; an empty list is every host. `None`, if there is no such host.
pub(super) fn common(one: &[HostPattern], other: &[HostPattern]) -> Option<Vec<HostPattern>> {
    if one.is_empty() || other.is_empty() {
        return Some([one, other].concat());
    }
    let mut found = Vec::new();
    for (one, other) in one.iter().flat_map(|one| other.iter().map(move |other| (one, other))) {
        let narrow = if one.covers(other) {
            other
        } else if other.covers(one) {
            one
        } else {
            continue;
        };
        if !found.contains(narrow) {
            found.push(narrow.clone());
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(texts: &[&str]) -> Vec<HostPattern> {
        texts
            .iter()
            .map(|text| if *text == "*" { HostPattern::Any } else { HostPattern::parse(text).unwrap() })
            .collect()
    }

    fn found(own: &[&str], known: &[&str]) -> Vec<(Vec<String>, Vec<String>)> {
        let known = hosts(known);
        let cells: Vec<Cell> = hosts(own).into_iter().map(|host| Cell { port: 80, host }).collect();
        let text = |hosts: &[HostPattern]| hosts.iter().map(ToString::to_string).collect();
        scopes(&cells, &BTreeMap::from([(80, known)]))
            .iter()
            .map(|scope| (text(&scope.hosts), text(&scope.but)))
            .collect()
    }

    #[test]
    fn narrower_hosts_have_parts_of_their_own() {
        let one = |hosts: &[&str], but: &[&str]| {
            let text = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
            (text(hosts), text(but))
        };
        let known = ["*", "*.acme.com", "shop.acme.com"];
        assert_eq!(found(&["*", "*.acme.com", "shop.acme.com"], &known), [one(&[], &[])]);
        assert_eq!(found(&["*.acme.com"], &known), [one(&["*.acme.com"], &["shop.acme.com"])]);
        assert_eq!(found(&["*", "*.acme.com"], &known), [one(&[], &["shop.acme.com"])]);
        assert_eq!(
            found(&["*", "shop.acme.com"], &known),
            [one(&[], &["*.acme.com"]), one(&["shop.acme.com"], &[])]
        );
    }
}
