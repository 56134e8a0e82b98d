//! The random rows and columns of each round.

use super::choices::DataSampleStrategy;
use super::objective::loss::GradientPair;
use super::params::BoostParams;
use crate::tree::sampling::{choose, rounded_share};

/// Sampler of the rows and columns of a round; draws depend on the seed and the round only.
#[derive(Debug)]
pub(super) struct Sampler<'a> {
    params: &'a BoostParams,
    rows: usize,
    columns: usize,
    query_offsets: &'a [u32],
    /// The rows in use, ascending; all without a list. With the number of the draw.
    bag: Option<(u64, Vec<u32>)>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(
        params: &'a BoostParams,
        rows: usize,
        columns: usize,
        query_offsets: &'a [u32],
    ) -> Self {
        Self {
            params,
            rows,
            columns,
            query_offsets,
            bag: None,
        }
    }

    /// The columns of a round (counted from 1), ascending; all without a list.
    pub(super) fn columns(&self, iteration: usize) -> Option<Vec<u32>> {
        let k = rounded_share(self.columns, self.params.feature_fraction);
        let index = iteration as u64 - 1;
        (k < self.columns)
            .then(|| choose(self.columns, k, self.params.seed, "boost columns", index))
    }

    /// Draws the rows of a round; with GOSS, raises the pairs of rows that stand for others.
    pub(super) fn rows(&mut self, iteration: usize, pairs: &mut [GradientPair]) {
        let p = self.params;
        if p.data_sample_strategy == DataSampleStrategy::Goss {
            let warm = iteration as f64 > 1.0 / p.learning_rate;
            self.bag = warm.then(|| (iteration as u64, self.goss(iteration as u64, pairs)));
        } else if p.bags() {
            let draw = (iteration as u64 - 1) / p.bagging_freq as u64;
            if self.bag.as_ref().is_none_or(|(last, _)| *last != draw) {
                self.bag = Some((draw, self.some_rows(draw)));
            }
        }
    }

    /// The rows in use.
    pub(super) fn bag(&self) -> Option<&[u32]> {
        self.bag.as_ref().map(|(_, rows)| &rows[..])
    }

    fn some_rows(&self, draw: u64) -> Vec<u32> {
        let seed = self.params.seed;
        let (of, drawn) = self.bagged();
        if !self.by_query() {
            return choose(of, drawn, seed, "boost rows", draw);
        }
        choose(of, drawn, seed, "boost queries", draw)
            .into_iter()
            .flat_map(|q| self.query_offsets[q as usize]..self.query_offsets[q as usize + 1])
            .collect()
    }

    /// Whether whole queries are drawn.
    fn by_query(&self) -> bool {
        self.params.bagging_by_query && !self.query_offsets.is_empty()
    }

    /// Rows, or queries, that are drawn from, and how many of them are drawn.
    fn bagged(&self) -> (usize, usize) {
        let of = if self.by_query() {
            self.query_offsets.len() - 1
        } else {
            self.rows
        };
        let drawn = (of as f64 * self.params.bagging_fraction) as usize;
        (of, drawn.max(1))
    }

    /// The rows whose gradients are large, and some of the others.
    fn goss(&self, draw: u64, pairs: &mut [GradientPair]) -> Vec<u32> {
        let (p, n) = (self.params, self.rows);
        let top = ((n as f64 * p.top_rate) as usize).max(1);
        let size: Vec<f32> = (0..n)
            .map(|i| {
                pairs[i..]
                    .iter()
                    .step_by(n)
                    .map(|[g, h]| (g * h).abs())
                    .sum()
            })
            .collect();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let by_size = |a: &u32, b: &u32| {
            size[*b as usize]
                .total_cmp(&size[*a as usize])
                .then(a.cmp(b))
        };
        if top < n {
            order.select_nth_unstable_by(top, by_size);
        }
        let (large, small) = order.split_at_mut(top.min(n));
        small.sort_unstable();
        let others = ((n as f64 * p.other_rate) as usize).clamp(1, small.len().max(1));
        let factor = small.len() as f32 / others as f32;
        let drawn = choose(small.len(), others, p.seed, "boost goss", draw);
        let mut rows = large.to_vec();
        for i in drawn.into_iter().map(|k| small[k as usize]) {
            rows.push(i);
            for pair in pairs[i as usize..].iter_mut().step_by(n) {
                *pair = pair.map(|x| x * factor);
            }
        }
        rows.sort_unstable();
        rows
    }

    /// Whether rounds differ by what is drawn. Shares that come to all rows or columns draw
    /// nothing.
    pub(super) fn random(&self) -> bool {
        let p = self.params;
        let (of, drawn) = self.bagged();
        let some_columns = |share| rounded_share(self.columns, share) < self.columns;
        (p.bags() && drawn < of)
            || p.data_sample_strategy == DataSampleStrategy::Goss
            || some_columns(p.feature_fraction)
            || some_columns(p.feature_fraction_bynode)
            || p.extra_trees
            || (p.use_quantized_grad && p.stochastic_rounding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boost::Boost;

    #[test]
    fn goss_keeps_large_gradients_and_raises_some_small_ones() {
        let params = Boost::new()
            .data_sample_strategy(DataSampleStrategy::Goss)
            .learning_rate(1.0);
        let mut draws = Sampler::new(params.params(), 1000, 3, &[]);
        let before: Vec<GradientPair> = (0..1000)
            .map(|i| [if i % 5 == 0 { 3.0 } else { 0.5 }, 1.0])
            .collect();
        let mut pairs = before.clone();
        draws.rows(1, &mut pairs);
        assert!(draws.bag().is_none(), "the first rounds see all rows");
        draws.rows(2, &mut pairs);
        let bag = draws.bag().unwrap();
        assert_eq!(bag.len(), 300);
        assert!((0..1000).step_by(5).all(|i| bag.contains(&i)));
        let raised = (0..1000).filter(|&i| pairs[i] != before[i]).count();
        let total: f32 = bag.iter().map(|&i| pairs[i as usize][1]).sum();
        assert_eq!((raised, total), (100, 1000.0));
    }

    #[test]
    fn rounds_differ_by_anything_that_is_drawn() {
        let of = |boost: &Boost, columns| Sampler::new(boost.params(), 10, columns, &[]).random();
        let random = |boost: Boost| of(&boost, 3);
        let drawn = [
            Boost::new().bagging_freq(1).bagging_fraction(0.5),
            Boost::new().data_sample_strategy(DataSampleStrategy::Goss),
            Boost::new().feature_fraction(0.5),
            Boost::new().feature_fraction_bynode(0.5),
            Boost::new().extra_trees(true),
            Boost::new().use_quantized_grad(true),
        ];
        assert!(drawn.into_iter().all(random));
        let fixed = [
            Boost::new(),
            Boost::new().bagging_freq(1),
            Boost::new().bagging_fraction(0.5),
            Boost::new().stochastic_rounding(true),
            Boost::new()
                .use_quantized_grad(true)
                .stochastic_rounding(false),
        ];
        assert!(!fixed.into_iter().any(random));
        // 9.9 of 10 columns are all, 9.4 are nine.
        for share in [
            |share| Boost::new().feature_fraction(share),
            |share| Boost::new().feature_fraction_bynode(share),
        ] {
            assert!(!of(&share(0.99), 10) && of(&share(0.94), 10));
        }
        // One query of one.
        let queries = Boost::new()
            .bagging_by_query(true)
            .bagging_freq(1)
            .bagging_fraction(0.5);
        let by_query = |offsets: &[u32]| Sampler::new(queries.params(), 4, 1, offsets).random();
        assert!(!by_query(&[0, 4]) && by_query(&[0, 2, 4]));
    }

    #[test]
    fn whole_queries_are_drawn() {
        let params = Boost::new()
            .bagging_by_query(true)
            .bagging_freq(2)
            .bagging_fraction(0.5);
        let mut draws = Sampler::new(params.params(), 12, 1, &[0, 2, 3, 7, 12]);
        draws.rows(1, &mut []);
        let first = draws.bag().unwrap().to_vec();
        let whole =
            |from: u32, to: u32| (from..to).all(|i| first.contains(&i) == first.contains(&from));
        assert!(whole(0, 2) && whole(3, 7) && whole(7, 12) && first.len() < 12);
        draws.rows(2, &mut []);
        assert_eq!(draws.bag().unwrap(), first);
        let mut later = Sampler::new(params.params(), 12, 1, &[0, 2, 3, 7, 12]);
        later.rows(2, &mut []);
        assert_eq!(later.bag().unwrap(), first, "resuming draws the same rows");
    }
}
