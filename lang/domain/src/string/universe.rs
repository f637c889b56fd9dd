//! Which texts an attribute can have at all.

use super::StringSet;
use crate::{Regex, TooLarge};
use std::sync::LazyLock;

type Set = Result<StringSet, TooLarge>;

pub(super) fn paths() -> Set {
    static PATHS: LazyLock<Set> = LazyLock::new(|| set(r"/[^\x00-\x20\x7F?#]*"));
    PATHS.clone()
}

/// What "Paths, strict" of the language's meaning leaves. `%` begins an escape and nothing else, so the escapes that are
/// refused or decoded can be looked for as texts.
pub(super) fn strict_paths() -> Set {
    static STRICT: LazyLock<Set> = LazyLock::new(|| {
        let visible = r##"[!-"$&-.0->@-\[\]-~]|%[0-9A-Fa-f]{2}"##;
        let well_formed = set(&format!("/(?:(?:{visible})+/)*(?:{visible})*"))?;
        let refused_escapes = set(".*%(?:00|2[Ff]|5[Cc]).*")?;
        let decoded_escapes = set(".*%(?:2[DEde]|3[0-9]|4[1-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae]).*")?;
        let dot_segments = set(r".*/\.{1,2}(?:/.*)?")?;
        let dots_with_parameters = set(r".*/\.[^/]*;.*")?;
        let excluded = [refused_escapes, decoded_escapes, dot_segments, dots_with_parameters];
        well_formed.minus(&StringSet::join_all(&excluded)?)
    });
    STRICT.clone()
}

pub(super) fn header_values() -> Set {
    static VALUES: LazyLock<Set> = LazyLock::new(|| {
        let visible = r"[^\x00-\x20\x7F]";
        set(&format!(r"(?:{visible}(?:(?:{visible}|[ \t])*{visible})?)?"))
    });
    VALUES.clone()
}

pub(super) fn ascii() -> Set {
    static ASCII: LazyLock<Set> = LazyLock::new(|| set(r"[\x00-\x7F]*"));
    ASCII.clone()
}

fn set(regex: &str) -> Set {
    StringSet::regex(&Regex::parse(regex).map_err(|_| TooLarge { limit: 0 })?)
}
