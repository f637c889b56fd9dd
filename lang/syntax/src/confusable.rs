//! Text that looks like other text: controls of the writing direction, and words of mixed scripts.

use crate::report::Report;
use gloo_source::Code;
use unicode_script::{Script, UnicodeScript as _};

/// Where text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    /// A string: hosts, headers and paths, which other programs compare byte by byte.
    String,
    /// A comment: words of any language, but nothing that changes how the code beside it looks.
    Comment,
}

/// Whether `c` changes the direction of the text around it.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Warns of what is confusable in `text`, which stands at `offset`: of the first such thing only.
pub(crate) fn check(report: &mut Report, text: &str, offset: usize, place: In) {
    if text.is_ascii() {
        return;
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_bidi_control(*c)) {
        let (start, end) = (offset + at, offset + at + c.len_utf8());
        let message =
            format!("U+{:04X} makes the text around it look different from what it is", u32::from(c));
        let help = match place {
            In::String => format!("leave it out, or write `\\u{{{:x}}}` if it is meant", u32::from(c)),
            In::Comment => "leave it out".to_owned(),
        };
        report.add(report.at(Code::CONFUSABLE, start as u32, end as u32, message).help(help));
        return;
    }
    if place == In::Comment {
        return;
    }
    let mut at = 0;
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if let Some(letter) = odd_letter(word) {
            let (start, end) = (offset + at, offset + at + word.len());
            let message = format!("`{word}` mixes letters of several scripts");
            let help = format!("{letter} looks like another letter");
            report.add(report.at(Code::CONFUSABLE, start as u32, end as u32, message).help(help));
            return;
        }
        at += word.len()
            + text.get(at + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
}

/// The first letter that is not Latin in a word that has Latin letters too, described. Scripts that are written together
/// with Latin letters and look different from them, as Japanese, are no matter.
pub(crate) fn odd_letter(word: &str) -> Option<String> {
    let script = |c: char| match c.script() {
        Script::Cyrillic => Some("Cyrillic"),
        Script::Greek => Some("Greek"),
        Script::Armenian => Some("Armenian"),
        Script::Cherokee => Some("Cherokee"),
        _ => None,
    };
    let latin = word.chars().any(|c| c.script() == Script::Latin);
    let (letter, name) = word.chars().find_map(|c| script(c).map(|name| (c, name)))?;
    latin.then(|| format!("`{letter}` (U+{:04X}, {name})", u32::from(letter)))
}
