//! What the parser expected, in words that a person would say.

use crate::context::ParseError;
use crate::lexer::Spanned;
use crate::report::Report;
use crate::token::{Class, Fixed, Token};
use gloo_source::{Code, Diagnostic};

/// The tokens that could have stood at a place.
pub(crate) struct Expected(Vec<Token>);

impl Expected {
    /// What the parser says about an error: the terminals by their names in the grammar.
    pub fn of(error: &ParseError) -> Self {
        let names = match error {
            ParseError::UnrecognizedToken { expected, .. } | ParseError::UnrecognizedEof { expected, .. } => {
                expected.as_slice()
            }
            _ => &[],
        };
        let token = |name: &String| match name.as_str() {
            "NAME" => Some(Token::Name),
            "STRING" => Some(Token::String),
            "NUMBER" => Some(Token::Number),
            "PATH" => Some(Token::Path),
            _ => Fixed::of(name.trim_matches('"')).map(Token::Fixed),
        };
        Self(names.iter().filter_map(token).collect())
    }

    pub fn has(&self, token: impl Into<Token>) -> bool {
        self.0.contains(&token.into())
    }

    /// The words with a meaning of their own that could have stood here.
    pub fn words(&self) -> impl Iterator<Item = Fixed> {
        self.0.iter().filter_map(|token| match token {
            Token::Fixed(fixed) if fixed.class() != Class::Sign => Some(*fixed),
            _ => None,
        })
    }

    /// Whether what stands before is complete, so that the token itself is out of place.
    fn closes(&self) -> bool {
        self.has(Fixed::BraceClose) || self.has(Fixed::Mesh) && !self.has(Token::Name)
    }

    /// At most four things that make sense, as "`on` or `{`".
    fn describe(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let thing = self.thing();
        words.extend(thing.map(str::to_owned));
        // Words with a meaning in one place, unless they are only some of the names that could stand here.
        if !self.has(Token::Name) && thing.is_none() {
            words.extend(self.words().map(|word| format!("`{}`", word.text())));
        } else if self.has(Fixed::Where) {
            words.push("`where`".to_owned());
        }
        let signs = [
            Fixed::Colon,
            Fixed::Equals,
            Fixed::Arrow,
            Fixed::BraceOpen,
            Fixed::ParenClose,
            Fixed::BracketClose,
            Fixed::BraceClose,
        ];
        let value = self.has(Token::Number);
        for sign in signs {
            if self.has(sign) && !(sign == Fixed::BraceOpen && value) {
                words.push(format!("`{}`", sign.text()));
            }
        }
        if words.is_empty() {
            words.extend(self.0.iter().filter_map(|token| match token {
                Token::Fixed(fixed) => Some(format!("`{}`", fixed.text())),
                _ => None,
            }));
        }
        words.truncate(4);
        either(&words)
    }

    /// The one thing that most of the tokens begin.
    fn thing(&self) -> Option<&'static str> {
        let entry = self.has(Fixed::BraceClose);
        let name = self.has(Token::Name);
        Some(if self.has(Fixed::Mesh) && self.has(Fixed::Pub) && !name {
            "a declaration"
        } else if self.has(Fixed::Otherwise) {
            "a rule"
        } else if self.has(Fixed::Require) && !name {
            "a clause"
        } else if self.has(Fixed::Tcp) && !name {
            "a request"
        } else if entry && (name || self.has(Fixed::Set)) {
            if self.has(Fixed::Set) && !name { "`set`, `add` or `remove`" } else { "a setting" }
        } else if self.has(Token::Number) && name {
            "a value"
        } else if self.has(Token::Path) && name {
            "a path"
        } else if self.has(Fixed::BracketOpen) && name {
            "a name or a list"
        } else if name {
            "a name"
        } else if self.has(Token::Path) {
            if self.has(Token::String) { "a URL in quotes or a path" } else { "a path" }
        } else if self.has(Token::String) {
            "a string"
        } else if self.has(Token::Number) {
            "a number"
        } else if self.has(Fixed::Get) {
            "a method"
        } else {
            return None;
        })
    }
}

