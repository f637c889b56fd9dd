//! The match of one disjunct on its way.
//!
//! Istio's match has one place each for the path, the method and the host, and one for each header's name. What comes
//! together here is put there when it is complete.

use crate::string_match::{StringMatch, alternatives};
use crate::text::without_query;
use crate::virtual_service::HttpMatch;
use gloo_domain::{Method, MethodSet, PathPattern};
use std::collections::{BTreeMap, BTreeSet};

/// The longest expression that Istio takes (`validateStringRegexp`).
const MAX_REGEX: usize = 1024;

/// What a disjunct asks for.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) methods: MethodSet,
    /// All of these.
    pub(crate) paths: Vec<PathPattern>,
    /// None of these.
    pub(crate) not_paths: Vec<PathPattern>,
    pub(crate) headers: BTreeMap<String, HeaderDraft>,
    /// All of these, by name.
    pub(crate) queries: BTreeMap<String, StringMatch>,
    /// What the path with its query must match besides.
    pub(crate) lines: Vec<String>,
    /// What it may not match.
    pub(crate) not_lines: Vec<String>,
    pub(crate) hosts: BTreeSet<String>,
    pub(crate) not_hosts: BTreeSet<String>,
    pub(crate) port: Option<u16>,
}

/// What is asked of one header.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderDraft {
    /// Each of these is met by some value.
    pub(crate) wanted: BTreeSet<StringMatch>,
    /// No value meets any of these.
    pub(crate) unwanted: BTreeSet<StringMatch>,
    /// Whether some of the unwanted hold for the empty text. Envoy takes an absent header for an empty one there.
    pub(crate) unwanted_empty: bool,
    /// There is none.
    pub(crate) absent: bool,
}

/// Why a match can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Too many conditions on one attribute.
    TooMany(&'static str),
    /// An expression that is too long.
    TooLong,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            methods: MethodSet::ALL,
            paths: Vec::new(),
            not_paths: Vec::new(),
            headers: BTreeMap::new(),
            queries: BTreeMap::new(),
            lines: Vec::new(),
            not_lines: Vec::new(),
            hosts: BTreeSet::new(),
            not_hosts: BTreeSet::new(),
            port: None,
        }
    }
}

impl Draft {
    /// The header of that name.
    pub(crate) fn header(&mut self, name: &str) -> &mut HeaderDraft {
        self.headers.entry(name.to_owned()).or_default()
    }

    /// The matches that together say the same; none if no request meets it.
    ///
    /// # Errors
    /// Istio has no place for it.
    pub(crate) fn finish(mut self) -> Result<Vec<HttpMatch>, Limit> {
        if self.methods.is_empty() || !self.settle_paths() {
            return Ok(Vec::new());
        }
        let mut base =
            HttpMatch { port: self.port, query_params: self.queries.clone(), ..HttpMatch::default() };
        let uris = self.uris();
        self.finish_method(&mut base);
        self.finish_lines(&mut base)?;
        self.finish_hosts(&mut base)?;
        let mut matches = vec![base];
        for (name, header) in std::mem::take(&mut self.headers) {
            matches = header.finish(&name, matches)?;
        }
        let with_uri = |found: HttpMatch| {
            uris.iter().map(move |(uri, ignore_case)| HttpMatch {
                uri: uri.clone(),
                ignore_uri_case: *ignore_case,
                ..found.clone()
            })
        };
        let matches: Vec<HttpMatch> = matches.into_iter().flat_map(with_uri).collect();
        if matches.iter().any(has_long_regex) { Err(Limit::TooLong) } else { Ok(matches) }
    }

    /// Leaves out paths that others imply; false if no path meets all.
    fn settle_paths(&mut self) -> bool {
        self.paths.retain(|path| !path.is_everything());
        self.paths.sort_by_key(|path| path.as_exact().is_none());
        self.paths.dedup();
        if let Some(exact) =
            self.paths.first().filter(|path| !path.ignores_case()).and_then(PathPattern::as_exact)
        {
            let met = self.paths.iter().all(|path| path.contains(&exact));
            let refused = self.not_paths.iter().any(|path| path.contains(&exact));
            self.paths.truncate(1);
            self.not_paths.clear();
            return met && !refused;
        }
        let all = self.paths.clone();
        self.paths.retain(|path| !all.iter().any(|other| other != path && lies_below(other, path)));
        !self.not_paths.iter().any(PathPattern::is_everything)
    }

    /// The ways to ask for the first path. Istio's `prefix` is one of characters, so whole segments take two.
    fn uris(&mut self) -> Vec<(Option<StringMatch>, bool)> {
        if self.paths.is_empty() {
            return vec![(None, false)];
        }
        let path = self.paths.remove(0);
        let ignore = path.ignores_case();
        if let Some(exact) = path.as_exact() {
            return vec![(Some(StringMatch::Exact(exact)), ignore)];
        }
        if let Some(prefix) = path.as_string_prefix() {
            return vec![(Some(StringMatch::Prefix(prefix)), ignore)];
        }
        if let Some(prefix) = path.as_segment_prefix() {
            let below = format!("{prefix}/");
            return vec![
                (Some(StringMatch::Exact(prefix)), ignore),
                (Some(StringMatch::Prefix(below)), ignore),
            ];
        }
        // Istio reads no case into an expression; the pattern's own has it.
        vec![(Some(StringMatch::Regex(path.to_regex())), false)]
    }

