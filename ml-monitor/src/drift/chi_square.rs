//! Chi-square test of homogeneity on category counts.

use super::code_counts::{BLOCK, CodeCounts};
use crate::limits;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};
use statrs::function::gamma::checked_gamma_ur;

/// Expected counts below this make the chi-square approximation doubtful (Cochran's rule).
pub const LOW_EXPECTED: f64 = 5.0;

/// The outcome of [`chi_square`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChiSquareResult {
    /// Pearson's statistic, with the continuity correction if it was asked for and there is one
    /// degree of freedom.
    pub statistic: f64,
    /// Probability of a statistic at least this large when both samples come from one distribution.
    pub p_value: f64,
    /// Categories with any count, less one.
    pub degrees_of_freedom: usize,
    /// Effect size from 0 (same shares) to 1 (no category in common), from the statistic without
    /// correction.
    pub cramers_v: f64,
    /// Smallest expected count of a cell.
    pub min_expected: f64,
    /// Share of cells whose expected count is below [`LOW_EXPECTED`]: above 0.2, read the p-value
    /// with care.
    pub low_expected: f64,
}

/// Pearson's chi-square test that two samples, given as counts per category, have the same category
/// shares.
///
/// `reference[i]` and `current[i]` count the same category. A category that one sample lacks takes
/// part with a count of 0, so new and vanished categories count as differences; one that both lack
/// is left out. With a single category left there is nothing to differ: statistic 0, p-value 1.
///
/// `correction` moves each observed count of a two-category table half a unit towards its
/// expectation (Yates), as `scipy.stats.chi2_contingency` does by default.
///
/// The p-value is an approximation that needs expected counts of about 5 or more in most cells;
/// rarer categories are better pooled first. [`ChiSquareResult::low_expected`] says how far that
/// holds.
///
/// # Formula
/// With the counts `O` of both samples and the expected counts `E` (rows of the sample times rows
/// of the category over all rows),
///
/// ```text
/// statistic = sum (|O - E| - c)^2 / E        c = min(1 / 2, |O - E|) with correction, else 0
/// Cramer's V = sqrt(sum (O - E)^2 / E / (n + m))
/// ```
///
/// The p-value is the upper tail of the chi-square distribution with (categories - 1) degrees of
/// freedom.
///
/// # Missing values
/// Not part of the counts; count them as a category of their own if they matter.
///
/// # Errors
/// Slices of different lengths, or a sample without any count.
///
/// # Example
/// ```
/// use ml_monitor::drift::chi_square;
///
/// let test = chi_square(&[10, 20, 30], &[6, 9, 17], true)?;
/// assert!((test.p_value - 0.873028283380073).abs() < 1e-12);
/// assert_eq!(test.degrees_of_freedom, 2);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # References
/// K. Pearson, Philosophical Magazine 50 (1900),
/// [doi:10.1080/14786440009463897](https://doi.org/10.1080/14786440009463897).
pub fn chi_square(reference: &[u64], current: &[u64], correction: bool) -> Result<ChiSquareResult> {
    Error::check_len(
        "current counts of chi_square",
        reference.len(),
        current.len(),
    )?;
    let (n, m) = (total(reference), total(current));
    if n == 0.0 || m == 0.0 {
        let which = if n == 0.0 { "reference" } else { "current" };
        return Err(Error::Empty(format!("{which} counts of chi_square")));
    }
    let cells: Vec<[f64; 2]> = (reference.iter().zip(current))
        .filter(|(a, b)| **a > 0 || **b > 0)
        .map(|(a, b)| [*a as f64, *b as f64])
        .collect();
    let dof = cells.len() - 1;
    let yates = correction && dof == 1;
    let (mut statistic, mut plain, mut min_expected, mut low) = (0.0, 0.0, f64::INFINITY, 0usize);
    for pair in &cells {
        for (observed, size) in pair.iter().zip([n, m]) {
            let expected = (pair[0] + pair[1]) * (size / (n + m));
            let away = (observed - expected).abs();
            let corrected = if yates { away - away.min(0.5) } else { away };
            statistic += corrected * corrected / expected;
            plain += away * away / expected;
            min_expected = min_expected.min(expected);
            low += usize::from(expected < LOW_EXPECTED);
        }
    }
    if dof == 0 {
        (statistic, plain) = (0.0, 0.0);
    }
    Ok(ChiSquareResult {
        statistic,
        p_value: tail(statistic, dof),
        degrees_of_freedom: dof,
        cramers_v: (plain / (n + m)).sqrt().min(1.0),
        min_expected,
        low_expected: low as f64 / (2 * cells.len()) as f64,
    })
}

