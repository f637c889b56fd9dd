//! Values of settings, arguments of calls, strings.

use super::item::Items;
use crate::context::{Context, Word};
use crate::protocol::CompletionItemKind;
use crate::snapshot::{Opened, Snapshot};
use crate::tree::{Visitor, walk};
use crate::vocabulary::{self, HEADERS};
use gloo_ir::resolve::{Kind, Kinds};
use gloo_syntax::ast::{Expr, ExprKind, Literal};
use gloo_syntax::{Fixed, Token};
use std::collections::BTreeSet;

/// What may stand after `key:` in a block.
pub fn of_setting(snapshot: &Snapshot, opened: &Opened<'_>, block: &str, key: &str, items: &mut Items) {
    let kinds: &[Kind] = match (block, key) {
        ("external", "through") => &[Kind::Gateway],
        (_, "service") | ("mirror", "to") => &[Kind::Service],
        ("traffic", "failover" | "only") => &[Kind::Cluster],
        _ => &[],
    };
    items.names(snapshot, opened, Kinds::of(kinds));
    if let Some(setting) = vocabulary::setting(block, key) {
        items.words(setting.words.iter().copied());
        if setting.words.is_empty() && kinds.is_empty() {
            items.add(&plain_label(setting.value), setting.value, CompletionItemKind::Value, "", setting.doc);
        }
    }
    if matches!(key, "certificate" | "client_secret" | "keys" | "users") {
        items.call("secret");
    }
}

/// `"${1:x}"` as a label: `"x"`.
fn plain_label(value: &str) -> String {
    let mut label = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        label.push_str(before);
        let after = after.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(':');
        let (shown, left) = after.split_once('}').unwrap_or((after, ""));
        label.push_str(shown);
        rest = left;
    }
    label.push_str(rest);
    label
}

/// The named arguments of the call that is being written.
pub fn arguments(name: &str, items: &mut Items) {
    let Some(call) = vocabulary::CALLS.iter().find(|call| call.name == name) else { return };
    let is_named = |text: &str| text.contains(": ") && text.starts_with(|c: char| c.is_ascii_lowercase());
    for (text, doc) in call.arguments.iter().filter(|(text, _)| is_named(text)) {
        let key = text.split(':').next().unwrap_or(text);
        let value = text.split_once(": ").map_or("", |(_, value)| value);
        let label = format!("{key}:");
        items.add(&label, &format!("{key}: ${{1:{value}}}"), CompletionItemKind::Field, "argument", doc);
    }
}

/// What may stand in the string that is being written: names of headers where one is asked for, paths of files where one
/// is taken in, hosts that the workspace knows.
pub fn in_string(snapshot: &Snapshot, opened: &Opened<'_>, context: &Context<'_>, items: &mut Items) {
    let callee = context.frames.last().filter(|frame| frame.bracket == Fixed::ParenOpen);
    match callee.and_then(|frame| frame.head.last()).map(|word| word.text) {
        Some("header") => {
            let known = used(snapshot, "header");
            items.words(known.iter().map(String::as_str).chain(HEADERS.iter().copied()));
        }
        Some(call @ ("query" | "cookie")) => items.words(used(snapshot, call).iter().map(String::as_str)),
        Some("file") => {
            let folder = opened.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
            for (path, _) in gloo_world::others(&snapshot.root, &*snapshot.world) {
                let relative = match &folder {
                    Some(folder) => path.strip_prefix(folder).map(str::to_owned),
                    None => Some(path),
                };
                items.words(relative.as_deref());
            }
        }
        Some("secret") => items.words(used(snapshot, "secret").iter().map(String::as_str)),
        _ if context.entry.last().is_some_and(|word| word.is(Fixed::For)) => {
            let hosts = snapshot.database.program();
            let hosts = hosts.gateways.values().flat_map(|it| &it.listeners).flat_map(|it| &it.hosts);
            let hosts: BTreeSet<String> = hosts.map(|host| host.to_string()).collect();
            items.words(hosts.iter().map(String::as_str));
        }
        _ => {}
    }
}

/// The texts that the workspace calls something with.
fn used(snapshot: &Snapshot, callee: &str) -> BTreeSet<String> {
    let mut texts = Texts { callee, found: BTreeSet::new() };
    for path in snapshot.database.paths() {
        if let Some(parsed) = snapshot.database.parsed(path) {
            walk(&parsed.tree, &mut texts);
        }
    }
    texts.found
}

struct Texts<'c> {
    callee: &'c str,
    found: BTreeSet<String>,
}

impl Visitor for Texts<'_> {
    fn expr(&mut self, it: &Expr) {
        let ExprKind::Call(call) = &it.kind else { return };
        let is_wanted = call.callee.single().is_some_and(|name| &*name.text == self.callee);
        let first = call.arguments.first().map(|argument| &argument.value.kind);
        if let (true, Some(ExprKind::Literal(Literal::String(text)))) = (is_wanted, first) {
            self.found.insert(text.value.to_string());
        }
    }
}

/// The key of `key:` that ends an entry.
#[must_use]
pub fn key_before<'t>(entry: &[Word<'t>]) -> Option<&'t str> {
    match entry {
        [.., key, colon] if colon.is(Fixed::Colon) && (key.token.is_name() || key.token == Token::String) => {
            Some(key.text)
        }
        _ => None,
    }
}
