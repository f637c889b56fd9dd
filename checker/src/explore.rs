//! All that can become of the requests of one entry: the evaluator is asked about one request after the other, each from
//! among those that no answer so far speaks for.
//!
//! The evaluator says what it asked of a request. All requests that give the same answers take the same way, so they are
//! one region; what is left without it is asked next, until nothing is left. So the regions are all there are, they are
//! disjoint, and no second meaning of the language is needed.

use crate::atoms::{Atoms, Sources, Universe};
use crate::diagram::{Chosen, Diagrams, Set, Space};
use crate::entrance::Way;
use crate::folded::witness;
use crate::formula::Formula;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{
    Asked, Credential, Interest, Question, Request, Trace, decide, decide_asked, presence,
};
use gloo_ir::normal_form::predicate_of;
use gloo_ir::{ClusterId, Predicate, Program};
use oxidd::BooleanFunction;
use std::collections::{HashMap, HashSet};

/// So many regions may an entry have.
const MOST_REGIONS: usize = 20_000;

/// So many regions are looked at for new questions before the classes are made anew.
const FEW_REGIONS: usize = 24;

/// The conditions of so many rules are told apart from the beginning.
const MOST_LIKELY: usize = 500;

/// So often new questions may turn up.
const MOST_ROUNDS: usize = 50;

/// Where requests enter, with what they all have in common.
pub(crate) struct Entrance<'a> {
    /// The program that the requests are made for.
    pub program: &'a Program,
    /// Who decides about them: a program, on a cluster. At least one; requests of one region fare alike with each.
    pub deciders: Vec<(&'a Program, &'a ClusterId)>,
    /// What is to be known of them.
    pub interest: Interest,
    /// What the requests have in common, as far as predicates say it.
    pub scope: Predicate,
    /// How the requests come in.
    pub way: &'a Way<'a>,
}

/// Requests that fare alike.
#[derive(Clone)]
pub(crate) struct Region {
    /// One of them.
    pub request: Request,
    /// What becomes of it, by each of the deciders.
    pub traces: Vec<Trace>,
    /// What was asked of it, each question once, the first first.
    pub asked: Vec<Asked>,
    /// All of them, without those of the regions before.
    pub set: Set,
}

/// What looking for a request came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explored {
    /// How many regions were looked at.
    pub regions: usize,
    /// A request that was looked for, with what becomes of it.
    pub found: Option<(Trace, Request)>,
    /// What of some request could not be said of others: their way may be another one.
    pub derived: Option<String>,
}

/// All regions of an entrance.
pub(crate) struct Survey<'a> {
    /// The requests that its classes tell apart.
    pub space: Space<'a>,
    /// All requests of the entrance.
    pub scope: Set,
    /// The regions.
    pub regions: Vec<Region>,
    /// What of some request could not be said of others: their way may be another one.
    pub derived: Option<String>,
    round: Round<'a>,
}

impl Survey<'_> {
    /// The requests of which that was answered; nothing where it can't be said of requests as they were sent.
    ///
    /// # Errors
    /// The diagrams outgrow their memory.
    pub fn answered(&self, asked: &Asked) -> Result<Option<Set>, Undecided> {
        let Some(formula) = self.round.atoms.question(&asked.question) else { return Ok(None) };
        let yes = self.space.set(&formula)?;
        Ok(Some(if asked.answer { yes } else { Undecided::of(yes.not())? }))
    }

    /// The requests of which a predicate holds. A test that tells no regions apart never does.
    ///
    /// # Errors
    /// The diagrams outgrow their memory.
    pub fn meeting(&self, predicate: &Predicate) -> Result<Set, Undecided> {
        self.space.set(&self.round.atoms.formula(predicate))
    }

    /// The requests of the regions for which `wanted` holds.
    ///
    /// # Errors
    /// The diagrams outgrow their memory.
    pub fn union(&self, wanted: impl Fn(&Region) -> bool) -> Result<Set, Undecided> {
        let mut own = self.regions.iter().filter(|region| wanted(region));
        own.try_fold(self.space.none().clone(), |all, region| Undecided::of(all.or(&region.set)))
    }

    /// A readable request of a set, with what becomes of it by each of the deciders; nothing if the set is empty.
    ///
    /// # Errors
    /// The diagrams outgrow their memory.
    pub fn sample(&self, set: &Set) -> Result<Option<(Request, Vec<Trace>)>, Undecided> {
        let chosen = self.space.choose(set)?;
        Ok(chosen.map(|chosen| {
            let request = self.round.request(&chosen);
            let traces = self.round.traces(&request);
            (request, traces)
        }))
    }
}

