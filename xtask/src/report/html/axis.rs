//! From bytes to places on a line, linear and logarithmic.

use maud::{Markup, html};

use super::parts::length;
use crate::units;

/// A line of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// From 0 to a number of bytes.
    Linear(u64),
    /// From one power of ten to another.
    Log(u32, u32),
}

impl Axis {
    /// An axis from 0 to the largest of these sizes.
    pub fn linear(sizes: impl Iterator<Item = u64>) -> Self {
        Self::Linear(sizes.max().unwrap_or_default().max(1))
    }

    /// An axis over the powers of ten around these sizes; sizes of 0 are left out.
    pub fn log(sizes: impl Iterator<Item = u64>) -> Self {
        let powers: Vec<u32> = sizes.filter(|&bytes| bytes > 0).map(u64::ilog10).collect();
        let (low, high) = (powers.iter().min().copied().unwrap_or(0), powers.iter().max().copied().unwrap_or(0));
        Self::Log(low, high + 1)
    }

    /// Where a size lies, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    pub fn place(self, bytes: u64) -> f64 {
        match self {
            Self::Linear(most) => bytes as f64 / most as f64,
            Self::Log(..) if bytes == 0 => 0.0,
            Self::Log(low, high) => ((bytes as f64).log10() - f64::from(low)) / f64::from(high - low),
        }
        .clamp(0.0, 1.0)
    }

    /// The sizes that are marked: at most six of them.
    pub fn ticks(self) -> Vec<u64> {
        match self {
            Self::Linear(most) => {
                let power = 10_u64.pow(most.ilog10());
                // 1, 2 or 5 times a power of ten, whichever gives two to five of them.
                let step = [power / 5, power / 2, power].into_iter().find(|step| *step > 0 && most / step <= 4);
                let step = step.unwrap_or(power.saturating_mul(2));
                (0..=most / step).map(|count| count * step).collect()
            }
            Self::Log(low, high) => {
                let every = (high - low).div_ceil(5) as usize;
                (low..=high).step_by(every).map(|power| 10_u64.saturating_pow(power)).collect()
            }
        }
    }

    /// The lines of the ticks as one background for all rows of a chart: a thin line of the grid's colour at each.
    pub fn background(self) -> String {
        let line = |tick| format!("linear-gradient(var(--grid) 0 0) {} 0/1px no-repeat", length(self.place(tick)));
        self.ticks().into_iter().map(line).collect::<Vec<_>>().join(",")
    }

    /// The words of the ticks, as a row of their own.
    pub fn words(self) -> Markup {
        html! {
            svg.axis width="100%" height="18" aria-hidden="true" {
                @for tick in self.ticks() {
                    @let place = self.place(tick);
                    text x=(length(place)) y="13" text-anchor=(anchor(place)) {
                        @if tick == 0 { "0" } @else { (round(tick)) }
                    }
                }
            }
        }
    }
}

/// Words at the ends of the line stay inside it.
fn anchor(place: f64) -> &'static str {
    if place < 0.04 {
        "start"
    } else if place > 0.96 {
        "end"
    } else {
        "middle"
    }
}

/// `10.0 MB` without the digits that say nothing on an axis.
pub fn round(bytes: u64) -> String {
    let shown = units::bytes(bytes);
    let (number, unit) = shown.split_once(' ').unwrap_or((&shown, ""));
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_axis_gives_each_power_of_ten_the_same_length() {
        let axis = Axis::log([2_290_000, 0, 1_600_000_000].into_iter());
        assert_eq!(axis, Axis::Log(6, 10));
        assert!((axis.place(10_000_000) - 0.25).abs() < 1e-9 && axis.place(0) < 1e-9);
        assert_eq!(
            axis.ticks().iter().map(|t| round(*t)).collect::<Vec<_>>(),
            ["1 MB", "10 MB", "100 MB", "1 GB", "10 GB"]
        );
    }

    #[test]
    fn a_linear_axis_begins_at_nothing_and_has_round_ticks() {
        let axis = Axis::linear([400_000_000, 1_600_000_000].into_iter());
        assert_eq!(axis.ticks(), [0, 500_000_000, 1_000_000_000, 1_500_000_000]);
        assert!((axis.place(400_000_000) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn no_size_at_all_breaks_an_axis() {
        for bytes in [0, 1, 7, 999, 1000, u64::MAX] {
            for axis in [Axis::linear([bytes].into_iter()), Axis::log([bytes].into_iter())] {
                let ticks = axis.ticks();
                assert!((1..=6).contains(&ticks.len()), "{axis:?} {ticks:?}");
                assert!((0.0..=1.0).contains(&axis.place(bytes)));
            }
        }
    }
}
