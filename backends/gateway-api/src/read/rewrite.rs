//! Rewritten paths: a regular expression over the path and what replaces it, read back into a pattern and a template.

use gloo_domain::{PathPattern, PathTemplate, Regex, StringSet, TooLarge};
use gloo_target::{Fields, Unread, rewrite as rewrite_of};

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
    let found = [Some(body), inner].into_iter().flatten().find_map(|body| rewrite_of(body, substitution));
    let (pattern, template) = found.ok_or_else(|| unread.clone())?;
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