/// [`chi_square`] of two samples of category codes, which are counted where they are, in one pass:
/// the codes may be those of a column (`codes.iter().copied()`), or every n-th of a row-major
/// matrix.
///
/// # Missing values
/// `u32::MAX` ([`MISSING_CODE`](ml_data::schema::MISSING_CODE)) is missing and left out.
///
/// # Errors
/// A sample without a row that has a category, a code past [`limits::CODES`].
///
/// # Example
/// ```
/// use ml_monitor::drift::{chi_square, chi_square_2samp};
///
/// let (reference, current) = ([0, 0, 1, 2, 1, 0], [2, 2, 1, 0]);
/// let test = chi_square_2samp(reference, current, false)?;
/// assert_eq!(test, chi_square(&[3, 2, 1], &[1, 1, 2], false)?);
/// # Ok::<(), ml_data::Error>(())
/// ```
pub fn chi_square_2samp(
    reference: impl IntoIterator<Item = u32>,
    current: impl IntoIterator<Item = u32>,
    correction: bool,
) -> Result<ChiSquareResult> {
    let reference = counted("reference", reference.into_iter())?;
    let current = counted("current", current.into_iter())?;
    chi_square_of_codes(reference, current, correction)
}

/// The test of rows of each code, as many codes as were found.
pub(crate) fn chi_square_of_codes(
    mut reference: Vec<u64>,
    mut current: Vec<u64>,
    correction: bool,
) -> Result<ChiSquareResult> {
    let levels = reference.len().max(current.len());
    reference.resize(levels, 0);
    current.resize(levels, 0);
    chi_square(&reference, &current, correction)
}

/// Rows of each code of a sample.
fn counted(sample: &str, mut codes: impl Iterator<Item = u32>) -> Result<Vec<u64>> {
    let mut counts = CodeCounts::new(limits::CODES);
    let mut block = Vec::with_capacity(BLOCK);
    let mut before = 0;
    loop {
        block.clear();
        block.extend(codes.by_ref().take(BLOCK));
        if block.is_empty() {
            return Ok(counts.finish().0);
        }
        counts.add(&block).map_err(|outside| {
            let expected = format!("a code below {} (limits::CODES)", limits::CODES);
            Error::cell(
                format!("{sample} codes of chi_square_2samp"),
                before + outside.at,
                expected,
                outside.code,
            )
        })?;
        before += block.len();
    }
}

fn total(counts: &[u64]) -> f64 {
    counts.iter().map(|&c| c as f64).sum()
}

