//! Allows that let nobody in.

use super::{covered, replayed, unmet, with_labels};
use crate::admission::{Idle, IdleRule};
use gloo_ir::Program;
use gloo_source::{Code, Diagnostic, Place};

pub(super) fn shown(program: &Program, idle: &IdleRule<'_>) -> Diagnostic<Place> {
    let message = format!("this `allow` lets nobody into {}", covered(idle));
    let finding = Diagnostic::new(Code::DEAD_ALLOW, idle.rule.place, message);
    let denied = idle.at.iter().find_map(|(proxy, why)| match why {
        Idle::Denied(sample, by) => Some((proxy, sample, by)),
        _ => None,
    });
    let Some((proxy, sample, by)) = denied else {
        let why = idle.at.first().map(|(proxy, why)| match why {
            Idle::Unmet(why) => unmet(proxy, why),
            Idle::Denied(..) | Idle::NotAllowed(..) => String::new(),
        });
        return finding.saying(why.unwrap_or_default()).help("change what it asks for, or delete it").fix(
            "delete the rule",
            idle.rule.place,
            "",
        );
    };
    let places = by.iter().map(|rule| rule.place).collect();
    let finding = finding.saying("whatever it allows is denied");
    let finding = with_labels(finding, by, ["denies all that it allows", "denies some of what it allows"]);
    let finding = finding
        .help("a `deny` wins over every `allow`: make it narrower, or delete the `allow`")
        .fix("delete the rule", idle.rule.place, "");
    match replayed(program, idle, proxy, sample, &places) {
        Ok(Some((request, summary))) => {
            finding.help(format!("the request below is {summary}")).request(request)
        }
        Ok(None) => finding,
        Err(undecided) => undecided.shown(idle.rule.place, "whether this `allow` lets somebody in"),
    }
}
