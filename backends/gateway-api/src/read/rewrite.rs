//! Rewritten paths: a regular expression over the path and what replaces it, read back into a pattern and a template.

use gloo_domain::{PathPattern, PathTemplate, Regex, StringSet, TooLarge};
use gloo_target::{Fields, Unread};

/// What becomes of the paths of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Rewrite {
    /// The paths; others are left as they are.
    pub pattern: PathPattern,
    /// What becomes of them.
    pub template: PathTemplate,
}

/// The path is another, whatever it was (`ReplaceFullPath`).
pub(super) fn whole(fields: &Fields<'_>, field: &str, path: &str) -> Result<PathTemplate, Unread> {
    let template = PathTemplate::parse(path).ok();
    let template = template.filter(|template| template.as_exact().as_deref() == Some(path));
    // Envoy takes `\` for the beginning of a group's number, and what stands behind `?` for a query.
    let template = template.filter(|_| !path.contains(['\\', '?', '#']));
    template.ok_or_else(|| fields.unread(field, "it isn't known which path this means"))
}

/// A `replaceRegexMatch` that takes the path as a whole: `^…$`. It is asked only about paths that one of these takes.
pub(super) fn read(mut rewrite: Fields<'_>, asked: &[PathPattern]) -> Result<Rewrite, Unread> {
    let unread = rewrite.unread("", "it isn't known what this makes of paths");
    let pattern = rewrite.needed_text("pattern")?;
    let substitution = rewrite.needed_text("substitution")?;
    rewrite.done()?;
    let regex = Regex::parse(pattern).map_err(|_| unread.clone())?;
    let body = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    let body = body.ok_or_else(|| unread.clone())?;
    let inner = body.strip_prefix("(?:").and_then(|rest| rest.strip_suffix(')'));
    let found = [Some(body), inner].into_iter().flatten().find_map(pattern_of);
    let (pattern, groups) = found.ok_or_else(|| unread.clone())?;
    let template = template_of(substitution, &groups).ok_or_else(|| unread.clone())?;
    let pattern = PathPattern::parse(&pattern).map_err(|_| unread.clone())?;
    // What was understood is what is written: of the paths that come here both mean the same.
    let is_same = self::asked(asked).and_then(|asked| {
        let (ours, theirs) =
            (StringSet::path(&pattern)?.meet(&asked)?, StringSet::regex(&regex)?.meet(&asked)?);
        Ok(ours.is_subset(&theirs)? && theirs.is_subset(&ours)?)
    });
    if is_same.is_ok_and(|is_same| is_same) { Ok(Rewrite { pattern, template }) } else { Err(unread) }
}

/// The paths that one of the patterns takes.
fn asked(patterns: &[PathPattern]) -> Result<StringSet, TooLarge> {
    let each = patterns.iter().map(StringSet::path).collect::<Result<Vec<_>, _>>()?;
    StringSet::paths()?.meet(&StringSet::join_all(&each)?)
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
