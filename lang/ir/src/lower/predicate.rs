//! Predicates: boolean expressions over one request.

use super::attribute::{Asking, AttributeOf};
use super::value::form_of;
use super::{Arguments, Lowering, Scope, Takes};
use crate::resolve::suggest;
use crate::{Predicate, StatusSet, Test, TextAttribute, TextTest, Ty};
use gloo_domain::{HostPattern, PathPattern, PortSet, Regex};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Comparison, Expr, ExprKind, Literal, Operator};

impl Lowering<'_> {
    /// The predicate after `where`; without one it always holds.
    pub(crate) fn condition(
        &mut self,
        scope: &Scope<'_>,
        expr: Option<&Expr>,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        expr.map_or(Ok(Predicate::always()), |expr| self.predicate(scope, expr, asking))
    }

    /// A predicate.
    pub(crate) fn predicate(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        let expr = expr.ungrouped();
        // An attribute alone is not a predicate, nor is it a `let` that happens to be called like one.
        if matches!(expr.kind, ExprKind::Reference(_) | ExprKind::Call(_))
            && self.attribute(scope, expr, Asking::Anywhere)?.is_some()
        {
            return Err(self.bare_attribute(scope, expr));
        }
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::And(parts) => {
                cx.all(scope, parts, |cx, scope, part| cx.predicate(scope, part, asking)).map(all)
            }
            ExprKind::Or(parts) => {
                cx.all(scope, parts, |cx, scope, part| cx.predicate(scope, part, asking)).map(Predicate::Any)
            }
            ExprKind::Not(part) => Ok(negated(cx.predicate(scope, part, asking)?)),
            ExprKind::Comparison(comparison) => cx.comparison(scope, expr, comparison, asking),
            ExprKind::Literal(Literal::Bool(true)) => Ok(Predicate::always()),
            ExprKind::Literal(Literal::Bool(false)) => Ok(Predicate::Any(Vec::new())),
            _ => match form_of(expr) {
                Some(("has", Some(call))) => {
                    let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["attribute"]))?;
                    let value = arguments.required(cx, scope, "attribute", "header(\"x\")")?;
                    cx.has(scope, value, asking)
                }
                Some(("sampled", Some(call))) => {
                    let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["share"]))?;
                    let value = arguments.required(cx, scope, "share", "1%")?;
                    let share = cx.percent(scope, value)?;
                    if !matches!(asking, Asking::Telemetry | Asking::Anywhere) {
                        let message = "`sampled` can't be asked here: a draw decides nothing about a request";
                        let help = "it can be asked in the `log` and `trace` of `telemetry`";
                        return Err(cx.error(scope, Code::UNAVAILABLE_ATTRIBUTE, expr.id, message, help));
                    }
                    Ok(Predicate::Test(Test::Sampled(share)))
                }
                _ => Err(cx.no_predicate(scope, expr)),
            },
        })
    }

    fn has(&mut self, scope: &Scope<'_>, expr: &Expr, asking: Asking) -> Result<Predicate, Reported> {
        match self.attribute(scope, expr, asking)? {
            Some(AttributeOf::Text(attribute)) => {
                Ok(Predicate::Test(Test::Text(attribute, TextTest::Present)))
            }
            Some(_) => {
                let message = format!("every request has `{}`", super::report::show(expr));
                let help = match expr.word() {
                    Some(word) if &*word.text == "source" => {
                        "write `source != outside` to ask for an identity"
                    }
                    _ => "`has` asks for what may be absent: a header, a query key, a cookie, a claim",
                };
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help))
            }
            None => Err(self.no_attribute(scope, expr)),
        }
    }

    fn bare_attribute(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        let shown = super::report::show(expr);
        let message = format!("`{shown}` is an attribute, and a condition is wanted");
        let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, scope.place(expr.id), message);
        let help = match &expr.kind {
            ExprKind::Call(_) => {
                "compare it, as `header(\"x\") == \"1\"`, or ask `has(header(\"x\"))`".to_owned()
            }
            _ => format!("compare it, as `{}`", example_of(&shown)),
        };
        self.report(scope, diagnostic.help(help))
    }

    fn no_predicate(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        if let ExprKind::Call(call) = &expr.kind
            && let Some(close) = call.callee.single().and_then(|name| {
                suggest::closest(&name.text, ["has", "sampled", "header", "query", "cookie"])
            })
        {
            let message = format!("there is no condition `{}`", call.callee);
            let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, scope.place(call.callee.id), message);
            return self.report(scope, diagnostic.help(format!("did you mean `{close}(…)`?")));
        }
        if let ExprKind::Reference(reference) = &expr.kind {
            let wanted = crate::resolve::Kinds::of(crate::resolve::Kind::ALL);
            let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
            if let Err(crate::resolve::Miss::Unknown { .. }) = self.names.find(scope.file, &words, wanted) {
                let message = format!("there is no `let` called `{reference}`");
                let place = scope.place(expr.id);
                let mut diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let lets = crate::resolve::Kinds::of(&[crate::resolve::Kind::Let]);
                let miss = crate::resolve::Miss::Unknown { word: 0 };
                diagnostic = match self.names.closest(scope.file, &words, &miss, lets) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).fix(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => {
                        diagnostic.help(format!("declare it: `let {reference} = header(\"x\") == \"1\"`"))
                    }
                };
                return self.report(scope, diagnostic);
            }
        }
        self.mismatch(scope, expr, Ty::Predicate)
    }

    fn comparison(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        comparison: &Comparison,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        let (left, right) = (comparison.left.ungrouped(), comparison.right.ungrouped());
        let operator = comparison.operator.value;
        let Some(attribute) = self.attribute(scope, left, asking)? else {
            return self.turned(scope, expr, comparison, asking);
        };
        let compared = Compared { scope, left, right, operator, node: comparison.operator.id };
        match attribute {
            AttributeOf::Method => {
                let methods = match operator {
                    Operator::Equal | Operator::NotEqual => vec![self.method(scope, right)?],
                    Operator::In => {
                        self.one_or_list(scope, right, |cx, scope, expr| cx.method(scope, expr))?
                    }
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::Method(methods)))
            }
            AttributeOf::Path => self.path_test(&compared),
            AttributeOf::Host => self.host_test(&compared),
            AttributeOf::Port => {
                let ports = match operator {
                    Operator::Equal | Operator::NotEqual => vec![self.port_number(scope, right)?],
                    Operator::In => {
                        self.one_or_list(scope, right, |cx, scope, expr| cx.port_number(scope, expr))?
                    }
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::Port(PortSet::of(ports.into_iter().map(|port| (port, port))))))
            }
            AttributeOf::Scheme => self.scheme_test(&compared),
            AttributeOf::Text(attribute) => {
                self.text_test(&compared).map(|test| Predicate::Test(Test::Text(attribute, test)))
            }
            AttributeOf::RouteName => {
                let test = self.text_test(&compared)?;
                Ok(Predicate::Test(Test::RouteName(test)))
            }
            AttributeOf::Source => {
                let sources = match operator {
                    Operator::Equal | Operator::NotEqual => vec![self.source(scope, right)?],
                    Operator::In => self.sources(scope, right)?,
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::Source(sources)))
            }
            AttributeOf::SourceNamespace => {
                let namespaces = match operator {
                    Operator::Equal | Operator::NotEqual => vec![self.namespace_named(scope, right)?],
                    Operator::In => {
                        self.one_or_list(scope, right, |cx, scope, expr| cx.namespace_named(scope, expr))?
                    }
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::SourceNamespace(namespaces)))
            }
            AttributeOf::SourceCluster => {
                let own = |cx: &mut Self, scope: &Scope<'_>, expr: &Expr| {
                    let cluster = cx.cluster(scope, expr)?;
                    cx.has_own_identities(scope, &cluster, scope.place(expr.id))?;
                    Ok(cluster)
                };
                let clusters = match operator {
                    Operator::Equal | Operator::NotEqual => vec![own(self, scope, right)?],
                    Operator::In => self.one_or_list(scope, right, own)?,
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::SourceCluster(clusters)))
            }
            AttributeOf::Address(address) => {
                let ranges = match operator {
                    Operator::Equal | Operator::NotEqual => {
                        let range = self.address_range(scope, right)?;
                        if !range.is_single() {
                            return Err(
                                self.not_single(&compared, &format!("`{range}` is a range of addresses"))
                            );
                        }
                        vec![range]
                    }
                    Operator::In => {
                        self.one_or_list(scope, right, |cx, scope, expr| cx.address_range(scope, expr))?
                    }
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::Address(address, ranges)))
            }
            AttributeOf::Status => {
                let statuses = match operator {
                    Operator::Equal | Operator::NotEqual | Operator::In => self.statuses(scope, right)?,
                    _ => return Err(self.no_operator(&compared, &["==", "!=", "in"])),
                };
                Ok(signed(operator, Test::Status(statuses)))
            }
        }
    }

    /// A comparison whose left side is no attribute: `"admin" in auth0.claim("groups")`, or one that was written the
    /// wrong way round.
    fn turned(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
        comparison: &Comparison,
        asking: Asking,
    ) -> Result<Predicate, Reported> {
        let right = comparison.right.ungrouped();
        let is_value = matches!(comparison.left.ungrouped().kind, ExprKind::Literal(_))
            || comparison.left.word().is_some_and(|word| scope.binding(&word.text).is_some());
        if !is_value {
            return Err(self.no_attribute(scope, comparison.left.ungrouped()));
        }
        match self.attribute(scope, right, asking)? {
            Some(AttributeOf::Text(attribute @ TextAttribute::Claim { .. }))
                if comparison.operator.value == Operator::In =>
            {
                let text = self.text(scope, &comparison.left)?;
                Ok(Predicate::Test(Test::Text(attribute, TextTest::Equals(vec![text]))))
            }
            Some(_) => {
                let (left, operator) =
                    (super::report::show(&comparison.left), comparison.operator.value.as_str());
                let right = super::report::show(right);
                let message = "the attribute stands first in a comparison";
                let help = format!("write `{right} {operator} {left}`");
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help))
            }
            None => Err(self.no_attribute(scope, comparison.left.ungrouped())),
        }
    }

    fn path_test(&mut self, compared: &Compared<'_>) -> Result<Predicate, Reported> {
        let (scope, right) = (compared.scope, compared.right);
        let paths = match compared.operator {
            Operator::Equal | Operator::NotEqual => {
                let path = self.path_pattern(scope, right)?;
                if path.as_exact().is_none() {
                    return Err(self.not_single(compared, &format!("`{path}` is a pattern")));
                }
                vec![path]
            }
            Operator::In => self.path_patterns(scope, right)?,
            Operator::Matches => {
                let text = self.text(scope, right)?;
                vec![self.path_regex(compared, &text)?]
            }
            Operator::StartsWith => {
                let text = self.text(scope, right)?;
                vec![
                    PathPattern::prefix(&text)
                        .map_err(|error| self.bad_pattern(scope, Code::BAD_PATTERN, right.id, &error))?,
                ]
            }
            Operator::Contains => {
                let text = self.text(scope, right)?;
                vec![self.path_regex(compared, &format!(".*{}.*", escape(&text)))?]
            }
            Operator::EndsWith => {
                let text = self.text(scope, right)?;
                vec![self.path_regex(compared, &format!(".*{}", escape(&text)))?]
            }
        };
        Ok(signed(compared.operator, Test::Path(paths)))
    }

    fn path_regex(&mut self, compared: &Compared<'_>, text: &str) -> Result<PathPattern, Reported> {
        PathPattern::regex(text)
            .map_err(|error| self.bad_pattern(compared.scope, Code::BAD_REGEX, compared.right.id, &error))
    }

    fn host_test(&mut self, compared: &Compared<'_>) -> Result<Predicate, Reported> {
        let (scope, right) = (compared.scope, compared.right);
        let expression = match compared.operator {
            Operator::Equal | Operator::NotEqual => {
                let host = self.host_pattern(scope, right)?;
                if !matches!(host, HostPattern::Exact(_)) {
                    return Err(self.not_single(compared, &format!("`{host}` is many hosts")));
                }
                return Ok(signed(compared.operator, Test::Host(vec![host])));
            }
            Operator::In => {
                let hosts = self.one_or_list(scope, right, |cx, scope, expr| cx.host_pattern(scope, expr))?;
                return Ok(Predicate::Test(Test::Host(hosts)));
            }
            Operator::Matches => self.text(scope, right)?,
            Operator::Contains => format!(".*{}.*", escape(&self.text(scope, right)?)),
            Operator::StartsWith => format!("{}.*", escape(&self.text(scope, right)?)),
            Operator::EndsWith => format!(".*{}", escape(&self.text(scope, right)?)),
        };
        let regex = Regex::parse(&expression)
            .map_err(|error| self.bad_pattern(scope, Code::BAD_REGEX, right.id, &error))?;
        Ok(Predicate::Test(Test::HostMatches(regex)))
    }

    fn scheme_test(&mut self, compared: &Compared<'_>) -> Result<Predicate, Reported> {
        let words = [("http", false), ("https", true)];
        let https = match compared.operator {
            Operator::Equal | Operator::NotEqual => {
                vec![self.word(compared.scope, compared.right, &words)?]
            }
            Operator::In => self.one_or_list(compared.scope, compared.right, |cx, scope, expr| {
                cx.word(scope, expr, &words)
            })?,
            _ => return Err(self.no_operator(compared, &["==", "!=", "in"])),
        };
        let is_https = Predicate::Test(Test::SchemeIsHttps);
        let either = match (https.contains(&true), https.contains(&false)) {
            (true, true) => Predicate::always(),
            (true, false) => is_https,
            (false, true) => negated(is_https),
            (false, false) => Predicate::Any(Vec::new()),
        };
        Ok(if compared.operator == Operator::NotEqual { negated(either) } else { either })
    }

    fn text_test(&mut self, compared: &Compared<'_>) -> Result<TextTest, Reported> {
        let (scope, right) = (compared.scope, compared.right);
        Ok(match compared.operator {
            Operator::Equal => TextTest::Equals(vec![self.text(scope, right)?]),
            Operator::NotEqual => TextTest::Differs(vec![self.text(scope, right)?]),
            Operator::In => {
                TextTest::Equals(self.one_or_list(scope, right, |cx, scope, expr| cx.text(scope, expr))?)
            }
            Operator::Matches => TextTest::Matches(self.regex(scope, right)?),
            Operator::Contains => TextTest::Contains(self.part(compared)?),
            Operator::StartsWith => TextTest::StartsWith(self.part(compared)?),
            Operator::EndsWith => TextTest::EndsWith(self.part(compared)?),
        })
    }

    /// The text after `contains`, `starts_with` or `ends_with`: an empty one would hold of everything.
    fn part(&mut self, compared: &Compared<'_>) -> Result<String, Reported> {
        let text = self.text(compared.scope, compared.right)?;
        if text.is_empty() {
            let shown = super::report::show(compared.left);
            let message =
                format!("every value {} the empty string", compared.operator.as_str().replace('_', " "));
            let help = format!("write `has({shown})` to ask whether there is one");
            return Err(self.error(compared.scope, Code::OUT_OF_RANGE, compared.right.id, message, help));
        }
        Ok(text)
    }

    /// Statuses and classes of them, one or a list.
    pub(crate) fn statuses(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<StatusSet>, Reported> {
        self.one_or_list(scope, expr, |cx, scope, expr| {
            cx.follow(scope, expr, |cx, scope, expr| match &expr.kind {
                ExprKind::Literal(Literal::StatusClass(class)) => Ok(StatusSet::Class(*class)),
                _ => cx.status(scope, expr, 100..=599).map(StatusSet::Exactly),
            })
        })
    }

    /// The namespace in `source.namespace == ops`.
    fn namespace_named(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<crate::NamespaceId, Reported> {
        let id = self.alone(scope, expr, crate::resolve::Kind::Namespace)?;
        Ok(crate::NamespaceId::new(self.names.qualified(id)))
    }

    fn not_single(&mut self, compared: &Compared<'_>, message: &str) -> Reported {
        let operator = compared.operator.as_str();
        let message = format!("{message}, and `{operator}` compares with one");
        let place = compared.scope.place(compared.node);
        let diagnostic =
            Diagnostic::new(Code::TYPE_MISMATCH, compared.scope.place(compared.right.id), message);
        let diagnostic = match compared.operator {
            Operator::NotEqual => {
                let (left, right) = (super::report::show(compared.left), super::report::show(compared.right));
                diagnostic.help(format!("write `!({left} in {right})`"))
            }
            _ => diagnostic.help("write `in`").fix("write `in`", place, "in"),
        };
        self.report(compared.scope, diagnostic)
    }

    fn no_operator(&mut self, compared: &Compared<'_>, known: &[&str]) -> Reported {
        let (left, operator) = (super::report::show(compared.left), compared.operator.as_str());
        let message = format!("`{left}` can't be asked `{operator}`");
        let help = format!("it can be asked {}", suggest::all_of(&suggest::quoted(known)));
        self.error(compared.scope, Code::TYPE_MISMATCH, compared.node, message, help)
    }
}

/// A comparison of an attribute with a value.
struct Compared<'e> {
    scope: &'e Scope<'e>,
    left: &'e Expr,
    right: &'e Expr,
    operator: Operator,
    node: gloo_syntax::ast::NodeId,
}

