//! Rewritten paths: a regular expression over the path and what replaces it, read back into a pattern and a template.

use gloo_domain::{PathPattern, PathTemplate, Regex, StringSet};
use gloo_target::{Unread, rewrite};

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
    let (pattern, template) = rewrite(body, substitution).ok_or_else(|| unread.clone())?;
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