/// `P(X >= statistic)` for chi-square with `dof` degrees of freedom.
pub(crate) fn tail(statistic: f64, dof: usize) -> f64 {
    if dof == 0 || statistic <= 0.0 {
        return 1.0;
    }
    // Refused arguments are those excluded above and an infinite statistic, whose tail is empty.
    checked_gamma_ur(dof as f64 / 2.0, statistic / 2.0)
        .unwrap_or(0.0)
        .clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_category_and_absent_categories() {
        let one = chi_square(&[5, 0], &[9, 0], true).unwrap();
        assert_eq!(
            (
                one.statistic,
                one.p_value,
                one.degrees_of_freedom,
                one.cramers_v
            ),
            (0.0, 1.0, 0, 0.0)
        );
        let disjoint = chi_square(&[50, 0, 0], &[0, 50, 0], false).unwrap();
        assert_eq!((disjoint.statistic, disjoint.cramers_v), (100.0, 1.0));
        assert!(disjoint.p_value < 1e-20);
    }

    #[test]
    fn what_cannot_be_tested_is_refused() {
        assert!(chi_square(&[1, 2], &[1], true).is_err());
        assert!(
            chi_square(&[0, 0], &[1, 2], true)
                .unwrap_err()
                .to_string()
                .contains("reference")
        );
        assert!(chi_square(&[], &[], true).is_err());
    }

    /// A sum of integers would wrap: equal shares, and SciPy's statistic of the shares (1, 0) and
    /// (1/2, 1/2) at this scale.
    #[test]
    fn case_s6_counts_at_the_end_of_the_range() {
        let most = u64::MAX;
        let same = chi_square(&[most, most], &[most, most], false).unwrap();
        assert_eq!(
            (same.statistic, same.p_value, same.cramers_v),
            (0.0, 1.0, 0.0)
        );
        let few = chi_square(&[most, most], &[1, 1], false).unwrap();
        assert_eq!((few.statistic, few.p_value), (0.0, 1.0));
        let far = chi_square(&[most, 0], &[most, most], false).unwrap();
        // n / 3 for the table ((1, 0), (1, 1)) / 3 of n rows: 4/9 + 1/9 + 2/9 + ... worked out by
        // hand.
        approx::assert_relative_eq!(far.statistic, 3.0 * most as f64 / 4.0, max_relative = 1e-12);
        assert_eq!(far.p_value, 0.0);
    }

    /// SciPy's rule (`chi2_contingency`): the correction moves a count to its expectation and not
    /// past it. `[[3, 4], [5, 6]]`: |O - E| = 0.1111, corrected to 0, p 1; uncorrected 0.012 (both
    /// SciPy 1.17).
    #[test]
    fn yates_does_not_pass_the_expectation() {
        let test = chi_square(&[3, 4], &[5, 6], true).unwrap();
        assert_eq!((test.statistic, test.p_value), (0.0, 1.0));
        let plain = chi_square(&[3, 4], &[5, 6], false).unwrap();
        approx::assert_relative_eq!(plain.statistic, 0.011688311688311653, max_relative = 1e-12);
    }

    /// Cochran's rule asks for expected counts of 5 or more: exactly 5 is enough.
    #[test]
    fn an_expected_count_of_five_is_not_low() {
        let test = chi_square(&[5, 10], &[5, 10], false).unwrap();
        assert_eq!((test.min_expected, test.low_expected), (5.0, 0.0));
        let below = chi_square(&[4, 10], &[5, 10], false).unwrap();
        assert_eq!(below.low_expected, 0.5);
        // Of three categories the first is low, on both sides: 2 of 6 cells.
        let third = chi_square(&[4, 10, 20], &[5, 10, 20], false).unwrap();
        assert_eq!(third.low_expected, 2.0 / 6.0);
    }

    /// Every third entry of rows of three, with a missing row, is the column; codes far apart count
    /// as nothing between them.
    #[test]
    fn codes_are_counted_where_they_are() {
        let rows = [7, 0, 1, 7, 5000, 1, 7, 0, 1, 7, u32::MAX, 1];
        let column = || rows.iter().skip(1).step_by(3).copied();
        let found = chi_square_2samp(column(), [0, 0, 5000], true).unwrap();
        assert_eq!(found, chi_square(&[2, 1], &[2, 1], true).unwrap());
        let outside = chi_square_2samp([0, 1], [0, limits::CODES as u32], true).unwrap_err();
        let text = outside.to_string();
        assert!(text.contains("current") && text.contains("row 1"), "{text}");
        assert!(chi_square_2samp([u32::MAX], [0], true).is_err());
    }

    #[test]
    fn low_expected_counts_are_told() {
        let t = chi_square(&[3, 2], &[1, 4], true).unwrap();
        assert_eq!((t.min_expected, t.low_expected), (2.0, 1.0));
    }
}
