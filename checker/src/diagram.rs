//! Decision diagrams: sets of requests, exactly, as functions of the bits that number their classes.

mod alike;

use crate::atoms::{Atoms, FieldKey, Kind};
use crate::formula::Formula;
use crate::undecided::Undecided;
use oxidd::bcdd::{BCDDFunction, BCDDManagerRef};
use oxidd::util::{OptBool, OutOfMemory};
use oxidd::{BooleanFunction, Manager, ManagerRef};
use std::collections::BTreeMap;

/// A field with more classes than this is asked for some class, not for the best.
const MOST_TRIED: usize = 64;

/// The most nodes of all diagrams of one engine together: about 400 MB.
const MOST_NODES: usize = 1 << 24;

/// A set of requests.
pub(crate) type Set = BCDDFunction;

/// What a request has in each field, by the field's number: its class, or of a list those in which it has values.
pub(crate) type Chosen = BTreeMap<usize, Vec<u32>>;

/// An engine. What is made with it belongs to it.
pub(crate) struct Diagrams {
    manager: BCDDManagerRef,
    variables: Vec<Set>,
    all: Set,
    none: Set,
}

impl Diagrams {
    /// An engine for tables of about so many rules.
    pub fn new(rules: usize) -> Self {
        let nodes = (rules * 2048).clamp(1 << 13, MOST_NODES);
        Self::with(nodes, nodes / 4)
    }

    /// An engine with room for so many nodes, and for so many results that it remembers.
    fn with(nodes: usize, remembered: usize) -> Self {
        let manager = oxidd::bcdd::new_manager(nodes, remembered, 1);
        let (all, none) = manager.with_manager_shared(|manager| (Set::t(manager), Set::f(manager)));
        Self { manager, variables: Vec::new(), all, none }
    }

    /// An engine for the requests of one entry after the other.
    pub fn of_entry() -> Self {
        Self::with(1 << 20, 1 << 14)
    }

    /// Every request.
    pub fn all(&self) -> &Set {
        &self.all
    }

    /// No request.
    pub fn none(&self) -> &Set {
        &self.none
    }

    /// The bits that tell the classes of these atoms apart.
    ///
    /// # Errors
    /// There is no memory for more variables.
    pub fn space<'a>(&'a mut self, atoms: &'a Atoms) -> Result<Space<'a>, Undecided> {
        let mut bits = Vec::new();
        let mut next = 0;
        for field in &atoms.fields {
            let width = match field.kind {
                Kind::One => usize::BITS - field.classes.len().saturating_sub(1).leading_zeros(),
                Kind::List => u32::try_from(field.classes.len()).unwrap_or(u32::MAX),
            };
            bits.push(next..next + width as usize);
            next += width as usize;
        }
        if let Some(more) = next.checked_sub(self.variables.len()).filter(|more| *more > 0) {
            let more = u32::try_from(more).map_err(|_| Undecided::diagram())?;
            let added = self.manager.with_manager_exclusive(|manager| manager.add_vars(more));
            for number in added {
                let variable = self.manager.with_manager_shared(|manager| Set::var(manager, number));
                self.variables.push(variable.map_err(|OutOfMemory| Undecided::diagram())?);
            }
        }
        Ok(Space { diagrams: self, atoms, bits })
    }
}

/// The requests that some atoms tell apart.
pub(crate) struct Space<'a> {
    diagrams: &'a Diagrams,
    atoms: &'a Atoms,
    bits: Vec<std::ops::Range<usize>>,
}

/// What a step with diagrams gives.
type Made = Result<Set, OutOfMemory>;