/// "a, b or c".
fn either(words: &[String]) -> String {
    match words {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// The token at which the parser stopped: its place in `tokens`, which is their number at the end.
pub(crate) fn index(error: &ParseError, tokens: &[Spanned]) -> usize {
    match error {
        ParseError::UnrecognizedToken { token: (start, token, _), .. }
        | ParseError::ExtraToken { token: (start, token, _) } => {
            let from = tokens.partition_point(|(at, ..)| at < start);
            // A missing bracket that was put in stands at the offset of the token after it.
            let of = |(at, other, _): &&Spanned| at == start && other == token;
            from + tokens
                .iter()
                .skip(from)
                .take_while(|(at, ..)| at == start)
                .position(|it| of(&it))
                .unwrap_or(0)
        }
        _ => tokens.len(),
    }
}

/// Where the parser stopped, in bytes.
pub(crate) fn offset(error: &ParseError) -> u32 {
    match error {
        ParseError::UnrecognizedToken { token: (start, ..), .. } | ParseError::ExtraToken { token: (start, ..) } => *start,
        _ => u32::MAX,
    }
}

/// The diagnostic of an error of the parser.
pub(crate) fn diagnostic(error: &ParseError, text: &str, tokens: &[Spanned], report: &Report) -> Diagnostic {
    let expected = Expected::of(error);
    let at = index(error, tokens);
    let found = tokens.get(at).copied();
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
    let slice = |(start, _, end): Spanned| clip(text.get(start as usize..end as usize).unwrap_or(""));
    let wanted = expected.describe();
    let breaks = |(from, to): (u32, u32)| text.get(from as usize..to as usize).is_some_and(|gap| gap.contains('\n'));
    match (before, found) {
        // What is missing at the end of a line is missing there, and not at the next.
        (Some(before), Some(found)) if (breaks((before.2, found.0)) || found.0 == found.2) && !expected.closes() => {
            let message = format!("expected {wanted} after `{}`", slice(before));
            report.at(Code::UNEXPECTED, before.0, before.2, message)
        }
        (Some(before), None) => {
            let message = format!("expected {wanted} after `{}`", slice(before));
            report.at(Code::UNEXPECTED, before.0, before.2, message)
        }
        (_, Some(found)) => {
            let (message, help) = match out_of_place(found.1, &expected, &slice(found)) {
                Some((message, help)) => (message, Some(help)),
                None => (format!("expected {wanted}, found `{}`", slice(found)), None),
            };
            let diagnostic = report.at(Code::UNEXPECTED, found.0, found.2, message);
            help.into_iter().fold(diagnostic, |diagnostic, help| diagnostic.help(help))
        }
        (None, None) => report.at(Code::UNEXPECTED, 0, 0, format!("expected {wanted}")),
    }
}

/// What is wrong with a word or sign that never stands where it was found, and what to do.
fn out_of_place(found: Token, expected: &Expected, text: &str) -> Option<(String, String)> {
    let Token::Fixed(fixed) = found else { return None };
    let reserved = matches!(fixed.class(), Class::Reserved | Class::Method);
    if reserved && expected.has(Token::Name) && !expected.has(Token::String) {
        let message = format!("`{text}` is a word of the language and can't be a name");
        return Some((message, format!("take another name, and say the real one by `name: \"{text}\"`")));
    }
    let compares = matches!(
        fixed,
        Fixed::Equal | Fixed::NotEqual | Fixed::In | Fixed::Matches | Fixed::Contains | Fixed::StartsWith | Fixed::EndsWith
    );
    if compares && expected.has(Fixed::And) {
        return Some((format!("`{text}` after a comparison"), "join two comparisons by `&&` or `||`".to_owned()));
    }
    if !expected.has(Fixed::Pub) || expected.has(Token::Name) {
        return None;
    }
    let home = match fixed {
        Fixed::Service => "a `namespace`",
        Fixed::Port => "a `service` or `external`",
        Fixed::Subset => "a `service`",
        Fixed::Listener => "a `gateway`",
        Fixed::Any | Fixed::Grpc | Fixed::Otherwise => "a `routes` table",
        Fixed::Allow | Fixed::Deny => "an `access` block",
        Fixed::Every | Fixed::No | Fixed::Some => "a `prove` block",
        Fixed::Log | Fixed::TraceWord => "a `telemetry` block",
        Fixed::Require | Fixed::Limit | Fixed::Waf | Fixed::Mask | Fixed::Cors | Fixed::Csrf | Fixed::Transform
        | Fixed::Wasm | Fixed::Lua | Fixed::MaxBody | Fixed::Compress => "a `policy`",
        _ if fixed.class() == Class::Method => "a `routes` table or a `test`",
        _ => return None,
    };
    Some((format!("`{text}` stands in {home}, not by itself"), format!("put it into the braces of {home}")))
}

/// A token's text, not longer than a line of a message bears.
fn clip(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}
