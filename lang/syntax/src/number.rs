//! Literals that begin with a digit. The lexer takes one run of characters; here it is told what it is.

use crate::ast::{Literal, Per};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Why a run of characters is no literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberError {
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub help: String,
    /// What should probably stand there instead.
    pub instead: Option<String>,
}

impl NumberError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), instead: None }
    }

    fn instead(mut self, text: impl Into<String>) -> Self {
        self.instead = Some(text.into());
        self
    }
}

/// The literal that `text` is.
pub(crate) fn decode(text: &str) -> Result<Literal, NumberError> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or((text, ""));
    if let Some((count, unit)) = text.split_once('/') {
        let address_like = count.contains('.') && unit.bytes().all(|byte| byte.is_ascii_digit());
        return if address_like { address(text) } else { rate(text, count, unit) };
    }
    match rest {
        "" => Ok(Literal::Int(integer(number)?)),
        "xx" | "XX" | "Xx" | "xX" => status_class(text, number),
        "B" | "KiB" | "MiB" | "GiB" => size(number, rest),
        _ if text.ends_with('%') => percent(text),
        _ if is_dotted(text, 4) => address(text),
        _ if is_dotted(text, 2) || is_dotted(text, 3) => Err(NumberError::new(
            format!("`{text}` has no unit"),
            "a number with a fraction needs one, as `1.5s` or `12.5%`; a version is a string",
        )
        .instead(format!("\"{text}\""))),
        _ => duration(text),
    }
}

fn integer(digits: &str) -> Result<u64, NumberError> {
    if digits.ends_with('_') || digits.contains("__") {
        return Err(NumberError::new(
            format!("`{digits}` is not a number"),
            "`_` stands between two digits, as in `1_000`",
        ));
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    plain.parse().map_err(|_| too_large(digits))
}

fn too_large(text: &str) -> NumberError {
    NumberError::new(format!("`{text}` is too large"), format!("the largest number is {}", u64::MAX))
}

/// Whether `text` is `parts` runs of digits with dots between them.
fn is_dotted(text: &str, parts: usize) -> bool {
    text.split('.').count() == parts
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn address(text: &str) -> Result<Literal, NumberError> {
    let (ip, length) = text.split_once('/').map_or((text, None), |(ip, length)| (ip, Some(length)));
    if ip.parse::<Ipv4Addr>().is_err() {
        let help = "an IPv4 address is four numbers from 0 to 255, as `10.0.0.7`; IPv6 is quoted";
        return Err(NumberError::new(format!("`{text}` is not an address"), help));
    }
    let fits = |length: &str| {
        length.bytes().all(|b| b.is_ascii_digit()) && length.parse::<u8>().is_ok_and(|n| n <= 32)
    };
    if length.is_some_and(|length| !fits(length)) {
        let help = "after the `/` of an IPv4 range stands a number from 0 to 32, as `10.0.0.0/8`";
        return Err(NumberError::new(format!("`{text}` is not a range of addresses"), help));
    }
    Ok(Literal::Address(text.into()))
}

fn rate(text: &str, count: &str, unit: &str) -> Result<Literal, NumberError> {
    let (per, known) = match unit {
        "s" => (Per::Second, true),
        "min" => (Per::Minute, true),
        "hour" => (Per::Hour, true),
        "day" => (Per::Day, true),
        "sec" | "second" | "seconds" => (Per::Second, false),
        "m" | "minute" | "minutes" => (Per::Minute, false),
        "h" | "hr" | "hours" => (Per::Hour, false),
        "d" | "days" => (Per::Day, false),
        _ => {
            let help = "a rate is counted per `s`, `min`, `hour` or `day`, as `100/min`";
            return Err(NumberError::new(format!("`{text}` is not a rate"), help));
        }
    };
    if !count.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        let help = "before the `/` of a rate stands a whole number, as `100/min`";
        return Err(NumberError::new(format!("`{text}` is not a rate"), help));
    }
    let count = integer(count)?;
    if known {
        return Ok(Literal::Rate { count, per });
    }
    let instead = match per {
        Per::Second => format!("{count}/s"),
        Per::Minute => format!("{count}/min"),
        Per::Hour => format!("{count}/hour"),
        Per::Day => format!("{count}/day"),
    };
    let help = "a rate is counted per `s`, `min`, `hour` or `day`";
    Err(NumberError::new(format!("`/{unit}` is not a time of a rate"), help).instead(instead))
}

fn status_class(text: &str, number: &str) -> Result<Literal, NumberError> {
    match (number, text.ends_with("xx")) {
        ("1", true) => Ok(Literal::StatusClass(1)),
        ("2", true) => Ok(Literal::StatusClass(2)),
        ("3", true) => Ok(Literal::StatusClass(3)),
        ("4", true) => Ok(Literal::StatusClass(4)),
        ("5", true) => Ok(Literal::StatusClass(5)),
        ("1" | "2" | "3" | "4" | "5", false) => {
            let help = "the classes are written in small letters, `1xx` to `5xx`";
            Err(NumberError::new(format!("`{text}` is not a class of statuses"), help)
                .instead(format!("{number}xx")))
        }
        _ => Err(NumberError::new(
            format!("`{text}` is not a class of statuses"),
            "the classes are `1xx` to `5xx`",
        )),
    }
}

fn size(number: &str, unit: &str) -> Result<Literal, NumberError> {
    let factor = match unit {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => 1,
    };
    let bytes = integer(number)?.checked_mul(factor).ok_or_else(|| too_large(&format!("{number}{unit}")))?;
    Ok(Literal::Size(bytes))
}

fn percent(text: &str) -> Result<Literal, NumberError> {
    let number = text.strip_suffix('%').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        let help = "a percentage is a number and `%`, as `90%` or `12.5%`";
        return Err(NumberError::new(format!("`{text}` is not a percentage"), help));
    }
    // Millionths of the whole are ten thousandths of a percent: four digits after the point.
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 4 {
        let help = "a percentage has at most four digits after the point";
        return Err(NumberError::new(format!("`{text}` is too fine"), help));
    }
    let fraction: u64 = format!("{fraction:0<4}").parse().map_err(|_| too_large(text))?;
    let whole: u64 = whole.parse().map_err(|_| too_large(text))?;
    let millionths = whole.checked_mul(10_000).and_then(|n| n.checked_add(fraction));
    millionths.map(Literal::Percent).ok_or_else(|| too_large(text))
}

