//! What must hold of all patterns and sets, tried on random ones.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "in a test a panic is the failure")]

use gloo_domain::{
    AddressRange, AddressSet, HostPattern, HostSet, Method, MethodSet, Minterm, PathPattern, PathTemplate,
    PortSet, Regex, StringSet, Substitution,
};
use proptest::prelude::*;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bare path patterns over few characters, so that they meet often.
fn bare() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        4 => "[ab]{1,2}",
        1 => Just("*".to_owned()),
        1 => "[ab]?\\*[ab.]{1,2}",
        1 => "[ab]\\*[ab.]{0,2}",
        1 => "\\*[ab]\\*",
        1 => Just("%20".to_owned()),
    ];
    let named = prop_oneof![Just("{x}"), Just("{x}.{y}"), Just("a{x}"), Just("{y}b"), Just("{x}-{y}")];
    let parts = (
        proptest::collection::vec(segment, 0..3),
        proptest::option::of(named),
        prop_oneof![Just(""), Just("/"), Just("/**")],
    );
    parts.prop_map(|(segments, named, end)| {
        let path: String =
            segments.iter().map(String::as_str).chain(named).map(|segment| format!("/{segment}")).collect();
        if path.is_empty() && end.is_empty() { "/".to_owned() } else { path + end }
    })
}

fn regex_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just("b"),
        Just("/"),
        Just("."),
        Just("[^a]"),
        Just(r"\w"),
        Just("é"),
        Just(r"\b"),
        Just("^"),
        Just("(?i:B)")
    ];
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            proptest::collection::vec(inner.clone(), 1..3)
                .prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (inner, prop_oneof![Just("*"), Just("+"), Just("?"), Just("{2}")])
                .prop_map(|(inner, count)| format!("(?:{inner}){count}")),
        ]
    })
}

fn path_pattern() -> impl Strategy<Value = PathPattern> {
    let form = prop_oneof![
        4 => bare().prop_map(|text| PathPattern::parse(&text).unwrap()),
        1 => "/[ab]{0,3}".prop_map(|text| PathPattern::prefix(&text).unwrap()),
        1 => regex_text().prop_map(|text| PathPattern::regex(&format!("/{text}")).unwrap()),
    ];
    (form, any::<bool>()).prop_map(|(form, fold)| if fold { form.ignoring_case().unwrap() } else { form })
}

fn path() -> impl Strategy<Value = String> {
    "(/[abB.-]{0,4}){1,4}|/a/%20|[ab/é\n]{0,5}|/k|/\u{212A}"
}

fn text() -> impl Strategy<Value = String> {
    "[ab/B.é_ ]{0,6}|[ab]{0,3}|\\PC{0,3}"
}

/// Sets of texts that operations make of patterns.
fn string_set() -> impl Strategy<Value = StringSet> {
    let leaf = prop_oneof![
        Just(StringSet::empty()),
        Just(StringSet::all()),
        "[abé]{0,3}".prop_map(|text| StringSet::literal(&text)),
        "[ab]{0,2}".prop_map(|text| StringSet::prefix(&text)),
        "[abé]{0,2}".prop_map(|text| StringSet::suffix(&text).unwrap()),
        "[ab]{1,2}".prop_map(|text| StringSet::containing(&text).unwrap()),
        regex_text().prop_map(|text| StringSet::regex(&Regex::parse(&text).unwrap()).unwrap()),
        path_pattern().prop_map(|pattern| StringSet::path(&pattern).unwrap()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.meet(&b).unwrap()),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.join(&b).unwrap()),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.minus(&b).unwrap()),
            inner.prop_map(|a| a.complement().unwrap()),
        ]
    })
}

fn host() -> impl Strategy<Value = String> {
    "((a|b|www)\\.){0,3}(com|org)"
}

fn host_set() -> impl Strategy<Value = HostSet> {
    let pattern = prop_oneof![Just("*".to_owned()), host(), host().prop_map(|host| format!("*.{host}"))];
    let leaf = proptest::collection::vec(pattern.prop_map(|text| HostPattern::parse(&text).unwrap()), 0..4)
        .prop_map(|patterns| patterns.iter().collect::<HostSet>());
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.meet(&b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.join(&b)),
            inner.prop_map(|a| a.complement()),
        ]
    })
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u32..4, 0_u32..4).prop_map(|(high, low)| Ipv4Addr::from_bits((high << 30) | low).into()),
        (0_u128..4, 0_u128..4).prop_map(|(high, low)| Ipv6Addr::from_bits((high << 126) | low).into()),
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
    ]
}

