//! AuthorizationPolicies of a workload, as Istio makes rules of Envoy of them (`pilot/pkg/security/authz`): those of its
//! namespace and of the root namespace, as far as they select its pods.

use super::filters::ROOT;
use super::sender;
use super::value::{self, Pattern};
use super::world::{Object, World};
use super::{destination, host};
use gloo_domain::{AddressRange, HostPattern, Method};
use gloo_ir::{AddressAttribute, ClusterId, Predicate, Program, Test, TextAttribute};
use gloo_target::{Fields, Unread};
use std::collections::{BTreeMap, BTreeSet};

/// What holds at a workload. DENY is looked at before ALLOW; without an ALLOW policy everybody is let in.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Which requests are refused.
    pub denies: Vec<Rule>,
    /// Which are let in, where some policy says so.
    pub allows: Option<Vec<Rule>>,
}

/// A rule: the requests of one of the operations, of one of the senders, that meet all conditions.
#[derive(Debug)]
pub(super) struct Rule {
    /// What Envoy calls it; it goes through rules in the order of these names.
    pub key: String,
    /// Any, without one.
    pub operations: Vec<Operation>,
    /// Any, without one.
    pub senders: Vec<Predicate>,
    /// All of these.
    pub conditions: Vec<Condition>,
    /// Says that it can't be read.
    pub unread: Unread,
}

/// What is asked of one operation.
#[derive(Debug, Default)]
pub(super) struct Operation {
    /// The ports of the pod; any, without one.
    pub ports: BTreeSet<u16>,
    /// Of HTTP: host, method, path.
    pub asked: Vec<Predicate>,
}

/// A condition.
#[derive(Debug)]
pub(super) enum Condition {
    /// On the server name: one of the first, none of the second.
    ServerName(Vec<Pattern>, Vec<Pattern>),
    /// On a claim of the token that has been verified.
    Claim(String, Vec<Pattern>, Vec<Pattern>),
    /// On a header.
    Header(Predicate),
    /// On something that connections have too.
    Connection(Predicate),
}

/// What the world says of whoever is known.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub base: &'a Program,
    pub cluster: &'a ClusterId,
}

/// The rules of the pods with these labels.
pub(super) fn read(
    names: Names<'_>,
    world: &World<'_>,
    namespace: &str,
    labels: &BTreeMap<String, String>,
) -> Result<Rules, Unread> {
    let mut rules = Rules::default();
    for object in &world.policies {
        let mut spec = object.spec()?;
        if !selects(&mut spec, object, namespace, labels)? {
            continue;
        }
        let action = spec.text("action")?.unwrap_or("ALLOW");
        let mut found = Vec::new();
        for (index, fields) in spec.objects("rules")?.into_iter().enumerate() {
            let key = format!("ns[{}]-policy[{}]-rule[{index}]", object.namespace, object.name);
            found.push(rule(names, key, fields)?);
        }
        match action {
            "DENY" => rules.denies.extend(found),
            "ALLOW" => rules.allows.get_or_insert_default().extend(found),
            _ => return Err(spec.unread("action", "only ALLOW and DENY can be read")),
        }
        spec.done()?;
    }
    Ok(rules)
}

/// Whether a policy is for the pods with these labels, of that namespace.
pub(super) fn selects(
    spec: &mut Fields<'_>,
    object: &Object<'_>,
    namespace: &str,
    labels: &BTreeMap<String, String>,
) -> Result<bool, Unread> {
    let wanted = match spec.object("selector")? {
        Some(mut selector) => {
            let wanted = destination::labels_of(&mut selector, "matchLabels")?;
            selector.done()?;
            wanted
        }
        None => BTreeMap::new(),
    };
    let is_near = object.namespace == namespace || object.namespace == ROOT;
    Ok(is_near && wanted.iter().all(|(name, value)| labels.get(name) == Some(value)))
}

fn rule(names: Names<'_>, key: String, mut fields: Fields<'_>) -> Result<Rule, Unread> {
    let unread = fields.unread("", "it isn't known which requests this means");
    let mut rule = Rule { key, operations: Vec::new(), senders: Vec::new(), conditions: Vec::new(), unread };
    for mut from in fields.objects("from")? {
        let missing = from.unread("source", "it is missing");
        rule.senders.push(sender::read(names, from.object("source")?.ok_or(missing)?)?);
        from.done()?;
    }
    for mut to in fields.objects("to")? {
        let missing = to.unread("operation", "it is missing");
        rule.operations.push(operation(to.object("operation")?.ok_or(missing)?)?);
        to.done()?;
    }
    for when in fields.objects("when")? {
        rule.conditions.push(condition(names, when)?);
    }
    fields.done()?;
    Ok(rule)
}

