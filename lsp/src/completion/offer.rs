//! What places of a kind are offered.

use super::item::Items;
use super::wanted::Place;
use crate::context::Word;
use crate::protocol::CompletionItemKind;
use crate::vocabulary::{self, ATTRIBUTES, OUTCOMES};
use gloo_ir::resolve::Kind;
use gloo_syntax::Fixed;

impl Place<'_> {
    pub(super) fn targets(&self, items: &mut Items) {
        self.names(&[Kind::Routes, Kind::Service, Kind::Gateway, Kind::External], items);
        self.all_of_namespaces(items);
        items.keyword("mesh", "mesh", "All services of the mesh.");
    }

    pub(super) fn all_of_namespaces(&self, items: &mut Items) {
        let names = self.snapshot.database.names();
        for (_, declared) in names.all().filter(|(_, it)| it.kind == Kind::Namespace) {
            let text = format!("{}.*", declared.name);
            items.add(
                &text,
                &text,
                CompletionItemKind::Module,
                "namespace",
                "All services of the namespace.",
            );
        }
    }

    pub(super) fn sources(&self, items: &mut Items) {
        self.names(&[Kind::Service, Kind::Gateway], items);
        self.all_of_namespaces(items);
        items.keyword("any", "any", "Whoever calls.");
        items.keyword("outside", "outside", "Callers without an identity of the mesh.");
        items.call("identity");
    }

    pub(super) fn actions(&self, items: &mut Items) {
        self.names(&[Kind::Service, Kind::External], items);
        items.lets(self.snapshot, self.opened, "action");
        ["split", "redirect", "respond", "delegate"].iter().for_each(|call| items.call(call));
    }

    pub(super) fn conditions(&self, items: &mut Items) {
        items.attributes(ATTRIBUTES);
        items.call("has");
        items.call("sampled");
        items.lets(self.snapshot, self.opened, "predicate");
        self.names(&[Kind::Provider], items);
    }

    pub(super) fn outcomes(&self, items: &mut Items) {
        items.attributes(OUTCOMES);
        self.names(&[Kind::Service, Kind::External], items);
    }

    pub(super) fn keys(&self, items: &mut Items) {
        items.attributes(
            &ATTRIBUTES
                .iter()
                .copied()
                .map(|it| vocabulary::Attribute { then: "", ..it })
                .collect::<Vec<_>>(),
        );
        self.names(&[Kind::Provider], items);
    }

    pub(super) fn masked(&self, items: &mut Items) {
        items.words(["card_numbers", "ssn"]);
        items.call("pattern");
        items.call("json");
    }

    pub(super) fn ports(&self, items: &mut Items) {
        ["http", "http2", "grpc", "https", "tls", "tcp"].iter().for_each(|call| items.call(call));
    }

    pub(super) fn scope(&self, entry: &[Word<'_>], items: &mut Items) {
        for (word, doc) in [
            ("from", "Who calls."),
            ("through", "The gateway."),
            ("to", "The service."),
            ("on", "The cluster."),
        ] {
            if !entry.iter().any(|it| it.text == word) {
                items.keyword(word, &format!("{word} ${{1}}"), doc);
            }
        }
        items.keyword("where", "where ${1}", "A condition on the request.");
    }

    pub(super) fn operators(&self, last: &Word<'_>, items: &mut Items) {
        if last.token.is_name() || last.token.is_closer() {
            items.words(["==", "!=", "in", "matches", "contains", "starts_with", "ends_with", "&&", "||"]);
        }
    }

    /// What an attribute is compared with.
    pub(super) fn compared(&self, entry: &[Word<'_>], items: &mut Items) {
        let before = entry.iter().rev().skip(1);
        let chain: Vec<&str> =
            before.take_while(|it| it.token.is_name() || it.is(Fixed::Dot)).map(|it| it.text).collect();
        match chain.first() {
            Some(&"method") => items.words(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
            Some(&"scheme") => items.words(["http", "https"]),
            Some(&"source") => self.sources(items),
            Some(&"namespace") => self.names(&[Kind::Namespace], items),
            Some(&"cluster") => self.names(&[Kind::Cluster], items),
            _ => {}
        }
    }

    pub(super) fn attribute_values(&self, key: &str, items: &mut Items) {
        if key == "hash" {
            self.keys(items);
        }
    }

    pub(super) fn value(&self, items: &mut Items) {
        self.actions(items);
        items.attributes(ATTRIBUTES);
    }

    pub(super) fn modules(&self, items: &mut Items) {
        let names = self.snapshot.database.names();
        items.keyword("root", "root", "The root module.");
        let own = names.module(self.opened.file);
        items.words(names.modules().filter(|module| !module.is_empty() && *module != own));
    }
}

/// The kinds of providers.
pub(super) fn provider_kinds() -> impl Iterator<Item = &'static str> {
    vocabulary::BLOCKS.iter().filter_map(|(name, _)| name.strip_prefix("provider "))
}
