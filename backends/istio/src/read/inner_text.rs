//! Texts inside other texts: query parameters in the request line, cookies in the cookie header.
//!
//! An expression over the whole is brought back to a test of a part. What is guessed from how it is written is then
//! proved: the expression holds of exactly the texts of which the test holds.

use gloo_domain::{PathPattern, Regex, StringSet, escaped};
use gloo_ir::{Predicate, Test, TextAttribute, TextTest};

/// Request lines: a path, and what stands behind it. What HTTP doesn't let pass isn't in them.
const LINES: &str = r"/[^\x00-\x20\x7f]*";
/// Values of the cookie header.
const COOKIES: &str = r"[^\x00-\x08\x0a-\x1f\x7f]*";

/// A part of a text that has a name: `NAME=VALUE`, between separators.
struct Part {
    separator: char,
    /// Whether a name without `=` has the empty text for its value. Else it is nothing at all.
    name_alone: bool,
    /// What may stand before the first.
    head: &'static str,
    /// What may stand behind a separator.
    gap: &'static str,
    /// The texts that there are.
    universe: &'static str,
}

const QUERY: Part = Part { separator: '&', name_alone: true, head: r"[^?]*\?", gap: "", universe: LINES };
const COOKIE: Part = Part { separator: ';', name_alone: false, head: " *", gap: " *", universe: COOKIES };

/// What an expression over the path with its query asks.
pub(super) fn line(regex: &Regex) -> Option<Predicate> {
    if asks_for_path(regex) == Some(true) {
        return Some(Predicate::Test(Test::Path(vec![PathPattern::regex(regex.source()).ok()?])));
    }
    if let Some((name, test)) = QUERY.test(regex) {
        return Some(Predicate::Test(Test::Text(TextAttribute::Query(name), test)));
    }
    let parts = alternatives(regex.source())?;
    let parts = parts.iter().map(|part| line(&Regex::parse(part).ok()?)).collect::<Option<Vec<_>>>()?;
    Some(Predicate::Any(parts))
}

/// What an expression over the cookie header asks.
pub(super) fn cookie(regex: &Regex) -> Option<Predicate> {
    if let Some((name, test)) = COOKIE.test(regex) {
        return Some(Predicate::Test(Test::Text(TextAttribute::Cookie(name), test)));
    }
    let parts = alternatives(regex.source())?;
    let parts = parts.iter().map(|part| cookie(&Regex::parse(part).ok()?)).collect::<Option<Vec<_>>>()?;
    Some(Predicate::Any(parts))
}

/// Whether an expression over the path with its query asks for the path alone: it holds with a query if and only if it
/// holds without.
fn asks_for_path(regex: &Regex) -> Option<bool> {
    let universe = set(LINES)?;
    let all = StringSet::regex(regex).ok()?.meet(&universe).ok()?;
    let with_query = all.meet(&StringSet::containing("?").ok()?).ok()?;
    let lengthened = set(&format!(r"(?:{})\?(?s:.*)", regex.to_embeddable()))?.meet(&universe).ok()?;
    Some(with_query.is_subset(&lengthened).ok()? && lengthened.is_subset(&all).ok()?)
}

impl Part {
    /// The name and the test of its value, if the expression asks for the first part of that name.
    fn test(&self, regex: &Regex) -> Option<(String, TextTest)> {
        let universe = set(self.universe)?;
        let all = StringSet::regex(regex).ok()?.meet(&universe).ok()?;
        let guesses = self.guesses(regex.source());
        guesses.into_iter().find_map(|(name, value)| {
            let values = Regex::parse(&value).ok()?;
            let understood =
                set(&self.expression(&name, &value, values.contains("")))?.meet(&universe).ok()?;
            let is_same = understood.is_subset(&all).ok()? && all.is_subset(&understood).ok()?;
            is_same.then(|| Some((name, self.asked(&value)?))).flatten()
        })
    }

    /// What the name and the expression for the value may be: each word before a `=`, with what stands behind it.
    fn guesses(&self, source: &str) -> Vec<(String, String)> {
        let tail = format!("(?:{}.*)?", self.separator);
        let Some(body) = source.strip_suffix(&tail) else { return Vec::new() };
        let mut found = Vec::new();
        for (index, _) in body.match_indices('=') {
            let (before, after) = body.split_at(index);
            let value = after.strip_prefix('=').unwrap_or(after);
            let (before, value) = match (before.strip_suffix("(?:"), value.strip_suffix(")?")) {
                (Some(before), Some(value)) => (before, value),
                _ => (before, value),
            };
            let is_word = |c: &char| c.is_ascii_alphanumeric() || "_.-\\".contains(*c);
            let name: String = before.chars().rev().take_while(is_word).collect();
            let name: String = name.chars().rev().filter(|c| *c != '\\').collect();
            let value = self.unquoted(value).unwrap_or_else(|| value.to_owned());
            if !name.is_empty() {
                found.push((name, value));
            }
        }
        found
    }

    /// `X` of `(?:X|"X")`.
    fn unquoted(&self, value: &str) -> Option<String> {
        let parts = alternatives(value)?;
        let [plain, quoted] = parts.as_slice() else { return None };
        let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
        (!self.name_alone && inner == plain).then(|| plain.clone())
    }

