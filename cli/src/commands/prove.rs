//! `gloo prove`.

use super::merged::counted;
use super::reach::QUESTION;
use crate::arguments::{Output, ProveArguments};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::Result;
use gloo_checker::{Answer, ask};
use gloo_ir::{Claim, Proof};
use serde_json::{Value, json};

/// Proves a claim, or all claims of the workspace.
///
/// # Errors
/// The workspace can't be read.
pub fn run(arguments: &ProveArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let progress = terminal.progress("proving");
    let question = arguments.claim.as_ref().map(|claim| format!("prove \"what is asked\" {{\n{claim}\n}}\n"));
    let more = question.as_deref().map(|text| (QUESTION, text));
    let workspace = Workspace::load_with(&arguments.workspace, more, world)?;
    let compiled = &workspace.compiled;
    if !workspace.is_right() {
        drop(progress);
        return Ok(report_diagnostics(&compiled.diagnostics, &compiled.sources, arguments.output, terminal));
    }
    let is_asked = |proof: &&Proof| arguments.claim.is_none() || is_question(&workspace, proof);
    let proofs = compiled.program.proofs.iter().map(AsRef::as_ref).filter(is_asked);
    let claims = proofs.flat_map(|proof| proof.claims.iter().map(move |claim| (proof, claim)));
    let answers: Vec<(&Proof, &Claim, Answer)> =
        claims.map(|(proof, claim)| (proof, claim, ask(&compiled.program, claim))).collect();
    drop(progress);
    let failed = answers.iter().filter(|(.., answer)| !matches!(answer, Answer::Holds(..))).count();
    match arguments.output {
        Output::Text => {
            for (proof, _, answer) in &answers {
                let title = arguments.claim.as_deref().unwrap_or(&proof.title).trim();
                show(&workspace, title, answer, terminal);
            }
            if answers.is_empty() {
                terminal.note("the workspace claims nothing; write `prove \"…\" { … }`, or give a claim");
            }
            if arguments.claim.is_none() {
                let proved = answers.len() - failed;
                terminal.line(&format!("{} proved, {failed} not", counted(proved, "claim")));
            }
        }
        Output::Json => {
            let all: Vec<Value> = answers
                .iter()
                .map(|(proof, claim, answer)| to_json(&workspace, proof, claim, answer))
                .collect();
            let proved = answers.len() - failed;
            terminal.json(&json!({ "claims": all, "summary": { "proved": proved, "failed": failed } }));
        }
    }
    Ok(Outcome::of(failed > 0))
}

fn is_question(workspace: &Workspace, proof: &Proof) -> bool {
    workspace.position(proof.place).is_some_and(|(file, _)| file == QUESTION)
}

fn show(workspace: &Workspace, title: &str, answer: &Answer, terminal: &mut Terminal) {
    let (word, says) = match answer {
        Answer::Holds(kinds, _) => {
            (terminal.green("proved"), format!(" ({} of requests)", counted(*kinds, "kind")))
        }
        Answer::Fails(_) | Answer::NoneDoes => (terminal.red("FAILS"), String::new()),
        Answer::Vacuous => (terminal.red("VACUOUS"), String::new()),
        Answer::Undecided(..) => (terminal.yellow("UNDECIDED"), String::new()),
    };
    terminal.line(&format!("{word} {title}{says}"));
    match answer {
        Answer::Fails(example) => {
            terminal.line(&format!("  request: {}", example.command));
            let position = |place| workspace.position(place);
            for line in example.trace.text(&position).lines() {
                terminal.line(&format!("  {line}"));
            }
        }
        Answer::Holds(_, Some(example)) => terminal.line(&format!("  request: {}", example.command)),
        Answer::Holds(_, None) => {}
        Answer::NoneDoes => terminal.line("  no request that it speaks of does so"),
        Answer::Vacuous => terminal.line("  it speaks of no request: make its scope wider"),
        Answer::Undecided(why, help) => terminal.line(&format!("  {why}; {help}")),
    }
}

fn to_json(workspace: &Workspace, proof: &Proof, claim: &Claim, answer: &Answer) -> Value {
    let position = |place| workspace.position(place);
    let (file, line) = position(claim.place).unzip();
    let (verdict, more) = match answer {
        Answer::Holds(kinds, example) => {
            ("proved", json!({ "kinds": kinds, "request": example.as_ref().map(|one| &one.command) }))
        }
        Answer::Fails(example) => (
            "fails",
            json!({
                "cluster": example.cluster.as_str(),
                "request": example.command,
                "trace": example.trace.to_json(&position),
            }),
        ),
        Answer::NoneDoes => ("fails", Value::Null),
        Answer::Vacuous => ("vacuous", Value::Null),
        Answer::Undecided(why, help) => ("undecided", json!({ "why": why, "help": help })),
    };
    json!({ "proof": proof.title, "file": file, "line": line, "verdict": verdict, "evidence": more })
}
