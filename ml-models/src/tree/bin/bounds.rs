//! Boundaries of the bins of a column.
//!
//! Columns with few distinct values get a boundary midway between neighbours; others get bins of
//! about equal weight, in which a value frequent enough to fill a bin has one of its own. Negative
//! numbers, zero and positive numbers never share one of three or more bins; of two, zero and the
//! positive numbers share one where there are negative numbers. Rules and rounding follow LightGBM,
//! so that equal data give equal bins.

/// Numbers this close to zero are zero.
const ZERO: f64 = 1e-35;

/// The distinct values of a column in ascending order, each with its number of rows.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    pub(crate) values: Vec<f64>,
    pub(crate) counts: Vec<f64>,
}

impl Distinct {
    /// From sorted values; neighbours in the last place are one value, zeros of all kinds are 0.
    pub(crate) fn from_sorted(sorted: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut out = Self::default();
        for (value, count) in sorted {
            let value = if value.abs() <= ZERO {
                0.0
            } else {
                value.clamp(-f64::MAX, f64::MAX)
            };
            match (out.values.last_mut(), out.counts.last_mut()) {
                (Some(last), Some(rows)) if value <= last.next_up() => {
                    *last = value;
                    *rows += count;
                }
                _ => {
                    out.values.push(value);
                    out.counts.push(count);
                }
            }
        }
        out
    }

    /// Upper boundaries of the bins, ascending, the last bin's (infinity) left out: bin `b` holds
    /// the values above boundary `b - 1` and at most boundary `b`.
    pub(crate) fn bounds(&self, max_bin: usize, min_data_in_bin: usize) -> Vec<f64> {
        let negative = self.values.partition_point(|&v| v <= -ZERO);
        let positive = self.values.partition_point(|&v| v <= ZERO);
        let total: f64 = self.counts[..negative]
            .iter()
            .chain(&self.counts[positive..])
            .sum();
        let mut bounds = Vec::new();
        if negative > 0 && max_bin > 1 {
            let rows: f64 = self.counts[..negative].iter().sum();
            let share = ((rows / total * (max_bin - 1) as f64) as usize).max(1);
            self.greedy(0..negative, share, rows, min_data_in_bin, &mut bounds);
            bounds.push(-ZERO);
        }
        let room = (max_bin - 1).saturating_sub(bounds.len());
        if positive < self.values.len() && room > 0 {
            let rows: f64 = self.counts[positive..].iter().sum();
            bounds.push(ZERO);
            self.greedy(
                positive..self.values.len(),
                room,
                rows,
                min_data_in_bin,
                &mut bounds,
            );
        }
        bounds
    }

    /// Appends the inner boundaries of the values in `at`, at most `max_bin - 1` of them.
    fn greedy(
        &self,
        at: std::ops::Range<usize>,
        max_bin: usize,
        rows: f64,
        least: usize,
        bounds: &mut Vec<f64>,
    ) {
        let (values, counts) = (&self.values[at.clone()], &self.counts[at]);
        let first = bounds.len();
        if values.len() <= max_bin {
            let mut inside = 0.0;
            for i in 0..values.len() - 1 {
                inside += counts[i];
                if inside >= least as f64
                    && push_above(bounds, first, midway(values[i], values[i + 1]))
                {
                    inside = 0.0;
                }
            }
        } else {
            let max_bin = max_bin.min((rows / least as f64) as usize).max(1);
            for i in equal_weight(counts, max_bin, rows) {
                push_above(bounds, first, midway(values[i], values[i + 1]));
            }
        }
    }
}

/// Indices of the last value of each bin but the last, for at most `max_bin` bins of about equal
/// weight.
fn equal_weight(counts: &[f64], max_bin: usize, rows: f64) -> Vec<usize> {
    let mean = rows / max_bin as f64;
    let alone: Vec<bool> = counts.iter().map(|&c| c >= mean).collect();
    let mut rest_bins = max_bin as f64;
    let mut rest_rows = rows;
    for (&count, _) in counts.iter().zip(&alone).filter(|(_, a)| **a) {
        rest_bins -= 1.0;
        rest_rows -= count;
    }
    let mut mean = rest_rows / rest_bins;
    let (mut inside, mut ends) = (0.0, Vec::new());
    for i in 0..counts.len() - 1 {
        if !alone[i] {
            rest_rows -= counts[i];
        }
        inside += counts[i];
        if alone[i] || inside >= mean || (alone[i + 1] && inside >= f64::max(1.0, mean * 0.5)) {
            ends.push(i);
            if ends.len() + 1 >= max_bin {
                break;
            }
            inside = 0.0;
            if !alone[i] {
                rest_bins -= 1.0;
                mean = rest_rows / rest_bins;
            }
        }
    }
    ends
}

