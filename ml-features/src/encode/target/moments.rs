//! Mean and variance of the target within a level.

/// Weight, mean and weighted sum of squared differences from it, mergeable without losing digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub(super) weight: f64,
    pub(super) mean: f64,
    pub(super) square: f64,
}

impl Moments {
    #[inline]
    pub(super) fn push(&mut self, x: f64, w: f64) {
        if w > 0.0 {
            self.weight += w;
            let d = x - self.mean;
            self.mean += d * (w / self.weight);
            self.square += w * d * (x - self.mean);
        }
    }
    /// Chan, Golub, LeVeque (1979).
    pub(super) fn merge(&mut self, o: &Self) {
        if o.weight <= 0.0 {
            return;
        }
        let weight = self.weight + o.weight;
        let d = o.mean - self.mean;
        self.mean += d * (o.weight / weight);
        self.square += o.square + d * d * (self.weight * o.weight / weight);
        self.weight = weight;
    }
}
