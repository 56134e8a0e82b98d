//! One column against its profile, before any correction for the others.

use std::collections::HashMap;

use ml_data::Result;

use super::chi2::{ChiSquareTest, chi_square};
use super::detector::{CategoryTest, NumericTest, PsiTest, PsiThreshold};
use super::ks;
use super::profile::{ColumnProfile, NumericProfile, Stored};
use super::psi::{self, PsiNullDistribution, PsiNullMethod, psi};
use super::report::{MissingDrift, TestKind};
use super::values::{ColumnRole, ValueKind, Values, count_codes};

/// What one test found.
pub(crate) struct Compared {
    pub(crate) name: String,
    pub(crate) role: ColumnRole,
    pub(crate) kind: ValueKind,
    pub(crate) test: TestKind,
    pub(crate) statistic: Option<f64>,
    pub(crate) p_value: Option<f64>,
    pub(crate) effect: Option<f64>,
    pub(crate) threshold: Option<f64>,
    /// A threshold that takes no part in the correction.
    pub(crate) fixed_mark: Option<f64>,
    pub(crate) missing: MissingDrift,
    pub(crate) unseen: Vec<String>,
    pub(crate) unseen_rows: u64,
    pub(crate) low_expected: Option<f64>,
}

pub(crate) fn compare_column(
    profile: &ColumnProfile,
    values: &Values<'_>,
    numeric: NumericTest,
    category: CategoryTest,
    alpha: f64,
) -> Result<Compared> {
    let mut out = Compared {
        name: profile.name().into(),
        role: profile.role(),
        kind: profile.kind(),
        test: TestKind::KolmogorovSmirnov,
        statistic: None,
        p_value: None,
        effect: None,
        threshold: None,
        fixed_mark: None,
        missing: MissingDrift::default(),
        unseen: Vec::new(),
        unseen_rows: 0,
        low_expected: None,
    };
    let rows = values.len() as u64;
    match (profile.stored(), values) {
        (Stored::Numeric(stored), Values::Numeric(v)) => {
            let missing = v.iter().filter(|x| x.is_nan()).count() as u64;
            match numeric {
                NumericTest::KolmogorovSmirnov(method) => {
                    out.missing = missing_drift(profile, rows, missing, true)?;
                    kolmogorov_smirnov(&mut out, stored, v, method)?;
                }
                NumericTest::Psi(test) => {
                    out.missing = missing_drift(profile, rows, missing, false)?;
                    let (edges, mut before) =
                        stored.bins(test.bins.bins).unwrap_or((vec![], vec![0]));
                    before.push(profile.missing());
                    let now = psi::count(&edges, v);
                    stability_index(&mut out, psi(&before, &now, test.bins.epsilon)?, test);
                    calibrate(&mut out, test, alpha, |null| {
                        let (values, bins) = (stored.values(), test.bins);
                        let pooled = psi::Pooled::new(values, profile.rows(), v, bins.bins);
                        null.of_numbers(pooled.as_ref(), bins, (&before, &now))
                    })?;
                }
            }
        }
        (
            Stored::Category { levels, counts },
            Values::Category {
                codes,
                levels: found,
            },
        ) => {
            let (current, missing) = count_codes(profile.name(), codes, found.len())?;
            let now = align(levels, found, &current, &mut out);
            match category {
                CategoryTest::ChiSquare => {
                    out.missing = missing_drift(profile, rows, missing, true)?;
                    homogeneity(&mut out, counts, &now)?;
                }
                CategoryTest::Psi(test) => {
                    out.missing = missing_drift(profile, rows, missing, false)?;
                    let mut before = counts.clone();
                    before.resize(now.len(), 0);
                    before.push(profile.missing());
                    let now = [now, vec![missing]].concat();
                    let index =
                        |a: &[u64], b: &[u64]| psi::index_of_levels(a, b, test.bins.epsilon);
                    stability_index(&mut out, index(&before, &now), test);
                    calibrate(&mut out, test, alpha, |null| {
                        null.of_levels(&before, &now, index)
                    })?;
                }
            }
        }
        // Kinds are compared before.
        _ => {
            return Err(ml_data::Error::Schema(format!(
                "`{}`: kinds differ",
                profile.name()
            )));
        }
    }
    Ok(out)
}

