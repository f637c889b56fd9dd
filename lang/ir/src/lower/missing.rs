//! What is said of a reference that names nothing, or something else.

use super::{Lowering, Scope};
use crate::resolve::{DeclarationId, Kind, Kinds, Miss, suggest};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Literal, NodeId, Reference};
use std::sync::Arc;

impl Lowering<'_> {
    /// Reports why a reference names nothing that is wanted.
    pub(super) fn missed(
        &mut self,
        scope: &Scope<'_>,
        reference: &Reference,
        words: &[&str],
        wanted: Kinds,
        miss: &Miss,
    ) -> Reported {
        let word = match miss {
            Miss::Unknown { word } | Miss::NoMember { word, .. } => *word,
            _ => 0,
        };
        let node = reference.segments.get(word).map_or(reference.id, |name| name.id);
        let text = words.get(word).copied().unwrap_or_default();
        let place = scope.place(node);
        match miss {
            Miss::Unknown { .. } => {
                let message = format!("there is no {} called `{text}`", wanted.nouns());
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let diagnostic = self.suggested(scope, diagnostic, words, miss, wanted);
                self.report(scope, diagnostic)
            }
            Miss::NoMember { namespace: Some(namespace), .. } => {
                let owner = self.names.declared(*namespace).map_or(Arc::from(""), |it| it.name.clone());
                let message = format!("the namespace `{owner}` has no service `{text}`");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let mut diagnostic = self.suggested(scope, diagnostic, words, miss, wanted);
                if diagnostic.help.is_empty() {
                    let services: Vec<&str> = self.names.services(*namespace).map(|(name, _)| name).collect();
                    diagnostic = diagnostic.help(match services.as_slice() {
                        [] => format!("`{owner}` has no services"),
                        few if few.len() <= 8 => format!("it has {}", suggest::all_of(&suggest::quoted(few))),
                        _ => format!("declare it in `namespace {owner}`"),
                    });
                }
                self.report(scope, diagnostic)
            }
            Miss::NoMember { namespace: None, .. } => {
                let module = words.get(..word).unwrap_or_default().join(".");
                let message = format!("the module `{module}` has no {} called `{text}`", wanted.nouns());
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let mut diagnostic = self.suggested(scope, diagnostic, words, miss, wanted);
                if diagnostic.help.is_empty() {
                    diagnostic = diagnostic
                        .help(format!("declare it there, with `pub`, or name another of `{module}`"));
                }
                self.report(scope, diagnostic)
            }
            Miss::Private(id) => self.private(scope, reference.id, *id),
            Miss::WrongKind(hit) => {
                let kind = self.names.kind(hit.id).unwrap_or(Kind::Let);
                let name = words.get(..hit.words).unwrap_or_default().join(".");
                let message =
                    format!("`{name}` is {}, and {} is wanted", kind.with_article(), wanted.in_words());
                let diagnostic = Diagnostic::new(Code::WRONG_KIND, scope.place(reference.id), message);
                let diagnostic = match kind {
                    Kind::Namespace if wanted.contains(Kind::Service) => {
                        diagnostic.help(format!("name one of its services, as `{name}.cart`"))
                    }
                    _ => diagnostic.help(self.there_are(scope, wanted)),
                };
                self.report(scope, diagnostic)
            }
            Miss::Ambiguous(ids) => {
                let kinds: Vec<String> = ids
                    .iter()
                    .map(|id| {
                        let kind = self.names.kind(*id).unwrap_or(Kind::Let);
                        format!("the {} `{}`", kind.noun(), self.names.qualified(*id))
                    })
                    .collect();
                let message = format!("`{text}` could be {}", suggest::one_of(&kinds));
                let paths: Vec<String> = ids.iter().map(|id| self.names.qualified(*id).to_string()).collect();
                let help = match paths.iter().filter(|path| **path != text).min() {
                    Some(_) => format!("write {}", suggest::one_of(&suggest::quoted(&paths))),
                    None => "rename one of them".to_owned(),
                };
                self.error(scope, Code::AMBIGUOUS_NAME, reference.id, message, help)
            }
        }
    }

    /// Reports the use of a name that isn't `pub`.
    pub(crate) fn private(&mut self, scope: &Scope<'_>, node: NodeId, id: DeclarationId) -> Reported {
        let kind = self.names.kind(id).map_or("name", Kind::noun);
        let declared = self.names.declared(id).map_or(Arc::from(""), |it| it.name.clone());
        let module = match self.names.module(id.file) {
            "" => "the root module".to_owned(),
            module => format!("the module `{module}`"),
        };
        let message = format!("the {kind} `{declared}` belongs to {module} alone");
        let help = format!(
            "write `pub {} {declared}` in {}",
            word_of(self.names.kind(id)),
            self.names.path(id.file)
        );
        self.error(scope, Code::PRIVATE_NAME, node, message, help)
    }

    /// Adds the close name, or where the name is declared.
    fn suggested(
        &mut self,
        scope: &Scope<'_>,
        diagnostic: Diagnostic<Place>,
        words: &[&str],
        miss: &Miss,
        wanted: Kinds,
    ) -> Diagnostic<Place> {
        let Some(left) = self.suggestions.checked_sub(1) else { return diagnostic };
        self.suggestions = left;
        let place = diagnostic.labels.first().map(|label| label.place);
        if let (Some(close), Some(place)) = (self.names.closest(scope.file, words, miss, wanted), place) {
            let help = format!("did you mean `{close}`?");
            return diagnostic.help(help).guess(format!("write `{close}`"), place, close);
        }
        let Miss::Unknown { word } = miss else { return diagnostic };
        let text = words.get(*word).copied().unwrap_or_default();
        if let Some((path, id)) = self.names.elsewhere(scope.file, text, wanted.with(Kind::Namespace)) {
            let file = self.names.path(id.file);
            let public = self.names.declared(id).is_some_and(|it| it.public);
            let of_file = if public { String::new() } else { format!(", and make it `pub` in {file}") };
            return diagnostic.help(format!("it is declared in another module: write `use {path}`{of_file}"));
        }
        diagnostic.help(format!("declare it; {}", self.there_are(scope, wanted)))
    }

    /// The names that could stand here: "there are `cart` and `frontend`".
    fn there_are(&self, scope: &Scope<'_>, wanted: Kinds) -> String {
        const FEW: usize = 6;
        let mut names = self.names.visible(scope.file, wanted);
        let shown = suggest::quoted(names.by_ref().take(FEW));
        match (shown.as_slice(), names.next()) {
            ([], _) => format!("there is no {} yet", wanted.nouns()),
            ([one], None) => format!("there is {one}"),
            (_, None) => format!("there are {}", suggest::all_of(&shown)),
            (_, Some(_)) => format!("there are {} and others", shown.join(", ")),
        }
    }

    /// Reports an expression that is no reference where one is wanted.
    pub(super) fn no_reference(&mut self, scope: &Scope<'_>, expr: &Expr, wanted: Kinds) -> Reported {
        let words = wanted.in_words();
        if let ExprKind::Literal(Literal::String(text)) = &expr.kind {
            let parts: Vec<&str> = text.value.split('.').collect();
            let place = scope.place(expr.id);
            let message = format!("the string `\"{}\"` stands here, and {words} is wanted", text.value);
            let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, place, message);
            let diagnostic =
                match self.names.find(scope.file, &parts, wanted) {
                    Ok(_) => diagnostic
                        .help(format!("names stand without quotes: write `{}`", text.value))
                        .fix(format!("write `{}`", text.value), place, &*text.value),
                    Err(_) => diagnostic.help("names of declarations stand without quotes"),
                };
            return self.report(scope, diagnostic);
        }
        self.mismatch_with(scope, expr, &words, "shop.cart")
    }
}

fn word_of(kind: Option<Kind>) -> &'static str {
    match kind {
        // A service is as public as its namespace.
        Some(Kind::Service) | None => "namespace",
        Some(kind) => kind.word(),
    }
}
