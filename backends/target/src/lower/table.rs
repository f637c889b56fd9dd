//! One table with everything of its rules that doesn't depend on the cluster.

use crate::{Answer, PlanRule, RuleOrigin, UpstreamKey};
use gloo_ir::joined::{ExpandedRule, TooComplex, expand};
use gloo_ir::{Action, Destination, Match, Options, Percent, Program, Rule, Share, Table, TableId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One table with delegation put in.
pub(super) struct TablePlan {
    /// Its rules but for the last.
    pub rules: Vec<Arc<PlanRule>>,
    /// Its `otherwise`, or what that delegates to.
    pub last: Vec<Arc<PlanRule>>,
    /// Where its rules send requests and copies.
    pub destinations: Vec<Destination>,
    /// The tables that its rules are written in.
    pub tables: BTreeSet<TableId>,
    /// Why it has no rules here: it is beyond what is worked with.
    pub too_complex: Option<TooComplex>,
}

impl TablePlan {
    pub(super) fn new(program: &Program, table: &Arc<Table>) -> Self {
        let mut plan = Self {
            rules: Vec::new(),
            last: Vec::new(),
            destinations: Vec::new(),
            tables: delegated_to(program, table),
            too_complex: None,
        };
        match expand(program, table) {
            Ok(expanded) => {
                for rule in expanded {
                    plan.add(rule);
                }
            }
            Err(too_complex) => plan.too_complex = Some(too_complex),
        }
        plan
    }

    fn add(&mut self, expanded: ExpandedRule) {
        let Some(rule) = expanded.rule() else { return };
        let Some(answer) = answer(rule) else { return };
        self.note_destinations(rule);
        let planned = Arc::new(PlanRule {
            origin: RuleOrigin {
                table: expanded.table.id.clone(),
                title: rule.title(),
                place: rule.place,
                doc: rule.doc.clone(),
                scopes: expanded.scopes.clone(),
            },
            path: match &rule.matches {
                Match::Http { path, .. } => Some(path.clone()),
                Match::Grpc { .. } | Match::Connection { .. } | Match::Otherwise => None,
            },
            answer,
            options: effective(&rule.options),
            matches: expanded.matches,
        });
        if expanded.is_last { self.last.push(planned) } else { self.rules.push(planned) }
    }

    fn note_destinations(&mut self, rule: &Rule) {
        if let Action::Forward(shares) = &rule.action.value {
            self.destinations.extend(taken(shares).map(|share| share.destination.clone()));
        }
        if let Some(mirror) = &effective(&rule.options).mirror {
            self.destinations.push(mirror.value.to.clone());
        }
    }
}

/// The table and all that it delegates to.
fn delegated_to(program: &Program, table: &Arc<Table>) -> BTreeSet<TableId> {
    let mut tables = BTreeSet::new();
    let mut open = vec![table];
    while let Some(table) = open.pop() {
        if !tables.insert(table.id.clone()) {
            continue;
        }
        open.extend(table.rules.iter().filter_map(|rule| match &rule.action.value {
            Action::Delegate(child) => program.tables.get(child),
            Action::Forward(_) | Action::Redirect(_) | Action::Respond(_) => None,
        }));
    }
    tables
}

fn answer(rule: &Rule) -> Option<Answer> {
    match &rule.action.value {
        Action::Forward(shares) => {
            let mut weights: BTreeMap<UpstreamKey, u32> = BTreeMap::new();
            for share in taken(shares) {
                *weights.entry(UpstreamKey::of(&share.destination)).or_default() += share.weight.millionths;
            }
            let mut parts = Vec::new();
            for share in taken(shares) {
                let key = UpstreamKey::of(&share.destination);
                if let Some(millionths) = weights.remove(&key) {
                    parts.push((key, Percent { millionths }));
                }
            }
            Some(Answer::Forward(parts))
        }
        Action::Redirect(redirect) => Some(Answer::Redirect(redirect.clone())),
        Action::Respond(respond) => Some(Answer::Respond(respond.clone())),
        Action::Delegate(_) => None,
    }
}

/// The shares that some request goes to.
fn taken(shares: &[Share]) -> impl Iterator<Item = &Share> {
    shares.iter().filter(|share| share.weight > Percent::NONE)
}

/// The options without those that are for no request.
fn effective(options: &Options) -> Options {
    let mut options = options.clone();
    options.mirror = options.mirror.filter(|mirror| mirror.value.share > Percent::NONE);
    options.fault = options.fault.filter(|fault| fault.value.share > Percent::NONE);
    options
}
