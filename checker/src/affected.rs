//! Which requests may meet something, by the words of programs alone: those that don't needn't be gone through.

use crate::entrance::Way;
use gloo_ir::{Action, Attachment, ExternalId, Program, Scope, ServiceId, Table, TableId, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What may be met: something that differs between two programs, or some destinations.
#[derive(Debug, Default)]
pub(crate) struct Affected {
    /// Whether every request may meet it.
    everything: bool,
    /// The tables whose requests may.
    tables: BTreeSet<TableId>,
    /// The services that it is about.
    services: BTreeSet<ServiceId>,
    /// Of services of which it is only about some subsets: these.
    subsets: BTreeMap<ServiceId, BTreeSet<String>>,
    /// The hosts outside that it is about.
    externals: BTreeSet<ExternalId>,
    /// What differs and what no request shows, in words.
    pub unseen: Vec<String>,
}

/// The content of a declaration, wherever it is written. Two that differ have the same by chance only: one in 2^128.
pub(crate) fn content(of: &impl Hash) -> (u64, u64) {
    let hash = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        of.hash(&mut hasher);
        hasher.finish()
    };
    (hash(0), hash(1))
}

/// The keys whose values differ, or that only one of them has.
fn changed<K: Ord + Clone, V: Hash>(old: &BTreeMap<K, Arc<V>>, new: &BTreeMap<K, Arc<V>>) -> BTreeSet<K> {
    let all: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    let is_changed = |key: &&K| {
        let (one, other) = (old.get(*key), new.get(*key));
        one.map(content) != other.map(content)
    };
    all.into_iter().filter(is_changed).cloned().collect()
}

/// Those that only one of the lists has.
fn different<'a, V: Hash>(old: &'a [Arc<V>], new: &'a [Arc<V>]) -> Vec<&'a Arc<V>> {
    let known = |all: &[Arc<V>]| -> BTreeSet<(u64, u64)> { all.iter().map(content).collect() };
    let (olds, news) = (known(old), known(new));
    let of_old = old.iter().filter(|one| !news.contains(&content(one)));
    let of_new = new.iter().filter(|one| !olds.contains(&content(one)));
    of_old.chain(of_new).collect()
}

/// Whether calls of a service have a table of their own, on some cluster.
fn has_table(program: &Program, service: &ServiceId) -> bool {
    program.tables.values().any(|table| match &table.attachment {
        Attachment::Mesh { services, .. } => services.iter().any(|one| one.value == *service),
        Attachment::Gateway { .. } | Attachment::Delegated => false,
    })
}

impl Affected {
    /// What differs between two programs.
    pub fn between(old: &Program, new: &Program) -> Self {
        let mut changes = Self {
            everything: old.mesh.as_ref().map(content) != new.mesh.as_ref().map(content)
                || !changed(&old.clusters, &new.clusters).is_empty()
                || !changed(&old.namespaces, &new.namespaces).is_empty()
                || !changed(&old.gateways, &new.gateways).is_empty()
                || !changed(&old.services, &new.services).is_empty()
                || !changed(&old.providers, &new.providers).is_empty(),
            tables: changed(&old.tables, &new.tables),
            externals: changed(&old.externals, &new.externals),
            ..Self::default()
        };
        for policy in changed(&old.policies, &new.policies) {
            for policy in [old, new].into_iter().filter_map(|program| program.policies.get(&policy)) {
                changes.meet(policy.targets.iter().map(|target| &target.scope), [old, new]);
            }
        }
        for access in different(&old.access, &new.access) {
            changes.meet(access.targets.iter().map(|target| &target.scope), [old, new]);
        }
        for traffic in different(&old.traffic, &new.traffic) {
            changes.meet(traffic.targets.iter().map(|target| &target.scope), [old, new]);
            changes.unseen.push("`traffic`: balancing, connections, ejection and health".to_owned());
        }
        if !different(&old.telemetry, &new.telemetry).is_empty() {
            changes.unseen.push("`telemetry`".to_owned());
        }
        if !different(&old.patches, &new.patches).is_empty() {
            changes.unseen.push("`patch`: what it does is not known to gloo".to_owned());
        }
        changes.unseen.sort();
        changes.unseen.dedup();
        changes.spread(&[old, new]);
        changes
    }

