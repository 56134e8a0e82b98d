//! Rows in parts, by share and by time: the one implementation of splits in two and in three.
//!
//! The first part is trained on; the others are held out, each with its share or border.

use super::input::SplitInput;
use super::strata;
use crate::error::Result;
use crate::random::{generator, hash, permutation};

/// Unit that shares are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Rows, drawn by the generator of this stage.
    Row(&'static str),
    /// The rows of each class.
    Class,
    /// Whole groups.
    Group,
}

/// Rows of each part, ascending: the last part gets the last of the shares that are held out.
pub(super) fn by_share<const P: usize>(
    unit: Unit,
    held: &[f64],
    seed: u64,
    input: &SplitInput<'_>,
) -> Result<[Vec<u32>; P]> {
    let n = input.rows;
    let part_of = match unit {
        Unit::Row(stage) => {
            let counts = held.iter().map(|share| (n as f64 * share).round() as usize);
            let counts: Vec<usize> = counts.collect();
            let order = permutation(n, &mut generator(seed, stage, 0));
            let mut part_of = vec![0; n];
            for (i, row) in order.into_iter().enumerate() {
                part_of[row as usize] = part(&counts, 0, i);
            }
            part_of
        }
        Unit::Class => {
            let classes = input.need_classes("a stratified split")?;
            let first = held.iter().fold(1.0, |rest, share| rest - share);
            let shares: Vec<f64> = [&[first], held].concat();
            strata::parts(classes, &shares, seed)
        }
        Unit::Group => {
            let groups = input.need_groups("a group split")?;
            let part = |&group: &u32| part(held, 0.0, place_of(seed, group));
            groups.iter().map(part).collect()
        }
    };
    let mut parts = [const { Vec::new() }; P];
    (0..).zip(part_of).for_each(|(row, p)| parts[p].push(row));
    Ok(parts)
}

/// The part of what stands at `place`: the last part has the first places, the first part those
/// that the widths of the others leave.
fn part<T>(widths: &[T], zero: T, place: T) -> usize
where
    T: Copy + PartialOrd + std::ops::Add<Output = T>,
{
    let mut end = zero;
    for (k, &width) in widths.iter().enumerate().rev() {
        end = end + width;
        if place < end {
            return k + 1;
        }
    }
    0
}

/// Where a group stands in [0, 1]: the same for the same group, however many rows there are.
fn place_of(seed: u64, group: u32) -> f64 {
    hash(seed, u64::from(group)) as f64 / u64::MAX as f64
}

/// Rows of each part, ascending: each part begins at its border, and loses the rows within `gap`
/// before the next one.
pub(super) fn by_time<const P: usize>(times: &[i64], borders: &[i64], gap: i64) -> [Vec<u32>; P] {
    let mut parts = [const { Vec::new() }; P];
    for (row, &time) in (0..).zip(times) {
        let part = borders.iter().filter(|border| time >= **border).count();
        let next = borders.get(part);
        if next.is_none_or(|next| time < next.saturating_sub(gap)) {
            parts[part].push(row);
        }
    }
    parts
}