/// The units of a duration, the longest first, with their nanoseconds.
const UNITS: [(&str, u64); 4] =
    [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)];

fn duration(text: &str) -> Result<Literal, NumberError> {
    let mut rest = text;
    let mut total: u64 = 0;
    // Which units may still follow: the parts go from long to short, each once.
    let mut from = 0;
    while !rest.is_empty() {
        let (number, after) = split(rest, |byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'));
        let (unit, after) = split(after, |byte| !byte.is_ascii_digit());
        let Some(at) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return Err(unknown_unit(text, number, unit));
        };
        if at < from {
            let help =
                "the parts of a duration go from `h` over `m` and `s` to `ms`, each once, as in `1h30m`";
            return Err(NumberError::new(format!("`{text}` is not a duration"), help));
        }
        if number.contains('.') && rest.len() != text.len() || number.contains('.') && !after.is_empty() {
            let help = "a fraction stands on a lone unit only, as in `1.5h`";
            return Err(NumberError::new(format!("`{text}` is not a duration"), help));
        }
        let factor = UNITS.get(at).map_or(0, |(_, factor)| *factor);
        total = nanoseconds(text, number, factor)?.checked_add(total).ok_or_else(|| too_large(text))?;
        from = at + 1;
        rest = after;
    }
    Ok(Literal::Duration(Duration::from_nanos(total)))
}

fn split(text: &str, of: impl Fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().take_while(|byte| of(*byte)).count();
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn nanoseconds(text: &str, number: &str, factor: u64) -> Result<u64, NumberError> {
    let Some((whole, fraction)) = number.split_once('.') else {
        return integer(number)?.checked_mul(factor).ok_or_else(|| too_large(text));
    };
    let digits = fraction.trim_end_matches('0');
    if whole.is_empty() || fraction.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::new(
            format!("`{text}` is not a duration"),
            "a duration is written `250ms` or `1.5s`",
        ));
    }
    let too_fine = || NumberError::new(format!("`{text}` is too fine"), "the smallest step is a nanosecond");
    let scale = u32::try_from(digits.len()).ok().and_then(|n| 10u64.checked_pow(n)).ok_or_else(too_fine)?;
    let part = if digits.is_empty() { 0 } else { digits.parse::<u64>().map_err(|_| too_fine())? };
    let part = u128::from(part) * u128::from(factor);
    if part % u128::from(scale) != 0 {
        return Err(too_fine());
    }
    let whole = integer(whole)?.checked_mul(factor).ok_or_else(|| too_large(text))?;
    let part = u64::try_from(part / u128::from(scale)).map_err(|_| too_large(text))?;
    whole.checked_add(part).ok_or_else(|| too_large(text))
}

