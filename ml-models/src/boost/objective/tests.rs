//! Every loss under weights: values worked out from the definitions with NumPy, and weights that
//! stand for repeated rows.

use super::Objective;
use super::binary::Logistic;
use super::lambdarank::LambdaRank;
use super::loss::Loss;
use super::multiclass::Softmax;
use super::multiclassova::OneVsAll;
use super::rank_map::LambdaMap;
use super::rank_xendcg::XeNdcg;
use super::registry::{Build, Classes, Labels};
use crate::boost::Boost;
use crate::tree::Link;
use std::fmt::Debug;

const LABELS: [f64; 3] = [0.5, 2.0, 7.0];
const SCORES: [f64; 3] = [0.3, 0.7, 1.4];
/// Not whole: weights, and not repeats.
const WEIGHTS: [f64; 3] = [1.5, 0.25, 2.0];

/// Every objective of numbers in the list, with its default parameters.
fn losses_of_numbers(labels: &[f64]) -> Vec<(Objective, Box<dyn Loss>)> {
    let of_numbers = Objective::ALL.iter().filter_map(|&objective| {
        let rows: Vec<u32> = (0..labels.len() as u32).collect();
        let values = labels.to_vec();
        let labels = Labels {
            values,
            rows: &rows,
        };
        let real = matches!(objective.entry().build, Build::Real(_));
        let boost = Boost::new();
        real.then(|| {
            (
                objective,
                objective.of_numbers(boost.params(), labels).unwrap(),
            )
        })
    });
    of_numbers.collect()
}

/// Objectives of numbers with their parameter, whose values were worked out.
const LOSSES: [(Objective, f64); 9] = [
    (Objective::Regression, 1.0),
    (Objective::RegressionL1, 1.0),
    (Objective::Huber, 0.9),
    (Objective::Fair, 1.5),
    (Objective::Poisson, 0.7),
    (Objective::Quantile, 0.2),
    (Objective::Mape, 1.0),
    (Objective::Gamma, 1.0),
    (Objective::Tweedie, 1.3),
];

fn of_numbers((objective, value): (Objective, f64), values: Vec<f64>) -> Box<dyn Loss> {
    let boost = Boost::new().alpha(value).fair_c(value);
    let boost = boost
        .poisson_max_delta_step(value)
        .tweedie_variance_power(value);
    let rows: Vec<u32> = (0..values.len() as u32).collect();
    let labels = Labels {
        values,
        rows: &rows,
    };
    objective.of_numbers(boost.params(), labels).unwrap()
}

fn near(got: f64, want: f64, what: &dyn Debug) {
    assert!(
        (got - want).abs() < 1e-6 * want.abs().max(1.0),
        "{what:?}: {got} is not {want}"
    );
}

/// Outputs of rows that are repeated so often.
fn repeated<T: Copy>(values: &[T], times: &[f64]) -> Vec<T> {
    let of_output = |values: &[T]| -> Vec<T> {
        let each = values.iter().zip(times);
        each.flat_map(|(&v, &n)| vec![v; n as usize]).collect()
    };
    values.chunks(times.len()).flat_map(of_output).collect()
}

/// Starts, evaluations and gradients of weighted rows are those of repeated rows.
fn weights_repeat(
    loss: &dyn Loss,
    again: &dyn Loss,
    scores: &[f64],
    times: &[f64],
    what: &dyn Debug,
) {
    let many = repeated(scores, times);
    for (a, b) in loss
        .base_score(Some(times))
        .iter()
        .zip(again.base_score(None))
    {
        near(*a, b, what);
    }
    near(
        loss.evaluate(scores, Some(times)),
        again.evaluate(&many, None),
        what,
    );
    let (mut few, mut all) = (vec![[0.0; 2]; scores.len()], vec![[0.0; 2]; many.len()]);
    loss.gradients(scores, 0, &mut few);
    again.gradients(&many, 0, &mut all);
    assert_eq!(repeated(&few, times), all, "{what:?}");
}

#[test]
fn values_of_losses_of_numbers() {
    // Evaluation, start.
    let log_mean = 1.402_823_663;
    let want = [
        [16.854, 4.066_666_667],
        [3.153_333_333, 7.0], // 1.5 and .25 are less than half of 3.75
        [2.531, 4.066_666_667],
        [2.658_174_414, 4.066_666_667],
        [-2.543_032_981, log_mean],
        [0.630_666_667, 0.5],
        [0.55, 0.5], // weights 1.5, .25 / 2, 2 / 7
        [2.048_337_017, log_mean],
        [12.036_609_246, log_mean],
    ];
    for (kind, [metric, base_score]) in LOSSES.into_iter().zip(want) {
        let loss = of_numbers(kind, LABELS.to_vec());
        near(loss.evaluate(&SCORES, Some(&WEIGHTS)), metric, &kind);
        near(loss.base_score(Some(&WEIGHTS))[0], base_score, &kind);
    }
}