fn address_range() -> impl Strategy<Value = AddressRange> {
    (address(), 0_u8..=128).prop_map(|(address, length)| {
        let text = match address {
            IpAddr::V4(v4) => {
                let length = u32::from(length % 33);
                format!(
                    "{}/{length}",
                    Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(32 - length).unwrap_or(0))
                )
            }
            IpAddr::V6(v6) => {
                let length = u32::from(length);
                format!(
                    "{}/{length}",
                    Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(128 - length).unwrap_or(0))
                )
            }
        };
        AddressRange::parse(&text).unwrap()
    })
}

fn address_set() -> impl Strategy<Value = AddressSet> {
    let ranges = proptest::collection::vec(address_range(), 0..4).prop_map(AddressSet::from_iter);
    (ranges, any::<bool>()).prop_map(|(set, inverted)| if inverted { set.complement() } else { set })
}

fn port_set() -> impl Strategy<Value = PortSet> {
    let intervals = proptest::collection::vec((0_u16..30, 0_u16..30), 0..4).prop_map(PortSet::of);
    (intervals, any::<bool>()).prop_map(|(set, inverted)| if inverted { set.complement() } else { set })
}

/// Classes are told apart by their members, each witness is of its class, and the class of `value` is among them.
fn check_classes<W: std::fmt::Debug>(
    classes: &[Minterm<W>],
    members: impl Fn(&W) -> Vec<u32>,
    value: Option<&W>,
) {
    let distinct: BTreeSet<&Vec<u32>> = classes.iter().map(|class| &class.members).collect();
    assert_eq!(distinct.len(), classes.len(), "{classes:?}");
    for class in classes {
        assert_eq!(members(&class.witness), class.members, "{classes:?}");
    }
    if let Some(value) = value {
        assert!(distinct.contains(&members(value)), "{value:?} is in no class of {classes:?}");
    }
}

fn members<S>(sets: &[S], contains: impl Fn(&S) -> bool) -> Vec<u32> {
    (0..).zip(sets).filter(|(_, set)| contains(set)).map(|(index, _)| index).collect()
}

