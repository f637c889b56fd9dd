//! Each attribute of a request as what a route can ask. What is the same for all requests of a listener and host is
//! decided here and now.

use super::Asked;
use super::alternatives::{Alternatives, Condition};
use super::{cookie, header, query};
use crate::context::{Context, FIRST_WITH_SINGLE_VALUES};
use crate::request_copy::{CLIENT_HEADER, Copied};
use crate::{address, regex, text_match};
use gloo_domain::{AddressRange, HostPattern, Method, PathPattern, Regex, escaped};
use gloo_ir::evaluate::is_joined;
use gloo_ir::{AddressAttribute, ClientAddress, SourcePattern, Test, TextAttribute, TextTest};
use gloo_source::Reported;
use gloo_target::Literal;

/// The first version whose routes can ask for cookies.
const FIRST_WITH_COOKIES: [u32; 2] = [1, 38];

/// A test or its plain negation.
pub(super) fn of(
    context: &mut Context<'_>,
    asked: &mut Asked<'_, '_>,
    literal: &Literal,
) -> Result<Alternatives, Reported> {
    let negated = literal.negated;
    Ok(match &literal.test {
        Test::Method(methods) => method(methods, negated),
        Test::Path(patterns) => path(patterns, negated),
        Test::Host(patterns) => host(asked.host, patterns, negated),
        Test::HostMatches(expression) => host_matches(asked.host, expression, negated),
        Test::Port(ports) => Alternatives::fixed(ports.contains(asked.site.listener.port) != negated),
        Test::SchemeIsHttps => Alternatives::fixed(asked.site.is_https() != negated),
        Test::Text(attribute, test) => text(context, asked, attribute, test, negated)?,
        // Who enters by a gateway has no identity of the mesh.
        Test::Source(sources) => {
            let outside =
                |source: &SourcePattern| matches!(source, SourcePattern::Any | SourcePattern::Outside);
            Alternatives::fixed(sources.iter().any(outside) != negated)
        }
        Test::SourceNamespace(_) | Test::SourceCluster(_) => Alternatives::fixed(negated),
        Test::Address(AddressAttribute::Client, ranges) => client(asked, ranges, negated),
        Test::Address(AddressAttribute::Source, ranges) => source(asked, ranges, negated),
        Test::Status(_) | Test::RouteName(_) | Test::Sampled(_) => {
            let instead = "it is known only where something is logged";
            return Err(context.unsupported(asked.place, "a condition on the answer", instead));
        }
    })
}

fn method(methods: &[Method], negated: bool) -> Alternatives {
    if methods.is_empty() {
        return Alternatives::fixed(negated);
    }
    let matched = match methods {
        [one] => text_match::exact(one.as_str()),
        _ => text_match::expression(regex::one_of(methods.iter().map(|method| method.as_str().to_owned()))),
    };
    Alternatives::one(Condition::Header(header::matcher(":method", matched, negated)))
}

fn path(patterns: &[PathPattern], negated: bool) -> Alternatives {
    if patterns.iter().any(PathPattern::is_everything) {
        return Alternatives::fixed(!negated);
    }
    let patterns = patterns.iter().cloned();
    if negated {
        Alternatives::all(patterns.map(Condition::NotPath))
    } else {
        Alternatives::any(patterns.map(Condition::Path))
    }
}

fn host(of_table: &HostPattern, patterns: &[HostPattern], negated: bool) -> Alternatives {
    if patterns.iter().any(|pattern| pattern.covers(of_table)) {
        return Alternatives::fixed(!negated);
    }
    let possible: Vec<_> = patterns.iter().filter(|pattern| pattern.meets(of_table)).collect();
    if possible.is_empty() {
        return Alternatives::fixed(negated);
    }
    let expression = regex::one_of(possible.into_iter().map(|pattern| match pattern {
        HostPattern::Any => ".*".to_owned(),
        HostPattern::Wildcard(name) => format!(r".+\.{}", escaped(name.as_str())),
        HostPattern::Exact(name) => escaped(name.as_str()),
    }));
    authority(&expression, negated)
}

fn host_matches(of_table: &HostPattern, expression: &Regex, negated: bool) -> Alternatives {
    match of_table {
        HostPattern::Exact(name) => Alternatives::fixed(expression.contains(name.as_str()) != negated),
        HostPattern::Wildcard(_) | HostPattern::Any => authority(&expression.to_embeddable(), negated),
    }
}

/// A test of the host as it was sent, its port and last dot removed: in any case.
fn authority(expression: &str, negated: bool) -> Alternatives {
    let matched = text_match::expression(format!("(?i:{expression})"));
    Alternatives::one(Condition::Header(header::matcher(":authority", matched, negated)))
}

