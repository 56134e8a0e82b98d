//! The loss that parameters and labels ask for.

use ml_data::{Error, Result};

use super::BoostParams;
use super::fit::STEP;
use super::objective::{
    Custom, CustomObjective, Kind, LambdaMap, LambdaRank, Logistic, Loss, Objective, OneVsAll,
    Pointwise, Softmax, XeNdcg,
};
use super::rows::{LabelsRef, Rows, SampleRef};

/// Grades beyond this are refused unless `label_gain` names their gains.
const LARGEST_GRADE: f32 = 30.0;

impl Rows {
    /// The objective on these labels.
    pub(crate) fn loss<'a>(
        &self,
        params: &BoostParams,
        custom: Option<&'a dyn CustomObjective>,
        sample: &SampleRef<'_>,
    ) -> Result<Box<dyn Loss + 'a>> {
        if let Some(objective) = custom {
            let labels = self.numbers(sample)?;
            return Ok(Box::new(Custom { objective, labels }));
        }
        match sample.labels {
            LabelsRef::Real(_) => {
                let kind = real_kind(params)?;
                let labels = self.numbers(sample)?;
                check_range(kind, &labels, &self.kept)?;
                Ok(Box::new(Pointwise::new(kind, labels)))
            }
            LabelsRef::Binary(labels) => {
                expect(params, &[Objective::Binary], "Binary for binary labels")?;
                let positive = |&i: &u32| labels.values()[i as usize] == 1;
                let signs: Vec<f64> = self
                    .kept
                    .iter()
                    .map(|i| if positive(i) { 1.0 } else { -1.0 })
                    .collect();
                Ok(Box::new(Logistic {
                    class_weights: class_weights(params, &signs),
                    signs,
                    sigmoid: params.sigmoid,
                }))
            }
            LabelsRef::Class(labels) => {
                let allowed = [Objective::Multiclass, Objective::MulticlassOva];
                expect(params, &allowed, "Multiclass or MulticlassOva for classes")?;
                let codes = self
                    .kept
                    .iter()
                    .map(|&i| labels.codes()[i as usize])
                    .collect();
                let classes = labels.classes().len();
                Ok(if params.objective == Some(Objective::MulticlassOva) {
                    Box::new(OneVsAll::new(codes, classes, params.sigmoid))
                } else {
                    Box::new(Softmax { codes, classes })
                })
            }
            LabelsRef::Relevance(labels) => {
                let allowed = [
                    Objective::Lambdarank,
                    Objective::RankXendcg,
                    Objective::RankMap,
                ];
                let rule = "Lambdarank, RankXendcg or RankMap for grades";
                expect(params, &allowed, rule)?;
                if params.objective == Some(Objective::RankMap) {
                    let relevant = |&i: &u32| relevant(i as usize, labels.grades()[i as usize]);
                    let relevant = self.kept.iter().map(relevant).collect::<Result<_>>()?;
                    return Ok(Box::new(LambdaMap::new(
                        relevant,
                        self.starts.clone(),
                        params,
                    )));
                }
                let gains = self
                    .kept
                    .iter()
                    .map(|&i| gain(params, i as usize, labels.grades()[i as usize]));
                let ndcg =
                    LambdaRank::new(gains.collect::<Result<_>>()?, self.starts.clone(), params);
                if params.objective != Some(Objective::RankXendcg) {
                    return Ok(Box::new(ndcg));
                }
                let grade = |&i: &u32| f64::from(labels.grades()[i as usize]);
                let grades = self.kept.iter().map(grade).collect();
                Ok(Box::new(XeNdcg::new(grades, ndcg, params.seed)))
            }
        }
    }
}

/// Refuses an objective of another target.
fn expect(params: &BoostParams, allowed: &[Objective], rule: &'static str) -> Result<()> {
    match params.objective {
        Some(objective) if !allowed.contains(&objective) => {
            let found = format!("{objective:?}");
            Err(Error::parameter(STEP, "objective", found, rule))
        }
        _ => Ok(()),
    }
}

/// The loss of numbers that is asked for.
fn real_kind(params: &BoostParams) -> Result<Kind> {
    Ok(match params.objective {
        None | Some(Objective::Regression) => Kind::Squared,
        Some(Objective::RegressionL1) => Kind::Absolute,
        Some(Objective::Huber) => Kind::Huber(params.alpha),
        Some(Objective::Fair) => Kind::Fair(params.fair_c),
        Some(Objective::Poisson) => Kind::Poisson(params.poisson_max_delta_step),
        Some(Objective::Quantile) => Kind::Quantile(params.alpha),
        Some(Objective::Mape) => Kind::Mape,
        Some(Objective::Gamma) => Kind::Gamma,
        Some(Objective::Tweedie) => Kind::Tweedie(params.tweedie_variance_power),
        Some(other) => {
            return Err(Error::parameter(
                STEP,
                "objective",
                format!("{other:?}"),
                "a loss of numbers for real labels",
            ));
        }
    })
}

/// Refuses labels that a log-linear loss is not defined for.
fn check_range(kind: Kind, labels: &[f64], kept: &[u32]) -> Result<()> {
    let (least, rule) = match kind {
        Kind::Poisson(_) | Kind::Tweedie(_) => (0.0, "a number of at least 0"),
        Kind::Gamma => (f64::MIN_POSITIVE, "a number above 0"),
        _ => return Ok(()),
    };
    if let Some(k) = labels.iter().position(|&y| y < least) {
        return Err(Error::cell("label", kept[k] as usize, rule, labels[k]));
    }
    if labels.iter().all(|&y| y == 0.0) {
        return Err(Error::Fit {
            step: STEP,
            reason: "all labels are 0, which has no logarithm".into(),
        });
    }
    Ok(())
}

/// What rows of the negative and the positive class count for.
fn class_weights(params: &BoostParams, signs: &[f64]) -> [f64; 2] {
    let positive = signs.iter().filter(|&&s| s > 0.0).count() as f64;
    let negative = signs.len() as f64 - positive;
    if !params.is_unbalance || positive == 0.0 || negative == 0.0 {
        [1.0, params.scale_pos_weight]
    } else if positive > negative {
        [positive / negative, 1.0]
    } else {
        [1.0, negative / positive]
    }
}

/// Whether a grade of 0 or 1 is the latter.
fn relevant(row: usize, grade: f32) -> Result<bool> {
    if grade == 0.0 || grade == 1.0 {
        Ok(grade == 1.0)
    } else {
        Err(Error::cell("grade", row, "0 or 1 for RankMap", grade))
    }
}

/// The gain of a grade.
fn gain(params: &BoostParams, row: usize, grade: f32) -> Result<f64> {
    match &params.label_gain {
        None if (0.0..=LARGEST_GRADE).contains(&grade) => Ok(f64::from(grade).exp2() - 1.0),
        None => Err(Error::cell(
            "grade",
            row,
            "a number from 0 to 30 (or set `label_gain`)",
            grade,
        )),
        Some(gains) if grade >= 0.0 && grade.fract() == 0.0 && (grade as usize) < gains.len() => {
            Ok(gains[grade as usize])
        }
        Some(gains) => Err(Error::cell(
            "grade",
            row,
            format!(
                "a whole number below {}, the length of `label_gain`",
                gains.len()
            ),
            grade,
        )),
    }
}