/// The test, or its negation for `!=`: every request has the attribute.
fn signed(operator: Operator, test: Test) -> Predicate {
    let test = Predicate::Test(test);
    if operator == Operator::NotEqual { negated(test) } else { test }
}

fn negated(predicate: Predicate) -> Predicate {
    match predicate {
        Predicate::Not(inner) => *inner,
        other => Predicate::Not(Box::new(other)),
    }
}

fn all(parts: Vec<Predicate>) -> Predicate {
    parts.into_iter().fold(Predicate::always(), Predicate::and)
}

fn example_of(attribute: &str) -> String {
    match attribute {
        "method" => "method == GET".to_owned(),
        "path" => "path in /api/**".to_owned(),
        "host" => "host == \"shop.acme.com\"".to_owned(),
        "port" => "port == 443".to_owned(),
        "scheme" => "scheme == https".to_owned(),
        "source" => "source == checkout".to_owned(),
        "source.namespace" => "source.namespace == shop".to_owned(),
        "source.cluster" => "source.cluster == east".to_owned(),
        "client.ip" | "source.ip" => format!("{attribute} in 10.0.0.0/8"),
        "status" => "status in 5xx".to_owned(),
        other => format!("{other} == \"…\""),
    }
}

/// The text as an RE2 expression of itself.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && c != '_' {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
