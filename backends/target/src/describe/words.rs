//! What stands in rules, in words close to the language's.

use crate::UpstreamKey;
use gloo_domain::AddressRange;
use gloo_ir::normal_form::{Conjunct, Literal};
use gloo_ir::{
    AddressAttribute, HeaderOperation, Options, Percent, Redirect, SourcePattern, Target, Test,
    TextAttribute, TextTest, TextValue,
};
use std::fmt::Display;

/// `shop.cart.v2:http`.
pub(super) fn upstream_key(key: &UpstreamKey) -> String {
    let target = match &key.target {
        Target::Service { service, subset: Some(subset), .. } => format!("{service}.{subset}"),
        Target::Service { service, subset: None, .. } => service.to_string(),
        Target::External(external) => external.to_string(),
    };
    format!("{target}:{}", key.port)
}

/// `method in [GET] && path in [/a/**]`; `always` for every request.
pub(super) fn conjunct(conjunct: &Conjunct) -> String {
    if conjunct.literals.is_empty() {
        return "always".to_owned();
    }
    conjunct.literals.iter().map(literal).collect::<Vec<_>>().join(" && ")
}

fn literal(literal: &Literal) -> String {
    let sign = if literal.negated { "!" } else { "" };
    format!("{sign}{}", test(&literal.test))
}

fn test(test: &Test) -> String {
    match test {
        Test::Method(methods) => member("method", methods),
        Test::Path(patterns) => member("path", patterns),
        Test::Host(patterns) => member("host", patterns),
        Test::HostMatches(regex) => format!("host matches {:?}", regex.source()),
        Test::Port(ports) => {
            let ranges = ports.iter().map(|(first, last)| match first == last {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            });
            member("port", &ranges.collect::<Vec<_>>())
        }
        Test::SchemeIsHttps => "scheme == https".to_owned(),
        Test::Text(attribute, test) => format!("{} {}", text_attribute(attribute), text_test(test)),
        Test::Source(sources) => member("source", &sources.iter().map(source).collect::<Vec<_>>()),
        Test::SourceNamespace(names) => member("source.namespace", names),
        Test::SourceCluster(names) => member("source.cluster", names),
        Test::Address(AddressAttribute::Client, ranges) => addresses("client.ip", ranges),
        Test::Address(AddressAttribute::Source, ranges) => addresses("source.ip", ranges),
        Test::Status(sets) => format!("status in {sets:?}"),
        Test::RouteName(test) => format!("route.name {}", text_test(test)),
        Test::Sampled(share) => format!("sampled({share})"),
    }
}

fn member(attribute: &str, members: &[impl Display]) -> String {
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    format!("{attribute} in [{}]", members.join(", "))
}

fn addresses(attribute: &str, ranges: &[AddressRange]) -> String {
    member(attribute, ranges)
}

fn source(source: &SourcePattern) -> String {
    match source {
        SourcePattern::Any => "any".to_owned(),
        SourcePattern::Outside => "outside".to_owned(),
        SourcePattern::Service { service, cluster } => at(service, cluster.as_ref()),
        SourcePattern::Namespace { namespace, cluster } => at(&format!("{namespace}.*"), cluster.as_ref()),
        SourcePattern::Gateway { gateway, cluster } => at(gateway, cluster.as_ref()),
        SourcePattern::Identity(identity) => format!("identity({identity})"),
    }
}

fn at(name: &impl Display, cluster: Option<&impl Display>) -> String {
    cluster.map_or_else(|| name.to_string(), |cluster| format!("{name}@{cluster}"))
}

fn text_attribute(attribute: &TextAttribute) -> String {
    match attribute {
        TextAttribute::Header(name) => format!("header({name})"),
        TextAttribute::Query(name) => format!("query({name})"),
        TextAttribute::Cookie(name) => format!("cookie({name})"),
        TextAttribute::Claim { provider, name } => format!("{provider}.claim({name})"),
        TextAttribute::ClientCertificateUri => "client.cert.uri".to_owned(),
        TextAttribute::ClientCertificateDns => "client.cert.dns".to_owned(),
        TextAttribute::ServerName => "tls.sni".to_owned(),
    }
}

