//! Proofs: what is claimed of all requests, held against all that can become of them.

use crate::behaviour::decisive;
use crate::claim::{Answer, ask};
use crate::undecided::Undecided;
use gloo_ir::evaluate::describe;
use gloo_ir::{Claim, Program, Proof, Quantifier};
use gloo_source::{Code, Diagnostic, Place};
use rayon::prelude::*;

/// The claims that don't hold, those that speak of no request, and those that can't be decided.
pub(crate) fn proof_failed(program: &Program) -> Vec<Diagnostic<Place>> {
    let claims: Vec<(&Proof, &Claim)> = program
        .proofs
        .iter()
        .flat_map(|proof| proof.claims.iter().map(move |claim| (proof.as_ref(), claim)))
        .collect();
    let each = claims.into_par_iter().map(|(proof, claim)| shown(ask(program, claim), proof, claim));
    each.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn shown(answer: Answer, proof: &Proof, claim: &Claim) -> Option<Diagnostic<Place>> {
    let wanted = describe(&claim.outcome);
    let failed = || {
        let message = format!("`{}` does not hold", proof.title);
        Diagnostic::new(Code::PROOF_FAILED, claim.place, message)
    };
    Some(match answer {
        Answer::Holds(..) => return None,
        Answer::Fails(example) => {
            let word = if claim.quantifier == Quantifier::No { "should not be" } else { "should be" };
            let mut finding = failed()
                .saying(format!("{word} `{wanted}`"))
                .help(format!("the request below is {}", example.trace.summary()));
            if let Some((place, step)) = decisive(&example.trace).and_then(|step| Some((step.place?, step))) {
                finding = finding.label(place, format!("here `{}` {}", step.decided_by, step.says));
            }
            finding.request(example.command)
        }
        Answer::NoneDoes => failed()
            .saying(format!("no request that this speaks of is `{wanted}`"))
            .help("ask `gloo trace` what becomes of the request that was meant"),
        Answer::Vacuous => Diagnostic::new(
            Code::PROOF_VACUOUS,
            claim.place,
            format!("no request is spoken of by `{}`", proof.title),
        )
        .saying("no request is in its scope")
        .help("make the scope wider, or delete the claim: it says nothing"),
        Answer::Undecided(why, help) => {
            Undecided { why, help }.shown(claim.place, &format!("whether `{}` holds", proof.title))
        }
    })
}
