//! The feasibility check: can the data carry the project?

use super::columns::{FeatureValues, Levels, Outcome, RowSample};
use super::noise;
use super::report::{Concern, FeasibilityReport};
use super::signal::{self, Signal};
use crate::error::{self, Error, Result};
use crate::limits;
use ml_data::validate::{distinct, finite};
use serde::{Deserialize, Serialize};

/// Asks the data, before any model is fitted, whether there is something to learn and enough rows
/// to learn it from.
///
/// Four questions: are there enough rows (of each class, and per feature); is any feature related
/// to the outcome beyond chance, judged by permuting the outcome and corrected for the number of
/// features; how much error will remain; does reaching the minimum pay
/// ([`FeasibilityReport::with_value`]).
///
/// It cannot see relations that only show between several features together, so "no signal" is a
/// warning, not a proof.
///
/// ```
/// use ml_eval::goal::{Feasibility, FeatureValues, Outcome};
/// let price: Vec<f64> = (0..300).map(|i| f64::from(i * 37 % 300)).collect();
/// let weekday: Vec<u32> = (0..300).map(|i| i * 31 % 7).collect();
/// let cheap = |(i, p): (usize, &f64)| *p < 150.0 || i % 5 == 0;
/// let bought: Vec<bool> = price.iter().enumerate().map(cheap).collect();
/// let features = [
///     ("price", FeatureValues::Numeric(&price)),
///     ("weekday", FeatureValues::Categorical(&weekday)),
/// ];
/// let report = Feasibility::new().check(&features, Outcome::Binary(&bought))?;
/// assert!(report.feasible(), "{report}");
/// assert!(report.signals[0].value < 0.1); // the area: cheap products are bought
/// assert_eq!(report.signals[0].adjusted_p_value, 1.0 / 500.0);
/// assert!(report.signals[1].adjusted_p_value > 0.05);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Missing values
/// Rows where a numeric feature is `NaN` are left out of that feature's statistic; missing against
/// present counts as one standard deviation between neighbours.
///
/// # References
/// Westfall, Young: Resampling-Based Multiple Testing. Wiley (1993). Peduzzi et al.: A simulation
/// study of the number of events per variable in logistic regression analysis. Journal of Clinical
/// Epidemiology 49 (1996). <https://doi.org/10.1016/S0895-4356(96)00236-3>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feasibility {
    permutations: usize,
    alpha: f64,
    min_rows_per_class: usize,
    rows_per_feature: usize,
    max_rows: usize,
    neighbour_rows: usize,
    seed: u64,
}

impl Default for Feasibility {
    fn default() -> Self {
        Self {
            permutations: 499,
            alpha: 0.05,
            min_rows_per_class: 50,
            rows_per_feature: 10,
            max_rows: 10_000,
            neighbour_rows: 2_000,
            seed: 0,
        }
    }
}

impl Feasibility {
    /// 499 permutations, level 0.05, 50 rows a class, 10 rows a feature; at most 10,000 rows for
    /// the signals and 2,000 for the neighbours.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of permutations of the outcome; p-values are at least `1 / (permutations + 1)`.
    #[must_use]
    pub fn permutations(mut self, permutations: usize) -> Self {
        self.permutations = permutations;
        self
    }

    /// The level below which a corrected p-value counts as a signal.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Rows asked of each class, or of a real outcome.
    #[must_use]
    pub fn min_rows_per_class(mut self, rows: usize) -> Self {
        self.min_rows_per_class = rows;
        self
    }

    /// Rows of the smallest class asked for each feature.
    #[must_use]
    pub fn rows_per_feature(mut self, rows: usize) -> Self {
        self.rows_per_feature = rows;
        self
    }

    /// Rows used for the signals, drawn at random when there are more.
    #[must_use]
    pub fn max_rows(mut self, rows: usize) -> Self {
        self.max_rows = rows;
        self
    }

    /// Rows used for the nearest neighbours, drawn at random when there are more; time grows with
    /// their square.
    #[must_use]
    pub fn neighbour_rows(mut self, rows: usize) -> Self {
        self.neighbour_rows = rows;
        self
    }

