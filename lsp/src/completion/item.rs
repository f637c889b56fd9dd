//! Completions, gathered.

use crate::names::template;
use crate::protocol::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, Range, TextEdit,
};
use crate::snapshot::{Opened, Snapshot};
use crate::types::type_word;
use crate::vocabulary::{self, Attribute};
use gloo_ir::resolve::{DeclarationId, Declared, Kind, Kinds, Names, Shape};
use std::collections::BTreeSet;

/// What can be written in a range, each once; what comes first fits best.
pub struct Items {
    range: Range,
    snippets: bool,
    seen: BTreeSet<String>,
    all: Vec<CompletionItem>,
}

impl Items {
    /// Nothing yet; with places to fill in, if the editor knows such.
    #[must_use]
    pub fn new(range: Range, snippets: bool) -> Self {
        Self { range, snippets, seen: BTreeSet::new(), all: Vec::new() }
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Vec<CompletionItem> {
        self.all
    }

    /// Something to write. `text` may have places to fill in, as `${1:…}` and `$0`.
    pub fn add(&mut self, label: &str, text: &str, kind: CompletionItemKind, detail: &str, doc: &str) {
        if !self.seen.insert(label.to_owned()) {
            return;
        }
        let has_places = text.contains('$');
        let new_text = if has_places && !self.snippets { plain(text) } else { text.to_owned() };
        let documentation = (!doc.is_empty()).then(|| {
            Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: doc.to_owned() })
        });
        self.all.push(CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
            documentation,
            sort_text: Some(format!("{:05}", self.all.len())),
            insert_text_format: (has_places && self.snippets).then_some(InsertTextFormat::Snippet),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range: self.range, new_text })),
            ..CompletionItem::default()
        });
    }

    /// A word of the language.
    pub fn keyword(&mut self, word: &str, text: &str, doc: &str) {
        self.add(word, text, CompletionItemKind::Keyword, "", doc);
    }

    /// Words that may be a value.
    pub fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            self.add(word, word, CompletionItemKind::EnumMember, "", "");
        }
    }

    /// Attributes of a request, or outcomes.
    pub fn attributes(&mut self, all: &[Attribute]) {
        for one in all {
            let text = match one.text.split_once("\"\"") {
                Some((before, after)) => format!("{before}\"${{1}}\"{after}"),
                None => match one.text.split_once("()") {
                    Some((before, after)) => format!("{before}(${{1}}){after}"),
                    None => one.text.to_owned(),
                },
            };
            let label = one.text.replace("(\"\")", "(…)").replace("()", "(…)");
            self.add(&label, &format!("{text}{}", one.then), CompletionItemKind::Property, one.ty, one.doc);
        }
    }

    /// Something that is called with arguments.
    pub fn call(&mut self, name: &str) {
        if let Some(call) = vocabulary::CALLS.iter().find(|call| call.name == name) {
            let text = format!("{name}(${{1}})");
            self.add(&format!("{name}(…)"), &text, CompletionItemKind::Function, "", call.doc);
        }
    }

    /// The `let`s that stand for something of a type, or for what only their use can tell.
    pub fn lets(&mut self, snapshot: &Snapshot, opened: &Opened<'_>, ty: &str) {
        let names = snapshot.database.names();
        let kinds = Kinds::of(&[Kind::Let]);
        for (id, declared) in names.all().filter(|(_, it)| it.kind == Kind::Let) {
            let Some(template) = template(snapshot, id) else { continue };
            let fits = type_word(snapshot, id.file, &template.body).is_none_or(|it| it == ty);
            let Some(name) = written(&names, opened, id, declared, kinds).filter(|_| fits) else { continue };
            match &template.parameters {
                Some(parameters) => {
                    let shown: Vec<String> =
                        parameters.iter().map(|it| format!("{}: {}", it.name.text, it.ty.text)).collect();
                    let label = format!("{name}({})", shown.join(", "));
                    self.add(&label, &format!("{name}(${{1}})"), CompletionItemKind::Function, ty, "");
                }
                None => self.add(&name, &name, CompletionItemKind::Variable, ty, ""),
            }
        }
    }

    /// The names of some kinds that can be written in a file, each as short as it can be.
    pub fn names(&mut self, snapshot: &Snapshot, opened: &Opened<'_>, kinds: Kinds) {
        let names = snapshot.database.names();
        for (id, declared) in names.all().filter(|(_, it)| kinds.contains(it.kind)) {
            let Some(text) = written(&names, opened, id, declared, kinds) else { continue };
            self.add(&text, &text, kind(declared.kind), declared.kind.noun(), &about(declared));
        }
    }
}

/// How a declaration is written in a file; nothing if the file can't see it.
fn written(
    names: &Names,
    opened: &Opened<'_>,
    id: DeclarationId,
    declared: &Declared,
    kinds: Kinds,
) -> Option<String> {
    let finds = |words: &[&str]| names.find(opened.file, words, kinds).is_ok_and(|hit| hit.id == id);
    if finds(&[&declared.name]) {
        return Some(declared.name.to_string());
    }
    let qualified = names.qualified(id);
    let words: Vec<&str> = qualified.split('.').collect();
    if matches!(declared.shape, Shape::Service { .. }) && finds(&words) {
        return Some(qualified.to_string());
    }
    let path = names.path_to(id);
    let words: Vec<&str> = path.split('.').collect();
    finds(&words).then_some(path)
}

/// What is said of a declaration beside its name.
fn about(declared: &Declared) -> String {
    match &declared.shape {
        Shape::Service { ports, subsets, .. } => {
            let ports: Vec<String> = ports.iter().map(|port| format!("`{}`", port.name)).collect();
            let subsets: Vec<String> = subsets.iter().map(|subset| format!("`{subset}`")).collect();
            let mut text = format!("ports {}", ports.join(", "));
            if !subsets.is_empty() {
                text.push_str(&format!("; subsets {}", subsets.join(", ")));
            }
            text
        }
        Shape::Provider { kind } => format!("`{kind}`"),
        _ => String::new(),
    }
}

/// How the editor draws a kind of declaration.
#[must_use]
pub fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Let => CompletionItemKind::Function,
        Kind::Service => CompletionItemKind::Class,
        Kind::External => CompletionItemKind::Interface,
        Kind::Mesh | Kind::Cluster | Kind::Namespace | Kind::Gateway => CompletionItemKind::Module,
        _ => CompletionItemKind::Reference,
    }
}

/// A text without its places: `${1:cart}` is `cart`.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        plain.push_str(before);
        rest = match after.strip_prefix('{') {
            Some(inner) => {
                let digits = inner.trim_start_matches(|c: char| c.is_ascii_digit());
                let (shown, left) = digits.split_once('}').unwrap_or((digits, ""));
                plain.push_str(shown.strip_prefix(':').unwrap_or(shown));
                left
            }
            None => after.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn without_places() {
        assert_eq!(super::plain("a ${1:b}: ${2:[c]} $0{}"), "a b: [c] {}");
        assert_eq!(super::plain("x(${1})"), "x()");
    }
}
