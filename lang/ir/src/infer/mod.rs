//! The types of `let`s.
//!
//! A `let` is a template: each use puts its body in, so a body is typed by the place that uses it. What can be said of
//! a body alone is said where it is declared: its type is inferred from its form, and it is read as that type, what its
//! parameters stand for being unknown. A use of a body that is wrong by itself stays silent.

use crate::Ty;
use crate::lower::{Asking, Lowering, Scope, form_of};
use crate::resolve::{DeclarationId, Kind, Kinds, suggest};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{Expr, ExprKind, Let, Literal, NodeId};
use std::collections::BTreeMap;

mod order;

/// How many `let`s of a circle a message names.
const MAX_LINKS: usize = 8;

impl Lowering<'_> {
    /// The type that an expression has by its form; nothing where only its place can say.
    pub(crate) fn type_of(&self, scope: &Scope<'_>, expr: &Expr) -> Option<Ty> {
        let expr = expr.ungrouped();
        match &expr.kind {
            ExprKind::Literal(literal) => Some(match literal {
                Literal::String(_) => Ty::String,
                Literal::Int(_) => Ty::Int,
                Literal::Bool(_) => Ty::Bool,
                Literal::Duration(_) => Ty::Duration,
                Literal::Percent(_) => Ty::Percent,
                Literal::Size(_) => Ty::Size,
                Literal::Rate { .. } => Ty::Rate,
                Literal::StatusClass(_) => Ty::StatusClass,
                Literal::Address(_) => Ty::Address,
                Literal::Path(_) => Ty::Path,
                Literal::Method(_) => Ty::Method,
            }),
            ExprKind::Not(_) | ExprKind::Comparison(_) | ExprKind::And(_) | ExprKind::Or(_) => {
                Some(Ty::Predicate)
            }
            ExprKind::List(_) => Some(Ty::List),
            ExprKind::Call(_) => match form_of(expr)?.0 {
                "split" | "redirect" | "respond" | "delegate" => Some(Ty::Action),
                "has" | "sampled" => Some(Ty::Predicate),
                "prefix" | "regex" | "ignore_case" => Some(Ty::Path),
                _ => None,
            },
            ExprKind::Reference(reference) => {
                let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
                let wanted = Kinds::of(&[Kind::Service, Kind::External]);
                (reference.all.is_none() && self.names.find(scope.file, &words, wanted).is_ok())
                    .then_some(Ty::Action)
            }
            // Options are written like any other block, so the place of use says what it is.
            ExprKind::Block(_) | ExprKind::Pair(..) | ExprKind::Group(_) | ExprKind::Error => None,
        }
    }

    /// Reads an expression as a type, to see whether it is one. What only its place of use can tell is left to it.
    pub(crate) fn check_type(&mut self, scope: &Scope<'_>, expr: &Expr, ty: Ty) -> Result<(), Reported> {
        match ty {
            Ty::Predicate => self.predicate(scope, expr, Asking::Anywhere).map(drop),
            Ty::Action => self.action_of_template(scope, expr),
            Ty::Options => self.options_of_template(scope, expr),
            Ty::Service => self.service(scope, expr).map(drop),
            Ty::Path => self.path_pattern(scope, expr).map(drop),
            Ty::String => self.text(scope, expr).map(drop),
            Ty::Int => self.integer(scope, expr, "an integer", 0..=u64::MAX).map(drop),
            Ty::Status => self.status(scope, expr, 100..=599).map(drop),
            Ty::Duration => self.duration(scope, expr).map(drop),
            Ty::Percent => self.percent(scope, expr).map(drop),
            Ty::Rate => self.rate(scope, expr).map(drop),
            Ty::Size => self.size(scope, expr).map(drop),
            Ty::Hosts => {
                self.one_or_list(scope, expr, |cx, scope, expr| cx.host_pattern(scope, expr)).map(drop)
            }
            Ty::Bool => self.boolean(scope, expr).map(drop),
            Ty::Method => self.method(scope, expr).map(drop),
            Ty::Address => self.address_range(scope, expr).map(drop),
            Ty::StatusClass | Ty::List | Ty::Map => Ok(()),
        }
    }

    /// Reads an argument as the type that its parameter is declared with.
    pub(crate) fn check_argument(&mut self, scope: &Scope<'_>, expr: &Expr, ty: Ty) -> Result<(), Reported> {
        self.check_type(scope, expr, ty)
    }

    /// Whether the body of a `let` is right by itself. Nothing is reported here: the file that declares it does.
    pub(crate) fn check_template(&mut self, id: DeclarationId, template: &Let) -> Result<(), Reported> {
        if let Some(known) = self.checked.get(&id) {
            return *known;
        }
        if let Some(start) = self.checking.iter().position(|other| *other == id) {
            let cycle = self.checking.get(start..).unwrap_or_default().to_vec();
            return Err(self.found_cycle(cycle));
        }
        self.checking.push(id);
        let cut = std::mem::take(&mut self.too_deep);
        let result = self.quietly(|cx| cx.check_body(id, template));
        self.checking.pop();
        // What was cut short within another says nothing about this body.
        if !self.too_deep {
            self.checked.insert(id, result);
        } else if self.checking.is_empty() {
            self.checked.insert(id, Err(self.silent()));
        }
        self.too_deep = cut || self.too_deep && !self.checking.is_empty();
        result
    }

    /// Reads the body of a `let` by itself, its parameters being unknown.
    fn check_body(&mut self, id: DeclarationId, template: &Let) -> Result<(), Reported> {
        let bindings = template.parameters.iter().flatten().map(|parameter| &*parameter.name.text);
        let bindings: Vec<_> = bindings.map(Scope::unknown).collect();
        let scope = Scope::of_template(id.file, &bindings);
        let before = self.errors;
        let read = match self.type_of(&scope, &template.body) {
            Some(ty) => self.check_type(&scope, &template.body, ty),
            None if matches!(template.body.ungrouped().kind, ExprKind::Block(_)) => {
                self.check_type(&scope, &template.body, Ty::Options)
            }
            None => self.follow(&scope, &template.body, |_, _, _| Ok(())),
        };
        // A body that depends on a parameter can't be read to its end, which is no error.
        match read {
            Err(reported) if self.errors > before || template.parameters.is_none() => Err(reported),
            _ => Ok(()),
        }
    }

    /// Checks a `let` where it is declared.
    pub(crate) fn declare_template(&mut self, template: &Let, id: DeclarationId) {
        let scope = &Scope::of_file(id.file);
        let mut seen: BTreeMap<&str, NodeId> = BTreeMap::new();
        for parameter in template.parameters.iter().flatten() {
            if let Some(first) = seen.insert(&parameter.name.text, parameter.name.id) {
                let message = format!("`{}` is declared twice", parameter.name.text);
                let diagnostic =
                    Diagnostic::new(Code::DUPLICATE_NAME, scope.place(parameter.name.id), message)
                        .saying("again here")
                        .label(scope.place(first), "first here")
                        .help("give each parameter a name of its own");
                self.report(scope, diagnostic);
            }
            let word = &*parameter.ty.text;
            if !Ty::OF_PARAMETERS.iter().any(|ty| ty.word() == word) {
                let place = scope.place(parameter.ty.id);
                let diagnostic =
                    Diagnostic::new(Code::UNKNOWN_NAME, place, format!("there is no type `{word}`"));
                let words: Vec<&str> = Ty::OF_PARAMETERS.iter().map(|ty| ty.word()).collect();
                let diagnostic = match suggest::closest(word, words.iter().copied()) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => diagnostic.help(format!("write {}", suggest::one_of(&suggest::quoted(&words)))),
                };
                self.report(scope, diagnostic);
            }
        }
        self.check_uses_of(id, template);
        self.checking.push(id);
        let result = self.check_body(id, template);
        self.checking.pop();
        let result = if self.too_deep { Err(self.silent()) } else { result };
        self.checked.insert(id, result);
    }

    /// Notes a chain of `let`s that ends where it begins. It is reported once, where its first is declared.
    pub(crate) fn found_cycle(&mut self, mut cycle: Vec<DeclarationId>) -> Reported {
        let first = (0..cycle.len()).min_by_key(|index| cycle.get(*index)).unwrap_or(0);
        cycle.rotate_left(first);
        self.cycles.insert(cycle);
        self.silent()
    }

    /// Reports the cycles that begin in this file; `declared` are the places of its names.
    pub(crate) fn report_cycles(&mut self, declared: &[Place]) {
        for cycle in std::mem::take(&mut self.cycles) {
            let Some(first) = cycle.first().filter(|first| first.file == self.file) else { continue };
            let Some(place) = declared.get(first.index as usize) else { continue };
            let name = self.names.qualified(*first);
            let links = cycle.iter().skip(1).take(MAX_LINKS).map(|id| self.names.qualified(*id));
            let more = if cycle.len() > MAX_LINKS + 1 { " is … is" } else { " is" };
            let links: String = links.map(|name| format!(" is `{name}`")).collect();
            let around = format!("`{name}`{links}{more} `{name}`");
            let message = format!("`{name}` stands for itself: {around}");
            let diagnostic = Diagnostic::new(Code::CYCLE, *place, message);
            self.report(
                &Scope::of_file(self.file),
                diagnostic.help("write out what one of them is to stand for"),
            );
        }
    }
}