#[test]
fn whole_weights_are_repeats_for_every_loss_of_numbers() {
    let times = [3.0, 1.0, 2.0];
    let losses = losses_of_numbers(&LABELS);
    assert_eq!(losses.len(), LOSSES.len());
    let again = losses_of_numbers(&repeated(&LABELS, &times));
    for ((kind, loss), (_, again)) in losses.iter().zip(&again) {
        weights_repeat(&**loss, &**again, &SCORES, &times, kind);
    }
}

#[test]
fn hessians_of_numbers() {
    let third = 1.0 / 7.0;
    let want = [
        ((Objective::Regression, 1.0), [-0.2, -1.3, -5.6], [1.0; 3]),
        ((Objective::RegressionL1, 1.0), [-1.0; 3], [1.0; 3]),
        ((Objective::Huber, 0.9), [-0.2, -0.9, -0.9], [1.0; 3]),
        ((Objective::Quantile, 0.2), [-0.2; 3], [1.0; 3]),
        ((Objective::Mape, 1.0), [-1.0, -0.5, -third], [1.0; 3]),
        (
            (Objective::Fair, 1.5),
            [-0.176_470_6, -0.696_428_6, -1.183_098_6],
            [0.778_546_7, 0.286_989_8, 0.044_634_0],
        ),
        (
            (Objective::Poisson, 0.7),
            [0.849_858_8, 0.013_752_7, -2.944_800_0],
            [std::f64::consts::E, 4.055_200_0, 8.166_169_9],
        ),
        (
            (Objective::Gamma, 1.0),
            [0.629_590_9, 0.006_829_4, -0.726_178_8],
            [0.370_409_1, 0.993_170_6, 1.726_178_8],
        ),
        (
            (Objective::Tweedie, 1.3),
            [0.776_712_5, 0.011_147_7, -1.934_871_5],
            [1.000_664_3, 1.628_971_9, 3.244_917_7],
        ),
    ];
    for (kind, first, second) in want {
        let mut pairs = [[0.0; 2]; 3];
        of_numbers(kind, LABELS.to_vec()).gradients(&SCORES, 0, &mut pairs);
        for (i, [g, h]) in pairs.into_iter().enumerate() {
            near(g.into(), first[i], &kind);
            near(h.into(), second[i], &kind);
        }
    }
}

/// A leaf of rows 0 and 2 of 4 under each kind of weights; residuals 5, 1, 3, 40.
#[test]
fn renewal_counts_weights() {
    use crate::tree::weights::Weights;
    let (labels, scores) = (vec![10.0, 4.0, 9.0, 40.0], [5.0, 3.0, 6.0, 0.0]);
    let value = |kind, rows: &[u32], weights: Vec<f64>| {
        let loss = of_numbers(kind, labels.clone());
        let renewal = loss.renewal().unwrap();
        renewal.value(rows, &scores, &Weights::new(weights))
    };
    let all = [0, 1, 2, 3];
    assert_eq!(
        value((Objective::RegressionL1, 1.0), &[0, 2], vec![1.0; 4]),
        4.0
    );
    assert_eq!(
        value(
            (Objective::RegressionL1, 1.0),
            &[0, 2],
            vec![3.0, 9.0, 1.0, 9.0]
        ),
        5.0
    );
    assert_eq!(
        value(
            (Objective::RegressionL1, 1.0),
            &[0, 2],
            vec![0.3, 9.0, 0.1, 9.0]
        ),
        5.0
    );
    assert_eq!(
        value(
            (Objective::RegressionL1, 1.0),
            &[0, 2],
            vec![0.1, 9.0, 0.3, 9.0]
        ),
        3.0
    );
    assert_eq!(
        value((Objective::RegressionL1, 1.0), &all, vec![0.5; 4]),
        3.0
    );
    assert_eq!(value((Objective::Quantile, 0.75), &all, vec![0.5; 4]), 5.0);
    assert_eq!(value((Objective::Quantile, 0.76), &all, vec![0.5; 4]), 40.0);
    assert_eq!(
        value((Objective::Quantile, 0.75), &all, vec![1.0; 4]),
        5.0 + 0.25 * 35.0
    );
    // One over the label each: 1 / 10, 1 / 4, 1 / 9, 1 / 40.
    assert_eq!(value((Objective::Mape, 1.0), &all, vec![1.0; 4]), 1.0);
    assert_eq!(
        value((Objective::Mape, 1.0), &all, vec![4.0, 1.0, 1.0, 1.0]),
        5.0
    );
    assert_eq!(
        value((Objective::Mape, 1.0), &all, vec![1.0, 1.0, 1.0, 16.0]),
        5.0
    );
    assert_eq!(
        value((Objective::Mape, 1.0), &all, vec![1.0, 1.0, 1.0, 20.0]),
        40.0
    );
}

