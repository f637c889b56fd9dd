//! Uses of `let`s: the body stands where the name is, its parameters being what the use gives.

use super::scope::{Binding, Site};
use super::{Lowering, Scope};
use crate::Ty;
use crate::resolve::{DeclarationId, Kind, Kinds, suggest};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Argument, Expr, ExprKind, Let, Parameter, Reference};

/// How deep `let`s may stand for `let`s.
pub(crate) const MAX_DEPTH: usize = 32;
/// How deep an expression may be nested, the `let`s in it put in. The parser allows 200 levels in one.
const MAX_NESTING: u32 = 400;
/// How many expressions `let`s may put into one declaration.
const MAX_STEPS: u32 = 1_000_000;

impl Lowering<'_> {
    /// Calls `then` with what an expression stands for: a parameter's argument, or the body of a `let`, each in its own
    /// scope; the expression itself, if it is neither. Parentheses are taken off.
    pub(crate) fn follow<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Expr) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        self.steps += u32::from(scope.site.is_some());
        if self.nesting >= MAX_NESTING || self.steps > MAX_STEPS {
            self.too_deep = true;
            return Err(self.silent());
        }
        self.nesting += 1;
        let result = self.follow_one(scope, expr.ungrouped(), then);
        self.nesting -= 1;
        result
    }

    fn follow_one<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Expr) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        match &expr.kind {
            ExprKind::Error => Err(self.silent()),
            ExprKind::Reference(reference) => {
                if let Some(binding) = reference.single().and_then(|name| scope.binding(&name.text)) {
                    return match binding.value {
                        Some((argument, scope)) => self.follow(scope, argument, then),
                        None => Err(self.silent()),
                    };
                }
                match self.template_named(scope, reference) {
                    Some(id) => self.instantiate(scope, expr, id, None, then),
                    None => then(self, scope, expr),
                }
            }
            ExprKind::Call(call) => match self.template_named(scope, &call.callee) {
                Some(id) => self.instantiate(scope, expr, id, Some(&call.arguments), then),
                None => then(self, scope, expr),
            },
            _ => then(self, scope, expr),
        }
    }

    /// The `let` that a reference names.
    pub(crate) fn template_named(
        &mut self,
        scope: &Scope<'_>,
        reference: &Reference,
    ) -> Option<DeclarationId> {
        if reference.all.is_some() || reference.cluster.is_some() {
            return None;
        }
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        let hit = self.names.find(scope.file, &words, Kinds::of(&[Kind::Let])).ok()?;
        if hit.words != words.len() {
            return None;
        }
        self.mark_used(scope, reference.id, hit);
        Some(hit.id)
    }

    pub(super) fn instantiate<R>(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        id: DeclarationId,
        arguments: Option<&[Argument]>,
        then: impl FnOnce(&mut Self, &Scope<'_>, &Expr) -> Result<R, Reported>,
    ) -> Result<R, Reported> {
        let Some(template) = self.environment.template(id) else { return Err(self.silent()) };
        let around: Vec<DeclarationId> = scope.sites().map(|site| site.template).collect();
        if let Some(depth) = around.iter().position(|other| *other == id) {
            let cycle = around.get(..=depth).unwrap_or_default().iter().rev().copied().collect();
            return Err(self.found_cycle(cycle));
        }
        if around.len() + self.checking.len() >= MAX_DEPTH {
            self.too_deep = true;
            return Err(self.silent());
        }
        if self.checking.is_empty() {
            self.check_in_order(id);
        }
        // What is wrong with the body by itself has been said where it is declared.
        self.check_template(id, &template)?;
        let bindings = self.bind(scope, expr, &template, arguments)?;
        let site = Site {
            place: scope.place(expr.id),
            name: &template.name.text,
            template: id,
            body: template.body.ungrouped().id,
            outer: scope.site,
        };
        let inner = Scope { file: id.file, bindings: &bindings, site: Some(&site) };
        self.follow(&inner, &template.body, then)
    }

    /// The parameters of a `let` with the arguments of one use.
    fn bind<'a>(
        &mut self,
        scope: &'a Scope<'a>,
        expr: &Expr,
        template: &'a Let,
        arguments: Option<&'a [Argument]>,
    ) -> Result<Vec<Binding<'a>>, Reported> {
        let name = &template.name.text;
        let (parameters, arguments) = match (&template.parameters, arguments) {
            (None, None) => return Ok(Vec::new()),
            (None, Some(_)) => {
                let message = format!("`{name}` takes no arguments");
                return Err(self.error(
                    scope,
                    Code::BAD_ARGUMENTS,
                    expr.id,
                    message,
                    format!("write `{name}`"),
                ));
            }
            (Some(parameters), None) => {
                let message = format!("`{name}` needs arguments");
                let help = format!("write `{}`", signature(name, parameters));
                return Err(self.error(scope, Code::MISSING, expr.id, message, help));
            }
            (Some(parameters), Some(arguments)) => (parameters, arguments),
        };
        let mut values: Vec<Option<&'a Expr>> = vec![None; parameters.len()];
        let mut failed = None;
        let mut named = false;
        for (position, argument) in arguments.iter().enumerate() {
            match self.parameter_of(scope, name, parameters, argument, position, &mut named) {
                Err(reported) => failed = Some(reported),
                Ok(index) => match values.get_mut(index) {
                    Some(Some(first)) => {
                        let (first, what) =
                            (first.id, format!("`{}`", parameters.get(index).map_or("", |p| &p.name.text)));
                        self.repeated(scope, argument.id, first, &what);
                    }
                    Some(slot) => *slot = Some(&argument.value),
                    None => {}
                },
            }
        }
        let mut bindings = Vec::new();
        for (parameter, value) in parameters.iter().zip(values) {
            let Some(value) = value else {
                if failed.is_none() {
                    let message = format!("`{name}` needs its argument `{}`", parameter.name.text);
                    let help = format!("write `{}`", signature(name, parameters));
                    failed = Some(self.error(scope, Code::MISSING, expr.id, message, help));
                }
                continue;
            };
            if let Some(ty) = Ty::OF_PARAMETERS.iter().find(|ty| ty.word() == &*parameter.ty.text)
                && let Err(reported) = self.check_argument(scope, value, *ty)
            {
                failed = Some(reported);
            }
            bindings.push(Binding { name: &parameter.name.text, value: Some((value, scope)) });
        }
        failed.map_or(Ok(bindings), Err)
    }

    /// Which parameter an argument is for.
    fn parameter_of(
        &mut self,
        scope: &Scope<'_>,
        name: &str,
        parameters: &[Parameter],
        argument: &Argument,
        position: usize,
        named: &mut bool,
    ) -> Result<usize, Reported> {
        let help = format!("write `{}`", signature(name, parameters));
        let Some(key) = &argument.name else {
            if *named {
                let message = "an argument without a name stands after one with a name";
                let help = "put the arguments without a name first";
                return Err(self.error(scope, Code::BAD_ARGUMENTS, argument.id, message, help));
            }
            if position >= parameters.len() {
                let (count, s) = (parameters.len(), if parameters.len() == 1 { "" } else { "s" });
                let message = format!("`{name}` takes {count} argument{s}");
                return Err(self.error(scope, Code::BAD_ARGUMENTS, argument.id, message, help));
            }
            return Ok(position);
        };
        *named = true;
        let word = key.word().map(|word| &*word.text);
        if let Some(index) = parameters.iter().position(|parameter| Some(&*parameter.name.text) == word) {
            return Ok(index);
        }
        let message = format!("`{name}` has no parameter `{}`", super::report::show(key));
        let mut diagnostic = Diagnostic::new(Code::BAD_ARGUMENTS, scope.place(key.id), message);
        let names = parameters.iter().map(|parameter| &*parameter.name.text);
        if let Some(close) = word.and_then(|word| suggest::closest(word, names)) {
            diagnostic = diagnostic.guess(format!("write `{close}`"), scope.place(key.id), close);
        }
        Err(self.report(scope, diagnostic.help(help)))
    }
}

/// `canary(s, share)`
fn signature(name: &str, parameters: &[Parameter]) -> String {
    let names: Vec<&str> = parameters.iter().map(|parameter| &*parameter.name.text).collect();
    format!("{name}({})", names.join(", "))
}
