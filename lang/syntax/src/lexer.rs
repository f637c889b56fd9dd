//! Text to tokens and comments.
//!
//! There is one mode, and no token depends on what the parser expects. A mistake inside a token, or a sign of another
//! language, is reported here and gives the token that was meant, so that the parser goes on as if it stood there:
//! one mistake, one error.

use crate::comments::{Comment, Docs};
use crate::confusable;
use crate::report::Report;
use crate::token::{Fixed, Token};
use crate::{number, path, string};
use gloo_source::{Code, FileId};
use logos::{Lexer, Logos};
use std::ops::Range;

mod foreign;

/// The longest text that is read.
pub(crate) const LONGEST: usize = 64 << 20;

/// A token with its bytes: `start, token, end`, as the parser takes it.
pub(crate) type Spanned = (u32, Token, u32);

/// All that a text is made of.
pub(crate) struct Lexed {
    pub tokens: Vec<Spanned>,
    pub comments: Vec<Comment>,
    pub docs: Docs,
    pub report: Report,
}

/// The tokens of a text with their bytes, without comments and without saying what is wrong: for highlighting and for
/// completion in a line that does not parse.
#[must_use]
pub fn lex(text: &str) -> Vec<(Token, Range<usize>)> {
    let lexed = run(FileId(0), text);
    lexed.tokens.into_iter().map(|(start, token, end)| (token, start as usize..end as usize)).collect()
}

/// What logos tells apart.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\x0C]+")]
enum Raw {
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*(-+[A-Za-z0-9_]+)*")]
    Word,
    // One run of characters, told apart later: `100/minute` is then an unknown unit, and not `100/min` and `ute`.
    #[regex(r"[0-9][0-9A-Za-z_.%-]*(/[0-9A-Za-z]+)?")]
    Number,
    #[token("\"", quoted)]
    #[regex("r#*\"", raw)]
    String,
    #[token("/", path_pattern)]
    Path,
    #[regex("//[^\n]*", allow_greedy = true)]
    Comment,
    #[regex("[{}()\\[\\],:.*@|=!]|=>|==|!=|&&|\\|\\|")]
    Sign,
    #[regex("'[^'\n]*'?")]
    #[regex("`[^`\n]*`?")]
    #[regex("“[^”\n]*”?")]
    OtherQuotes,
    #[regex("#[^\n]*", allow_greedy = true)]
    Hash,
    #[regex("->|==>|===|!==|&|;|::|<=?|>=?|=~|!~|:=")]
    Foreign,
}

fn quoted(lexer: &mut Lexer<'_, Raw>) {
    let from_quote = lexer.source().get(lexer.span().start..).unwrap_or("");
    lexer.bump(string::quoted_len(from_quote) - 1);
}

fn raw(lexer: &mut Lexer<'_, Raw>) {
    let literal = lexer.source().get(lexer.span().start..).unwrap_or("");
    lexer.bump(string::raw_len(literal) - lexer.slice().len());
}

fn path_pattern(lexer: &mut Lexer<'_, Raw>) {
    lexer.bump(path::length(lexer.remainder()));
}

/// Reads `text`, a text of at most [`LONGEST`] bytes.
pub(crate) fn run(file: FileId, text: &str) -> Lexed {
    let mut reader = Reader {
        text,
        lexer: Raw::lexer(text),
        // The sentence of most files: one token for five bytes.
        tokens: Vec::with_capacity(text.len() / 5),
        comments: Vec::new(),
        docs: Docs::default(),
        report: Report::new(file),
        line_end: 0,
    };
    if text.starts_with('\u{feff}') {
        reader.lexer.bump('\u{feff}'.len_utf8());
    }
    while let Some(raw) = reader.lexer.next() {
        match raw {
            Ok(raw) => reader.token(raw),
            Err(()) => reader.unknown(),
        }
    }
    Lexed { tokens: reader.tokens, comments: reader.comments, docs: reader.docs, report: reader.report }
}

struct Reader<'a> {
    text: &'a str,
    lexer: Lexer<'a, Raw>,
    tokens: Vec<Spanned>,
    comments: Vec<Comment>,
    docs: Docs,
    report: Report,
    /// Where the last token or comment ends.
    line_end: usize,
}

