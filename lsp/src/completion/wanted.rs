//! What a place wants, by the words before it.

use super::item::Items;
use super::value;
use crate::context::{Context, Frame, Word};
use crate::protocol::CompletionItemKind;
use crate::snapshot::{Opened, Snapshot};
use crate::vocabulary::{self, ATTRIBUTES, DECLARATIONS, KEYWORDS};
use gloo_ir::resolve::{Kind, Kinds};
use gloo_syntax::{Class, Fixed, Token};

/// What a cursor is offered.
pub fn wanted(snapshot: &Snapshot, opened: &Opened<'_>, context: &Context<'_>, items: &mut Items) {
    let place = Place { snapshot, opened, context };
    match context.frames.last() {
        None => place.declaration(&context.entry, items),
        Some(frame) if frame.bracket == Fixed::BraceOpen => place.entry(&context.entry, items),
        Some(frame) => place.inside(frame, items),
    }
}

/// A cursor, and what stands around it.
pub(super) struct Place<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) opened: &'a Opened<'a>,
    pub(super) context: &'a Context<'a>,
}

impl Place<'_> {
    pub(super) fn names(&self, kinds: &[Kind], items: &mut Items) {
        items.names(self.snapshot, self.opened, Kinds::of(kinds));
    }

    /// Outside of all brackets.
    fn declaration(&self, entry: &[Word<'_>], items: &mut Items) {
        let (Some(last), Some(first)) = (entry.last(), entry.first()) else {
            for one in DECLARATIONS {
                items.add(one.word, one.snippet, CompletionItemKind::Snippet, "declaration", one.doc);
            }
            return;
        };
        let first = if first.is(Fixed::Pub) { entry.get(1).unwrap_or(first) } else { first };
        match (first.text, last.text) {
            ("pub", _) if entry.len() == 1 => {
                for one in
                    DECLARATIONS.iter().filter(|one| !matches!(one.word, "pub" | "use" | "test" | "prove"))
                {
                    items.add(one.word, one.snippet, CompletionItemKind::Snippet, "declaration", one.doc);
                }
            }
            ("routes", "on") => {
                self.names(&[Kind::Gateway], items);
                items.keyword("mesh", "mesh for ${1:service}", "Calls between services.");
            }
            ("routes", "for") => self.names(&[Kind::Service], items),
            ("namespace" | "gateway", "on") => self.names(&[Kind::Cluster], items),
            ("policy" | "telemetry" | "patch", "on") | ("access" | "traffic", "access" | "traffic") => {
                self.targets(items);
            }
            ("policy", "replaces") => self.names(&[Kind::Policy], items),
            ("use", "use") => self.modules(items),
            ("provider", ":") => items.words(super::offer::provider_kinds()),
            ("let", "=") => self.value(items),
            ("let", _) => {}
            ("routes", _) if entry.len() == 2 => {
                items.keyword(
                    "on",
                    "on ${1:edge} for \"${2:shop.acme.com}\" {\n  $0\n}",
                    "Where the table serves.",
                );
                items.keyword("delegated", "delegated {\n  $0\n}", "Other tables delegate to it.");
            }
            ("routes", _) if !entry.iter().any(|it| it.is(Fixed::For)) => {
                items.keyword("for", "for ${1}", "The host, the hosts or the service that it is for.");
            }
            ("namespace" | "gateway", _) if entry.len() == 2 => {
                items.keyword("on", "on [${1}]", "The clusters that it is placed on.");
            }
            ("policy", _) if entry.len() > 3 => {
                items.keyword("shadow", "shadow", "Evaluated and logged, never refuses.");
                items.keyword("replaces", "replaces ${1}", "Takes away what another policy says.");
            }
            ("policy" | "telemetry" | "patch", _) if entry.len() == 2 => {
                items.keyword("on", "on ${1}", "What it acts on.");
            }
            _ => {}
        }
    }

    /// In braces.
    fn entry(&self, entry: &[Word<'_>], items: &mut Items) {
        let Some(block) = self.context.block() else { return };
        let Some(last) = entry.last() else { return self.start(&block, items) };
        if let Some(key) = value::key_before(entry).filter(|_| is_setting(&block, entry)) {
            value::of_setting(self.snapshot, self.opened, &block, key, items);
            if block == "options" || block == "log" || block == "fields" {
                self.attribute_values(key, items);
            }
            return;
        }
        let after_where =
            entry.iter().any(|it| it.is(Fixed::Where)) && !entry.iter().any(|it| it.is(Fixed::Arrow));
        match (block.as_str(), last.text) {
            ("options", "with") => items.lets(self.snapshot, self.opened, "options"),
            ("routes", "=>") => self.actions(items),
            ("prove" | "test", "=>") => self.outcomes(items),
            ("prove" | "test", "&&" | "||" | "!") if entry.iter().any(|it| it.is(Fixed::Arrow)) => {
                self.outcomes(items);
            }
            ("prove" | "test", _) if entry.iter().any(|it| it.is(Fixed::Arrow)) => {}
            (_, "where") => self.conditions(items),
            (_, "&&" | "||" | "!") if after_where => self.conditions(items),
            (_, "==" | "!=" | "in") => self.compared(entry, items),
            ("policy", "require") => {
                self.names(&[Kind::Provider], items);
                items.lets(self.snapshot, self.opened, "predicate");
            }
            ("policy", "||") => self.names(&[Kind::Provider], items),
            ("policy", "per") => items.words(["proxy", "cluster", "mesh"]),
            ("policy", "via") => self.names(&[Kind::Service], items),
            ("policy", "by") => self.keys(items),
            ("policy", "waf") => items.call("owasp"),
            ("policy", "mask") => self.masked(items),
            ("policy", "transform") => items.words(["request", "response"]),
            ("policy", "wasm") => items.call("module"),
            ("policy", "lua") => ["file", "script"].iter().for_each(|call| items.call(call)),
            ("headers", "body") => ["replace", "json"].iter().for_each(|call| items.call(call)),
            ("access", "allow" | "deny") | ("prove" | "test", "from") => self.sources(items),
            ("prove" | "test", "to") => self.names(&[Kind::Service, Kind::External], items),
            ("prove" | "test", "through") => self.names(&[Kind::Gateway], items),
            ("prove" | "test" | "namespace" | "service", "on") => self.names(&[Kind::Cluster], items),
            ("prove", "every" | "no" | "some") => {
                items.keyword("request", "request", "The requests in scope.");
            }
            ("prove", "request") => self.scope(entry, items),
            ("test", _) if !after_where => self.scope(entry, items),
            ("prove", _) if !after_where => self.scope(entry, items),
            ("service", _) if entry.first().is_some_and(|it| it.is(Fixed::Port)) && last.is(Fixed::Colon) => {
                self.ports(items);
            }
            ("gateway", _)
                if entry.first().is_some_and(|it| it.is(Fixed::Listener)) && last.is(Fixed::Colon) =>
            {
                self.ports(items);
            }
            ("namespace", _) if entry.len() == 2 => {
                items.keyword("on", "on [${1}]", "The clusters that it is placed on.");
            }
            ("routes" | "policy" | "access" | "telemetry", _) if after_where => self.operators(last, items),
            ("routes", _) => {
                items.keyword("where", "where ${1}", "A condition on the request.");
            }
            ("policy", _) => {
                items.keyword("where", "where ${1}", "A condition on the request.");
                if entry.first().is_some_and(|it| it.is(Fixed::Limit)) {
                    items.keyword("per", "per ${1:proxy}", "Where is counted.");
                    items.keyword("via", "via ${1}", "The service that counts.");
                    items.keyword("by", "by ${1:client.ip}", "By what is counted.");
                }
                if entry.first().is_some_and(|it| it.is(Fixed::Mask)) {
                    items.keyword("in", "in [${1:response}]", "Where is masked.");
                }
            }
            ("access" | "telemetry", _) => {
                items.keyword("where", "where ${1}", "A condition on the request.");
            }
            _ => {}
        }
    }

    /// At the beginning of an entry.
    fn start(&self, block: &str, items: &mut Items) {
        for setting in vocabulary::block(block) {
            let text = format!("{}: {}", setting.key, setting.value);
            items.add(setting.key, &text, CompletionItemKind::Property, "setting", setting.doc);
        }
        for (_, word, text, doc) in KEYWORDS.iter().filter(|(known, ..)| *known == block) {
            items.keyword(word, text, doc);
        }
        match block {
            "routes" => {
                items.words(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"]);
            }
            "attributes" => {
                for (text, shown) in
                    [("header(\"${1}\"): \"${2:1}\"", "header(…)"), ("client.ip: ${1:10.0.0.7}", "client.ip")]
                {
                    items.add(shown, text, CompletionItemKind::Property, "attribute", "");
                }
                items.add("host", "host: \"${1}\"", CompletionItemKind::Property, "attribute", "");
                items.add(
                    "body",
                    "body: ${1:2MiB}",
                    CompletionItemKind::Property,
                    "attribute",
                    "The body's size.",
                );
                items.add("waf", "waf: ${1:refuses}", CompletionItemKind::Property, "attribute", "");
                let names = self.snapshot.database.names();
                for (_, declared) in names.all().filter(|(_, it)| it.kind == Kind::Provider) {
                    let text = format!("{}: ${{1:valid}}", declared.name);
                    items.add(&declared.name, &text, CompletionItemKind::Reference, "provider", "");
                }
            }
            _ => {}
        }
    }

    /// In parentheses or square brackets.
    fn inside(&self, frame: &Frame<'_>, items: &mut Items) {
        if frame.bracket == Fixed::BracketOpen {
            // An element is wanted as what the list stands for.
            let mut outer = self.context.clone();
            outer.frames.pop();
            outer.entry = frame.head.clone();
            let place = Place { context: &outer, ..*self };
            match outer.frames.last() {
                None => place.declaration(&outer.entry, items),
                Some(outer_frame) if outer_frame.bracket == Fixed::BraceOpen => {
                    if outer.entry.first().is_some_and(|it| it.is(Fixed::Compress)) {
                        items.words(["gzip", "brotli", "zstd"]);
                    } else if outer.entry.last().is_some_and(|it| it.is(Fixed::In))
                        && outer.entry.first().is_some_and(|it| it.is(Fixed::Mask))
                    {
                        items.words(["request", "response", "headers", "logs"]);
                    } else {
                        place.entry(&outer.entry, items);
                    }
                }
                Some(_) => self.names(&[Kind::Service, Kind::Cluster], items),
            }
            return;
        }
        let Some(callee) = frame.head.last().filter(|it| it.token.is_name()) else {
            return self.conditions(items);
        };
        if !matches!(self.context.previous(), Some(previous) if previous.is(Fixed::Colon)) {
            value::arguments(callee.text, items);
        }
        match callee.text {
            "split" => self.names(&[Kind::Service, Kind::External], items),
            "delegate" => self.names(&[Kind::Routes], items),
            "reaches" | "only_reaches" => {
                self.names(&[Kind::Service, Kind::External, Kind::Namespace], items);
            }
            "authenticated" => self.names(&[Kind::Provider], items),
            "has" => items.attributes(ATTRIBUTES),
            "otel" => self.names(&[Kind::Service], items),
            "hash" => self.keys(items),
            _ => {}
        }
    }
}

/// Whether `key:` is a setting there, and not a rule's name or a port's.
fn is_setting(block: &str, entry: &[Word<'_>]) -> bool {
    let first_is_word = entry.first().is_some_and(|it| match it.token {
        Token::Fixed(fixed) => {
            !matches!(fixed, Fixed::Port | Fixed::Listener | Fixed::Subset) || entry.len() == 2
        }
        _ => true,
    });
    let is_method = entry
        .first()
        .is_some_and(|it| matches!(it.token, Token::Fixed(fixed) if fixed.class() == Class::Method));
    first_is_word && !is_method && !matches!(block, "routes" | "test" | "prove" | "policy" | "access")
}
