//! Percentiles over a moving window.

/// The latest latencies, for percentiles over a moving window.
#[derive(Debug, Clone, Default)]
pub(super) struct LatencyWindow {
    ring: Vec<f32>,
    next: usize,
}

impl LatencyWindow {
    pub(super) const KEEP: usize = 4096;

    pub(super) fn push(&mut self, ms: f64) {
        if self.ring.len() < Self::KEEP {
            self.ring.push(ms as f32);
        } else {
            self.ring[self.next] = ms as f32;
        }
        self.next = (self.next + 1) % Self::KEEP;
    }

    /// The smallest latency that at least 95 % do not exceed; 0 without any.
    pub(super) fn p95(&self) -> f64 {
        let mut sorted = self.ring.clone();
        let Some(rank) = (sorted.len() * 95).div_ceil(100).checked_sub(1) else {
            return 0.0;
        };
        let (_, value, _) = sorted.select_nth_unstable_by(rank, f32::total_cmp);
        f64::from(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::LatencyWindow;

    fn of(values: impl IntoIterator<Item = u32>) -> LatencyWindow {
        let mut l = LatencyWindow::default();
        values.into_iter().for_each(|v| l.push(f64::from(v)));
        l
    }

    /// Nearest rank, by hand: of 1 to n the ceil(.95 n)-th.
    #[test]
    fn p95_is_the_nearest_rank() {
        assert_eq!(of([]).p95(), 0.0);
        for (n, expected) in [
            (1, 1.0),
            (10, 10.0),
            (19, 19.0),
            (20, 19.0),
            (100, 95.0),
            (101, 96.0),
        ] {
            assert_eq!(of((1..=n).rev()).p95(), expected, "of 1 to {n}");
        }
    }

    #[test]
    fn old_latencies_leave_the_window() {
        let keep = LatencyWindow::KEEP;
        let mut l = of(std::iter::repeat_n(7, keep));
        // one below 5 % of the window is not seen, one above is
        let tail = keep - (keep * 95).div_ceil(100);
        (0..tail).for_each(|_| l.push(900.0));
        assert_eq!(l.p95(), 7.0);
        l.push(900.0);
        assert_eq!(l.p95(), 900.0);
        // the low ones take the places of the oldest: first of those before the high ones
        (0..keep - tail - 1).for_each(|_| l.push(3.0));
        assert_eq!(l.p95(), 900.0, "all of the high ones are still inside");
        l.push(3.0);
        assert_eq!(l.p95(), 3.0, "the first of them has left");
    }
}
