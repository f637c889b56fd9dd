//! Blocks of settings: which are known, which must be there, which come twice.

use super::{Lowering, Scope};
use crate::resolve::suggest;
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Block, Direction, Entry, Expr, KeyKind, NodeId, Setting};

/// The settings of one block.
pub(crate) struct Settings<'e> {
    owner: NodeId,
    what: &'static str,
    found: Vec<(&'static str, &'e Setting)>,
}

impl<'e> Settings<'e> {
    /// Reads the settings of `what` ("a cluster"), whose name or braces are `owner`; only those `known` may stand there.
    pub(crate) fn read(
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        owner: NodeId,
        what: &'static str,
        known: &'static [&'static str],
        settings: impl IntoIterator<Item = &'e Setting>,
    ) -> Self {
        let mut this = Self { owner, what, found: Vec::new() };
        for setting in settings {
            let Some(key) = cx.known_key(scope, what, known, setting) else { continue };
            match this.get(key) {
                Some(first) => cx.repeated(scope, setting.key.id, first.key.id, &format!("`{key}`")),
                None => this.found.push((key, setting)),
            }
        }
        this
    }

    /// Reads the settings of a block, in which nothing else may stand.
    pub(crate) fn of_block(
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        what: &'static str,
        known: &'static [&'static str],
        block: &'e Block,
    ) -> Self {
        for entry in &block.entries {
            let (id, word) = match entry {
                Entry::With { id, .. } => (*id, "with"),
                Entry::Headers(headers) => (headers.id, headers_word(headers.direction.value)),
                Entry::Setting(_) | Entry::Error(_) => continue,
            };
            let message = format!("`{word}` doesn't belong into {what}");
            let help = "it stands in the options of a rule: `=> cart { … }`";
            cx.report(scope, Diagnostic::new(Code::MISPLACED, scope.place(id), message).help(help));
        }
        Self::read(cx, scope, block.id, what, known, block.settings())
    }

    /// The setting of that key.
    pub(crate) fn get(&self, key: &str) -> Option<&'e Setting> {
        self.found.iter().find(|(known, _)| *known == key).map(|(_, setting)| *setting)
    }

    /// The value of that key.
    pub(crate) fn value(&self, key: &str) -> Option<&'e Expr> {
        self.get(key).map(|setting| &setting.value)
    }

    /// The value of a key that must be there; `example` shows how it is written.
    ///
    /// # Errors
    /// Reports that it is missing.
    pub(crate) fn required(
        &self,
        cx: &mut Lowering<'_>,
        scope: &Scope<'_>,
        key: &str,
        example: &str,
    ) -> Result<&'e Expr, Reported> {
        self.value(key).ok_or_else(|| {
            let message = format!("{} needs `{key}`", self.what);
            let diagnostic = Diagnostic::new(Code::MISSING, scope.place(self.owner), message);
            cx.report(scope, diagnostic.help(format!("add `{key}: {example}`")))
        })
    }

    /// What `read` makes of the value of a key; nothing if the key isn't there, or if an error has been reported.
    pub(crate) fn optional<'c, T>(
        &self,
        cx: &mut Lowering<'c>,
        scope: &Scope<'_>,
        key: &str,
        read: impl FnOnce(&mut Lowering<'c>, &Scope<'_>, &'e Expr) -> Result<T, Reported>,
    ) -> Option<T> {
        self.value(key).and_then(|value| read(cx, scope, value).ok())
    }
}

impl Lowering<'_> {
    /// The known key that a setting has, or a report that there is no such setting.
    fn known_key(
        &mut self,
        scope: &Scope<'_>,
        what: &str,
        known: &'static [&'static str],
        setting: &Setting,
    ) -> Option<&'static str> {
        let text = match &setting.key.kind {
            KeyKind::Word(text) => text,
            KeyKind::Quoted(text) => {
                let message = format!("`\"{text}\"` is in quotes, and the settings of {what} are words");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_SETTING, scope.place(setting.key.id), message);
                let diagnostic = match known.iter().find(|key| **key == &**text) {
                    Some(key) => diagnostic.fix(format!("write `{key}`"), scope.place(setting.key.id), *key),
                    None => diagnostic.help(settings_of(what, known)),
                };
                self.report(scope, diagnostic);
                return None;
            }
            KeyKind::Attribute(_) => {
                let message = format!("this is no setting of {what}");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_SETTING, scope.place(setting.key.id), message);
                self.report(scope, diagnostic.help(settings_of(what, known)));
                return None;
            }
        };
        let found = known.iter().find(|key| **key == &**text).copied();
        if found.is_none() {
            let place = scope.place(setting.key.id);
            let message = format!("{what} has no setting `{text}`");
            let mut diagnostic = Diagnostic::new(Code::UNKNOWN_SETTING, place, message);
            if let Some(close) = suggest::closest(text, known.iter().copied()) {
                let help = format!("did you mean `{close}`?");
                diagnostic = diagnostic.help(help).guess(format!("write `{close}`"), place, close);
            }
            self.report(scope, diagnostic.help(settings_of(what, known)));
        }
        found
    }

    /// Reports something that is given twice, `what` being its name in backticks.
    pub(crate) fn repeated(&mut self, scope: &Scope<'_>, again: NodeId, first: NodeId, what: &str) {
        let diagnostic =
            Diagnostic::new(Code::REPEATED, scope.place(again), format!("{what} is given twice"))
                .saying("again here")
                .label(scope.place(first), "first here")
                .help("remove one of them");
        self.report(scope, diagnostic);
    }
}

/// The word that begins a block of header edits.
pub(crate) fn headers_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "request_headers",
        Direction::Response => "response_headers",
    }
}

fn settings_of(what: &str, known: &[&str]) -> String {
    match known {
        [] => format!("{what} has no settings"),
        _ => format!("{what} has {}", suggest::all_of(&suggest::quoted(known))),
    }
}