    /// Some destinations.
    pub fn by<'t>(program: &Program, targets: impl IntoIterator<Item = &'t Target>) -> Self {
        let (mut affected, mut whole) = (Self::default(), BTreeSet::new());
        for target in targets {
            match target {
                Target::Service { service, subset, .. } => {
                    affected.services.insert(service.clone());
                    // A mesh table may send calls of any subset to it.
                    if let Some(subset) = subset.as_ref().filter(|_| !has_table(program, service)) {
                        affected.subsets.entry(service.clone()).or_default().insert(subset.clone());
                    } else {
                        whole.insert(service.clone());
                    }
                }
                Target::External(external) => drop(affected.externals.insert(external.clone())),
            }
        }
        affected.subsets.retain(|service, _| !whole.contains(service));
        affected.spread(&[program]);
        affected
    }

    /// Something that is on these differs.
    fn meet<'s>(&mut self, scopes: impl Iterator<Item = &'s Scope>, programs: [&Program; 2]) {
        for scope in scopes {
            match scope {
                Scope::Mesh | Scope::Gateway(_) | Scope::Listener(..) => self.everything = true,
                Scope::External(external) => drop(self.externals.insert(external.clone())),
                Scope::Service(service) => drop(self.services.insert(service.clone())),
                Scope::Namespace(namespace) => {
                    let all = programs.into_iter().flat_map(|program| program.services.values());
                    let own = all.filter(|service| service.namespace == *namespace);
                    self.services.extend(own.map(|service| service.id.clone()));
                }
                Scope::Table(table) | Scope::Rule(table, _) => drop(self.tables.insert(table.clone())),
            }
        }
    }

    /// What differs for a table differs for those that delegate to it; what differs for calls of a service, for the tables
    /// that send requests there.
    fn spread(&mut self, programs: &[&Program]) {
        let all: Vec<&Arc<Table>> = programs.iter().flat_map(|program| program.tables.values()).collect();
        loop {
            let before = (self.tables.len(), self.services.len());
            for table in &all {
                if let Attachment::Mesh { services, .. } = &table.attachment
                    && self.tables.contains(&table.id)
                {
                    self.services.extend(services.iter().map(|service| service.value.clone()));
                }
                if self.meets_change(table) {
                    self.tables.insert(table.id.clone());
                }
            }
            if before == (self.tables.len(), self.services.len()) {
                return;
            }
        }
    }

    fn meets_change(&self, table: &Table) -> bool {
        let is_affected = |target: &Target| match target {
            Target::Service { service, subset, .. } => {
                let wanted = self.subsets.get(service);
                let other = wanted.zip(subset.as_ref()).is_some_and(|(wanted, own)| !wanted.contains(own));
                self.services.contains(service) && !other
            }
            Target::External(external) => self.externals.contains(external),
        };
        table.rules.iter().any(|rule| {
            let mirror = rule.options.mirror.as_ref().is_some_and(|mirror| is_affected(&mirror.to.target));
            mirror
                || match &rule.action.value {
                    Action::Forward(shares) => {
                        shares.iter().any(|share| is_affected(&share.destination.target))
                    }
                    Action::Delegate(child) => self.tables.contains(child),
                    Action::Redirect(_) | Action::Respond(_) => false,
                }
        })
    }

    /// Whether requests that come in so may meet it.
    pub fn has(&self, way: &Way<'_>, programs: &[&Program]) -> bool {
        let own = |table: &TableId| {
            let mut versions = programs.iter().filter_map(|program| program.tables.get(table));
            versions.any(|table| way.has(table))
        };
        let called = match way {
            Way::Call(service, ..) => self.services.contains(&service.id),
            Way::Outbound(external, ..) => self.externals.contains(&external.id),
            Way::Listener(..) | Way::Hosts(..) => false,
        };
        self.everything || called || self.tables.iter().any(own)
    }
}
