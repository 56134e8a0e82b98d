//! Random draws with the same bits on every machine: a seeded generator, logarithms and powers of
//! `libm` in place of the system's, and nothing but IEEE operations besides.

use ml_pipeline::data::random::{Rng, Xoshiro256PlusPlus, generator};
use std::f64::consts::PI;

/// Seed of every set.
pub(crate) const SEED: u64 = 1;

/// The draws of one block of one part of a set.
#[derive(Debug)]
pub(crate) struct Draw {
    rng: Xoshiro256PlusPlus,
    /// The second of a pair of normal numbers.
    spare: Option<f64>,
}

impl Draw {
    /// `stage` names the set and the part, `index` the block.
    pub(crate) fn new(stage: &str, index: usize) -> Self {
        let rng = generator(SEED, stage, index as u64);
        Self { rng, spare: None }
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Standard normal (polar method: Marsaglia and Bray 1964, doi:10.1137/1006063).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let stretch = (-2.0 * libm::log(square) / square).sqrt();
                self.spare = Some(v * stretch);
                return u * stretch;
            }
        }
    }

    /// So many standard normals.
    pub(crate) fn normals<const N: usize>(&mut self) -> [f64; N] {
        std::array::from_fn(|_| self.normal())
    }

    /// Exponential of mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.unit())
    }

    /// Standard Gumbel: the largest of `z_k + gumbel` is `k` with the softmax probability of `z_k`.
    pub(crate) fn gumbel(&mut self) -> f64 {
        let e = self.exponential().max(f64::MIN_POSITIVE);
        -libm::log(e)
    }

    /// An angle in `[-pi, pi)`.
    pub(crate) fn angle(&mut self) -> f64 {
        (2.0 * self.unit() - 1.0) * PI
    }

    /// 1 with the probability `1 / (1 + exp(-z))`, else 0.
    pub(crate) fn label(&mut self, z: f64) -> u8 {
        u8::from(self.chance(1.0 / (1.0 + libm::exp(-z))))
    }

    /// A random order (Durstenfeld 1964, doi:10.1145/364520.364540).
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for i in (1..values.len()).rev() {
            let j = self.below(i + 1);
            values.swap(i, j);
        }
    }
}

/// A number to so many decimals.
pub(crate) fn rounded(x: f64, decimals: i32) -> f64 {
    let unit = (0..decimals).fold(1.0, |unit, _| unit * 10.0);
    (x * unit).round() / unit
}

/// Things drawn with unequal shares.
#[derive(Debug)]
pub(crate) struct Shares {
    /// Running sums of the shares, scaled to end at 1.
    ends: Vec<f64>,
}

impl Shares {
    /// In proportion to these weights.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let running = weights.into_iter().map(|w| {
            sum += w;
            sum
        });
        let mut ends: Vec<f64> = running.collect();
        ends.iter_mut().for_each(|end| *end /= sum);
        Self { ends }
    }

    /// One of them.
    pub(crate) fn pick(&self, draw: &mut Draw) -> usize {
        let u = draw.unit();
        let at = self.ends.partition_point(|end| *end <= u);
        at.min(self.ends.len().saturating_sub(1))
    }

    /// The running share before the `i`-th.
    pub(crate) fn before(&self, i: usize) -> f64 {
        i.checked_sub(1).map_or(0.0, |last| self.ends[last])
    }
}

/// Category codes whose frequency falls as `1 / (rank + 2)^power`, and whose numbers say nothing
/// about their rank (Zipf's law).
#[derive(Debug)]
pub(crate) struct Zipf {
    shares: Shares,
    codes: Vec<u32>,
}

impl Zipf {
    /// Codes below `levels`.
    pub(crate) fn new(levels: usize, power: f64, draw: &mut Draw) -> Self {
        let weights = (0..levels).map(|rank| libm::pow(rank as f64 + 2.0, -power));
        let shares = Shares::new(weights);
        let mut codes: Vec<u32> = (0..levels as u32).collect();
        draw.shuffle(&mut codes);
        Self { shares, codes }
    }

    /// One code.
    pub(crate) fn pick(&self, draw: &mut Draw) -> u32 {
        self.codes[self.shares.pick(draw)]
    }
}
