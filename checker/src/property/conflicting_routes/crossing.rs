//! One entry where two tables meet, and what the evaluator says of a request there.

use crate::site::Site;
use crate::witness::command_line;
use gloo_ir::TableId;
use gloo_ir::evaluate::{Credential, Final, Refusal, Request, StepKind, decide};
use gloo_ir::joined::ExpandedRule;
use gloo_ir::normal_form::Conjunct;
use gloo_source::{Code, Diagnostic, Place};

pub(super) const ADVICE: &str =
    "between tables there is no order, so put the rules into one table or make them disjoint";

/// An entry where two tables meet.
pub(super) struct Crossing<'a> {
    pub site: Site<'a>,
    pub one: Side<'a>,
    pub other: Side<'a>,
}

/// One of the tables, with delegation put in.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub table: &'a TableId,
    pub rules: &'a [ExpandedRule],
}

impl Side<'_> {
    /// Where the table says what becomes of everything else, if it does.
    pub(super) fn last(&self) -> Option<Place> {
        self.rules.iter().find(|rule| rule.is_last).and_then(place_of)
    }
}

/// A request that both tables answer.
pub(super) struct Conflict {
    /// The rules that decide, of the one and of the other table.
    pub places: (Place, Place),
    pub diagnostic: Diagnostic<Place>,
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

impl Crossing<'_> {
    /// The conflict of two rules that have this in common, if the evaluator finds it too. The request is tried as it is,
    /// then with whatever providers ask for; where policies refuse it all the same, the rules' own conditions count.
    pub(super) fn conflict(
        &self,
        meet: &Conjunct,
        one: &ExpandedRule,
        other: &ExpandedRule,
    ) -> Option<Conflict> {
        let plain = self.site.request(&meet.witness(self.site.program.paths())?);
        let mut known = plain.clone();
        known.credentials = self
            .site
            .program
            .providers
            .keys()
            .map(|provider| (provider.clone(), Credential::Valid))
            .collect();
        if let Some(conflict) = self.conflict_by(&plain).or_else(|| self.conflict_by(&known)) {
            return Some(conflict);
        }
        let answers = (self.answer(self.one, &plain)?, self.answer(self.other, &plain)?);
        let (Answer::Refused(said), Answer::Refused(said_otherwise)) = answers else { return None };
        let attributes = plain.attributes(self.site.program, self.site.cluster);
        let holds = |rule: &ExpandedRule| {
            rule.matches.iter().any(|conjunct| conjunct.holds(self.site.program, &attributes))
        };
        let (one_place, other_place) = (place_of(one)?, place_of(other)?);
        (holds(one) && holds(other))
            .then(|| self.shown((one_place, &said), (other_place, &said_otherwise), &plain))
    }

    /// The conflict that a request shows, if each table by itself has a rule that decides.
    pub(super) fn conflict_by(&self, request: &Request) -> Option<Conflict> {
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
            .request(command_line(self.site.program, self.site.cluster, request));
        Conflict { places: (one.0, other.0), diagnostic }
    }

    /// What one of the tables by itself does with a request; nothing if none of its rules is for it.
    fn answer(&self, side: Side<'_>, request: &Request) -> Option<Answer> {
        let mut alone = self.site.program.clone();
        alone
            .tables
            .retain(|id, _| id == side.table || !self.site.joined.tables.iter().any(|one| one.id == *id));
        let trace = decide(&alone, self.site.cluster, request);
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
}
