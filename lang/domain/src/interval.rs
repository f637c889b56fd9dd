//! Sets of points on a line as sorted intervals: the form that sets of addresses, ports and numbers share.

use crate::minterm::Minterm;
use std::collections::BTreeMap;

/// A point of a line that has a first and a last point.
pub trait Point: Copy + Ord {
    /// The first point.
    const FIRST: Self;
    /// The last point.
    const LAST: Self;
    /// The next point, if there is one.
    fn next(self) -> Option<Self>;
    /// The point before, if there is one.
    fn previous(self) -> Option<Self>;
}

macro_rules! points {
    ($($type:ty: $first:literal),*) => {
        $(impl Point for $type {
            const FIRST: Self = $first;
            const LAST: Self = Self::MAX;
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                self.checked_sub(1).filter(|point| *point >= Self::FIRST)
            }
        })*
    };
}

// A port is never 0 (RFC 6335 §6 reserves it).
points!(u16: 1, u64: 0, u128: 0);

/// A set of points as intervals, both ends included, sorted, none touching the next: so equal sets are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals<P>(Vec<(P, P)>);

impl<P: Point> Intervals<P> {
    /// No point.
    #[must_use]
    pub fn empty() -> Self {
        Self(Vec::new())
    }

    /// Every point.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![(P::FIRST, P::LAST)])
    }

    /// The points of intervals in any order, which may overlap; those that end before they begin hold none.
    #[must_use]
    pub fn of(intervals: impl IntoIterator<Item = (P, P)>) -> Self {
        let within = |(low, high): (P, P)| (low.max(P::FIRST), high.min(P::LAST));
        let mut sorted: Vec<(P, P)> =
            intervals.into_iter().map(within).filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut joined: Vec<(P, P)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match joined.last_mut() {
                Some((_, last)) if last.next().is_none_or(|next| low <= next) => *last = high.max(*last),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    /// The intervals, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (P, P)> + '_ {
        self.0.iter().copied()
    }

    /// Whether the point is in the set.
    #[must_use]
    pub fn contains(&self, point: P) -> bool {
        let after = self.0.partition_point(|(low, _)| *low <= point);
        after.checked_sub(1).and_then(|index| self.0.get(index)).is_some_and(|(_, high)| point <= *high)
    }

    /// Whether no point is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The points of both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        let mut both = Vec::new();
        while let (Some(&(a, b)), Some(&(c, d))) = (left.peek(), right.peek()) {
            if a.max(c) <= b.min(d) {
                both.push((a.max(c), b.min(d)));
            }
            if b < d {
                left.next()
            } else {
                right.next()
            };
        }
        Self(both)
    }

    /// The points of either.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self::of(self.iter().chain(other.iter()))
    }

    /// The points that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::new();
        let mut from = Some(P::FIRST);
        for (low, high) in self.iter() {
            if let (Some(from), Some(before)) = (from, low.previous())
                && from <= before
            {
                gaps.push((from, before));
            }
            from = high.next();
        }
        gaps.extend(from.map(|from| (from, P::LAST)));
        Self(gaps)
    }

    /// The points that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.meet(&other.complement())
    }

    /// Whether each point is in `other` too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether no point is in `other` too.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.meet(other).is_empty()
    }
}

/// Which sets hold a class, and where it lies.
type Class<P> = (Vec<u32>, Vec<(P, P)>);

/// The classes into which sets cut a line, each with all its points; the classes in the order of their first points.
#[must_use]
pub fn minterms<P: Point>(sets: &[&Intervals<P>]) -> Vec<Minterm<Intervals<P>>> {
    let mut changes: BTreeMap<P, Vec<u32>> = BTreeMap::from([(P::FIRST, Vec::new())]);
    for (index, set) in (0_u32..).zip(sets) {
        for (low, high) in set.iter() {
            changes.entry(low).or_default().push(index);
            if let Some(next) = high.next() {
                changes.entry(next).or_default().push(index);
            }
        }
    }
    let starts: Vec<P> = changes.keys().copied().collect();
    let ends = starts.iter().skip(1).map(|start| start.previous().unwrap_or(*start)).chain([P::LAST]);
    let mut open = std::collections::BTreeSet::new();
    let mut classes: Vec<Class<P>> = Vec::new();
    let mut known = BTreeMap::new();
    for ((start, toggled), end) in changes.into_iter().zip(ends) {
        for index in toggled {
            if !open.remove(&index) {
                open.insert(index);
            }
        }
        let members: Vec<u32> = open.iter().copied().collect();
        let class = *known.entry(members.clone()).or_insert_with(|| {
            classes.push((members, Vec::new()));
            classes.len() - 1
        });
        if let Some((_, intervals)) = classes.get_mut(class) {
            intervals.push((start, end));
        }
    }
    classes
        .into_iter()
        .map(|(members, intervals)| Minterm { members, witness: Intervals::of(intervals) })
        .collect()
}
