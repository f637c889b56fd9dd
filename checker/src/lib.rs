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

use folded::{Wanted, folded_while};
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
    checked(program, Wanted::Findings, memory, &|| true).unwrap_or_default()
}

/// As [`check_again`], and given up as soon as `goes_on` says no, which it then says for good; the tables that were gone
/// through by then are remembered.
#[must_use]
pub fn check_while(
    program: &Program,
    memory: &mut Memory,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Diagnostic<Place>>> {
    checked(program, Wanted::Findings, memory, goes_on)
}

/// As [`check`], every answer of the decision diagrams held against a second engine: where the two disagree, that is
/// found instead.
#[must_use]
pub fn check_twice(program: &Program) -> Vec<Diagnostic<Place>> {
    checked(program, Wanted::SecondOpinion, &mut Memory::default(), &|| true).unwrap_or_default()
}

fn checked(
    program: &Program,
    wanted: Wanted,
    memory: &mut Memory,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Diagnostic<Place>>> {
    let mut findings = conflicting_routes(program);
    findings.extend(test_failed(program));
    let tables = folded_while(program, wanted, memory, goes_on);
    let properties: &[&dyn Fn() -> Vec<Diagnostic<Place>>] = &[
        &|| property::impossible_match(&tables),
        &|| property::shadowed_rule(program, &tables),
        &|| property::partly_shadowed_rule(program, &tables),
        &|| property::retry_budget(program, &tables),
        &|| property::proof_failed(program),
        &|| property::weight_zero(program, &tables),
        &|| property::idle_rule(program),
        &|| property::unreachable_service(program),
        &|| property::unreachable_subset(program),
        &|| property::unreachable_gateway(program),
        &|| property::unreachable_listener(program),
        &|| property::host_without_listener(program),
        &|| property::tls_mismatch(program),
        &|| property::remote_without_mtls(program),
        &|| property::failover_nowhere(program),
        &|| property::name_clash(program),
        &|| property::timeout_chain(program, &tables),
        &|| property::redirect_loop(program, &tables),
        &|| property::outside(program),
        &|| property::uncovered_policy(program),
        &|| property::policy_weakened(program),
        &|| property::limit_bypass(program),
        &|| property::spoofable_client_ip(program),
        &|| property::path_evasion(program),
        &|| property::repeated_header(program),
        &|| property::rewrite_mismatch(program),
        &|| property::claim_without_login(program, &tables),
        &|| property::identity_without_mtls(program),
        &|| property::negated_comparison_on_optional(program, &tables),
        &|| property::cluster_divergence(program, &tables),
    ];
    for property in properties {
        if !goes_on() {
            return None;
        }
        findings.extend(property());
    }
    for table in &tables {
        if let Err(undecided) = &table.turns {
            let question = format!("whether each rule of `{}` is ever used", table.table.id);
            findings.push(undecided.clone().shown(table.table.place, &question));
        }
    }
    findings.sort_by_key(|finding| (finding.labels.first().map(|label| label.place), finding.code.number));
    Some(findings)
}
