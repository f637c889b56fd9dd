//! Words: those of other languages, near misses, words where none can stand.

use super::{Repair, Site};
use crate::token::{Class, Fixed, Token};
use gloo_source::Code;

impl Site<'_> {
    /// `and`, `or`, `not`, `if`.
    pub(super) fn operator_word(&self) -> Option<Repair> {
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

    /// `get /cart`, `ANY /cart`, `* /cart`.
    pub(super) fn method(&self) -> Option<Repair> {
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

    /// A word of the language as a name.
    pub(super) fn reserved(&self) -> Option<Repair> {
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

    /// A name that begins with a digit; the lexer took it for a number.
    pub(super) fn number(&self) -> Option<Repair> {
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

    /// A word that is nearly one that could stand here.
    pub(super) fn near_miss(&self, at: usize) -> Option<Repair> {
        if !self.token(at)?.is_name() {
            return None;
        }
        let word = self.slice(at);
        let meant = synonym(word).filter(|meant| self.expected.has(*meant));
        let meant = meant.or_else(|| nearest(word, self.expected.words()))?;
        self.meant(at, meant)
    }

    /// A word that begins an entry or a declaration, misspelt, is taken for a key: the error is at the token after it.
    pub(super) fn near_miss_before(&self, at: usize) -> Option<Repair> {
        if !self.begins_entry(at) || self.token(at)? != Token::Name {
            return None;
        }
        let word = self.slice(at);
        let begin = |fixed: &Fixed| fixed.class() == Class::Declaration || BEGIN_ENTRIES.contains(fixed);
        let meant = synonym(word).or_else(|| nearest(word, Fixed::ALL.iter().copied().filter(begin)))?;
        self.meant(at, meant)
    }

    pub(super) fn meant(&self, at: usize, meant: Fixed) -> Option<Repair> {
        let message = format!("`{}` means nothing here", self.slice(at));
        let mut repair = self.replace(
            at,
            meant.into(),
            message,
            format!("did you mean `{}`?", meant.text()),
            meant.text(),
        )?;
        repair.code = Code::UNEXPECTED;
        repair.guess = true;
        Some(repair)
    }

    /// Whether a token is a word by which other languages say `otherwise`.
    pub(super) fn is_default(&self, at: Option<usize>) -> bool {
        at.is_some_and(|at| matches!(self.slice(at), "default" | "else" | "_" | "fallback"))
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
