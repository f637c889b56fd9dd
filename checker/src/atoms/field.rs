//! One attribute, and the classes into which tests cut it.

use super::{FieldKey, Universe, source};
use crate::formula::Formula;
use crate::undecided::Undecided;
use gloo_domain::{AddressSet, HostSet, Method, MethodSet, Minterm, PortSet, StringSet, TooLarge};
use gloo_ir::evaluate::{Caller, Credential, Verdict};
use gloo_ir::texts::{self, TextKind};
use gloo_ir::{Test, TextAttribute, TextTest};
use std::net::IpAddr;

/// So many states may be visited to cut an attribute by a handful of patterns, and so many more for each pattern. Ten
/// thousand patterns of a usual table need about ten each; expressions that begin and end with `.*` multiply.
const FEWEST_STATES: usize = 100_000;
const STATES_A_SET: usize = 50;

/// How the classes of a field are told of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is in exactly one.
    One,
    /// Each has some value of a list or has not.
    List,
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text: path, host, header …
    Text(String),
    /// The attribute is absent.
    Absent,
    /// A port.
    Port(u16),
    /// Whether the scheme is https.
    Https(bool),
    /// A method.
    Method(Method),
    /// Who sends it.
    Source(Caller),
    /// An address.
    Address(IpAddr),
    /// What it has for a provider.
    Credential(Credential),
    /// What a firewall or an extension says.
    Verdict(Verdict),
    /// The size of the body in bytes.
    Body(u64),
}

/// One attribute and its classes.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The attribute.
    pub key: FieldKey,
    /// How its classes are told.
    pub kind: Kind,
    /// A member of each class. Which comes first is for the diagrams; see [`Self::preferred`].
    pub classes: Vec<Value>,
    /// The classes, the ones that a reader likes best first.
    pub preferred: Vec<u32>,
}

/// The field of an attribute, which will be the `number`th, and what each of the tests, which all ask for it, means.
pub(super) fn build(
    universe: &Universe<'_>,
    key: FieldKey,
    tests: &[&Test],
    number: usize,
) -> Result<(Field, Vec<Formula>), Undecided> {
    let too_large = |too_large: TooLarge| Undecided::patterns(&key.name(), &too_large);
    let has_expression = tests.iter().any(|test| matches!(test, Test::HostMatches(_)));
    let cut = match &key {
        FieldKey::Method => methods(tests),
        FieldKey::Port => ports(tests),
        FieldKey::Scheme => Cut {
            classes: vec![Value::Https(false), Value::Https(true)],
            members: vec![vec![1]; tests.len()],
        },
        FieldKey::Host if !has_expression => hosts(tests),
        FieldKey::Path => plain_texts(TextKind::Path(universe.paths), tests).map_err(too_large)?,
        FieldKey::Host => plain_texts(TextKind::Host, tests).map_err(too_large)?,
        FieldKey::Source => source::cut(universe, tests),
        FieldKey::Address(_) => addresses(tests),
        FieldKey::Text(attribute) if key.is_list() => list(attribute, tests).map_err(too_large)?,
        FieldKey::Text(attribute) => optional(attribute, tests).map_err(too_large)?,
        // No test asks for these: see `choice`.
        FieldKey::Credential(_) | FieldKey::Waf | FieldKey::Extensions | FieldKey::Body => {
            Cut { classes: Vec::new(), members: Vec::new() }
        }
    };
    let Cut { classes, members } = cut;
    let mut preferred = preferred(&classes);
    if key == FieldKey::Text(TextAttribute::ServerName) {
        // Whoever begins TLS says whom to.
        preferred.rotate_left(1);
    }
    if key.is_list() {
        let any =
            |members: Vec<u32>| Formula::any(members.into_iter().map(|class| Formula::Some(number, class)));
        let answers = tests.iter().zip(members).map(|(test, members)| match test {
            Test::Text(_, TextTest::Differs(_)) => {
                let present = any((0..).take(classes.len()).collect());
                Formula::all([present, !any(members)])
            }
            _ => any(members),
        });
        let answers = answers.collect();
        return Ok((Field { key, kind: Kind::List, classes, preferred }, answers));
    }
    let count = classes.len();
    let answers = members.into_iter().map(|members| match members.len() {
        0 => Formula::FALSE,
        all if all == count => Formula::TRUE,
        _ => Formula::Member(number, members.into()),
    });
    let answers = answers.collect();
    Ok((Field { key, kind: Kind::One, classes, preferred }, answers))
}

/// The classes, the ones that a reader likes best first: absent, then the shortest.
fn preferred(classes: &[Value]) -> Vec<u32> {
    let mut preferred: Vec<(usize, u32)> = (0..)
        .zip(classes)
        .map(|(class, value)| match value {
            Value::Text(text) => (1 + text.len(), class),
            _ => (0, class),
        })
        .collect();
    preferred.sort_unstable();
    preferred.into_iter().map(|(_, class)| class).collect()
}

/// Classes, and for each test those that make it up, ascending.
pub(super) struct Cut {
    pub classes: Vec<Value>,
    pub members: Vec<Vec<u32>>,
}

