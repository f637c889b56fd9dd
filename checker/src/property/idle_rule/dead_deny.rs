//! Denies of what no rule allows.

use super::{covered, replayed, unmet};
use crate::admission::{Idle, IdleRule};
use gloo_ir::Program;
use gloo_source::{Code, Diagnostic, Place};

pub(super) fn shown(program: &Program, idle: &IdleRule<'_>) -> Diagnostic<Place> {
    let place = idle.rule.place;
    let message = format!("this `deny` keeps nobody out of {}", covered(idle));
    let finding = Diagnostic::new(Code::DEAD_DENY, place, message);
    let not_allowed = idle.at.iter().find_map(|(proxy, why)| match why {
        Idle::NotAllowed(sample, has_allow) => Some((proxy, sample, *has_allow)),
        _ => None,
    });
    let Some((proxy, sample, has_allow)) = not_allowed else {
        let why = idle.at.first().map(|(proxy, why)| match why {
            Idle::Unmet(why) => unmet(proxy, why),
            Idle::Denied(..) | Idle::NotAllowed(..) => String::new(),
        });
        return finding.saying(why.unwrap_or_default()).help("change what it asks for, or delete it").fix(
            "delete the rule",
            place,
            "",
        );
    };
    let finding = if has_allow {
        finding
            .saying("no rule allows what it denies")
            .help("an access block closes what it covers but for its allows: delete the `deny`, or widen an `allow`")
            .fix("delete the rule", place, "")
    } else {
        finding
            .saying("no rule allows anything here")
            .help("an access block closes what it covers but for its allows: to let everybody else in, write `allow any`")
    };
    let closing = program.access.iter().filter(|access| proxy.is_covered_by(access));
    let of_block =
        closing.flat_map(|access| access.rules.iter().map(|rule| rule.place).chain([access.place]));
    let places = of_block.collect();
    match replayed(program, idle, proxy, sample, &places) {
        Ok(Some((request, _))) => {
            finding.help("the request below is denied with this rule and without it").request(request)
        }
        Ok(None) => finding,
        Err(undecided) => undecided.shown(place, "whether this `deny` keeps somebody out"),
    }
}
