//! Rewritten paths: a regular expression over the path and what replaces it, read back into a pattern and a template.

use gloo_domain::{PathPattern, PathTemplate, Regex, StringSet};
use gloo_target::Unread;

/// What becomes of the paths of a pattern.
pub(super) struct Rewrite {
    /// The paths; others are left as they are.
    pub pattern: PathPattern,
    /// What becomes of them.
    pub template: PathTemplate,
    /// Paths that aren't of the pattern and are rewritten too: no request of the rule may have one.
    pub beyond: StringSet,
}

/// An expression that takes the path as a whole, `^(?:…)$`, and what replaces it. `unread` is said of others.
pub(super) fn read(source: &str, substitution: &str, unread: &Unread) -> Result<Rewrite, Unread> {
    let regex = Regex::parse(source).map_err(|_| unread.clone())?;
    let body = regex
        .source()
        .strip_prefix("^(?:")
        .and_then(|rest| rest.strip_suffix(")$"))
        .ok_or_else(|| unread.clone())?;
    let (pattern, groups) = pattern_of(body).ok_or_else(|| unread.clone())?;
    let template = template_of(substitution, &groups).ok_or_else(|| unread.clone())?;
    let pattern = PathPattern::parse(&pattern).map_err(|_| unread.clone())?;
    // What was understood is what is written: both take the same paths, but for those that no request has.
    let beyond = beyond(&pattern, &regex).ok_or_else(|| unread.clone())?;
    Ok(Rewrite { pattern, template, beyond })
}

/// The paths that the expression takes and the pattern doesn't; `None` if it doesn't take all of the pattern's.
fn beyond(pattern: &PathPattern, regex: &Regex) -> Option<StringSet> {
    let paths = StringSet::paths().ok()?;
    let ours = StringSet::path(pattern).ok()?.meet(&paths).ok()?;
    let theirs = StringSet::regex(regex).ok()?.meet(&paths).ok()?;
    if ours.is_subset(&theirs).ok()? { theirs.minus(&ours).ok() } else { None }
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

/// An expression of literals and of the groups `([^/]+)`, `((?:/.*)?)`, `(?:/(.*))?`, `(/.*)` and `(.*)` as a pattern of paths.
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
        } else if rest == "/?(.*)" {
            // Of the pattern's own paths the slash is always taken.
            pattern.push_str("/**");
            groups.push(Group::BehindSlash);
            rest = "";
        } else if pattern.is_empty() && rest == "(/.*)" {
            pattern.push_str("/**");
            groups.push(Group::Rest);
            rest = "";
        } else if pattern == "/" && rest == "(.*)" {
            pattern.push_str("**");
            groups.push(Group::BehindSlash);
            rest = "";
        } else if rest == "(?:/(.*))?" {
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
