//! Rules for metrics.

use super::{Report, Weights, refused, same, text};
use crate::contract::Metric;
use crate::repr::RowSet;
use crate::sample::{Labels, Prediction, Target};

/// Checks a metric on labels and predictions of the same rows.
pub fn check_metric<Y: Target>(
    metric: &dyn Metric<Y>,
    truth: &Y::Labels,
    predicted: &Y::Prediction,
    weights: Weights,
) -> Report {
    let mut report = Report::new(metric.name());
    let n = truth.len() as u32;
    let all: Vec<u32> = (0..n).collect();
    let score = |rows: &[u32], w: Option<&[f64]>| {
        metric
            .score(
                &truth.take(RowSet::List(rows)),
                &gathered::<Y>(predicted, rows),
                w,
            )
            .map_err(text)
    };
    report.rule(
        "scores the fixture with a finite number",
        score(&all, None).and_then(|s| match s.is_finite() {
            true => Ok(()),
            false => Err(format!("score {s}")),
        }),
    );
    let shuffled =
        crate::random::permutation(n as usize, &mut crate::random::generator(5, "testkit", 1));
    report.rule(
        "permutation of rows",
        pair(score(&all, None), score(&shuffled, None), 1e-12),
    );
    report.rule("sample weights", weighted(&all, weights, &score));
    let ones = vec![1.0; n as usize];
    if weights != Weights::Refused {
        report.rule(
            "weight 1 is no weight",
            pair(score(&all, None), score(&all, Some(&ones)), 1e-12),
        );
    }
    report.rule(
        "empty input",
        refused(
            "scoring no rows",
            metric.score(
                &truth.take(RowSet::Range(0, 0)),
                &Y::Prediction::default(),
                None,
            ),
        ),
    );
    let short = gathered::<Y>(predicted, &all[1..]);
    report.rule(
        "other lengths",
        refused("one prediction too few", metric.score(truth, &short, None)),
    );
    report
}

fn gathered<Y: Target>(predicted: &Y::Prediction, rows: &[u32]) -> Y::Prediction
where
    Y::Prediction: Prediction,
{
    let mut out = Y::Prediction::default();
    rows.iter()
        .for_each(|&r| out.push_row(predicted, r as usize));
    out
}

fn pair(a: Result<f64, String>, b: Result<f64, String>, tolerance: f64) -> Result<(), String> {
    same(&[a?], &[b?], tolerance)
}

/// The score of some rows under weights.
type Score<'a> = &'a dyn Fn(&[u32], Option<&[f64]>) -> Result<f64, String>;

fn weighted(all: &[u32], claim: Weights, score: Score<'_>) -> Result<(), String> {
    let only_zero = matches!(claim, Weights::ZeroOnly(..));
    let weight = |i: u32| match i % 5 {
        1 => 0,
        3 if !only_zero => 2,
        _ => 1,
    };
    let weights: Vec<f64> = all.iter().map(|&i| weight(i) as f64).collect();
    let repeated: Vec<u32> = all
        .iter()
        .flat_map(|&i| std::iter::repeat_n(i, weight(i)))
        .collect();
    match claim {
        Weights::Refused => match score(all, Some(&weights)) {
            Ok(s) => Err(format!("weighted data was scored {s}")),
            Err(_) => Ok(()),
        },
        Weights::Irrelevant(_) | Weights::Positional(_) => score(all, Some(&weights)).map(|_| ()),
        Weights::Honoured(t) | Weights::ZeroOnly(t, _) => {
            pair(score(all, Some(&weights)), score(&repeated, None), t)
        }
    }
}