impl Space<'_> {
    /// Every request.
    pub fn all(&self) -> &Set {
        self.diagrams.all()
    }

    /// No request.
    pub fn none(&self) -> &Set {
        self.diagrams.none()
    }

    /// Whether a field is the path.
    pub fn is_path(&self, field: usize) -> bool {
        self.atoms.fields.get(field).is_some_and(|field| field.key == FieldKey::Path)
    }

    /// The atoms.
    pub fn atoms(&self) -> &Atoms {
        self.atoms
    }

    /// The requests for which a formula holds.
    ///
    /// # Errors
    /// The diagram outgrows its memory.
    pub fn set(&self, formula: &Formula) -> Result<Set, Undecided> {
        self.made(formula).map_err(|OutOfMemory| Undecided::diagram())
    }

    fn made(&self, formula: &Formula) -> Made {
        match formula {
            Formula::Constant(true) => Ok(self.all().clone()),
            Formula::Constant(false) => Ok(self.none().clone()),
            Formula::Member(field, classes) => self.member(*field, classes),
            Formula::Some(field, class) => self.some(*field, *class),
            Formula::Not(inner) => self.made(inner)?.not(),
            // The conditions of a rule come after its path, which excludes most: the small ones first.
            Formula::All(parts) => {
                parts.iter().try_fold(self.all().clone(), |sum, part| sum.and(&self.made(part)?))
            }
            Formula::Any(parts) => {
                parts.iter().try_fold(self.none().clone(), |sum, part| sum.or(&self.made(part)?))
            }
        }
    }

    fn some(&self, field: usize, class: u32) -> Made {
        let bits = self.bits.get(field).cloned().unwrap_or_default();
        let variable = self.diagrams.variables.get(bits.start + class as usize);
        Ok(variable.unwrap_or(self.none()).clone())
    }

    /// The requests whose class in a field is one of these. Numbers beyond the last class stand for the last one.
    fn member(&self, field: usize, classes: &[u32]) -> Made {
        let bits = self.bits.get(field).cloned().unwrap_or_default();
        let count = self.atoms.fields.get(field).map_or(0, |field| field.classes.len());
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for class in classes.iter().map(|class| u64::from(*class)) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == class => *last = class,
                _ => ranges.push((class, class)),
            }
        }
        let end = (1_u64 << bits.len()) - 1;
        if let Some((_, last)) = ranges.last_mut().filter(|(_, last)| last + 1 == count as u64) {
            *last = end;
        }
        self.ranges(self.diagrams.variables.get(bits).unwrap_or_default(), 0, &ranges)
    }

    /// The numbers of these ranges, of those that begin at `from` and whose bits are `variables`, the highest first.
    fn ranges(&self, variables: &[Set], from: u64, ranges: &[(u64, u64)]) -> Made {
        let to = from + ((1_u64 << variables.len()) - 1);
        let begin = ranges.partition_point(|(_, last)| *last < from);
        let ranges = ranges.get(begin..).unwrap_or_default();
        match ranges.first() {
            None => return Ok(self.none().clone()),
            Some((first, _)) if *first > to => return Ok(self.none().clone()),
            Some((first, last)) if *first <= from && to <= *last => return Ok(self.all().clone()),
            Some(_) => {}
        }
        let Some((highest, rest)) = variables.split_first() else { return Ok(self.all().clone()) };
        let middle = from + (1_u64 << rest.len());
        let high = self.ranges(rest, middle, ranges)?;
        let low = self.ranges(rest, from, ranges)?;
        highest.ite(&high, &low)
    }

    /// What some request of the set has in each field; nothing if the set is empty.
    pub fn any(&self, set: &Set) -> Option<Chosen> {
        let cube = set.pick_cube(|_, _, _| false)?;
        let is_set = |bit: &OptBool| matches!(bit, OptBool::True);
        let mut chosen = Chosen::new();
        for (number, (field, bits)) in self.atoms.fields.iter().zip(&self.bits).enumerate() {
            let own = cube.get(bits.clone()).unwrap_or_default();
            let classes = match field.kind {
                Kind::One => {
                    let class = own.iter().fold(0_usize, |class, bit| class << 1 | usize::from(is_set(bit)));
                    vec![u32::try_from(class.min(field.classes.len().saturating_sub(1))).unwrap_or(u32::MAX)]
                }
                Kind::List => {
                    let has = (0_u32..).zip(own).filter(|(_, bit)| is_set(bit));
                    has.map(|(class, _)| class).collect()
                }
            };
            chosen.insert(number, classes);
        }
        Some(chosen)
    }

    /// What a request of the set has in each field, as readable as it can be had; nothing if the set is empty.
    ///
    /// # Errors
    /// The diagram outgrows its memory.
    pub fn choose(&self, set: &Set) -> Result<Option<Chosen>, Undecided> {
        self.chosen(set).map_err(|OutOfMemory| Undecided::diagram())
    }

    fn chosen(&self, set: &Set) -> Result<Option<Chosen>, OutOfMemory> {
        if !set.satisfiable() {
            return Ok(None);
        }
        let mut left = set.clone();
        let mut chosen = Chosen::new();
        for (number, field) in self.atoms.fields.iter().enumerate() {
            let mut own = Vec::new();
            match field.kind {
                Kind::One => {
                    let tried = if field.classes.len() <= MOST_TRIED {
                        field.preferred.clone()
                    } else {
                        vec![self.class_of_some(&left, number)]
                    };
                    for class in tried {
                        let within = left.and(&self.member(number, &[class])?)?;
                        if within.satisfiable() {
                            left = within;
                            own.push(class);
                            break;
                        }
                    }
                }
                Kind::List => {
                    for class in field.preferred.iter().rev().copied() {
                        let has = self.some(number, class)?;
                        let without = left.and(&has.not()?)?;
                        if without.satisfiable() {
                            left = without;
                        } else {
                            left = left.and(&has)?;
                            own.push(class);
                        }
                    }
                }
            }
            own.sort_unstable();
            chosen.insert(number, own);
        }
        Ok(Some(chosen))
    }

    /// The class that some request of the set has in a field.
    fn class_of_some(&self, set: &Set, field: usize) -> u32 {
        let bits = self.bits.get(field).cloned().unwrap_or_default();
        let last = self.atoms.fields.get(field).map_or(0, |field| field.classes.len().saturating_sub(1));
        let cube = set.pick_cube(|_, _, _| false).unwrap_or_default();
        let own = cube.get(bits).unwrap_or_default();
        let number =
            own.iter().fold(0_usize, |number, bit| number << 1 | usize::from(matches!(bit, OptBool::True)));
        u32::try_from(number.min(last)).unwrap_or(u32::MAX)
    }
}
