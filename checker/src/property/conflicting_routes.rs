//! Tables of one entry that give one request two answers.

use crate::witness::command_line;
use gloo_ir::evaluate::{Caller, Credential, Entry, Final, Refusal, Request, StepKind, decide};
use gloo_ir::joined::{Contender, ExpandedRule, Joined, TableEntry, expand, joined_tables, overlaps};
use gloo_ir::normal_form::{Conjunct, Witness};
use gloo_ir::{ClusterId, ListenerProtocol, Program, Table, TableId, Test, TextAttribute};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many pairs of rules are shown of two tables.
const MOST_SHOWN: usize = 10;

/// So many pairs of rules are looked for, on one entry of two tables.
const MOST_SOUGHT: usize = 100;

/// The pairs of rules of different tables that match one request, by the tables' names. Tables without an entry in common
/// are never compared; those with several are compared once, unless a rule asks for what tells the entries apart.
#[must_use]
pub fn conflicting_routes(program: &Program) -> Vec<Diagnostic<Place>> {
    let mut meetings: BTreeMap<(TableId, TableId), Meeting<'_>> = BTreeMap::new();
    for cluster in program.clusters.keys() {
        for joined in joined_tables(program, cluster) {
            for (number, one) in joined.tables.iter().enumerate() {
                for other in joined.tables.iter().skip(number + 1) {
                    let key = (one.id.clone(), other.id.clone());
                    let meeting = meetings.entry(key).or_insert_with(|| Meeting::new(one, other));
                    meeting.sites.entry(joined.scope()).or_insert_with(|| (cluster.clone(), joined.clone()));
                }
            }
        }
    }
    let mut expanded = BTreeMap::new();
    meetings.into_values().flat_map(|meeting| meeting.conflicts(program, &mut expanded)).collect()
}

/// Two tables and the entries that both serve.
struct Meeting<'a> {
    one: &'a Arc<Table>,
    other: &'a Arc<Table>,
    sites: BTreeMap<Conjunct, (ClusterId, Joined<'a>)>,
}

/// Tables with delegation put in, by name. What is too complex is refused elsewhere.
type Expanded = BTreeMap<TableId, Arc<Vec<ExpandedRule>>>;

fn rules_of(program: &Program, table: &Arc<Table>, expanded: &mut Expanded) -> Arc<Vec<ExpandedRule>> {
    let rules = expanded.entry(table.id.clone());
    rules.or_insert_with(|| Arc::new(expand(program, table).unwrap_or_default())).clone()
}

impl<'a> Meeting<'a> {
    fn new(one: &'a Arc<Table>, other: &'a Arc<Table>) -> Self {
        Self { one, other, sites: BTreeMap::new() }
    }

    fn conflicts(&self, program: &Program, expanded: &mut Expanded) -> Vec<Diagnostic<Place>> {
        let ones = rules_of(program, self.one, expanded);
        let others = rules_of(program, self.other, expanded);
        let compared: Vec<&ExpandedRule> =
            ones.iter().chain(others.iter()).filter(|rule| !rule.is_last).collect();
        let first = ones.iter().filter(|rule| !rule.is_last).count();
        let contenders: Vec<Contender<'_>> = compared
            .iter()
            .enumerate()
            .map(|(number, rule)| Contender { table: usize::from(number >= first), matches: &rule.matches })
            .collect();
        let same_everywhere = !compared.iter().any(|rule| asks_for_entry(rule));
        let mut shown = BTreeSet::new();
        let mut found = Vec::new();
        for (scope, (cluster, joined)) in &self.sites {
            let site = Site {
                program,
                cluster,
                joined,
                one: Side { table: &self.one.id, rules: &ones },
                other: Side { table: &self.other.id, rules: &others },
            };
            let pairs = overlaps(&contenders, scope, MOST_SOUGHT);
            let mut all_shown = true;
            for pair in &pairs {
                if found.len() >= MOST_SHOWN {
                    return with_more(found);
                }
                let rules = compared.get(pair.one).zip(compared.get(pair.other));
                let conflict = rules.and_then(|(one, other)| site.conflict(&pair.meet, one, other));
                all_shown &= conflict.is_some();
                let Some(conflict) = conflict else { continue };
                if shown.insert(conflict.places) {
                    found.push(conflict.diagnostic);
                }
            }
            if same_everywhere && all_shown {
                break;
            }
        }
        found.extend(self.two_last(program, &ones, &others));
        found
    }

