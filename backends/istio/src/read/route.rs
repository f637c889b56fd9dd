//! VirtualServices at a server for requests: a host goes by the most specific, and of its rules the first that matches
//! decides; what none matches is answered 404.

use super::server::Server;
use super::{Site, action, host, request_match};
use gloo_domain::{HostPattern, PathPattern, Regex, StringSet};
use gloo_ir::{
    Action, Attachment, Match, PathMode, Predicate, Redirect, Respond, Rule, Table, TableId, Test,
};
use gloo_target::{Fields, Unread};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// The tables of a server, one for each host.
pub(super) fn read(site: &Site<'_>, server: &Server) -> Result<Vec<Table>, Unread> {
    let mut found: Vec<(HostPattern, Table)> = Vec::new();
    for object in &site.world.services {
        let mut spec = object.spec()?;
        if !binds(&mut spec, object.namespace, server)? {
            continue;
        }
        let mut hosts = Vec::new();
        for text in spec.texts("hosts")? {
            let pattern = host::pattern(text);
            hosts.push(pattern.ok_or_else(|| spec.unread("hosts", format!("`{text}` is no host")))?);
        }
        let hosts = host::common(&server.hosts, object.namespace, &hosts);
        let routes = spec.objects("http")?;
        // What is said of connections is none of a server's for requests.
        spec.ignore(&["tls", "tcp"]);
        let several = spec.unread("hosts", "which of the hosts a patch finds isn't known");
        let twice =
            spec.unread("hosts", "two VirtualServices for a host are joined in the order of their age");
        let strict = spec.unread("http", "paths are not refused that the program refuses");
        spec.done()?;
        let rules = routes.len();
        let mut read = Rules { site, server, hosts: &hosts, refuses: false, rules: Vec::new() };
        for route in routes {
            read.add(route)?;
        }
        // Istio leaves out a VirtualService that has no rule for the server.
        if rules == 0 || (read.rules.is_empty() && !read.refuses) {
            continue;
        }
        if !hosts.is_empty() && site.base.paths() == PathMode::Strict && !read.refuses {
            return Err(strict);
        }
        let is_patched = |host: &HostPattern| {
            let name = virtual_host(host, server);
            site.patches.routes.iter().any(|patch| patch.virtual_host == name)
        };
        if hosts.len() > 1 && hosts.iter().any(is_patched) {
            return Err(several);
        }
        for host in &hosts {
            if found.iter().any(|(other, _)| other == host) {
                return Err(twice);
            }
            found.push((host.clone(), table(site, server, host, read.rules.clone())));
        }
    }
    // A host that no table is for is answered 404 too.
    let covered = |host: &HostPattern| found.iter().any(|(other, _)| other != host && other.covers(host));
    let kept = found.iter().filter(|(host, table)| covered(host) || !table.rules.iter().all(is_not_found));
    Ok(kept.map(|(_, table)| table.clone()).collect())
}

/// Whether a VirtualService is for a server's Gateway. A name without a namespace is of its own.
pub(super) fn binds(spec: &mut Fields<'_>, namespace: &str, server: &Server) -> Result<bool, Unread> {
    let full = |name: &str| if name.contains('/') { name.to_owned() } else { format!("{namespace}/{name}") };
    Ok(spec
        .texts("gateways")?
        .into_iter()
        .filter(|name| *name != "mesh")
        .any(|name| full(name) == server.gateway))
}

/// What Istio calls the virtual host of a host.
pub(super) fn virtual_host(host: &HostPattern, server: &Server) -> String {
    format!("{host}:{}", server.listener.port)
}

fn table(site: &Site<'_>, server: &Server, host: &HostPattern, rules: Vec<Rule>) -> Table {
    Table {
        id: TableId::new(format!("{}.{} {host}", site.gateway.id, server.listener.name)),
        place: site.place(),
        doc: None,
        attachment: Attachment::Gateway {
            gateway: site.gateway.id.clone(),
            listeners: vec![server.listener.name.clone()],
            hosts: vec![site.at(host.clone())],
            clusters: BTreeSet::from([site.cluster.clone()]),
        },
        rules,
    }
}

/// Rules as they are read.
struct Rules<'r> {
    site: &'r Site<'r>,
    server: &'r Server,
    hosts: &'r [HostPattern],
    /// Whether the first refuses what strict paths refuse.
    refuses: bool,
    rules: Vec<Rule>,
}