impl Cut {
    fn of<W>(minterms: Vec<Minterm<W>>, tests: usize, value: impl Fn(W) -> Value) -> Self {
        let members = gloo_domain::minterm::classes_of_sets(&minterms, tests);
        Self { classes: minterms.into_iter().map(|minterm| value(minterm.witness)).collect(), members }
    }
}

fn methods(tests: &[&Test]) -> Cut {
    let sets: Vec<MethodSet> = tests
        .iter()
        .map(|test| match test {
            Test::Method(methods) => methods.iter().copied().collect(),
            _ => MethodSet::EMPTY,
        })
        .collect();
    Cut::of(MethodSet::minterms(&sets), tests.len(), Value::Method)
}

fn ports(tests: &[&Test]) -> Cut {
    let none = PortSet::empty();
    let sets: Vec<&PortSet> = tests
        .iter()
        .map(|test| match test {
            Test::Port(ports) => ports,
            _ => &none,
        })
        .collect();
    Cut::of(PortSet::minterms(&sets), tests.len(), Value::Port)
}

fn hosts(tests: &[&Test]) -> Cut {
    let set = |test: &&Test| match test {
        Test::Host(patterns) => {
            patterns.iter().fold(HostSet::empty(), |sum, pattern| sum.join(&pattern.set()))
        }
        _ => HostSet::empty(),
    };
    let sets: Vec<HostSet> = tests.iter().map(set).collect();
    let sets: Vec<&HostSet> = sets.iter().collect();
    Cut::of(HostSet::minterms(&sets), tests.len(), Value::Text)
}

/// Addresses, and as the last class those that nobody knows: no test holds for them.
fn addresses(tests: &[&Test]) -> Cut {
    let set = |test: &&Test| match test {
        Test::Address(_, ranges) => {
            ranges.iter().fold(AddressSet::empty(), |sum, range| sum.join(&range.set()))
        }
        _ => AddressSet::empty(),
    };
    let sets: Vec<AddressSet> = tests.iter().map(set).collect();
    let sets: Vec<&AddressSet> = sets.iter().collect();
    let mut cut = Cut::of(AddressSet::minterms(&sets), tests.len(), Value::Address);
    cut.classes.push(Value::Absent);
    cut
}

/// Texts that are always there.
fn plain_texts(kind: TextKind, tests: &[&Test]) -> Result<Cut, TooLarge> {
    let set = |test: &&Test| match test {
        Test::Path(patterns) => texts::of_paths(patterns),
        Test::Host(patterns) => texts::of_hosts(patterns),
        Test::HostMatches(regex) => StringSet::regex(regex),
        _ => Ok(StringSet::empty()),
    };
    let sets = tests.iter().map(set).collect::<Result<Vec<_>, _>>()?;
    cut_texts(kind, &sets)
}

/// Texts that are absent, or there once: the first class is that of being absent.
fn optional(attribute: &TextAttribute, tests: &[&Test]) -> Result<Cut, TooLarge> {
    let sets = tests.iter().map(values).collect::<Result<Vec<_>, _>>()?;
    let Cut { mut classes, mut members } = cut_texts(TextKind::of(attribute), &sets)?;
    classes.insert(0, Value::Absent);
    for class in members.iter_mut().flatten() {
        *class += 1;
    }
    Ok(Cut { classes, members })
}

/// Texts that are absent, or there any number of times. Of `!=` the members are those that it excludes.
fn list(attribute: &TextAttribute, tests: &[&Test]) -> Result<Cut, TooLarge> {
    let set = |test: &&Test| match test {
        Test::Text(_, TextTest::Differs(texts)) => texts::asked(&TextTest::Equals(texts.clone())),
        test => values(test),
    };
    let sets = tests.iter().map(set).collect::<Result<Vec<_>, _>>()?;
    cut_texts(TextKind::of(attribute), &sets)
}

fn values(test: &&Test) -> Result<StringSet, TooLarge> {
    match test {
        Test::Text(_, asked) => texts::asked(asked),
        _ => Ok(StringSet::empty()),
    }
}

/// The classes of texts, those that begin alike next to each other: so sets are few ranges of classes.
fn cut_texts(kind: TextKind, sets: &[StringSet]) -> Result<Cut, TooLarge> {
    let mut distinct: Vec<&StringSet> = Vec::new();
    let mut known: std::collections::HashMap<&StringSet, u32> = std::collections::HashMap::new();
    let mut indices = Vec::with_capacity(sets.len());
    for set in sets {
        let next = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
        let index = *known.entry(set).or_insert(next);
        if index == next {
            distinct.push(set);
        }
        indices.push(index);
    }
    let limit = FEWEST_STATES + STATES_A_SET * distinct.len();
    let mut minterms = StringSet::minterms_within(limit, &kind.universe()?, &distinct)?;
    minterms.sort_by(|one, other| one.witness.cmp(&other.witness));
    let of_distinct = gloo_domain::minterm::classes_of_sets(&minterms, distinct.len());
    let members = indices.iter().map(|index| of_distinct.get(*index as usize).cloned().unwrap_or_default());
    let members = members.collect();
    Ok(Cut { classes: minterms.into_iter().map(|one| Value::Text(one.witness)).collect(), members })
}
