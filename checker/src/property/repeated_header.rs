//! Access rules whose answer a second value of a header changes.

use crate::admission::{Repeated, repeated};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Final, Trace, decide};
use gloo_ir::{Effect, Program};
use gloo_source::{Code, Diagnostic, Place};

/// The access rules that somebody gets around by sending a header twice.
pub(crate) fn repeated_header(program: &Program) -> Vec<Diagnostic<Place>> {
    let (found, undecided) = repeated(program);
    let question = "whether a second value of a header changes what this does";
    let undecided = undecided.into_iter().map(|(place, why)| why.shown(place, question));
    found.iter().map(|one| shown(program, one)).chain(undecided).collect()
}

fn shown(program: &Program, repeated: &Repeated<'_>) -> Diagnostic<Place> {
    let Repeated { rule, proxy, header, .. } = repeated;
    let place = rule.place;
    let message = format!("a second value of the header `{header}` gets around this rule");
    let finding = Diagnostic::new(Code::REPEATED_HEADER, place, message);
    let finding = match rule.effect {
        Effect::Deny => finding
            .saying("denies one value by itself, and not with another beside it")
            .help("say which values are denied: `==`, `in` and `matches` hold if some value meets them"),
        Effect::Allow => finding
            .saying("allows two values together, and neither by itself")
            .help("ask for one thing of the header only: each condition may be met by another value"),
    };
    // Tables of the mesh may send the call elsewhere, and other policies refuse it before access is asked.
    let bare = Program { tables: Default::default(), policies: Default::default(), ..program.clone() };
    let gets_in = |trace: &Trace| !matches!(trace.outcome, Final::Denied { .. });
    let mut is_true = false;
    let ones = proxy.requests(&repeated.refused).into_iter().zip(proxy.requests(&repeated.allowed));
    for ((cluster, refused), (_, allowed)) in ones {
        let differ = |program: &Program| -> Option<(Trace, Trace)> {
            let (one, both) = (decide(program, cluster, &refused), decide(program, cluster, &allowed));
            (!gets_in(&one) && !one.answers_like(&both)).then_some((one, both))
        };
        is_true |= differ(&bare).is_some();
        let Some((one, both)) = differ(program).filter(|(_, both)| gets_in(both)) else { continue };
        return finding
            .help(format!("with one value it is {}, and with both {}", one.summary(), both.summary()))
            .request(command_line(program, cluster, &allowed));
    }
    if is_true {
        return finding;
    }
    let why = Undecided {
        why: "the requests that should show that it does don't".to_owned(),
        help: "this is a defect of gloo: please report it with this program".to_owned(),
    };
    why.shown(place, "whether a second value of a header changes what this does")
}
