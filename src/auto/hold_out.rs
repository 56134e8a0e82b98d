//! The training rows that early stopping watches.

use ml_data::error::{Error, Result};
use ml_data::random::hash;
use ml_data::sample::{Split, SplitInput, Splitter};

/// One fold: a share of the rows of each class, or of whole groups, drawn by [`Split::holdout`].
/// Unlike its stratified and its grouped form, one row of each class and one group are held out
/// however few there are, and one stays in training.
pub(super) struct HoldOut {
    share: f64,
    pub(super) seed: u64,
    /// The class of each row; empty when there are none.
    strata: Vec<u32>,
}

impl HoldOut {
    /// A fifth of few rows, a tenth of many.
    pub(super) fn new(rows: usize, strata: Vec<u32>, seed: u64) -> Self {
        let share = if rows < 5_000 { 0.2 } else { 0.1 };
        Self {
            share,
            seed,
            strata,
        }
    }

    /// The positions drawn of `n`, at least one; none of one.
    fn draw(&self, n: usize, seed: u64) -> Result<Vec<u32>> {
        if n < 2 {
            return Ok(Vec::new());
        }
        let split = Split::holdout(self.share.max(1.0 / n as f64)).seed(seed);
        let [_, drawn] = split.rows(&SplitInput::of(n))?;
        Ok(drawn)
    }

    /// Whether each row's group was drawn.
    fn groups(&self, groups: &[u32]) -> Result<Vec<bool>> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let n = distinct.len();
        if n < 2 {
            let what = "groups in the training rows, one of them to watch";
            return Err(Error::too_few(what, 2, n));
        }
        let drawn = self.draw(n, self.seed)?;
        let drawn: Vec<u32> = drawn.iter().map(|&i| distinct[i as usize]).collect();
        Ok(groups
            .iter()
            .map(|g| drawn.binary_search(g).is_ok())
            .collect())
    }

    /// Whether each row was drawn from its class; a class of one row stays in training.
    fn rows(&self, n: usize) -> Result<Vec<bool>> {
        let mut held = vec![false; n];
        let class = |row: u32| self.strata.get(row as usize).copied().unwrap_or(0);
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|&row| class(row));
        for rows in order.chunk_by(|&a, &b| class(a) == class(b)) {
            let seed = match self.strata.is_empty() {
                true => self.seed,
                false => hash(self.seed, u64::from(class(rows[0]))),
            };
            for i in self.draw(rows.len(), seed)? {
                held[rows[i as usize] as usize] = true;
            }
        }
        Ok(held)
    }
}

impl Splitter for HoldOut {
    fn folds(&self, input: &SplitInput<'_>) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        let n = input.len();
        let held = match input.need_groups("HoldOut") {
            Ok(groups) => self.groups(groups)?,
            Err(_) => self.rows(n)?,
        };
        let (valid, train) = (0..n as u32).partition(|row| held[*row as usize]);
        Ok(vec![(train, valid)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(strata: Vec<u32>, input: &SplitInput<'_>, seed: u64) -> Vec<u32> {
        let fold = HoldOut::new(input.len(), strata, seed)
            .folds(input)
            .unwrap();
        let (train, valid) = fold.into_iter().next().unwrap();
        assert!(!train.is_empty() && train.len() + valid.len() == input.len());
        valid
    }

    #[test]
    fn few_rows_of_a_class_are_on_both_sides() {
        let classes: Vec<u32> = (0..40)
            .map(|i| [0, 1, 2][usize::from(i > 20) + usize::from(i > 37)])
            .chain([3])
            .collect();
        let rows = SplitInput::of(41);
        for seed in 0..20 {
            let valid = held(classes.clone(), &rows, seed);
            let of = |c| valid.iter().filter(|&&i| classes[i as usize] == c).count();
            // A fifth of 21, 17 and 2 rows, at least one; the only row of a class is learned from.
            assert_eq!([of(0), of(1), of(2), of(3)], [4, 3, 1, 0]);
        }
        assert_eq!(
            held(classes.clone(), &rows, 7),
            held(classes.clone(), &rows, 7)
        );
        assert_ne!(held(classes.clone(), &rows, 7), held(classes, &rows, 8));
    }

    #[test]
    fn groups_are_whole_and_one_is_enough() {
        for (groups, watched) in [(2u32, 1), (3, 1), (10, 2)] {
            let codes: Vec<u32> = (0..60).map(|i| i % groups).collect();
            let valid = held(Vec::new(), &SplitInput::of(60).groups(Some(&codes)), 3);
            let mut drawn: Vec<u32> = valid.iter().map(|&i| codes[i as usize]).collect();
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), watched);
            assert_eq!(valid.len(), 60 / groups as usize * watched);
        }
        let one = HoldOut::new(60, Vec::new(), 3);
        let e = one
            .folds(&SplitInput::of(60).groups(Some(&[4; 60])))
            .unwrap_err();
        assert!(e.to_string().contains("groups in the training rows"), "{e}");
    }

    #[test]
    fn numbers_are_held_out_as_any_split_does() {
        let [_, drawn] = Split::holdout(0.2)
            .seed(5)
            .rows(&SplitInput::of(50))
            .unwrap();
        assert_eq!(held(Vec::new(), &SplitInput::of(50), 5), drawn);
    }
}
