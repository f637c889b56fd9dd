//! All that can become of the requests of one entry: the evaluator is asked about one request after the other, each from
//! among those that no answer so far speaks for.
//!
//! The evaluator says what it asked of a request. All requests that give the same answers take the same way, so they are
//! one region; what is left without it is asked next, until nothing is left. So the regions are all there are, they are
//! disjoint, and no second meaning of the language is needed.

use crate::atoms::{Atoms, Sources, Universe};
use crate::diagram::{Chosen, Diagrams, Set, Space};
use crate::folded::witness;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Asked, Interest, Question, Request, Trace, decide, decide_asked};
use gloo_ir::normal_form::{Witness, predicate_of};
use gloo_ir::{ClusterId, Predicate, Program};
use oxidd::BooleanFunction;
use std::collections::HashMap;

/// So many regions may an entry have.
const MOST_REGIONS: usize = 20_000;

/// So many regions are looked at for new questions before the classes are made anew.
const FEW_REGIONS: usize = 24;

/// So many rules may a program have for all of their conditions to be told apart from the beginning.
const MOST_LIKELY: usize = 500;

/// So often new questions may turn up.
const MOST_ROUNDS: usize = 50;

/// Where requests enter, with what they all have in common.
pub(crate) struct Entrance<'a> {
    /// The program.
    pub program: &'a Program,
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// Other clusters whose answers are compared with it.
    pub compared: &'a [ClusterId],
    /// What is to be known of them.
    pub interest: Interest,
    /// What the requests have in common, as far as predicates say it.
    pub scope: Predicate,
    /// Makes a request of what was chosen.
    pub request: &'a dyn Fn(&Witness) -> Request,
}

/// What going through the regions came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explored {
    /// How many regions were looked at.
    pub regions: usize,
    /// A request that was looked for, with what becomes of it.
    pub found: Option<(Trace, Request)>,
    /// What of some request could not be said of others: their way may be another one.
    pub derived: Option<String>,
}

/// What is likely to be asked: the more classes are there from the beginning, the less often they are made anew.
fn likely(program: &Program) -> Vec<Predicate> {
    let clauses =
        program.policies.values().flat_map(|policy| &policy.clauses).map(|clause| &clause.condition);
    let rules = program.access.iter().flat_map(|access| &access.rules).map(|rule| &rule.condition);
    let asked: Vec<Predicate> = clauses.chain(rules).cloned().collect();
    let tables = program.tables.values().flat_map(|table| &table.rules);
    let matches: Vec<Predicate> =
        tables.take(MOST_LIKELY + 1).map(|rule| predicate_of(&rule.matches)).collect();
    if matches.len() > MOST_LIKELY { asked } else { asked.into_iter().chain(matches).collect() }
}

/// Goes through the regions of an entrance until one is found for which `found` holds.
///
/// # Errors
/// There are too many of them, or too many classes.
pub(crate) fn explore(
    diagrams: &mut Diagrams,
    entrance: &Entrance<'_>,
    found: &dyn Fn(&Request, &Trace) -> bool,
) -> Result<Explored, Undecided> {
    let mut predicates: Vec<Predicate> = vec![entrance.scope.clone()];
    predicates.extend(likely(entrance.program));
    let mut choices: Vec<Question> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let universe = Universe {
            program: entrance.program,
            paths: entrance.program.paths(),
            sources: Sources::Outside,
        };
        let atoms = Atoms::with_choices(&universe, &predicates, &choices)?;
        let round = Round { entrance, atoms: &atoms, space: diagrams.space(&atoms)? };
        match round.run(found)? {
            Ran::Done(explored) => return Ok(*explored),
            Ran::Asks(more, chosen) => {
                predicates.extend(more);
                choices.extend(chosen);
            }
        }
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
enum Ran {
    Done(Box<Explored>),
    /// Questions turned up that the classes don't tell apart.
    Asks(Vec<Predicate>, Vec<Question>),
}

/// The requests for which a question is answered with yes, and with no; nothing where the classes don't tell them apart.
type Known = HashMap<Question, Option<(Set, Set)>>;

struct Round<'a> {
    entrance: &'a Entrance<'a>,
    atoms: &'a Atoms,
    space: Space<'a>,
}

impl Round<'_> {
    fn run(&self, found: &dyn Fn(&Request, &Trace) -> bool) -> Result<Ran, Undecided> {
        let mut left = self.space.set(&self.atoms.formula(&self.entrance.scope))?;
        let mut explored = Explored::default();
        let mut known = Known::new();
        let (mut asks, mut chosen): (Vec<Predicate>, Vec<Question>) = (Vec::new(), Vec::new());
        while let Some(choice) = self.space.any(&left) {
            let request = self.request(&choice);
            let program = self.entrance.program;
            let interest = self.entrance.interest;
            let (trace, mut asked) = decide_asked(program, self.entrance.cluster, &request, interest);
            for cluster in self.entrance.compared {
                asked.extend(decide_asked(program, cluster, &request, interest).1);
            }
            let mut region = self.space.all().clone();
            for Asked { question, answer } in asked {
                let side = match self.sets(&mut known, &question)? {
                    Some((yes, no)) => {
                        if answer {
                            yes
                        } else {
                            no
                        }
                    }
                    None => {
                        match question {
                            Question::Holds(predicate) if !asks.contains(&predicate) => asks.push(predicate),
                            Question::Derived(what) => drop(explored.derived.get_or_insert(what)),
                            Question::Holds(_) => {}
                            choice if !chosen.contains(&choice) => chosen.push(choice),
                            _ => {}
                        }
                        continue;
                    }
                };
                region = Undecided::of(region.and(side))?;
            }
            if !Undecided::of(region.and(&left))?.satisfiable() {
                return Err(Undecided {
                    why: "the evaluator's answers about a request contradict each other".to_owned(),
                    help: "this is a defect of gloo: please report it with this program".to_owned(),
                });
            }
            if found(&request, &trace) {
                let plain = self
                    .space
                    .choose(&Undecided::of(region.and(&left))?)?
                    .map(|choice| self.request(&choice));
                let plain = plain.map(|request| (decide(program, self.entrance.cluster, &request), request));
                let plain = plain.filter(|(trace, request)| found(request, trace));
                explored.found = Some(plain.unwrap_or((trace, request)));
                return Ok(Ran::Done(Box::new(explored)));
            }
            left = Undecided::of(left.and(&Undecided::of(region.not())?))?;
            explored.regions += 1;
            let is_new = !asks.is_empty() || !chosen.is_empty();
            if is_new && explored.regions >= FEW_REGIONS {
                break;
            }
            if explored.regions > MOST_REGIONS {
                return Err(too_many());
            }
        }
        Ok(if asks.is_empty() && chosen.is_empty() {
            Ran::Done(Box::new(explored))
        } else {
            Ran::Asks(asks, chosen)
        })
    }

    fn request(&self, choice: &Chosen) -> Request {
        let mut request = (self.entrance.request)(&witness(self.atoms, choice));
        self.atoms.decide_choices(choice, &mut request);
        request
    }

    fn sets<'k>(
        &self,
        known: &'k mut Known,
        question: &Question,
    ) -> Result<Option<&'k (Set, Set)>, Undecided> {
        if !known.contains_key(question) {
            let sets = match self.atoms.question(question) {
                Some(formula) => {
                    let yes = self.space.set(&formula)?;
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
