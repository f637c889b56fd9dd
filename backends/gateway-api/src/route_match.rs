//! Conjuncts as matches of an HTTPRoute.

use gloo_domain::{HostPattern, Method, PathPattern, StringSet};
use gloo_ir::{ListenerProtocol, Test, TextAttribute, TextTest};
use gloo_target::Conjunct;

/// What a rule's match can ask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteMatch {
    /// The path.
    pub path: PathMatch,
    /// The method; any, if absent.
    pub method: Option<Method>,
    /// Headers by name.
    pub headers: Vec<(String, ValueMatch)>,
    /// Query keys.
    pub queries: Vec<(String, ValueMatch)>,
    /// Cookies; asked by a filter of the rule, so that matches with other cookies need another rule.
    pub cookies: Vec<(String, ValueMatch)>,
}

/// How a path is matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathMatch {
    /// The path is that.
    Exact(String),
    /// RE2, the whole path.
    Regex(String),
    /// The path begins with these segments; `/` is every path.
    Prefix(String),
}

/// How a value is matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueMatch {
    /// The value is that.
    Exact(String),
    /// RE2, the whole value.
    Regex(String),
}

/// A test that HTTPRoutes can't ask: what it is, and what would work.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsayable {
    /// In the user's words.
    pub construct: String,
    /// What would work.
    pub instead: &'static str,
}

/// Where a rule is served, which decides some tests beforehand.
pub struct Served<'h> {
    /// The host of the virtual host.
    pub host: &'h HostPattern,
    /// What the listener speaks.
    pub protocol: ListenerProtocol,
    /// The listener's port.
    pub port: u16,
}

/// The matches that together are one conjunct.
pub fn matches(conjunct: &Conjunct, served: &Served<'_>) -> Result<Vec<RouteMatch>, Unsayable> {
    let mut methods: Option<Vec<Method>> = None;
    let mut paths: Vec<PathPattern> = Vec::new();
    let mut no_path = true;
    let mut excluded: Vec<&PathPattern> = Vec::new();
    let mut texts: Vec<(&TextAttribute, Vec<ValueMatch>)> = Vec::new();
    for literal in &conjunct.literals {
        match (&literal.test, literal.negated) {
            (Test::Method(list), false) => {
                let known = methods.take();
                methods = Some(
                    list.iter()
                        .copied()
                        .filter(|one| known.as_ref().is_none_or(|all| all.contains(one)))
                        .collect(),
                );
            }
            (Test::Method(list), true) if methods.as_ref().is_some() => {
                methods = methods.map(|known| known.into_iter().filter(|one| !list.contains(one)).collect());
            }
            (Test::Method(_), true) => {
                return Err(Unsayable {
                    construct: "a method that is not one of a list".to_owned(),
                    instead: "name the methods that match, as in `GET|HEAD`",
                });
            }
            (Test::Path(list), false) if no_path => {
                paths = list.clone();
                no_path = false;
            }
            (Test::Path(list), false) => paths = meet(&paths, list)?,
            (Test::Path(list), true) => excluded.extend(list),
            (Test::Host(hosts), negated) => match decided(hosts, served.host) {
                Some(holds) if holds != negated => {}
                Some(_) => return Ok(Vec::new()),
                None => {
                    return Err(Unsayable {
                        construct: format!("a test of the host in a table for `{}`", served.host),
                        instead: "write a table for each host",
                    });
                }
            },
            (Test::Port(ports), negated) => {
                if ports.contains(served.port) == negated {
                    return Ok(Vec::new());
                }
            }
            (Test::SchemeIsHttps, negated) => {
                if (served.protocol == ListenerProtocol::Https) == negated {
                    return Ok(Vec::new());
                }
            }
            (Test::Text(attribute, test), false) => {
                if texts.iter().any(|(known, _)| *known == attribute) {
                    return Err(Unsayable {
                        construct: format!("two tests of {} in one rule", name(attribute)),
                        instead: "ask it once, for example with `matches`",
                    });
                }
                texts.push((attribute, values(attribute, test)?));
            }
            (Test::Text(attribute, _), true) => {
                return Err(Unsayable {
                    construct: format!("a rule for requests where {} is not as tested", name(attribute)),
                    instead: "put a rule for the requests where it is so before this one, and leave the test out here",
                });
            }
            (other, _) => return Err(unsayable(other)),
        }
    }
    if no_path {
        paths = vec![everything()?];
    }
    let paths = without(paths, &excluded)?;
    let methods = methods.map_or_else(|| vec![None], |methods| methods.into_iter().map(Some).collect());
    let mut all = Vec::new();
    for path in &paths {
        let path = path_match(path);
        for method in &methods {
            expand(&path, *method, &texts, &mut all);
        }
    }
    Ok(all)
}

/// All combinations of the values that each attribute may have.
fn expand(
    path: &PathMatch,
    method: Option<Method>,
    texts: &[(&TextAttribute, Vec<ValueMatch>)],
    all: &mut Vec<RouteMatch>,
) {
    let base = RouteMatch {
        path: path.clone(),
        method,
        headers: Vec::new(),
        queries: Vec::new(),
        cookies: Vec::new(),
    };
    let mut built = vec![base];
    for (attribute, values) in texts {
        let mut next = Vec::new();
        for one in built {
            for value in values {
                let mut one = one.clone();
                match attribute {
                    TextAttribute::Header(name) => one.headers.push((name.clone(), value.clone())),
                    TextAttribute::Query(name) => one.queries.push((name.clone(), value.clone())),
                    TextAttribute::Cookie(name) => one.cookies.push((name.clone(), value.clone())),
                    _ => {}
                }
                next.push(one);
            }
        }
        built = next;
    }
    all.extend(built);
}

