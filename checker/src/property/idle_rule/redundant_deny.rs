//! Denies of what other denies keep out.

use super::{covered, replayed, with_labels};
use crate::admission::IdleRule;
use crate::proxy::Proxy;
use gloo_ir::normal_form::Witness;
use gloo_ir::{AccessRule, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::collections::BTreeSet;

pub(super) fn shown(
    program: &Program,
    idle: &IdleRule<'_>,
    proxy: &Proxy<'_>,
    sample: &Witness,
    by: &[&AccessRule],
) -> Diagnostic<Place> {
    let place = idle.rule.place;
    let message = format!("other rules keep out of {} all that this `deny` does", covered(idle));
    let finding = Diagnostic::new(Code::REDUNDANT_DENY, place, message);
    let finding = finding.saying("what it denies is denied without it");
    let finding = with_labels(finding, by, ["denies all of it", "denies some of it"])
        .help("delete it, or make the others narrower")
        .fix("delete the rule", place, "");
    let places: BTreeSet<Place> = by.iter().map(|rule| rule.place).chain([place]).collect();
    match replayed(program, idle, proxy, sample, &places) {
        Ok(Some((request, _))) => {
            finding.help("the request below is denied with this rule and without it").request(request)
        }
        Ok(None) => finding,
        Err(undecided) => undecided.shown(place, "whether this `deny` keeps somebody out"),
    }
}
