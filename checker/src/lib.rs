//! Exact findings about a program, each with a request that shows it.
//!
//! A finding is shown only after the evaluator has answered its request as the finding says.

mod admission;
mod affected;
mod atoms;
mod behaviour;
mod callable;
mod callers;
mod claim;
mod cover;
mod coverage;
mod crossing;
mod diagram;
mod difference;
mod entrance;
mod equality;
mod excerpt;
mod explore;
mod fold;
mod folded;
mod formula;
mod nested;
mod opening;
mod passage;
mod property;
mod proxy;
mod reach;
mod regions;
mod replay;
mod sample;
mod site;
mod solver;
mod table;
mod test_block;
mod undecided;
mod upstream;
mod witness;

pub use claim::{Answer, Example, ask};
pub use cover::Requests;
pub use difference::{Change, Comparison, Difference, EntryComparison, Fate, diff};
pub use equality::{Equality, equality};
pub use folded::Memory;
pub use property::{conflicting_routes, test_failed, test_failed_at};
pub use reach::{EntryReach, Reach, reaching};
pub use regions::{EntryRegions, RegionSample, regions};
pub use sample::{Sample, samples};

pub use test_block::test_blocks;

use folded::{Wanted, folded};
use gloo_ir::Program;
use gloo_source::{Diagnostic, Place};

/// Everything that is found about a program that is free of errors, in an order that only the program decides: by file,
/// place and code.
#[must_use]
pub fn check(program: &Program) -> Vec<Diagnostic<Place>> {
    check_again(program, &mut Memory::default())
}

/// As [`check`], and tables that are as they were in the check before, whatever else has changed, are not gone through again.
#[must_use]
pub fn check_again(program: &Program, memory: &mut Memory) -> Vec<Diagnostic<Place>> {
    checked(program, Wanted::Findings, memory)
}

/// As [`check`], every answer of the decision diagrams held against a second engine: where the two disagree, that is
/// found instead.
#[must_use]
pub fn check_twice(program: &Program) -> Vec<Diagnostic<Place>> {
    checked(program, Wanted::SecondOpinion, &mut Memory::default())
}

fn checked(program: &Program, wanted: Wanted, memory: &mut Memory) -> Vec<Diagnostic<Place>> {
    let mut findings = conflicting_routes(program);
    findings.extend(test_failed(program));
    let tables = folded(program, wanted, memory);
    findings.extend(property::impossible_match(&tables));
    findings.extend(property::shadowed_rule(program, &tables));
    findings.extend(property::partly_shadowed_rule(program, &tables));
    findings.extend(property::retry_budget(program, &tables));
    findings.extend(property::proof_failed(program));
    findings.extend(property::weight_zero(program, &tables));
    findings.extend(property::idle_rule(program));
    findings.extend(property::unreachable_service(program));
    findings.extend(property::unreachable_subset(program));
    findings.extend(property::unreachable_gateway(program));
    findings.extend(property::unreachable_listener(program));
    findings.extend(property::host_without_listener(program));
    findings.extend(property::tls_mismatch(program));
    findings.extend(property::remote_without_mtls(program));
    findings.extend(property::failover_nowhere(program));
    findings.extend(property::name_clash(program));
    findings.extend(property::timeout_chain(program, &tables));
    findings.extend(property::redirect_loop(program, &tables));
    findings.extend(property::outside(program));
    findings.extend(property::uncovered_policy(program));
    findings.extend(property::policy_weakened(program));
    findings.extend(property::limit_bypass(program));
    findings.extend(property::spoofable_client_ip(program));
    findings.extend(property::path_evasion(program));
    findings.extend(property::repeated_header(program));
    findings.extend(property::rewrite_mismatch(program));
    findings.extend(property::claim_without_login(program, &tables));
    findings.extend(property::identity_without_mtls(program));
    findings.extend(property::negated_comparison_on_optional(program, &tables));
    findings.extend(property::cluster_divergence(program, &tables));
    for table in &tables {
        if let Err(undecided) = &table.turns {
            let question = format!("whether each rule of `{}` is ever used", table.table.id);
            findings.push(undecided.clone().shown(table.table.place, &question));
        }
    }
    findings.sort_by_key(|finding| (finding.labels.first().map(|label| label.place), finding.code.number));
    findings
}
