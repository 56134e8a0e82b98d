//! Splits of category columns: which categories go left.
//!
//! With few categories each is tried against the rest. With more, they are sorted by gradient over
//! hessian, so that the best of all subsets is a prefix of that order for a second-order loss
//! (Fisher, *On grouping for maximum homogeneity*, JASA 53 (1958),
//! [doi:10.1080/01621459.1958.10501479](https://doi.org/10.1080/01621459.1958.10501479)), and short
//! prefixes from both ends are tried. Rules, penalties and rounding are LightGBM's. Rare and
//! missing categories always go right.

use std::sync::Arc;

use super::params::Categorical;
use super::rules::LeafRules;
use super::split::Split;
use crate::tree::kernel::unpack;

/// A category that may go left.
struct Group {
    bin: u32,
    sum: u64,
    rows: i64,
    order: f64,
}

impl LeafRules {
    /// The best set of bins to send left, its gain in packed units and with the leaf's own part.
    pub(super) fn scan_categories(
        &self,
        bins: &[u64],
        column: usize,
        params: &Categorical,
    ) -> Option<Split> {
        let found = if bins.len() < params.max_cat_to_onehot.max(1) + 1 {
            self.one_against_rest(bins)
        } else {
            self.prefixes(bins, params)
        };
        let (gain, set, l2) = found?;
        let left = set
            .iter()
            .fold(0_u64, |sum, &bin| sum.wrapping_add(bins[bin as usize]));
        Some(Split {
            gain,
            column: column as u32,
            bin: 0,
            missing_left: false,
            left,
            set: Some(Arc::from(set)),
            extra_l2: l2,
        })
    }

    /// Rows that a bin stands for.
    pub(super) fn rows_of(&self, bin: u64) -> i64 {
        match self.rows_per_hessian {
            Some(rows_per_hessian) => (f64::from(bin as u32) * rows_per_hessian).round() as i64,
            None => i64::from(bin as u32),
        }
    }

    /// Whether both sides are large enough.
    pub(super) fn allows(&self, left: u64, rows: i64) -> bool {
        let hessian = left as u32;
        rows >= self.min_data
            && self.count - rows >= self.min_data
            && hessian >= self.least
            && (self.constants.total as u32).saturating_sub(hessian) >= self.least
    }

    /// The parts of both sides together.
    pub(super) fn gain(&self, left: u64, rows: i64, extra_l2: f64) -> f64 {
        let l2 = self.constants.lambda_l2 + extra_l2 * self.hessian_scale;
        let right = self.constants.total.wrapping_sub(left);
        self.leaf_gain(left, rows, l2) + self.leaf_gain(right, self.count - rows, l2)
    }

    fn one_against_rest(&self, bins: &[u64]) -> Option<(f64, Vec<u32>, f64)> {
        let mut best: Option<(f64, usize)> = None;
        for (k, &bin) in bins[..bins.len() - 1].iter().enumerate() {
            let rows = self.rows_of(bin);
            if self.allows(bin, rows) {
                let gain = self.gain(bin, rows, 0.0);
                if best.is_none_or(|b| gain > b.0) {
                    best = Some((gain, k));
                }
            }
        }
        best.map(|(gain, k)| (gain, vec![k as u32], 0.0))
    }

    /// The frequent categories, by gradient over hessian.
    fn sorted(&self, bins: &[u64], params: &Categorical) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (bin, &sum) in bins[..bins.len() - 1].iter().enumerate() {
            let rows = self.rows_of(sum);
            if rows as f64 >= params.cat_smooth {
                let (g, h) = unpack(sum);
                let order = g / (h + params.cat_smooth * self.hessian_scale);
                groups.push(Group {
                    bin: bin as u32,
                    sum,
                    rows,
                    order,
                });
            }
        }
        groups.sort_by(|a, b| a.order.total_cmp(&b.order));
        groups
    }

    /// The sets of categories that all levels of a symmetric tree choose from, and their penalty
    /// besides `lambda_l2`: each category alone, or prefixes of the order that the root has.
    pub(super) fn sets_of_root(
        &self,
        bins: &[u64],
        params: &Categorical,
    ) -> (Vec<Arc<[u32]>>, f64) {
        if bins.len() < params.max_cat_to_onehot.max(1) + 1 {
            let alone = |bin| Arc::from([bin]);
            return ((0..bins.len() as u32 - 1).map(alone).collect(), 0.0);
        }
        let mut groups = self.sorted(bins, params);
        let most = params.max_cat_threshold.min(groups.len().div_ceil(2));
        let mut sets: Vec<Arc<[u32]>> = Vec::new();
        for _ in 0..2 {
            let (mut rows, mut since) = (0, 0);
            for (k, group) in groups[..most].iter().enumerate() {
                (rows, since) = (rows + group.rows, since + group.rows);
                if self.count - rows < params.min_data_per_group {
                    break;
                }
                if since >= params.min_data_per_group {
                    since = 0;
                    sets.push(groups[..=k].iter().map(|g| g.bin).collect());
                }
            }
            groups.reverse();
        }
        (sets, params.cat_l2)
    }

    fn prefixes(&self, bins: &[u64], params: &Categorical) -> Option<(f64, Vec<u32>, f64)> {
        let groups = self.sorted(bins, params);
        let most = params.max_cat_threshold.min(groups.len().div_ceil(2));
        let mut best: Option<(f64, usize, bool)> = None;
        for reversed in [false, true] {
            let at = |k: usize| &groups[if reversed { groups.len() - 1 - k } else { k }];
            let (mut left, mut rows, mut group) = (0_u64, 0, 0);
            for k in 0..most {
                left = left.wrapping_add(at(k).sum);
                rows += at(k).rows;
                group += at(k).rows;
                if rows < self.min_data || (left as u32) < self.least {
                    continue;
                }
                let least = self.min_data.max(params.min_data_per_group);
                if self.count - rows < least || !self.allows(left, rows) {
                    break;
                }
                if group < params.min_data_per_group {
                    continue;
                }
                group = 0;
                let gain = self.gain(left, rows, params.cat_l2);
                if best.is_none_or(|b| gain > b.0) {
                    best = Some((gain, k, reversed));
                }
            }
        }
        let (gain, last, reversed) = best?;
        let at = |k: usize| groups[if reversed { groups.len() - 1 - k } else { k }].bin;
        Some((gain, (0..=last).map(at).collect(), params.cat_l2))
    }
}
