//! Impurities that splits lower: the variance of numbers, Gini's impurity of classes.
//!
//! Both are the weight of a node minus a score, so the best split is the one whose two sides score
//! most together. Two classes are numbers of 0 and 1, whose variance is half of Gini's impurity.
//! All sums are of integers: they do not depend on the order of rows.

use std::fmt::Debug;

use super::counted::Counted;
use super::fixed;

/// Impurity of a node from sums over its rows.
pub(super) trait Impurity: Sync {
    /// Label of a row.
    type Item: Copy + Send + Sync + Debug;
    /// Sums over rows.
    type Sums: Default + Clone + Debug + AsRef<[i64]> + AsMut<[i64]>;

    fn zero(&self) -> Self::Sums;
    /// Numbers of a sum.
    fn width(&self) -> usize;
    /// Leaf values a tree.
    fn outputs(&self) -> usize;
    /// A row that was drawn so many times.
    fn item(&self, row: usize, drawn: u32) -> Self::Item;
    fn add(&self, item: &Self::Item, sums: &mut [i64]);
    /// Number of different rows that were added. By default, and so [`count`](Self::count), the
    /// first sum is of [`counts`].
    #[inline(always)]
    fn rows(&self, sums: &[i64]) -> usize {
        (sums[0] & 0xffff_ffff) as usize
    }
    /// Number of rows that were added, as often as they were drawn and repeated.
    fn count(&self, sums: &[i64]) -> u64 {
        (sums[0] >> 32) as u64
    }
    fn weight(&self, sums: &[i64]) -> f64;
    /// Score of a node and its complement in `total` together, in a unit of its own.
    fn score(&self, left: &[i64], total: &[i64]) -> f64;
    /// Score of a node, in the same unit.
    fn alone(&self, sums: &[i64]) -> f64;
    /// Score of one output, in the unit of weights.
    fn part(&self, sums: &[i64], output: usize) -> f64;
    /// Prediction of a node.
    fn value(&self, sums: &[i64], output: usize) -> f64;
    /// Prediction of a node of equal labels; one of its rows is given.
    fn only(&self, sums: &[i64], row: u32, output: usize) -> f64;
    /// Whether the rows of the sum, given one after the other, have the same label.
    fn pure(&self, sums: &[i64], rows: impl Iterator<Item = u32>) -> bool;
}

