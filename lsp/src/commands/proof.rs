//! Claims, proved.

use super::{Subject, result};
use crate::protocol::{Answer as Answered, Failure};
use gloo_checker::{Answer, Example, ask};
use serde_json::Value;

/// Says of each claim of the proof at the position whether it holds, with a request that shows it where there is one.
pub fn prove(subject: &Subject) -> Answered<Value> {
    let mut proofs = subject.program.proofs.iter();
    let proof = proofs.find(|proof| subject.is_within(proof.place));
    let proof = proof.ok_or_else(|| Failure::Invalid("there is no proof here".to_owned()))?;
    let mut text = String::new();
    let mut failed = 0;
    for claim in &proof.claims {
        let answer = ask(&subject.program, claim);
        failed += usize::from(!matches!(answer, Answer::Holds(..)));
        text.push_str(&format!("# {}: {}\n", subject.link(claim.place), said(&answer)));
        if let Answer::Holds(_, Some(example)) | Answer::Fails(example) = &answer {
            text.push_str(&shown(example));
        }
        text.push('\n');
    }
    let holds = if failed == 0 { "holds" } else { "doesn't hold" };
    Ok(result(format!("{} {holds}", proof.title), "shellscript", text))
}

fn said(answer: &Answer) -> String {
    match answer {
        Answer::Holds(1, _) => "holds, for the one kind of requests that it speaks of".to_owned(),
        Answer::Holds(kinds, _) => format!("holds, for all {kinds} kinds of requests"),
        Answer::Fails(_) => "doesn't hold, as this request shows".to_owned(),
        Answer::NoneDoes => "doesn't hold: no request does that".to_owned(),
        Answer::Vacuous => "speaks of no request".to_owned(),
        Answer::Undecided(why, help) => format!("is not known: {why}; {help}"),
    }
}

fn shown(example: &Example) -> String {
    format!("# on {}: {}\n{}\n", example.cluster, example.trace.summary(), example.command)
}