fn text(
    context: &mut Context<'_>,
    asked: &mut Asked<'_, '_>,
    attribute: &TextAttribute,
    test: &TextTest,
    negated: bool,
) -> Result<Alternatives, Reported> {
    Ok(match attribute {
        TextAttribute::Header(name) if name == "host" => host_text(asked, test, negated),
        TextAttribute::Header(name) => {
            if joins_values(context, name, test) {
                return Err(context.joined_header(asked.place, name));
            }
            header::of(name, test, negated)
        }
        TextAttribute::Query(name) if negated => match query::negated(name, test) {
            Some(alternatives) => alternatives,
            None => {
                let construct =
                    format!("the negation of a `matches` on `query(\"{name}\")` that could match `&`");
                return Err(context.unsupported(asked.place, &construct, "write `[^&]` instead of `.`"));
            }
        },
        TextAttribute::Query(name) => query::of(name, test),
        TextAttribute::Cookie(_) if context.is_before(FIRST_WITH_COOKIES) => {
            let instead = "Envoy 1.38 is the first that can";
            return Err(context.unsupported(asked.place, "a route by a cookie", instead));
        }
        TextAttribute::Cookie(name) => cookie::of(name, test, negated),
        TextAttribute::Claim { provider, name } => {
            return Err(
                context.not_lowered(asked.place, &format!("a route by the claim `{provider}.{name}`"))
            );
        }
        TextAttribute::ServerName if asked.site.is_https() => {
            header::of(asked.site.copies.header(Copied::ServerName), test, negated)
        }
        TextAttribute::ClientCertificateUri => {
            certificate(context, asked, Copied::CertificateUri, test, negated)?
        }
        TextAttribute::ClientCertificateDns => {
            certificate(context, asked, Copied::CertificateDns, test, negated)?
        }
        // In plain text there is no server name.
        TextAttribute::ServerName => Alternatives::fixed(negated),
    })
}

/// Whether Envoy would hold the test against all values of a header together, where the language asks each by itself.
fn joins_values(context: &Context<'_>, name: &str, test: &TextTest) -> bool {
    context.is_before(FIRST_WITH_SINGLE_VALUES) && !is_joined(name) && *test != TextTest::Present
}

fn host_text(asked: &Asked<'_, '_>, test: &TextTest, negated: bool) -> Alternatives {
    let Some(expression) = text_match::within(test, ".*", '\n') else { return Alternatives::fixed(negated) };
    match asked.host {
        HostPattern::Exact(name) => {
            let meets = text_match::holds(test, name.as_str());
            Alternatives::fixed(meets != negated)
        }
        HostPattern::Wildcard(_) | HostPattern::Any => authority(&expression, negated),
    }
}

/// A test of the names of the client's certificate, which are copied as a list: a listener that asks for none knows of
/// none.
fn certificate(
    context: &mut Context<'_>,
    asked: &mut Asked<'_, '_>,
    names: Copied,
    test: &TextTest,
    negated: bool,
) -> Result<Alternatives, Reported> {
    if asked.site.listener.client_certificate.is_none() {
        return Ok(Alternatives::fixed(negated));
    }
    let copy = asked.site.copies.header(names);
    if *test == TextTest::Present {
        return Ok(header::of(copy, test, negated));
    }
    let Some(name) = text_match::within(test, "[^,]*", ',') else {
        let construct = "a `matches` on the names of a certificate that could match `,`";
        return Err(context.unsupported(asked.place, construct, "write `[^,]` instead of `.`"));
    };
    let matched = text_match::expression(regex::list_with(&name));
    Ok(Alternatives::one(Condition::Header(header::matcher(copy, matched, negated))))
}

fn client(asked: &mut Asked<'_, '_>, ranges: &[AddressRange], negated: bool) -> Alternatives {
    if ranges.is_empty() {
        return Alternatives::fixed(negated);
    }
    let matched = text_match::expression(asked.site.copies.client_tag(ranges));
    Alternatives::one(Condition::Header(header::matcher(CLIENT_HEADER, matched, negated)))
}

fn source(asked: &mut Asked<'_, '_>, ranges: &[AddressRange], negated: bool) -> Alternatives {
    if ranges.is_empty() {
        return Alternatives::fixed(negated);
    }
    if matches!(asked.site.gateway.client_address.value, ClientAddress::Direct | ClientAddress::Hops(0)) {
        return client(asked, ranges, negated);
    }
    asked.site.copies.source_address = true;
    Alternatives::one(Condition::State(address::source_match(ranges, negated)))
}
