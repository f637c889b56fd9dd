//! What is known of the word under the cursor: `textDocument/hover`.

use crate::context::{Context, context};
use crate::names::{self, Occurrence, Symbol};
use crate::protocol::{Answer, Hover, HoverParams, MarkupContent, MarkupKind};
use crate::snapshot::{Opened, Snapshot};
use crate::vocabulary::{self, ATTRIBUTES, CALLS, DECLARATIONS, KEYWORDS, OUTCOMES};
use crate::{about, regions};
use gloo_source::{Place, Span};
use gloo_syntax::{Fixed, Token, lex};
use std::fmt::Write;

/// So many lines about requests are read.
const MOST: usize = 8;

/// A name's declaration, a setting, an attribute, a word of the language; on a rule what is left for it.
pub fn hover(snapshot: &Snapshot, params: &HoverParams) -> Answer<Option<Hover>> {
    let at = &params.text_document_position_params;
    if snapshot.is_manifest(&at.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&at.text_document.uri)?;
    let offset = opened.offset(at.position);
    let found = of_name(snapshot, &opened, offset).or_else(|| of_word(&opened, offset));
    let found = found.or_else(|| of_rule(snapshot, &opened, offset));
    Ok(found.map(|(span, value)| Hover {
        contents: MarkupContent { kind: MarkupKind::Markdown, value }.into(),
        range: Some(opened.text.range(span)),
    }))
}

fn of_name(snapshot: &Snapshot, opened: &Opened<'_>, offset: u32) -> Option<(Span, String)> {
    let found: Occurrence = names::at(snapshot, opened, offset)?;
    let value = match &found.symbol {
        Symbol::Declaration(id) => about::declaration(snapshot, *id)?,
        Symbol::Alias(..) => about::declaration(snapshot, found.behind?)?,
        Symbol::Member(id, name) => about::member(snapshot, *id, name)?,
        Symbol::Parameter(id, name) => about::parameter(snapshot, *id, name)?,
    };
    Some((found.span, value))
}

/// The token that holds a byte.
fn token_at(opened: &Opened<'_>, offset: u32) -> Option<(Token, Span)> {
    let offset = offset as usize;
    let found =
        lex(&opened.text.text).into_iter().find(|(_, bytes)| bytes.start <= offset && offset < bytes.end);
    found.map(|(token, bytes)| (token, Span::new(opened.file, bytes.start as u32, bytes.end as u32)))
}

fn of_word(opened: &Opened<'_>, offset: u32) -> Option<(Span, String)> {
    let (token, span) = token_at(opened, offset)?;
    if matches!(token, Token::String | Token::Number | Token::Path | Token::Missing) {
        return None;
    }
    let text = opened.text.slice(span);
    let context = context(&opened.text, span.start, &opened.parsed.comments);
    let after = opened.text.text.get(span.end as usize..).unwrap_or("").trim_start();
    let value = setting(&context, text, after)
        .or_else(|| attribute(&context, text, after))
        .or_else(|| call(text, after))
        .or_else(|| keyword(&context, text))?;
    Some((span, value))
}

fn setting(context: &Context<'_>, text: &str, after: &str) -> Option<String> {
    let setting = vocabulary::setting(&context.block()?, text).filter(|_| after.starts_with(':'))?;
    Some(format!("`{text}`\n\n{}", setting.doc))
}

/// `client.ip` under any of its words.
fn attribute(context: &Context<'_>, text: &str, after: &str) -> Option<String> {
    let mut words = vec![text];
    let mut entry = context.entry.as_slice();
    while let [before @ .., name, dot] = entry {
        if !dot.is(Fixed::Dot) {
            break;
        }
        words.insert(0, name.text);
        entry = before;
    }
    let is_asked =
        context.entry.iter().any(|it| it.is(Fixed::Where) || it.is(Fixed::Arrow) || it.is(Fixed::Equals))
            || context.frames.iter().any(|frame| frame.head.iter().any(|it| it.is(Fixed::Where)));
    let whole = words.join(".");
    let tail: String = after.strip_prefix('.').map_or_else(String::new, |rest| {
        rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect()
    });
    let longer = format!("{whole}.{tail}");
    let same = |one: &&vocabulary::Attribute| {
        let name = one.text.split('(').next().unwrap_or(one.text);
        name == longer || name == whole
    };
    let mut all = ATTRIBUTES.iter().chain(OUTCOMES);
    let found = all.find(same).filter(|_| is_asked)?;
    let name = found.text.replace("(\"\")", "(…)").replace("()", "(…)");
    Some(format!("`{name}`: {}\n\n{}", found.ty, found.doc))
}

fn call(text: &str, after: &str) -> Option<String> {
    let call = CALLS.iter().find(|call| call.name == text).filter(|_| after.starts_with('('))?;
    let arguments: Vec<&str> = call.arguments.iter().map(|(text, _)| *text).collect();
    Some(format!("```gloo\n{}({})\n```\n\n{}", call.name, arguments.join(", "), call.doc))
}

fn keyword(context: &Context<'_>, text: &str) -> Option<String> {
    let block = context.block();
    let doc = match &block {
        None if context.entry.iter().all(|word| word.is(Fixed::Pub)) => {
            DECLARATIONS.iter().find(|one| one.word == text).map(|one| one.doc)
        }
        None => None,
        Some(block) => {
            let mut known = KEYWORDS.iter().filter(|(of, ..)| of == block);
            known.find(|(_, word, ..)| *word == text).map(|(.., doc)| *doc)
        }
    };
    doc.map(|doc| format!("`{text}`\n\n{doc}"))
}

/// What is left for a rule after those before it.
fn of_rule(snapshot: &Snapshot, opened: &Opened<'_>, offset: u32) -> Option<(Span, String)> {
    let (node, span) = regions::rule_at(opened, offset)?;
    let insight = regions::insight(snapshot, opened).filter(|insight| !insight.regions.is_empty())?;
    let rule = Place { file: opened.file, node };
    let mut lines: Vec<String> = Vec::new();
    let mut count = 0;
    for (entry, region) in regions::of_rule(insight, rule) {
        count += 1;
        let line = format!("- `{}` on `{}`: {}", entry.entry, entry.cluster, region.requests);
        if lines.len() < MOST && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut text =
        String::from("What is left for this rule after those before it, as of the last finished check:\n\n");
    match count {
        0 => text.push_str("nothing: no request gets here, or something else decides all that do"),
        _ => text.push_str(&lines.join("\n")),
    }
    if count > lines.len() {
        let _ = write!(text, "\n- and {} more kinds of requests", count - lines.len());
    }
    Some((span, text))
}
