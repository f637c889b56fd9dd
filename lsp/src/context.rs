//! What stands around a cursor, by the tokens before it: a line that is half written has no tree.

use crate::position::Text;
use gloo_syntax::{Fixed, Token, lex};

/// A token with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// What it is.
    pub token: Token,
    /// Its text.
    pub text: &'t str,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Word<'_> {
    /// Whether it is that word or sign.
    #[must_use]
    pub fn is(&self, fixed: Fixed) -> bool {
        self.token == Token::Fixed(fixed)
    }
}

/// A bracket that is open at the cursor.
#[derive(Clone, Debug)]
pub struct Frame<'t> {
    /// The bracket.
    pub bracket: Fixed,
    /// What of the same entry stands before it.
    pub head: Vec<Word<'t>>,
    /// How many commas stand between it and the cursor.
    pub commas: u32,
}

/// What stands around a cursor.
#[derive(Clone, Debug, Default)]
pub struct Context<'t> {
    /// The open brackets, the outermost first.
    pub frames: Vec<Frame<'t>>,
    /// What of the entry, argument or element stands before the cursor, without the word at it.
    pub entry: Vec<Word<'t>>,
    /// The word that is being written.
    pub word: Option<Word<'t>>,
    /// The string that the cursor is in.
    pub string: Option<Word<'t>>,
    /// Whether the cursor is in a comment.
    pub in_comment: bool,
}

/// What stands around a byte of a text; `comments` are its comments' spans.
#[must_use]
pub fn context<'t>(text: &'t Text, offset: u32, comments: &[gloo_syntax::Comment]) -> Context<'t> {
    let offset = offset as usize;
    let mut context = Context {
        // A comment goes on to the end of its line, white space there included.
        in_comment: comments.iter().any(|it| {
            let here = text.line_of(it.span.start) == text.line_of(offset as u32);
            here && (it.span.start as usize) < offset
        }),
        ..Context::default()
    };
    let mut last_line = 0;
    for (token, bytes) in lex(&text.text) {
        if bytes.start >= offset {
            break;
        }
        let source = text.text.get(bytes.clone()).unwrap_or("");
        let word = Word { token, text: source, start: bytes.start, end: bytes.end };
        let line = text.line_of(bytes.start as u32);
        if line != last_line && context.ends_before(&word) {
            context.entry.clear();
        }
        last_line = text.line_of(bytes.end as u32);
        if token == Token::String && (offset < bytes.end || !is_closed(source)) {
            context.string = Some(word);
            return context;
        }
        let is_word = token.is_name()
            || matches!(token, Token::Fixed(fixed) if fixed.class() != gloo_syntax::Class::Sign);
        if offset <= bytes.end && (is_word || token == Token::Number || token == Token::Path) {
            if context.in_braces() && context.is_whole() && begins_entry(&word) {
                context.entry.clear();
            }
            context.word = Some(word);
            return context;
        }
        context.take(word);
    }
    // A new line is a new entry, unless what stands before it goes on.
    let line = text.line_of(offset as u32);
    if line != last_line && context.entry.last().is_none_or(|last| !goes_on(last)) && context.in_braces() {
        context.entry.clear();
    }
    context
}

impl<'t> Context<'t> {
    fn take(&mut self, word: Word<'t>) {
        if let (Token::Fixed(bracket), Some(_)) = (word.token, word.token.closer()) {
            let head = std::mem::take(&mut self.entry);
            self.frames.push(Frame { bracket, head, commas: 0 });
        } else if word.token.is_closer() {
            if let Some(frame) = self.frames.pop() {
                self.entry = frame.head;
                self.entry.push(word);
            }
        } else if word.is(Fixed::Comma) {
            self.entry.clear();
            if let Some(frame) = self.frames.last_mut() {
                frame.commas += 1;
            }
        } else {
            // `port http: 8080  account`: in a block a word after a whole value begins the next entry.
            if self.in_braces() && self.is_whole() && begins_entry(&word) {
                self.entry.clear();
            }
            self.entry.push(word);
        }
    }

    /// Whether the innermost bracket is a brace, or there is none.
    fn in_braces(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.bracket == Fixed::BraceOpen)
    }

    /// Whether a word on a new line begins another entry.
    fn ends_before(&self, word: &Word<'_>) -> bool {
        self.in_braces()
            && self.entry.last().is_some_and(|last| !goes_on(last))
            && !matches!(word.token, Token::Fixed(fixed) if continues(fixed))
    }

    /// Whether `key: value` stands there, so that what comes next is another entry.
    fn is_whole(&self) -> bool {
        let [.., colon, value] = self.entry.as_slice() else { return false };
        let is_setting = !self.entry.iter().any(|it| it.is(Fixed::Arrow) || it.is(Fixed::Where));
        is_setting && colon.is(Fixed::Colon) && !value.token.is_closer()
            || is_setting
                && value.token.is_closer()
                && !value.is(Fixed::BraceClose)
                && self.entry.iter().any(|it| it.is(Fixed::Colon))
    }

    /// The token before the word that is being written.
    #[must_use]
    pub fn previous(&self) -> Option<&Word<'t>> {
        self.entry.last()
    }

    /// The first byte of the word that is being written, else the cursor `at`.
    #[must_use]
    pub fn start(&self, at: u32) -> u32 {
        self.word.map_or(at, |word| word.start as u32)
    }

    /// What kind of block the innermost braces are: `cluster`, `options`, `provider jwt`.
    #[must_use]
    pub fn block(&self) -> Option<String> {
        let mut block = None;
        for frame in self.frames.iter().filter(|frame| frame.bracket == Fixed::BraceOpen) {
            block = Some(block_of(block.as_deref(), &frame.head)?);
        }
        block
    }
}

