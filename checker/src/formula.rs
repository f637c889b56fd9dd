//! Formulas over the classes of attributes: what both engines, decision diagrams and the solver, are asked.

use std::ops::Not;
use std::sync::Arc;

/// A formula over the fields of some atoms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Formula {
    /// Always or never.
    Constant(bool),
    /// The class of the request in that field is one of these, ascending.
    Member(usize, Arc<[u32]>),
    /// Some value of that field, which is a list, lies in that class.
    Some(usize, u32),
    /// It does not hold.
    Not(Arc<Formula>),
    /// All hold; at least two.
    All(Arc<[Formula]>),
    /// One holds; at least two.
    Any(Arc<[Formula]>),
}

impl Formula {
    /// Never.
    pub const FALSE: Self = Self::Constant(false);
    /// Always.
    pub const TRUE: Self = Self::Constant(true);

    /// All of them.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, true)
    }

    /// One of them.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, false)
    }

    /// The conjunction or disjunction, whose neutral element is `neutral`.
    fn joined(parts: impl IntoIterator<Item = Self>, neutral: bool) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Constant(value) if value == neutral => {}
                Self::Constant(value) => return Self::Constant(value),
                part => kept.push(part),
            }
        }
        if kept.len() < 2 {
            return kept.pop().unwrap_or(Self::Constant(neutral));
        }
        if neutral { Self::All(kept.into()) } else { Self::Any(kept.into()) }
    }
}

impl Not for Formula {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => Arc::unwrap_or_clone(inner),
            other => Self::Not(Arc::new(other)),
        }
    }
}
