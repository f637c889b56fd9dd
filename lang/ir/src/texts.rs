//! The sets of texts that tests ask for, and what a text of each kind can be at all.

use crate::{PathMode, TextAttribute, TextTest};
use gloo_domain::{HostPattern, PathPattern, Regex, StringSet, TooLarge};
use std::sync::LazyLock;

/// What kind of text it is, and so what it may be at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// A path that this normalisation hands to the rules.
    Path(PathMode),
    /// A host or server name.
    Host,
    /// The value of a query key, as written.
    Query,
    /// The value of a cookie.
    Cookie,
    /// The value of a header, a claim or a name of a certificate.
    Free,
}

impl TextKind {
    /// The kind of the values that an attribute has.
    #[must_use]
    pub fn of(attribute: &TextAttribute) -> Self {
        match attribute {
            TextAttribute::Query(_) => Self::Query,
            TextAttribute::Cookie(_) => Self::Cookie,
            TextAttribute::ServerName => Self::Host,
            TextAttribute::Header(_)
            | TextAttribute::Claim { .. }
            | TextAttribute::ClientCertificateUri
            | TextAttribute::ClientCertificateDns => Self::Free,
        }
    }

    /// All texts of this kind.
    ///
    /// # Errors
    /// Never in practice; as for all sets.
    pub fn universe(self) -> Result<StringSet, TooLarge> {
        type Universe = LazyLock<Result<StringSet, TooLarge>>;
        static HOSTS: Universe = LazyLock::new(|| {
            let label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
            expression(&format!(r"{label}(?:\.{label})*"))
        });
        static QUERY: Universe = LazyLock::new(|| expression(r"[^\x00-\x20\x7f&#]*"));
        static COOKIE: Universe = LazyLock::new(|| expression(r#"[^\x00-\x20\x7f;"]*"#));
        match self {
            Self::Path(PathMode::Strict) => StringSet::strict_paths(),
            Self::Path(PathMode::Keep) => StringSet::paths(),
            Self::Host => HOSTS.clone(),
            Self::Query => QUERY.clone(),
            Self::Cookie => COOKIE.clone(),
            Self::Free => StringSet::header_values(),
        }
    }
}

fn expression(text: &str) -> Result<StringSet, TooLarge> {
    let regex = Regex::parse(text).map_err(|_| TooLarge { limit: 0 })?;
    StringSet::regex(&regex)
}

/// The paths of any of the patterns.
///
/// # Errors
/// The set is too large.
pub fn of_paths(patterns: &[PathPattern]) -> Result<StringSet, TooLarge> {
    let sets: Vec<StringSet> = patterns.iter().map(StringSet::path).collect::<Result<_, _>>()?;
    StringSet::join_all(&sets)
}

/// The hosts of any of the patterns.
///
/// # Errors
/// The set is too large.
pub fn of_hosts(patterns: &[HostPattern]) -> Result<StringSet, TooLarge> {
    let set = |pattern: &HostPattern| match pattern {
        HostPattern::Any => Ok(StringSet::all()),
        HostPattern::Exact(name) => Ok(StringSet::literal(name.as_str())),
        HostPattern::Wildcard(name) => StringSet::suffix(&format!(".{name}")),
    };
    let sets: Vec<StringSet> = patterns.iter().map(set).collect::<Result<_, _>>()?;
    StringSet::join_all(&sets)
}

/// The single values that meet a test.
///
/// # Errors
/// The set is too large.
pub fn asked(asked: &TextTest) -> Result<StringSet, TooLarge> {
    match asked {
        TextTest::Present => Ok(StringSet::all()),
        TextTest::Equals(texts) => {
            StringSet::join_all(&texts.iter().map(|text| StringSet::literal(text)).collect::<Vec<_>>())
        }
        TextTest::Differs(texts) => self::asked(&TextTest::Equals(texts.clone()))?.complement(),
        TextTest::Matches(regex) => StringSet::regex(regex),
        TextTest::Contains(part) => StringSet::containing(part),
        TextTest::StartsWith(start) => Ok(StringSet::prefix(start)),
        TextTest::EndsWith(end) => StringSet::suffix(end),
    }
}
