//! Rules of services that go by the client's address, which whoever calls a service says.

use crate::admission::{Spoofed, spoofed};
use crate::undecided::Undecided;
use crate::witness::command_line;
use gloo_ir::evaluate::{Caller, Trace, decide};
use gloo_ir::{Effect, Program};
use gloo_source::{Code, Diagnostic, Place};

/// The access rules of services that somebody who is no gateway gets around by the address that a header says.
pub(crate) fn spoofable_client_ip(program: &Program) -> Vec<Diagnostic<Place>> {
    let (found, undecided) = spoofed(program);
    let question = "whether a caller gets in by the address that it says";
    let undecided = undecided.into_iter().map(|(place, why)| why.shown(place, question));
    found.iter().map(|one| shown(program, one)).chain(undecided).collect()
}

fn shown(program: &Program, spoofed: &Spoofed<'_>) -> Diagnostic<Place> {
    let proxy = &spoofed.proxy;
    let said = spoofed.refused.client_address.zip(spoofed.allowed.client_address);
    let place = spoofed.rule.place;
    let verb = if spoofed.rule.effect == Effect::Allow { "lets in" } else { "keeps out" };
    let message = format!("this rule of `{proxy}` {verb} by an address that callers say themselves");
    let finding = Diagnostic::new(Code::SPOOFABLE_CLIENT_IP, place, message)
        .saying("at a service `client.ip` is what the caller's headers say")
        .help("ask for it at the gateway, which knows it, and let only the gateway in here");
    // Tables of the mesh may send the call elsewhere, and other policies refuse it before access is asked.
    let bare = Program { tables: Default::default(), policies: Default::default(), ..program.clone() };
    let pairs = proxy.requests(&spoofed.refused).into_iter().zip(proxy.requests(&spoofed.allowed));
    let mut is_true = false;
    for ((cluster, refused), (_, allowed)) in pairs {
        let differ = |program: &Program| -> Option<(Trace, Trace)> {
            let (one, other) = (decide(program, cluster, &refused), decide(program, cluster, &allowed));
            (!one.answers_like(&other)).then_some((one, other))
        };
        is_true |= differ(&bare).is_some();
        let Some((one, other)) = differ(program) else { continue };
        let who = match &allowed.caller {
            Caller::Outside => "somebody without identity".to_owned(),
            caller => format!("`{caller}`"),
        };
        let finding = match said {
            Some((from, to)) => finding.help(format!(
                "as `{from}` {who} is {}, and as `{to}` it is {}",
                one.summary(),
                other.summary()
            )),
            None => finding,
        };
        return finding.request(command_line(program, cluster, &allowed));
    }
    if is_true {
        return finding;
    }
    let why = Undecided {
        why: "the requests that should show that the address decides don't".to_owned(),
        help: "this is a defect of gloo: please report it with this program".to_owned(),
    };
    why.shown(place, "whether a caller gets in by the address that it says")
}
