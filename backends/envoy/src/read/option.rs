//! How a route's requests go: times, tries, copies, faults.

use super::guard::{self, Guard};
use super::http_filter::{Filters, Kind};
use super::{Site, header_change};
use gloo_ir::{
    At, Destination, Fault, GrpcStatus, HashKey, HeaderOperation, Mirror, Percent, Retries, RetryOn,
};
use gloo_target::{Fields, Unread};
use serde_json::json;
use std::time::Duration;

/// A duration as protobuf's JSON has it: `1.5s`.
pub(super) fn duration(fields: &Fields<'_>, field: &str, text: &str) -> Result<Duration, Unread> {
    let seconds = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.ok_or_else(|| fields.unread(field, "a duration such as `1.5s` is expected here"))?;
    // Nothing is said in less than microseconds, which a float can't hold exactly.
    Ok(Duration::from_micros(u64::try_from((time.as_nanos() + 500) / 1_000).unwrap_or(u64::MAX)))
}

/// A share (`envoy.type.v3.FractionalPercent`).
pub(super) fn share(mut fraction: Fields<'_>) -> Result<Percent, Unread> {
    let numerator = fraction.number("numerator")?.unwrap_or(0);
    let each = match fraction.text("denominator")? {
        None | Some("HUNDRED") => 10_000,
        Some("TEN_THOUSAND") => 100,
        Some("MILLION") => 1,
        Some(_) => return Err(fraction.unread("denominator", "it can't be read")),
    };
    let millionths = numerator
        .checked_mul(each)
        .and_then(|share| u32::try_from(share).ok())
        .filter(|share| *share <= 1_000_000);
    let millionths = millionths.ok_or_else(|| fraction.unread("numerator", "it is more than all"))?;
    fraction.done()?;
    Ok(Percent { millionths })
}

/// When a request is tried again. The pause between tries is not read: the language has none.
pub(super) fn retries(mut policy: Fields<'_>) -> Result<Retries, Unread> {
    policy.ignore(&["retry_back_off"]);
    let attempts = u32::try_from(policy.number("num_retries")?.unwrap_or(1)).unwrap_or(u32::MAX);
    let per_try =
        policy.text("per_try_timeout")?.map(|text| duration(&policy, "per_try_timeout", text)).transpose()?;
    let statuses = policy.list("retriable_status_codes")?;
    let statuses =
        statuses.into_iter().filter_map(|status| u16::try_from(status.as_u64()?).ok()).map(RetryOn::Status);
    let mut statuses: Vec<RetryOn> = statuses.collect();
    let mut on = Vec::new();
    for word in policy.text("retry_on")?.unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
        match word {
            "connect-failure" => on.push(RetryOn::ConnectFailure),
            "refused-stream" => on.push(RetryOn::RefusedStream),
            "reset" => on.push(RetryOn::Reset),
            "retriable-4xx" => on.push(RetryOn::Class(4)),
            "5xx" => on.push(RetryOn::Class(5)),
            "gateway-error" => on.push(RetryOn::GatewayError),
            "cancelled" => on.push(RetryOn::Grpc(GrpcStatus::Cancelled)),
            "deadline-exceeded" => on.push(RetryOn::Grpc(GrpcStatus::DeadlineExceeded)),
            "internal" => on.push(RetryOn::Grpc(GrpcStatus::Internal)),
            "resource-exhausted" => on.push(RetryOn::Grpc(GrpcStatus::ResourceExhausted)),
            "unavailable" => on.push(RetryOn::Grpc(GrpcStatus::Unavailable)),
            "retriable-status-codes" => on.append(&mut statuses),
            _ => return Err(policy.unread("retry_on", format!("`{word}` can't be read"))),
        }
    }
    policy.done()?;
    Ok(Retries { attempts, per_try, on })
}

/// Where copies go.
pub(super) fn mirror(site: &Site<'_>, mut policy: Fields<'_>) -> Result<Mirror, Unread> {
    policy.ignore(&["trace_sampled"]);
    policy.expect(
        "disable_shadow_host_suffix_append",
        &json!(true),
        "the copy's host would get `-shadow` behind it",
    )?;
    let to = destination(site, &mut policy, "cluster")?;
    let share = match policy.object("runtime_fraction")? {
        Some(mut fraction) => {
            let default = fraction.object("default_value")?;
            let default = default.ok_or_else(|| fraction.unread("default_value", "it is missing"))?;
            fraction.done()?;
            share(default)?
        }
        None => Percent::ALL,
    };
    policy.done()?;
    Ok(Mirror { to, share })
}

