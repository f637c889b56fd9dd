//! What becomes of a request, as proofs and tests say it.

use crate::lower::{Arguments, Lowering, Scope, Takes, form_of, show};
use crate::resolve::{Kind, Kinds, suggest};
use crate::{Outcome, ProviderId, ServiceId, StatusSet, Target};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Comparison, Expr, ExprKind, Literal, Operator};

/// The outcomes that are words.
const WORDS: &[(&str, Outcome)] = &[
    ("allowed", Outcome::Allowed),
    ("denied", Outcome::Denied),
    ("redirected", Outcome::Redirected),
    ("authenticated", Outcome::Authenticated(None)),
    ("limited", Outcome::Limited),
    ("masked", Outcome::Masked),
    ("encrypted", Outcome::Encrypted),
];

/// All outcomes, as they are written.
const FORMS: &str = "`allowed`, `denied`, `redirected`, `authenticated`, `reaches(cart)`, `only_reaches(cart)`, \
                     `status == 404`, `passes(waf)`, `limited`, `masked`, `encrypted` and `same(on: [east, west])`";

impl Lowering<'_> {
    /// A formula of outcomes. In a test a service stands for reaching it, and a number for the status.
    pub(super) fn outcome(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        in_test: bool,
    ) -> Result<Outcome, Reported> {
        let expr = expr.ungrouped();
        match &expr.kind {
            ExprKind::And(parts) => {
                self.all(scope, parts, |cx, scope, part| cx.outcome(scope, part, in_test)).map(Outcome::All)
            }
            ExprKind::Or(parts) => {
                self.all(scope, parts, |cx, scope, part| cx.outcome(scope, part, in_test)).map(Outcome::Any)
            }
            ExprKind::Not(part) => Ok(Outcome::Not(Box::new(self.outcome(scope, part, in_test)?))),
            ExprKind::Comparison(comparison) => self.status_outcome(scope, expr, comparison),
            ExprKind::Call(_) => self.called_outcome(scope, expr),
            ExprKind::Literal(Literal::Int(_) | Literal::StatusClass(_)) if in_test => {
                self.statuses(scope, expr).map(Outcome::Status)
            }
            ExprKind::Reference(_) => {
                let word = expr.word().and_then(|word| WORDS.iter().find(|(known, _)| *known == &*word.text));
                match word {
                    Some((_, outcome)) => Ok(outcome.clone()),
                    None if in_test => self.reached(scope, expr).map(Outcome::Reaches),
                    None => Err(self.no_outcome(scope, expr)),
                }
            }
            _ => Err(self.no_outcome(scope, expr)),
        }
    }

    fn called_outcome(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Outcome, Reported> {
        let Some((word, Some(call))) = form_of(expr) else { return Err(self.no_outcome(scope, expr)) };
        match word {
            "reaches" | "only_reaches" => {
                let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["set"]))?;
                let set = arguments.required(self, scope, "set", "cart")?;
                let set = self.reached(scope, set)?;
                Ok(if word == "reaches" { Outcome::Reaches(set) } else { Outcome::OnlyReaches(set) })
            }
            "authenticated" => {
                let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["provider"]))?;
                let provider = arguments.required(self, scope, "provider", "auth0")?;
                let id = self.alone(scope, provider, Kind::Provider)?;
                Ok(Outcome::Authenticated(Some(ProviderId::new(self.names.qualified(id)))))
            }
            "passes" => {
                let arguments = Arguments::read(self, scope, expr.id, call, Takes::one(&["what"]))?;
                let what = arguments.required(self, scope, "what", "waf")?;
                self.word(scope, what, &[("waf", Outcome::PassesWaf)])
            }
            "same" => {
                let arguments = Arguments::read(self, scope, expr.id, call, Takes::named(&["on"]))?;
                let on = arguments.required(self, scope, "on", "on: [east, west]")?;
                let clusters = self.clusters(scope, on)?;
                if clusters.len() < 2 {
                    let help = "name the clusters that are to answer alike: `same(on: [east, west])`";
                    let message = "a cluster always answers like itself";
                    return Err(self.error(scope, Code::MISSING, on.id, message, help));
                }
                Ok(Outcome::Same(clusters))
            }
            _ => Err(self.no_outcome(scope, expr)),
        }
    }

    /// `status == 404`, `status != 500`, `status in [4xx, 503]`
    fn status_outcome(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        comparison: &Comparison,
    ) -> Result<Outcome, Reported> {
        if comparison.left.word().is_none_or(|word| &*word.text != "status") {
            let message = format!("`{}` is not an outcome", show(expr));
            let help = "what is asked of the request stands after `where`; what becomes of it here, as `status == 404`";
            return Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help));
        }
        match comparison.operator.value {
            Operator::In => self.statuses(scope, &comparison.right).map(Outcome::Status),
            Operator::Equal | Operator::NotEqual => {
                let status = self.status(scope, &comparison.right, 100..=599)?;
                let equal = Outcome::Status(vec![StatusSet::Exactly(status)]);
                Ok(if comparison.operator.value == Operator::Equal {
                    equal
                } else {
                    Outcome::Not(Box::new(equal))
                })
            }
            other => {
                let message = format!("`status` can't be asked `{}`", other.as_str());
                let help = "write `status == 404` or `status in 4xx`";
                Err(self.error(scope, Code::TYPE_MISMATCH, comparison.operator.id, message, help))
            }
        }
    }

    /// Services, subsets, externals, all services of a namespace; one or a list.
    fn reached(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<Target>, Reported> {
        let lists = self.one_or_list(scope, expr, |cx, scope, expr| {
            let wanted = Kinds::of(&[Kind::Service, Kind::External, Kind::Namespace]);
            let named = cx.named(scope, expr, wanted)?;
            if named.kind != Kind::Namespace {
                return Ok(vec![cx.target(scope, &named)?.0]);
            }
            let name = cx.names.qualified(named.id);
            if named.all.is_none() {
                let diagnostic = Diagnostic::new(
                    Code::WRONG_KIND,
                    named.place,
                    format!("`{name}` is a namespace, and its services are wanted"),
                );
                return Err(cx.report(scope, diagnostic.help(format!("write `{name}.*`"))));
            }
            let cluster = named.cluster.map(|(cluster, _)| cluster);
            let services = cx.names.services(named.id).map(|(_, id)| Target::Service {
                service: ServiceId::new(cx.names.qualified(id)),
                subset: None,
                cluster: cluster.clone(),
            });
            Ok(services.collect())
        })?;
        Ok(lists.into_iter().flatten().collect())
    }

    fn no_outcome(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        if matches!(expr.kind, ExprKind::Error) {
            return self.silent();
        }
        let place = scope.place(expr.id);
        let message = format!("`{}` is not what can become of a request", show(expr));
        let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, place, message);
        let words = WORDS.iter().map(|(word, _)| *word).chain(["reaches", "only_reaches", "passes", "same"]);
        let diagnostic = match form_of(expr).and_then(|(word, _)| suggest::closest(word, words)) {
            Some(close) => {
                let diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
                match expr.word() {
                    Some(_) => diagnostic.guess(format!("write `{close}`"), place, close),
                    None => diagnostic,
                }
            }
            None => diagnostic.help(format!("there are {FORMS}")),
        };
        self.report(scope, diagnostic)
    }
}
