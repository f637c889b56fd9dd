//! Clauses that look into messages or change them: `waf mask cors csrf transform wasm lua`.

use crate::lower::{Arguments, Asking, Lowering, Scope, Settings, Takes, form_of};
use crate::{
    ClauseKind, Cors, Mask, MaskPlace, Masked, OnError, Origin, Transform, TransformBody, Waf, WafMode, Wasm,
    WasmPhase,
};
use gloo_source::{Code, Reported};
use gloo_syntax::ast::{self, Block, Direction, EditKind, Expr, ExprKind, KeyKind, Literal, NodeId};
use serde_json::{Map, Value};

/// The largest body that a mask reads unless it is said: 1 MiB.
const MASK_MAX: u64 = 1024 * 1024;

impl Lowering<'_> {
    /// `owasp(paranoia: 2, mode: block, exclude: [942100], rules: file("own.conf"), on_error: deny)`
    pub(super) fn waf(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Waf, Reported> {
        self.choose(scope, expr, &[("owasp", "owasp(paranoia: 1)")], |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            let takes = Takes::named(&["paranoia", "mode", "exclude", "rules", "on_error"]);
            let arguments = Arguments::read(cx, scope, expr.id, call, takes)?;
            let mode = arguments.optional(cx, scope, "mode", |cx, scope, expr| {
                cx.word(scope, expr, &[("block", WafMode::Block), ("detect", WafMode::Detect)])
            });
            let exclude = arguments.optional(cx, scope, "exclude", |cx, scope, expr| {
                cx.list(scope, expr, "a list of rules", "[942100]", |cx, scope, expr| {
                    cx.count(scope, expr, 1)
                })
            });
            let rules = arguments.optional(cx, scope, "rules", |cx, scope, expr| {
                cx.one_or_list(scope, expr, |cx, scope, expr| cx.text_or_file(scope, expr))
            });
            let on_error = arguments.optional(cx, scope, "on_error", Lowering::on_error);
            let paranoia = arguments.required(cx, scope, "paranoia", "paranoia: 1")?;
            Ok(Waf {
                paranoia: cx.integer(scope, paranoia, "a paranoia level", 1..=4)? as u8,
                mode: mode.unwrap_or(WafMode::Block),
                exclude: exclude.unwrap_or_default(),
                rules: rules.unwrap_or_default(),
                on_error: on_error.unwrap_or(OnError::Deny),
            })
        })
    }

    /// `[card_numbers, json("$.pan")] in [response, logs] { max: 1MiB }`
    pub(super) fn mask(&mut self, scope: &Scope<'_>, it: &ast::Mask) -> Result<Mask, Reported> {
        let what = self.one_or_list(scope, &it.what, |cx, scope, expr| cx.masked(scope, expr));
        let words = [
            ("request", MaskPlace::Request),
            ("response", MaskPlace::Response),
            ("headers", MaskPlace::Headers),
            ("logs", MaskPlace::Logs),
        ];
        let places = self.one_or_list(scope, &it.places, |cx, scope, expr| cx.word(scope, expr, &words));
        let max = match &it.options {
            Some(block) => {
                let settings = Settings::of_block(self, scope, "a mask", &["max"], block);
                settings.optional(self, scope, "max", Lowering::size)
            }
            None => None,
        };
        let (what, mut places) = (what?, places?);
        if what.is_empty() || places.is_empty() {
            let node = if what.is_empty() { it.what.id } else { it.places.id };
            let help = "write `mask [card_numbers] in [response]`";
            return Err(self.error(scope, Code::MISSING, node, "the list is empty", help));
        }
        places.sort();
        places.dedup();
        Ok(Mask { what, places, max: max.unwrap_or(MASK_MAX) })
    }

    fn masked(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Masked, Reported> {
        let forms = [
            ("card_numbers", ""),
            ("ssn", ""),
            ("pattern", "pattern(r\"ACME-[0-9]{6}\")"),
            ("json", "json(\"$.pan\")"),
        ];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else {
                return Ok(if form.word == "ssn" {
                    Masked::SocialSecurityNumbers
                } else {
                    Masked::CardNumbers
                });
            };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["what"]))?;
            let what = arguments.required(cx, scope, "what", "\"$.pan\"")?;
            if form.word == "pattern" {
                return Ok(Masked::Pattern(cx.regex(scope, what)?));
            }
            let path = cx.text(scope, what)?;
            if !is_json_path(&path) {
                let message = format!("`{path}` is not the path of a JSON value");
                let help = "write `$` and keys, as `\"$.card.pan\"` or `\"$.cards[*].pan\"`";
                return Err(cx.error(scope, Code::OUT_OF_RANGE, what.id, message, help));
            }
            Ok(Masked::Json(path))
        })
    }

    /// `{ origins: ["https://shop.acme.com"]  methods: [GET] … }`
    pub(super) fn cors(&mut self, scope: &Scope<'_>, verb: NodeId, block: &Block) -> Result<Cors, Reported> {
        let known = &["origins", "methods", "headers", "expose", "credentials", "max_age"];
        let settings = Settings::read(self, scope, verb, "`cors`", known, block.settings());
        let methods = settings.optional(self, scope, "methods", |cx, scope, expr| {
            cx.list(scope, expr, "a list of methods", "[GET, POST]", |cx, scope, expr| cx.method(scope, expr))
        });
        let headers = settings.optional(self, scope, "headers", Lowering::header_names);
        let expose = settings.optional(self, scope, "expose", Lowering::header_names);
        let credentials = settings.optional(self, scope, "credentials", Lowering::boolean).unwrap_or(false);
        let max_age = settings.optional(self, scope, "max_age", Lowering::duration);
        let origins = settings.required(self, scope, "origins", "[\"https://shop.acme.com\"]")?;
        let node = origins.id;
        let origins = self.origins(scope, origins)?;
        if credentials && origins.contains(&Origin::Any) {
            let message = "every site may call, and with the user's cookies";
            let help = "name the sites, or leave `credentials` out: browsers refuse both together";
            return Err(self.error(scope, Code::CONTRADICTION, node, message, help));
        }
        Ok(Cors {
            origins,
            methods: methods.unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            expose: expose.unwrap_or_default(),
            credentials,
            max_age: max_age.map(|age| age.as_secs()),
        })
    }

    pub(super) fn csrf(
        &mut self,
        scope: &Scope<'_>,
        verb: NodeId,
        block: &Block,
    ) -> Result<Vec<Origin>, Reported> {
        let settings = Settings::read(self, scope, verb, "`csrf`", &["origins"], block.settings());
        Ok(settings.optional(self, scope, "origins", Lowering::origins).unwrap_or_default())
    }

    fn origins(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Vec<Origin>, Reported> {
        self.list(scope, expr, "a list of sites", "[\"https://shop.acme.com\"]", |cx, scope, expr| {
            let text = cx.text(scope, expr)?;
            origin(&text).ok_or_else(|| {
                let message = format!("`{text}` is not a site");
                let help = "write scheme and host without a path, as `\"https://shop.acme.com\"`";
                cx.error(scope, Code::BAD_HOST, expr.id, message, help)
            })
        })
    }

    /// `request { set x-user: auth0.sub }`, `response { body replace(r"…", "…") }`
    pub(super) fn transform(
        &mut self,
        scope: &Scope<'_>,
        it: &ast::Transform,
    ) -> Result<ClauseKind, Reported> {
        let before = self.errors;
        let headers = self.header_operations(scope, &it.edits, Asking::Request);
        let bodies = it.edits.iter().filter_map(|edit| match &edit.kind {
            EditKind::Body(expr) => Some((edit.id, expr)),
            _ => None,
        });
        let mut body = None;
        for (node, expr) in bodies {
            match body {
                None => body = Some((node, self.transform_body(scope, expr)?)),
                Some((first, _)) => self.repeated(scope, node, first, "`body`"),
            }
        }
        if self.errors > before {
            return Err(self.silent());
        }
        let transform = Transform {
            headers: headers.into_iter().map(|it| it.value).collect(),
            body: body.map(|(_, body)| body),
        };
        Ok(match it.direction.value {
            Direction::Request => ClauseKind::TransformRequest(transform),
            Direction::Response => ClauseKind::TransformResponse(transform),
        })
    }

    fn transform_body(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<TransformBody, Reported> {
        let forms = [("replace", "replace(r\"a+\", \"b\")"), ("json", "json(file(\"reply.json\"))")];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Err(cx.silent()) };
            if form.word == "json" {
                let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["template"]))?;
                let template = arguments.required(cx, scope, "template", "file(\"reply.json\")")?;
                return Ok(TransformBody::Json(cx.text_or_file(scope, template)?));
            }
            let takes = Takes { positional: &["pattern", "text"], named: &[] };
            let arguments = Arguments::read(cx, scope, expr.id, call, takes)?;
            let pattern = arguments.required(cx, scope, "pattern", "r\"a+\"")?;
            let text = arguments.required(cx, scope, "text", "\"b\"")?;
            Ok(TransformBody::Replace(cx.regex(scope, pattern)?, cx.text(scope, text)?))
        })
    }

    /// `module("oci://…", phase: authn, config: { … }, sha256: "…", on_error: deny)`
    pub(super) fn wasm(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Wasm, Reported> {
        self.choose(
            scope,
            expr,
            &[("module", "module(\"oci://ghcr.io/acme/geo:1.2\")")],
            |cx, scope, expr, form| {
                let Some(call) = form.call else { return Err(cx.silent()) };
                let takes = Takes { positional: &["url"], named: &["phase", "config", "sha256", "on_error"] };
                let arguments = Arguments::read(cx, scope, expr.id, call, takes)?;
                let phase = arguments.optional(cx, scope, "phase", |cx, scope, expr| {
                    let words = [
                        ("authn", WasmPhase::Authn),
                        ("authz", WasmPhase::Authz),
                        ("default", WasmPhase::Default),
                    ];
                    cx.word(scope, expr, &words)
                });
                let config = arguments.optional(cx, scope, "config", |cx, scope, expr| cx.json(scope, expr));
                let sha256 = arguments.optional(cx, scope, "sha256", Lowering::sha256);
                let on_error = arguments.optional(cx, scope, "on_error", Lowering::on_error);
                let url = arguments.required(cx, scope, "url", "\"oci://ghcr.io/acme/geo:1.2\"")?;
                let text = cx.text(scope, url)?;
                let schemes = ["oci://", "https://", "http://", "file://"];
                if !schemes
                    .iter()
                    .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
                {
                    let message = format!("`{text}` is not where a module can be fetched");
                    let help =
                        "write it as `\"oci://ghcr.io/acme/geo:1.2\"`, `\"https://…\"` or `\"file://…\"`";
                    return Err(cx.error(scope, Code::BAD_HOST, url.id, message, help));
                }
                Ok(Wasm {
                    url: text,
                    sha256,
                    phase: phase.unwrap_or(WasmPhase::Default),
                    config: config.map(|config| config.to_string()),
                    on_error: on_error.unwrap_or(OnError::Deny),
                })
            },
        )
    }

    fn sha256(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<String, Reported> {
        let text = self.text(scope, expr)?;
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let message = "a SHA-256 hash has 64 hexadecimal digits";
            let help = "`sha256sum module.wasm` prints it";
            return Err(self.error(scope, Code::OUT_OF_RANGE, expr.id, message, help));
        }
        Ok(text.to_ascii_lowercase())
    }

    /// A value as JSON: maps, lists, strings, numbers, `true` and `false`.
    fn json(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Value, Reported> {
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Ok(Value::from(&*text.value)),
            ExprKind::Literal(Literal::Int(number)) => Ok(Value::from(*number)),
            ExprKind::Literal(Literal::Bool(value)) => Ok(Value::from(*value)),
            ExprKind::List(elements) => {
                Ok(Value::Array(cx.all(scope, elements, |cx, scope, expr| cx.json(scope, expr))?))
            }
            ExprKind::Block(block) => {
                let mut fields = Map::new();
                for setting in block.settings() {
                    if let KeyKind::Word(key) | KeyKind::Quoted(key) = &setting.key.kind {
                        fields.insert(key.to_string(), cx.json(scope, &setting.value)?);
                    }
                }
                Ok(Value::Object(fields))
            }
            _ => Err(cx.mismatch_with(scope, expr, "a string, number, list or map", "{ country: \"DE\" }")),
        })
    }

    /// `file("stamp.lua")`, or `script(file("stamp.lua"), on_error: allow)`.
    pub(super) fn lua(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<ClauseKind, Reported> {
        let Some(("script", Some(call))) = form_of(expr) else {
            return Ok(ClauseKind::Lua(self.text_or_file(scope, expr)?, OnError::Deny));
        };
        let takes = Takes { positional: &["script"], named: &["on_error"] };
        let arguments = Arguments::read(self, scope, expr.id, call, takes)?;
        let on_error = arguments.optional(self, scope, "on_error", Lowering::on_error);
        let script = arguments.required(self, scope, "script", "file(\"stamp.lua\")")?;
        Ok(ClauseKind::Lua(self.text_or_file(scope, script)?, on_error.unwrap_or(OnError::Deny)))
    }
}

