//! Learning bins from rows that go by.

use super::layout::Layout;
use super::learn::{Binning, columns_with_missing};
use crate::tree::sampling::Lowest;
use ml_data::Result;
use ml_data::repr::{Dense, Float, Names, View};

/// Keeps a sample of the rows that went by: the one that [`Layout::learn`] would draw from all of
/// them together.
#[derive(Debug)]
pub(crate) struct Survey<F> {
    names: Names,
    sample: Lowest,
    /// The noted rows, side by side.
    values: Vec<F>,
    missing: Vec<bool>,
    rows: usize,
}

impl<F: Float> Survey<F> {
    pub(crate) fn new(names: Names, params: &Binning) -> Self {
        Self {
            missing: vec![false; names.len()],
            names,
            sample: Lowest::new(params.bin_construct_sample_cnt, params.seed),
            values: Vec::new(),
            rows: 0,
        }
    }

    /// Looks at the next rows.
    pub(crate) fn add(&mut self, x: View<'_, Dense<F>>) {
        for (any, here) in self.missing.iter_mut().zip(columns_with_missing(x)) {
            *any |= here;
        }
        for row in x.iter() {
            if self.sample.offer(self.rows as u32) {
                self.values.extend_from_slice(row);
            }
            self.rows += 1;
            if self.sample.is_full() {
                self.keep();
            }
        }
    }

    fn keep(&mut self) {
        let width = self.names.len();
        let places = self.sample.keep();
        for (to, &from) in places.iter().enumerate() {
            let from = from * width;
            self.values.copy_within(from..from + width, to * width);
        }
        self.values.truncate(places.len() * width);
    }

    /// The bins; `counts` says how many rows each row stands for.
    pub(crate) fn layout(mut self, counts: Option<&[u32]>, params: &Binning) -> Result<Layout> {
        self.keep();
        let of_row = |counts: &[u32]| self.sample.rows().map(|row| counts[row as usize]).collect();
        let counts: Option<Vec<u32>> = counts.map(of_row);
        let sample = Dense::new(self.names, self.values)?;
        let sample = View::all(&sample);
        Ok(Layout::of_sample(
            sample,
            counts.as_deref(),
            &self.missing,
            params,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_bins_of_the_whole() {
        let (n, width) = (3000, 3);
        let cell = |i: usize| match i % width {
            2 if i.is_multiple_of(11) => f32::NAN,
            c => ((i * (c + 3)) % 1009) as f32,
        };
        let x = Dense::from_rows(width, (0..n * width).map(cell).collect()).unwrap();
        let counts: Vec<u32> = (0..n as u32).map(|i| 1 + i % 3).collect();
        for size in [50, 1200, 5000] {
            let params = Binning {
                bin_construct_sample_cnt: size,
                ..Binning::default()
            };
            let whole = Layout::learn(View::all(&x), Some(&counts), &params);
            let mut survey = Survey::new(x.names().clone(), &params);
            View::all(&x)
                .blocks(700)
                .for_each(|block| survey.add(block));
            let pieces = survey.layout(Some(&counts), &params).unwrap();
            assert_eq!(
                format!("{:?}", whole.columns),
                format!("{:?}", pieces.columns)
            );
        }
    }
}