impl Reader<'_> {
    fn push(&mut self, token: impl Into<Token>) {
        let Range { start, end } = self.lexer.span();
        let token = token.into();
        // A comma may be left out: what stands before it documents what stands after it.
        if token != Token::Fixed(Fixed::Comma) {
            self.docs.token(start as u32);
        }
        self.tokens.push((start as u32, token, end as u32));
        self.line_end = end;
    }

    /// Reports what is wrong with the present token.
    fn error(
        &mut self,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
        fix: Option<(&str, &str)>,
    ) {
        let Range { start, end } = self.lexer.span();
        let diagnostic = self.report.at(code, start as u32, end as u32, message).help(help);
        let diagnostic = match fix {
            Some((title, text)) => diagnostic.fix(title, self.report.span(start as u32, end as u32), text),
            None => diagnostic,
        };
        self.report.add(diagnostic);
    }

    fn token(&mut self, raw: Raw) {
        let slice = self.lexer.slice();
        match raw {
            Raw::Word if self.address() => {}
            Raw::Number if self.address() => {}
            Raw::Word => self.push(Fixed::of(slice).map_or(Token::Name, Token::Fixed)),
            Raw::Number => self.number(),
            Raw::String => self.string(),
            Raw::Path => self.path(),
            Raw::Comment => self.comment(),
            Raw::Sign => {
                if let Some(sign) = Fixed::of(slice) {
                    self.push(sign);
                }
            }
            Raw::OtherQuotes => {
                let inner = slice.trim_matches(['\'', '`', '“', '”']);
                let fix = format!("{inner:?}");
                let title = format!("write `{fix}`");
                self.error(
                    Code::FOREIGN_WORD,
                    "strings stand in double quotes",
                    &*title,
                    Some((&title, &fix)),
                );
                self.push(Token::String);
            }
            Raw::Hash => {
                let fix = format!("//{}", slice.trim_start_matches('#').trim_end());
                let help = "a comment begins with `//`";
                self.error(
                    Code::FOREIGN_WORD,
                    "`#` begins no comment here",
                    help,
                    Some(("write `//`", &fix)),
                );
            }
            Raw::Foreign => self.foreign(),
        }
    }

    fn number(&mut self) {
        if let Err(error) = number::decode(self.lexer.slice()) {
            let title = error.instead.as_ref().map(|text| format!("write `{text}`"));
            let fix = title.as_deref().zip(error.instead.as_deref());
            self.error(Code::BAD_NUMBER, error.message, error.help, fix);
        }
        self.push(Token::Number);
    }

    fn string(&mut self) {
        let slice = self.lexer.slice();
        let start = self.lexer.span().start;
        // Most strings need no second look.
        let simple = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
        if !(slice.len() > 1 && slice.starts_with('"') && slice.ends_with('"') && slice.bytes().all(simple)) {
            for error in string::decode(slice).errors {
                let (from, to) = (start + error.at.start, start + error.at.end);
                let diagnostic = self.report.at(Code::BAD_STRING, from as u32, to as u32, error.message);
                self.report.add(diagnostic.help(error.help));
            }
            confusable::check(&mut self.report, slice, start, confusable::In::String);
        }
        self.push(Token::String);
    }

    fn path(&mut self) {
        let slice = self.lexer.slice();
        let start = self.lexer.span().start;
        if let Some(problem) = path::problem(slice, self.lexer.remainder()) {
            let (from, to) = ((start + problem.at.start) as u32, (start + problem.at.end) as u32);
            let mut diagnostic = self.report.at(Code::BAD_PATH, from, to, problem.message).help(problem.help);
            if problem.space {
                diagnostic = diagnostic.fix("add a space", self.report.span(from, from), " ");
            }
            self.report.add(diagnostic);
        }
        self.push(Token::Path);
    }

    fn comment(&mut self) {
        let slice = self.lexer.slice();
        let Range { start, .. } = self.lexer.span();
        let text = slice.trim_end();
        let doc = text.starts_with("///") && !text.starts_with("////");
        if doc {
            self.docs.line(text);
        }
        let between = self.text.get(self.line_end..start).unwrap_or("");
        let own_line = self.line_end == 0 || between.contains('\n');
        confusable::check(&mut self.report, slice, start, confusable::In::Comment);
        let end = start + text.len();
        let span = self.report.span(start as u32, end as u32);
        self.comments.push(Comment { span, text: text.into(), doc, own_line });
        self.line_end = end;
    }

    /// Takes an IPv6 address that stands without quotes, if one begins here.
    fn address(&mut self) -> bool {
        let slice = self.lexer.slice();
        let rest = self.lexer.remainder();
        let hex = slice.len() <= 4 && slice.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(slice == "::" || hex && rest.starts_with(':')) {
            return false;
        }
        let run =
            rest.bytes().take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')).count();
        let address = self.text.get(self.lexer.span().start..self.lexer.span().end + run).unwrap_or("");
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            return false;
        }
        let after = rest.get(run..).unwrap_or("");
        let length = after.strip_prefix('/').map_or(0, |n| n.bytes().take_while(u8::is_ascii_digit).count());
        self.lexer.bump(run + if length > 0 { length + 1 } else { 0 });
        let fix = format!("\"{}\"", self.lexer.slice());
        let title = format!("write `{fix}`");
        let message = format!("the IPv6 address `{}` needs quotes", self.lexer.slice());
        self.error(
            Code::UNQUOTED_ADDRESS,
            message,
            format!("{title}: outside of a string `:` means something else"),
            Some((&title, &fix)),
        );
        self.push(Token::String);
        true
    }
}