/// The boundary between two neighbours: the next number above their mean.
fn midway(a: f64, b: f64) -> f64 {
    let sum = a + b;
    let mean = if sum.is_finite() {
        sum / 2.0
    } else {
        a / 2.0 + b / 2.0
    };
    mean.next_up()
}

/// Appends a boundary unless it equals the last one pushed since `first`; says whether it did.
fn push_above(bounds: &mut Vec<f64>, first: usize, bound: f64) -> bool {
    let equal = bounds.len() > first && bounds.last().is_some_and(|last| bound <= last.next_up());
    if !equal {
        bounds.push(bound);
    }
    !equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], each: f64) -> Distinct {
        Distinct::from_sorted(values.iter().map(|&v| (v, each)))
    }

    #[test]
    fn few_values_are_cut_midway_and_zero_has_its_own_bin() {
        let up = f64::next_up;
        assert_eq!(
            of(&[1.0, 2.0, 4.0], 5.0).bounds(255, 3),
            [ZERO, up(1.5), up(3.0)]
        );
        assert_eq!(
            of(&[-2.0, -1.0, 0.0, 1.0], 5.0).bounds(255, 3),
            [up(-1.5), -ZERO, ZERO]
        );
        assert_eq!(
            of(&[1.0, 2.0, 4.0], 1.0).bounds(255, 3),
            [ZERO],
            "a bin holds at least three rows"
        );
        assert_eq!(
            of(&[7.0], 9.0).bounds(255, 3),
            [ZERO],
            "a constant column falls into one bin"
        );
        assert_eq!(of(&[], 9.0).bounds(255, 3), [0.0; 0]);
    }

    #[test]
    fn zero_and_positive_numbers_share_one_of_two_bins_beside_negative_numbers() {
        let all = of(&[-1.0, 0.0, 1.0], 5.0);
        assert_eq!(all.bounds(3, 3), [-ZERO, ZERO]);
        assert_eq!(all.bounds(2, 3), [-ZERO]);
        assert_eq!(all.bounds(1, 3), [0.0; 0]);
        assert_eq!(of(&[-1.0, 0.0], 5.0).bounds(2, 3), [-ZERO]);
        assert_eq!(of(&[0.0, 1.0], 5.0).bounds(2, 3), [ZERO]);
        // Most rows are negative, and one bin of three is left for the positive.
        let negative = Distinct::from_sorted((-99..=1).map(|v| (f64::from(v), 5.0)));
        assert_eq!(negative.bounds(3, 3), [-ZERO, ZERO]);
    }

    #[test]
    fn many_values_get_bins_of_equal_weight_and_frequent_values_their_own() {
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        let bounds = of(&values, 1.0).bounds(11, 3);
        assert_eq!(bounds.len(), 10);
        assert_eq!(bounds[0], ZERO);
        for (k, b) in bounds[1..].iter().enumerate() {
            assert_eq!(*b, f64::next_up(100.0 * (k + 1) as f64 + 0.5));
        }
        let heavy = Distinct::from_sorted(
            values
                .iter()
                .map(|&v| (v, if v == 500.0 { 900.0 } else { 1.0 })),
        );
        let bounds = heavy.bounds(11, 3);
        let ends = bounds
            .iter()
            .position(|&b| b == f64::next_up(500.5))
            .unwrap();
        assert!(
            bounds[ends] - bounds[ends - 1] < 60.0,
            "the bin of 500 is closed at once: {bounds:?}"
        );
    }

    #[test]
    fn infinities_are_the_end_bins() {
        let d = of(&[f64::NEG_INFINITY, -1.0, 1.0, f64::INFINITY], 3.0);
        let bounds = d.bounds(255, 3);
        assert_eq!(bounds.len(), 4);
        assert!(bounds[0] < -1e300 && bounds[3] > 1e300 && bounds.iter().all(|b| b.is_finite()));
    }
}
