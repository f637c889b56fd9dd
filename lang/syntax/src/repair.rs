//! Words and signs of other languages, and near misses: what was meant, so that the rest of the declaration can be read.
//!
//! A repair is tried only after an error, and kept only if there are fewer errors with it. It is reported in place of
//! the error that it mends.

use crate::context::ParseError;
use crate::expected::{self, Expected};
use crate::lexer::Spanned;
use crate::report::Report;
use crate::token::{Class, Fixed, Token};
use crate::unexpected::{self, Told};
use gloo_source::Code;
use std::ops::Range;

/// How many repairs are tried in one declaration.
pub(crate) const MOST: usize = 30;

/// A change of the tokens that may mend an error.
pub(crate) struct Repair {
    /// The tokens that are replaced, by their numbers.
    tokens: Range<usize>,
    /// What stands there instead.
    with: Option<Spanned>,
    /// The bytes to show.
    at: Range<u32>,
    code: Code,
    message: String,
    help: String,
    /// The text that the user should write instead of the shown bytes, where that is all that is to be done.
    fix: Option<String>,
    /// Where the error stood that led to it, or where it ends, whichever is later.
    until: u32,
    /// Whether nothing within the shown bytes means what it seems to mean.
    whole: bool,
    /// Whether it is only good if less is lost on the whole.
    pub fewer: bool,
}

impl Repair {
    /// Changes the tokens.
    pub fn apply(&self, tokens: &mut Vec<Spanned>) {
        if self.tokens.end <= tokens.len() {
            tokens.splice(self.tokens.clone(), self.with);
        }
    }

    /// Whether it makes errors fewer: up to here, since errors further on may have been hidden until now.
    pub fn helps(&self, before: &[ParseError], after: &[ParseError]) -> bool {
        let early = |errors: &[ParseError]| {
            errors.iter().filter(|error| expected::offset(error) <= self.until).count()
        };
        early(after) < early(before)
    }

    /// Where it is reported.
    pub fn start(&self) -> u32 {
        self.at.start
    }

    /// Says what was wrong.
    pub fn report(self, report: &mut Report) {
        if self.whole {
            report.retract(self.at.start, self.at.end);
        }
        let span = report.span(self.at.start, self.at.end);
        let mut diagnostic = report.at(self.code, self.at.start, self.at.end, self.message);
        if !self.help.is_empty() {
            diagnostic = diagnostic.help(self.help);
        }
        if let Some(text) = self.fix {
            let title =
                if text.is_empty() { "leave it out".to_owned() } else { format!("write `{}`", text.trim()) };
            diagnostic = diagnostic.fix(title, span, text);
        }
        report.add(diagnostic);
    }
}

/// What may mend an error, the likeliest first. What the parser says it expected is not the whole truth: it may have
/// taken an expression for finished before it saw that the next word does not belong there. So most are just tried.
pub(crate) fn candidates(error: &ParseError, text: &str, tokens: &[Spanned]) -> Vec<Repair> {
    let at = expected::index(error, tokens);
    let site = Site { text, tokens, at, expected: Expected::of(error) };
    let mut repairs = Vec::new();
    repairs.extend(site.block_comment());
    repairs.extend(site.operator_word());
    repairs.extend(site.signs());
    repairs.extend(site.quotes());
    repairs.extend(site.number());
    repairs.extend(site.reserved());
    repairs.extend(site.method());
    repairs.extend(site.near_miss(at));
    repairs.extend(at.checked_sub(1).and_then(|before| site.near_miss_before(before)));
    repairs.extend(site.missing_colon());
    if site.expected.has(Token::Name) {
        repairs.push(site.missing(error, at..at));
    }
    repairs.extend(site.rest_of_line(error));
    repairs
}

/// Where the parser stopped.
struct Site<'a> {
    text: &'a str,
    tokens: &'a [Spanned],
    /// The number of the token at which it stopped.
    at: usize,
    expected: Expected,
}

