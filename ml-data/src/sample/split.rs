//! Splits that respect time and groups, and folds.

use crate::error::{Error, Result};
use crate::random::{generator, hash, permutation};

/// Split of a data set in three.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    how: How,
    seed: u64,
}

#[derive(Debug, Clone, PartialEq)]
enum How {
    Random {
        valid: f64,
        test: f64,
    },
    Group {
        valid: f64,
        test: f64,
    },
    Temporal {
        valid_from: i64,
        test_from: i64,
        gap: i64,
    },
}

impl Split {
    /// Shares of rows drawn at random. For data with time or repeated users, use the other two.
    pub fn random(valid: f64, test: f64) -> Self {
        Self {
            how: How::Random { valid, test },
            seed: 0,
        }
    }
    /// Shares of groups: all rows of a group land in one part.
    pub fn group(valid: f64, test: f64) -> Self {
        Self {
            how: How::Group { valid, test },
            seed: 0,
        }
    }
    /// By time: training rows are before `valid_from`, test rows at or after `test_from`
    /// (microseconds since 1970).
    pub fn temporal(valid_from: i64, test_from: i64) -> Self {
        Self {
            how: How::Temporal {
                valid_from,
                test_from,
                gap: 0,
            },
            seed: 0,
        }
    }
    /// Seeds the random and group splits.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Drops rows of a temporal split that lie within `micros` before a border, so that features or
    /// labels that look ahead can not reach over it.
    #[must_use]
    pub fn gap(mut self, micros: i64) -> Self {
        if let How::Temporal { gap, .. } = &mut self.how {
            *gap = micros;
        }
        self
    }

    /// Row numbers of the training, validation and test part, ascending.
    ///
    /// # Errors
    /// Shares outside (0, 1), an empty part, or a split that needs times or groups that are not
    /// there, or not one a row.
    pub fn rows(
        &self,
        n: usize,
        groups: Option<&[u32]>,
        times: Option<&[i64]>,
    ) -> Result<[Vec<u32>; 3]> {
        one_a_row(n, groups, times)?;
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        match &self.how {
            How::Random { valid, test } => {
                let (v, t) = counts(n, *valid, *test)?;
                let order = permutation(n, &mut generator(self.seed, "split", 0));
                for (i, row) in order.into_iter().enumerate() {
                    parts[if i < t { 2 } else { usize::from(i < t + v) }].push(row);
                }
                parts.iter_mut().for_each(|p| p.sort_unstable());
            }
            How::Group { valid, test } => {
                counts(n, *valid, *test)?;
                let groups = groups.ok_or_else(|| needs("a group split", "groups"))?;
                for (row, &g) in groups.iter().enumerate() {
                    let u = hash(self.seed, u64::from(g)) as f64 / u64::MAX as f64;
                    parts[if u < *test {
                        2
                    } else {
                        usize::from(u < test + valid)
                    }]
                    .push(row as u32);
                }
            }
            How::Temporal {
                valid_from,
                test_from,
                gap,
            } => {
                if valid_from > test_from {
                    return Err(Error::parameter(
                        "Split",
                        "valid_from",
                        valid_from,
                        "not after test_from",
                    ));
                }
                let times = times.ok_or_else(|| needs("a temporal split", "times"))?;
                for (row, &t) in times.iter().enumerate() {
                    let part = usize::from(t >= *valid_from) + usize::from(t >= *test_from);
                    let border = [*valid_from, *test_from, i64::MAX][part];
                    if t < border.saturating_sub(*gap) || part == 2 {
                        parts[part].push(row as u32);
                    }
                }
            }
        }
        for (part, name) in parts.iter().zip(["training", "validation", "test"]) {
            if part.is_empty() {
                return Err(Error::Empty(format!(
                    "the {name} part of the split of {n} rows"
                )));
            }
        }
        Ok(parts)
    }
}

fn counts(n: usize, valid: f64, test: f64) -> Result<(usize, usize)> {
    for (name, share) in [("valid", valid), ("test", test)] {
        if !(share > 0.0 && share < 1.0) {
            return Err(Error::parameter(
                "Split",
                name,
                share,
                "a share between 0 and 1",
            ));
        }
    }
    if valid + test >= 1.0 {
        return Err(Error::parameter(
            "Split",
            "valid + test",
            valid + test,
            "below 1",
        ));
    }
    Ok((
        (n as f64 * valid).round() as usize,
        (n as f64 * test).round() as usize,
    ))
}

fn one_a_row(n: usize, groups: Option<&[u32]>, times: Option<&[i64]>) -> Result<()> {
    Error::check_len("groups", n, groups.map_or(n, <[u32]>::len))?;
    Error::check_len("times", n, times.map_or(n, <[i64]>::len))
}

fn needs(who: &str, what: &str) -> Error {
    Error::Required {
        who: who.into(),
        what: what.into(),
        how: format!("give the data set `.with_{what}(..)` or a column of that role"),
    }
}