/// A site as a browser sends it, with `*` for every host, or at the beginning of the host.
fn origin(text: &str) -> Option<Origin> {
    if text == "*" {
        return Some(Origin::Any);
    }
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (rest, None),
    };
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    match host.strip_prefix("*.") {
        Some(base) => {
            gloo_domain::DnsName::parse(base).ok()?;
            Some(Origin::Below {
                scheme: format!("{scheme}://"),
                suffix: format!(".{}{port}", base.to_ascii_lowercase()),
            })
        }
        None => {
            gloo_domain::DnsName::parse(host).ok()?;
            Some(Origin::Exactly(format!("{scheme}://{}{port}", host.to_ascii_lowercase())))
        }
    }
}

/// `$`, then `.key`, `[0]` or `[*]`.
fn is_json_path(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('$') else { return false };
    while !rest.is_empty() {
        let next = if let Some(key) = rest.strip_prefix('.') {
            let end = key.find(['.', '[']).unwrap_or(key.len());
            (end > 0).then(|| key.get(end..)).flatten()
        } else if let Some(index) = rest.strip_prefix('[') {
            index.split_once(']').and_then(|(inner, after)| {
                let fits =
                    inner == "*" || (!inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit()));
                fits.then_some(after)
            })
        } else {
            None
        };
        match next {
            Some(next) => rest = next,
            None => return false,
        }
    }
    text.len() > 1
}

#[cfg(test)]
mod tests {
    use super::{is_json_path, origin};
    use crate::Origin;

    #[test]
    fn sites() {
        assert_eq!(
            origin("https://Shop.acme.com:8443"),
            Some(Origin::Exactly("https://shop.acme.com:8443".to_owned()))
        );
        assert_eq!(origin("*"), Some(Origin::Any));
        let below = Origin::Below { scheme: "https://".to_owned(), suffix: ".acme.com".to_owned() };
        assert_eq!(origin("https://*.acme.com"), Some(below));
        for wrong in
            ["shop.acme.com", "https://shop.acme.com/", "ftp://shop.acme.com", "https://", "https://a:0"]
        {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn json_paths() {
        for right in ["$.pan", "$.cards[*].pan", "$.a[0].b", "$[0]"] {
            assert!(is_json_path(right), "{right}");
        }
        for wrong in ["$", "pan", "$..pan", "$.a[", "$.a[x]", "$pan"] {
            assert!(!is_json_path(wrong), "{wrong}");
        }
    }
}
