//! What predicates mean: the one place where a single request is held against them. The sets that they name are those
//! of `gloo_domain`, which the checker reads too.

use super::Attributes;
use crate::{Predicate, Program, Test, TextAttribute, TextTest};

/// Whether `predicate` holds for a request with these attributes.
#[must_use]
pub fn meets(program: &Program, predicate: &Predicate, attributes: &Attributes) -> bool {
    let answer = holds(program, predicate, attributes);
    attributes.note(program, || predicate.clone(), answer);
    answer
}

/// As [`meets`], for parts of a question.
pub(crate) fn holds(program: &Program, predicate: &Predicate, attributes: &Attributes) -> bool {
    match predicate {
        Predicate::All(parts) => parts.iter().all(|part| holds(program, part, attributes)),
        Predicate::Any(parts) => parts.iter().any(|part| holds(program, part, attributes)),
        Predicate::Not(part) => !holds(program, part, attributes),
        Predicate::Test(test) => meets_test(program, test, attributes),
    }
}

/// Whether a single test holds for a request with these attributes. None holds of an attribute that is absent.
#[must_use]
pub fn meets_test(program: &Program, test: &Test, attributes: &Attributes) -> bool {
    match test {
        Test::Method(methods) => attributes.method.as_ref().is_some_and(|method| methods.contains(method)),
        Test::Path(patterns) => {
            let path = attributes.path.as_deref();
            path.is_some_and(|path| patterns.iter().any(|pattern| pattern.contains(path)))
        }
        Test::Host(patterns) => {
            let host = attributes.host.as_deref();
            host.is_some_and(|host| patterns.iter().any(|pattern| pattern.contains(host)))
        }
        Test::HostMatches(regex) => attributes.host.as_deref().is_some_and(|host| regex.contains(host)),
        Test::Port(ports) => ports.contains(attributes.port),
        Test::SchemeIsHttps => attributes.https,
        Test::Text(attribute, asked) => {
            let values = attributes.texts(attribute);
            meets_text(asked, values.iter().map(AsRef::as_ref))
        }
        Test::Source(patterns) => patterns.iter().any(|pattern| attributes.source.is(program, pattern)),
        Test::SourceNamespace(namespaces) => {
            namespaces.iter().any(|namespace| attributes.source.is_of(program, namespace))
        }
        Test::SourceCluster(clusters) => {
            clusters.iter().any(|cluster| attributes.source.is_on(program, cluster))
        }
        Test::Address(attribute, ranges) => {
            let address = attributes.address(*attribute);
            address.is_some_and(|address| ranges.iter().any(|range| range.contains(address)))
        }
        Test::Status(sets) => {
            attributes.status.is_some_and(|status| sets.iter().any(|set| set.contains(status)))
        }
        Test::RouteName(asked) => meets_text(asked, attributes.route_name.as_deref()),
        // Which requests are drawn is outside the model; of one that is looked at, it is said that it is drawn.
        Test::Sampled(share) => share.millionths > 0,
    }
}

/// Whether a test of a text that has these values holds.
pub(crate) fn meets_text<'a>(asked: &TextTest, values: impl IntoIterator<Item = &'a str>) -> bool {
    let mut values = values.into_iter().peekable();
    match asked {
        TextTest::Present => values.peek().is_some(),
        TextTest::Differs(texts) => {
            values.peek().is_some() && values.all(|value| texts.iter().all(|text| text != value))
        }
        positive => values.any(|value| holds_value(positive, value)),
    }
}

fn holds_value(asked: &TextTest, value: &str) -> bool {
    match asked {
        TextTest::Present => true,
        TextTest::Equals(texts) => texts.iter().any(|text| text == value),
        TextTest::Differs(texts) => texts.iter().all(|text| text != value),
        TextTest::Matches(regex) => regex.contains(value),
        TextTest::Contains(part) => value.contains(part.as_str()),
        TextTest::StartsWith(start) => value.starts_with(start.as_str()),
        TextTest::EndsWith(end) => value.ends_with(end.as_str()),
    }
}

/// Whether it asks for a claim of some token.
pub(crate) fn reads_claims(predicate: &Predicate) -> bool {
    let mut reads = false;
    predicate.each_test(&mut |test| {
        reads |= matches!(test, Test::Text(TextAttribute::Claim { .. }, _));
    });
    reads
}