#[test]
fn losses_of_classes() {
    let binary = |signs: Vec<f64>| Logistic {
        signs,
        sigmoid: 1.5,
        class_weights: [1.0; 2],
    };
    let (signs, times) = (vec![1.0, -1.0, 1.0], [2.0, 1.0, 3.0]);
    let loss = binary(signs.clone());
    near(
        loss.evaluate(&SCORES, Some(&WEIGHTS)),
        0.348_913_889,
        &"binary",
    );
    near(loss.base_score(Some(&WEIGHTS))[0], 1.759_371_553, &"binary");
    weights_repeat(
        &loss,
        &binary(repeated(&signs, &times)),
        &SCORES,
        &times,
        &"binary",
    );

    // One output after the other.
    let scores = [0.3, 1.1, 0.0, -0.2, 0.4, 0.8, 0.9, -0.5, 0.2];
    let codes = vec![2, 0, 1];
    let softmax = |codes| Softmax { codes, classes: 3 };
    let loss = softmax(codes.clone());
    near(
        loss.evaluate(&scores, Some(&WEIGHTS)),
        0.657_364_656,
        &"softmax",
    );
    for (got, want) in loss.base_score(Some(&WEIGHTS)).into_iter().zip([
        -2.708_050_2,
        -0.628_608_659,
        -0.916_290_732,
    ]) {
        near(got, want, &"softmax");
    }
    weights_repeat(
        &loss,
        &softmax(repeated(&codes, &times)),
        &scores,
        &times,
        &"softmax",
    );

    let one_vs_all = |codes| OneVsAll::new(Classes { codes, classes: 3 }, 2.0);
    let loss = one_vs_all(codes.clone());
    near(
        loss.evaluate(&scores, Some(&WEIGHTS)),
        0.166_276_994,
        &"one against all",
    );
    for (got, want) in loss.base_score(Some(&WEIGHTS)).into_iter().zip([
        -1.319_528_665,
        0.066_765_696,
        -0.202_732_554,
    ]) {
        near(got, want, &"one against all");
    }
    weights_repeat(
        &loss,
        &one_vs_all(repeated(&codes, &times)),
        &scores,
        &times,
        &"one against all",
    );
    let mut pairs = [[0.0; 2]; 9];
    loss.gradients(&scores, 0, &mut pairs);
    let first = [
        1.291_312_6,
        -0.199_501_0,
        1.0,
        0.802_624_7,
        1.379_949_0,
        -0.335_963_2,
        -0.283_702_1,
        0.537_882_8,
        1.197_375_3,
    ];
    let second = [
        0.915_137_0,
        0.359_201_3,
        1.0,
        0.961_043_0,
        0.855_638_8,
        0.559_055_2,
        0.486_917_4,
        0.786_447_7,
        0.961_043_0,
    ];
    for (i, [g, h]) in pairs.into_iter().enumerate() {
        near(g.into(), first[i], &"one against all");
        near(h.into(), second[i], &"one against all");
    }
    assert_eq!(loss.link(), Link::Sigmoid(2.0));
}

/// Documents in the order no, yes, no, yes, yes by their scores.
const RANKED: [f64; 5] = [5.0, 4.0, 3.0, 2.0, 1.0];

#[test]
fn rankings_are_measured_up_to_eval_at() {
    let ndcg = [
        0.0,
        0.496_639_260,
        0.629_898_969,
        0.675_750_797,
        0.675_750_797,
    ];
    for (k, want) in [1, 2, 3, 4, 9].into_iter().zip(ndcg) {
        let params = Boost::new().eval_at(k);
        let rank = LambdaRank::new(vec![3.0, 0.0, 7.0, 1.0], vec![0, 4], params.params());
        near(rank.evaluate(&[0.1, 0.9, 0.8, -2.0], None), want, &k);
    }
    // Hits at 2, 4, 5, over the most there can be: as many as are relevant, and as the cut-off
    // leaves.
    let map = [
        0.0,
        0.25,
        0.5 / 3.0,
        1.0 / 3.0,
        (0.5 + 0.5 + 0.6) / 3.0,
        (0.5 + 0.5 + 0.6) / 3.0,
    ];
    for (k, want) in [1, 2, 3, 4, 5, 9].into_iter().zip(map) {
        let params = Boost::new().eval_at(k);
        let rank = LambdaMap::new(
            vec![false, true, false, true, true],
            vec![0, 5],
            params.params(),
        );
        near(rank.evaluate(&RANKED, None), want, &k);
    }
}