impl Site<'_> {
    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).map(|(_, token, _)| *token)
    }

    fn slice(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .and_then(|(start, _, end)| self.text.get(*start as usize..*end as usize))
            .unwrap_or("")
    }

    fn bytes(&self, at: usize) -> Range<u32> {
        self.tokens.get(at).map_or(0..0, |(start, _, end)| *start..*end)
    }

    /// Where the parser stopped.
    fn offset(&self) -> u32 {
        self.tokens.get(self.at).map_or(u32::MAX, |(start, ..)| *start)
    }

    fn before(&self) -> Option<usize> {
        self.at.checked_sub(1)
    }

    /// Whether token `at` is the first on its line.
    fn breaks_before(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or(0, |before| self.bytes(before).end);
        self.text.get(before as usize..self.bytes(at).start as usize).is_some_and(|gap| gap.contains('\n'))
    }

    /// Whether an entry or a declaration seems to begin with token `at`.
    fn begins_entry(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.token(before));
        let sign = |sign| matches!(sign, Fixed::BraceOpen | Fixed::BraceClose | Fixed::Comma);
        before.is_none_or(|before| matches!(before, Token::Fixed(fixed) if sign(fixed)))
            || self.breaks_before(at)
    }

    /// Whether token `at` seems to be what stands before a colon: `timeout`, or `http` after `port`.
    fn is_key(&self, at: usize) -> bool {
        let after =
            |before: usize| self.token(before).is_some_and(Token::is_name) && self.begins_entry(before);
        self.begins_entry(at) || at.checked_sub(1).is_some_and(after)
    }

    /// Reads token `at` as `with`.
    fn replace(&self, at: usize, with: Token, message: String, help: String, fix: &str) -> Option<Repair> {
        let bytes = self.bytes(at);
        Some(Repair {
            tokens: at..at + 1,
            with: Some((bytes.start, with, bytes.end)),
            at: bytes,
            code: Code::FOREIGN_WORD,
            message,
            help,
            fix: Some(fix.to_owned()),
            until: self.offset(),
            whole: false,
            fewer: false,
        })
    }

    /// Reads token `at` as the word or sign that has the same place in gloo.
    fn foreign(&self, at: usize, with: Fixed) -> Option<Repair> {
        let message = format!("`{}` is written `{}`", self.slice(at), with.text());
        self.replace(at, with.into(), message, format!("write `{}`", with.text()), with.text())
    }

    /// `/* … */`: its beginning is a path, the rest is anything.
    fn block_comment(&self) -> Option<Repair> {
        let opens = |at: &usize| self.token(*at) == Some(Token::Path) && self.slice(*at).starts_with("/*");
        let from = (0..=self.at.min(self.tokens.len())).rev().take(200).find(opens)?;
        let start = self.bytes(from).start;
        let length = self.text.get(start as usize + 2..)?.find("*/")? + 4;
        let end = start + length as u32;
        let until = from + self.tokens.iter().skip(from).take_while(|(at, ..)| *at < end).count();
        if until < self.at {
            return None;
        }
        Some(Repair {
            tokens: from..until,
            with: None,
            at: start..end,
            code: Code::FOREIGN_WORD,
            message: "there are no block comments".to_owned(),
            help: "begin each line of the comment with `//`: `/**` is a path".to_owned(),
            fix: None,
            until: end,
            whole: true,
            fewer: false,
        })
    }

    /// `and`, `or`, `not`, `if`.
    fn operator_word(&self) -> Option<Repair> {
        let word = self.slice(self.at);
        let meant = match word {
            "and" | "AND" => Some(Fixed::And),
            "or" | "OR" => Some(Fixed::Or),
            "is" | "eq" | "equals" => Some(Fixed::Equal),
            "if" | "when" | "WHERE" => Some(Fixed::Where),
            "IN" | "within" => Some(Fixed::In),
            "like" | "matching" => Some(Fixed::Matches),
            _ => None,
        };
        if let Some(meant) = meant {
            return self.foreign(self.at, meant);
        }
        if matches!(word, "not" | "NOT") {
            let message = format!("`{word}` does not stand before an operator");
            let help = "put `!` before the whole comparison, as in `!path in /api/**`".to_owned();
            let mut repair = self.replace(self.at, Token::Name, message, help, "")?;
            repair.with = None;
            repair.fix = None;
            return Some(repair);
        }
        let before = self.before()?;
        if matches!(self.slice(before), "not" | "NOT") && self.token(before) == Some(Token::Name) {
            let mut repair = self.foreign(before, Fixed::Not)?;
            // `not x` becomes `!x`, without the space.
            repair.fix = Some("!".to_owned());
            repair.at.end = repair.until;
            return Some(repair);
        }
        None
    }

    /// A sign that stands where gloo has another, or none.
    fn signs(&self) -> Vec<Repair> {
        let Some(Token::Fixed(sign)) = self.token(self.at) else { return Vec::new() };
        let before = self.before();
        let meant: &[Fixed] = match sign {
            Fixed::Arrow if self.is_default(before) => {
                return before
                    .and_then(|before| self.foreign(before, Fixed::Otherwise))
                    .into_iter()
                    .collect();
            }
            Fixed::Equals if before.is_some_and(|before| self.is_key(before)) => {
                &[Fixed::Equal, Fixed::Colon]
            }
            Fixed::Equals => &[Fixed::Equal],
            Fixed::Equal => &[Fixed::Equals],
            Fixed::Arrow if before.is_some_and(|before| self.is_key(before)) => &[Fixed::Colon],
            Fixed::Colon => &[Fixed::Equals, Fixed::Arrow],
            Fixed::Pipe => &[Fixed::Or],
            Fixed::Comma => &[Fixed::Pipe],
            Fixed::Star if self.token(self.at + 1) == Some(Fixed::Arrow.into()) => &[Fixed::Otherwise],
            Fixed::Star => &[Fixed::Any],
            _ => &[],
        };
        meant.iter().filter_map(|meant| self.sign(sign, *meant)).collect()
    }

    fn sign(&self, sign: Fixed, meant: Fixed) -> Option<Repair> {
        let mut repair = self.foreign(self.at, meant)?;
        repair.message = match meant {
            Fixed::Colon => format!("a setting is written `key: value`, not with `{}`", sign.text()),
            Fixed::Equals => format!("a `let` is written with `=`, not with `{}`", sign.text()),
            Fixed::Pipe => "several methods are joined by `|`".to_owned(),
            _ => repair.message,
        };
        Some(repair)
    }

    /// Whether a token is a word by which other languages say `otherwise`.
    fn is_default(&self, at: Option<usize>) -> bool {
        at.is_some_and(|at| matches!(self.slice(at), "default" | "else" | "_" | "fallback"))
    }

    /// `retries { … }`, `port http 80`.
    fn missing_colon(&self) -> Option<Repair> {
        let before = self.before()?;
        let value = match self.token(self.at)? {
            Token::Fixed(sign) => {
                matches!(sign, Fixed::BraceOpen | Fixed::BracketOpen) || sign.class() == Class::Contextual
            }
            Token::Name | Token::String | Token::Number | Token::Path => true,
            Token::Missing => false,
        };
        if !value
            || self.breaks_before(self.at)
            || !self.token(before)?.is_name()
            || !self.expected.has(Fixed::Colon)
        {
            return None;
        }
        let key = self.slice(before);
        let (start, end) = (self.bytes(before).end, self.bytes(self.at).start);
        Some(Repair {
            tokens: self.at..self.at,
            with: Some((start, Fixed::Colon.into(), start)),
            at: start..end,
            code: Code::UNEXPECTED,
            message: format!("expected `:` after `{key}`"),
            help: format!("write `{key}: …`"),
            fix: Some(": ".to_owned()),
            until: self.offset(),
            whole: false,
            fewer: false,
        })
    }

    /// A name or a path in quotes.
    fn quotes(&self) -> Option<Repair> {
        if self.token(self.at)? != Token::String || self.expected.has(Token::String) {
            return None;
        }
        let bytes = self.bytes(self.at);
        let inner = self.slice(self.at).strip_prefix('"')?.strip_suffix('"')?;
        if inner.starts_with('/') && self.expected.has(Token::Path) {
            let message = "a path pattern stands without quotes".to_owned();
            return self.replace(self.at, Token::Path, message, format!("write `{inner}`"), inner);
        }
        if !self.expected.has(Token::Name) {
            return None;
        }
        let word = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && !inner.ends_with('-');
        let message = "a name stands without quotes".to_owned();
        let (help, fix) = if word {
            (format!("write `{inner}`"), Some(inner.to_owned()))
        } else {
            (
                format!(
                    "take a name of letters, digits, `-` and `_`, and say the real one by `name: \"{inner}\"`"
                ),
                None,
            )
        };
        let mut repair = self.replace(self.at, Token::Name, message, help, inner)?;
        repair.fix = fix;
        repair.with = Some((bytes.start + 1, Token::Name, bytes.end - 1));
        Some(repair)
    }

    /// A name that begins with a digit; the lexer took it for a number.
    fn number(&self) -> Option<Repair> {
        let word = self.slice(self.at);
        let letters = word.bytes().any(|byte| byte.is_ascii_alphabetic());
        if self.token(self.at)? != Token::Number
            || !letters
            || !self.expected.has(Token::Name)
            || self.expected.has(Token::Number)
        {
            return None;
        }
        let message = format!("`{word}` is not a name: names begin with a letter");
        let help = format!("take another name, and say the real one by `name: \"{word}\"`");
        let mut repair = self.replace(self.at, Token::Name, message, help, "")?;
        repair.fix = None;
        repair.whole = true;
        repair.code = Code::UNEXPECTED;
        Some(repair)
    }

    /// A word of the language as a name.
    fn reserved(&self) -> Option<Repair> {
        let word = self.slice(self.at);
        let reserved = |fixed: Fixed| matches!(fixed.class(), Class::Reserved | Class::Method);
        let Token::Fixed(fixed) = self.token(self.at)? else { return None };
        if !reserved(fixed)
            || self.breaks_before(self.at)
            || !self.expected.has(Token::Name)
            || self.expected.has(Token::String)
        {
            return None;
        }
        let message = format!("`{word}` is a word of the language and can't be a name");
        let help = format!("take another name, and say the real one by `name: \"{word}\"`");
        let mut repair = self.replace(self.at, Token::Name, message, help, "")?;
        repair.fix = None;
        repair.code = Code::UNEXPECTED;
        Some(repair)
    }

    /// Leaves out the rest of the line with the brackets that open in it. The parser would pass over the opening ones only,
    /// and take their closing ones for those of the block around.
    fn rest_of_line(&self, error: &ParseError) -> Vec<Repair> {
        if self.breaks_before(self.at) || self.token(self.at).is_none_or(Token::is_closer) {
            return Vec::new();
        }
        let (mut depth, mut brackets, mut end) = (0usize, false, self.at);
        while let Some(token) = self.token(end) {
            if depth == 0 && (token.is_closer() || end > self.at && self.breaks_before(end)) {
                break;
            }
            if token.closer().is_some() {
                (depth, brackets) = (depth + 1, true);
            } else if token.is_closer() {
                depth -= 1;
            }
            end += 1;
        }
        if brackets {
            vec![self.missing(error, self.at..end), self.left_out(error, self.at..end)]
        } else {
            Vec::new()
        }
    }

    /// Reads `tokens` as an expression that could not be read; none of them, where one is missing.
    fn missing(&self, error: &ParseError, tokens: Range<usize>) -> Repair {
        let start = tokens.start.checked_sub(1).map_or(0, |before| self.bytes(before).end);
        Repair { with: Some((start, Token::Missing, start)), ..self.left_out(error, tokens) }
    }

    /// Passes over `tokens`.
    fn left_out(&self, error: &ParseError, tokens: Range<usize>) -> Repair {
        let Told { start, end, message, help } = unexpected::told(error, self.text, self.tokens);
        Repair {
            tokens,
            with: None,
            at: start..end,
            code: Code::UNEXPECTED,
            message,
            help: help.unwrap_or_default(),
            fix: None,
            until: self.offset(),
            whole: false,
            fewer: true,
        }
    }

    /// `get /cart`, `ANY /cart`, `* /cart`.
    fn method(&self) -> Option<Repair> {
        let before = self.before()?;
        if self.token(self.at)? != Token::Path || !self.token(before)?.is_name() {
            return None;
        }
        let word = self.slice(before);
        if matches!(word, "ANY" | "ALL" | "all") {
            return self.foreign(before, Fixed::Any);
        }
        let meant = Fixed::of(&word.to_ascii_uppercase()).filter(|fixed| fixed.class() == Class::Method)?;
        let message = format!("the method `{word}` is written in capitals");
        self.replace(before, meant.into(), message, format!("write `{}`", meant.text()), meant.text())
    }

    /// A word that is nearly one that could stand here.
    fn near_miss(&self, at: usize) -> Option<Repair> {
        if !self.token(at)?.is_name() {
            return None;
        }
        let word = self.slice(at);
        let meant = synonym(word).filter(|meant| self.expected.has(*meant));
        let meant = meant.or_else(|| nearest(word, self.expected.words()))?;
        self.meant(at, meant)
    }

    /// A word that begins an entry or a declaration, misspelt, is taken for a key: the error is at the token after it.
    fn near_miss_before(&self, at: usize) -> Option<Repair> {
        if !self.begins_entry(at) || self.token(at)? != Token::Name {
            return None;
        }
        let word = self.slice(at);
        let begin = |fixed: &Fixed| fixed.class() == Class::Declaration || BEGIN_ENTRIES.contains(fixed);
        let meant = synonym(word).or_else(|| nearest(word, Fixed::ALL.iter().copied().filter(begin)))?;
        self.meant(at, meant)
    }

    fn meant(&self, at: usize, meant: Fixed) -> Option<Repair> {
        let message = format!("`{}` means nothing here", self.slice(at));
        let mut repair = self.replace(
            at,
            meant.into(),
            message,
            format!("did you mean `{}`?", meant.text()),
            meant.text(),
        )?;
        repair.code = Code::UNEXPECTED;
        Some(repair)
    }
}

