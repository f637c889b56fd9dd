//! What an error of the parser says, and where.

use crate::context::ParseError;
use crate::expected::{self, Expected};
use crate::lexer::Spanned;
use crate::token::{Class, Fixed, Token};

/// An error in words.
pub(crate) struct Told {
    /// The bytes that are shown.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    pub message: String,
    pub help: Option<String>,
}

/// What `error` says.
pub(crate) fn told(error: &ParseError, text: &str, tokens: &[Spanned]) -> Told {
    let at = expected::index(error, tokens);
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
    let found = tokens.get(at).copied();
    Scene { text, expected: Expected::of(error), before, found }.told()
}

/// Where the parser stopped.
struct Scene<'a> {
    text: &'a str,
    expected: Expected,
    /// The token before.
    before: Option<Spanned>,
    /// The token that could not stand there; none at the end.
    found: Option<Spanned>,
}

impl Scene<'_> {
    fn told(&self) -> Told {
        let Some(found) = self.found.filter(|_| !self.is_missing_before()) else { return self.missing() };
        if let Some(told) = self.no_path() {
            return told;
        }
        let text = self.clip(found);
        let (message, help) = match self.out_of_place(found.1, &text) {
            Some((message, help)) => (message, Some(help)),
            None => {
                let help = self.help(found.1).map(str::to_owned).or_else(|| self.answer(found.1, &text));
                return Told {
                    start: found.0,
                    end: found.2,
                    message: format!("expected {}, found `{text}`", self.wanted()),
                    help,
                };
            }
        };
        Told { start: found.0, end: found.2, message, help: help.map(str::to_owned) }
    }

    fn wanted(&self) -> String {
        let arrow = self.before.is_some_and(|(_, token, _)| token == Fixed::Arrow.into());
        if arrow && self.expected.has(Token::Name) && !self.expected.has(Token::Number) {
            return "a service or another action".to_owned();
        }
        self.expected.describe()
    }

    /// Whether something is missing at the end of the line before: it is told there, and not at the next.
    fn is_missing_before(&self) -> bool {
        let Some(found) = self.found else { return true };
        let Some(before) = self.before else { return false };
        // A bracket that was put in has no bytes.
        let put_in = found.0 == found.2;
        let gap = self.text.get(before.2 as usize..found.0 as usize).unwrap_or("");
        (gap.contains('\n') || put_in) && !self.expected.closes()
    }

    fn missing(&self) -> Told {
        let wanted = self.wanted();
        match self.before {
            Some(before) => {
                let message = format!("expected {wanted} after `{}`", self.clip(before));
                Told { start: before.0, end: before.2, message, help: None }
            }
            None => Told { start: 0, end: 0, message: format!("expected {wanted}"), help: None },
        }
    }

    /// The name after a rule's method was taken for the start of `prefix("/x")`.
    fn no_path(&self) -> Option<Told> {
        let (before, (_, Token::Fixed(Fixed::Arrow | Fixed::Where), _)) = (self.before?, self.found?) else {
            return None;
        };
        if !before.1.is_name() || !self.expected.has(Fixed::ParenOpen) || self.expected.has(Fixed::Arrow) {
            return None;
        }
        let message = format!("expected a path, found `{}`", self.clip(before));
        let help = Some("a path begins with `/`; every path is `/**`".to_owned());
        Some(Told { start: before.0, end: before.2, message, help })
    }

    /// What is wrong with a word or sign that never stands where it was found, and what to do.
    fn out_of_place(&self, found: Token, text: &str) -> Option<(String, &'static str)> {
        let Token::Fixed(fixed) = found else { return None };
        let reserved = matches!(fixed.class(), Class::Reserved | Class::Method);
        if reserved && self.expected.has(Token::Name) && !self.expected.has(Token::String) {
            let message = format!("`{text}` is a word of the language and can't be a name");
            return Some((message, "take another name, and say the real one by `name: \"…\"`"));
        }
        if fixed == Fixed::Where && self.before.is_some_and(|(_, token, _)| token == Fixed::Otherwise.into())
        {
            let message = "`otherwise` takes what is left, without a `where`".to_owned();
            return Some((message, "write `any /** where …`"));
        }
        if compares(fixed) && self.expected.has(Fixed::And) {
            return Some((format!("`{text}` after a comparison"), "join two comparisons by `&&` or `||`"));
        }
        if !self.expected.has(Fixed::Pub) || self.expected.has(Token::Name) {
            return None;
        }
        let (home, help) = home(fixed)?;
        Some((format!("`{text}` stands in {home}, not by itself"), help))
    }

    /// What to do about a token that other places have.
    fn help(&self, found: Token) -> Option<&'static str> {
        let rule = self.expected.has(Fixed::Otherwise) && self.expected.has(Fixed::Any);
        let label = self.before.is_some_and(|(_, token, _)| token == Fixed::Colon.into())
            && self.expected.has(Fixed::Get);
        if self.wanted() == "`per`" {
            return Some("say where it counts: `per proxy`, or `per cluster via` and a service that counts");
        }
        let arrow = self.expected.has(Fixed::Arrow) && self.expected.has(Fixed::Where);
        match found {
            Token::Name if arrow && self.expected.has(Fixed::On) => {
                Some("write `=>` before what is to become of the request")
            }
            Token::Name if arrow => Some("write `=>` before what the rule does, as `any /cart/** => cart`"),
            Token::Path if rule => Some("a rule begins with a method or `any`"),
            Token::String | Token::Number if label => {
                Some("options stand in braces after the action, as `{ timeout: 2s }`")
            }
            _ => None,
        }
    }

    /// What a status after the arrow was meant for.
    fn answer(&self, found: Token, text: &str) -> Option<String> {
        let arrow = self.before.is_some_and(|(_, token, _)| token == Fixed::Arrow.into());
        (arrow && found == Token::Number).then(|| format!("write `respond({text})` to answer with a status"))
    }

    /// A token's text, not longer than a message bears.
    fn clip(&self, (start, _, end): Spanned) -> String {
        let text = self.text.get(start as usize..end as usize).unwrap_or("");
        let line = text.lines().next().unwrap_or("");
        match line.char_indices().nth(40) {
            Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
            None if line.len() < text.len() => format!("{line}…"),
            None => line.to_owned(),
        }
    }
}

