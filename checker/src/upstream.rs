//! The paths that services see of the requests of a rule.

use gloo_domain::{PathPattern, PathTemplate, Preimage, StringSet};
use gloo_ir::evaluate::Request;
use gloo_ir::normal_form::grpc_path;
use gloo_ir::texts::TextKind;
use gloo_ir::{Match, PathMode, Rule};

/// What a rule takes, and what it makes of it.
pub(crate) struct Upstream<'a> {
    from: PathPattern,
    rewrite: Option<&'a PathTemplate>,
}

impl<'a> Upstream<'a> {
    /// Those of a rule; nothing for connections.
    pub fn of(rule: &'a Rule) -> Option<Self> {
        let from = match &rule.matches {
            Match::Http { path, .. } => path.clone(),
            Match::Grpc { service, method, .. } => grpc_path(service, method.as_deref())?,
            Match::Connection { .. } => return None,
            Match::Otherwise => PathPattern::parse("/**").ok()?,
        };
        Some(Self { from, rewrite: rule.options.rewrite.as_ref().map(|template| &template.value) })
    }

    /// A path that services may see of both rules, the shortest that their patterns have in common.
    pub fn common(&self, other: &Self, mode: PathMode) -> Option<String> {
        let universe = TextKind::Path(mode).universe().ok()?;
        let set = self.sent()?.meet(&other.sent()?).ok()?.meet(&universe).ok()?;
        set.witness()
    }

    /// At least the paths that services see.
    fn sent(&self) -> Option<StringSet> {
        let of = |pattern: &PathPattern| StringSet::path(pattern).ok();
        match self.rewrite {
            None => of(&self.from),
            // What it takes from the match is written as a pattern writes it.
            Some(template) => match template.as_exact() {
                Some(path) => Some(StringSet::literal(&path)),
                None => of(&PathPattern::parse(&template.to_string()).ok()?),
            },
        }
    }

    /// Paths that come to services as this one, among those that the rule's pattern holds.
    pub fn paths_of(&self, sent: &str, mode: PathMode) -> Vec<String> {
        let Some(template) = self.rewrite else {
            return if self.from.contains(sent) { vec![sent.to_owned()] } else { Vec::new() };
        };
        let before = PathPattern::parse(sent).ok().and_then(|of| template.preimage(&self.from, &of));
        let Some(Preimage::Within(pattern)) = before else { return Vec::new() };
        let universe = TextKind::Path(mode).universe();
        let sets = [StringSet::path(&self.from), StringSet::path(&pattern), universe];
        let all = sets.into_iter().try_fold(StringSet::all(), |all, set| all.meet(&set?));
        all.ok().and_then(|all| all.witness()).into_iter().collect()
    }
}

/// The request with another path.
pub(crate) fn with_path(request: &Request, path: &str) -> Option<Request> {
    let mut other = request.clone();
    other.message.as_mut()?.path = path.to_owned();
    Some(other)
}
