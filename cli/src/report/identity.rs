//! What tells one finding from another wherever it has moved to.

use crate::hash::sha256;
use gloo_ir::resolve::module_of;
use gloo_source::{Diagnostic, FileId, SourceFile, Sources, Span};
use gloo_syntax::ast::{Item, ItemKind};
use std::collections::BTreeMap;

/// What a finding is, whatever stands before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The declaration that it is about: `routes teams.cart.storefront`, `test "the cart"`.
    pub declaration: String,
    /// The message, without the numbers of rules.
    pub message: String,
    /// The text that it is about, each white space one space.
    pub about: String,
    /// 32 hexadecimal digits of the code, the declaration, the message and the text that it is about. Lines and rules
    /// that are added before that text, and white space within it, don't change it. Two findings may have the same.
    pub fingerprint: String,
}

/// The identities of diagnostics, in their order.
pub fn identities(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Identity> {
    let mut declarations = BTreeMap::new();
    diagnostics.iter().map(|diagnostic| identity(diagnostic, sources, &mut declarations)).collect()
}

/// Where the declarations of a file stand, and what they are called, in the order of the text.
type Declarations = Vec<(Span, String)>;

fn identity(
    diagnostic: &Diagnostic,
    sources: &Sources,
    known: &mut BTreeMap<FileId, Declarations>,
) -> Identity {
    let place = diagnostic.span();
    let file = place.and_then(|place| sources.get(place.file));
    let declaration = match (place, file) {
        (Some(place), Some(file)) => {
            let all = known.entry(place.file).or_insert_with(|| declarations(place.file, file));
            let before = all.partition_point(|(span, _)| span.start <= place.start);
            let of = all.get(..before).and_then(<[_]>::last).filter(|(span, _)| place.start <= span.end);
            // What stands in no declaration is the file's.
            of.map_or_else(|| file.path.clone(), |(_, title)| title.clone())
        }
        _ => String::new(),
    };
    let message = without_numbers(&diagnostic.message);
    let about = words(place.map_or("", |place| sources.text(place)));
    let code = diagnostic.code.to_string();
    let parts = [&code, &declaration, &message, &about];
    let mut fingerprint = sha256(parts.map(|part| part.as_bytes()));
    fingerprint.truncate(32);
    Identity { declaration, message, about, fingerprint }
}

fn declarations(id: FileId, file: &SourceFile) -> Declarations {
    if !file.path.ends_with(".gloo") {
        return Vec::new();
    }
    let parsed = gloo_syntax::parse(id, &file.text);
    let module = module_of(&file.path);
    let text = |span: Span| words(file.text.get(span.range()).unwrap_or_default());
    let of = |item: &Item| {
        let name = match &item.kind {
            ItemKind::Access(it) => text(parsed.spans.get(it.target.id)),
            ItemKind::Traffic(it) => text(parsed.spans.get(it.target.id)),
            ItemKind::Prove(it) => text(parsed.spans.get(it.title.id)),
            ItemKind::Test(it) => text(parsed.spans.get(it.title.id)),
            _ => item.name().map(|name| name.text.to_string()).unwrap_or_default(),
        };
        let name = match (&*module, &item.kind) {
            ("", _) | (_, ItemKind::Prove(_) | ItemKind::Test(_)) => name,
            (module, _) => format!("{module}.{name}"),
        };
        (parsed.spans.get(item.id), format!("{} {name}", keyword(&item.kind)).trim_end().to_owned())
    };
    parsed.tree.items.iter().map(of).collect()
}

fn keyword(kind: &ItemKind) -> &'static str {
    match kind {
        ItemKind::Use(_) => "use",
        ItemKind::Let(_) => "let",
        ItemKind::Mesh(_) => "mesh",
        ItemKind::Cluster(_) => "cluster",
        ItemKind::Namespace(_) => "namespace",
        ItemKind::External(_) => "external",
        ItemKind::Gateway(_) => "gateway",
        ItemKind::Routes(_) => "routes",
        ItemKind::Provider(_) => "provider",
        ItemKind::Policy(_) => "policy",
        ItemKind::Access(_) => "access",
        ItemKind::Traffic(_) => "traffic",
        ItemKind::Telemetry(_) => "telemetry",
        ItemKind::Patch(_) => "patch",
        ItemKind::Prove(_) => "prove",
        ItemKind::Test(_) => "test",
        ItemKind::Error => "",
    }
}

/// The text with one space wherever there is white space.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `rule 12` counts the rules before it, so a rule that is added there would make another finding of this one.
fn without_numbers(message: &str) -> String {
    let mut parts = message.split("rule ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        out.push_str(if rest.len() < part.len() { "rule" } else { "rule " });
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::identities;
    use gloo_source::{Code, Diagnostic, FileId, Sources, Span};

    const PROGRAM: &str = "routes shop on edge for \"a.com\" {\n  GET /a => one\n  GET /b => two\n}\n";

    /// The fingerprint of what is said about `text`.
    fn fingerprint(program: &str, path: &str, text: &str, message: &str) -> String {
        let mut sources = Sources::new();
        sources.insert(FileId(0), path, program);
        let start = program.find(text).expect("the text") as u32;
        let span = Span::new(FileId(0), start, start + text.len() as u32);
        let diagnostic = Diagnostic::new(Code::SHADOWED_RULE, span, message);
        let all = identities(&[diagnostic], &sources);
        let only = all.into_iter().next().expect("one");
        assert_eq!(only.declaration.starts_with("routes "), program.contains("routes"), "{only:?}");
        only.fingerprint
    }

    #[test]
    fn what_stands_before_changes_nothing() {
        let of = |program: &str, number: u32| {
            fingerprint(program, "shop.gloo", "GET /b => two", &format!("`rule {number}` never decides"))
        };
        let known = of(PROGRAM, 2);
        assert_eq!(of(&format!("// moved\n\n{PROGRAM}"), 2), known);
        let added = PROGRAM.replace("  GET /a", "  GET /new => one\n  GET /a");
        assert_eq!(of(&added, 3), known);
        assert_eq!(fingerprint(PROGRAM, "other.gloo", "GET /b => two", "`rule 2` never decides"), known);
    }

    #[test]
    fn another_finding_is_another() {
        let known = fingerprint(PROGRAM, "shop.gloo", "GET /b => two", "`rule 2` never decides");
        let other = |program: &str, path: &str, text: &str, message: &str| {
            assert_ne!(fingerprint(program, path, text, message), known, "{program} {path} {text} {message}");
        };
        other(PROGRAM, "shop.gloo", "GET /a => one", "`rule 1` never decides");
        other(PROGRAM, "shop.gloo", "GET /b => two", "`rule 2` is outside");
        other(PROGRAM, "teams/shop.gloo", "GET /b => two", "`rule 2` never decides");
        let renamed = PROGRAM.replace("routes shop", "routes store");
        other(&renamed, "shop.gloo", "GET /b => two", "`rule 2` never decides");
        let changed = PROGRAM.replace("two", "three");
        other(&changed, "shop.gloo", "GET /b => three", "`rule 2` never decides");
    }
}