/// What is likely to be asked: the more classes are there from the beginning, the less often they are made anew. In a
/// large program only the entrance's own tables are.
fn likely(program: &Program, way: &Way<'_>) -> Vec<Predicate> {
    let clauses =
        program.policies.values().flat_map(|policy| &policy.clauses).map(|clause| &clause.condition);
    let access = program.access.iter().flat_map(|access| &access.rules).map(|rule| &rule.condition);
    let rules: usize = program.tables.values().map(|table| table.rules.len()).sum();
    let tables = program.tables.values().filter(|table| rules <= MOST_LIKELY || way.has(table));
    let rules = tables.flat_map(|table| &table.rules).take(MOST_LIKELY);
    clauses.chain(access).cloned().chain(rules.map(|rule| predicate_of(&rule.matches))).collect()
}

/// Goes through the regions of an entrance until one is found for which `found` holds; the trace is the first decider's.
///
/// # Errors
/// There are too many of them, or too many classes.
pub(crate) fn explore(
    diagrams: &mut Diagrams,
    entrance: &Entrance<'_>,
    found: &dyn Fn(&Request, &Trace) -> bool,
) -> Result<Explored, Undecided> {
    let is_sought =
        |region: &Region| region.traces.first().is_some_and(|trace| found(&region.request, trace));
    rounds(diagrams, entrance, &is_sought, |survey, sought| {
        let mut explored =
            Explored { regions: survey.regions.len(), found: None, derived: survey.derived.clone() };
        if let Some(region) = sought {
            let plain = survey.sample(&region.set)?;
            let plain = plain.and_then(|(request, traces)| Some((traces.into_iter().next()?, request)));
            let plain = plain.filter(|(trace, request)| found(request, trace));
            explored.found = plain.or_else(|| Some((region.traces.first()?.clone(), region.request.clone())));
        }
        Ok(explored)
    })
}

/// Goes through the regions of an entrance until one is found that is sought: a readable request of it, with what becomes
/// of it by each of the deciders.
///
/// # Errors
/// There are too many of them, or too many classes.
pub(crate) fn seek(
    diagrams: &mut Diagrams,
    entrance: &Entrance<'_>,
    is_sought: &dyn Fn(&Region) -> bool,
) -> Result<Option<(Request, Vec<Trace>)>, Undecided> {
    rounds(diagrams, entrance, is_sought, |survey, sought| match sought {
        Some(region) => survey.sample(&region.set),
        None => Ok(None),
    })
}

/// Goes through all regions of an entrance, and gives them to `then`.
///
/// # Errors
/// There are too many of them, or too many classes; or what `then` says.
pub(crate) fn survey<R>(
    diagrams: &mut Diagrams,
    entrance: &Entrance<'_>,
    then: impl FnOnce(&Survey<'_>) -> Result<R, Undecided>,
) -> Result<R, Undecided> {
    rounds(diagrams, entrance, &|_| false, |survey, _| then(survey))
}

/// Makes the classes anew until they tell apart whatever is asked, or a region is found that is sought.
fn rounds<R>(
    diagrams: &mut Diagrams,
    entrance: &Entrance<'_>,
    is_sought: &dyn Fn(&Region) -> bool,
    then: impl FnOnce(&Survey<'_>, Option<&Region>) -> Result<R, Undecided>,
) -> Result<R, Undecided> {
    let mut asked: Vec<Predicate> = vec![entrance.scope.clone()];
    let mut programs: Vec<&Program> = Vec::new();
    for (program, _) in &entrance.deciders {
        if !programs.iter().any(|known| std::ptr::eq(*known, *program)) {
            programs.push(program);
            asked.extend(likely(program, entrance.way));
        }
    }
    let mut choices: Vec<Question> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let universe = Universe {
            program: entrance.program,
            paths: entrance.program.paths(),
            sources: Sources::Outside,
        };
        let shown = shown(entrance.program, &choices);
        let predicates = asked.iter().chain(shown.iter().map(|(predicate, _)| predicate));
        let atoms = Atoms::with_choices(&universe, predicates, &choices)?;
        let round = Round { entrance, atoms: &atoms, shown: &shown };
        let mut ran = round.run(diagrams.space(&atoms)?, is_sought)?;
        if ran.is_done {
            return then(&ran.survey, ran.sought.as_ref());
        }
        asked.append(&mut ran.asks);
        choices.append(&mut ran.chosen);
    }
    Err(Undecided {
        why: format!("after {MOST_ROUNDS} rounds its requests were still told apart by something new"),
        help: "this is a defect of gloo: please report it with this program".to_owned(),
    })
}

fn too_many() -> Undecided {
    Undecided {
        why: format!("its requests fare in more than {MOST_REGIONS} ways"),
        help: "ask about fewer requests, with `through`, `to`, `on` or `where`".to_owned(),
    }
}

/// What one pass over all requests came to.
struct Ran<'a> {
    survey: Survey<'a>,
    /// The region that was sought, if there is one.
    sought: Option<Region>,
    /// Whether the classes told apart whatever was asked, or a region was found.
    is_done: bool,
    /// Questions that the classes don't tell apart.
    asks: Vec<Predicate>,
    /// Free choices that the classes don't tell apart.
    chosen: Vec<Question>,
}

/// The requests for which a question is answered with yes, and with no; nothing where the classes don't tell them apart.
type Known = HashMap<Question, Option<(Set, Set)>>;