/// The kind of the block that begins after `head` in a block of the kind `outer`.
fn block_of(outer: Option<&str>, head: &[Word<'_>]) -> Option<String> {
    let head = match head.split_first() {
        Some((first, rest)) if first.is(Fixed::Pub) => rest,
        _ => head,
    };
    let first = head.first()?.text;
    let key = head.iter().rev().nth(1).filter(|_| head.last().is_some_and(|it| it.is(Fixed::Colon)));
    let kind = match (outer, first) {
        (None, "provider") => format!("provider {}", head.get(3)?.text),
        (None, "let") => "options".to_owned(),
        (None, word) => word.to_owned(),
        (Some("namespace"), "service") => "service".to_owned(),
        (Some("service"), "subset") => "labels".to_owned(),
        (Some("gateway"), "listener") => "listener".to_owned(),
        (Some("routes"), _) => "options".to_owned(),
        (Some("options"), "request_headers" | "response_headers") | (Some("policy"), "transform") => {
            "headers".to_owned()
        }
        (Some("policy"), word) => word.to_owned(),
        (Some("telemetry"), word) => word.to_owned(),
        (Some("test"), _) => "attributes".to_owned(),
        (Some("options"), word @ ("retries" | "mirror" | "fault")) => word.to_owned(),
        (Some("traffic"), word @ ("connections" | "eject" | "health")) => word.to_owned(),
        (Some(_), _) => key?.text.to_owned(),
    };
    Some(kind)
}

/// Whether something must follow.
fn goes_on(word: &Word<'_>) -> bool {
    match word.token {
        Token::Fixed(fixed) => {
            matches!(
                fixed,
                Fixed::Colon
                    | Fixed::Comma
                    | Fixed::Dot
                    | Fixed::At
                    | Fixed::Pipe
                    | Fixed::Equals
                    | Fixed::Arrow
                    | Fixed::Equal
                    | Fixed::NotEqual
                    | Fixed::Not
                    | Fixed::And
                    | Fixed::Or
                    | Fixed::Where
                    | Fixed::In
                    | Fixed::Matches
                    | Fixed::Contains
                    | Fixed::StartsWith
                    | Fixed::EndsWith
            )
        }
        _ => false,
    }
}

/// Whether a word or sign goes on with what stands before it.
fn continues(fixed: Fixed) -> bool {
    matches!(
        fixed,
        Fixed::Where
            | Fixed::Arrow
            | Fixed::And
            | Fixed::Or
            | Fixed::Dot
            | Fixed::At
            | Fixed::Pipe
            | Fixed::Equal
            | Fixed::NotEqual
            | Fixed::In
            | Fixed::BraceClose
            | Fixed::ParenClose
            | Fixed::BracketClose
    )
}

/// Whether a token can begin an entry.
fn begins_entry(word: &Word<'_>) -> bool {
    word.token.is_name() || word.token == Token::String
}

/// Whether a string ends where it should.
fn is_closed(text: &str) -> bool {
    let hashes = text.strip_prefix('r').map(|rest| rest.chars().take_while(|c| *c == '#').count());
    match hashes {
        Some(hashes) => text.len() > 2 + 2 * hashes && text.ends_with(&format!("\"{}", "#".repeat(hashes))),
        None => {
            let body = text.strip_prefix('"').unwrap_or(text);
            body.ends_with('"') && !body.ends_with("\\\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Encoding;

    fn at(marked: &str) -> (Option<String>, Vec<String>, Option<String>) {
        let offset = marked.find('|').unwrap();
        let text = Text::new(marked.replacen('|', "", 1).into(), Encoding::Utf16);
        let context = context(&text, offset as u32, &[]);
        let entry = context.entry.iter().map(|word| word.text.to_owned()).collect();
        (context.block(), entry, context.word.map(|word| word.text.to_owned()))
    }

    #[test]
    fn blocks_and_entries() {
        let none: Vec<String> = Vec::new();
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(at("cluster a { ba|"), (Some("cluster".to_owned()), none.clone(), Some("ba".to_owned())));
        assert_eq!(
            at("cluster a { backend: |"),
            (Some("cluster".to_owned()), words(&["backend", ":"]), None)
        );
        assert_eq!(
            at("namespace a { service b { port http: 80  acc|"),
            (Some("service".to_owned()), none.clone(), Some("acc".to_owned()))
        );
        assert_eq!(at("pub provider a: jwt { |"), (Some("provider jwt".to_owned()), none.clone(), None));
        assert_eq!(
            at("routes a on b for \"c\" {\n  any /x where he| => c\n}"),
            (Some("routes".to_owned()), words(&["any", "/x", "where"]), Some("he".to_owned()))
        );
        assert_eq!(
            at("routes a on b for \"c\" {\n  any /x => c { retries: { |"),
            (Some("retries".to_owned()), none.clone(), None)
        );
        assert_eq!(
            at("gateway a {\n  kind: egress\n  |\n}"),
            (Some("gateway".to_owned()), none.clone(), None)
        );
        assert_eq!(at("let a = 1\n|"), (None, none, None));
    }
}