fn text_test(test: &TextTest) -> String {
    match test {
        TextTest::Present => "is there".to_owned(),
        TextTest::Equals(values) => format!("in {values:?}"),
        TextTest::Differs(values) => format!("is there and not in {values:?}"),
        TextTest::Matches(regex) => format!("matches {:?}", regex.source()),
        TextTest::Contains(part) => format!("contains {part:?}"),
        TextTest::StartsWith(start) => format!("starts_with {start:?}"),
        TextTest::EndsWith(end) => format!("ends_with {end:?}"),
    }
}

/// `redirect 302 path /b`.
pub(super) fn redirect(redirect: &Redirect) -> String {
    let scheme = redirect.https.map(|https| if https { " scheme https" } else { " scheme http" });
    let host = redirect.host.as_ref().map(|host| format!(" host {host}"));
    let port = redirect.port.map(|port| format!(" port {port}"));
    let path = redirect.path.as_ref().map(|path| format!(" path {path}"));
    let parts = [scheme.map(ToOwned::to_owned), host, port, path];
    format!("redirect {}{}", redirect.status, parts.into_iter().flatten().collect::<String>())
}

/// `timeout 2s`, `rewrite /v2/**`, …: the options that are set.
pub(super) fn options(options: &Options) -> Vec<String> {
    let mut set = Vec::new();
    if let Some(timeout) = &options.timeout {
        set.push(format!("timeout {:?}", timeout.value));
    }
    if let Some(retries) = &options.retries {
        let each = retries.per_try.map(|time| format!(" of {time:?}")).unwrap_or_default();
        set.push(format!("retries {}{each} on {:?}", retries.attempts, retries.on));
    }
    if let Some(rewrite) = &options.rewrite {
        set.push(format!("rewrite {}", rewrite.value));
    }
    if let Some(host) = &options.host {
        set.push(format!("host {}", host.value));
    }
    if let Some(mirror) = &options.mirror {
        let share = if mirror.share == Percent::ALL { String::new() } else { format!(" {}", mirror.share) };
        set.push(format!("mirror {}{share}", upstream_key(&UpstreamKey::of(&mirror.to))));
    }
    set.extend(options.request_headers.iter().map(|one| format!("request {}", header_operation(one))));
    set.extend(options.response_headers.iter().map(|one| format!("response {}", header_operation(one))));
    if let Some(fault) = &options.fault {
        let delay = fault.delay.map(|delay| format!(" delay {delay:?}")).unwrap_or_default();
        let abort = fault.abort.map(|status| format!(" abort {status}")).unwrap_or_default();
        set.push(format!("fault{delay}{abort} {}", fault.share));
    }
    if let Some(hash) = &options.hash {
        set.push(format!("hash {:?}", hash.value));
    }
    if let Some(websocket) = &options.websocket {
        set.push(format!("websocket {}", websocket.value));
    }
    set
}

fn header_operation(operation: &HeaderOperation) -> String {
    let value = |value: &TextValue| match value {
        TextValue::Literal(text) => format!("{text:?}"),
        TextValue::Attribute(attribute) => text_attribute(attribute),
        TextValue::Path => "path".to_owned(),
        TextValue::Host => "host".to_owned(),
        TextValue::Method => "method".to_owned(),
        TextValue::ClientAddress => "client.ip".to_owned(),
    };
    match operation {
        HeaderOperation::Set(name, text) => format!("set {name}: {}", value(text)),
        HeaderOperation::Add(name, text) => format!("add {name}: {}", value(text)),
        HeaderOperation::Remove(name) => format!("remove {name}"),
    }
}
