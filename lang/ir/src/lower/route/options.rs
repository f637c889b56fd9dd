//! How a request goes: `{ timeout: 5s  retries: 2  with patient(5s) }`.

use super::Rules;
use crate::lower::{Asking, AttributeOf, Lowering, Scope, Settings, headers_word};
use crate::resolve::suggest;
use crate::{Action, AddressAttribute, Fault, HashKey, Mirror, Options, Percent, TextAttribute, Ty};
use gloo_source::{Code, Diagnostic, Place, Reported};
use gloo_syntax::ast::{Block, Direction, Entry, Expr, ExprKind, KeyKind, Setting};

/// The options that are settings.
const KNOWN: &[&str] = &["timeout", "retries", "rewrite", "host", "mirror", "fault", "hash", "websocket"];
/// All options, as messages list them.
const LISTED: &[&str] = &[
    "timeout",
    "retries",
    "rewrite",
    "host",
    "mirror",
    "request_headers",
    "response_headers",
    "fault",
    "hash",
    "websocket",
];

/// Options, and where each was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) options: Options,
    places: Vec<(&'static str, Place)>,
}

impl Given {
    fn place(&self, key: &str) -> Option<Place> {
        self.places.iter().find(|(known, _)| *known == key).map(|(_, place)| *place)
    }
}