fn unknown_unit(text: &str, number: &str, unit: &str) -> NumberError {
    let instead = match unit {
        "sec" | "secs" | "second" | "seconds" | "S" => Some("s"),
        "min" | "mins" | "minute" | "minutes" | "M" => Some("m"),
        "hr" | "hrs" | "hour" | "hours" | "H" => Some("h"),
        "msec" | "millis" | "MS" | "Ms" => Some("ms"),
        "b" | "bytes" | "byte" => Some("B"),
        "K" | "k" | "KB" | "kB" | "kb" | "Kb" | "Ki" | "kib" | "KIB" => Some("KiB"),
        "MB" | "Mb" | "mb" | "Mi" | "mib" | "MIB" => Some("MiB"),
        "G" | "g" | "GB" | "Gb" | "gb" | "Gi" | "gib" | "GIB" => Some("GiB"),
        _ => None,
    };
    if let (Some(instead), true) = (instead, text.len() == number.len() + unit.len()) {
        let help = format!("write `{number}{instead}`");
        return NumberError::new(format!("`{unit}` is not a unit"), help)
            .instead(format!("{number}{instead}"));
    }
    if unit.is_empty() {
        let help = "a duration's last part has a unit too, as in `1h30m`";
        return NumberError::new(format!("`{text}` is not a duration"), help);
    }
    if matches!(unit, "d" | "day" | "days" | "w") {
        return NumberError::new(
            format!("`{unit}` is not a unit"),
            "the longest unit is `h`: a day is `24h`",
        );
    }
    let help = "durations are in `h`, `m`, `s` or `ms`, sizes in `B`, `KiB`, `MiB` or `GiB`; a name begins with a letter";
    NumberError::new(format!("`{text}` is not a number with a unit"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> u128 {
        match decode(text) {
            Ok(Literal::Duration(duration)) => duration.as_micros(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn literals_mean_what_they_say() {
        assert_eq!(decode("1_000"), Ok(Literal::Int(1000)));
        assert_eq!(decode("18446744073709551615"), Ok(Literal::Int(u64::MAX)));
        assert_eq!(micros("250ms"), 250_000);
        assert_eq!(micros("1.5s"), 1_500_000);
        assert_eq!(micros("1h30m"), 5_400_000_000);
        assert_eq!(micros("1h2m3s4ms"), 3_723_004_000);
        assert_eq!(micros("0.001ms"), 1);
        assert_eq!(decode("12.5%"), Ok(Literal::Percent(125_000)));
        assert_eq!(decode("0.0001%"), Ok(Literal::Percent(1)));
        assert_eq!(decode("100%"), Ok(Literal::Percent(1_000_000)));
        assert_eq!(decode("64KiB"), Ok(Literal::Size(65_536)));
        assert_eq!(decode("100/min"), Ok(Literal::Rate { count: 100, per: Per::Minute }));
        assert_eq!(decode("9/day"), Ok(Literal::Rate { count: 9, per: Per::Day }));
        assert_eq!(decode("5xx"), Ok(Literal::StatusClass(5)));
        assert_eq!(decode("10.0.0.0/8"), Ok(Literal::Address("10.0.0.0/8".into())));
    }

    #[test]
    fn what_is_no_literal_says_why() {
        for text in [
            "1.5h3m",
            "30m1h",
            "1h30",
            "1h1h",
            "1.s",
            ".5s",
            "5d",
            "1.0000000001s",
            "6xx",
            "0xx",
            "100/",
            "100/week",
            "1.5/s",
            "10.0.0.256",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "1.2",
            "1.2.3",
            "1.2.3.4.5",
            "1__0",
            "1_",
            "18446744073709551616",
            "99999999999GiB",
            "99999999999999999h",
            "12.34567%",
            "1.%",
            "3scale",
            "64KB",
            "5min",
            "100/minute",
            "5XX",
        ] {
            assert!(decode(text).is_err(), "{text}: {:?}", decode(text));
        }
        assert_eq!(decode("64KB").unwrap_err().instead.as_deref(), Some("64KiB"));
        assert_eq!(decode("100/minute").unwrap_err().instead.as_deref(), Some("100/min"));
        assert_eq!(decode("5XX").unwrap_err().instead.as_deref(), Some("5xx"));
        assert_eq!(decode("1.30").unwrap_err().instead.as_deref(), Some("\"1.30\""));
    }
}