/// The values that meet a test, as alternatives.
fn values(attribute: &TextAttribute, test: &TextTest) -> Result<Vec<ValueMatch>, Unsayable> {
    if !matches!(attribute, TextAttribute::Header(_) | TextAttribute::Query(_) | TextAttribute::Cookie(_)) {
        return Err(Unsayable {
            construct: format!("a route by {}", name(attribute)),
            instead: "route by headers, query or cookies, or use a cluster with an Envoy or Istio backend",
        });
    }
    let regex = |text: String| vec![ValueMatch::Regex(text)];
    Ok(match test {
        TextTest::Present => regex(".*".to_owned()),
        TextTest::Equals(values) => values
            .iter()
            .map(|value| match value.as_str() {
                // The schemas refuse an empty value.
                "" => ValueMatch::Regex("^$".to_owned()),
                value => ValueMatch::Exact(value.to_owned()),
            })
            .collect(),
        TextTest::Matches(pattern) => regex(pattern.to_embeddable()),
        TextTest::Contains(text) => regex(format!(".*{}.*", gloo_domain::escaped(text))),
        TextTest::StartsWith(text) => regex(format!("{}.*", gloo_domain::escaped(text))),
        TextTest::EndsWith(text) => regex(format!(".*{}", gloo_domain::escaped(text))),
        TextTest::Differs(_) => {
            return Err(Unsayable {
                construct: format!("a rule for requests where {} differs", name(attribute)),
                instead: "put a rule for the requests where it is equal before this one",
            });
        }
    })
}

/// Whether the host of a table is one of these, if that is the same for all its hosts.
fn decided(hosts: &[HostPattern], served: &HostPattern) -> Option<bool> {
    if hosts.iter().any(|host| host.covers(served)) {
        return Some(true);
    }
    (!hosts.iter().any(|host| host.meets(served))).then_some(false)
}

/// The paths of both lists, where each pair is nested or disjoint.
fn meet(one: &[PathPattern], other: &[PathPattern]) -> Result<Vec<PathPattern>, Unsayable> {
    let mut both = Vec::new();
    for first in one {
        for second in other {
            match relation(first, second) {
                Some(Relation::Within) => both.push(first.clone()),
                Some(Relation::Around) => both.push(second.clone()),
                Some(Relation::Apart) => {}
                None => return Err(overlapping(first, second)),
            }
        }
    }
    both.sort();
    both.dedup();
    Ok(both)
}

/// The paths without those excluded, where that takes away a path whole or not at all.
fn without(paths: Vec<PathPattern>, excluded: &[&PathPattern]) -> Result<Vec<PathPattern>, Unsayable> {
    let mut kept = Vec::new();
    'paths: for path in paths {
        for out in excluded {
            match relation(&path, out) {
                Some(Relation::Within) => continue 'paths,
                Some(Relation::Apart) => {}
                _ => {
                    return Err(Unsayable {
                        construct: format!("`{path}` without `{out}`"),
                        instead: "put a rule for the paths left out before this one",
                    });
                }
            }
        }
        kept.push(path);
    }
    Ok(kept)
}

enum Relation {
    Within,
    Around,
    Apart,
}

fn relation(one: &PathPattern, other: &PathPattern) -> Option<Relation> {
    let (one, other) = (StringSet::path(one).ok()?, StringSet::path(other).ok()?);
    if one.is_subset(&other).ok()? {
        Some(Relation::Within)
    } else if other.is_subset(&one).ok()? {
        Some(Relation::Around)
    } else {
        one.is_disjoint(&other).ok()?.then_some(Relation::Apart)
    }
}

fn overlapping(one: &PathPattern, other: &PathPattern) -> Unsayable {
    Unsayable {
        construct: format!("a path in both `{one}` and `{other}`"),
        instead: "say it by one pattern, for example with `regex`",
    }
}

fn everything() -> Result<PathPattern, Unsayable> {
    PathPattern::parse("/**")
        .map_err(|_| Unsayable { construct: "a rule without path".to_owned(), instead: "write `/**`" })
}

fn path_match(path: &PathPattern) -> PathMatch {
    if path.is_everything() {
        return PathMatch::Prefix("/".to_owned());
    }
    if !path.ignores_case() {
        if let Some(exact) = path.as_exact() {
            return PathMatch::Exact(exact);
        }
        if let Some(prefix) = path.as_segment_prefix() {
            return PathMatch::Prefix(prefix);
        }
    }
    PathMatch::Regex(path.to_regex())
}

fn name(attribute: &TextAttribute) -> String {
    match attribute {
        TextAttribute::Header(name) => format!("header `{name}`"),
        TextAttribute::Query(name) => format!("query `{name}`"),
        TextAttribute::Cookie(name) => format!("cookie `{name}`"),
        TextAttribute::Claim { provider, name } => format!("`{provider}.claim(\"{name}\")`"),
        TextAttribute::ClientCertificateUri => "`client.cert.uri`".to_owned(),
        TextAttribute::ClientCertificateDns => "`client.cert.dns`".to_owned(),
        TextAttribute::ServerName => "`tls.sni`".to_owned(),
    }
}

fn unsayable(test: &Test) -> Unsayable {
    let construct = match test {
        Test::Address(..) => "a route by address",
        Test::HostMatches(_) => "a route by a pattern of the host",
        Test::Source(_) | Test::SourceNamespace(_) | Test::SourceCluster(_) => "a route by source",
        _ => "this test",
    };
    Unsayable {
        construct: construct.to_owned(),
        instead: "route by headers, query or cookies, or use a cluster with an Envoy or Istio backend",
    }
}