fn compares(fixed: Fixed) -> bool {
    matches!(
        fixed,
        Fixed::Equal
            | Fixed::NotEqual
            | Fixed::In
            | Fixed::Matches
            | Fixed::Contains
            | Fixed::StartsWith
            | Fixed::EndsWith
    )
}

/// Where an entry stands that was found between declarations.
fn home(fixed: Fixed) -> Option<(&'static str, &'static str)> {
    Some(match fixed {
        Fixed::Service => ("a `namespace`", "write `namespace shop { service … }`"),
        Fixed::Port => ("a `service` or `external`", "put it into the braces of one"),
        Fixed::Subset => ("a `service`", "put it into the braces of one"),
        Fixed::Listener => ("a `gateway`", "put it into the braces of one"),
        Fixed::Any | Fixed::Grpc | Fixed::Otherwise => ("a `routes` table", "put it into the braces of one"),
        Fixed::Allow | Fixed::Deny => ("an `access` block", "put it into the braces of one"),
        Fixed::Every | Fixed::No | Fixed::Some => ("a `prove` block", "put it into the braces of one"),
        Fixed::Log | Fixed::TraceWord => ("a `telemetry` block", "put it into the braces of one"),
        Fixed::Require
        | Fixed::Limit
        | Fixed::Waf
        | Fixed::Mask
        | Fixed::Cors
        | Fixed::Csrf
        | Fixed::Transform
        | Fixed::Wasm
        | Fixed::Lua
        | Fixed::MaxBody
        | Fixed::Compress => ("a `policy`", "put it into the braces of one"),
        _ if fixed.class() == Class::Method => {
            ("a `routes` table or a `test`", "put it into the braces of one")
        }
        _ => return None,
    })
}
