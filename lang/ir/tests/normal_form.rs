//! A predicate and its disjunctive normal form hold for the same requests, and what is said of a conjunct is true: the
//! evaluator is the judge.

#![expect(clippy::expect_used, reason = "a test that can't go on fails")]

use gloo_domain::{AddressRange, HostPattern, Method, PathPattern, PortSet, Regex};
use gloo_ir::evaluate::{Attributes, Caller, Entry, Headers, Request, Source, meets};
use gloo_ir::normal_form::{Conjunct, disjuncts};
use gloo_ir::{
    AddressAttribute, ClusterId, NamespaceId, PathMode, Predicate, Program, ProviderId, ServiceId,
    SourcePattern, Test, TextAttribute, TextTest,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const PATHS: [&str; 9] = ["/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b", "/b.png", "/x/1"];
const PATTERNS: [&str; 9] = ["/", "/a", "/a/**", "/a/*", "/*.png", "/**", "/{id}", "/x/*", "/b"];
const HOSTS: [&str; 4] = ["acme.com", "shop.acme.com", "a.shop.acme.com", "example.com"];
const HOST_PATTERNS: [&str; 5] = ["*", "*.acme.com", "*.shop.acme.com", "shop.acme.com", "example.com"];
const VALUES: [&str; 5] = ["", "a", "ab", "b", "1"];
const ADDRESSES: [&str; 4] = ["10.0.0.7", "10.1.0.1", "192.0.2.1", "2001:db8::1"];
const RANGES: [&str; 4] = ["10.0.0.0/8", "10.0.0.0/16", "0.0.0.0/0", "2001:db8::/32"];
const SERVICES: [&str; 3] = ["shop.cart", "shop.frontend", "ops.auditor"];

fn texts() -> impl Strategy<Value = TextTest> {
    let some =
        || subsequence(VALUES.to_vec(), 1..3).prop_map(|all| all.into_iter().map(String::from).collect());
    prop_oneof![
        Just(TextTest::Present),
        some().prop_map(TextTest::Equals),
        some().prop_map(TextTest::Differs),
        select(vec!["a.*", "[0-9]+", "a|b", ".*"])
            .prop_map(|text| TextTest::Matches(Regex::parse(text).expect("an expression"))),
        select(VALUES.to_vec()).prop_map(|text| TextTest::Contains(text.to_owned())),
        select(VALUES.to_vec()).prop_map(|text| TextTest::StartsWith(text.to_owned())),
        select(VALUES.to_vec()).prop_map(|text| TextTest::EndsWith(text.to_owned())),
    ]
}

fn attributes_asked() -> Vec<TextAttribute> {
    vec![
        TextAttribute::Header("x".to_owned()),
        TextAttribute::Header("accept".to_owned()),
        TextAttribute::Query("q".to_owned()),
        TextAttribute::Cookie("c".to_owned()),
        TextAttribute::Claim { provider: ProviderId::new("auth0"), name: "groups".to_owned() },
    ]
}

fn sources() -> impl Strategy<Value = SourcePattern> {
    prop_oneof![
        Just(SourcePattern::Any),
        Just(SourcePattern::Outside),
        select(SERVICES.to_vec())
            .prop_map(|name| SourcePattern::Service { service: ServiceId::new(name), cluster: None }),
        select(vec!["shop", "ops"])
            .prop_map(|name| SourcePattern::Namespace { namespace: NamespaceId::new(name), cluster: None }),
    ]
}

fn tests() -> impl Strategy<Value = Test> {
    let paths = subsequence(PATTERNS.to_vec(), 1..3);
    let hosts = subsequence(HOST_PATTERNS.to_vec(), 1..3);
    let ranges = subsequence(RANGES.to_vec(), 1..3);
    prop_oneof![
        subsequence(Method::ALL.to_vec(), 1..4).prop_map(Test::Method),
        paths.prop_map(|all| {
            Test::Path(all.into_iter().map(|text| PathPattern::parse(text).expect("a pattern")).collect())
        }),
        select(vec!["/a.*", "/[ab]/.*"])
            .prop_map(|text| { Test::Path(vec![PathPattern::regex(text).expect("an expression")]) }),
        hosts.prop_map(|all| {
            Test::Host(all.into_iter().map(|text| HostPattern::parse(text).expect("a host")).collect())
        }),
        Just(Test::HostMatches(Regex::parse("shop.*").expect("an expression"))),
        select(vec![80_u16, 443]).prop_map(|port| Test::Port(PortSet::port(port))),
        Just(Test::SchemeIsHttps),
        (select(attributes_asked()), texts()).prop_map(|(attribute, asked)| Test::Text(attribute, asked)),
        proptest::collection::vec(sources(), 1..3).prop_map(Test::Source),
        select(vec!["shop", "ops"]).prop_map(|name| Test::SourceNamespace(vec![NamespaceId::new(name)])),
        (select(vec![AddressAttribute::Client, AddressAttribute::Source]), ranges).prop_map(
            |(attribute, all)| {
                let ranges = all.into_iter().map(|text| AddressRange::parse(text).expect("a range"));
                Test::Address(attribute, ranges.collect())
            }
        ),
    ]
}

fn predicates() -> impl Strategy<Value = Predicate> {
    tests().prop_map(Predicate::Test).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Predicate::All),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Predicate::Any),
            inner.prop_map(|part| Predicate::Not(Box::new(part))),
        ]
    })
}

