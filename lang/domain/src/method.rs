//! HTTP methods: the nine that the language names, and all others as one.

use crate::minterm::Minterm;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// A method of a request (RFC 9110 §9.3; PATCH is RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `CONNECT`
    Connect,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
    /// `PATCH`
    Patch,
    /// Any other: a program can't tell these apart.
    Other,
}

impl Method {
    /// All of them, `Other` last.
    pub const ALL: [Self; 10] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Delete,
        Self::Connect,
        Self::Options,
        Self::Trace,
        Self::Patch,
        Self::Other,
    ];

    /// The method that a program writes so: one of the nine, in capitals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| *method != Self::Other && method.as_str() == text)
    }

    /// The method of a request: methods are case-sensitive (RFC 9110 §9.1), so `get` is another.
    #[must_use]
    pub fn of_request(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::Other)
    }

    /// Its text; `PURGE` stands for all others.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
            Self::Other => "PURGE",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A set of methods.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodSet(u16);

impl MethodSet {
    /// No method.
    pub const EMPTY: Self = Self(0);
    /// Every method.
    pub const ALL: Self = Self((1 << Method::ALL.len()) - 1);

    /// Whether the method is in the set.
    #[must_use]
    pub fn contains(self, method: Method) -> bool {
        self.0 & method.bit() != 0
    }

    /// The methods of both.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The methods of either.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The methods that are not in the set.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    /// The methods that are not in `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.meet(other.complement())
    }

    /// Whether no method is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// Whether each method is in `other` too.
    #[must_use]
    pub fn is_subset(self, other: Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether no method is in `other` too.
    #[must_use]
    pub fn is_disjoint(self, other: Self) -> bool {
        self.meet(other).is_empty()
    }

    /// Its methods, in the order of [`Method::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(move |method| self.contains(*method))
    }

    /// Its first method.
    #[must_use]
    pub fn witness(self) -> Option<Method> {
        self.iter().next()
    }

    /// The classes into which the sets cut the methods.
    #[must_use]
    pub fn minterms(sets: &[Self]) -> Vec<Minterm<Method>> {
        let mut known = BTreeMap::new();
        let mut classes = Vec::new();
        for method in Method::ALL {
            let holds = |(index, set): (u32, &Self)| set.contains(method).then_some(index);
            let members: Vec<u32> = (0_u32..).zip(sets).filter_map(holds).collect();
            if known.insert(members.clone(), ()).is_none() {
                classes.push(Minterm { members, witness: method });
            }
        }
        classes
    }
}

impl FromIterator<Method> for MethodSet {
    fn from_iter<I: IntoIterator<Item = Method>>(methods: I) -> Self {
        Self(methods.into_iter().fold(0, |bits, method| bits | method.bit()))
    }
}

impl std::fmt::Debug for MethodSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for MethodSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
