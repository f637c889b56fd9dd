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

/// The diagnostic of an error of the parser.
pub(crate) fn diagnostic(error: &ParseError, text: &str, tokens: &[Spanned], report: &Report) -> Diagnostic {
    let expected = Expected::of(error);
    let at = index(error, tokens);
    let found = tokens.get(at).copied();
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
    let slice = |(start, _, end): Spanned| clip(text.get(start as usize..end as usize).unwrap_or(""));
    if let Some((start, token @ Token::Fixed(word), end)) = found
        && matches!(word.class(), Class::Reserved | Class::Method)
        && expected.has(Token::Name)
        && !expected.has(Token::String)
    {
        let word = slice((start, token, end));
        let message = format!("`{word}` is a word of the language and can't be a name");
        let help = format!("take another name, and say the real one by `name: \"{word}\"`");
        return report.at(Code::UNEXPECTED, start, end, message).help(help);
    }
    let wanted = expected.describe();
    let breaks =
        |(from, to): (u32, u32)| text.get(from as usize..to as usize).is_some_and(|gap| gap.contains('\n'));
    match (before, found) {
        // What is missing at the end of a line is missing there, and not at the next.
        (Some(before), Some(found))
            if (breaks((before.2, found.0)) || found.0 == found.2) && !expected.closes() =>
        {
            let message = format!("expected {wanted} after `{}`", slice(before));
            report.at(Code::UNEXPECTED, before.0, before.2, message)
        }
        (Some(before), None) => {
            let message = format!("expected {wanted} after `{}`", slice(before));
            report.at(Code::UNEXPECTED, before.0, before.2, message)
        }
        (_, Some(found)) => {
            let message = format!("expected {wanted}, found `{}`", slice(found));
            report.at(Code::UNEXPECTED, found.0, found.2, message)
        }
        (None, None) => report.at(Code::UNEXPECTED, 0, 0, format!("expected {wanted}")),
    }
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