/// What a proxy makes of the path. The expressions are of a kind that RE2 and the engine at hand read alike.
fn substitute(substitution: &Substitution, path: &str) -> String {
    let vm = PikeVM::new(&format!("^(?:{})$", substitution.regex)).unwrap();
    let mut groups = vm.create_captures();
    vm.captures(&mut vm.create_cache(), path, &mut groups);
    assert!(groups.is_match(), "{} on {path}", substitution.regex);
    let mut parts = substitution.replacement.split('\\');
    let mut replaced = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, text) = part.split_at(1);
        let group = groups.get_group(number.parse().unwrap()).unwrap();
        replaced += &path[group.start..group.end];
        replaced += text;
    }
    replaced
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bare_patterns_are_shown_as_they_are_read(text in bare()) {
        let pattern = PathPattern::parse(&text).unwrap();
        prop_assert_eq!(pattern.to_string(), text.as_str());
        prop_assert_eq!(PathPattern::parse(&pattern.to_string()).unwrap(), pattern);
    }

    #[test]
    fn a_pattern_its_set_and_its_expression_agree(pattern in path_pattern(), path in path()) {
        let expected = pattern.contains(&path);
        let set = StringSet::path(&pattern).unwrap();
        prop_assert_eq!(set.contains(&path), expected, "{} on {:?}", pattern, path);
        prop_assert_eq!(pattern.captures(&path).is_some(), expected);
        if path.starts_with('/') && !path.contains('\n') {
            let regex = Regex::parse(&pattern.to_regex()).unwrap();
            prop_assert_eq!(regex.contains(&path), expected, "{} on {:?}", regex, path);
            let embedded = Regex::parse(&format!("(?:{}){{1}}", pattern.to_regex())).unwrap();
            prop_assert_eq!(embedded.contains(&path), expected, "{} on {:?}", embedded, path);
        }
        if let Some(exact) = pattern.as_exact() {
            prop_assert!(pattern.contains(&exact));
            prop_assert_eq!(expected, if pattern.ignores_case() { exact.eq_ignore_ascii_case(&path) } else { exact == path });
        }
    }

    #[test]
    fn what_was_captured_fills_the_pattern_again(text in bare(), path in path()) {
        let pattern = PathPattern::parse(&text).unwrap();
        // A template has names for all wildcards, so only such patterns are their own template.
        if let (Some(captures), Ok(template)) = (pattern.captures(&path), PathTemplate::parse(&text)) {
            prop_assert_eq!(template.to_string(), text);
            prop_assert_eq!(template.fill(&captures), path);
        }
    }

    #[test]
    fn a_substitution_does_what_filling_does(path in "/(a|b|\\.|-|/){0,7}", fold in any::<bool>()) {
        for text in ["/a/**", "/**", "/{x}/**", "/{x}.{y}", "/{x}-{y}/**", "/a{x}b", "/a/{x}", "/*/{y}/**", "/*.{x}", "/a"] {
            let mut pattern = PathPattern::parse(text).unwrap();
            if fold {
                pattern = pattern.ignoring_case().unwrap();
            }
            let Some(captures) = pattern.captures(&path) else { continue };
            for text in ["/**", "/v/**", "/{x}", "/{x}/**", "/{y}/{x}", "/{y}{x}/**", "/v"] {
                let template = PathTemplate::parse(text).unwrap();
                let substitution = template.substitution(&pattern);
                prop_assert_eq!(substitution.is_none(), template.missing_from(&pattern).is_some());
                if let Some(substitution) = substitution {
                    prop_assert_eq!(substitute(&substitution, &path), template.fill(&captures), "{:?}", substitution);
                }
            }
        }
    }

    #[test]
    fn a_set_and_its_matcher_agree(text in regex_text(), value in text()) {
        let regex = Regex::parse(&text).unwrap();
        let set = StringSet::regex(&regex).unwrap();
        prop_assert_eq!(set.contains(&value), regex.contains(&value), "{} on {:?}", text, value);
    }

    #[test]
    fn sets_of_texts_obey_the_laws(a in string_set(), b in string_set(), value in text()) {
        let (in_a, in_b) = (a.contains(&value), b.contains(&value));
        let (meet, join, minus) = (a.meet(&b).unwrap(), a.join(&b).unwrap(), a.minus(&b).unwrap());
        prop_assert_eq!(meet.contains(&value), in_a && in_b);
        prop_assert_eq!(join.contains(&value), in_a || in_b);
        prop_assert_eq!(minus.contains(&value), in_a && !in_b);
        let (not_a, not_b) = (a.complement().unwrap(), b.complement().unwrap());
        prop_assert_eq!(not_a.contains(&value), !in_a);
        prop_assert_eq!(&not_a.complement().unwrap(), &a);
        prop_assert_eq!(&not_a.join(&not_b).unwrap(), &meet.complement().unwrap());
        prop_assert_eq!(&not_a.meet(&not_b).unwrap(), &join.complement().unwrap());
        prop_assert_eq!(&a.meet(&not_b).unwrap(), &minus);
        prop_assert_eq!(a.is_subset(&b).unwrap(), minus.is_empty());
        prop_assert_eq!(a.is_disjoint(&b).unwrap(), meet.is_empty());
        prop_assert_eq!(&StringSet::join_all(&[a.clone(), b, meet.clone()]).unwrap(), &join);
        prop_assert_eq!(&a.meet(&not_a).unwrap(), &StringSet::empty());
        prop_assert_eq!(&a.join(&not_a).unwrap(), &StringSet::all());
        for set in [&a, &meet, &join, &minus, &not_a] {
            match set.witness() {
                Some(witness) => prop_assert!(set.contains(&witness), "{set:?}"),
                None => prop_assert!(set.is_empty() && *set == StringSet::empty()),
            }
        }
    }

    #[test]
    fn classes_of_texts_divide_the_universe(universe in string_set(), sets in proptest::collection::vec(string_set(), 0..6), value in text()) {
        let universes = [universe, StringSet::all(), StringSet::strict_paths().unwrap()];
        for universe in &universes {
            let classes = StringSet::minterms(universe, &sets.iter().collect::<Vec<_>>()).unwrap();
            prop_assert_eq!(classes.is_empty(), universe.is_empty());
            prop_assert!(classes.iter().all(|class| universe.contains(&class.witness)), "{classes:?}");
            let inside = Some(&value).filter(|value| universe.contains(value));
            check_classes(&classes, |text| members(&sets, |set| set.contains(text)), inside);
            // Each class is a set that isn't empty, and the sets are what their classes are.
            for (index, set) in sets.iter().enumerate() {
                let within = set.meet(universe).unwrap();
                let found = classes.iter().any(|class| class.members.contains(&u32::try_from(index).unwrap()));
                prop_assert_eq!(found, !within.is_empty());
            }
        }
    }

    #[test]
    fn sets_of_hosts_obey_the_laws(a in host_set(), b in host_set(), c in host_set(), value in host()) {
        let (in_a, in_b) = (a.contains(&value), b.contains(&value));
        let (meet, join) = (a.meet(&b), a.join(&b));
        prop_assert_eq!(meet.contains(&value), in_a && in_b);
        prop_assert_eq!(join.contains(&value), in_a || in_b);
        prop_assert_eq!(a.minus(&b).contains(&value), in_a && !in_b);
        prop_assert_eq!(a.complement().contains(&value), !in_a);
        prop_assert_eq!(&a.complement().complement(), &a);
        prop_assert_eq!(&a.complement().join(&b.complement()), &meet.complement());
        prop_assert_eq!(&a.join(&a.complement()), &HostSet::all());
        prop_assert_eq!(a.is_subset(&b), a.minus(&b) == HostSet::empty());
        prop_assert_eq!(a.is_disjoint(&b), meet == HostSet::empty());
        for set in [&a, &meet, &join] {
            match set.witness() {
                Some(witness) => prop_assert!(set.contains(&witness) && HostPattern::parse(&witness).is_ok()),
                None => prop_assert_eq!(set, &HostSet::empty()),
            }
        }
        let sets = [a, b, c];
        check_classes(&HostSet::minterms(&sets.each_ref()), |host| members(&sets, |set| set.contains(host)), Some(&value));
    }

    #[test]
    fn a_set_of_hosts_holds_what_its_patterns_hold(
        patterns in proptest::collection::vec("(\\*\\.)?((a|b)\\.){0,3}com|\\*", 0..5),
        value in "((a|b|c)\\.){0,4}(com|org)",
    ) {
        let patterns: Vec<HostPattern> = patterns.iter().map(|text| HostPattern::parse(text).unwrap()).collect();
        let set: HostSet = patterns.iter().collect();
        prop_assert_eq!(set.contains(&value), patterns.iter().any(|pattern| pattern.contains(&value)));
        let joined = patterns.iter().fold(HostSet::empty(), |joined, pattern| joined.join(&pattern.set()));
        prop_assert_eq!(set, joined);
    }

    #[test]
    fn host_patterns_relate_as_their_sets_do(a in "(\\*\\.)?((a|b)\\.){0,2}com", b in "(\\*\\.)?((a|b)\\.){0,2}com") {
        let (a, b) = (HostPattern::parse(&a).unwrap(), HostPattern::parse(&b).unwrap());
        prop_assert_eq!(a.covers(&b), b.set().is_subset(&a.set()));
        prop_assert_eq!(a.meets(&b), !a.set().is_disjoint(&b.set()));
    }

    #[test]
    fn sets_of_addresses_obey_the_laws(a in address_set(), b in address_set(), value in address()) {
        let (in_a, in_b) = (a.contains(value), b.contains(value));
        prop_assert_eq!(a.meet(&b).contains(value), in_a && in_b);
        prop_assert_eq!(a.join(&b).contains(value), in_a || in_b);
        prop_assert_eq!(a.minus(&b).contains(value), in_a && !in_b);
        prop_assert_eq!(a.complement().contains(value), !in_a);
        prop_assert_eq!(&a.complement().complement(), &a);
        prop_assert_eq!(&a.complement().join(&b.complement()), &a.meet(&b).complement());
        prop_assert_eq!(a.is_subset(&b), a.minus(&b).is_empty());
        prop_assert_eq!(a.is_disjoint(&b), a.meet(&b).is_empty());
        prop_assert_eq!(a.is_empty(), a.witness().is_none());
        prop_assert!(a.witness().is_none_or(|address| a.contains(address)));
        let sets = [a, b];
        let value = value.to_canonical();
        check_classes(&AddressSet::minterms(&sets.each_ref()), |address| members(&sets, |set| set.contains(*address)), Some(&value));
    }

    #[test]
    fn ranges_of_addresses_are_shown_as_they_are_read(range in address_range(), value in address()) {
        prop_assert_eq!(AddressRange::parse(&range.to_string()).unwrap(), range);
        prop_assert_eq!(range.set().contains(value), range.contains(value));
    }

    #[test]
    fn sets_of_ports_obey_the_laws(a in port_set(), b in port_set(), c in port_set(), value in 1_u16..40) {
        let (in_a, in_b) = (a.contains(value), b.contains(value));
        prop_assert_eq!(a.meet(&b).contains(value), in_a && in_b);
        prop_assert_eq!(a.join(&b).contains(value), in_a || in_b);
        prop_assert_eq!(a.minus(&b).contains(value), in_a && !in_b);
        prop_assert_eq!(a.complement().contains(value), !in_a);
        prop_assert_eq!(&a.complement().complement(), &a);
        prop_assert!(a.witness().is_none_or(|port| a.contains(port)));
        let sets = [a, b, c];
        check_classes(&PortSet::minterms(&sets.each_ref()), |port| members(&sets, |set| set.contains(*port)), Some(&value));
    }

    #[test]
    fn classes_of_methods_divide_them(sets in proptest::collection::vec(proptest::collection::vec(0_usize..10, 0..6), 0..4), value in 0_usize..10) {
        let sets: Vec<MethodSet> = sets.into_iter().map(|set| set.into_iter().map(|index| Method::ALL[index]).collect()).collect();
        check_classes(&MethodSet::minterms(&sets), |method| members(&sets, |set| set.contains(*method)), Some(&Method::ALL[value]));
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,12}|[/a*{}%.;?#\\[\\]()\\\\QEpPx0-9,|+^$:é-]{0,16}|(/|\\*|\\{a\\}|%2|[0-9.:/]){0,8}") {
        let errors = [
            PathPattern::parse(&text).err(),
            PathPattern::prefix(&text).err(),
            PathTemplate::parse(&text).err(),
            Regex::parse(&text).err(),
            HostPattern::parse(&text).err(),
            AddressRange::parse(&text).err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert!(text.get(error.offset..error.offset + error.length).is_some(), "{error:?} in {text:?}");
            prop_assert!(!error.message.is_empty() && !error.message.ends_with('.'));
        }
        if let Ok(regex) = Regex::parse(&text) {
            let _ = regex.contains(&text);
            prop_assert_eq!(&Regex::parse(regex.source()).unwrap(), &regex);
            let embedded = format!("(?:{})", regex.to_embeddable());
            prop_assert!(Regex::parse(&embedded).is_ok());
        }
    }
}

