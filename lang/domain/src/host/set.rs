//! Sets of hosts, as trees over labels from the last one on.

use super::{DnsName, HostPattern, MAX_HOST};
use crate::minterm::Minterm;
use std::collections::BTreeMap;

/// A set of hosts: what hosts and wildcards make with meet, join and complement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostSet(Node);

/// What is known of a name and of all below it. Below it, a name that goes through a child is known there; a child that
/// would say what `below` says is left out, so equal sets are equal trees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Node {
    here: bool,
    below: bool,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn uniform(member: bool) -> Self {
        Self { here: member, below: member, children: BTreeMap::new() }
    }

    fn is_uniform(&self, member: bool) -> bool {
        self.here == member && self.below == member && self.children.is_empty()
    }

    /// Joins the node by label with another. A name has at most 127 labels, so this goes no deeper.
    fn zip(&self, other: &Self, member: fn(bool, bool) -> bool) -> Self {
        let below = member(self.below, other.below);
        let defaults = (Self::uniform(self.below), Self::uniform(other.below));
        let labels = self.children.keys().chain(other.children.keys());
        let mut children = BTreeMap::new();
        for label in labels {
            if children.contains_key(label) {
                continue;
            }
            let left = self.children.get(label).unwrap_or(&defaults.0);
            let right = other.children.get(label).unwrap_or(&defaults.1);
            children.insert(label.clone(), left.zip(right, member));
        }
        children.retain(|_, child| !child.is_uniform(below));
        Self { here: member(self.here, other.here), below, children }
    }

    fn insert(&mut self, name: &DnsName, wildcard: bool) {
        let mut node = self;
        for label in name.labels() {
            let below = node.below;
            node = node.children.entry(label.to_owned()).or_insert_with(|| Self::uniform(below));
        }
        if wildcard {
            node.below = true;
            node.children.clear();
        } else {
            node.here = true;
        }
    }

    /// Leaves out the children that say what their parent says.
    fn prune(&mut self) {
        let below = self.below;
        self.children.values_mut().for_each(Self::prune);
        self.children.retain(|_, child| !child.is_uniform(below));
    }
}

impl HostSet {
    pub(super) fn of(pattern: &HostPattern) -> Self {
        [pattern].into_iter().collect()
    }

    /// No host.
    #[must_use]
    pub fn empty() -> Self {
        Self(Node::uniform(false))
    }

    /// Every host.
    #[must_use]
    pub fn all() -> Self {
        Self(Node { here: false, ..Node::uniform(true) })
    }

    /// Whether the host, in lower case and without port and trailing dot, is in the set.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        let mut node = &self.0;
        for label in host.rsplit('.') {
            match node.children.get(label) {
                Some(child) => node = child,
                None => return node.below,
            }
        }
        node.here
    }

    /// Whether no host is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.witness().is_none()
    }

    /// The hosts of both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self(self.0.zip(&other.0, |a, b| a && b))
    }

    /// The hosts of either.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(self.0.zip(&other.0, |a, b| a || b))
    }

    /// The hosts that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.zip(&other.0, |a, b| a && !b))
    }

    /// The hosts that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::all().minus(self)
    }

    /// Whether each host is in `other` too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether no host is in `other` too.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.meet(other).is_empty()
    }

    /// A readable host of the set: one with few labels.
    #[must_use]
    pub fn witness(&self) -> Option<String> {
        let in_set = Self::minterms(&[self]).into_iter().find(|class| !class.members.is_empty());
        in_set.map(|class| class.witness)
    }

    /// The classes into which the sets cut the hosts.
    #[must_use]
    pub fn minterms(sets: &[&Self]) -> Vec<Minterm<String>> {
        let mut classes = Classes::default();
        let roots: Vec<(u32, &Node)> = (0..).zip(sets.iter().map(|set| &set.0)).collect();
        classes.visit("", &roots, &[]);
        classes.found
    }
}

#[derive(Default)]
struct Classes {
    found: Vec<Minterm<String>>,
    known: BTreeMap<Vec<u32>, ()>,
}

impl Classes {
    fn add(&mut self, members: Vec<u32>, witness: String) {
        if self.known.insert(members.clone(), ()).is_none() {
            self.found.push(Minterm { members, witness });
        }
    }

    /// Visits `name` and all below it. `live` are the sets that know more of it; `always` the sets that hold all of it.
    fn visit(&mut self, name: &str, live: &[(u32, &Node)], always: &[u32]) {
        let holding = |holds: fn(&Node) -> bool| {
            let own = live.iter().filter(move |(_, node)| holds(node)).map(|(index, _)| *index);
            let mut members: Vec<u32> = always.iter().copied().chain(own).collect();
            members.sort_unstable();
            members
        };
        let mut children: BTreeMap<&str, Vec<(u32, &Node)>> = BTreeMap::new();
        for (index, node) in live {
            for (label, child) in &node.children {
                children.entry(label).or_default().push((*index, child));
            }
        }
        if !name.is_empty() {
            self.add(holding(|node| node.here), name.to_owned());
        }
        let below = holding(|node| node.below);
        if let Some(witness) = fresh(name, |label| children.contains_key(label)) {
            self.add(below.clone(), witness);
        }
        for (label, live) in children {
            let child = if name.is_empty() { label.to_owned() } else { format!("{label}.{name}") };
            let knows = |index: u32| live.binary_search_by_key(&index, |(index, _)| *index).is_ok();
            let always: Vec<u32> = below.iter().copied().filter(|index| !knows(*index)).collect();
            self.visit(&child, &live, &always);
        }
    }
}

/// Labels that a reader takes for a host's.
const FAMILIAR: [&str; 4] = ["www", "api", "app", "shop"];

/// Last labels that a reader takes for one's; the last ones are never used in earnest (RFC 2606 §2).
const FAMILIAR_LAST: [&str; 5] = ["com", "org", "net", "example", "test"];

/// A host below `name` that goes through no label that is taken. There is none if it would be too long.
fn fresh(name: &str, taken: impl Fn(&str) -> bool) -> Option<String> {
    if name.is_empty() {
        let familiar = FAMILIAR_LAST.into_iter().find(|label| !taken(label)).map(str::to_owned);
        let last = familiar.or_else(|| (0..).map(letters).find(|label| !taken(label)))?;
        return Some(format!("example.{last}"));
    }
    let room = MAX_HOST.checked_sub(name.len() + 1)?;
    let familiar = FAMILIAR.into_iter().map(str::to_owned);
    let label = familiar.chain((0..).map(letters).take_while(|label| label.len() <= room));
    let label = label.into_iter().find(|label| label.len() <= room && !taken(label))?;
    Some(format!("{label}.{name}"))
}

/// The labels `a` to `9`, `aa` to `99` and so on.
fn letters(number: usize) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut reversed: Vec<u8> = Vec::new();
    let mut left = Some(number);
    while let Some(number) = left {
        reversed.extend(ALPHABET.get(number % ALPHABET.len()));
        left = (number / ALPHABET.len()).checked_sub(1);
    }
    reversed.iter().rev().map(|letter| char::from(*letter)).collect()
}

impl<'p> FromIterator<&'p HostPattern> for HostSet {
    fn from_iter<I: IntoIterator<Item = &'p HostPattern>>(patterns: I) -> Self {
        let mut root = Node::uniform(false);
        for pattern in patterns {
            match pattern {
                HostPattern::Any => return Self::all(),
                HostPattern::Wildcard(name) => root.insert(name, true),
                HostPattern::Exact(name) => root.insert(name, false),
            }
        }
        root.prune();
        Self(root)
    }
}
