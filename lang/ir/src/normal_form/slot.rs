//! The tests of one attribute against each other.

use super::text::{Finding, Piece, Values};
use super::{Literal, source};
use crate::texts::TextKind;
use crate::{AddressAttribute, PathMode, Percent, StatusSet, Test, TextAttribute, TextTest};
use gloo_domain::{AddressSet, HostSet, MethodSet, PortSet};

/// An attribute that tests can speak of, independent of all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Method,
    Path,
    Host,
    Port,
    Scheme,
    Text(TextAttribute),
    Source,
    Address(AddressAttribute),
    Status,
    RouteName,
    Sampled(Percent),
}

/// The attribute that a test speaks of.
fn slot(test: &Test) -> Slot {
    match test {
        Test::Method(_) => Slot::Method,
        Test::Path(_) => Slot::Path,
        Test::Host(_) | Test::HostMatches(_) => Slot::Host,
        Test::Port(_) => Slot::Port,
        Test::SchemeIsHttps => Slot::Scheme,
        Test::Text(attribute, _) => Slot::Text(attribute.clone()),
        Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => Slot::Source,
        Test::Address(attribute, _) => Slot::Address(*attribute),
        Test::Status(_) => Slot::Status,
        Test::RouteName(_) => Slot::RouteName,
        Test::Sampled(share) => Slot::Sampled(*share),
    }
}

/// The literals by the attribute that they speak of, in the order of its first literal.
pub(super) fn groups(literals: &[Literal]) -> Vec<(Slot, Vec<&Literal>)> {
    let mut groups: Vec<(Slot, Vec<&Literal>)> = Vec::new();
    for literal in literals {
        let slot = slot(&literal.test);
        match groups.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, group)) => group.push(literal),
            None => groups.push((slot, vec![literal])),
        }
    }
    groups
}

/// The literals that speak of `slot`.
pub(super) fn of<'a>(wanted: &Slot, literals: &'a [Literal]) -> Vec<&'a Literal> {
    literals.iter().filter(|literal| slot(&literal.test) == *wanted).collect()
}

impl Slot {
    /// Whether these tests of the attribute exclude each other. What is too large to be decided does not.
    pub(super) fn excludes(&self, literals: &[&Literal]) -> bool {
        match self {
            Self::Method => methods(literals).is_empty(),
            Self::Path | Self::RouteName => self.texts(literals, PathMode::Keep).is_none(),
            Self::Host if has_expression(literals) => self.texts(literals, PathMode::Keep).is_none(),
            Self::Host => hosts(literals).is_empty(),
            Self::Port => ports(literals).is_empty(),
            Self::Scheme | Self::Sampled(_) => {
                let polarity = |negated| literals.iter().any(|literal| literal.negated == negated);
                polarity(true) && polarity(false)
            }
            Self::Text(_) => self.texts(literals, PathMode::Keep).is_none(),
            Self::Source => source::find(literals).is_none(),
            // An address that isn't known meets every negated test.
            Self::Address(_) => literals.iter().any(|one| !one.negated) && addresses(literals).is_empty(),
            Self::Status => (100..600).all(|status| !statuses(literals, status)),
        }
    }

    /// The texts that meet these tests of a text, or of a path or host; nothing if none do. Several are needed where each
    /// test may be met by a value of its own. Paths are those that `paths` lets through.
    pub(super) fn texts(&self, literals: &[&Literal], paths: PathMode) -> Option<Values> {
        let kind = match self {
            Self::Path => TextKind::Path(paths),
            Self::Host => TextKind::Host,
            Self::Text(attribute) => TextKind::of(attribute),
            _ => TextKind::Free,
        };
        let mut positives: Vec<Piece<'_>> = Vec::new();
        let mut negatives: Vec<Piece<'_>> = Vec::new();
        for literal in literals {
            let piece = piece(&literal.test)?;
            if literal.negated { negatives.push(piece) } else { positives.push(piece) }
        }
        if positives.is_empty() && self.may_be_absent() {
            return Some(Values::absent());
        }
        if negatives.iter().any(|piece| matches!(piece, Piece::Asked(TextTest::Present))) {
            return None;
        }
        let single = |positives: &[Piece<'_>]| match kind.find(positives, &negatives) {
            Finding::Found(value) => Some(Values::of(value)),
            Finding::Nothing => None,
            Finding::TooLarge => Some(Values::unknown()),
        };
        if !self.may_be_several() || positives.len() < 2 {
            return single(&positives);
        }
        if let Some(one) = single(&positives) {
            return Some(one);
        }
        let each = positives.iter().map(|positive| single(std::slice::from_ref(positive)));
        each.collect::<Option<Vec<Values>>>().map(Values::join)
    }

    fn may_be_absent(&self) -> bool {
        matches!(self, Self::Text(_) | Self::RouteName)
    }

    fn may_be_several(&self) -> bool {
        matches!(self, Self::Text(attribute) if attribute.may_be_several())
    }
}

fn piece(test: &Test) -> Option<Piece<'_>> {
    match test {
        Test::Path(patterns) => Some(Piece::Paths(patterns)),
        Test::Host(patterns) => Some(Piece::Hosts(patterns)),
        Test::HostMatches(regex) => Some(Piece::Regex(regex)),
        Test::Text(_, asked) | Test::RouteName(asked) => Some(Piece::Asked(asked)),
        _ => None,
    }
}

fn has_expression(literals: &[&Literal]) -> bool {
    literals.iter().any(|literal| matches!(literal.test, Test::HostMatches(_)))
}

/// The methods that meet these tests.
pub(super) fn methods(literals: &[&Literal]) -> MethodSet {
    literals.iter().fold(MethodSet::ALL, |left, literal| match &literal.test {
        Test::Method(methods) => {
            let set: MethodSet = methods.iter().copied().collect();
            left.meet(if literal.negated { set.complement() } else { set })
        }
        _ => left,
    })
}

/// The hosts that meet these tests, those by expressions left out.
pub(super) fn hosts(literals: &[&Literal]) -> HostSet {
    literals.iter().fold(HostSet::all(), |left, literal| match &literal.test {
        Test::Host(patterns) => {
            let set = patterns.iter().fold(HostSet::empty(), |sum, pattern| sum.join(&pattern.set()));
            if literal.negated { left.minus(&set) } else { left.meet(&set) }
        }
        _ => left,
    })
}

/// The ports that meet these tests.
pub(super) fn ports(literals: &[&Literal]) -> PortSet {
    literals.iter().fold(PortSet::all(), |left, literal| match &literal.test {
        Test::Port(ports) if literal.negated => left.minus(ports),
        Test::Port(ports) => left.meet(ports),
        _ => left,
    })
}

/// The addresses that meet these tests.
pub(super) fn addresses(literals: &[&Literal]) -> AddressSet {
    literals.iter().fold(AddressSet::all(), |left, literal| match &literal.test {
        Test::Address(_, ranges) => {
            let set = ranges.iter().fold(AddressSet::empty(), |sum, range| sum.join(&range.set()));
            if literal.negated { left.minus(&set) } else { left.meet(&set) }
        }
        _ => left,
    })
}

fn statuses(literals: &[&Literal], status: u16) -> bool {
    let holds = |sets: &[StatusSet]| sets.iter().any(|set| set.contains(status));
    literals.iter().all(|literal| match &literal.test {
        Test::Status(sets) => holds(sets) != literal.negated,
        _ => true,
    })
}
