//! Rewritten paths as Envoy says them: an expression over the path and what replaces what it takes. Every target leaves
//! rewriting to Envoy, so all readers meet the same form.

use gloo_domain::{PathPattern, PathTemplate};

/// The pattern of the paths that an expression of literals and groups takes, and the template of what becomes of them; nothing
/// of an expression that is said otherwise. The expression stands without its anchors. Whether both take the same paths is for
/// the reader to prove.
#[must_use]
pub fn rewrite(expression: &str, substitution: &str) -> Option<(PathPattern, PathTemplate)> {
    let (pattern, groups) = pattern_of(expression)?;
    Some((PathPattern::parse(&pattern).ok()?, template_of(substitution, &groups)?))
}

/// What a group captures.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Group {
    /// Part of a segment, by a name that stands for its number.
    Part(String),
    /// The rest, its slash included.
    Rest,
    /// The rest behind a slash.
    BehindSlash,
}

/// An expression of literals and of the groups `([^/]+)`, `((?:/.*)?)`, `(?:/(.*))?`, `/?(.*)`, `(/.*)` and `(.*)` as a pattern of paths.
fn pattern_of(body: &str) -> Option<(String, Vec<Group>)> {
    let (mut pattern, mut groups, mut rest) = (String::new(), Vec::new(), body);
    while !rest.is_empty() {
        if let Some(after) = ["([^/]+)", "([^/]*)"].iter().find_map(|part| rest.strip_prefix(part)) {
            let name = format!("g{}", groups.len() + 1);
            pattern.push_str(&format!("{{{name}}}"));
            groups.push(Group::Part(name));
            rest = after;
        } else if let Some(after) = ["[^/]+", "[^/]*"].iter().find_map(|part| rest.strip_prefix(part)) {
            pattern.push('*');
            rest = after;
        } else if rest == "((?:/.*)?)" {
            pattern.push_str("/**");
            groups.push(Group::Rest);
            rest = "";
        } else if rest == "(?:/.*)?" {
            pattern.push_str("/**");
            rest = "";
        } else if pattern.is_empty() && rest == "(/.*)" {
            pattern.push_str("/**");
            groups.push(Group::Rest);
            rest = "";
        } else if pattern == "/" && rest == "(.*)" {
            pattern.push_str("**");
            groups.push(Group::BehindSlash);
            rest = "";
        } else if matches!(rest, "(?:/(.*))?" | "/?(.*)") {
            pattern.push_str("/**");
            groups.push(Group::BehindSlash);
            rest = "";
        } else {
            let mut chars = rest.chars();
            let next = chars.next()?;
            let literal = if next == '\\' { chars.next().filter(char::is_ascii_punctuation)? } else { next };
            if next != '\\' && "()[]{}*+?|^$.".contains(next) || "*{}".contains(literal) {
                return None;
            }
            pattern.push(literal);
            rest = chars.as_str();
        }
    }
    Some((pattern, groups))
}

/// A substitution as a template, `\1` as what the first group captures.
fn template_of(substitution: &str, groups: &[Group]) -> Option<PathTemplate> {
    let (mut template, mut chars) = (String::new(), substitution.chars());
    while let Some(next) = chars.next() {
        if next != '\\' {
            if "*{}".contains(next) {
                return None;
            }
            template.push(next);
            continue;
        }
        match chars.next()? {
            '\\' => template.push('\\'),
            digit => match groups.get(usize::try_from(digit.to_digit(10)?).ok()?.checked_sub(1)?)? {
                Group::Part(name) => template.push_str(&format!("{{{name}}}")),
                Group::Rest => {
                    template.push_str("/**");
                    return chars.next().is_none().then(|| PathTemplate::parse(&template).ok())?;
                }
                Group::BehindSlash => {
                    template.push_str("**");
                    return chars.next().is_none().then(|| PathTemplate::parse(&template).ok())?;
                }
            },
        }
    }
    PathTemplate::parse(&template).ok()
}
