//! Predicates in the language's own words, as a `where` takes them.

use crate::evaluate::attribute_words;
use crate::{AddressAttribute, ClusterId, Predicate, SourcePattern, StatusSet, Test, TextTest};
use gloo_domain::{quoted, raw_quoted};
use std::fmt::{Display, Formatter, Result};

impl Display for Predicate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            // Neither has a word of its own: every path begins with `/`.
            Self::All(parts) if parts.is_empty() => f.write_str("path in /**"),
            Self::Any(parts) if parts.is_empty() => f.write_str("!path in /**"),
            Self::All(parts) => joined(f, parts, " && "),
            Self::Any(parts) => joined(f, parts, " || "),
            Self::Not(part) => match part.as_ref() {
                Self::Test(test) => negated(f, test),
                Self::Not(inner) => write!(f, "{inner}"),
                part => write!(f, "!({part})"),
            },
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Predicate], sign: &str) -> Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(sign)?;
        }
        let is_sum = matches!(part, Predicate::All(inner) | Predicate::Any(inner) if inner.len() > 1);
        if is_sum && parts.len() > 1 { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

/// `method != GET` where the attribute is always there; else `!` before the test.
fn negated(f: &mut Formatter<'_>, test: &Test) -> Result {
    match test {
        Test::SchemeIsHttps => f.write_str("scheme == http"),
        Test::Method(one) if one.len() == 1 => comparison(f, "method", "!=", one),
        test => write!(f, "!{test}"),
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Method(methods) => member(f, "method", methods),
            Self::Path(patterns) => match patterns.as_slice() {
                [one] if one.as_exact().is_some() && !one.ignores_case() => write!(f, "path == {one}"),
                [one] => write!(f, "path in {one}"),
                several => comparison(f, "path", "in", several),
            },
            Self::Host(patterns) => {
                let quoted: Vec<String> = patterns.iter().map(|host| format!("\"{host}\"")).collect();
                match quoted.as_slice() {
                    [one] => write!(f, "host in {one}"),
                    several => comparison(f, "host", "in", several),
                }
            }
            Self::HostMatches(regex) => write!(f, "host matches {}", raw_quoted(regex.source())),
            Self::Port(ports) => {
                let all: Vec<String> =
                    ports.iter().flat_map(|(low, high)| low..=high).map(|port| port.to_string()).collect();
                member(f, "port", &all)
            }
            Self::SchemeIsHttps => f.write_str("scheme == https"),
            Self::Text(attribute, asked) => text(f, &attribute_words(attribute), asked),
            Self::Source(patterns) => match patterns.as_slice() {
                [one @ SourcePattern::Namespace { .. }] => write!(f, "source in {one}"),
                patterns => member(f, "source", patterns),
            },
            Self::SourceNamespace(namespaces) => member(f, "source.namespace", namespaces),
            Self::SourceCluster(clusters) => member(f, "source.cluster", clusters),
            Self::Address(attribute, ranges) => {
                let name = match attribute {
                    AddressAttribute::Client => "client.ip",
                    AddressAttribute::Source => "source.ip",
                };
                let all: Vec<String> = ranges
                    .iter()
                    .map(
                        |range| {
                            if range.first().is_ipv6() { format!("\"{range}\"") } else { range.to_string() }
                        },
                    )
                    .collect();
                match all.as_slice() {
                    [one] => write!(f, "{name} in {one}"),
                    several => comparison(f, name, "in", several),
                }
            }
            Self::Status(sets) => {
                let all: Vec<String> = sets
                    .iter()
                    .map(|set| match set {
                        StatusSet::Exactly(status) => status.to_string(),
                        StatusSet::Class(class) => format!("{class}xx"),
                    })
                    .collect();
                member(f, "status", &all)
            }
            Self::RouteName(asked) => text(f, "route.name", asked),
            Self::Sampled(share) => write!(f, "sampled({share})"),
        }
    }
}

fn text(f: &mut Formatter<'_>, attribute: &str, asked: &TextTest) -> Result {
    match asked {
        TextTest::Present => write!(f, "has({attribute})"),
        TextTest::Equals(texts) => {
            let all: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            member(f, attribute, &all)
        }
        TextTest::Differs(texts) => {
            let each: Vec<String> =
                texts.iter().map(|text| format!("{attribute} != {}", quoted(text))).collect();
            if each.len() == 1 {
                write!(f, "{}", each.join(""))
            } else {
                write!(f, "({})", each.join(" && "))
            }
        }
        TextTest::Matches(regex) => write!(f, "{attribute} matches {}", raw_quoted(regex.source())),
        TextTest::Contains(part) => write!(f, "{attribute} contains {}", quoted(part)),
        TextTest::StartsWith(start) => write!(f, "{attribute} starts_with {}", quoted(start)),
        TextTest::EndsWith(end) => write!(f, "{attribute} ends_with {}", quoted(end)),
    }
}

/// `a == x` for one, `a in [x, y]` for several.
fn member(f: &mut Formatter<'_>, attribute: &str, members: &[impl Display]) -> Result {
    match members {
        [one] => write!(f, "{attribute} == {one}"),
        several => comparison(f, attribute, "in", several),
    }
}

fn comparison(f: &mut Formatter<'_>, attribute: &str, operator: &str, members: &[impl Display]) -> Result {
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    match members.as_slice() {
        [one] => write!(f, "{attribute} {operator} {one}"),
        several => write!(f, "{attribute} {operator} [{}]", several.join(", ")),
    }
}

impl Display for SourcePattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let at = |cluster: &Option<ClusterId>| {
            cluster.as_ref().map(|cluster| format!("@{cluster}")).unwrap_or_default()
        };
        match self {
            Self::Any => f.write_str("any"),
            Self::Outside => f.write_str("outside"),
            Self::Service { service, cluster } => write!(f, "{service}{}", at(cluster)),
            Self::Namespace { namespace, cluster } => write!(f, "{namespace}.*{}", at(cluster)),
            Self::Gateway { gateway, cluster } => write!(f, "{gateway}{}", at(cluster)),
            Self::Identity(uri) => write!(f, "identity({})", quoted(uri)),
        }
    }
}