    /// Both tables say what becomes of everything else.
    fn two_last(
        &self,
        program: &Program,
        ones: &[ExpandedRule],
        others: &[ExpandedRule],
    ) -> Option<Diagnostic<Place>> {
        let last = |rules: &[ExpandedRule]| rules.iter().find(|rule| rule.is_last).and_then(place_of);
        let (one, other) = (last(ones)?, last(others)?);
        for (scope, (cluster, joined)) in &self.sites {
            let site = Site {
                program,
                cluster,
                joined,
                one: Side { table: &self.one.id, rules: ones },
                other: Side { table: &self.other.id, rules: others },
            };
            for path in UNLIKELY_PATHS {
                let Some(mut witness) = scope.witness(program.paths()) else { continue };
                witness.path = Some(path.to_owned());
                let conflict = site.conflict_by(&site.request(&witness));
                if let Some(conflict) = conflict.filter(|conflict| conflict.places == (one, other)) {
                    return Some(
                        conflict.diagnostic.help("of the joined tables one may have an `otherwise`"),
                    );
                }
            }
        }
        let (one_name, other_name) = (&self.one.id, &self.other.id);
        let message = format!("`{one_name}` and `{other_name}` both say what becomes of everything else");
        let diagnostic = Diagnostic::new(Code::CONFLICTING_ROUTES, one, message).label(other, "and here");
        Some(diagnostic.help(ADVICE).help("of the joined tables one may have an `otherwise`"))
    }
}

/// Paths that hardly any rule is for, to show two `otherwise` by.
const UNLIKELY_PATHS: [&str; 4] = ["/", "/anything", "/anything/else", "/anything/else/at/all"];

const ADVICE: &str =
    "between tables there is no order, so put the rules into one table or make them disjoint";

/// Whether a rule asks for something in which the entries of one table differ.
fn asks_for_entry(rule: &ExpandedRule) -> bool {
    rule.matches.iter().flat_map(|conjunct| &conjunct.literals).any(|literal| {
        matches!(
            literal.test,
            Test::Host(_)
                | Test::HostMatches(_)
                | Test::Port(_)
                | Test::SchemeIsHttps
                | Test::Text(
                    TextAttribute::ServerName
                        | TextAttribute::ClientCertificateUri
                        | TextAttribute::ClientCertificateDns,
                    _
                )
        )
    })
}

fn with_more(mut found: Vec<Diagnostic<Place>>) -> Vec<Diagnostic<Place>> {
    if let Some(last) = found.pop() {
        found.push(last.help("more rules of these two tables match the same requests"));
    }
    found
}

/// An entry where two tables meet.
struct Site<'a> {
    program: &'a Program,
    cluster: &'a ClusterId,
    joined: &'a Joined<'a>,
    one: Side<'a>,
    other: Side<'a>,
}

/// One of the tables, with delegation put in.
#[derive(Clone, Copy)]
struct Side<'a> {
    table: &'a TableId,
    rules: &'a [ExpandedRule],
}

/// A request that both tables answer.
struct Conflict {
    /// The rules that decide, of the one and of the other table.
    places: (Place, Place),
    diagnostic: Diagnostic<Place>,
}

/// What one table by itself does with a request.
enum Answer {
    /// This rule decides, and that becomes of the request.
    Decided(Place, String),
    /// Policies refuse the request before any rule decides.
    Refused(String),
}

fn place_of(rule: &ExpandedRule) -> Option<Place> {
    rule.rule().map(|rule| rule.place)
}