prop_compose! {
    fn requests()(
        method in select(Method::ALL.to_vec()),
        path in select(PATHS.to_vec()),
        host in select(HOSTS.to_vec()),
        port in select(vec![80_u16, 443]),
        https in any::<bool>(),
        x in subsequence(VALUES.to_vec(), 0..3),
        accept in subsequence(VALUES.to_vec(), 0..3),
        query in proptest::option::of(select(VALUES.to_vec())),
        cookie in proptest::option::of(select(VALUES.to_vec())),
        groups in subsequence(VALUES.to_vec(), 0..3),
        caller in proptest::option::of(select(SERVICES.to_vec())),
        client in select(ADDRESSES.to_vec()),
        peer in select(ADDRESSES.to_vec()),
    ) -> Attributes {
        let mut headers = Headers::default();
        x.into_iter().for_each(|value| headers.add("x", value));
        accept.into_iter().for_each(|value| headers.add("accept", value));
        cookie.into_iter().for_each(|value| headers.add("cookie", format!("c={value}")));
        let provider = ProviderId::new("auth0");
        let groups: Vec<String> = groups.into_iter().map(String::from).collect();
        let caller = caller.map_or(Caller::Outside, |name| Caller::Service(ServiceId::new(name)));
        let mut attributes = Attributes::of_connection(port);
        attributes.method = Some(method);
        attributes.path = Some(path.to_owned());
        attributes.host = Some(host.to_owned());
        attributes.https = https;
        attributes.headers = headers;
        attributes.query = query.map(|value| format!("q={value}"));
        attributes.source = Source::Deployed { caller, cluster: ClusterId::new("east") };
        attributes.client_address = Some(client.parse().expect("an address"));
        attributes.source_address = Some(peer.parse().expect("an address"));
        attributes.claims.insert((provider.clone(), "groups".to_owned()), groups);
        attributes.verified.insert(provider);
        attributes
    }
}

/// The request that a conjunct gives as a witness, as the proxy sees it.
fn shown(conjunct: &Conjunct) -> Option<Attributes> {
    let witness = conjunct.witness(PathMode::Strict)?;
    let entry = Entry::Service(ServiceId::new("shop.cart"));
    let request = Request::of_witness(entry, &witness, "cart.shop", 8080, false);
    Some(request.attributes(&Program::default(), &ClusterId::new("east")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_predicate_is_its_disjuncts(predicate in predicates(), requests in proptest::collection::vec(requests(), 8)) {
        let program = Program::default();
        let Ok(disjuncts) = disjuncts(&predicate) else { return Ok(()) };
        for request in requests {
            let any = disjuncts.iter().any(|conjunct| conjunct.holds(&program, &request));
            prop_assert_eq!(meets(&program, &predicate, &request), any, "{:?}\n{:?}", predicate, request);
        }
    }

    #[test]
    fn a_conjunct_that_is_not_empty_has_a_request(predicate in predicates()) {
        let Ok(disjuncts) = disjuncts(&predicate) else { return Ok(()) };
        for conjunct in disjuncts {
            let request = shown(&conjunct);
            prop_assert!(request.is_some(), "no witness of {:?}", conjunct);
            let request = request.expect("a witness");
            prop_assert!(conjunct.holds(&Program::default(), &request), "{:?}\n{:?}", conjunct, request);
        }
    }

    #[test]
    fn a_meet_is_both(one in predicates(), other in predicates(), request in requests()) {
        let program = Program::default();
        let (Ok(one), Ok(other)) = (disjuncts(&one), disjuncts(&other)) else { return Ok(()) };
        for (one, other) in one.iter().flat_map(|one| other.iter().map(move |other| (one, other))).take(64) {
            let both = one.holds(&program, &request) && other.holds(&program, &request);
            let meet = one.meet(other).is_some_and(|meet| meet.holds(&program, &request));
            prop_assert_eq!(both, meet, "{:?}\n{:?}\n{:?}", one, other, request);
        }
    }
}