/// The cluster that a field names.
pub(super) fn destination(
    site: &Site<'_>,
    fields: &mut Fields<'_>,
    field: &str,
) -> Result<Destination, Unread> {
    let name = fields.needed_text(field)?;
    let upstream = site
        .upstreams
        .get(name)
        .ok_or_else(|| fields.unread(field, format!("there is no cluster `{name}`, or it can't be read")))?;
    Ok(Destination { target: upstream.target.clone(), port: upstream.port.clone(), place: site.place() })
}

/// What decides which instance a request goes to.
pub(super) fn hash(mut policy: Fields<'_>) -> Result<HashKey, Unread> {
    let key = if let Some(mut header) = policy.object("header")? {
        let name = header.needed_text("header_name")?.to_ascii_lowercase();
        header.done()?;
        HashKey::Header(name)
    } else if let Some(mut cookie) = policy.object("cookie")? {
        cookie.ignore(&["ttl", "path"]);
        let name = cookie.needed_text("name")?.to_owned();
        cookie.done()?;
        HashKey::Cookie(name)
    } else if let Some(mut query) = policy.object("query_parameter")? {
        let name = query.needed_text("name")?.to_owned();
        query.done()?;
        HashKey::Query(name)
    } else if let Some(mut connection) = policy.object("connection_properties")? {
        if connection.flag("source_ip")? != Some(true) {
            return Err(connection.unread("source_ip", "it isn't known what this hashes"));
        }
        connection.done()?;
        HashKey::ClientAddress
    } else {
        return Err(policy.unread("", "it isn't known what this hashes"));
    };
    policy.done()?;
    Ok(key)
}

/// What filters do for one route.
#[derive(Debug, Default)]
pub(super) struct PerFilter {
    pub guard: Guard,
    pub request_headers: Vec<HeaderOperation>,
    pub response_headers: Vec<HeaderOperation>,
    pub fault: Option<Fault>,
}

/// The settings of filters for a route, by the filters' names. Envoy ignores those of filters that don't run.
pub(super) fn per_filter(mut all: Fields<'_>, filters: &Filters) -> Result<PerFilter, Unread> {
    let mut read = PerFilter::default();
    for name in all.names() {
        let Some(mut config) = all.object(name)? else { continue };
        let kind = config.needed_text("@type")?;
        match (kind.rsplit('.').next().unwrap_or(kind), filters.kinds.get(name)) {
            (_, None) => return Err(config.unread("", "no filter of the name runs, so Envoy ignores this")),
            ("PerRouteConfig", Some(Kind::Tokens)) => {
                read.guard.providers = guard::of_route(&filters.tokens, &mut config)?;
            }
            ("RBACPerRoute", Some(Kind::Claims)) => guard::add_rbac(&mut read.guard, &mut config)?,
            ("HeaderMutationPerRoute", Some(Kind::Headers)) => {
                if let Some(mut mutations) = config.object("mutations")? {
                    read.request_headers = header_change::read(mutations.objects("request_mutations")?)?;
                    read.response_headers = header_change::read(mutations.objects("response_mutations")?)?;
                    mutations.done()?;
                }
            }
            ("HTTPFault", Some(Kind::Fault)) => read.fault = Some(fault(&mut config)?),
            _ => return Err(config.unread("@type", "it isn't known what this does to requests")),
        }
        config.done()?;
    }
    Ok(read)
}

fn fault(config: &mut Fields<'_>) -> Result<Fault, Unread> {
    let mut shares = Vec::new();
    let mut delay = None;
    if let Some(mut fields) = config.object("delay")? {
        let text = fields.needed_text("fixed_delay")?;
        delay = Some(duration(&fields, "fixed_delay", text)?);
        shares.push(fields.object("percentage")?.map(share).transpose()?.unwrap_or(Percent::NONE));
        fields.done()?;
    }
    let mut abort = None;
    if let Some(mut fields) = config.object("abort")? {
        abort = fields.number("http_status")?.and_then(|status| u16::try_from(status).ok());
        shares.push(fields.object("percentage")?.map(share).transpose()?.unwrap_or(Percent::NONE));
        fields.done()?;
    }
    // Envoy draws the two apart: both are drawn together only if that is always.
    match shares.as_slice() {
        [share] => Ok(Fault { delay, abort, share: *share }),
        [Percent::ALL, Percent::ALL] => Ok(Fault { delay, abort, share: Percent::ALL }),
        _ => Err(config.unread("", "a delay and an error are drawn apart")),
    }
}

/// A value that stands at the gateway.
pub(super) fn at<T>(site: &Site<'_>, value: T) -> At<T> {
    At { value, at: site.place() }
}
