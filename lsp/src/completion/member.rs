//! What comes after a dot.

use super::item::{Items, kind};
use crate::context::{Context, Word};
use crate::protocol::CompletionItemKind;
use crate::snapshot::{Opened, Snapshot};
use crate::vocabulary::ATTRIBUTES;
use gloo_ir::resolve::{Kind, Kinds, Shape};
use gloo_syntax::Fixed;
use std::collections::BTreeSet;

/// The members of what stands before the dot: ports and subsets, listeners, rules, services of a namespace, names of a
/// module, claims of a provider, parts of an attribute.
pub fn members(snapshot: &Snapshot, opened: &Opened<'_>, context: &Context<'_>, items: &mut Items) {
    let words = chain(&context.entry);
    let prefix = format!("{}.", words.join("."));
    for attribute in ATTRIBUTES {
        if let Some(rest) = attribute.text.strip_prefix(&prefix) {
            items.add(rest, rest, CompletionItemKind::Property, attribute.ty, attribute.doc);
        }
    }
    let names = snapshot.database.names();
    let kinds = Kinds::of(Kind::ALL);
    if let Ok(hit) = names.find(opened.file, &words, kinds)
        && let Some(declared) = names.declared(hit.id)
    {
        of_shape(&declared.shape, hit.words == words.len(), items);
        if let (Kind::Namespace, true) = (declared.kind, hit.words == words.len()) {
            for (name, _) in names.services(hit.id) {
                items.add(name, name, kind(Kind::Service), "service", "");
            }
            items.add("*", "*", CompletionItemKind::Operator, "", "All services of the namespace.");
        }
    } else if let Some((first, rest)) = words.split_first()
        && let Some(template) = names.find(opened.file, &[first], Kinds::of(&[Kind::Namespace])).ok()
        && rest.is_empty()
    {
        for (name, _) in names.services(template.id) {
            items.add(name, name, kind(Kind::Service), "service", "");
        }
    }
    of_module(snapshot, opened, &words, items);
}

/// The names before the dot that ends `entry`: `shop.cart.` are two.
fn chain<'t>(entry: &[Word<'t>]) -> Vec<&'t str> {
    let mut words = Vec::new();
    let mut rest = entry;
    while let [before @ .., name, dot] = rest {
        if !dot.is(Fixed::Dot) || !name.token.is_name() {
            break;
        }
        words.push(name.text);
        rest = before;
    }
    words.reverse();
    words
}

fn of_shape(shape: &Shape, is_whole: bool, items: &mut Items) {
    match shape {
        Shape::Service { ports, subsets, .. } => {
            for subset in subsets.iter().filter(|_| is_whole) {
                items.add(subset, subset, CompletionItemKind::EnumMember, "subset", "");
            }
            for port in ports {
                items.add(&port.name, &port.name, CompletionItemKind::Field, "port", "");
            }
        }
        Shape::External { ports } => {
            for port in ports {
                items.add(&port.name, &port.name, CompletionItemKind::Field, "port", "");
            }
        }
        Shape::Gateway { listeners, .. } => {
            for listener in listeners {
                items.add(&listener.name, &listener.name, CompletionItemKind::Field, "listener", "");
            }
        }
        Shape::Routes { rules, .. } => {
            for rule in rules {
                items.add(rule, rule, CompletionItemKind::Field, "rule", "");
            }
        }
        Shape::Provider { kind } if matches!(&**kind, "jwt" | "oidc") => {
            items.add(
                "sub",
                "sub",
                CompletionItemKind::Property,
                "optional String",
                "Who the token is about.",
            );
            items.add("iss", "iss", CompletionItemKind::Property, "optional String", "Who issued the token.");
            let claim = "claim(\"${1:groups}\")";
            items.add(
                "claim(…)",
                claim,
                CompletionItemKind::Property,
                "String or list",
                "A claim of its own.",
            );
        }
        _ => {}
    }
}

/// The public names of a module, and the modules in it.
fn of_module(snapshot: &Snapshot, opened: &Opened<'_>, words: &[&str], items: &mut Items) {
    let names = snapshot.database.names();
    let module = match words.split_first() {
        Some((&"root", rest)) => rest.join("."),
        _ => words.join("."),
    };
    if !names.has_module(&module) || words.is_empty() {
        return;
    }
    let own = names.module(opened.file) == module;
    let visible = names.all().filter(|(id, it)| {
        names.module(id.file) == module && (own || it.public) && !matches!(it.shape, Shape::Service { .. })
    });
    for (_, declared) in visible {
        items.add(&declared.name, &declared.name, kind(declared.kind), declared.kind.noun(), "");
    }
    let inner: BTreeSet<&str> = names
        .modules()
        .filter_map(|other| match module.as_str() {
            "" => Some(other).filter(|other| !other.is_empty()),
            module => other.strip_prefix(module)?.strip_prefix('.'),
        })
        .filter_map(|rest| rest.split('.').next())
        .collect();
    for name in inner {
        items.add(name, name, CompletionItemKind::Module, "module", "");
    }
}
