//! Rewritten paths: a regular expression over the path and what replaces it, read back into a pattern and a template.

use super::matcher;
use gloo_domain::{PathPattern, PathTemplate, StringSet, TooLarge};
use gloo_ir::{Predicate, Test};
use gloo_target::{Fields, Unread, rewrite as rewrite_of};

/// What becomes of the paths of a pattern.
pub(super) struct Rewrite {
    /// The paths; others are left as they are.
    pub pattern: PathPattern,
    /// What becomes of them.
    pub template: PathTemplate,
}

/// A `RegexMatchAndSubstitute` that takes the path as a whole: `^(?:…)$`. It is asked only about paths that meet `matched`.
pub(super) fn read(mut rewrite: Fields<'_>, matched: &Predicate) -> Result<Rewrite, Unread> {
    let unread = rewrite.unread("pattern", "it isn't known what this makes of paths");
    let pattern = rewrite.object("pattern")?.ok_or_else(|| unread.clone())?;
    let regex = matcher::expression(pattern)?;
    let substitution = rewrite.text("substitution")?.unwrap_or_default();
    rewrite.done()?;
    let body = regex
        .source()
        .strip_prefix("^(?:")
        .and_then(|rest| rest.strip_suffix(")$"))
        .ok_or_else(|| unread.clone())?;
    let (pattern, template) = rewrite_of(body, substitution).ok_or_else(|| unread.clone())?;
    // What was understood is what is written: of the paths that come here both mean the same.
    let is_same = asked(matched).and_then(|asked| {
        let (ours, theirs) =
            (StringSet::path(&pattern)?.meet(&asked)?, StringSet::regex(&regex)?.meet(&asked)?);
        Ok(ours.is_subset(&theirs)? && theirs.is_subset(&ours)?)
    });
    let is_same = is_same.is_ok_and(|is_same| is_same);
    if !is_same {
        return Err(unread);
    }
    Ok(Rewrite { pattern, template })
}

/// The paths that a route is asked about.
fn asked(matched: &Predicate) -> Result<StringSet, TooLarge> {
    let all = match matched {
        Predicate::All(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut asked = StringSet::paths()?;
    for part in all {
        if let Predicate::Test(Test::Path(patterns)) = part {
            let each = patterns.iter().map(StringSet::path).collect::<Result<Vec<_>, _>>()?;
            asked = asked.meet(&StringSet::join_all(&each)?)?;
        }
    }
    Ok(asked)
}
