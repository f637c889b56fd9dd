//! Colours that follow from what words mean: `textDocument/semanticTokens`.

use crate::names::{self, Symbol};
use crate::position::Text;
use crate::protocol::{
    Answer, Range, SemanticToken, SemanticTokens, SemanticTokensLegend, SemanticTokensParams,
    SemanticTokensRangeParams,
};
use crate::snapshot::{Opened, Snapshot};
use crate::tree::{Visitor, walk};
use gloo_ir::resolve::Kind;
use gloo_syntax::ast::{KeyKind, Setting};
use gloo_syntax::{Class, Token, lex};
use std::collections::BTreeMap;

/// The kinds of tokens, by their numbers.
const TYPES: &[&str] = &[
    "keyword",
    "string",
    "number",
    "operator",
    "comment",
    "property",
    "namespace",
    "class",
    "interface",
    "enumMember",
    "function",
    "parameter",
    "type",
    "method",
    "variable",
    "regexp",
];

/// What is said of tokens besides, by its bit.
const MODIFIERS: &[&str] = &["declaration", "documentation"];

/// What the numbers mean.
#[must_use]
pub fn legend() -> SemanticTokensLegend {
    let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    SemanticTokensLegend { token_types: owned(TYPES), token_modifiers: owned(MODIFIERS) }
}

/// `textDocument/semanticTokens/full`
pub fn full(snapshot: &Snapshot, params: &SemanticTokensParams) -> Answer<Option<SemanticTokens>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    Ok(Some(tokens(snapshot, &opened, None)))
}

/// `textDocument/semanticTokens/range`
pub fn range(snapshot: &Snapshot, params: &SemanticTokensRangeParams) -> Answer<Option<SemanticTokens>> {
    if snapshot.is_manifest(&params.text_document.uri) {
        return Ok(None);
    }
    let opened = snapshot.open(&params.text_document.uri)?;
    Ok(Some(tokens(snapshot, &opened, Some(params.range))))
}

type Painted = BTreeMap<u32, (u32, &'static str, u32)>;

fn tokens(snapshot: &Snapshot, opened: &Opened<'_>, range: Option<Range>) -> SemanticTokens {
    let mut painted: Painted = BTreeMap::new();
    for (token, bytes) in lex(&opened.text.text) {
        if let Some(kind) = of_token(token) {
            painted.insert(bytes.start as u32, (bytes.end as u32, kind, 0));
        }
    }
    for comment in &opened.parsed.comments {
        let bits = if comment.doc { 2 } else { 0 };
        painted.insert(comment.span.start, (comment.span.end, "comment", bits));
    }
    walk(opened.tree(), &mut Keys { opened, painted: &mut painted });
    let all = snapshot.database.names();
    for one in names::occurrences(snapshot, opened) {
        let kind = match &one.symbol {
            Symbol::Parameter(..) => "parameter",
            Symbol::Member(..) => "enumMember",
            Symbol::Declaration(_) | Symbol::Alias(..) => {
                one.declaration().and_then(|id| all.kind(id)).map_or("variable", of_kind)
            }
        };
        painted.insert(one.span.start, (one.span.end, kind, u32::from(one.declares)));
    }
    let wanted = range.map(|range| opened.text.bytes(range));
    let inside = |start: u32, end: u32| {
        wanted.as_ref().is_none_or(|bytes| (start as usize) < bytes.end && bytes.start < end as usize)
    };
    painted.retain(|start, (end, ..)| inside(*start, *end));
    SemanticTokens { result_id: None, data: encoded(&opened.text, &painted) }
}

/// The tokens by their distances; one over several lines in parts, which not every editor could show as one.
fn encoded(text: &Text, painted: &Painted) -> Vec<SemanticToken> {
    let mut data = Vec::new();
    let (mut last_line, mut last_start, mut last_end) = (0, 0, 0);
    for (start, (end, kind, bits)) in painted {
        if *start < last_end {
            continue;
        }
        last_end = *end;
        let kind = TYPES.iter().position(|one| one == kind).unwrap_or_default() as u32;
        let mut at = *start;
        while at < *end {
            let position = text.position(at);
            let line_end = text.start(position.line) + text.line(position.line).len() as u32;
            let stop = line_end.min(*end);
            let part = text.text.get(at as usize..stop.max(at) as usize).unwrap_or("");
            let length = text.width(part);
            if length > 0 {
                let delta_line = position.line - last_line;
                let delta_start =
                    if delta_line == 0 { position.character - last_start } else { position.character };
                data.push(SemanticToken {
                    delta_line,
                    delta_start,
                    length,
                    token_type: kind,
                    token_modifiers_bitset: *bits,
                });
                (last_line, last_start) = (position.line, position.character);
            }
            at = text.start(position.line + 1).max(stop + 1);
        }
    }
    data
}

fn of_token(token: Token) -> Option<&'static str> {
    match token {
        Token::String => Some("string"),
        Token::Number => Some("number"),
        Token::Path => Some("regexp"),
        Token::Fixed(fixed) => match fixed.class() {
            Class::Reserved | Class::Method | Class::Declaration | Class::Contextual => Some("keyword"),
            // The brackets have the editor's own colours.
            Class::Sign => (token.closer().is_none() && !token.is_closer()).then_some("operator"),
        },
        Token::Name => Some("variable"),
        Token::Missing => None,
    }
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Let => "function",
        Kind::Mesh | Kind::Cluster | Kind::Namespace => "namespace",
        Kind::Service => "class",
        Kind::External => "interface",
        Kind::Gateway | Kind::Routes => "type",
        Kind::Provider | Kind::Policy | Kind::Telemetry | Kind::Patch => "method",
    }
}

/// Words before a colon are no keywords, whatever they are elsewhere.
struct Keys<'a> {
    opened: &'a Opened<'a>,
    painted: &'a mut Painted,
}

impl Visitor for Keys<'_> {
    fn setting(&mut self, it: &Setting) {
        if let KeyKind::Word(_) = &it.key.kind {
            let span = self.opened.span(it.key.id);
            self.painted.insert(span.start, (span.end, "property", 0));
        }
    }
}