/// The words that begin an entry of a block.
const BEGIN_ENTRIES: &[Fixed] = &[
    Fixed::Service,
    Fixed::Port,
    Fixed::Subset,
    Fixed::Listener,
    Fixed::With,
    Fixed::RequestHeaders,
    Fixed::ResponseHeaders,
    Fixed::Any,
    Fixed::Grpc,
    Fixed::Otherwise,
    Fixed::Set,
    Fixed::Add,
    Fixed::Remove,
    Fixed::Require,
    Fixed::Limit,
    Fixed::Waf,
    Fixed::Mask,
    Fixed::Cors,
    Fixed::Csrf,
    Fixed::Transform,
    Fixed::Wasm,
    Fixed::Lua,
    Fixed::MaxBody,
    Fixed::Compress,
    Fixed::Allow,
    Fixed::Deny,
    Fixed::Log,
    Fixed::TraceWord,
    Fixed::Every,
    Fixed::No,
    Fixed::Some,
];

/// What other languages call it.
fn synonym(word: &str) -> Option<Fixed> {
    Some(match word {
        "import" => Fixed::Use,
        "const" | "var" | "def" | "define" | "fn" | "function" | "val" => Fixed::Let,
        "public" | "export" => Fixed::Pub,
        "assert" => Fixed::Prove,
        "route" | "router" | "virtualservice" => Fixed::Routes,
        "ratelimit" | "rate_limit" => Fixed::Limit,
        "always" | "all" => Fixed::Every,
        "never" => Fixed::No,
        "requests" => Fixed::Request,
        "permit" | "accept" => Fixed::Allow,
        "reject" | "forbid" | "block" => Fixed::Deny,
        "via" => Fixed::Through,
        _ => return None,
    })
}

/// The word that is nearest to `word`, if one is near enough: one letter off, two in a word of more than five.
fn nearest(word: &str, among: impl Iterator<Item = Fixed>) -> Option<Fixed> {
    let most = match word.len() {
        0..=2 => return None,
        3..=5 => 1,
        6..=40 => 2,
        _ => return None,
    };
    let distance = |fixed: Fixed| (strsim::damerau_levenshtein(word, fixed.text()), fixed);
    among.map(distance).filter(|(distance, _)| *distance <= most).min().map(|(_, fixed)| fixed)
}
