//! Where conditions read the claims of a provider, and the requests on which its token is not verified there.

use crate::atoms::{Atoms, Sources, Universe};
use crate::crossing::some_call;
use crate::diagram::Diagrams;
use crate::folded::witness;
use crate::formula::Formula;
use crate::site::Site;
use crate::undecided::Undecided;
use gloo_ir::evaluate::{Entry, Request, StepKind, decide};
use gloo_ir::joined::Joined;
use gloo_ir::normal_form::Witness;
use gloo_ir::{Clause, ClusterId, Predicate, Program, ProviderId, Service, Test, TextAttribute};
use gloo_source::Place;

/// A condition that reads claims of a provider, at one proxy.
pub(super) struct Asking<'a> {
    /// Where it is written.
    pub place: Place,
    /// What it is, in words.
    pub what: String,
    /// What a policy would be on to verify the token, as it is written.
    pub on: String,
    /// The condition.
    pub predicate: Predicate,
    /// The clauses that verify the provider's token at the proxy, where their conditions hold.
    pub verifying: Vec<&'a Clause>,
    /// The cluster.
    pub(super) cluster: &'a ClusterId,
    /// The proxy.
    pub(super) at: At<'a>,
    /// What the requests have in common.
    pub(super) scope: Predicate,
    /// The conditions of rules that come first.
    pub(super) before: Vec<Predicate>,
    /// Who can be the source.
    pub(super) sources: Sources,
    /// The rule of a table that has the condition.
    pub(super) rule: Option<Place>,
}

/// The proxy.
#[derive(Clone)]
pub(super) enum At<'a> {
    /// An entry with its tables.
    Entry(std::sync::Arc<Joined<'a>>),
    /// A service's own.
    Service(&'a Service),
}

impl<'a> Asking<'a> {
    /// A request with a valid token for which the condition depends on a claim, though nobody has verified the token.
    pub(super) fn request(
        &self,
        program: &Program,
        diagrams: &mut Diagrams,
        provider: &ProviderId,
    ) -> Result<Option<(&'a ClusterId, Request)>, Undecided> {
        let verified = Predicate::Any(self.verifying.iter().map(|clause| clause.condition.clone()).collect());
        if self.verifying.iter().any(|clause| clause.condition.is_always()) {
            return Ok(None);
        }
        let absent = without_claims(&self.predicate, provider);
        let before = self.before.iter().map(|one| without_claims(one, provider)).collect();
        let not = |predicate: Predicate| Predicate::Not(Box::new(predicate));
        let open = Predicate::All(vec![self.scope.clone(), not(verified), not(Predicate::Any(before))]);
        let universe = Universe { program, paths: program.paths(), sources: self.sources.clone() };
        let atoms = Atoms::of(&universe, [&open, &self.predicate, &absent])?;
        let (open, with, without) =
            (atoms.formula(&open), atoms.formula(&self.predicate), atoms.formula(&absent));
        let space = diagrams.space(&atoms)?;
        // Those that the claim lets in come first: they are what somebody waits for.
        for (holds, fails) in [(with.clone(), without.clone()), (without, with)] {
            let set = space.set(&Formula::all([open.clone(), holds, !fails]))?;
            let Some(chosen) = space.choose(&set)? else { continue };
            let found = self.replayed(program, &witness(&atoms, &chosen), provider);
            if found.is_some() {
                return Ok(found);
            }
            return Err(Undecided {
                why: "the request that should show it doesn't".to_owned(),
                help: "this is a defect of gloo: please report it with this program".to_owned(),
            });
        }
        Ok(None)
    }

    /// The request, if the evaluator verifies no token of the provider at the proxy.
    fn replayed(
        &self,
        program: &Program,
        witness: &Witness,
        provider: &ProviderId,
    ) -> Option<(&'a ClusterId, Request)> {
        let mut request = match &self.at {
            At::Entry(joined) => Site { program, cluster: self.cluster, joined }.request(witness),
            At::Service(service) => {
                let call = some_call(program, self.cluster, service)?;
                let entry = Entry::Service(service.id.clone());
                let mut request = Request::of_witness(entry, witness, &service.name, call.port, call.tls);
                request.caller = witness.source.clone().unwrap_or(call.caller);
                request
            }
        };
        request.credentials.insert(provider.clone(), gloo_ir::evaluate::Credential::Valid);
        let trace = decide(program, self.cluster, &request);
        let is_verified = trace.steps.iter().any(|step| {
            step.step == StepKind::Authentication
                && self.verifying.iter().any(|clause| step.place == Some(clause.place))
        });
        let decides = |rule: Place| {
            trace.steps.iter().any(|step| step.step == StepKind::Route && step.place == Some(rule))
        };
        let attributes = request.attributes(program, self.cluster);
        let holds = gloo_ir::evaluate::meets(program, &self.predicate, &attributes);
        let is_shown = self.rule.is_none_or(|rule| !holds || !decides(rule));
        (!is_verified && is_shown).then_some((self.cluster, request))
    }
}

/// The predicate where the provider's claims are absent.
fn without_claims(predicate: &Predicate, provider: &ProviderId) -> Predicate {
    let each = |parts: &[Predicate]| parts.iter().map(|part| without_claims(part, provider)).collect();
    match predicate {
        Predicate::All(parts) => Predicate::All(each(parts)),
        Predicate::Any(parts) => Predicate::Any(each(parts)),
        Predicate::Not(part) => Predicate::Not(Box::new(without_claims(part, provider))),
        Predicate::Test(Test::Text(TextAttribute::Claim { provider: own, .. }, _)) if own == provider => {
            Predicate::Any(Vec::new())
        }
        Predicate::Test(test) => Predicate::Test(test.clone()),
    }
}
