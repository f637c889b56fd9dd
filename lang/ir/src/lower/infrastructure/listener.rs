//! `listener tls: https(443) { … }`

use crate::lower::{Arguments, Lowering, Scope, Settings, Takes};
use crate::{Alpn, ClientCertificate, Listener, ListenerProtocol, NamePattern, TlsVersion};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Expr, ExprKind, Literal};

impl Lowering<'_> {
    pub(super) fn lower_listener(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Listener,
    ) -> Result<Listener, Reported> {
        const KNOWN: &[&str] =
            &["hosts", "redirect", "certificate", "min_tls", "alpn", "client_certificate", "passthrough"];
        let settings = match &it.body {
            Some(body) => Settings::of_block(self, scope, "a listener", KNOWN, body),
            None => Settings::read(self, scope, it.name.id, "a listener", KNOWN, []),
        };
        let (protocol, port) = self.listener_protocol(scope, &it.protocol)?;
        self.fitting(scope, &settings, protocol);
        let hosts = settings.optional(self, scope, "hosts", Lowering::written_hosts);
        let hosts = match protocol {
            ListenerProtocol::Tcp => Vec::new(),
            _ => hosts.unwrap_or_else(Self::every_host),
        };
        let redirect =
            settings.optional(self, scope, "redirect", |cx, s, e| cx.word(s, e, &[("https", true)]));
        let min_tls = settings.optional(self, scope, "min_tls", Lowering::tls_version);
        let alpn = settings.optional(self, scope, "alpn", |cx, s, e| {
            let words = [("h2", Alpn::H2), ("http1", Alpn::Http1)];
            cx.list(s, e, "a list of protocols", "[h2, http1]", |cx, s, e| cx.word(s, e, &words))
        });
        let client_certificate =
            settings.optional(self, scope, "client_certificate", Lowering::client_certificate);
        let certificate = match protocol {
            ListenerProtocol::Https => {
                let value = settings.required(self, scope, "certificate", "secret(\"acme-cert\")")?;
                Some(self.secret(scope, value)?)
            }
            _ => None,
        };
        if protocol == ListenerProtocol::Tls {
            let value = settings.required(self, scope, "passthrough", "true")?;
            if !self.boolean(scope, value)? {
                let message = "a listener of `tls` passes TLS on, it can't end it";
                let help = "write `passthrough: true`, or `https(…)` where TLS is to end here";
                return Err(self.error(scope, Code::TYPE_MISMATCH, value.id, message, help));
            }
        }
        Ok(Listener {
            name: it.name.text.to_string(),
            place: scope.place(it.name.id),
            doc: Self::doc(&it.doc),
            protocol,
            port,
            hosts,
            redirect_https: redirect.unwrap_or(false) && protocol == ListenerProtocol::Http,
            certificate,
            min_tls: min_tls.unwrap_or(TlsVersion::V1_2),
            alpn: alpn.filter(|alpn| !alpn.is_empty()).unwrap_or_else(|| vec![Alpn::H2, Alpn::Http1]),
            client_certificate,
        })
    }

    /// Hosts that are written out: which tables a listener serves is known before any `let` is put in.
    fn written_hosts(
        &mut self,
        scope: &Scope<'_>,
        expr: &Expr,
    ) -> Result<Vec<gloo_domain::HostPattern>, Reported> {
        let named = expr
            .ungrouped()
            .elements()
            .iter()
            .find(|host| matches!(host.ungrouped().kind, ExprKind::Reference(_) | ExprKind::Call(_)));
        match named {
            Some(named) => {
                let message = "the hosts of a listener are written out, without a `let`";
                Err(self.error(
                    scope,
                    Code::MISPLACED,
                    named.id,
                    message,
                    "write them as `[\"shop.acme.com\"]`",
                ))
            }
            None => self.hosts(scope, expr),
        }
    }

    /// Refuses the settings that a listener of another protocol has.
    fn fitting(&mut self, scope: &Scope<'_>, settings: &Settings<'_>, protocol: ListenerProtocol) {
        for (key, only, help) in [
            (
                "hosts",
                &[ListenerProtocol::Http, ListenerProtocol::Https, ListenerProtocol::Tls][..],
                "bytes name no host: remove it",
            ),
            (
                "redirect",
                &[ListenerProtocol::Http],
                "it stands on `http(…)`, which sends requests on to https",
            ),
            ("certificate", &[ListenerProtocol::Https], "a certificate belongs to `https(…)`"),
            ("min_tls", &[ListenerProtocol::Https], "TLS ends on `https(…)` only"),
            ("alpn", &[ListenerProtocol::Https], "TLS ends on `https(…)` only"),
            ("client_certificate", &[ListenerProtocol::Https], "TLS ends on `https(…)` only"),
            ("passthrough", &[ListenerProtocol::Tls], "TLS is passed on by `tls(…)` only"),
        ] {
            if let Some(setting) = settings.get(key).filter(|_| !only.contains(&protocol)) {
                self.not_on_listener(scope, setting, protocol, help);
            }
        }
    }

    fn tls_version(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<TlsVersion, Reported> {
        self.follow(scope, expr, |cx, scope, expr| {
            let text = match &expr.kind {
                ExprKind::Literal(Literal::String(text)) => &*text.value,
                _ => return Err(cx.mismatch_with(scope, expr, "a version of TLS in quotes", "\"1.2\"")),
            };
            match text {
                "1.2" => Ok(TlsVersion::V1_2),
                "1.3" => Ok(TlsVersion::V1_3),
                _ => {
                    let message = format!("`{text}` is not a version of TLS that is served");
                    Err(cx.error(scope, Code::OUT_OF_RANGE, expr.id, message, "write `\"1.2\"` or `\"1.3\"`"))
                }
            }
        })
    }

    fn client_certificate(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ClientCertificate, Reported> {
        let forms = [
            ("require", "require(ca: secret(\"partners-ca\"))"),
            ("request", "request(ca: secret(\"partners-ca\"))"),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::named(&["ca", "names"]))?;
            let names = arguments.optional(cx, scope, "names", |cx, s, e| {
                cx.list(s, e, "a list of names", "[\"spiffe://partner/**\"]", Lowering::name_pattern)
            });
            let ca = arguments.required(cx, scope, "ca", "ca: secret(\"partners-ca\")")?;
            Ok(ClientCertificate {
                place: scope.place(expr.id),
                required: form.word == "require",
                ca: cx.secret(scope, ca)?,
                names: names.unwrap_or_default(),
            })
        })
    }

    /// A name in a certificate: a URI or a DNS name, or a URI with all below it.
    fn name_pattern(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<NamePattern, Reported> {
        let text = self.text(scope, expr)?;
        let (base, below) = match text.strip_suffix("/**") {
            Some(base) => (base, true),
            None => (&*text, false),
        };
        let is_name = if base.contains("://") {
            let (scheme, rest) = base.split_once("://").unwrap_or(("", ""));
            !scheme.is_empty() && !rest.is_empty() && !base.contains(['*', ' '])
        } else {
            !below && gloo_domain::DnsName::parse(base).is_ok()
        };
        if !is_name {
            let message = format!("`{text}` is not a name in certificates");
            let help = "write a URI such as `\"spiffe://partner/globex\"`, one with all below it as `\"spiffe://partner/**\"`, or a DNS name";
            return Err(self.error(scope, Code::BAD_HOST, expr.id, message, help));
        }
        Ok(if below { NamePattern::Below(base.to_owned()) } else { NamePattern::Exactly(text) })
    }
}
