//! Exact best-k search by dot product over items sorted by length.

use super::kernel::{Aligned, GROUP, Group, Isa, PAIR, PANELS};
use super::matrix::Factors;
use super::top::Top;

/// Items longest first, in panels of sixteen stored factor by factor.
///
/// A dot product is at most the product of the lengths, so once the next panel's longest item
/// cannot reach the k-th best score, no later one can: the search stops early and is still exact.
/// Popular items are long, so it stops very early.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    depth: usize,
    /// Item of every place; shorter than the panels, whose tail is zero.
    order: Vec<u32>,
    panels: Aligned,
    /// The most that an item from this panel on can score per unit of the user's length, rounding
    /// included.
    reach: Vec<f64>,
}

/// The length of a row in f64.
pub(super) fn length(row: &[f32]) -> f64 {
    row.iter()
        .map(|&x| f64::from(x) * f64::from(x))
        .sum::<f64>()
        .sqrt()
}

impl Index {
    pub(super) fn new(items: &Factors) -> Self {
        let depth = items.factors();
        let lengths: Vec<f64> = (0..items.rows()).map(|i| length(items.row(i))).collect();
        let mut order: Vec<u32> = (0..items.rows() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            lengths[b as usize]
                .total_cmp(&lengths[a as usize])
                .then(a.cmp(&b))
        });
        let count = order.len().div_ceil(16).next_multiple_of(PANELS);
        let mut panels = Aligned::zeros(count * depth);
        for (place, &item) in order.iter().enumerate() {
            let at = place / 16 * 16 * depth + place % 16;
            for (k, &x) in items.row(item as usize)[..depth].iter().enumerate() {
                panels[at + 16 * k] = x;
            }
        }
        // a sum of `depth` products in f32 is off by at most depth * 2^-24 of the product of
        // lengths (to first order)
        let slack = 1.0 + 2.0 * (depth + 4) as f64 * f64::from(f32::EPSILON);
        let reach = (0..count)
            .map(|p| {
                order
                    .get(16 * p)
                    .map_or(0.0, |&i| lengths[i as usize] * slack)
            })
            .collect();
        Index {
            depth,
            order,
            panels,
            reach,
        }
    }

    /// An upper bound of the length of every item.
    pub(super) fn longest(&self) -> f64 {
        self.reach.first().copied().unwrap_or(0.0)
    }

    fn panels(&self, from: usize, count: usize) -> &[f32] {
        &self.panels[16 * self.depth * from..16 * self.depth * (from + count)]
    }

    /// Offers to `top` every item that could be among its best, except those that `skip` names.
    pub(super) fn search(&self, isa: Isa, user: &[f32], top: &mut Top, skip: impl Fn(u32) -> bool) {
        let long = length(&user[..self.depth]);
        let mut scores = [[0.0; 16]; PANELS];
        for from in (0..self.reach.len()).step_by(PANELS) {
            if long * self.reach[from] < f64::from(top.least()) {
                return;
            }
            let masks = isa.scan_one(
                user,
                top.least(),
                self.panels(from, PANELS),
                self.depth,
                &mut scores,
            );
            for (p, (mask, scores)) in masks.into_iter().zip(&scores).enumerate() {
                self.offer(from + p, mask, scores, top, &skip);
            }
        }
    }

    /// [`search`](Self::search) for up to twelve users at once, with the same results. `skip` is
    /// told which user.
    pub(super) fn search_group(
        &self,
        isa: Isa,
        users: &[&[f32]],
        tops: &mut [Top],
        work: &mut Group,
        skip: impl Fn(usize, u32) -> bool,
    ) {
        let Some(&first) = users.first() else { return };
        let rows: [&[f32]; GROUP] = std::array::from_fn(|u| users.get(u).copied().unwrap_or(first));
        let long: [f64; GROUP] = std::array::from_fn(|u| length(&rows[u][..self.depth]));
        // places without a user want nothing
        let mut least = [f32::INFINITY; GROUP];
        for from in (0..self.reach.len()).step_by(PAIR) {
            for (least, top) in least.iter_mut().zip(tops.iter()) {
                *least = top.least();
            }
            if (0..users.len()).all(|u| long[u] * self.reach[from] < f64::from(least[u])) {
                return;
            }
            isa.scan_group(&rows, &least, self.panels(from, PAIR), self.depth, work);
            for (u, top) in tops.iter_mut().enumerate().take(users.len()) {
                for p in 0..PAIR {
                    self.offer(
                        from + p,
                        work.masks[u][p],
                        &work.scores[u][p],
                        top,
                        &|item| skip(u, item),
                    );
                }
            }
        }
    }

    #[inline]
    fn offer(
        &self,
        panel: usize,
        mut mask: u16,
        scores: &[f32; 16],
        top: &mut Top,
        skip: &impl Fn(u32) -> bool,
    ) {
        while mask != 0 {
            let lane = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            if let Some(&item) = self.order.get(16 * panel + lane)
                && top.wants(scores[lane], item)
                && !skip(item)
            {
                top.push(scores[lane], item);
            }
        }
    }
}
