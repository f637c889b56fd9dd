//! What the parser expected, in words that a person would say.

use crate::context::ParseError;
use crate::lexer::Spanned;
use crate::token::{Class, Fixed, Token};

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
    pub fn closes(&self) -> bool {
        self.has(Fixed::BraceClose) || self.has(Fixed::Mesh) && !self.has(Token::Name)
    }

    /// At most four things that make sense, as "`on` or `{`".
    pub fn describe(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let thing = self.thing();
        words.extend(thing.map(str::to_owned));
        // Words with a meaning in one place, unless they are only some of the names that could stand here.
        if !self.has(Token::Name) && thing.is_none() {
            words.extend(self.words().map(|word| format!("`{}`", word.text())));
        } else if self.has(Fixed::Where) {
            words.push("`where`".to_owned());
        }
        // The parser may have taken a list for finished before it saw what follows.
        if self.has(Fixed::BracketClose) || self.has(Fixed::ParenClose) && !self.has(Fixed::BraceOpen) {
            words.push("`,`".to_owned());
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
            let rare = match sign {
                Fixed::BraceOpen => value || self.has(Fixed::BraceClose),
                Fixed::Arrow => self.has(Fixed::BracketClose),
                _ => false,
            };
            if self.has(sign) && !rare {
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
            match (self.has(Token::String), self.has(Fixed::Dot)) {
                (true, _) => "a URL in quotes or a path",
                (false, true) => "`/` and a method's name",
                (false, false) => "a path",
            }
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
        ParseError::UnrecognizedToken { token: (start, ..), .. }
        | ParseError::ExtraToken { token: (start, ..) } => *start,
        _ => u32::MAX,
    }
}
