//! One rule: what it matches, what it does, how.

use super::Rules;
use super::options::Given;
use crate::lower::{Asking, Lowering, Scope};
use crate::{Action, At, Match, Rule};
use gloo_domain::{Method, PathPattern};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, MethodsKind, RulePattern};

impl Lowering<'_> {
    pub(super) fn lower_rule(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Rule,
        number: u32,
        kind: Rules,
    ) -> Result<Rule, Reported> {
        let matches = self.lower_match(scope, it, kind);
        let action = self.action(scope, &it.action, kind);
        let given = it.options.as_ref().map(|options| self.given(scope, options, kind));
        let (matches, action, given) = (matches?, action?, given.transpose()?.unwrap_or_default());
        self.fitting_options(scope, &given, &action, kind);
        self.captures(scope, it, &matches, &action, &given);
        self.times(scope, &given);
        Ok(Rule {
            place: scope.place(it.id),
            doc: Self::doc(&it.doc),
            name: it.name.as_ref().map(|name| name.text.to_string()),
            number,
            matches,
            action: At { value: action, at: scope.place(it.action.id) },
            options: given.options,
        })
    }

    fn lower_match(&mut self, scope: &Scope<'_>, it: &ast::Rule, kind: Rules) -> Result<Match, Reported> {
        let condition = it.condition.as_ref();
        match &it.pattern {
            RulePattern::Otherwise(_) => Ok(Match::Otherwise),
            RulePattern::Grpc(method) => {
                if kind == Rules::Connections {
                    let message = "this listener passes connections on unread, so a rule can't ask for gRPC";
                    let help = "write `any where …` or `otherwise`, or put the table on an `http` or `https` listener";
                    return Err(self.error(scope, Code::MISPLACED, method.id, message, help));
                }
                let condition = self.condition(scope, condition, asking(kind))?;
                let service = method.service.to_string();
                Ok(Match::Grpc { service, method: method.method.as_deref().map(str::to_owned), condition })
            }
            RulePattern::Http { methods, path } if kind == Rules::Connections => {
                if let MethodsKind::Listed(_) = methods.kind {
                    let message =
                        "this listener passes connections on unread, so a rule can't ask for a method";
                    return Err(self.error(
                        scope,
                        Code::MISPLACED,
                        methods.id,
                        message,
                        "write `any where …`",
                    ));
                }
                if let Some(path) = path {
                    let message =
                        "this listener passes connections on unread, so a rule can't ask for a path";
                    let help = "write `otherwise => …`, or put the table on an `http` or `https` listener";
                    return Err(self.error(scope, Code::MISPLACED, path.id, message, help));
                }
                let condition = self.condition(scope, condition, Asking::Connection)?;
                Ok(Match::Connection { condition })
            }
            RulePattern::Http { methods, path } => {
                let methods = self.methods(scope, methods);
                let path = match path {
                    Some(path) => self.path_pattern(scope, path),
                    None => {
                        let message = "the path is missing";
                        let help = "write `/**` for every path";
                        Err(self.error(scope, Code::MISSING, it.id, message, help))
                    }
                };
                let condition = self.condition(scope, condition, asking(kind))?;
                Ok(Match::Http { methods: methods?, path: path?, condition })
            }
        }
    }

    fn methods(&mut self, scope: &Scope<'_>, methods: &ast::Methods) -> Result<Vec<Method>, Reported> {
        let MethodsKind::Listed(listed) = &methods.kind else { return Ok(Vec::new()) };
        let mut seen: Vec<(ast::Method, ast::NodeId)> = Vec::new();
        for method in listed {
            match seen.iter().find(|(known, _)| *known == method.value) {
                Some((_, first)) => {
                    let (first, what) = (*first, format!("`{}`", method.value.as_str()));
                    self.repeated(scope, method.id, first, &what);
                }
                None => seen.push((method.value, method.id)),
            }
        }
        Ok(seen.into_iter().map(|(method, _)| Method::of_request(method.as_str())).collect())
    }

    /// What a rewrite or a redirect takes must be captured by the match.
    fn captures(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Rule,
        matches: &Match,
        action: &Action,
        given: &Given,
    ) {
        let redirected = match action {
            Action::Redirect(redirect) => {
                redirect.path.as_ref().map(|path| (path, scope.place(it.action.id)))
            }
            _ => None,
        };
        let rewritten = given.options.rewrite.as_ref().map(|rewrite| (&rewrite.value, rewrite.at));
        let (pattern, node) = match (matches, &it.pattern) {
            (Match::Http { path, .. }, RulePattern::Http { path: Some(node), .. }) => (Some(path), node.id),
            (_, RulePattern::Grpc(method)) => (None, method.id),
            (_, RulePattern::Otherwise(node)) => (None, *node),
            _ => (None, it.id),
        };
        for (template, place) in redirected.into_iter().chain(rewritten) {
            let missing = match pattern {
                Some(pattern) => template.missing_from(pattern),
                None => template.names().next().or_else(|| template.uses_rest().then_some("**")),
            };
            let Some(missing) = missing else { continue };
            let taken = if missing == "**" { missing.to_owned() } else { format!("{{{missing}}}") };
            let message = format!("`{taken}` is not in the path of this rule, so it can't be put in here");
            let diagnostic = Diagnostic::new(Code::BAD_PATTERN, place, message)
                .label(scope.place(node), captured(pattern));
            let help = match pattern {
                Some(_) if missing == "**" => {
                    "let the rule's path end in `/**`, or leave `**` out here".to_owned()
                }
                Some(pattern) => match pattern.capture_names().next() {
                    Some(known) => {
                        format!("write `{{{known}}}`, or name the segment `{taken}` in the rule's path")
                    }
                    None => format!("name a segment `{taken}` in the rule's path, or leave it out here"),
                },
                None => "write a path without wildcards".to_owned(),
            };
            self.report(scope, diagnostic.help(help));
        }
    }

    /// A try that may take longer than all of them can't be meant.
    fn times(&mut self, scope: &Scope<'_>, given: &Given) {
        let (Some(timeout), Some(retries)) = (&given.options.timeout, &given.options.retries) else { return };
        let Some(per_try) = retries.per_try.filter(|per_try| *per_try > timeout.value) else { return };
        let (per_try, whole) =
            (crate::lower::show_duration(per_try), crate::lower::show_duration(timeout.value));
        let message = format!("each try may take {per_try}, and all of them together {whole}");
        let diagnostic = Diagnostic::new(Code::CONTRADICTION, retries.at, message)
            .label(timeout.at, "the timeout of the whole request")
            .help("make `per_try` shorter, or `timeout` longer");
        self.report(scope, diagnostic);
    }
}

/// What a match captures, in words.
fn captured(pattern: Option<&PathPattern>) -> String {
    let Some(pattern) = pattern else { return "this has no path".to_owned() };
    let rest = pattern.captures_rest().then(|| "`**`".to_owned());
    let names: Vec<String> =
        pattern.capture_names().map(|name| format!("`{{{name}}}`")).chain(rest).collect();
    if names.is_empty() { "this names nothing".to_owned() } else { format!("this has {}", names.join(", ")) }
}

fn asking(kind: Rules) -> Asking {
    match kind {
        Rules::Http => Asking::Request,
        Rules::Connections => Asking::Connection,
        Rules::Unknown => Asking::Anywhere,
    }
}