impl Rules<'_> {
    /// Adds what a route comes to.
    fn add(&mut self, mut route: Fields<'_>) -> Result<(), Unread> {
        let matches = route.objects("match")?;
        let is_open = matches.is_empty();
        let mut any = Vec::new();
        for matched in matches {
            any.extend(request_match::read(self.site, self.server, matched)?);
        }
        let matched = if is_open { Predicate::always() } else { Predicate::Any(any) };
        let odd = route.unread("rewrite", "it isn't known what this makes of some paths of the rule");
        let read = action::read(self.site, self.server, self.hosts, route)?;
        if let Some(rewrite) = &read.rewrite
            && paths(&matched).and_then(|paths| paths.is_disjoint(&rewrite.beyond).ok()) != Some(true)
        {
            return Err(odd);
        }
        if self.site.base.paths() == PathMode::Strict
            && self.rules.is_empty()
            && is_refusal(&matched, &read.action)
        {
            self.refuses = true;
        } else if matched != Predicate::Any(Vec::new()) {
            self.push(matched, read);
        }
        Ok(())
    }

    /// Adds a route's rules: where its paths are rewritten by an expression, one for those that it takes, one for the
    /// rest.
    fn push(&mut self, matched: Predicate, read: action::Read) {
        let Some(rewrite) = read.rewrite else {
            self.one(PathPattern::everything(), matched, read.action, read.options);
            return;
        };
        self.one(rewrite.pattern, matched.clone(), read.action.clone(), read.options.clone());
        let mut options = read.options;
        options.rewrite = None;
        let action = match read.action {
            Action::Redirect(redirect) => Action::Redirect(Redirect { path: None, ..redirect }),
            action => action,
        };
        self.one(PathPattern::everything(), matched, action, options);
    }

    fn one(&mut self, path: PathPattern, condition: Predicate, action: Action, options: gloo_ir::Options) {
        let number = u32::try_from(self.rules.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.rules.push(Rule {
            place: self.site.place(),
            doc: None,
            name: None,
            number,
            matches: Match::Http { methods: Vec::new(), path, condition },
            action: self.site.at(action),
            options,
        });
    }
}

/// The paths that requests can have for which this holds, or more.
fn paths(matched: &Predicate) -> Option<StringSet> {
    match matched {
        Predicate::Any(parts) => {
            let sets = parts.iter().map(paths).collect::<Option<Vec<_>>>()?;
            StringSet::join_all(&sets).ok()
        }
        Predicate::All(parts) => {
            let mut found = StringSet::paths().ok()?;
            for part in parts {
                if let Predicate::Test(Test::Path(patterns)) = part {
                    let sets =
                        patterns.iter().map(|path| StringSet::path(path).ok()).collect::<Option<Vec<_>>>()?;
                    found = found.meet(&StringSet::join_all(&sets).ok()?).ok()?;
                }
            }
            Some(found)
        }
        Predicate::Not(_) | Predicate::Test(_) => StringSet::paths().ok(),
    }
}

/// Whether a rule answers 404 to everything.
fn is_not_found(rule: &Rule) -> bool {
    matches!(&rule.action.value, Action::Respond(Respond { status: 404, body: None, grpc: None }))
        && rule.options == gloo_ir::Options::default()
}

/// Whether a route refuses the paths that strict paths refuse and that Envoy lets through, and no others.
fn is_refusal(matched: &Predicate, action: &Action) -> bool {
    if !matches!(action, Action::Respond(Respond { status: 400, body: None, grpc: None })) {
        return false;
    }
    let Predicate::Any(parts) = matched else { return false };
    let [Predicate::All(parts)] = parts.as_slice() else { return false };
    let [Predicate::Test(Test::Path(paths))] = parts.as_slice() else { return false };
    let [path] = paths.as_slice() else { return false };
    let mut known = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(path.clone()).or_insert_with(|| refuses_exactly(path).unwrap_or(false))
}

/// What is known of expressions: every route that refuses paths has the same one.
static REFUSALS: Mutex<BTreeMap<PathPattern, bool>> = Mutex::new(BTreeMap::new());

/// The paths that Envoy refuses or changes by itself, in the mode of strict paths: they never come to a route.
const CHANGED: &str = concat!(
    r"/[^?#]*(?:%(?:2[FfDdEe]|5[CcFf]|00|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|7[Ee])[^?#]*",
    r#"|[\x00-\x20"<>\\^`{|}\x7f-\x{10FFFF}][^?#]*"#,
    r"|/\.{1,2}(?:/[^?#]*)?|[^/?#]//[^?#]*)|/\.{1,2}(?:/[^?#]*)?",
);

pub(super) fn refuses_exactly(path: &PathPattern) -> Option<bool> {
    let refused = StringSet::path(path).ok()?;
    let strict = StringSet::strict_paths().ok()?;
    let set = |source: &str| StringSet::regex(&Regex::parse(source).ok()?).ok();
    let all = set("/[^?#]*")?.minus(&set(CHANGED)?).ok()?;
    let wanted = all.minus(&strict).ok()?;
    Some(refused.is_disjoint(&strict).ok()? && wanted.is_subset(&refused).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strict_paths_refuse_must_be_refused() {
        let refused = |source: &str| refuses_exactly(&PathPattern::regex(source).unwrap());
        let whole = r".*(?:%(?:[^0-9A-Fa-f].*|[0-9A-Fa-f][^0-9A-Fa-f].*|[0-9A-Fa-f]?)|/\.[^/]*;.*|//.*)";
        assert_eq!(refused(whole), Some(true));
        for part in [r"|/\.[^/]*;.*", "|//.*", "|[0-9A-Fa-f]?"] {
            assert_eq!(refused(&whole.replace(part, "")), Some(false), "{part}");
        }
        assert_eq!(refused(".*"), Some(false));
    }
}