fn operation(mut fields: Fields<'_>) -> Result<Operation, Unread> {
    let mut operation = Operation::default();
    for port in fields.texts("ports")? {
        let number = port.parse().map_err(|_| fields.unread("ports", format!("`{port}` is no port")))?;
        operation.ports.insert(number);
    }
    for (field, negated) in [("hosts", false), ("notHosts", true)] {
        let texts = fields.texts(field)?;
        if texts.is_empty() {
            continue;
        }
        let hosts = texts.iter().map(|text| host::pattern(&text.to_ascii_lowercase()).ok_or(*text));
        let hosts: Vec<HostPattern> = hosts
            .collect::<Result<_, _>>()
            .map_err(|text| fields.unread(field, format!("`{text}` is no host")))?;
        operation.asked.push(signed(Test::Host(hosts), negated));
    }
    for (field, negated) in [("methods", false), ("notMethods", true)] {
        let texts = fields.texts(field)?;
        if texts.is_empty() {
            continue;
        }
        let methods = texts.iter().map(|text| Method::parse(text).ok_or(*text));
        let methods: Vec<Method> = methods
            .collect::<Result<_, _>>()
            .map_err(|text| fields.unread(field, format!("`{text}` is no method")))?;
        operation.asked.push(signed(Test::Method(methods), negated));
    }
    for (field, negated) in [("paths", false), ("notPaths", true)] {
        let texts = fields.texts(field)?;
        if texts.is_empty() {
            continue;
        }
        let paths = texts.iter().map(|text| value::path(text).ok_or(*text)).collect::<Result<Vec<_>, _>>();
        let paths = paths.map_err(|text| fields.unread(field, format!("`{text}` can't be read")))?;
        operation.asked.push(signed(Test::Path(paths), negated));
    }
    if operation.ports.is_empty() && operation.asked.is_empty() {
        return Err(fields.unread("", "Istio takes no empty operation"));
    }
    fields.done()?;
    Ok(operation)
}

fn condition(names: Names<'_>, mut fields: Fields<'_>) -> Result<Condition, Unread> {
    let key = fields.needed_text("key")?;
    let (values, others) = (fields.texts("values")?, fields.texts("notValues")?);
    let unread = fields.unread("key", format!("a condition on `{key}` can't be read"));
    fields.done()?;
    if values.is_empty() && others.is_empty() {
        return Err(unread);
    }
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::read(text)).collect::<Vec<_>>();
    let both = |test: &dyn Fn(&[&str]) -> Option<Predicate>| -> Option<Predicate> {
        let mut all = Vec::new();
        if !values.is_empty() {
            all.push(test(&values)?);
        }
        if !others.is_empty() {
            all.push(Predicate::Not(Box::new(test(&others)?)));
        }
        Some(Predicate::All(all))
    };
    let inner = |start: &str| key.strip_prefix(start).and_then(|rest| rest.strip_suffix(']'));
    let found = match key {
        "connection.sni" => Some(Condition::ServerName(patterns(&values), patterns(&others))),
        "source.ip" => both(&|texts| addresses(AddressAttribute::Source, texts)).map(Condition::Connection),
        "remote.ip" => both(&|texts| addresses(AddressAttribute::Client, texts)).map(Condition::Connection),
        "source.principal" => both(&|texts| sender::principals(names, texts)).map(Condition::Connection),
        _ => match (inner("request.headers["), inner("request.auth.claims[")) {
            (Some(name), _) if !name.contains([':', '[', ']']) && !name.eq_ignore_ascii_case("host") => {
                let header = TextAttribute::Header(name.to_ascii_lowercase());
                let test = |texts: &[&str]| Some(value::any_of(&header, &patterns(texts)));
                both(&test).map(Condition::Header)
            }
            (_, Some(name)) if !name.contains(['[', ']']) => {
                Some(Condition::Claim(name.to_owned(), patterns(&values), patterns(&others)))
            }
            _ => None,
        },
    };
    found.ok_or(unread)
}

fn addresses(attribute: AddressAttribute, texts: &[&str]) -> Option<Predicate> {
    let ranges = texts.iter().map(|text| AddressRange::parse(text).ok()).collect::<Option<Vec<_>>>()?;
    Some(Predicate::Test(Test::Address(attribute, ranges)))
}

fn signed(test: Test, negated: bool) -> Predicate {
    let test = Predicate::Test(test);
    if negated { Predicate::Not(Box::new(test)) } else { test }
}
