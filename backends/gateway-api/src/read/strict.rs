//! The paths that are refused before any rule decides, and that Envoy's own normalisation lets through.

use gloo_domain::{PathPattern, Regex, StringSet, TooLarge};
use gloo_ir::{Action, Respond};
use std::sync::LazyLock;

type Set = Result<StringSet, TooLarge>;

/// Whether a rule refuses all the paths that must be refused, and no other.
pub(super) fn is_refusal(path: &PathPattern, action: &Action) -> bool {
    if !matches!(action, Action::Respond(Respond { status: 400, body: None, grpc: None })) {
        return false;
    }
    let refuses = || {
        let refused = StringSet::path(path)?;
        Ok::<_, TooLarge>(
            let_through()?.is_subset(&refused)? && refused.is_disjoint(&StringSet::strict_paths()?)?,
        )
    };
    refuses() == Ok(true)
}

/// Whether a rule takes none of the paths that must be refused: it may come before the one that refuses them.
pub(super) fn takes_none(path: &PathPattern) -> bool {
    let takes = || StringSet::path(path)?.is_disjoint(&let_through()?);
    takes() == Ok(true)
}

/// What is not a strict path and comes out of Envoy's normalisation all the same. Raw controls, spaces, bytes beyond ASCII,
/// `#`, `%00`, `%2F` and `%5C` are refused by Envoy itself; `\` becomes `/`, escapes of unreserved characters are
/// decoded, dot segments are removed and slashes merged, but for a path of nothing else (tried on Envoy).
fn let_through() -> Set {
    static LET_THROUGH: LazyLock<Set> = LazyLock::new(|| {
        let visible = set(r##"/[!-"$->@-\[\]-~]*"##)?;
        let refused = set(".*%(?:00|2[Ff]|5[Cc]).*")?;
        let decoded = set(".*%(?:2[DEde]|3[0-9]|4[1-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae]).*")?;
        let removed = set(r".*/\.{1,2}(?:/.*)?")?;
        let merged = set("..*//.*|.*//.+")?;
        let changed = StringSet::join_all(&[refused, decoded, removed, merged, StringSet::strict_paths()?])?;
        visible.minus(&changed)
    });
    LET_THROUGH.clone()
}

fn set(regex: &str) -> Set {
    StringSet::regex(&Regex::parse(regex).map_err(|_| TooLarge { limit: 0 })?)
}
