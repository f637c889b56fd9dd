//! Random tables, folded by diagrams, by Z3, and by trying every request.

use super::{Verdict, fold};
use crate::atoms::{Atoms, Field, FieldKey, Kind, Value};
use crate::diagram::{Chosen, Diagrams};
use crate::formula::Formula;
use crate::solver::{Z3, second_opinion};
use gloo_ir::TextAttribute;
use proptest::prelude::*;

/// Two fields of one class each request, with 5 and 11 classes, and a list of 3.
fn atoms() -> Atoms {
    let value = |class: u32| Value::Text(format!("/{class}"));
    let field = |key, kind, count: u32| Field {
        key,
        kind,
        classes: (0..count).map(value).collect(),
        preferred: (0..count).collect(),
    };
    let header = |name: &str| FieldKey::Text(TextAttribute::Header(name.to_owned()));
    Atoms::with_fields(vec![
        field(FieldKey::Path, Kind::One, 11),
        field(FieldKey::Host, Kind::One, 5),
        field(header("x"), Kind::List, 3),
    ])
}

fn leaf() -> impl Strategy<Value = Formula> {
    let member = |field: usize, count: u32| {
        proptest::sample::subsequence((0..count).collect::<Vec<u32>>(), 1..count as usize)
            .prop_map(move |classes| Formula::Member(field, classes.into()))
    };
    prop_oneof![
        3 => member(0, 11),
        2 => member(1, 5),
        2 => (0_u32..3).prop_map(|class| Formula::Some(2, class)),
    ]
}

fn rule() -> impl Strategy<Value = Formula> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => proptest::collection::vec(inner.clone(), 2..4).prop_map(Formula::all),
            1 => proptest::collection::vec(inner.clone(), 2..4).prop_map(Formula::any),
            1 => inner.prop_map(|formula| !formula),
        ]
    })
}

/// Every request that the atoms tell apart.
fn requests() -> Vec<Chosen> {
    let mut all = Vec::new();
    for path in 0..11 {
        for host in 0..5 {
            for bits in 0..8_u32 {
                let has = (0..3).filter(|class| bits & (1 << class) != 0).collect();
                all.push(Chosen::from([(0, vec![path]), (1, vec![host]), (2, has)]));
            }
        }
    }
    all
}

fn holds(formula: &Formula, request: &Chosen) -> bool {
    let own = |field: &usize| request.get(field).map(Vec::as_slice).unwrap_or_default();
    match formula {
        Formula::Constant(value) => *value,
        Formula::Member(field, classes) => own(field).iter().any(|class| classes.contains(class)),
        Formula::Some(field, class) => own(field).contains(class),
        Formula::Not(inner) => !holds(inner, request),
        Formula::All(parts) => parts.iter().all(|part| holds(part, request)),
        Formula::Any(parts) => parts.iter().any(|part| holds(part, request)),
    }
}

proptest! {
    // `PROPTEST_CASES=1000000`, as `make bench-agree` says, tries a million.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(10_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn diagrams_and_z3_and_trying_all_agree(
        scope in prop_oneof![2 => Just(Formula::TRUE), 1 => rule()],
        rules in proptest::collection::vec(rule(), 1..8),
    ) {
        let atoms = atoms();
        let mut diagrams = Diagrams::new(8);
        let space = diagrams.space(&atoms).unwrap();
        let verdicts = fold(&space, &space.set(&scope).unwrap(), &rules).unwrap();
        prop_assert_eq!(second_opinion(&mut Z3::new(&atoms), &scope, &rules, &verdicts), Ok(()));

        let mut left: Vec<Chosen> = requests().into_iter().filter(|one| holds(&scope, one)).collect();
        let within = left.clone();
        for (number, (rule, verdict)) in rules.iter().zip(&verdicts).enumerate() {
            let decided = left.iter().any(|request| holds(rule, request));
            let matched: Vec<&Chosen> = within.iter().filter(|request| holds(rule, request)).collect();
            match verdict {
                Verdict::Decides(set) => {
                    prop_assert!(decided);
                    let sample = space.choose(set).unwrap().unwrap();
                    prop_assert!(left.contains(&sample) && holds(rule, &sample));
                }
                Verdict::Impossible => prop_assert!(matched.is_empty()),
                Verdict::Shadowed { sample, by } => {
                    prop_assert!(!decided && !matched.is_empty());
                    let sample = space.choose(sample).unwrap().unwrap();
                    prop_assert!(holds(rule, &sample));
                    let covers = |by: &[usize]| {
                        matched.iter().all(|request| by.iter().any(|taker| holds(&rules[*taker], request)))
                    };
                    prop_assert!(by.iter().all(|taker| *taker < number) && covers(by));
                    for needless in by {
                        let others: Vec<usize> = by.iter().copied().filter(|one| one != needless).collect();
                        prop_assert!(!covers(&others));
                    }
                }
            }
            left.retain(|request| !holds(rule, request));
        }
    }
}