impl Site<'_> {
    /// The conflict of two rules that have this in common, if the evaluator finds it too. The request is tried as it is,
    /// then with whatever providers ask for; where policies refuse it all the same, the rules' own conditions count.
    fn conflict(&self, meet: &Conjunct, one: &ExpandedRule, other: &ExpandedRule) -> Option<Conflict> {
        let plain = self.request(&meet.witness(self.program.paths())?);
        let mut known = plain.clone();
        known.credentials =
            self.program.providers.keys().map(|provider| (provider.clone(), Credential::Valid)).collect();
        if let Some(conflict) = self.conflict_by(&plain).or_else(|| self.conflict_by(&known)) {
            return Some(conflict);
        }
        let answers = (self.answer(self.one, &plain)?, self.answer(self.other, &plain)?);
        let (Answer::Refused(said), Answer::Refused(said_otherwise)) = answers else { return None };
        let attributes = plain.attributes(self.program, self.cluster);
        let holds = |rule: &ExpandedRule| {
            rule.matches.iter().any(|conjunct| conjunct.holds(self.program, &attributes))
        };
        let (one_place, other_place) = (place_of(one)?, place_of(other)?);
        (holds(one) && holds(other))
            .then(|| self.shown((one_place, &said), (other_place, &said_otherwise), &plain))
    }

    /// The conflict that a request shows, if each table by itself has a rule that decides.
    fn conflict_by(&self, request: &Request) -> Option<Conflict> {
        match (self.answer(self.one, request)?, self.answer(self.other, request)?) {
            (Answer::Decided(one, said), Answer::Decided(other, said_otherwise)) => {
                Some(self.shown((one, &said), (other, &said_otherwise), request))
            }
            _ => None,
        }
    }

    fn shown(&self, one: (Place, &str), other: (Place, &str), request: &Request) -> Conflict {
        let (one_table, other_table) = (self.one.table, self.other.table);
        let message = format!("`{one_table}` and `{other_table}` match the same request");
        let diagnostic = Diagnostic::new(Code::CONFLICTING_ROUTES, one.0, message)
            .saying(format!("by `{one_table}` it is {}", one.1))
            .label(other.0, format!("by `{other_table}` it is {}", other.1))
            .help(ADVICE)
            .request(command_line(self.program, self.cluster, request));
        Conflict { places: (one.0, other.0), diagnostic }
    }

    /// What one of the tables by itself does with a request; nothing if none of its rules is for it.
    fn answer(&self, side: Side<'_>, request: &Request) -> Option<Answer> {
        let mut alone = self.program.clone();
        alone.tables.retain(|id, _| id == side.table || !self.joined.tables.iter().any(|one| one.id == *id));
        let trace = decide(&alone, self.cluster, request);
        let said = trace.summary();
        let mut routes = trace.steps.iter().filter(|step| step.step == StepKind::Route).peekable();
        if routes.peek().is_some() {
            // A rule that delegates has a step of its own, before that of the rule that decides.
            let is_own = |place: &Place| side.rules.iter().any(|rule| place_of(rule) == Some(*place));
            return routes
                .filter_map(|step| step.place)
                .find(is_own)
                .map(|place| Answer::Decided(place, said));
        }
        match trace.outcome {
            Final::Denied { status: Refusal::Status(_) | Refusal::Any, .. } => Some(Answer::Refused(said)),
            _ => None,
        }
    }

    /// The request that has what a witness asks for, at this entry.
    fn request(&self, witness: &Witness) -> Request {
        match self.joined.entry {
            TableEntry::Host { gateway, listener, host } => {
                let entry = Entry::Gateway(gateway.id.clone());
                let tls = matches!(listener.protocol, ListenerProtocol::Https | ListenerProtocol::Tls);
                let host = witness.host.clone().unwrap_or_else(|| host.to_string());
                let mut request = Request::of_witness(entry, witness, &host, listener.port, tls);
                if !listener.protocol.is_http() {
                    request.message = None;
                }
                request
            }
            TableEntry::Port { gateway, listener } => {
                let entry = Entry::Gateway(gateway.id.clone());
                let mut request = Request::of_witness(entry, witness, "", listener.port, false);
                request.message = None;
                request
            }
            TableEntry::Calls { service } => {
                let port =
                    service.ports.iter().find(|port| port.protocol.is_http()).map_or(80, |port| port.number);
                let entry = Entry::Service(service.id.clone());
                let mut request = Request::of_witness(entry, witness, &service.name, port, false);
                if request.caller == Caller::Outside {
                    request.caller = self.some_caller(service.id.clone());
                }
                request
            }
        }
    }

    /// Somebody with an identity, as strict mutual TLS asks for: another service of the cluster, if there is one.
    fn some_caller(&self, called: gloo_ir::ServiceId) -> Caller {
        let services = self.program.services.values().filter(|one| one.clusters.contains(self.cluster));
        let other = services.map(|one| &one.id).find(|id| **id != called);
        Caller::Service(other.cloned().unwrap_or(called))
    }
}
