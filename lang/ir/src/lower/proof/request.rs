//! The requests of tests.

use crate::lower::path::method_of;
use crate::lower::{Asking, AttributeOf, Lowering, Scope};
use crate::resolve::Kind;
use crate::{
    AddressAttribute, Attribute, Case, CaseKind, CaseRequest, GatewayId, ProviderId, ServiceId,
    SourcePattern, TextAttribute,
};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Block, Expr, ExprKind, KeyKind, Literal, NodeId, Setting};
use std::collections::BTreeMap;

/// What is said of a request: the values of each attribute.
type Said = BTreeMap<Attribute, Vec<String>>;

impl Lowering<'_> {
    pub(super) fn case(&mut self, scope: &Scope<'_>, it: &ast::Case) -> Result<Case, Reported> {
        let request = self.case_request(scope, it);
        let outcome = self.outcome(scope, &it.outcome, true);
        let on = it.scope.on.as_ref().map(|expr| self.cluster(scope, expr)).transpose();
        Ok(Case { place: scope.place(it.id), request: request?, on: on?, outcome: outcome? })
    }

    pub(super) fn case_request(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Case,
    ) -> Result<CaseRequest, Reported> {
        let attributes = it.attributes.as_ref().map(|block| self.attributes(scope, block)).transpose();
        let from = it.scope.from.as_ref().map(|expr| self.source(scope, expr)).transpose();
        let through = it.scope.through.as_ref().map(|expr| self.entry_gateway(scope, expr)).transpose();
        let to = it.scope.to.as_ref().map(|expr| self.service(scope, expr)).transpose();
        let kind = self.case_kind(scope, &it.request)?;
        let (attributes, from, through, to) = (attributes?.unwrap_or_default(), from?, through?, to?);
        self.entry(
            scope,
            it.request.id,
            &Way { kind: &kind, attributes: &attributes, from: &from, through: &through, to: &to },
        )?;
        Ok(CaseRequest { kind, attributes, from, through, to })
    }

    /// Refuses a request that doesn't say where it enters.
    fn entry(&mut self, scope: &Scope<'_>, node: NodeId, way: &Way<'_>) -> Result<(), Reported> {
        let problem = match way {
            Way { from: Some(_), to: None, through: None, kind, attributes }
                if !names_host(kind, attributes) =>
            {
                Some((
                    "a call has a caller but nobody who is called",
                    "write `from checkout to payments`, or the whole URL of a host outside",
                ))
            }
            Way { from: Some(_), through: Some(_), .. } => Some((
                "a request that enters by a gateway has no caller of the mesh",
                "leave `through` or `from` out",
            )),
            Way { to: Some(_), through: Some(_), .. } => Some((
                "a request enters by a gateway or at a service, not both",
                "leave `through` or `to` out",
            )),
            Way { kind: CaseKind::Http { origin: None, .. }, to: None, attributes, .. }
                if !attributes.contains_key(&Attribute::Host) =>
            {
                Some((
                    "it isn't said where the request goes",
                    "write the whole URL, or `from checkout to payments`",
                ))
            }
            Way { kind: CaseKind::Http { origin: Some(_), .. }, to: Some(_), .. } => Some((
                "a call to a service has no host",
                "write the path alone, as `GET /cart from checkout to cart`",
            )),
            Way { kind: CaseKind::Grpc { .. }, to: None, attributes, .. }
                if !attributes.contains_key(&Attribute::Host) =>
            {
                Some((
                    "it isn't said where the call goes",
                    "write `{ host: \"grpc.acme.com\" }`, or `to cart`",
                ))
            }
            Way { kind: CaseKind::Tcp, to: None, through: None, .. } => {
                Some(("it isn't said where the connection goes", "write `through edge`"))
            }
            _ => None,
        };
        problem.map_or(Ok(()), |(message, help)| Err(self.error(scope, Code::MISSING, node, message, help)))
    }

    fn case_kind(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Node<ast::CaseRequest>,
    ) -> Result<CaseKind, Reported> {
        match &it.value {
            ast::CaseRequest::Tcp => Ok(CaseKind::Tcp),
            ast::CaseRequest::Grpc(method) => match &method.method {
                Some(name) => {
                    Ok(CaseKind::Grpc { service: method.service.to_string(), method: name.to_string() })
                }
                None => {
                    let message = "a test calls one method";
                    let help = format!("write `grpc {}/Method`", method.service);
                    Err(self.error(scope, Code::TYPE_MISMATCH, method.id, message, help))
                }
            },
            ast::CaseRequest::Http { method, target } => {
                let text = match &target.kind {
                    ExprKind::Literal(Literal::Path(path)) => path.to_string(),
                    ExprKind::Literal(Literal::String(text)) => text.value.to_string(),
                    _ => {
                        return Err(self.mismatch_with(
                            scope,
                            target,
                            "a URL or a path",
                            "\"https://shop.acme.com/\"",
                        ));
                    }
                };
                match split_url(&text) {
                    Some((origin, rest)) => {
                        Ok(CaseKind::Http { method: method_of(method.value), origin, target: rest })
                    }
                    None => {
                        let message = format!("`{text}` is neither a URL nor a path");
                        let help = "write it as `\"https://shop.acme.com/cart\"` or `/cart`";
                        Err(self.error(scope, Code::BAD_HOST, target.id, message, help))
                    }
                }
            }
        }
    }

    /// What stands in braces: attributes in the predicates' own words, each with one value or a list.
    fn attributes(&mut self, scope: &Scope<'_>, block: &Block) -> Result<Said, Reported> {
        let mut said = Said::new();
        let mut places: BTreeMap<Attribute, NodeId> = BTreeMap::new();
        let mut failed = None;
        for setting in block.settings() {
            let read = self.said_attribute(scope, setting).and_then(|attribute| {
                let values = self.said_values(scope, &attribute, &setting.value)?;
                Ok((attribute, values))
            });
            match read {
                Ok((attribute, values)) => {
                    if let Some(first) = places.insert(attribute.clone(), setting.key.id) {
                        self.repeated(scope, setting.key.id, first, "this attribute");
                    }
                    said.insert(attribute, values);
                }
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(said), Err)
    }

    fn said_attribute(&mut self, scope: &Scope<'_>, setting: &Setting) -> Result<Attribute, Reported> {
        let node = setting.key.id;
        let expr = match &setting.key.kind {
            KeyKind::Attribute(expr) => expr.as_ref().clone(),
            KeyKind::Word(word) => match &**word {
                "body" => return Ok(Attribute::BodySize),
                "waf" => return Ok(Attribute::Waf),
                _ => word_expr(node, word),
            },
            KeyKind::Quoted(text) => {
                let message = format!("`\"{text}\"` is in quotes, and an attribute is wanted");
                let help = format!("a header is written as `header(\"{text}\")`");
                return Err(self.error(scope, Code::TYPE_MISMATCH, node, message, help));
            }
        };
        let attribute = match self.attribute(scope, &expr, Asking::Anywhere)? {
            Some(AttributeOf::Text(TextAttribute::Header(name))) => Some(Attribute::Header(name)),
            Some(AttributeOf::Text(TextAttribute::Query(name))) => Some(Attribute::Query(name)),
            Some(AttributeOf::Text(TextAttribute::Cookie(name))) => Some(Attribute::Cookie(name)),
            Some(AttributeOf::Text(TextAttribute::Claim { provider, name })) => {
                Some(Attribute::Claim(provider, name))
            }
            Some(AttributeOf::Text(TextAttribute::ClientCertificateUri)) => {
                Some(Attribute::ClientCertificateUri)
            }
            Some(AttributeOf::Text(TextAttribute::ClientCertificateDns)) => {
                Some(Attribute::ClientCertificateDns)
            }
            Some(AttributeOf::Text(TextAttribute::ServerName)) => Some(Attribute::ServerName),
            Some(AttributeOf::Address(AddressAttribute::Client)) => Some(Attribute::ClientAddress),
            Some(AttributeOf::Address(AddressAttribute::Source)) => Some(Attribute::SourceAddress),
            Some(AttributeOf::Host) => Some(Attribute::Host),
            Some(AttributeOf::Port) => Some(Attribute::Port),
            Some(AttributeOf::Scheme) => Some(Attribute::Scheme),
            Some(_) => None,
            None => {
                let id = self.alone(scope, &expr, Kind::Provider)?;
                Some(Attribute::Credential(ProviderId::new(self.names.qualified(id))))
            }
        };
        attribute.ok_or_else(|| {
            let message = "this attribute follows from the rest of the request";
            let help = "say it by the method, the URL, `from`, `to` or `through`";
            self.error(scope, Code::UNAVAILABLE_ATTRIBUTE, node, message, help)
        })
    }

    fn said_values(
        &mut self,
        scope: &Scope<'_>,
        attribute: &Attribute,
        expr: &Expr,
    ) -> Result<Vec<String>, Reported> {
        let one = |text: String| vec![text];
        let word = |text: &'static str| text.to_owned();
        match attribute {
            Attribute::Credential(_) => {
                let words =
                    [("valid", word("valid")), ("invalid", word("invalid")), ("absent", word("absent"))];
                self.word(scope, expr, &words).map(one)
            }
            Attribute::Waf => {
                let words = [("passes", word("passes")), ("refuses", word("refuses"))];
                self.word(scope, expr, &words).map(one)
            }
            Attribute::Scheme => {
                self.word(scope, expr, &[("http", word("http")), ("https", word("https"))]).map(one)
            }
            Attribute::Port => Ok(one(self.port_number(scope, expr)?.to_string())),
            Attribute::BodySize => Ok(one(self.size(scope, expr)?.to_string())),
            Attribute::ClientAddress | Attribute::SourceAddress => {
                let range = self.address_range(scope, expr)?;
                if range.is_single() {
                    return Ok(one(range.first().to_string()));
                }
                let message = "a request comes from one address, and this is a range";
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, "write one address of it"))
            }
            Attribute::Host | Attribute::ServerName => self.text(scope, expr).map(one),
            _ => self.one_or_list(scope, expr, |cx, scope, expr| cx.text(scope, expr)),
        }
    }
}