fn kolmogorov_smirnov(
    out: &mut Compared,
    stored: &NumericProfile,
    now: &[f64],
    method: ks::KsMethod,
) -> Result<()> {
    out.test = TestKind::KolmogorovSmirnov;
    ks::check_len(now.len())?;
    if let Some(distance) = stored.steps().and_then(|steps| steps.distance(now)) {
        let test = ks::test(distance, method)?;
        out.statistic = Some(test.statistic);
        out.effect = Some(test.statistic);
        out.p_value = Some(test.p_value);
    }
    Ok(())
}

fn homogeneity(out: &mut Compared, before: &[u64], now: &[u64]) -> Result<()> {
    out.test = TestKind::ChiSquare;
    if before.iter().any(|&c| c > 0) && now.iter().any(|&c| c > 0) {
        let mut before = before.to_vec();
        before.resize(now.len(), 0);
        let test = chi_square(&before, now, true)?;
        out.statistic = Some(test.statistic);
        out.effect = Some(test.cramers_v);
        out.low_expected = Some(test.low_expected);
        out.p_value = Some(match sparse(&test) {
            true => {
                let null = PsiNullMethod::default().of_levels(&before, now, pearson)?;
                null.p_value(pearson(&before, now))
            }
            false => test.p_value,
        });
    }
    Ok(())
}

fn stability_index(out: &mut Compared, index: f64, test: PsiTest) {
    out.test = TestKind::Psi;
    out.statistic = Some(index);
    out.effect = Some(index);
    if let PsiThreshold::Fixed(mark) = test.threshold {
        out.threshold = Some(mark);
        out.fixed_mark = Some(mark);
    }
}

/// Whether the chi-square approximation fails (Cochran's rule): with rare levels it gave false
/// alarms in up to a third of the comparisons of unchanged columns, so a permutation test takes its
/// place. Of two levels the continuity correction sees to it.
fn sparse(test: &ChiSquareTest) -> bool {
    test.degrees_of_freedom > 1 && (test.low_expected > 0.2 || test.min_expected < 1.0)
}

/// Pearson's statistic, up to a factor that is the same for all splits of the same rows.
fn pearson(before: &[u64], now: &[u64]) -> f64 {
    let (n, m) = (psi::total(before), psi::total(now));
    let level = |(&a, &b): (&u64, &u64)| match a as f64 + b as f64 {
        0.0 => 0.0,
        rows => (a as f64 - rows * (n / (n + m))).powi(2) / rows,
    };
    before.iter().zip(now).map(level).sum()
}

/// The mark and the p-value under a calibrated threshold.
fn calibrate(
    out: &mut Compared,
    test: PsiTest,
    alpha: f64,
    null: impl FnOnce(PsiNullMethod) -> Result<PsiNullDistribution>,
) -> Result<()> {
    if let (PsiThreshold::Calibrated(kind), Some(index)) = (test.threshold, out.statistic) {
        let null = null(kind)?;
        out.threshold = Some(null.quantile(1.0 - alpha));
        out.p_value = Some(null.p_value(index));
    }
    Ok(())
}

/// Current counts in the order of the reference levels, then one for each unseen level that occurs.
fn align(levels: &[Box<str>], found: &[Box<str>], current: &[u64], out: &mut Compared) -> Vec<u64> {
    let known: HashMap<&str, usize> = levels
        .iter()
        .enumerate()
        .map(|(i, name)| (&**name, i))
        .collect();
    let mut now = vec![0u64; levels.len()];
    for (name, &count) in found.iter().zip(current).filter(|(_, count)| **count > 0) {
        match known.get(&**name) {
            Some(&i) => now[i] += count,
            None => {
                now.push(count);
                out.unseen.push(name.to_string());
                out.unseen_rows += count;
            }
        }
    }
    now
}

fn missing_drift(
    profile: &ColumnProfile,
    rows: u64,
    missing: u64,
    tested: bool,
) -> Result<MissingDrift> {
    let p_value = if tested && profile.missing() + missing > 0 {
        let before = [
            profile.missing(),
            profile.rows().saturating_sub(profile.missing()),
        ];
        Some(chi_square(&before, &[missing, rows - missing], true)?.p_value)
    } else {
        None
    };
    Ok(MissingDrift {
        reference: profile.missing() as f64 / profile.rows() as f64,
        current: missing as f64 / rows as f64,
        p_value,
        ..MissingDrift::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 3 and 6 rows a third of each level is expected, 1 and 2: (2 - 1)^2 / 3 +
    /// (1 - 2)^2 / 6; a level that nobody has adds nothing.
    #[test]
    fn pearsons_statistic_of_one_side() {
        let found = pearson(&[2, 1, 0], &[1, 5, 0]);
        approx::assert_relative_eq!(found, 0.5, max_relative = 1e-12);
    }
}