/// Where the credentials stand that are asked for: a request shows something there, or has none for the provider.
fn shown(program: &Program, choices: &[Question]) -> Vec<(Predicate, Question)> {
    let of_provider = |question: &Question| {
        let Question::Credential(id, _) = question else { return None };
        let place = presence(&program.providers.get(id)?.kind)?;
        Some((place, Question::Credential(id.clone(), Credential::Absent)))
    };
    let mut all: Vec<(Predicate, Question)> = Vec::new();
    for one in choices.iter().filter_map(of_provider) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

#[derive(Clone, Copy)]
struct Round<'a> {
    entrance: &'a Entrance<'a>,
    atoms: &'a Atoms,
    /// Where credentials stand, with whether there is none.
    shown: &'a [(Predicate, Question)],
}

impl<'a> Round<'a> {
    fn run(self, space: Space<'a>, is_sought: &dyn Fn(&Region) -> bool) -> Result<Ran<'a>, Undecided> {
        let scope = space.set(&self.scope())?;
        let mut left = scope.clone();
        let survey = Survey { space, scope, regions: Vec::new(), derived: None, round: self };
        let mut ran = Ran { survey, sought: None, is_done: false, asks: Vec::new(), chosen: Vec::new() };
        let mut known = Known::new();
        while let Some(choice) = ran.survey.space.any(&left) {
            let region = self.region(&choice, &left, &mut known, &mut ran)?;
            if is_sought(&region) {
                ran.sought = Some(region);
                ran.is_done = true;
                return Ok(ran);
            }
            left = Undecided::of(left.and(&Undecided::of(region.set.not())?))?;
            ran.survey.regions.push(region);
            let is_new = !ran.asks.is_empty() || !ran.chosen.is_empty();
            if is_new && ran.survey.regions.len() >= FEW_REGIONS {
                return Ok(ran);
            }
            if ran.survey.regions.len() > MOST_REGIONS {
                return Err(too_many());
            }
        }
        ran.is_done = ran.asks.is_empty() && ran.chosen.is_empty();
        Ok(ran)
    }

    /// The requests that there are: credentials stand where their providers look for them.
    fn scope(self) -> Formula {
        let stand = self.shown.iter().filter_map(|(place, absent)| {
            let (place, absent) = (self.atoms.formula(place), self.atoms.question(absent)?);
            let shown = Formula::all([place.clone(), !absent.clone()]);
            Some(Formula::any([shown, Formula::all([!place, absent])]))
        });
        Formula::all([self.atoms.formula(&self.entrance.scope)].into_iter().chain(stand))
    }

    /// The requests of `left` that fare like the one that has these classes.
    fn region(
        self,
        choice: &Chosen,
        left: &Set,
        known: &mut Known,
        ran: &mut Ran<'_>,
    ) -> Result<Region, Undecided> {
        let request = self.request(choice);
        let (mut traces, mut asked, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for (program, cluster) in &self.entrance.deciders {
            let (trace, more) = decide_asked(program, cluster, &request, self.entrance.interest);
            traces.push(trace);
            asked.extend(more.into_iter().filter(|one| seen.insert(one.question.clone())));
        }
        let mut set = left.clone();
        for Asked { question, answer } in &asked {
            match self.sets(&ran.survey.space, known, question)? {
                Some((yes, no)) => set = Undecided::of(set.and(if *answer { yes } else { no }))?,
                None => match question {
                    Question::Holds(predicate) if ran.asks.contains(predicate) => {}
                    Question::Holds(predicate) => ran.asks.push(predicate.clone()),
                    Question::Derived(what) => drop(ran.survey.derived.get_or_insert_with(|| what.clone())),
                    choice if ran.chosen.contains(choice) => {}
                    choice => ran.chosen.push(choice.clone()),
                },
            }
        }
        if !set.satisfiable() {
            return Err(Undecided {
                why: "the evaluator's answers about a request contradict each other".to_owned(),
                help: "this is a defect of gloo: please report it with this program".to_owned(),
            });
        }
        Ok(Region { request, traces, asked, set })
    }

    fn request(self, choice: &Chosen) -> Request {
        let mut request = self.entrance.way.request(&witness(self.atoms, choice));
        self.atoms.decide_choices(choice, &mut request);
        request
    }

    fn traces(self, request: &Request) -> Vec<Trace> {
        self.entrance.deciders.iter().map(|(program, cluster)| decide(program, cluster, request)).collect()
    }

    fn sets<'k>(
        self,
        space: &Space<'_>,
        known: &'k mut Known,
        question: &Question,
    ) -> Result<Option<&'k (Set, Set)>, Undecided> {
        if !known.contains_key(question) {
            let sets = match self.atoms.question(question) {
                Some(formula) => {
                    let yes = space.set(&formula)?;
                    let no = Undecided::of(yes.not())?;
                    Some((yes, no))
                }
                None => None,
            };
            known.insert(question.clone(), sets);
        }
        Ok(known.get(question).and_then(Option::as_ref))
    }
}
