//! Comparisons: one attribute of a request with a value.

use super::attribute::{Asking, AttributeOf};
use super::predicate::negated;
use super::{Lowering, Scope, show};
use crate::resolve::{Kind, suggest};
use crate::{NamespaceId, Predicate, StatusSet, Test, TextAttribute, TextTest};
use gloo_domain::{HostPattern, PathPattern, PortSet, Regex};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{Comparison, Expr, ExprKind, Literal, NodeId, Operator};

impl Lowering<'_> {
    pub(super) fn comparison(
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
                let (left, operator) = (show(&comparison.left), comparison.operator.value.as_str());
                let right = show(right);
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
            let shown = show(compared.left);
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
    fn namespace_named(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<NamespaceId, Reported> {
        let id = self.alone(scope, expr, Kind::Namespace)?;
        Ok(NamespaceId::new(self.names.qualified(id)))
    }

    fn not_single(&mut self, compared: &Compared<'_>, message: &str) -> Reported {
        let operator = compared.operator.as_str();
        let message = format!("{message}, and `{operator}` compares with one");
        let place = compared.scope.place(compared.node);
        let diagnostic =
            Diagnostic::new(Code::TYPE_MISMATCH, compared.scope.place(compared.right.id), message);
        let diagnostic = match compared.operator {
            Operator::NotEqual => {
                let (left, right) = (show(compared.left), show(compared.right));
                diagnostic.help(format!("write `!({left} in {right})`"))
            }
            _ => diagnostic.help("write `in`").fix("write `in`", place, "in"),
        };
        self.report(compared.scope, diagnostic)
    }

    fn no_operator(&mut self, compared: &Compared<'_>, known: &[&str]) -> Reported {
        let (left, operator) = (show(compared.left), compared.operator.as_str());
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
    node: NodeId,
}

/// The test, or its negation for `!=`: every request has the attribute.
fn signed(operator: Operator, test: Test) -> Predicate {
    let test = Predicate::Test(test);
    if operator == Operator::NotEqual { negated(test) } else { test }
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
