//! The best split of a leaf, from its histogram.

use rayon::prelude::*;

use super::rules::{LeafRules, LeafStats, SplitRules};
use super::scan::Scratch;
use super::split::{Split, better};
use crate::tree::bin::Layout;
use crate::tree::kernel::{ABOVE, Allowed};

/// Bins that are worth searching on several threads.
const TASK: usize = 1 << 15;

impl SplitRules {
    /// The best split of a leaf over the listed columns (all without a list), if any gains enough.
    pub(crate) fn best_split(
        &self,
        hist: &[u64],
        layout: &Layout,
        columns: Option<&[u32]>,
        about: &LeafStats,
        scratch: &mut Scratch,
    ) -> Option<Split> {
        let leaf = self.leaf(about)?;
        let search = SplitSearch {
            hist,
            layout,
            columns,
            rules: self,
        };
        let best = match leaf.allowed() {
            Some(allowed) => search.best_of_promising(&leaf, &allowed, scratch),
            None => search.best_of_all(&leaf, scratch),
        }?;
        let gain = self.accepted(best.gain, leaf.parent_gain())?;
        Some(Split { gain, ..best })
    }
}

/// The search for a leaf's best split.
struct SplitSearch<'a> {
    hist: &'a [u64],
    layout: &'a Layout,
    /// All without a list.
    columns: Option<&'a [u32]>,
    rules: &'a SplitRules,
}

