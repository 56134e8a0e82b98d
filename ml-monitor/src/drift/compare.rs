//! Comparison of one column with its profile, before any correction for the others.

use std::collections::HashMap;

use ml_data::Result;

use super::chi_square::chi_square;
use super::column_test::{CategoryCounts, ColumnTest, NumericSamples, TestOutcome};
use super::profile::{ColumnProfile, Stored};
use super::report::MissingDrift;
use super::values::{ColumnRole, ValueKind, Values, count_codes};

/// Findings about one column.
pub(crate) struct ColumnComparison {
    pub(crate) name: String,
    pub(crate) role: ColumnRole,
    pub(crate) kind: ValueKind,
    pub(crate) test: String,
    /// None where there is too little to test.
    pub(crate) outcome: Option<TestOutcome>,
    pub(crate) missing: MissingDrift,
    pub(crate) unseen: Unseen,
}

/// Levels that the reference lacks, and their rows.
#[derive(Default)]
pub(crate) struct Unseen {
    pub(crate) levels: Vec<String>,
    pub(crate) rows: u64,
}

/// Compares a column by the test of its kind.
pub(crate) fn compare_column(
    profile: &ColumnProfile,
    values: &Values<'_>,
    [numeric, category]: [&dyn ColumnTest; 2],
    alpha: f64,
) -> Result<ColumnComparison> {
    let mut unseen = Unseen::default();
    let (test, outcome, missing) = match (profile.stored(), values) {
        (Stored::Numeric(reference), Values::Numeric(current)) => {
            let now = current.iter().filter(|x| x.is_nan()).count() as u64;
            let missing = missing_drift(profile, values, now, numeric)?;
            let samples = NumericSamples {
                reference,
                reference_rows: profile.rows(),
                reference_missing: profile.missing(),
                current,
            };
            let outcome = numeric.compare_numbers(&samples, alpha)?;
            (numeric, outcome, missing)
        }
        (
            Stored::Category { levels, counts },
            Values::Category {
                codes,
                levels: found,
            },
        ) => {
            let (current, now) = count_codes(profile.name(), codes, found.len())?;
            let current = align(levels, found, &current, &mut unseen);
            let missing = missing_drift(profile, values, now, category)?;
            let mut reference = counts.clone();
            reference.resize(current.len(), 0);
            let counts = CategoryCounts {
                reference: &reference,
                current: &current,
                missing: [profile.missing(), now],
            };
            let outcome = category.compare_categories(&counts, alpha)?;
            (category, outcome, missing)
        }
        // Kinds are compared before.
        _ => {
            return Err(ml_data::Error::Schema(format!(
                "`{}`: kinds differ",
                profile.name()
            )));
        }
    };
    Ok(ColumnComparison {
        name: profile.name().into(),
        role: profile.role(),
        kind: profile.kind(),
        test: test.name().into(),
        outcome,
        missing,
        unseen,
    })
}

/// Current counts in the order of the reference levels, then one for each unseen level that occurs.
fn align(
    levels: &[Box<str>],
    found: &[Box<str>],
    current: &[u64],
    unseen: &mut Unseen,
) -> Vec<u64> {
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
                unseen.levels.push(name.to_string());
                unseen.rows += count;
            }
        }
    }
    now
}

/// The share of missing rows, with a p-value where anything is missing and the test of the values
/// does not cover it.
fn missing_drift(
    profile: &ColumnProfile,
    values: &Values<'_>,
    missing: u64,
    test: &dyn ColumnTest,
) -> Result<MissingDrift> {
    let rows = values.len() as u64;
    let p_value = if !test.covers_missing() && profile.missing() + missing > 0 {
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