/// LightGBM 4.7.0: four lists of three, `lgb.train(dict(objective="lambdarank", metric=..,
/// eval_at=[2], num_leaves=2, ..), data, 1, valid_sets=[data])` with these weights of rows, and its
/// scores.
#[test]
fn rankings_weigh_lists_as_lightgbm_does() {
    let grades = [2, 0, 1, 2, 0, 0, 0, 1, 2, 0, 1, 1];
    let weights = [1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 0.5, 0.5, 0.5, 2.0, 1.0, 4.0];
    let [high, low] = [0.154_896_14, -0.191_046_79];
    let scores = [
        high, high, low, high, low, low, high, low, high, low, high, high,
    ];
    let query_offsets = vec![0, 3, 6, 9, 12];
    let params = Boost::new().eval_at(2);
    let gains = grades.iter().map(|&g| f64::from((1 << g) - 1)).collect();
    let rank = LambdaRank::new(gains, query_offsets.clone(), params.params());
    near(
        rank.evaluate(&scores, Some(&weights)),
        0.939_543_805,
        &"ndcg",
    );
    near(rank.evaluate(&scores, None), 0.836_882_671, &"ndcg");
    let grades = grades.iter().map(|&g| f64::from(g)).collect();
    let cross = XeNdcg::new(grades, rank, 1);
    near(
        cross.evaluate(&scores, Some(&weights)),
        0.939_543_805,
        &"ndcg",
    );
    let relevant = vec![
        true, false, true, true, false, false, false, true, true, false, true, true,
    ];
    let map = LambdaMap::new(relevant, query_offsets, params.params());
    near(map.evaluate(&scores, Some(&weights)), 0.871_951_218, &"map");
}

#[test]
fn gradients_are_derivatives_of_the_loss() {
    let scores = [0.3, 0.7, -1.0, 1.4, 2.0];
    for (kind, loss) in losses_of_numbers(&[0.5, 2.0, 7.0, 1.0, 0.1]) {
        let mut pairs = vec![[0.0; 2]; 5];
        loss.gradients(&scores, 0, &mut pairs);
        for i in 0..5 {
            let at = |s: f64| {
                let mut scores = scores;
                scores[i] = s;
                5.0 * loss.evaluate(&scores, None)
            };
            let e = 1e-5;
            let slope = (at(scores[i] + e) - at(scores[i] - e)) / (2.0 * e);
            // Squared error is measured without its half.
            let slope = if kind == Objective::Regression {
                slope / 2.0
            } else {
                slope
            };
            assert!(
                (f64::from(pairs[i][0]) - slope).abs() < 1e-5,
                "{kind:?} {i}"
            );
            assert!(pairs[i][1] > 0.0, "{kind:?} {i}");
        }
    }
}

#[test]
fn starts_are_the_best_constants() {
    let base_score = |kind, weights: Option<&[f64]>| {
        of_numbers(kind, vec![1.0, 2.0, 6.0]).base_score(weights)[0]
    };
    assert_eq!(base_score((Objective::Regression, 1.0), None), 3.0);
    assert_eq!(
        base_score((Objective::Regression, 1.0), Some(&[2.0, 0.0, 1.0])),
        8.0 / 3.0
    );
    assert_eq!(base_score((Objective::RegressionL1, 1.0), None), 2.0);
    assert_eq!(base_score((Objective::Quantile, 0.75), None), 4.0);
    assert_eq!(base_score((Objective::Gamma, 1.0), None), 3.0_f64.ln());
}

/// At a power of 1 Tweedie's loss is that of Poisson counts: `exp(s) - y s`, and so are its
/// gradients, with the plain hessian `exp(s)`.
#[test]
fn tweedie_of_power_one_is_poisson() {
    let tweedie = of_numbers((Objective::Tweedie, 1.0), LABELS.to_vec());
    let poisson = of_numbers((Objective::Poisson, 1e-300), LABELS.to_vec());
    let weights = Some(&WEIGHTS[..]);
    let want = poisson.evaluate(&SCORES, weights);
    near(tweedie.evaluate(&SCORES, weights), want, &"metric");
    let pairs = |loss: &dyn Loss| {
        let mut pairs = [[0.0; 2]; 3];
        loss.gradients(&SCORES, 0, &mut pairs);
        pairs
    };
    assert_eq!(pairs(&*tweedie), pairs(&*poisson));
}