/// Divides training rows into folds.
pub trait Splitter: Send + Sync {
    /// Training and validation rows of each fold.
    ///
    /// # Errors
    /// Too few rows or groups, or no times where they are needed, or not one a row.
    #[allow(clippy::type_complexity)]
    fn folds(
        &self,
        n: usize,
        groups: Option<&[u32]>,
        times: Option<&[i64]>,
    ) -> Result<Vec<(Vec<u32>, Vec<u32>)>>;
}

/// `k` folds of shuffled rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KFold {
    k: usize,
    seed: u64,
}

impl KFold {
    /// `k` folds.
    pub fn new(k: usize) -> Self {
        Self { k, seed: 0 }
    }
    /// Seeds the shuffle.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl Splitter for KFold {
    fn folds(
        &self,
        n: usize,
        groups: Option<&[u32]>,
        times: Option<&[i64]>,
    ) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        one_a_row(n, groups, times)?;
        check_k(self.k, n, "rows")?;
        let order = permutation(n, &mut generator(self.seed, "kfold", 0));
        let mut fold = vec![0; n];
        order
            .iter()
            .enumerate()
            .for_each(|(i, &row)| fold[row as usize] = i * self.k / n);
        Ok(by_fold(self.k, &fold))
    }
}

/// `k` folds of whole groups, balanced by rows (largest groups first).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupKFold {
    k: usize,
}

impl GroupKFold {
    /// `k` folds.
    pub fn new(k: usize) -> Self {
        Self { k }
    }
}

impl Splitter for GroupKFold {
    fn folds(
        &self,
        n: usize,
        groups: Option<&[u32]>,
        times: Option<&[i64]>,
    ) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        one_a_row(n, groups, times)?;
        let groups = groups.ok_or_else(|| needs("GroupKFold", "groups"))?;
        let mut sizes = std::collections::BTreeMap::<u32, usize>::new();
        groups
            .iter()
            .for_each(|g| *sizes.entry(*g).or_default() += 1);
        check_k(self.k, sizes.len(), "groups")?;
        let mut order: Vec<(u32, usize)> = sizes.into_iter().collect();
        order.sort_by_key(|(g, size)| (std::cmp::Reverse(*size), *g));
        let mut load = vec![0; self.k];
        let mut fold_of = std::collections::BTreeMap::new();
        for (g, size) in order {
            let lightest = (0..self.k).min_by_key(|&f| load[f]).unwrap_or(0);
            load[lightest] += size;
            fold_of.insert(g, lightest);
        }
        let fold: Vec<usize> = groups.iter().map(|g| fold_of[g]).collect();
        Ok(by_fold(self.k, &fold))
    }
}

/// Expanding windows: each fold trains on everything before its validation window, as
/// scikit-learn's `TimeSeriesSplit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSeriesSplit {
    k: usize,
    gap: usize,
}

impl TimeSeriesSplit {
    /// `k` windows.
    pub fn new(k: usize) -> Self {
        Self { k, gap: 0 }
    }
    /// Rows left out between training and validation.
    #[must_use]
    pub fn gap(mut self, rows: usize) -> Self {
        self.gap = rows;
        self
    }
}

impl Splitter for TimeSeriesSplit {
    fn folds(
        &self,
        n: usize,
        groups: Option<&[u32]>,
        times: Option<&[i64]>,
    ) -> Result<Vec<(Vec<u32>, Vec<u32>)>> {
        one_a_row(n, groups, times)?;
        let times = times.ok_or_else(|| needs("TimeSeriesSplit", "times"))?;
        check_k(self.k, n.saturating_sub(1), "rows after the first")?;
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|&i| (times[i as usize], i));
        let size = n / (self.k + 1);
        let window = |f: usize| {
            let start = n - (self.k - f) * size;
            let train_end = start.saturating_sub(self.gap);
            (
                order[..train_end].to_vec(),
                order[start..start + size].to_vec(),
            )
        };
        let folds: Vec<_> = (0..self.k).map(window).collect();
        match folds.iter().any(|(train, _)| train.is_empty()) {
            true => Err(Error::parameter(
                "TimeSeriesSplit",
                "gap",
                self.gap,
                "smaller than the first training window",
            )),
            false => Ok(folds),
        }
    }
}

fn check_k(k: usize, n: usize, what: &str) -> Result<()> {
    if k < 2 {
        return Err(Error::parameter("Splitter", "k", k, "at least 2"));
    }
    if k > n {
        return Err(Error::too_few(format!("{what} for {k} folds"), k, n));
    }
    Ok(())
}

fn by_fold(k: usize, fold: &[usize]) -> Vec<(Vec<u32>, Vec<u32>)> {
    let rows = |f: usize, inside: bool| {
        (0..fold.len() as u32).filter(move |&i| (fold[i as usize] == f) == inside)
    };
    (0..k)
        .map(|f| (rows(f, false).collect(), rows(f, true).collect()))
        .collect()
}

#[cfg(test)]
mod tests;
