//! Two tables of one host compared as wholes: which requests each of them gives which answer. That is all there is to
//! know where no policy, no access block and no table of the mesh has a say; and far less work than going through the requests.

use crate::affected::content;
use crate::atoms::{Atoms, Universe};
use crate::diagram::{Diagrams, Set, Space};
use crate::entrance::Way;
use crate::fold::{self, Verdict};
use crate::folded::sources;
use crate::formula::Formula;
use crate::opening::Opening;
use crate::table::{Turn, turns};
use crate::undecided::Undecided;
use gloo_domain::{HostPattern, PathPattern, PathTemplate};
use gloo_ir::joined::{TableEntry, joined_tables};
use gloo_ir::{
    Action, Attachment, Listener, ListenerProtocol, Match, Options, Predicate, Program, Respond, Rule, Share,
    Table,
};
use oxidd::BooleanFunction;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one table of each host on each listener.
pub(super) struct Tables<'a>(BTreeMap<(String, String, HostPattern), Option<&'a Arc<Table>>>);

impl<'a> Tables<'a> {
    /// Those of a program; nothing where more than its tables decides what becomes of requests.
    pub fn of(program: &'a Program) -> Option<Self> {
        let is_mesh = |table: &Arc<Table>| matches!(table.attachment, Attachment::Mesh { .. });
        let decides_more = !program.policies.is_empty()
            || !program.access.is_empty()
            || !program.patches.is_empty()
            || program.tables.values().any(is_mesh);
        if decides_more {
            return None;
        }
        let mut all = BTreeMap::new();
        for cluster in program.clusters.keys() {
            for joined in joined_tables(program, cluster) {
                let TableEntry::Host { gateway, listener, host } = joined.entry else { continue };
                if listener.redirect_https {
                    continue;
                }
                let key = (gateway.id.to_string(), listener.name.clone(), host.clone());
                let one = match joined.tables.as_slice() {
                    [one] => program.tables.get(&one.id),
                    _ => None,
                };
                all.insert(key, one);
            }
        }
        Some(Self(all))
    }

    fn get(&self, way: &Way<'_>) -> Option<&'a Arc<Table>> {
        let Way::Hosts(gateway, listener, host, _) = way else { return None };
        *self.0.get(&(gateway.id.to_string(), listener.name.clone(), host.clone()))?
    }
}

/// How many kinds of answers the tables of an entry give, if both give the same answers to the same requests; nothing if
/// they don't, or if that can't be said by the tables alone.
///
/// # Errors
/// The limits are reached.
pub(super) fn equal_kinds(
    diagrams: &mut Diagrams,
    opening: &Opening<'_>,
    sides: [(&Program, &Tables<'_>); 2],
) -> Result<Option<usize>, Undecided> {
    let [(one, its), (other, others)] = sides;
    let (Some(table), Some(against)) = (its.get(&opening.way), others.get(&opening.way)) else {
        return Ok(None);
    };
    let (own, against) = (turns(one, table)?, turns(other, against)?);
    let scope = opening.way.scope(&Predicate::always(), one, opening.cluster);
    let universe = Universe { program: one, paths: one.paths(), sources: sources(one, table) };
    let asked = own.iter().chain(&against).map(|turn| &turn.predicate).chain([&scope]);
    let atoms = Atoms::of(&universe, asked)?;
    let space = diagrams.space(&atoms)?;
    let scope = space.set(&atoms.formula(&scope))?;
    let Way::Hosts(_, listener, ..) = &opening.way else { return Ok(None) };
    let own = answers(&space, &scope, &own, listener)?;
    Ok((own == answers(&space, &scope, &against, listener)?).then_some(own.len()))
}

/// The requests by the answers that they get, each answer by its content.
type Answers = BTreeMap<(u64, u64), Set>;

fn answers(
    space: &Space<'_>,
    scope: &Set,
    turns: &[Turn<'_>],
    listener: &Listener,
) -> Result<Answers, Undecided> {
    let formulas: Vec<Formula> = turns.iter().map(|turn| space.atoms().formula(&turn.predicate)).collect();
    let mut answers = Answers::new();
    let mut left = scope.clone();
    for (turn, verdict) in turns.iter().zip(fold::fold(space, scope, &formulas)?) {
        let Verdict::Decides(set) = verdict else { continue };
        left = Undecided::of(left.and(&Undecided::of(set.not())?))?;
        add(&mut answers, answer(turn.rule, listener), set)?;
    }
    if left.satisfiable() {
        add(&mut answers, content(&NOT_FOUND), left)?;
    }
    Ok(answers)
}

fn add(answers: &mut Answers, answer: (u64, u64), set: Set) -> Result<(), Undecided> {
    let all = match answers.get(&answer) {
        Some(known) => Undecided::of(known.or(&set))?,
        None => set,
    };
    answers.insert(answer, all);
    Ok(())
}

/// What is answered where nothing matches.
const NOT_FOUND: &str = "404";

/// The content of what a rule does with requests that come by a listener. What it takes of the path is told by its pattern.
fn answer(rule: &Rule, listener: &Listener) -> (u64, u64) {
    let path = match &rule.matches {
        Match::Http { path, .. } => path.clone(),
        _ => PathPattern::everything(),
    };
    let options = Options { rewrite: None, ..rule.options.clone() };
    let rewrite = rule.options.rewrite.as_ref().map(|rewrite| numbered(&path, &rewrite.value));
    match &rule.action.value {
        Action::Respond(Respond { status: 404, body: None, grpc: None })
            if options.response_headers.is_empty() =>
        {
            content(&NOT_FOUND)
        }
        Action::Forward(shares) => {
            let mut shares: Vec<&Share> = shares.iter().collect();
            shares.sort_by_key(content);
            content(&(shares, options, rewrite))
        }
        Action::Redirect(redirect) => {
            let path = redirect.path.as_ref().map(|template| numbered(&path, template));
            let is_https = listener.protocol == ListenerProtocol::Https;
            let https = redirect.https.unwrap_or(is_https);
            let usual = if https { 443 } else { 80 };
            let kept = if redirect.https.is_some() { usual } else { listener.port };
            content(&(https, redirect.port.unwrap_or(kept), &redirect.host, redirect.status, path, options))
        }
        action => content(&(action, options)),
    }
}

/// A template with the pattern that it takes from, both with numbers for the names; of a template that takes nothing, itself.
fn numbered(path: &PathPattern, template: &PathTemplate) -> (String, String) {
    if template.as_exact().is_some() {
        return (String::new(), template.to_string());
    }
    let names = path.capture_names().enumerate();
    names.fold((path.to_string(), template.to_string()), |(path, template), (number, name)| {
        let (name, number) = (format!("{{{name}}}"), format!("{{{number}}}"));
        (path.replace(&name, &number), template.replace(&name, &number))
    })
}
