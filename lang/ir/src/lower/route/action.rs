//! What a rule does: a destination, `split`, `redirect`, `respond`, `delegate`.

use super::Rules;
use crate::lower::{Arguments, Lowering, Scope, Takes, form_of, show};
use crate::resolve::{Kind, Shape, suggest};
use crate::{Action, GrpcStatus, Percent, Redirect, Respond, Share, TableId, Target, Ty};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Call, Expr, ExprKind, Literal, NodeId};
use std::collections::BTreeMap;

/// The actions that are calls.
const CALLS: &[&str] = &["split", "redirect", "respond", "delegate"];

impl Lowering<'_> {
    /// An action.
    pub(super) fn action(&mut self, scope: &Scope<'_>, expr: &Expr, kind: Rules) -> Result<Action, Reported> {
        let expr = expr.ungrouped();
        if let Some((word, Some(call))) = form_of(expr)
            && CALLS.contains(&word)
        {
            return self.action_call(scope, expr, word, call, kind);
        }
        self.follow(scope, expr, |cx, scope, expr| match (&expr.kind, form_of(expr)) {
            (ExprKind::Call(call), Some((word, _))) if CALLS.contains(&word) => {
                cx.action_call(scope, expr, word, call, kind)
            }
            (ExprKind::Call(call), _) => {
                let message = format!("there is no action `{}`", call.callee);
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(call.callee.id), message);
                let callee = call.callee.to_string();
                let diagnostic = match suggest::closest(&callee, CALLS.iter().copied()) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}(…)`?")).guess(
                        format!("write `{close}`"),
                        scope.place(call.callee.id),
                        close,
                    ),
                    None => diagnostic.help(
                        "an action is a service, `split(…)`, `redirect(…)`, `respond(…)` or `delegate(…)`",
                    ),
                };
                Err(cx.report(scope, diagnostic))
            }
            (ExprKind::Reference(reference), Some((word, None))) if CALLS.contains(&word) => {
                let message = format!("`{word}` needs arguments");
                let help = match word {
                    "split" => "write it as `split(cart.v1: 90%, cart.v2: 10%)`",
                    "redirect" => "write it as `redirect(path: \"/\")`",
                    "respond" => "write it as `respond(404)`",
                    _ => "write it as `delegate(teams.cart.cart-api)`",
                };
                Err(cx.error(scope, Code::MISSING, reference.id, message, help))
            }
            (ExprKind::Literal(Literal::Int(status)), _) => {
                let message = format!("`{status}` is not an action");
                let text = format!("respond({status})");
                let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, scope.place(expr.id), message)
                    .help(format!("write `{text}` to answer with that status"))
                    .fix(format!("write `{text}`"), scope.place(expr.id), text);
                Err(cx.report(scope, diagnostic))
            }
            (ExprKind::Reference(_) | ExprKind::Literal(Literal::String(_)), _) => {
                let destination = cx.destination(scope, expr, kind.fit())?;
                Ok(Action::Forward(vec![Share { destination, weight: Percent::ALL }]))
            }
            _ => Err(cx.mismatch(scope, expr, Ty::Action)),
        })
    }

    /// Reads the body of a `let` as an action; what fits a table is left to its uses.
    pub(crate) fn action_of_template(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<(), Reported> {
        self.action(scope, expr, Rules::Unknown).map(drop)
    }

    fn action_call(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        word: &str,
        call: &Call,
        kind: Rules,
    ) -> Result<Action, Reported> {
        if kind == Rules::Connections && word != "split" {
            let message =
                format!("`{word}` answers or sends on requests, and this listener passes connections on");
            let help = "write a service or a `split`";
            return Err(self.error(scope, Code::MISPLACED, expr.id, message, help));
        }
        match word {
            "split" => self.split(scope, expr.id, call, kind).map(Action::Forward),
            "redirect" => self.redirect(scope, expr.id, call).map(Action::Redirect),
            "respond" => self.respond(scope, expr.id, call).map(Action::Respond),
            _ => self.delegate(scope, expr.id, call).map(Action::Delegate),
        }
    }

    fn split(
        &mut self,
        scope: &Scope<'_>,
        node: NodeId,
        call: &Call,
        kind: Rules,
    ) -> Result<Vec<Share>, Reported> {
        let mut shares: Vec<(Share, NodeId)> = Vec::new();
        let mut rest: Option<(usize, NodeId)> = None;
        let mut seen: BTreeMap<(Target, String), NodeId> = BTreeMap::new();
        let mut failed = None;
        for argument in &call.arguments {
            let Some(name) = &argument.name else {
                let shown = show(&argument.value);
                let message = format!("`{shown}` has no share");
                let help = format!("write `{shown}: 50%`, or `{shown}: rest`");
                failed = Some(self.error(scope, Code::MISSING, argument.id, message, help));
                continue;
            };
            let destination = self.destination(scope, name, kind.fit());
            let is_rest = argument
                .value
                .word()
                .is_some_and(|word| &*word.text == "rest" && scope.binding("rest").is_none());
            let weight = if is_rest {
                match rest.replace((shares.len(), argument.id)) {
                    Some((_, first)) => {
                        self.repeated(scope, argument.id, first, "`rest`");
                        Err(self.silent())
                    }
                    None => Ok(Percent::NONE),
                }
            } else {
                self.percent(scope, &argument.value)
            };
            match (destination, weight) {
                (Ok(destination), Ok(weight)) => {
                    let key = (destination.target.clone(), destination.port.clone());
                    if let Some(first) = seen.insert(key, argument.id) {
                        self.repeated(scope, argument.id, first, &format!("`{}`", show(name)));
                    }
                    shares.push((Share { destination, weight }, argument.id));
                }
                (Err(reported), _) | (_, Err(reported)) => failed = Some(reported),
            }
        }
        if let Some(reported) = failed {
            return Err(reported);
        }
        if shares.is_empty() {
            let help = "write it as `split(cart.v1: 90%, cart.v2: 10%)`";
            return Err(self.error(scope, Code::MISSING, node, "this `split` has no parts", help));
        }
        let sum: u64 = shares.iter().map(|(share, _)| u64::from(share.weight.millionths)).sum();
        self.fill_rest(scope, node, &mut shares, rest, sum)?;
        Ok(shares.into_iter().map(|(share, _)| share).collect())
    }

    /// Gives `rest` what is left of all; without it the shares must be all.
    fn fill_rest(
        &mut self,
        scope: &Scope<'_>,
        node: NodeId,
        shares: &mut [(Share, NodeId)],
        rest: Option<(usize, NodeId)>,
        sum: u64,
    ) -> Result<(), Reported> {
        let whole = u64::from(Percent::ALL.millionths);
        let shown = |millionths: u64| {
            let millionths = u32::try_from(millionths).unwrap_or(u32::MAX);
            Percent { millionths }.to_string()
        };
        if let (Some((index, _)), Some(left)) = (rest, whole.checked_sub(sum)) {
            if let Some((share, _)) = shares.get_mut(index) {
                share.weight = Percent { millionths: left as u32 };
            }
            return Ok(());
        }
        if sum == whole {
            return Ok(());
        }
        let message = format!("the parts of this `split` sum to {}, not to 100%", shown(sum));
        let mut diagnostic = Diagnostic::new(Code::BAD_SHARES, scope.place(node), message);
        for (index, (share, argument)) in shares.iter().enumerate() {
            let is_rest = rest.is_some_and(|(rest, _)| rest == index);
            let text = if is_rest { "nothing is left".to_owned() } else { share.weight.to_string() };
            diagnostic = diagnostic.label(scope.place(*argument), text);
        }
        let diagnostic = match whole.checked_sub(sum) {
            Some(left) => {
                diagnostic.help(format!("{} are left: give them to a part, or write `rest`", shown(left)))
            }
            None => diagnostic.help(format!("take away {}", shown(sum - whole))),
        };
        Err(self.report(scope, diagnostic))
    }

    fn redirect(&mut self, scope: &Scope<'_>, node: NodeId, call: &Call) -> Result<Redirect, Reported> {
        const TAKES: Takes = Takes::named(&["scheme", "host", "port", "path", "status"]);
        let before = self.errors;
        let arguments = Arguments::read(self, scope, node, call, TAKES)?;
        if arguments.is_empty() {
            let message = "this `redirect` doesn't say where to";
            let help = "name what changes, as `redirect(path: \"/\")` or `redirect(host: \"www.acme.com\")`";
            return Err(self.error(scope, Code::MISSING, node, message, help));
        }
        let schemes = [("http", false), ("https", true)];
        let redirect = Redirect {
            https: arguments.optional(self, scope, "scheme", |cx, s, e| cx.word(s, e, &schemes)),
            host: arguments.optional(self, scope, "host", Lowering::exact_host),
            port: arguments.optional(self, scope, "port", Lowering::port_number),
            path: arguments.optional(self, scope, "path", Lowering::path_template),
            status: arguments.optional(self, scope, "status", Lowering::redirect_status).unwrap_or(302),
        };
        let moved = redirect.https.is_some()
            || redirect.host.is_some()
            || redirect.port.is_some()
            || redirect.path.is_some();
        if self.errors == before && !moved {
            let message = "this `redirect` changes nothing, so it would never end";
            let help = "name what changes: `scheme`, `host`, `port` or `path`";
            return Err(self.error(scope, Code::MISSING, node, message, help));
        }
        if self.errors > before { Err(self.silent()) } else { Ok(redirect) }
    }

    fn redirect_status(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<u16, Reported> {
        let status = self.status(scope, expr, 100..=599)?;
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            return Ok(status);
        }
        let message = format!("`{status}` is not a status that redirects");
        Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write 301, 302, 303, 307 or 308"))
    }

    fn respond(&mut self, scope: &Scope<'_>, node: NodeId, call: &Call) -> Result<Respond, Reported> {
        const TAKES: Takes = Takes { positional: &["status", "body"], named: &["grpc"] };
        let arguments = Arguments::read(self, scope, node, call, TAKES)?;
        if let Some(grpc) = arguments.get("grpc") {
            let words: Vec<(&'static str, GrpcStatus)> =
                GrpcStatus::ALL.iter().map(|status| (status.word(), *status)).collect();
            let grpc_status = self.word(scope, grpc, &words)?;
            if let Some(status) = arguments.get("status") {
                let message = "an answer of gRPC has no HTTP status";
                let help = "write `respond(grpc: …)` or `respond(STATUS)`, not both";
                return Err(self.error(scope, Code::CONTRADICTION, status.id, message, help));
            }
            return Ok(Respond { status: 200, body: None, grpc: Some(grpc_status) });
        }
        let body = arguments.get("body").map(|body| self.text_or_file(scope, body));
        let status = arguments.required(self, scope, "status", "404")?;
        let status = self.status(scope, status, 200..=599)?;
        let body = body.transpose()?;
        if let (204 | 304, Some(expr)) = (status, arguments.get("body")) {
            let message = format!("an answer of {status} has no body");
            return Err(self.error(scope, Code::CONTRADICTION, expr.id, message, "remove the body"));
        }
        Ok(Respond { status, body, grpc: None })
    }

    fn delegate(&mut self, scope: &Scope<'_>, node: NodeId, call: &Call) -> Result<TableId, Reported> {
        let arguments = Arguments::read(self, scope, node, call, Takes::one(&["table"]))?;
        let table = arguments.required(self, scope, "table", "teams.cart.cart-api")?;
        let id = self.alone(scope, table, Kind::Routes)?;
        let name = self.names.qualified(id);
        if matches!(self.shape(id), Some(Shape::Routes { delegated: true, .. })) {
            return Ok(TableId::new(name));
        }
        let message = format!("the routes table `{name}` is not `delegated`");
        let short = name.rsplit('.').next().unwrap_or(&name);
        let help = format!("declare it as `pub routes {short} delegated {{ … }}`");
        Err(self.error(scope, Code::WRONG_KIND, table.id, message, help))
    }
}