    /// The texts whose first part of that name has such a value.
    fn expression(&self, name: &str, value: &str, holds_for_empty: bool) -> String {
        let Self { separator, head, gap, .. } = self;
        let own = escaped(name);
        let value =
            if self.name_alone { format!("(?:{value})") } else { format!("(?:{value}|\"(?:{value})\")") };
        let wanted = if self.name_alone && holds_for_empty {
            format!("{own}(?:={value})?")
        } else {
            format!("{own}={value}")
        };
        format!("{head}(?:{}{separator}{gap})*{wanted}(?:{separator}(?s:.*))?", self.other(name))
    }

    /// A part that isn't one of that name.
    fn other(&self, name: &str) -> String {
        let s = self.separator;
        let letters: Vec<char> = name.chars().collect();
        let mut forms = Vec::new();
        for (index, letter) in letters.iter().enumerate() {
            let before: String = letters.iter().take(index).collect();
            let before = escaped(&before);
            // Spaces before a name are none of it.
            let space = if index == 0 && !self.gap.is_empty() { " " } else { "" };
            forms.push(format!("{before}[^{}={s}{space}][^{s}]*", in_class(*letter)));
            forms.push(format!("{before}(?:=[^{s}]*)?"));
        }
        forms.push(format!("{}[^={s}][^{s}]*", escaped(name)));
        if !self.name_alone {
            forms.push(escaped(name));
        }
        format!("(?:{})", forms.join("|"))
    }

    /// The test of a value that an expression is.
    fn asked(&self, value: &str) -> Option<TextTest> {
        let any = format!("[^{}]*", self.separator);
        if let Some(texts) = alternatives(value)
            .unwrap_or_else(|| vec![value.to_owned()])
            .iter()
            .map(|text| literal(text))
            .collect()
        {
            return Some(TextTest::Equals(texts));
        }
        if value == any {
            return Some(TextTest::Present);
        }
        let (rest, is_open) = value.strip_suffix(&any).map_or((value, false), |rest| (rest, true));
        let (rest, begins_open) = rest.strip_prefix(&any).map_or((rest, false), |rest| (rest, true));
        match (literal(rest), begins_open, is_open) {
            (Some(text), false, true) => Some(TextTest::StartsWith(text)),
            (Some(text), true, false) => Some(TextTest::EndsWith(text)),
            (Some(text), true, true) => Some(TextTest::Contains(text)),
            _ => Regex::parse(value).ok().map(TextTest::Matches),
        }
    }
}

/// The text that an expression without operators means.
fn literal(source: &str) -> Option<String> {
    let (mut text, mut chars) = (String::new(), source.chars());
    while let Some(next) = chars.next() {
        match next {
            '\\' => text.push(chars.next().filter(char::is_ascii_punctuation)?),
            '(' | ')' | '[' | ']' | '{' | '}' | '*' | '+' | '?' | '|' | '^' | '$' | '.' => return None,
            plain => text.push(plain),
        }
    }
    Some(text)
}

/// The alternatives of `(?:A|B)`; none, if it is something else.
pub(super) fn alternatives(source: &str) -> Option<Vec<String>> {
    let inner = source.strip_prefix("(?:")?.strip_suffix(')')?;
    let (mut parts, mut part, mut depth, mut in_class) = (Vec::new(), String::new(), 0_usize, false);
    let mut chars = inner.chars();
    while let Some(next) = chars.next() {
        match next {
            '\\' => {
                part.push(next);
                part.push(chars.next()?);
                continue;
            }
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.checked_sub(1)?,
            '|' if !in_class && depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(next);
    }
    parts.push(part);
    (depth == 0 && parts.len() > 1).then_some(parts)
}

fn in_class(c: char) -> String {
    if matches!(c, '\\' | ']' | '[' | '^' | '-') { format!("\\{c}") } else { c.to_string() }
}

fn set(source: &str) -> Option<StringSet> {
    StringSet::regex(&Regex::parse(source).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex(source: &str) -> Regex {
        Regex::parse(source).unwrap()
    }

    #[test]
    fn an_expression_that_reaches_into_the_query_is_no_test_of_the_path() {
        assert!(line(&regex(r"(?:/n/x(?:/.*)?)(?:\?.*)?")).is_some());
        assert!(line(&regex(r"(?:/[^?]*\.png)(?:\?.*)?")).is_some());
        assert!(line(&regex(r"(?:.*\.png)(?:\?.*)?")).is_none());
        assert!(line(&regex("/n/x")).is_none());
    }

    #[test]
    fn the_first_parameter_of_a_name() {
        let first = r"[^?]*\?(?:(?:[^q&][^&]*|q(?:[^=&][^&]*))?&)*q=1(?:&.*)?";
        let asked = line(&regex(first)).unwrap();
        let test = Test::Text(TextAttribute::Query("q".to_owned()), TextTest::Equals(vec!["1".to_owned()]));
        assert_eq!(asked, Predicate::Test(test));
        assert!(line(&regex(r"[^?]*\?(?:.*&)?q=1(?:&.*)?")).is_none());
    }

    #[test]
    fn the_first_cookie_of_a_name() {
        let first =
            r#" *(?:(?:[^r; ][^;]*|r(?:[^i;][^;]*|i(?:[^=;][^;]*)?)?)?; *)*ri=(?:beta|"beta")(?:;.*)?"#;
        let asked = cookie(&regex(first)).unwrap();
        let test =
            Test::Text(TextAttribute::Cookie("ri".to_owned()), TextTest::Equals(vec!["beta".to_owned()]));
        assert_eq!(asked, Predicate::Test(test));
        // A part may not begin with a space: `a=1; ri=alpha; ri=beta` would be taken for beta.
        assert!(cookie(&regex(&first.replace("[^r; ]", "[^r;]"))).is_none());
    }
}
