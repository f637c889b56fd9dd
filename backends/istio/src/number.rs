//! Durations and percents as Istio reads them.

use gloo_ir::Percent;
use serde_json::{Number, Value};
use std::time::Duration;

/// A duration in seconds, as protobuf's JSON form has it: `0.25s`, `5s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let nanos = duration.subsec_nanos();
    if nanos == 0 {
        return format!("{}s", duration.as_secs());
    }
    let fraction = format!("{nanos:09}");
    format!("{}.{}s", duration.as_secs(), fraction.trim_end_matches('0'))
}

/// A percentage such that Istio comes to exactly these millionths: it multiplies by 10,000 and cuts the fraction off
/// (`translatePercentToFractionalPercent`), which would turn 0.57 % into 5,699 millionths.
pub(crate) fn percentage(percent: Percent) -> Value {
    if percent.millionths.is_multiple_of(10_000) {
        return Value::from(percent.millionths / 10_000);
    }
    let near = f64::from(percent.millionths) / 10_000.0;
    let exact = if cut(near) == percent.millionths { near } else { near.next_up() };
    Number::from_f64(exact).map_or(Value::Null, Value::Number)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cutting off is what Istio does")]
fn cut(percent: f64) -> u32 {
    (percent * 10_000.0) as u32
}

/// Integer weights in the proportions of the shares: of 100 if that does, else of 1,000, and so on.
pub(crate) fn weights(shares: impl Iterator<Item = Percent> + Clone) -> Vec<u32> {
    let unit =
        [10_000, 1_000, 100, 10].into_iter().find(|unit| shares.clone().all(|s| s.millionths % unit == 0));
    shares.map(|share| share.millionths / unit.unwrap_or(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds() {
        assert_eq!(seconds(Duration::from_millis(250)), "0.25s");
        assert_eq!(seconds(Duration::from_secs(90)), "90s");
    }

    #[test]
    fn istio_comes_to_the_very_millionths() {
        for millionths in 0..=1_000_000 {
            let value = percentage(Percent { millionths });
            assert_eq!(value.as_f64().map(cut), Some(millionths), "{value}");
        }
    }

    #[test]
    fn weights_are_of_a_hundred_if_they_can() {
        let of = |parts: &[u32]| weights(parts.iter().map(|&millionths| Percent { millionths }));
        assert_eq!(of(&[900_000, 100_000]), [90, 10]);
        assert_eq!(of(&[125_000, 875_000]), [125, 875]);
        assert_eq!(of(&[1, 999_999]), [1, 999_999]);
    }
}