/// Expressions with the witness that a reader is shown: short, of letters and digits where they do.
#[test]
fn witnesses_are_short_and_readable() {
    for (regex, witness) in [
        ("", ""),
        (".", "a"),
        ("[^a-z]", "1"),
        ("[0-9]", "1"),
        ("[^a-zA-Z0-9/]", "-"),
        (r"[^\x00-\x7F]", "é"),
        (r"\x00|bbb", "bbb"),
        ("aaaa|zz|bbb", "zz"),
        ("/v[0-9]+/.*", "/v1/"),
        ("(?i)GET", "get"),
        (".*/.+", "/a"),
        ("日本|aaaaa", "aaaaa"),
    ] {
        let set = StringSet::regex(&Regex::parse(regex).unwrap()).unwrap();
        assert_eq!(set.witness().as_deref(), Some(witness), "{regex}");
        let classes = StringSet::minterms(&StringSet::all(), &[&set]).unwrap();
        let class = classes.iter().find(|class| class.members == [0]).unwrap();
        assert_eq!(class.witness, witness, "{regex}");
    }
}

#[test]
fn thousands_of_patterns_have_as_many_classes() {
    let pattern = |index: usize| match index % 4 {
        0 => format!("/service-{}/items-{index}/**", index / 20),
        1 => format!("/service-{}/users/*/x{index}", index / 20),
        _ => format!("/service-{}/v1/{index}", index / 20),
    };
    let sets: Vec<StringSet> = (0..3_000)
        .map(|index| StringSet::path(&PathPattern::parse(&pattern(index)).unwrap()).unwrap())
        .collect();
    let classes =
        StringSet::minterms(&StringSet::strict_paths().unwrap(), &sets.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(classes.len(), 3_001);
    assert_eq!(classes[0].witness, "/");
    assert!(classes.iter().skip(1).all(|class| class.members.len() == 1));
}

#[test]
fn what_would_take_too_long_says_so() {
    let sets: Vec<StringSet> =
        (0..10).map(|index| StringSet::containing(&format!("x{index}y")).unwrap()).collect();
    let refs: Vec<&StringSet> = sets.iter().collect();
    assert!(StringSet::minterms_within(100, &StringSet::all(), &refs).is_err());
    assert_eq!(StringSet::minterms(&StringSet::all(), &refs).unwrap().len(), 1024);
}