impl Lowering<'_> {
    /// The options in braces after an action.
    pub(super) fn given(&mut self, scope: &Scope<'_>, block: &Block, kind: Rules) -> Result<Given, Reported> {
        let mut given = Given::default();
        let before = self.errors;
        self.add_options(scope, block, kind, &mut given)?;
        if self.errors > before { Err(self.silent()) } else { Ok(given) }
    }

    /// Reads the body of a `let` as options; what fits a rule is left to its uses.
    pub(crate) fn options_of_template(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<(), Reported> {
        let mut given = Given::default();
        self.follow(scope, expr, |cx, scope, expr| match &expr.kind {
            ExprKind::Block(block) => cx.add_options(scope, block, Rules::Unknown, &mut given),
            _ => Err(cx.mismatch(scope, expr, Ty::Options)),
        })
    }

    fn add_options(
        &mut self,
        scope: &Scope<'_>,
        block: &Block,
        kind: Rules,
        given: &mut Given,
    ) -> Result<(), Reported> {
        let mut failed = None;
        for entry in &block.entries {
            let result = match entry {
                Entry::Error(_) => Ok(()),
                Entry::With { options, .. } => {
                    self.follow(scope, options, |cx, scope, expr| match &expr.kind {
                        ExprKind::Block(block) => cx.add_options(scope, block, kind, given),
                        ExprKind::Reference(_) => Err(cx.no_options(scope, expr)),
                        _ => Err(cx.mismatch(scope, expr, Ty::Options)),
                    })
                }
                Entry::Headers(headers) => {
                    let word = headers_word(headers.direction.value);
                    if !self.is_first(scope, given, word, scope.place(headers.direction.id)) {
                        continue;
                    }
                    let asking = if kind == Rules::Unknown { Asking::Anywhere } else { Asking::Request };
                    let operations = self.header_operations(scope, &headers.edits, asking);
                    match headers.direction.value {
                        Direction::Request => given.options.request_headers = operations,
                        Direction::Response => given.options.response_headers = operations,
                    }
                    Ok(())
                }
                Entry::Setting(setting) => self.add_option(scope, setting, kind, given),
            };
            if let Err(reported) = result {
                failed = Some(reported);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Reports a name after `with` that stands for nothing.
    fn no_options(&mut self, scope: &Scope<'_>, expr: &Expr) -> Reported {
        use crate::resolve::{Kind, Kinds, Miss};
        let ExprKind::Reference(reference) = &expr.kind else { return self.silent() };
        let words: Vec<&str> = reference.segments.iter().map(|name| &*name.text).collect();
        let Err(miss @ Miss::Unknown { .. }) = self.names.find(scope.file, &words, Kinds::of(Kind::ALL))
        else {
            return self.mismatch(scope, expr, Ty::Options);
        };
        let place = scope.place(expr.id);
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_NAME, place, format!("there is no `let` called `{reference}`"));
        let diagnostic = match self.names.closest(scope.file, &words, &miss, Kinds::of(&[Kind::Let])) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                format!("write `{close}`"),
                place,
                close,
            ),
            None => diagnostic.help(format!("declare it: `let {reference} = {{ timeout: 2s }}`")),
        };
        self.report(scope, diagnostic)
    }

    /// Whether an option is given for the first time; else it is reported.
    fn is_first(&mut self, scope: &Scope<'_>, given: &mut Given, key: &'static str, place: Place) -> bool {
        let Some(first) = given.place(key) else {
            given.places.push((key, place));
            return true;
        };
        let diagnostic = Diagnostic::new(Code::REPEATED, place, format!("`{key}` is given twice"))
            .saying("again here")
            .label(first, "first here")
            .help("remove one of them; options of `with` count too");
        self.report(scope, diagnostic);
        false
    }

    fn add_option(
        &mut self,
        scope: &Scope<'_>,
        setting: &Setting,
        kind: Rules,
        given: &mut Given,
    ) -> Result<(), Reported> {
        let place = scope.place(setting.key.id);
        let known = match &setting.key.kind {
            KeyKind::Word(text) => KNOWN.iter().find(|key| **key == &**text).copied(),
            _ => None,
        };
        let Some(key) = known else { return Err(self.unknown_option(scope, setting)) };
        if !self.is_first(scope, given, key, place) {
            return Ok(());
        }
        let (value, options) = (&setting.value, &mut given.options);
        match key {
            "timeout" => options.timeout = Some(Self::at(Lowering::duration)(self, scope, value)?),
            "retries" => options.retries = Some(Self::at(Lowering::retries)(self, scope, value)?),
            "rewrite" => options.rewrite = Some(Self::at(Lowering::path_template)(self, scope, value)?),
            "host" => options.host = Some(Self::at(Lowering::exact_host)(self, scope, value)?),
            "mirror" => {
                options.mirror = Some(Self::at(|cx, s, e| cx.mirror(s, e, kind))(self, scope, value)?);
            }
            "fault" => options.fault = Some(Self::at(Lowering::fault)(self, scope, value)?),
            "hash" => options.hash = Some(Self::at(Lowering::hash_key)(self, scope, value)?),
            _ => options.websocket = Some(Self::at(Lowering::boolean)(self, scope, value)?),
        }
        Ok(())
    }

    fn unknown_option(&mut self, scope: &Scope<'_>, setting: &Setting) -> Reported {
        let place = scope.place(setting.key.id);
        let Some(text) = setting.key.text() else {
            let diagnostic = Diagnostic::new(Code::UNKNOWN_SETTING, place, "this is no option of a rule");
            return self.report(scope, diagnostic.help(listed()));
        };
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_SETTING, place, format!("a rule has no option `{text}`"));
        let diagnostic = match &**text {
            "weight" => {
                diagnostic.help("parts of the requests are written `split(cart.v1: 90%, cart.v2: 10%)`")
            }
            "headers" => {
                diagnostic.help("write `request_headers { set x-a: \"1\" }` or `response_headers { … }`")
            }
            "request_headers" | "response_headers" => {
                diagnostic.help(format!("it has no colon: `{text} {{ set x-a: \"1\" }}`"))
            }
            _ => match suggest::closest(text, LISTED.iter().copied()) {
                Some(close) => diagnostic.help(format!("did you mean `{close}`?")).guess(
                    format!("write `{close}`"),
                    place,
                    close,
                ),
                None => diagnostic.help(listed()),
            },
        };
        self.report(scope, diagnostic)
    }

    fn mirror(&mut self, scope: &Scope<'_>, expr: &Expr, kind: Rules) -> Result<Mirror, Reported> {
        self.block(scope, expr, "{ to: cart.v2  share: 10% }", |cx, scope, block| {
            let settings = Settings::of_block(cx, scope, "a mirror", &["to", "share"], block);
            let share = settings.optional(cx, scope, "share", Lowering::percent);
            let to = settings.required(cx, scope, "to", "cart.v2")?;
            let to = cx.destination(scope, to, kind.fit())?;
            Ok(Mirror { to, share: share.unwrap_or(Percent::ALL) })
        })
    }

    fn fault(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<Fault, Reported> {
        self.block(scope, expr, "{ delay: 2s  share: 5% }", |cx, scope, block| {
            let settings = Settings::of_block(cx, scope, "a fault", &["delay", "abort", "share"], block);
            let before = cx.errors;
            let fault = Fault {
                delay: settings.optional(cx, scope, "delay", Lowering::duration),
                abort: settings.optional(cx, scope, "abort", |cx, s, e| cx.status(s, e, 200..=599)),
                share: settings.optional(cx, scope, "share", Lowering::percent).unwrap_or(Percent::ALL),
            };
            if cx.errors == before && fault.delay.is_none() && fault.abort.is_none() {
                let message = "this fault does nothing";
                let help = "add `delay: 2s` or `abort: 503`";
                return Err(cx.error(scope, Code::MISSING, block.id, message, help));
            }
            Ok(fault)
        })
    }

    /// What decides which instance a request goes to: `header("x-user")`, `client.ip`.
    pub(crate) fn hash_key(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<HashKey, Reported> {
        match self.attribute(scope, expr, Asking::Anywhere)? {
            Some(AttributeOf::Text(TextAttribute::Header(name))) => Ok(HashKey::Header(name)),
            Some(AttributeOf::Text(TextAttribute::Cookie(name))) => Ok(HashKey::Cookie(name)),
            Some(AttributeOf::Text(TextAttribute::Query(name))) => Ok(HashKey::Query(name)),
            Some(AttributeOf::Address(AddressAttribute::Client)) => Ok(HashKey::ClientAddress),
            _ => {
                let message = format!("requests can't be told apart by {}", self.describe(scope, expr));
                let help = "write `header(\"x-user\")`, `cookie(\"session\")`, `query(\"q\")` or `client.ip`";
                Err(self.error(scope, Code::TYPE_MISMATCH, expr.id, message, help))
            }
        }
    }

    /// Refuses options that the action has no use for.
    pub(super) fn fitting_options(&mut self, scope: &Scope<'_>, given: &Given, action: &Action, kind: Rules) {
        for (key, place) in &given.places {
            let (message, help) = match action {
                _ if kind == Rules::Connections => {
                    (format!("`{key}` is for requests, and this listener passes connections on"), "remove it")
                }
                Action::Forward(_) => continue,
                Action::Redirect(_) | Action::Respond(_) if *key == "response_headers" => continue,
                Action::Redirect(_) | Action::Respond(_) => {
                    let what = "is for requests that go on, and this rule answers them itself";
                    (format!("`{key}` {what}"), "remove it; `response_headers` can stand here")
                }
                Action::Delegate(_) => (
                    format!("`{key}` can't stand on a rule that delegates"),
                    "write it on the rules of the table that it delegates to",
                ),
            };
            let diagnostic = Diagnostic::new(Code::MISPLACED, *place, message).help(help);
            self.report(scope, diagnostic);
        }
    }
}

fn listed() -> String {
    format!("a rule has {}", suggest::all_of(&suggest::quoted(LISTED)))
}