impl SplitSearch<'_> {
    fn len(&self) -> usize {
        (self.columns).map_or(self.layout.columns.len(), <[u32]>::len)
    }

    fn column(&self, k: usize) -> usize {
        self.columns.map_or(k, |c| c[k] as usize)
    }

    fn scan(&self, leaf: &LeafRules, k: usize, scratch: &mut Scratch) -> Option<Split> {
        leaf.scan(self.hist, self.layout, self.column(k), scratch, self.rules)
    }

    /// Whether there are enough bins for several threads.
    fn shared(&self) -> bool {
        self.layout.bins() > TASK && rayon::current_num_threads() > 1
    }

    /// Looks at every column.
    fn best_of_all(&self, leaf: &LeafRules, scratch: &mut Scratch) -> Option<Split> {
        if self.shared() {
            let columns = (0..self.len()).into_par_iter().with_min_len(16);
            let found = columns.map_init(Scratch::default, |own, k| self.scan(leaf, k, own));
            return found.reduce(|| None, better);
        }
        let found = (0..self.len()).map(|k| self.scan(leaf, k, scratch));
        found.fold(None, better)
    }

    /// The rough gain of every column.
    fn rough(
        &self,
        leaf: &LeafRules,
        allowed: &Allowed,
        rough: &mut Vec<f32>,
        scratch: &mut Scratch,
    ) {
        let of = |k: usize, scratch: &mut Scratch| {
            leaf.rough(self.hist, self.layout, self.column(k), allowed, scratch)
        };
        if self.shared() {
            let columns = (0..self.len()).into_par_iter().with_min_len(16);
            columns
                .map_init(Scratch::default, |own, k| of(k, own))
                .collect_into_vec(rough);
        } else {
            rough.clear();
            rough.extend((0..self.len()).map(|k| of(k, scratch)));
        }
    }

    /// Looks at the column with the highest rough gain, and then at those that may be as good.
    fn best_of_promising(
        &self,
        leaf: &LeafRules,
        allowed: &Allowed,
        scratch: &mut Scratch,
    ) -> Option<Split> {
        let mut rough = std::mem::take(&mut scratch.rough);
        self.rough(leaf, allowed, &mut rough, scratch);
        let best = self.best_of_rough(leaf, &rough, scratch);
        scratch.rough = rough;
        best
    }

    fn best_of_rough(
        &self,
        leaf: &LeafRules,
        rough: &[f32],
        scratch: &mut Scratch,
    ) -> Option<Split> {
        let highest = |a: usize, b: usize| if rough[b] > rough[a] { b } else { a };
        let first = (0..rough.len()).reduce(highest)?;
        let mut best = (first, self.scan(leaf, first, scratch));
        for (k, &rough) in rough.iter().enumerate() {
            let bar = best.1.as_ref().map_or(0.0, |b| b.gain);
            if k == first || rough <= 0.0 || f64::from(rough) * ABOVE < bar {
                continue;
            }
            if let Some(found) = self.scan(leaf, k, scratch)
                && (found.gain > bar || found.gain == bar && k < best.0)
            {
                best = (k, Some(found));
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::bin::{Bins, Column};
    use crate::tree::grow::TreeParams;
    use crate::tree::kernel;

    fn about(total: u64, count: u64) -> LeafStats {
        LeafStats {
            total,
            count,
            value_bounds: [f64::NEG_INFINITY, f64::INFINITY],
            output: 0.0,
            key: 0,
        }
    }

    fn pack(g: i64, h: i64) -> u64 {
        ((g << 32) + h) as u64
    }

    fn layout(columns: &[(usize, bool)]) -> Layout {
        let column = |(c, &(values, missing)): (usize, &(usize, bool))| Column {
            source: c as u32,
            bins: Bins::Numbers((1..values).map(|b| b as f64).collect()),
            missing,
            sparse: false,
        };
        Layout::new(columns.iter().enumerate().map(column).collect())
    }

    /// Every threshold and direction, by the definition.
    fn plain(hist: &[u64], layout: &Layout, total: u64, params: &TreeParams) -> Option<Split> {
        let part = |p: u64| {
            let (g, h) = kernel::unpack(p);
            (g.abs() - params.lambda_l1).max(0.0).powi(2) / (h + params.lambda_l2)
        };
        let (mut best, mut scratch): (Option<Split>, _) = (None, Vec::new());
        for (c, column) in layout.columns.iter().enumerate() {
            let bins = layout.bins_of(c, hist, total, &mut scratch);
            let missing = if column.missing {
                bins[column.values()]
            } else {
                0
            };
            for missing_left in [true, false] {
                for bin in 0..column.values() {
                    let mut left = bins[..=bin].iter().fold(0_u64, |s, &b| s.wrapping_add(b));
                    if missing_left {
                        left = left.wrapping_add(missing);
                    }
                    let right = total.wrapping_sub(left);
                    let enough = |p: u64| {
                        f64::from(p as u32)
                            >= (params.min_data_in_leaf as f64)
                                .max(params.min_sum_hessian_in_leaf)
                                .max(1.0)
                    };
                    let gain = part(left) + part(right) - part(total);
                    if enough(left)
                        && enough(right)
                        && gain > params.min_gain_to_split
                        && best.as_ref().is_none_or(|b| gain > b.gain * (1.0 + 1e-12))
                    {
                        best = Some(Split {
                            gain,
                            column: c as u32,
                            bin: bin as u32,
                            missing_left,
                            left,
                            set: None,
                            extra_l2: 0.0,
                        });
                    }
                }
            }
        }
        best
    }

    #[test]
    fn finds_what_an_exhaustive_search_finds() {
        let layout = layout(&[(40, false), (1, true), (7, true), (254, true), (2, false)]);
        for seed in 0..60_i64 {
            // Each row falls into one bin of every column.
            let mut hist = vec![0_u64; layout.bins()];
            let mut total = 0_u64;
            for row in 0..300_i64 {
                let z = (row * 2_654_435_761 + seed * 97_777) % 1_000_003;
                let pair = pack(z % 2001 - 1000 + if z % 40 > 20 { 900 } else { 0 }, 1);
                total = total.wrapping_add(pair);
                for (c, column) in layout.columns.iter().enumerate() {
                    let bins = column.values() as i64 + i64::from(column.missing);
                    let bin = if c == 0 {
                        z % 40
                    } else {
                        (z / (7 + c as i64)) % bins
                    };
                    let entry = &mut hist[layout.offsets[c] as usize + bin as usize];
                    *entry = entry.wrapping_add(pair);
                }
            }
            let best = |params: &TreeParams| {
                let (rules, leaf) = (SplitRules::new(params, 1.0, 1.0), about(total, 300));
                rules.best_split(&hist, &layout, None, &leaf, &mut Scratch::default())
            };
            for params in [
                TreeParams::default(),
                TreeParams {
                    min_data_in_leaf: 1,
                    lambda_l2: 3.0,
                    ..TreeParams::default()
                },
                TreeParams {
                    lambda_l1: 900.0,
                    ..TreeParams::default()
                },
            ] {
                let got = best(&params).unwrap();
                let want = plain(&hist, &layout, total, &params).unwrap();
                assert!(
                    (got.gain - want.gain).abs() < 1e-9 * want.gain,
                    "{got:?} {want:?}"
                );
                assert_eq!((got.column, got.left), (want.column, want.left));
            }
            let demanding = TreeParams {
                min_gain_to_split: 1e12,
                ..TreeParams::default()
            };
            assert_eq!(best(&demanding), None);
            let large = TreeParams {
                min_data_in_leaf: 151,
                ..TreeParams::default()
            };
            assert_eq!(best(&large), None);
        }
    }

    #[test]
    fn equal_gradients_are_not_split() {
        let layout = layout(&[(10, false)]);
        let hist: Vec<u64> = (0..10).map(|_| pack(-700, 50)).collect();
        let rules = SplitRules::new(&TreeParams::default(), 1.0, 1.0);
        assert_eq!(
            rules.best_split(
                &hist,
                &layout,
                None,
                &about(pack(-7000, 500), 500),
                &mut Scratch::default()
            ),
            None
        );
    }

    #[test]
    fn missing_values_alone_can_be_split_off() {
        let layout = layout(&[(1, true)]);
        let hist = [pack(-500, 40), pack(600, 40)];
        let split = SplitRules::new(&TreeParams::default(), 1.0, 1.0)
            .best_split(
                &hist,
                &layout,
                None,
                &about(pack(100, 80), 80),
                &mut Scratch::default(),
            )
            .unwrap();
        assert_eq!(
            (split.bin, split.missing_left, split.left),
            (0, false, pack(-500, 40))
        );
    }

    #[test]
    fn of_equal_splits_the_first_column_has_it() {
        let layout = layout(&[(40, false), (40, false), (40, false)]);
        let bins: Vec<u64> = (0..40)
            .map(|b| pack((b * 7919 % 61 - 30) * 9, b % 5 + 3))
            .collect();
        let total = bins.iter().fold(0_u64, |s, &b| s.wrapping_add(b));
        let count = u64::from(total as u32);
        // The second column is the first one from behind.
        let mirrored = bins.iter().rev();
        let hist: Vec<u64> = (mirrored.clone().chain(&bins).chain(mirrored))
            .copied()
            .collect();
        let mut spaced = vec![0; layout.bins()];
        for (c, column) in hist.chunks(40).enumerate() {
            spaced[layout.offsets[c] as usize..][..40].copy_from_slice(column);
        }
        let rules = SplitRules::new(&TreeParams::default(), 1.0, 1.0);
        for columns in [None, Some(&[1, 2][..]), Some(&[2][..])] {
            let split = rules.best_split(
                &spaced,
                &layout,
                columns,
                &about(total, count),
                &mut Scratch::default(),
            );
            let first = columns.map_or(0, |c| c[0]);
            assert_eq!(split.map(|s| s.column), Some(first));
        }
    }
}