    fn finish_method(&self, found: &mut HttpMatch) {
        if self.methods == MethodSet::ALL {
            return;
        }
        // `Other` stands for all methods that a program can't name: they are had by leaving the nine out.
        let others = self.methods.contains(Method::Other);
        let named = Method::ALL.into_iter().filter(|method| *method != Method::Other);
        let listed = named.filter(|method| self.methods.contains(*method) != others).map(Method::as_str);
        let listed = StringMatch::any_of(listed);
        if others {
            found.without_headers.insert(":method".to_owned(), listed);
        } else {
            found.method = Some(listed);
        }
    }

    fn finish_lines(&mut self, found: &mut HttpMatch) -> Result<(), Limit> {
        let line = |path: &PathPattern| format!("(?:{})(?:\\?.*)?", without_query(&path.to_regex()));
        let wanted: Vec<String> = self.paths.iter().map(line).chain(self.lines.drain(..)).collect();
        match wanted.as_slice() {
            [] => {}
            [one] => {
                found.headers.insert(":path".to_owned(), StringMatch::Regex(one.clone()));
            }
            _ => return Err(Limit::TooMany("the path")),
        }
        let unwanted: BTreeSet<String> =
            self.not_paths.iter().map(line).chain(self.not_lines.drain(..)).collect();
        if !unwanted.is_empty() {
            found.without_headers.insert(":path".to_owned(), StringMatch::Regex(alternatives(unwanted)));
        }
        Ok(())
    }

    fn finish_hosts(&self, found: &mut HttpMatch) -> Result<(), Limit> {
        let mut wanted = self.hosts.iter().cloned().map(StringMatch::Regex);
        found.authority = wanted.next();
        if let Some(second) = wanted.next() {
            found.headers.insert(":authority".to_owned(), second);
        }
        if wanted.next().is_some() {
            return Err(Limit::TooMany("the host"));
        }
        if !self.not_hosts.is_empty() {
            let unwanted = alternatives(self.not_hosts.iter().cloned());
            found.without_headers.insert(":authority".to_owned(), StringMatch::Regex(unwanted));
        }
        Ok(())
    }
}

impl HeaderDraft {
    /// Puts the header into each match.
    fn finish(mut self, name: &str, matches: Vec<HttpMatch>) -> Result<Vec<HttpMatch>, Limit> {
        if self.absent {
            let impossible = !self.wanted.is_empty();
            let without = |mut found: HttpMatch| {
                found.without_headers.insert(name.to_owned(), StringMatch::Present);
                found
            };
            return Ok(if impossible { Vec::new() } else { matches.into_iter().map(without).collect() });
        }
        if self.wanted.len() > 1 {
            self.wanted.remove(&StringMatch::Present);
        }
        let mut split = Vec::new();
        if self.unwanted_empty && self.wanted.is_empty() {
            // Absent, or there and not so: Envoy would take the absent header for an empty one, which isn't wanted.
            let absent = Self { absent: true, ..Self::default() };
            split = absent.finish(name, matches.clone())?;
            self.wanted.insert(StringMatch::Present);
        }
        let spellings = spellings(name, self.wanted.len()).ok_or(Limit::TooMany("a header"))?;
        let unwanted = match self.unwanted.len() {
            0 => None,
            1 => self.unwanted.pop_first(),
            _ => Some(StringMatch::Regex(alternatives(self.unwanted.iter().map(StringMatch::to_regex)))),
        };
        let put = |mut found: HttpMatch| {
            found.headers.extend(spellings.iter().cloned().zip(self.wanted.iter().cloned()));
            found.without_headers.extend(unwanted.clone().map(|unwanted| (name.to_owned(), unwanted)));
            found
        };
        Ok(matches.into_iter().map(put).chain(split).collect())
    }
}

/// So many spellings of a header's name that differ in case: Istio keeps them apart in its map, and Envoy takes them for
/// the same header, so that each can be asked for something.
fn spellings(name: &str, count: usize) -> Option<Vec<String>> {
    let letters: Vec<usize> =
        name.char_indices().filter(|(_, c)| c.is_ascii_lowercase()).map(|(index, _)| index).collect();
    let most = 1_usize.checked_shl(u32::try_from(letters.len()).unwrap_or(0)).unwrap_or(usize::MAX);
    if count > most {
        return None;
    }
    let spelling = |number: usize| {
        let raised: Vec<usize> = letters
            .iter()
            .enumerate()
            .filter(|(bit, _)| number >> bit & 1 == 1)
            .map(|(_, index)| *index)
            .collect();
        let spell =
            |(index, c): (usize, char)| if raised.contains(&index) { c.to_ascii_uppercase() } else { c };
        name.char_indices().map(spell).collect()
    };
    Some((0..count).map(spelling).collect())
}

/// Whether `inner` is written so that all its paths lie in `outer`, which ends in `**`.
fn lies_below(inner: &PathPattern, outer: &PathPattern) -> bool {
    let Some(prefix) = outer.as_segment_prefix() else { return false };
    let written = inner.to_string();
    // Only the bare form begins with a slash.
    written.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn has_long_regex(found: &HttpMatch) -> bool {
    let single = [&found.uri, &found.method, &found.authority].into_iter().flatten();
    let maps = [&found.headers, &found.without_headers, &found.query_params];
    single
        .chain(maps.into_iter().flat_map(BTreeMap::values))
        .any(|text| matches!(text, StringMatch::Regex(regex) if regex.len() > MAX_REGEX))
}
