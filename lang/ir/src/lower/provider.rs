//! `provider auth0: jwt { … }`

use super::file::is_label;
use super::{Arguments, Lowering, Scope, Settings, Takes};
use crate::resolve::{DeclarationId, suggest};
use crate::{OnError, Provider, ProviderId, ProviderKind, TokenPlace};
use gloo_source::{Code, Diagnostic, Reported};
use gloo_syntax::ast::{self, Block, Expr, NodeId};

/// The kinds of providers.
const KINDS: &[&str] = &["jwt", "oidc", "ldap", "opa", "api_key", "basic", "hmac", "ext_authz"];

impl Lowering<'_> {
    pub(super) fn lower_provider(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Provider,
        id: DeclarationId,
    ) -> Result<Provider, Reported> {
        let kind = match &*it.kind.text {
            "jwt" => self.jwt(scope, it.kind.id, &it.body),
            "oidc" => self.oidc(scope, it.kind.id, &it.body),
            "ldap" => self.ldap(scope, it.kind.id, &it.body),
            "opa" => self.opa(scope, it.kind.id, &it.body),
            "api_key" => self.api_key(scope, it.kind.id, &it.body),
            "basic" => self.basic(scope, it.kind.id, &it.body),
            "hmac" => self.hmac(scope, it.kind.id, &it.body),
            "ext_authz" => self.ext_authz(scope, it.kind.id, &it.body),
            other => {
                let place = scope.place(it.kind.id);
                let message = format!("there is no kind of provider called `{other}`");
                let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, place, message);
                let diagnostic = match suggest::closest(other, KINDS.iter().copied()) {
                    Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                        format!("write `{close}`"),
                        place,
                        close,
                    ),
                    None => {
                        diagnostic.help(format!("there are {}", suggest::all_of(&suggest::quoted(KINDS))))
                    }
                };
                Err(self.report(scope, diagnostic))
            }
        }?;
        Ok(Provider {
            id: ProviderId::new(self.names.qualified(id)),
            place: scope.place(it.name.id),
            doc: Self::doc(&item.doc),
            kind,
        })
    }

    fn jwt(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["issuer", "jwks", "audiences", "from", "forward"];
        let settings = Settings::read(self, scope, owner, "a `jwt` provider", known, body.settings());
        let jwks = settings.optional(self, scope, "jwks", Lowering::url);
        let audiences = settings.optional(self, scope, "audiences", Lowering::texts);
        let from = settings.optional(self, scope, "from", Lowering::token_place);
        let forward = settings.optional(self, scope, "forward", Lowering::boolean);
        let issuer = settings.required(self, scope, "issuer", "\"https://acme.auth0.com/\"")?;
        Ok(ProviderKind::Jwt {
            issuer: self.filled_text(scope, issuer)?,
            jwks,
            audiences: audiences.unwrap_or_default(),
            from: from.unwrap_or(TokenPlace::Bearer),
            forward: forward.unwrap_or(true),
        })
    }

    /// Where a token stands: `header("x-token")`, `header("authorization", prefix: "Token ")`, `query("t")`,
    /// `cookie("t")`.
    fn token_place(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<TokenPlace, Reported> {
        let forms = [
            ("header", "header(\"x-token\")"),
            ("query", "query(\"token\")"),
            ("cookie", "cookie(\"token\")"),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let named: &[&str] = if form.word == "header" { &["prefix"] } else { &[] };
            let arguments =
                Arguments::read(cx, scope, expr.id, call, Takes { positional: &["name"], named })?;
            let name = arguments.required(cx, scope, "name", "\"token\"")?;
            if form.word == "header" {
                let text = cx.filled_text(scope, name)?;
                let header = cx.header_name(scope, name.id, &text)?;
                let prefix = arguments.optional(cx, scope, "prefix", Lowering::text);
                return Ok(TokenPlace::Header(header, prefix.unwrap_or_default()));
            }
            let text = cx.filled_text(scope, name)?;
            Ok(if form.word == "query" { TokenPlace::Query(text) } else { TokenPlace::Cookie(text) })
        })
    }

    fn oidc(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["issuer", "client_id", "client_secret", "callback", "logout", "scopes"];
        let settings = Settings::read(self, scope, owner, "an `oidc` provider", known, body.settings());
        let logout = settings.optional(self, scope, "logout", Lowering::exact_path);
        let scopes = settings.optional(self, scope, "scopes", Lowering::texts);
        let issuer = settings.required(self, scope, "issuer", "\"https://sso.acme.com\"");
        let issuer = issuer.and_then(|issuer| self.url(scope, issuer));
        let client_id = settings.required(self, scope, "client_id", "\"shop\"");
        let client_id = client_id.and_then(|id| self.filled_text(scope, id));
        let secret = settings.required(self, scope, "client_secret", "secret(\"oidc\")");
        let secret = secret.and_then(|secret| self.secret(scope, secret));
        let callback = settings.required(self, scope, "callback", "/oauth/callback");
        let callback = callback.and_then(|path| self.exact_path(scope, path));
        let callback = callback?;
        if logout.as_ref() == Some(&callback) {
            let node = settings.get("logout").map_or(owner, |setting| setting.value.id);
            let message = "`callback` and `logout` are one path";
            return Err(self.error(scope, Code::CONTRADICTION, node, message, "give them different paths"));
        }
        Ok(ProviderKind::Oidc {
            issuer: issuer?,
            client_id: client_id?,
            client_secret: secret?,
            callback,
            logout,
            scopes: scopes.unwrap_or_else(|| vec!["openid".to_owned()]),
        })
    }

    fn ldap(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["address", "user_dn", "groups", "service", "on_error"];
        let settings = Settings::read(self, scope, owner, "an `ldap` provider", known, body.settings());
        let groups = settings.optional(self, scope, "groups", Lowering::texts);
        let service = settings.optional(self, scope, "service", Lowering::service);
        let on_error = settings.optional(self, scope, "on_error", Lowering::on_error);
        let address = settings.required(self, scope, "address", "\"ldaps://ad.acme.com\"");
        let user_dn = settings.required(self, scope, "user_dn", "\"uid=%s,ou=people,dc=acme,dc=com\"");
        let (address, user_dn) = (address?, user_dn?);
        let text = self.text(scope, address)?;
        let host = text.strip_prefix("ldaps://").or_else(|| text.strip_prefix("ldap://")).unwrap_or("");
        if host.is_empty() || host.contains(['/', ' ', '?']) {
            let message = format!("`{text}` is not the address of an LDAP server");
            let help = "write it as `\"ldaps://ad.acme.com\"`";
            return Err(self.error(scope, Code::BAD_HOST, address.id, message, help));
        }
        let dn = self.text(scope, user_dn)?;
        if dn.matches("%s").count() != 1 {
            let message = "`user_dn` must hold `%s` once, where the user's name stands";
            let help = "write it as `\"uid=%s,ou=people,dc=acme,dc=com\"`";
            return Err(self.error(scope, Code::OUT_OF_RANGE, user_dn.id, message, help));
        }
        Ok(ProviderKind::Ldap {
            address: text,
            user_dn: dn,
            groups: groups.unwrap_or_default(),
            service,
            on_error: on_error.unwrap_or(OnError::Deny),
        })
    }

    fn opa(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["service", "decision", "timeout", "on_error"];
        let settings = Settings::read(self, scope, owner, "an `opa` provider", known, body.settings());
        let timeout = settings.optional(self, scope, "timeout", Lowering::duration);
        let on_error = settings.optional(self, scope, "on_error", Lowering::on_error);
        let service = settings.required(self, scope, "service", "ops.opa");
        let decision = settings.required(self, scope, "decision", "\"shop/allow\"");
        let service = service.and_then(|service| self.service(scope, service));
        let decision = decision?;
        let text = self.filled_text(scope, decision)?;
        if !text.split('/').all(|part| is_label(&part.replace('_', "-").to_ascii_lowercase())) {
            let message = format!("`{text}` is not the path of a decision");
            let help = "write words with `/` between them, as `\"shop/allow\"`";
            return Err(self.error(scope, Code::OUT_OF_RANGE, decision.id, message, help));
        }
        Ok(ProviderKind::Opa {
            service: service?,
            decision: text,
            timeout,
            on_error: on_error.unwrap_or(OnError::Deny),
        })
    }

    fn api_key(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["header", "keys", "service"];
        let settings = Settings::read(self, scope, owner, "an `api_key` provider", known, body.settings());
        let service = settings.optional(self, scope, "service", Lowering::service);
        let header = settings.required(self, scope, "header", "\"x-api-key\"");
        let keys = settings.required(self, scope, "keys", "secret(\"partner-keys\")");
        let keys = keys.and_then(|keys| self.secret(scope, keys));
        let header = header?;
        let text = self.filled_text(scope, header)?;
        Ok(ProviderKind::ApiKey { header: self.header_name(scope, header.id, &text)?, keys: keys?, service })
    }

    fn basic(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let settings = Settings::read(self, scope, owner, "a `basic` provider", &["users"], body.settings());
        let users = settings.required(self, scope, "users", "secret(\"htpasswd\")")?;
        Ok(ProviderKind::Basic { users: self.secret(scope, users)? })
    }

    fn hmac(&mut self, scope: &Scope<'_>, owner: NodeId, body: &Block) -> Result<ProviderKind, Reported> {
        let known = &["keys", "headers", "service"];
        let settings = Settings::read(self, scope, owner, "an `hmac` provider", known, body.settings());
        let service = settings.optional(self, scope, "service", Lowering::service);
        let headers = settings.optional(self, scope, "headers", Lowering::header_names);
        let keys = settings.required(self, scope, "keys", "secret(\"hmac-keys\")")?;
        let keys = self.secret(scope, keys)?;
        Ok(ProviderKind::Hmac { keys, headers: headers.unwrap_or_else(|| vec!["date".to_owned()]), service })
    }

    fn ext_authz(
        &mut self,
        scope: &Scope<'_>,
        owner: NodeId,
        body: &Block,
    ) -> Result<ProviderKind, Reported> {
        let known = &["service", "timeout", "on_error"];
        let settings = Settings::read(self, scope, owner, "an `ext_authz` provider", known, body.settings());
        let timeout = settings.optional(self, scope, "timeout", Lowering::duration);
        let on_error = settings.optional(self, scope, "on_error", Lowering::on_error);
        let service = settings.required(self, scope, "service", "ops.authz")?;
        let service = self.service(scope, service)?;
        Ok(ProviderKind::ExtAuthz { service, timeout, on_error: on_error.unwrap_or(OnError::Deny) })
    }

    /// `deny` or `allow`.
    pub(super) fn on_error(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<OnError, Reported> {
        self.word(scope, expr, &[("deny", OnError::Deny), ("allow", OnError::Allow)])
    }

    /// Names of headers, in lower case.
    pub(super) fn header_names(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<String>, Reported> {
        self.list(scope, expr, "a list of headers", "[\"date\", \"host\"]", |cx, scope, expr| {
            let text = cx.filled_text(scope, expr)?;
            // The host is signed like a header, though no rule may change or ask it as one.
            if text.eq_ignore_ascii_case("host") {
                Ok("host".to_owned())
            } else {
                cx.header_name(scope, expr.id, &text)
            }
        })
    }

    /// An `http://` or `https://` address.
    pub(super) fn url(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or("");
        let host = rest.split(['/', '?', '#']).next().unwrap_or("").split(':').next().unwrap_or("");
        if gloo_domain::DnsName::parse(host).is_err() || text.contains(char::is_whitespace) {
            let message = format!("`{text}` is not an address of the web");
            let help = "write it as `\"https://acme.auth0.com/\"`";
            return Err(self.error(scope, Code::BAD_HOST, expr.id, message, help));
        }
        Ok(text)
    }
}
