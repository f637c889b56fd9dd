//! Rules of gateways that give up before the rule of the next hop does.

use crate::folded::Folded;
use crate::nested::{Nested, nested};
use crate::witness::command_line;
use gloo_ir::evaluate::duration_words;
use gloo_ir::{At, Options, Program};
use gloo_source::{Code, Diagnostic, Place};
use std::time::Duration;

/// The timeouts of gateways that end while the mesh's rule for the same request may still wait or try again.
pub(crate) fn timeout_chain(program: &Program, tables: &[Folded<'_>]) -> Vec<Diagnostic<Place>> {
    let is_shorter = |outer: &Options, inner: &Options| {
        outer
            .timeout
            .as_ref()
            .is_some_and(|timeout| longest(inner).is_some_and(|inner| timeout.value < inner.value))
    };
    let (found, unknown) = nested(program, tables, &is_shorter);
    let shown = found.into_iter().filter_map(|nested| shown(program, &nested));
    let unknown = unknown
        .into_iter()
        .map(|(place, why)| why.shown(place, "whether a rule of the mesh waits longer than this one"));
    shown.chain(unknown).collect()
}

/// How long a request may take by its options, where they say it, and by which of them.
fn longest(options: &Options) -> Option<At<Duration>> {
    let tries = options.retries.as_ref().and_then(|retries| {
        let value = retries.per_try?.saturating_mul(retries.attempts.saturating_add(1));
        Some(At { value, at: retries.at })
    });
    match (options.timeout, tries) {
        (Some(timeout), Some(tries)) if tries.value < timeout.value => Some(tries),
        (timeout, tries) => timeout.or(tries),
    }
}

fn shown(program: &Program, nested: &Nested<'_>) -> Option<Diagnostic<Place>> {
    let timeout = nested.outer.options.timeout?;
    let inner = longest(&nested.inner.options)?;
    let title = nested.outer.title();
    let finding = Diagnostic::new(
        Code::TIMEOUT_CHAIN,
        timeout.at,
        format!("the gateway's `{title}` gives up before the rule for the next hop does"),
    );
    Some(
        finding
            .saying(format!("this allows {}", duration_words(timeout.value)))
            .label(inner.at, format!("and this may take {}", duration_words(inner.value)))
            .help(format!("allow at least {} at the gateway, or less behind it", duration_words(inner.value)))
            .help("both rules take the request below")
            .request(command_line(program, nested.cluster, &nested.request)),
    )
}
