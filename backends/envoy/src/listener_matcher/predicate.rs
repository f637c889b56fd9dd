//! What a connection is asked.

use crate::address;
use crate::filter_chain::Chain;
use crate::regex;
use envoy_types::pb::envoy::extensions::matching::common_inputs::network::v3::{
    DirectSourceIpInput, ServerNameInput, SourceIpInput, TransportProtocolInput,
};
use envoy_types::pb::envoy::extensions::matching::input_matchers::ip::v3::Ip;
use envoy_types::pb::xds::core::v3::TypedExtensionConfig;
use envoy_types::pb::xds::r#type::matcher::v3::matcher::matcher_list::Predicate;
use envoy_types::pb::xds::r#type::matcher::v3::matcher::matcher_list::predicate::{
    MatchType, PredicateList, SinglePredicate, single_predicate::Matcher as Match,
};
use envoy_types::pb::xds::r#type::matcher::v3::{RegexMatcher, StringMatcher, string_matcher::MatchPattern};
use envoy_types::util::pack_any;
use gloo_domain::{AddressRange, HostPattern, escaped};
use gloo_ir::{AddressAttribute, SourcePattern, Test, TextAttribute, TextTest};
use gloo_target::Literal;
use prost::{Message, Name};

/// Whether a connection to `host` is one of the chain's. `names` are all that the listener serves.
pub(super) fn of(host: &HostPattern, names: &[HostPattern], chain: &Chain) -> Predicate {
    let mut all = Vec::new();
    if chain.tls {
        all.push(text(
            &TransportProtocolInput::default(),
            "transport_protocol",
            MatchPattern::Exact("tls".to_owned()),
        ));
    }
    if *host != HostPattern::Any {
        all.push(server_name(host));
    }
    let closer = names.iter().filter(|name| *name != host && host.covers(name));
    all.extend(closer.map(|name| not(server_name(name))));
    if !chain.is_unconditional() {
        let conjuncts =
            chain.conditions.iter().map(|conjunct| and(conjunct.literals.iter().map(literal).collect()));
        all.push(or(conjuncts.collect()));
    }
    and(all)
}

fn literal(literal: &Literal) -> Predicate {
    let holds = match &literal.test {
        Test::Address(AddressAttribute::Client, ranges) => {
            address(&SourceIpInput::default(), "source_ip", ranges)
        }
        Test::Address(AddressAttribute::Source, ranges) => {
            address(&DirectSourceIpInput::default(), "direct_source_ip", ranges)
        }
        Test::Text(TextAttribute::ServerName, test) => server_name_test(test),
        // Whoever enters by a gateway has no identity of the mesh.
        Test::Source(sources) => {
            fixed(sources.iter().any(|one| matches!(one, SourcePattern::Any | SourcePattern::Outside)))
        }
        _ => fixed(false),
    };
    if literal.negated { not(holds) } else { holds }
}

fn server_name(host: &HostPattern) -> Predicate {
    let pattern = match host {
        HostPattern::Exact(name) => MatchPattern::Exact(name.as_str().to_owned()),
        HostPattern::Wildcard(name) => MatchPattern::Suffix(format!(".{name}")),
        HostPattern::Any => return fixed(true),
    };
    sni(pattern)
}

fn server_name_test(test: &TextTest) -> Predicate {
    let expression = |regex| MatchPattern::SafeRegex(RegexMatcher { regex, ..RegexMatcher::default() });
    match test {
        TextTest::Present => sni(expression(".*".to_owned())),
        TextTest::Equals(names) if names.is_empty() => fixed(false),
        TextTest::Equals(names) => sni(expression(regex::one_of(names.iter().map(|name| escaped(name))))),
        // Plans say it as presence and the negation of `Equals`.
        TextTest::Differs(_) => fixed(false),
        TextTest::Matches(regex) => sni(expression(regex.to_embeddable())),
        TextTest::Contains(part) => sni(expression(format!(".*{}.*", escaped(part)))),
        TextTest::StartsWith(start) => sni(expression(format!("{}.*", escaped(start)))),
        TextTest::EndsWith(end) => sni(expression(format!(".*{}", escaped(end)))),
    }
}

fn sni(pattern: MatchPattern) -> Predicate {
    text(&ServerNameInput::default(), "server_name", pattern)
}

fn text<T: Message + Name + Clone>(input: &T, name: &str, pattern: MatchPattern) -> Predicate {
    let matched = StringMatcher { match_pattern: Some(pattern), ..StringMatcher::default() };
    single(input, name, Match::ValueMatch(matched))
}

fn address<T: Message + Name + Clone>(input: &T, name: &str, ranges: &[AddressRange]) -> Predicate {
    if ranges.is_empty() {
        return fixed(false);
    }
    let ranges = ranges.iter().copied().map(address::range).collect();
    let config = Ip { cidr_ranges: ranges, stat_prefix: name.to_owned() };
    single(
        input,
        name,
        Match::CustomMatch(TypedExtensionConfig {
            name: "envoy.matching.matchers.ip".to_owned(),
            typed_config: Some(pack_any(config)),
        }),
    )
}

fn single<T: Message + Name + Clone>(input: &T, name: &str, matcher: Match) -> Predicate {
    let input = TypedExtensionConfig {
        name: format!("envoy.matching.inputs.{name}"),
        typed_config: Some(pack_any(input.clone())),
    };
    let single = SinglePredicate { input: Some(input), matcher: Some(matcher) };
    Predicate { match_type: Some(MatchType::SinglePredicate(single)) }
}

/// Holds always or never: every connection has some address.
fn fixed(holds: bool) -> Predicate {
    let everything =
        ["0.0.0.0/0", "::/0"].iter().filter_map(|range| AddressRange::parse(range).ok()).collect::<Vec<_>>();
    let some = address(&SourceIpInput::default(), "source_ip", &everything);
    if holds { some } else { not(some) }
}

fn and(mut all: Vec<Predicate>) -> Predicate {
    match all.len() {
        0 => fixed(true),
        1 => all.remove(0),
        _ => Predicate { match_type: Some(MatchType::AndMatcher(PredicateList { predicate: all })) },
    }
}

fn or(mut any: Vec<Predicate>) -> Predicate {
    match any.len() {
        0 => fixed(false),
        1 => any.remove(0),
        _ => Predicate { match_type: Some(MatchType::OrMatcher(PredicateList { predicate: any })) },
    }
}

fn not(one: Predicate) -> Predicate {
    Predicate { match_type: Some(MatchType::NotMatcher(Box::new(one))) }
}
