//! Tries of a gateway's rule, each of which the rule of the next hop tries again.

use crate::folded::Folded;
use crate::nested::{Nested, nested};
use crate::witness::command_line;
use gloo_ir::{Options, Program, RetryOn};
use gloo_source::{Code, Diagnostic, Place};

/// The rules of gateways that try again what the mesh's rule for the same request has tried already.
pub(super) fn multiplied(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let both_try = |outer: &Options, inner: &Options| match (&outer.retries, &inner.retries) {
        (Some(outer), Some(inner)) => {
            outer.on.iter().any(|own| inner.on.iter().any(|after| tries_again(*own, *after)))
        }
        _ => false,
    };
    let (found, unknown) = nested(program, tables, &both_try);
    let shown = found.into_iter().filter_map(|nested| shown(program, &nested));
    let unknown = unknown.into_iter().map(|(place, why)| {
        why.shown(place, "whether a rule of the mesh tries again what this one tries again")
    });
    shown.chain(unknown).collect()
}

/// Whether a failure after which one rule has tried in vain is one after which another tries again. What can't be
/// reached is answered with 503.
fn tries_again(own: RetryOn, after: RetryOn) -> bool {
    let is_answered = |status: u16| match own {
        RetryOn::Class(4) => status == 409,
        RetryOn::Class(class) => status / 100 == u16::from(class),
        RetryOn::GatewayError => (502..=504).contains(&status),
        RetryOn::Status(one) => one == status,
        RetryOn::ConnectFailure | RetryOn::RefusedStream | RetryOn::Reset | RetryOn::Grpc(_) => false,
    };
    own == after
        || match after {
            RetryOn::ConnectFailure | RetryOn::RefusedStream | RetryOn::Reset => is_answered(503),
            RetryOn::Class(4) => is_answered(409),
            RetryOn::Class(class) => (0..100).any(|rest| is_answered(u16::from(class) * 100 + rest)),
            RetryOn::GatewayError => (502..=504).any(is_answered),
            RetryOn::Status(status) => is_answered(status),
            RetryOn::Grpc(_) => false,
        }
}

fn shown(program: &Program, nested: &Nested<'_>) -> Option<Diagnostic<Place>> {
    let outer = nested.outer.options.retries.as_ref()?;
    let inner = nested.inner.options.retries.as_ref()?;
    let (own, behind) = (outer.attempts.saturating_add(1), inner.attempts.saturating_add(1));
    let all = own.saturating_mul(behind);
    let message = format!("a request of `{}` may be sent {all} times", nested.outer.title());
    Some(
        Diagnostic::new(Code::RETRY_BUDGET, outer.at, message)
            .saying(format!("{own} tries here"))
            .label(inner.at, format!("and each of them is tried {behind} times here"))
            .help("let one of the two rules try again: when a service is slow, every further try makes it slower")
            .help("both rules take the request below")
            .request(command_line(program, nested.cluster, &nested.request)),
    )
}
