//! Tables of one entry that give one request two answers.

mod crossing;

use crate::site::Site;
use crossing::{ADVICE, Crossing, Side};
use gloo_ir::joined::{Contender, ExpandedRule, Joined, expand, joined_tables, overlaps};
use gloo_ir::normal_form::Conjunct;
use gloo_ir::{ClusterId, Program, Table, TableId};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many pairs of rules are shown of two tables.
const MOST_SHOWN: usize = 10;

/// So many pairs of rules are looked for at one entry.
const MOST_SOUGHT: usize = 1_000;

/// Paths that hardly any rule is for, to show two `otherwise` by.
const UNLIKELY_PATHS: [&str; 4] = ["/", "/anything", "/anything/else", "/anything/else/at/all"];

/// The pairs of rules of different tables that match one request. Tables without an entry in common are never compared;
/// those with several are compared once, unless a rule asks for what tells the entries apart.
#[must_use]
pub fn conflicting_routes(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut meetings: BTreeMap<Vec<TableId>, Meeting<'_>> = BTreeMap::new();
    for cluster in program.clusters.keys() {
        for joined in joined_tables(program, cluster).into_iter().filter(|joined| joined.tables.len() > 1) {
            let tables: Vec<TableId> = joined.tables.iter().map(|table| table.id.clone()).collect();
            let sites = &mut meetings.entry(tables).or_default().sites;
            sites.entry(joined.scope()).or_insert_with(|| (cluster.clone(), joined));
        }
    }
    let mut search =
        Search { program, expanded: BTreeMap::new(), known: BTreeSet::new(), found: BTreeMap::new() };
    for meeting in meetings.values() {
        search.compare(meeting);
    }
    search.found.into_values().flatten().collect()
}

/// Tables that are joined, and the entries where they are, by what the requests of each have in common.
#[derive(Default)]
struct Meeting<'a> {
    sites: BTreeMap<Conjunct, (ClusterId, Joined<'a>)>,
}

/// A search that shows each pair of rules once.
struct Search<'a> {
    program: &'a Program,
    expanded: BTreeMap<TableId, Arc<Vec<ExpandedRule>>>,
    known: BTreeSet<(Place, Place)>,
    found: BTreeMap<(TableId, TableId), Vec<Diagnostic<Place>>>,
}

impl Search<'_> {
    fn compare(&mut self, meeting: &Meeting<'_>) {
        let Some((_, (_, joined))) = meeting.sites.first_key_value() else { return };
        let tables: Vec<(TableId, Arc<Vec<ExpandedRule>>)> =
            joined.tables.iter().map(|table| (table.id.clone(), self.rules_of(table))).collect();
        let sides: Vec<Side<'_>> = tables.iter().map(|(table, rules)| Side { table, rules }).collect();
        let compared: Vec<(usize, &ExpandedRule)> = sides
            .iter()
            .enumerate()
            .flat_map(|(number, side)| side.rules.iter().map(move |rule| (number, rule)))
            .filter(|(_, rule)| !rule.is_last)
            .collect();
        let contenders: Vec<Contender<'_>> = compared
            .iter()
            .map(|(table, rule)| Contender { table: *table, matches: &rule.matches })
            .collect();
        let same_everywhere = !compared.iter().any(|(_, rule)| asks_for_entry(rule));
        for (scope, (cluster, joined)) in &meeting.sites {
            let mut all_shown = true;
            for pair in overlaps(&contenders, scope, MOST_SOUGHT) {
                let rules = compared.get(pair.one).zip(compared.get(pair.other));
                let Some(((one_table, one), (other_table, other))) = rules else { continue };
                let Some((one_side, other_side)) = sides.get(*one_table).zip(sides.get(*other_table)) else {
                    continue;
                };
                let shown = self.found.entry((one_side.table.clone(), other_side.table.clone())).or_default();
                if shown.len() >= MOST_SHOWN {
                    continue;
                }
                let site = Site { program: self.program, cluster, joined };
                let crossing = Crossing { site, one: *one_side, other: *other_side };
                match crossing.conflict(&pair.meet, one, other) {
                    Some(conflict) if self.known.insert(conflict.places) => {
                        shown.push(conflict.diagnostic);
                        say_more(shown);
                    }
                    Some(_) => {}
                    None => all_shown = false,
                }
            }
            if same_everywhere && all_shown {
                break;
            }
        }
        self.two_last(meeting, &sides);
    }

    /// The table with delegation put in. What is too complex is refused elsewhere.
    fn rules_of(&mut self, table: &Arc<Table>) -> Arc<Vec<ExpandedRule>> {
        let program = self.program;
        let rules = self.expanded.entry(table.id.clone());
        rules.or_insert_with(|| Arc::new(expand(program, table).unwrap_or_default())).clone()
    }

    /// Tables that say what becomes of everything else: the first of them against each other.
    fn two_last(&mut self, meeting: &Meeting<'_>, sides: &[Side<'_>]) {
        let mut last = sides.iter().filter_map(|side| Some((side, side.last()?)));
        let Some((one, one_place)) = last.next() else { return };
        for (other, other_place) in last {
            if !self.known.insert((one_place, other_place)) {
                continue;
            }
            let shown = meeting.sites.iter().find_map(|(scope, (cluster, joined))| {
                let site = Site { program: self.program, cluster, joined };
                let crossing = Crossing { site, one: *one, other: *other };
                UNLIKELY_PATHS.iter().find_map(|path| {
                    let mut witness = scope.witness(self.program.paths())?;
                    witness.path = Some((*path).to_owned());
                    let conflict = crossing.conflict_by(&site.request(&witness))?;
                    (conflict.places == (one_place, other_place)).then_some(conflict.diagnostic)
                })
            });
            let diagnostic = shown.unwrap_or_else(|| {
                let message = format!("`{}` and `{}` both have an `otherwise`", one.table, other.table);
                let diagnostic = Diagnostic::new(Code::CONFLICTING_ROUTES, one_place, message);
                diagnostic.label(other_place, "and here").help(ADVICE)
            });
            let found = self.found.entry((one.table.clone(), other.table.clone())).or_default();
            found.push(diagnostic.help("of the joined tables one may have an `otherwise`"));
        }
    }
}

/// Says at the last one that is shown that there may be more.
fn say_more(shown: &mut [Diagnostic<Place>]) {
    if shown.len() == MOST_SHOWN
        && let Some(last) = shown.last_mut()
    {
        last.help.push("more rules of these two tables may match the same requests".to_owned());
    }
}

/// Whether a rule asks for something in which the entries of one table differ.
fn asks_for_entry(rule: &ExpandedRule) -> bool {
    rule.matches.iter().flat_map(|conjunct| &conjunct.literals).any(|literal| literal.test.asks_for_entry())
}
