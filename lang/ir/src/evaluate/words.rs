//! Values of a program in the words of the language, for traces.

use super::effect::retry_word;
use crate::{
    Action, Destination, Fault, HashKey, LimitKey, Percent, Rate, Retries, Share, Target, TextAttribute,
};
use std::time::Duration;

/// `250ms`, `1.5s`, `5m`: the largest unit in which it is said shortly.
#[must_use]
pub fn duration(time: Duration) -> String {
    let millis = time.as_millis();
    let unit = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")]
        .into_iter()
        .find(|(size, _)| millis.is_multiple_of(*size));
    match unit {
        _ if millis == 0 => "0s".to_owned(),
        Some((size, unit)) => format!("{}{unit}", millis / size),
        None if millis > 1_000 => {
            let digits = format!("{:03}", millis % 1_000);
            format!("{}.{}s", millis / 1_000, digits.trim_end_matches('0'))
        }
        None => format!("{millis}ms"),
    }
}

/// `100/min`.
pub(crate) fn rate(rate: Rate) -> String {
    let unit = match rate.seconds {
        1 => "s",
        60 => "min",
        3_600 => "hour",
        _ => "day",
    };
    format!("{}/{unit}", rate.requests)
}

/// `header("x")`, `auth0.sub`.
#[must_use]
pub fn attribute(attribute: &TextAttribute) -> String {
    match attribute {
        TextAttribute::Header(name) => format!("header(\"{name}\")"),
        TextAttribute::Query(name) => format!("query(\"{name}\")"),
        TextAttribute::Cookie(name) => format!("cookie(\"{name}\")"),
        TextAttribute::Claim { provider, name } if name == "sub" || name == "iss" => {
            format!("{provider}.{name}")
        }
        TextAttribute::Claim { provider, name } => format!("{provider}.claim(\"{name}\")"),
        TextAttribute::ClientCertificateUri => "client.cert.uri".to_owned(),
        TextAttribute::ClientCertificateDns => "client.cert.dns".to_owned(),
        TextAttribute::ServerName => "tls.sni".to_owned(),
    }
}

/// `client.ip`, `header("x")`.
pub(crate) fn limit_key(key: &LimitKey) -> String {
    match key {
        LimitKey::ClientAddress => "client.ip".to_owned(),
        LimitKey::SourceAddress => "source.ip".to_owned(),
        LimitKey::Source => "source".to_owned(),
        LimitKey::Path => "path".to_owned(),
        LimitKey::Method => "method".to_owned(),
        LimitKey::Host => "host".to_owned(),
        LimitKey::Text(text) => attribute(text),
    }
}

/// `header("x-user")`, `client.ip`.
pub(crate) fn hash_key(key: &HashKey) -> String {
    match key {
        HashKey::Header(name) => format!("header(\"{name}\")"),
        HashKey::Cookie(name) => format!("cookie(\"{name}\")"),
        HashKey::Query(name) => format!("query(\"{name}\")"),
        HashKey::ClientAddress => "client.ip".to_owned(),
    }
}

/// `shop.cart.v2@east`, `stripe`.
pub(crate) fn target(target: &Target) -> String {
    match target {
        Target::External(external) => external.to_string(),
        Target::Service { service, subset, cluster } => {
            let mut text = service.to_string();
            if let Some(subset) = subset {
                text.push_str(&format!(".{subset}"));
            }
            if let Some(cluster) = cluster {
                text.push_str(&format!("@{cluster}"));
            }
            text
        }
    }
}

/// `shop.cart.v2`.
pub(crate) fn destination(destination: &Destination) -> String {
    target(&destination.target)
}

/// `shop.cart.v1 90%, shop.cart.v2 10%`.
pub(crate) fn shares(shares: &[Share]) -> String {
    match shares {
        [only] if only.weight == Percent::ALL => destination(&only.destination),
        _ => {
            let parts =
                shares.iter().map(|share| format!("{} {}", destination(&share.destination), share.weight));
            parts.collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a rule does, shortly.
pub(crate) fn action(action: &Action) -> String {
    match action {
        Action::Forward(parts) => format!("to {}", shares(parts)),
        Action::Redirect(redirect) => format!("redirects with {}", redirect.status),
        Action::Respond(respond) => match respond.grpc {
            Some(grpc) => format!("answers {}", grpc.word()),
            None => format!("answers {}", respond.status),
        },
        Action::Delegate(table) => format!("asks {table}"),
    }
}

/// `2 retries on connect_failure, reset, 503, 500ms each`.
pub(crate) fn retries(retries: &Retries) -> String {
    let on: Vec<String> = retries.on.iter().map(|on| retry_word(*on)).collect();
    let noun = if retries.attempts == 1 { "retry" } else { "retries" };
    let each = retries.per_try.map(|time| format!(", {} each", duration(time))).unwrap_or_default();
    format!("{} {noun} on {}{each}", retries.attempts, on.join(", "))
}

/// `held back 2s and answered 503, 5% of the requests`.
pub(crate) fn fault(fault: &Fault) -> String {
    let delay = fault.delay.map(|delay| format!("held back {}", duration(delay)));
    let abort = fault.abort.map(|status| format!("answered {status}"));
    let parts: Vec<String> = delay.into_iter().chain(abort).collect();
    let share = if fault.share == Percent::ALL {
        String::new()
    } else {
        format!(", {} of the requests", fault.share)
    };
    format!("{}{share}", parts.join(" and "))
}
