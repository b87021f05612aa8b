//! Numbers as people read them. MB is 10⁶ bytes throughout.

use std::time::Duration;

pub use drydock_reader::hex;

/// Bytes with three significant digits: `374 kB`, `2.16 MB`, `1.65 GB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // 999.5 would be written as 1000 of the smaller unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{} {}", three_digits(value), UNITS[unit])
}

/// How many times `small` goes into `large`; infinite when `small` is 0.
#[expect(clippy::cast_precision_loss, reason = "a quotient of two sizes, shown with three digits")]
pub fn times(large: u64, small: u64) -> f64 {
    large as f64 / small as f64
}

/// A quotient as `763 ×`, `13.1 ×` or `1.20 ×`.
pub fn factor(times: f64) -> String {
    if times.is_finite() { format!("{} ×", three_digits(times)) } else { "∞ ×".to_owned() }
}

/// A duration as `0.2 s`, `12.4 s` or `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(100) {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        let seconds = duration.as_secs();
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// A number as people type it, with or without a unit: `8 MB`, `1.6GB`, `300 ms`, `2 s`, `100 ×`. Bytes, milliseconds or the
/// number itself; `None` for anything else.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let scale = match text[end..].trim().to_lowercase().as_str() {
        "" | "b" | "bytes" | "ms" | "x" | "×" | "times" => 1.0,
        "kb" | "s" | "seconds" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        _ => return None,
    };
    Some(number * scale)
}

/// Milliseconds as `340 ms`, and from one second on as [`seconds`] has them.
pub fn millis(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { seconds(Duration::from_millis(ms)) }
}

fn three_digits(value: f64) -> String {
    if value >= 99.95 {
        format!("{value:.0}")
    } else if value >= 9.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_three_digits() {
        let shown: Vec<_> =
            [0, 999, 1000, 374_000, 999_499, 999_500, 2_164_000, 72_100_000, 1_647_000_000].map(bytes).into();
        assert_eq!(shown, ["0 B", "999 B", "1.00 kB", "374 kB", "999 kB", "1.00 MB", "2.16 MB", "72.1 MB", "1.65 GB"]);
    }

    #[test]
    fn typed_numbers_are_read_with_their_units() {
        let read = ["8 MB", "1.6GB", "300 ms", "2 s", "12,5 kB", "100 ×", "7"].map(|text| parse(text).unwrap());
        let whole = read.map(|number| format!("{number}"));
        assert_eq!(whole, ["8000000", "1600000000", "300", "2000", "12500", "100", "7"]);
        assert!(["", "MB", "8 furlongs", "-3"].into_iter().all(|text| parse(text).is_none()));
    }

    #[test]
    fn quotients_and_durations_are_short() {
        assert_eq!(factor(times(1647, 2)), "824 ×");
        assert_eq!(factor(times(5, 0)), "∞ ×");
        assert_eq!(seconds(Duration::from_millis(180)), "0.2 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
        assert_eq!([0, 999, 1000].map(millis), ["0 ms", "999 ms", "1.0 s"]);
    }
}
