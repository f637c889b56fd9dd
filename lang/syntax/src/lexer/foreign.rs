//! Signs of other languages, and characters that begin no token.

use super::Reader;
use crate::confusable;
use crate::token::{Fixed, Token};
use gloo_source::Code;

impl Reader<'_> {
    /// A sign that other languages have.
    pub(super) fn foreign(&mut self) {
        let slice = self.lexer.slice();
        let (message, help, fix, token) = match slice {
            "->" | "==>" => ("the arrow is `=>`", "write `=>`", Some("=>"), Some(Fixed::Arrow)),
            "===" => ("`===` is written `==`", "write `==`", Some("=="), Some(Fixed::Equal)),
            "!==" => ("`!==` is written `!=`", "write `!=`", Some("!="), Some(Fixed::NotEqual)),
            "&" => ("`&` is written `&&`", "write `&&`", Some("&&"), Some(Fixed::And)),
            ":=" => (
                "`:=` is written `=` in a `let` and `:` in a setting",
                "write `=` or `:`",
                None,
                Some(Fixed::Equals),
            ),
            ";" => ("nothing is ended by `;`", "leave the `;` out", Some(""), None),
            "::" if self.address() => return,
            "::" => ("`::` joins no names", "write `.`", Some("."), Some(Fixed::Dot)),
            "=~" => {
                ("`=~` is written `matches`", "write `matches r\"…\"`", Some("matches"), Some(Fixed::Matches))
            }
            "!~" => (
                "`!~` is not an operator",
                "write `!`, the value, and `matches r\"…\"`",
                None,
                Some(Fixed::Matches),
            ),
            _ => {
                let help = "sets are asked with `in`, as `status in 5xx` or `client.ip in 10.0.0.0/8`";
                ("values are not compared by order", help, None, Some(Fixed::Equal))
            }
        };
        let title = match fix {
            Some("") => "leave it out".to_owned(),
            Some(text) => format!("write `{text}`"),
            None => String::new(),
        };
        self.error(Code::FOREIGN_WORD, message, help, fix.map(|text| (title.as_str(), text)));
        if let Some(token) = token {
            self.push(token);
        }
    }

    /// Characters that begin no token.
    pub(super) fn unknown(&mut self) {
        let Some(first) = self.lexer.slice().chars().next() else { return };
        if first.is_alphanumeric() {
            return self.unknown_word();
        }
        let same = self.lexer.remainder().chars().take_while(|c| *c == first).map(char::len_utf8).sum();
        self.lexer.bump(same);
        let (message, help) = match first {
            '\0' => ("a NUL character".to_owned(), "is this a text in UTF-8?"),
            '\u{fffd}' => ("bytes that are no UTF-8".to_owned(), "save the file as UTF-8"),
            '\u{feff}' => ("a byte order mark inside the text".to_owned(), "leave it out"),
            c if confusable::is_bidi_control(c) => {
                (format!("U+{:04X}, which changes the direction of text", u32::from(c)), "leave it out")
            }
            c if c.is_whitespace() => {
                let message = format!("U+{:04X}, white space that only looks like a space", u32::from(c));
                return self.error(
                    Code::UNKNOWN_CHARACTER,
                    message,
                    "write a space",
                    Some(("write a space", " ")),
                );
            }
            c if c.is_control() || c.is_ascii_control() => {
                (format!("a control character, U+{:04X}", u32::from(c)), "leave it out")
            }
            c => (format!("`{c}` means nothing here"), "leave it out, or put it into a string"),
        };
        self.error(Code::UNKNOWN_CHARACTER, message, help, None);
    }

    /// A word with letters that names do not have; it may have begun with letters that they do.
    fn unknown_word(&mut self) {
        let mut start = self.lexer.span().start;
        if let Some((from, token, to)) = self.tokens.last().copied()
            && to as usize == start
            && (token.is_name()
                || matches!(token, Token::Fixed(_))
                    && self.text.get(from as usize..start).is_some_and(is_word))
        {
            self.tokens.pop();
            start = from as usize;
        }
        let part = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let length = self.lexer.remainder().chars().take_while(part).map(char::len_utf8).sum();
        self.lexer.bump(length);
        let end = self.lexer.span().end;
        let word = self.text.get(start..end).unwrap_or("");
        let message = format!("`{word}` is not a name");
        let diagnostic = self.report.at(Code::UNKNOWN_CHARACTER, start as u32, end as u32, message);
        let diagnostic = match confusable::odd_letter(word) {
            Some(letter) => diagnostic.help(format!("{letter} looks like another letter")),
            None => diagnostic.help("names are made of `a` to `z`, `A` to `Z`, `0` to `9`, `_` and `-`"),
        };
        self.report.add(diagnostic);
        self.docs.token(start as u32);
        self.tokens.push((start as u32, Token::Name, end as u32));
        self.line_end = end;
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}
