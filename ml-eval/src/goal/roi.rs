//! The worth of a better metric in money.

use super::criterion::Criterion;
use crate::error::{self, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Value and cost of moving a metric.
///
/// # Formula
/// `gain = |value - baseline| x value_per_unit x periods`,
/// `cost = build_cost + run_cost x periods`, `ROI = (gain - cost) / cost`; it breaks even where
/// `gain = cost`.
///
/// ```
/// use ml_data::contract::Direction;
/// use ml_eval::goal::{Criterion, ValueModel};
/// // a point of conversion (0.01) is worth 40,000 a month; building costs 60,000, running 2,000 a
/// // month
/// let conversion = Criterion::new("conversion", Direction::HigherIsBetter, 0.030, 0.032, 0.036);
/// let value = ValueModel::new(4_000_000.0).build_cost(60_000.0).run_cost(2_000.0);
/// let roi = value.periods(12).roi(&conversion)?;
/// assert!((roi.at_minimum - 12_000.0 / 84_000.0).abs() < 1e-9);
/// assert!((roi.break_even - 0.03175).abs() < 1e-12);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueModel {
    /// Money per unit of the metric and period.
    pub value_per_unit: f64,
    /// Money to build it, once.
    pub build_cost: f64,
    /// Money to run it, per period.
    pub run_cost: f64,
    /// Number of periods that count.
    pub periods: u32,
}

/// Return on investment over all periods: net gain divided by cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roi {
    /// The metric.
    pub metric: String,
    /// Cost of building and running.
    pub cost: f64,
    /// Money gained, before cost, if the metric reaches its minimum.
    pub gain_at_minimum: f64,
    /// Money gained, before cost, if the metric reaches its target.
    pub gain_at_target: f64,
    /// Return at the minimum: 0 breaks even, 1 doubles the money.
    pub at_minimum: f64,
    /// Return at the target.
    pub at_target: f64,
    /// The value of the metric that pays exactly the cost.
    pub break_even: f64,
}

impl ValueModel {
    /// A metric worth this much money per unit and period, built and run for nothing, over one
    /// period.
    #[must_use]
    pub fn new(value_per_unit: f64) -> Self {
        Self {
            value_per_unit,
            build_cost: 0.0,
            run_cost: 0.0,
            periods: 1,
        }
    }

    /// Money to build it, once.
    #[must_use]
    pub fn build_cost(mut self, money: f64) -> Self {
        self.build_cost = money;
        self
    }

    /// Money to run it, per period.
    #[must_use]
    pub fn run_cost(mut self, money: f64) -> Self {
        self.run_cost = money;
        self
    }

    /// Number of periods that count.
    #[must_use]
    pub fn periods(mut self, periods: u32) -> Self {
        self.periods = periods;
        self
    }

    /// The return of moving a metric from its baseline to its minimum and to its target.
    ///
    /// # Errors
    /// A value per unit that is not positive, costs that are negative or together zero, no periods.
    pub fn roi(&self, criterion: &Criterion) -> Result<Roi> {
        self.check()?;
        let periods = f64::from(self.periods);
        let cost = self.build_cost + self.run_cost * periods;
        if cost <= 0.0 {
            return Err(error::parameter(
                "ValueModel",
                "build_cost",
                self.build_cost,
                "above 0 when running costs nothing: a return needs an investment",
            ));
        }
        let towards = if criterion.reaches(1.0, 0.0) {
            1.0
        } else {
            -1.0
        };
        let gain =
            |reached: f64| (reached - criterion.baseline) * towards * self.value_per_unit * periods;
        let (low, high) = (gain(criterion.minimum), gain(criterion.target));
        Ok(Roi {
            metric: criterion.metric.clone(),
            cost,
            gain_at_minimum: low,
            gain_at_target: high,
            at_minimum: (low - cost) / cost,
            at_target: (high - cost) / cost,
            break_even: criterion.baseline + towards * cost / (self.value_per_unit * periods),
        })
    }

    fn check(&self) -> Result<()> {
        if !(self.value_per_unit.is_finite() && self.value_per_unit > 0.0) {
            return Err(error::parameter(
                "ValueModel",
                "value_per_unit",
                self.value_per_unit,
                "a positive number",
            ));
        }
        for (name, cost) in [("build_cost", self.build_cost), ("run_cost", self.run_cost)] {
            if !(cost.is_finite() && cost >= 0.0) {
                return Err(error::parameter(
                    "ValueModel",
                    name,
                    cost,
                    "a number of at least 0",
                ));
            }
        }
        if self.periods == 0 {
            return Err(error::parameter("ValueModel", "periods", 0, "at least 1"));
        }
        Ok(())
    }
}

impl fmt::Display for Roi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "return on {:.0}: {:+.0} % at the minimum, {:+.0} % at the target; {} breaks even at {:.6}",
            self.cost,
            self.at_minimum * 100.0,
            self.at_target * 100.0,
            self.metric,
            self.break_even
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_data::contract::Direction;

    #[test]
    fn a_metric_to_be_lowered_gains_by_falling() {
        let errors = Criterion::new("rmse", Direction::LowerIsBetter, 10.0, 8.0, 5.0);
        let roi = ValueModel::new(100.0)
            .build_cost(200.0)
            .periods(2)
            .roi(&errors)
            .unwrap();
        assert_eq!(
            (
                roi.gain_at_minimum,
                roi.gain_at_target,
                roi.at_minimum,
                roi.at_target
            ),
            (400.0, 1000.0, 1.0, 4.0)
        );
        assert_eq!(roi.break_even, 9.0);
        assert!(
            roi.to_string()
                .contains("+100 % at the minimum, +400 % at the target")
        );
    }

    #[test]
    fn senseless_money_is_refused() {
        let c = Criterion::new("auc", Direction::HigherIsBetter, 0.5, 0.6, 0.7);
        assert!(ValueModel::new(0.0).roi(&c).is_err());
        assert!(
            ValueModel::new(1.0)
                .roi(&c)
                .unwrap_err()
                .to_string()
                .contains("investment")
        );
        assert!(ValueModel::new(1.0).build_cost(-1.0).roi(&c).is_err());
        assert!(
            ValueModel::new(1.0)
                .build_cost(1.0)
                .periods(0)
                .roi(&c)
                .is_err()
        );
    }
}
