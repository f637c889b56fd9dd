//! Faults put in on purpose.

use crate::context::Context;
use crate::proto::{duration, fraction};
use envoy_types::pb::envoy::extensions::filters::common::fault::v3::{
    FaultDelay, fault_delay::FaultDelaySecifier,
};
use envoy_types::pb::envoy::extensions::filters::http::fault::v3::fault_abort::ErrorType;
use envoy_types::pb::envoy::extensions::filters::http::fault::v3::{FaultAbort, HttpFault};
use gloo_ir::{At, Fault, Percent};
use gloo_source::Reported;

/// What the fault filter does.
pub(crate) fn of(context: &mut Context<'_>, fault: &At<Fault>) -> Result<HttpFault, Reported> {
    if fault.delay.is_some() && fault.abort.is_some() && fault.share != Percent::ALL {
        return Err(context.unsupported(
            fault.at,
            "a delay and an error for the same share of the requests",
            "Envoy draws the two apart; leave out `share`, or one of them",
        ));
    }
    let percentage = Some(fraction(fault.share));
    Ok(HttpFault {
        delay: fault.delay.map(|delay| FaultDelay {
            percentage,
            fault_delay_secifier: duration(delay).map(FaultDelaySecifier::FixedDelay),
        }),
        abort: fault.abort.map(|status| FaultAbort {
            percentage,
            error_type: Some(ErrorType::HttpStatus(status.into())),
            ..FaultAbort::default()
        }),
        ..HttpFault::default()
    })
}