/// `a / b`, where nothing of no weight is nothing.
#[inline(always)]
fn over(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Two classes of whole weights: rows, weight and weight of the positive ones share a number of 64
/// bits.
#[derive(Debug)]
pub(super) struct Shares {
    /// Of each row twice its weight, plus one if it is positive.
    rows: Vec<u32>,
}

/// Bits of one of three numbers.
const THIRD: u32 = 21;
const MASK: i64 = (1 << THIRD) - 1;

impl Shares {
    /// None where weights are not whole or that of a tree, at most `draws`, does not fit.
    pub(super) fn new(codes: &[u32], counted: &Counted, draws: f64) -> Option<Self> {
        if counted.real.is_some() || draws > MASK as f64 {
            return None;
        }
        let row = |(row, code): (usize, &u32)| counted.times(row, 1) << 1 | code;
        Some(Self {
            rows: codes.iter().enumerate().map(row).collect(),
        })
    }

    /// Weight and weight of the positive ones.
    #[inline(always)]
    fn of(sums: &[i64]) -> [f64; 2] {
        [sums[0] >> THIRD & MASK, sums[0] >> (2 * THIRD)].map(|n| n as i32 as f64)
    }
}

impl Impurity for Shares {
    type Item = u32;
    type Sums = [i64; 1];

    fn zero(&self) -> [i64; 1] {
        [0]
    }

    #[inline(always)]
    fn width(&self) -> usize {
        1
    }

    fn outputs(&self) -> usize {
        1
    }

    fn item(&self, row: usize, drawn: u32) -> u32 {
        let of = self.rows[row];
        (of >> 1).wrapping_mul(drawn) << 1 | of & 1
    }

    #[inline(always)]
    fn add(&self, item: &u32, sums: &mut [i64]) {
        let (weight, positive) = (i64::from(item >> 1), i64::from(item & 1));
        let both = weight << THIRD | weight.wrapping_mul(positive) << (2 * THIRD);
        sums[0] = sums[0].wrapping_add(both + 1);
    }

    #[inline(always)]
    fn rows(&self, sums: &[i64]) -> usize {
        (sums[0] & MASK) as usize
    }

    fn count(&self, sums: &[i64]) -> u64 {
        (sums[0] >> THIRD & MASK) as u64
    }

    fn weight(&self, sums: &[i64]) -> f64 {
        Self::of(sums)[0]
    }

    #[inline(always)]
    fn score(&self, left: &[i64], total: &[i64]) -> f64 {
        let ([n, p], [m, q]) = (Self::of(left), Self::of(&[total[0].wrapping_sub(left[0])]));
        p * p / n + q * q / m
    }

    fn alone(&self, sums: &[i64]) -> f64 {
        let [n, p] = Self::of(sums);
        over(p * p, n)
    }

    fn part(&self, sums: &[i64], _: usize) -> f64 {
        self.alone(sums)
    }

    fn value(&self, sums: &[i64], _: usize) -> f64 {
        let [n, p] = Self::of(sums);
        over(p, n)
    }

    fn only(&self, sums: &[i64], _: u32, output: usize) -> f64 {
        self.value(sums, output)
    }

    fn pure(&self, sums: &[i64], _: impl Iterator<Item = u32>) -> bool {
        let [n, p] = Self::of(sums);
        p == 0.0 || p == n
    }
}

/// Rows and draws in one number.
#[inline(always)]
fn counts(drawn: u32) -> i64 {
    i64::from(drawn) << 32 | 1
}

/// Numbers, summed as rows, weight and weighted distance from `centre`.
#[derive(Debug)]
pub(super) struct Variance {
    labels: Vec<f64>,
    counted: Counted,
    /// Between the extremes, so that little is cancelled.
    centre: f64,
    /// Factor of the distances.
    scale: f64,
}

impl Variance {
    /// `draws` bounds how many rows are summed.
    pub(super) fn new(labels: Vec<f64>, counted: Counted, draws: f64) -> Self {
        let low = labels.iter().copied().fold(f64::INFINITY, f64::min);
        let high = labels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let centre = low / 2.0 + high / 2.0;
        Self {
            scale: fixed::scale((high - low) * counted.largest(), draws),
            labels,
            counted,
            centre,
        }
    }
}

impl Impurity for Variance {
    type Item = [i64; 3];
    type Sums = [i64; 3];

    fn zero(&self) -> [i64; 3] {
        [0; 3]
    }

    #[inline(always)]
    fn width(&self) -> usize {
        3
    }

    fn outputs(&self) -> usize {
        1
    }

    fn item(&self, row: usize, drawn: u32) -> [i64; 3] {
        let times = self.counted.times(row, drawn);
        let weight = self.counted.weight(row, 1) as f64;
        let distance = ((self.labels[row] - self.centre) * weight * self.scale).round() as i64;
        [
            counts(times),
            self.counted.weight(row, times),
            distance.saturating_mul(i64::from(times)),
        ]
    }

    #[inline(always)]
    fn add(&self, item: &[i64; 3], sums: &mut [i64]) {
        for (sum, item) in sums.iter_mut().zip(item) {
            *sum = sum.wrapping_add(*item);
        }
    }

    fn weight(&self, sums: &[i64]) -> f64 {
        sums[1] as f64 / self.counted.scale()
    }

    #[inline(always)]
    fn score(&self, left: &[i64], total: &[i64]) -> f64 {
        let (n, d) = (left[1] as f64, left[2] as f64);
        let m = total[1].wrapping_sub(left[1]) as f64;
        let e = total[2].wrapping_sub(left[2]) as f64;
        over(d * d, n) + over(e * e, m)
    }

    fn alone(&self, sums: &[i64]) -> f64 {
        let (n, d) = (sums[1] as f64, sums[2] as f64);
        over(d * d, n)
    }

    fn part(&self, sums: &[i64], _: usize) -> f64 {
        let (n, d) = (sums[1] as f64, sums[2] as f64 / self.scale);
        over(d * (d / self.counted.scale()), n)
    }

    fn value(&self, sums: &[i64], _: usize) -> f64 {
        self.centre + over(sums[2] as f64, sums[1] as f64) / self.scale
    }

    fn only(&self, _: &[i64], row: u32, _: usize) -> f64 {
        self.labels[row as usize]
    }

    fn pure(&self, _: &[i64], mut rows: impl Iterator<Item = u32>) -> bool {
        let first = rows.next().map(|row| self.labels[row as usize]);
        rows.all(|row| Some(self.labels[row as usize]) == first)
    }
}

/// Classes, summed as rows and the weight of each.
#[derive(Debug)]
pub(super) struct Gini {
    pub(super) codes: Vec<u32>,
    pub(super) classes: usize,
    pub(super) counted: Counted,
}

impl Gini {
    fn total(sums: &[i64]) -> f64 {
        sums[1..].iter().sum::<i64>() as f64
    }
}

impl Impurity for Gini {
    type Item = (u32, u32, i64);
    type Sums = Vec<i64>;

    fn zero(&self) -> Vec<i64> {
        vec![0; self.classes + 1]
    }

    #[inline(always)]
    fn width(&self) -> usize {
        self.classes + 1
    }

    fn outputs(&self) -> usize {
        self.classes
    }

    fn item(&self, row: usize, drawn: u32) -> (u32, u32, i64) {
        let times = self.counted.times(row, drawn);
        (self.codes[row], times, self.counted.weight(row, times))
    }

    #[inline(always)]
    fn add(&self, &(code, times, weight): &(u32, u32, i64), sums: &mut [i64]) {
        sums[0] += counts(times);
        sums[code as usize + 1] += weight;
    }

    fn weight(&self, sums: &[i64]) -> f64 {
        Self::total(sums) / self.counted.scale()
    }

    #[inline(always)]
    fn score(&self, left: &[i64], total: &[i64]) -> f64 {
        let [mut weights, mut squares] = [[0.0; 2]; 2];
        for (&l, &t) in left.iter().zip(total).skip(1) {
            let (l, r) = (l as f64, (t - l) as f64);
            weights = [weights[0] + l, weights[1] + r];
            squares = [squares[0] + l * l, squares[1] + r * r];
        }
        over(squares[0], weights[0]) + over(squares[1], weights[1])
    }

    fn alone(&self, sums: &[i64]) -> f64 {
        let squares: f64 = sums[1..].iter().map(|&w| w as f64 * w as f64).sum();
        over(squares, Self::total(sums))
    }

    fn part(&self, sums: &[i64], output: usize) -> f64 {
        let own = sums[output + 1] as f64;
        over(own * own, Self::total(sums)) / self.counted.scale()
    }

    fn value(&self, sums: &[i64], output: usize) -> f64 {
        over(sums[output + 1] as f64, Self::total(sums))
    }

    fn only(&self, sums: &[i64], _: u32, output: usize) -> f64 {
        self.value(sums, output)
    }

    fn pure(&self, sums: &[i64], _: impl Iterator<Item = u32>) -> bool {
        sums[1..].iter().filter(|&&w| w > 0).count() <= 1
    }
}

#[cfg(test)]
mod tests;
