//! Findings of a drift comparison, as data and as a table.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::correction::Correction;
use super::values::{ColumnRole, ValueKind};

/// Every column compared with the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    pub(crate) columns: Vec<ColumnDrift>,
    pub(crate) alpha: f64,
    pub(crate) correction: Correction,
    pub(crate) drift_share: f64,
}

/// One column compared with the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnDrift {
    /// The column.
    pub name: String,
    /// Feature or prediction.
    pub role: ColumnRole,
    /// Numbers or categories.
    pub kind: ValueKind,
    /// The name of the test of its values
    /// ([`ColumnTest::name`](crate::drift::ColumnTest::name)).
    pub test: String,
    /// The test's statistic; none when one side has no values.
    pub statistic: Option<f64>,
    /// p-value of the values' test; none without a statistic or with a fixed threshold.
    pub p_value: Option<f64>,
    /// The p-value corrected over all columns.
    pub p_adjusted: Option<f64>,
    /// Effect size: `D`, Cramer's V, the index or the distance.
    pub effect: Option<f64>,
    /// The statistic that unchanged data exceeds at the detector's `alpha` (population stability
    /// index), or the fixed threshold.
    pub threshold: Option<f64>,
    /// The values or the share of missing rows changed.
    pub drifted: bool,
    /// The share of missing rows.
    pub missing: MissingDrift,
    /// Categories the training data did not have.
    pub unseen: Vec<String>,
    /// Rows of those categories.
    pub unseen_rows: u64,
    /// Share of chi-square cells with an expected count below 5. Above 0.2, or with an expected
    /// count below 1, and three or more categories, the p-value is that of a permutation test
    /// instead.
    pub low_expected: Option<f64>,
}

/// Change of the share of missing rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MissingDrift {
    /// Share of missing rows in the training data.
    pub reference: f64,
    /// Share of missing rows now.
    pub current: f64,
    /// p-value of a chi-square test of the two shares; none when nothing is missing or the main
    /// test covers it.
    pub p_value: Option<f64>,
    /// The p-value corrected over all columns.
    pub p_adjusted: Option<f64>,
    /// The share changed.
    pub drifted: bool,
}

impl DriftReport {
    /// Every column, in the order of the profile.
    #[must_use]
    pub fn columns(&self) -> &[ColumnDrift] {
        &self.columns
    }

    /// The column of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ColumnDrift> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The columns that drifted.
    pub fn drifted(&self) -> impl Iterator<Item = &ColumnDrift> {
        self.columns.iter().filter(|c| c.drifted)
    }

    /// Share of the features that drifted; 0 without a feature.
    #[must_use]
    pub fn drifted_share(&self) -> f64 {
        let (drifted, all) = self.features();
        if all == 0 {
            0.0
        } else {
            drifted as f64 / all as f64
        }
    }

    /// True when the share of drifted features reaches the detector's `drift_share`.
    #[must_use]
    pub fn data_drifted(&self) -> bool {
        self.drifted_share() >= self.drift_share
    }

    /// True when a prediction column drifted.
    #[must_use]
    pub fn predictions_drifted(&self) -> bool {
        self.columns
            .iter()
            .any(|c| c.drifted && c.role == ColumnRole::Prediction)
    }

    fn features(&self) -> (usize, usize) {
        let features = self
            .columns
            .iter()
            .filter(|c| c.role == ColumnRole::Feature);
        features.fold((0, 0), |(drifted, all), c| {
            (drifted + usize::from(c.drifted), all + 1)
        })
    }
}

impl fmt::Display for DriftReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (drifted, all) = self.features();
        let correction = match self.correction {
            Correction::BenjaminiHochberg => "Benjamini-Hochberg",
            Correction::Bonferroni => "Bonferroni",
            Correction::None => "uncorrected",
        };
        let verdict = if self.data_drifted() {
            "the data drifted"
        } else {
            "no drift of the data as a whole"
        };
        writeln!(
            f,
            "{drifted} of {all} features drifted: {verdict} (share from {}); alpha {}, {correction}",
            self.drift_share, self.alpha
        )?;
        let head = [
            "column",
            "kind",
            "test",
            "effect",
            "p",
            "p adjusted",
            "missing",
            "drift",
        ]
        .map(String::from);
        let rows: Vec<[String; 8]> = std::iter::once(head)
            .chain(self.columns.iter().map(cells))
            .collect();
        let width: Vec<usize> = (0..8)
            .map(|i| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0))
            .collect();
        for row in &rows {
            let mut line = String::new();
            for (i, (cell, &w)) in row.iter().zip(&width).enumerate() {
                // Text to the left, numbers to the right.
                let cell = if (3..6).contains(&i) {
                    format!("{cell:>w$}")
                } else {
                    format!("{cell:<w$}")
                };
                line.push_str(&cell);
                line.push_str("  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn cells(c: &ColumnDrift) -> [String; 8] {
    let p = |p: Option<f64>| match p {
        None => "-".into(),
        Some(p) if p == 0.0 || p >= 0.001 => format!("{p:.3}"),
        Some(p) => format!("{p:.1e}"),
    };
    let role = if c.role == ColumnRole::Prediction {
        " (prediction)"
    } else {
        ""
    };
    let missing = if c.missing.reference == 0.0 && c.missing.current == 0.0 {
        "-".into()
    } else {
        format!(
            "{:.1}% -> {:.1}%",
            c.missing.reference * 100.0,
            c.missing.current * 100.0
        )
    };
    let mut drift = String::from(if c.drifted { "DRIFT" } else { "-" });
    if c.unseen_rows > 0 {
        drift.push_str(&format!(
            " ({} unseen categories, {} rows)",
            c.unseen.len(),
            c.unseen_rows
        ));
    }
    [
        format!("{}{role}", c.name),
        c.kind.to_string(),
        c.test.clone(),
        c.effect.map_or("-".into(), |e| format!("{e:.4}")),
        p(c.p_value),
        p(c.p_adjusted),
        missing,
        drift,
    ]
}