    /// Seed of all draws.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Asks the data.
    ///
    /// # Errors
    /// No features, two of one name; fewer than two rows; columns of other lengths; an infinite
    /// feature, an outcome that is not finite (column and row are named); an outcome of one class;
    /// parameters out of range.
    pub fn check(
        &self,
        features: &[(&str, FeatureValues<'_>)],
        outcome: Outcome<'_>,
    ) -> Result<FeasibilityReport> {
        self.validate()?;
        inputs(features, outcome)?;
        let n = outcome.len();
        let classes = match outcome.levels() {
            Some(levels) => class_counts(&levels)?,
            None => Vec::new(),
        };
        let rows = RowSample::drawn(n, self.max_rows, self.seed, "feasibility rows");
        let near = RowSample::drawn(n, self.neighbour_rows, self.seed, "feasibility neighbours");
        let signals = signal::signals(features, outcome, &rows, self.permutations, self.seed);
        let concerns = self.concerns(n, &classes, &signals);
        Ok(FeasibilityReport {
            rows: n,
            classes,
            signals,
            noise: noise::floor(features, outcome, &near),
            roi: None,
            concerns,
        })
    }

    fn concerns(&self, n: usize, classes: &[(u32, usize)], signals: &[Signal]) -> Vec<Concern> {
        let required = self.min_rows_per_class;
        let mut concerns: Vec<Concern> = classes
            .iter()
            .filter(|c| c.1 < required)
            .map(|c| Concern::FewRows {
                class: Some(c.0),
                rows: c.1,
                required,
            })
            .collect();
        if classes.is_empty() && n < required {
            concerns.push(Concern::FewRows {
                class: None,
                rows: n,
                required,
            });
        }
        let smallest = classes.iter().map(|c| c.1).min().unwrap_or(n);
        let required = self.rows_per_feature.saturating_mul(signals.len());
        if smallest < required {
            concerns.push(Concern::FewRowsPerFeature {
                rows: smallest,
                features: signals.len(),
                required,
            });
        }
        let best = signals
            .iter()
            .min_by(|a, b| a.adjusted_p_value.total_cmp(&b.adjusted_p_value));
        if let Some(best) = best.filter(|b| b.adjusted_p_value > self.alpha) {
            let (feature, adjusted_p_value) = (best.feature.clone(), best.adjusted_p_value);
            concerns.push(Concern::NoSignal {
                feature,
                adjusted_p_value,
                required: self.alpha,
            });
        }
        concerns
    }

    fn validate(&self) -> Result<()> {
        let domains = [
            (
                "permutations",
                self.permutations,
                19,
                limits::PERMUTATIONS,
                "19 to 1,000,000",
            ),
            ("max_rows", self.max_rows, 2, usize::MAX, "at least 2"),
            (
                "neighbour_rows",
                self.neighbour_rows,
                2,
                usize::MAX,
                "at least 2",
            ),
        ];
        for (name, value, least, most, rule) in domains {
            if !(least..=most).contains(&value) {
                return Err(error::parameter("Feasibility", name, value, rule));
            }
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(error::parameter(
                "Feasibility",
                "alpha",
                self.alpha,
                "in (0, 1)",
            ));
        }
        Ok(())
    }
}

fn inputs(features: &[(&str, FeatureValues<'_>)], outcome: Outcome<'_>) -> Result<()> {
    if features.is_empty() {
        return Err(error::empty("list of features"));
    }
    if outcome.len() < 2 {
        return Err(Error::too_few("Feasibility: rows", 2, outcome.len()));
    }
    distinct("feature", features.iter().map(|f| f.0))?;
    for (name, feature) in features {
        if feature.len() != outcome.len() {
            return Err(error::length(
                &format!("feature `{name}`"),
                outcome.len(),
                feature.len(),
            ));
        }
        if let FeatureValues::Numeric(values) = feature
            && let Some(row) = values.iter().position(|v| v.is_infinite())
        {
            return Err(error::value(
                name,
                row,
                values[row],
                "a finite number, or NaN for missing",
            ));
        }
    }
    match outcome {
        Outcome::Real(y) => finite("outcome", y),
        _ => Ok(()),
    }
}

fn class_counts(levels: &Levels) -> Result<Vec<(u32, usize)>> {
    let mut counts = vec![0; levels.names.len()];
    levels.codes.iter().for_each(|&c| counts[c as usize] += 1);
    if counts.len() < 2 {
        return Err(Error::undefined(
            "Feasibility",
            "all rows are of one class: there is nothing to tell apart",
        ));
    }
    Ok(levels.names.iter().copied().zip(counts).collect())
}