/// Where a request enters, as it is said.
struct Way<'w> {
    kind: &'w CaseKind,
    attributes: &'w Said,
    from: &'w Option<SourcePattern>,
    through: &'w Option<GatewayId>,
    to: &'w Option<ServiceId>,
}

/// Scheme, host and port, and what follows; nothing if the text is neither a URL nor a path.
#[expect(clippy::type_complexity, reason = "the form of `CaseKind::Http`")]
fn split_url(text: &str) -> Option<(Option<(bool, String, Option<u16>)>, String)> {
    if text.starts_with('/') {
        return Some((None, text.to_owned()));
    }
    let (scheme, rest) = text.split_once("://")?;
    let https = match scheme {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = (rest.get(..end)?, rest.get(end..)?);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (authority, None),
    };
    gloo_domain::DnsName::parse(host.strip_suffix('.').unwrap_or(host)).ok()?;
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    Some((Some((https, host.to_owned(), port)), target))
}

fn word_expr(id: NodeId, word: &std::sync::Arc<str>) -> Expr {
    let segments = vec![ast::Name { id, text: word.clone() }];
    Expr { id, kind: ExprKind::Reference(ast::Reference { id, segments, all: None, cluster: None }) }
}

/// Whether a request says the host that it goes to.
fn names_host(kind: &CaseKind, attributes: &BTreeMap<Attribute, Vec<String>>) -> bool {
    let named = match kind {
        CaseKind::Http { origin, .. } => origin.is_some(),
        CaseKind::Grpc { .. } => false,
        CaseKind::Tcp => attributes.contains_key(&Attribute::ServerName),
    };
    named || attributes.contains_key(&Attribute::Host)
}
