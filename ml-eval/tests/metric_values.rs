//! Names, directions and values of metrics that are easily done by hand.
#![allow(clippy::unwrap_used)] // tests may

use ml_data::contract::Direction::{self, HigherIsBetter, LowerIsBetter};
use ml_data::contract::Metric;
use ml_data::sample::{Binary, Class, ClassLabels, Probabilities, Real, Relevance, Target};
use ml_eval::metric::{
    Accuracy, Average, ConfusionMatrix, F1, LogLoss, Mae, Mcc, MeanAveragePrecision, MultiLogLoss,
    Ndcg, Precision, PrecisionAtK, R2, Recall, RecallAtK, Rmse, RocAuc, RocAucOvr, multi_log_loss,
    roc_auc, roc_auc_ovr,
};

fn check<Y: Target>(metrics: &[(&dyn Metric<Y>, &str, Direction)]) {
    for (metric, name, direction) in metrics {
        assert_eq!((metric.name(), metric.direction()), (*name, *direction));
    }
}

#[test]
fn metrics_have_names_and_directions() {
    check::<Binary>(&[
        (&RocAuc, "roc_auc", HigherIsBetter),
        (&LogLoss, "log_loss", LowerIsBetter),
        (&Accuracy, "accuracy", HigherIsBetter),
        (&Precision(Average::Binary), "precision", HigherIsBetter),
        (&Recall(Average::Binary), "recall", HigherIsBetter),
        (&F1(Average::Binary), "f1", HigherIsBetter),
        (&Mcc, "mcc", HigherIsBetter),
    ]);
    check::<Real>(&[
        (&Rmse, "rmse", LowerIsBetter),
        (&Mae, "mae", LowerIsBetter),
        (&R2, "r2", HigherIsBetter),
    ]);
    check::<Class>(&[
        (&Accuracy, "accuracy", HigherIsBetter),
        (
            &Precision(Average::Macro),
            "precision_macro",
            HigherIsBetter,
        ),
        (
            &Precision(Average::Micro),
            "precision_micro",
            HigherIsBetter,
        ),
        (
            &Precision(Average::Weighted),
            "precision_weighted",
            HigherIsBetter,
        ),
        (&Recall(Average::Macro), "recall_macro", HigherIsBetter),
        (&Recall(Average::Micro), "recall_micro", HigherIsBetter),
        (
            &Recall(Average::Weighted),
            "recall_weighted",
            HigherIsBetter,
        ),
        (&F1(Average::Macro), "f1_macro", HigherIsBetter),
        (&F1(Average::Micro), "f1_micro", HigherIsBetter),
        (&F1(Average::Weighted), "f1_weighted", HigherIsBetter),
        (&Mcc, "mcc", HigherIsBetter),
        (&MultiLogLoss, "multi_log_loss", LowerIsBetter),
        (&RocAucOvr(Average::Macro), "roc_auc_ovr", HigherIsBetter),
        (
            &RocAucOvr(Average::Weighted),
            "roc_auc_ovr_weighted",
            HigherIsBetter,
        ),
    ]);
    check::<Relevance>(&[
        (&Ndcg::at(3), "ndcg@3", HigherIsBetter),
        (&MeanAveragePrecision::at(3), "map@3", HigherIsBetter),
        (&RecallAtK::at(3), "recall@3", HigherIsBetter),
        (&PrecisionAtK::at(3), "precision@3", HigherIsBetter),
    ]);
}

/// Truth 0, 0, 1, 1, 2, 3 of weights 1, 2, 1, 3, 2, 0 predicted as 0, 1, 1, 0, 2, 2:
/// the rows are [1, 2, 0, 0], [3, 1, 0, 0], [0, 0, 2, 0] and nothing of class 3.
#[test]
fn a_weighted_confusion_matrix_by_hand() {
    let truth = [0, 0, 1, 1, 2, 3];
    let predicted = [0, 1, 1, 0, 2, 2];
    let weights = [1.0, 2.0, 1.0, 3.0, 2.0, 0.0];
    let m = ConfusionMatrix::new(4, &truth, &predicted, Some(&weights)).unwrap();
    let rows: Vec<&[f64]> = m.rows().collect();
    let expected = [
        [1.0, 2.0, 0.0, 0.0],
        [3.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 2.0, 0.0],
        [0.0; 4],
    ];
    assert_eq!(rows, expected);
    assert_eq!(m.classes(), 4);
    assert_eq!((m.count(1, 0), m.count(0, 1)), (3.0, 2.0));
    assert_eq!(
        [m.count(4, 0), m.count(0, 4), m.count(3, 4), m.count(4, 3)],
        [0.0; 4]
    );
    let near = |found: f64, by_hand: f64| assert!((found - by_hand).abs() < 1e-15, "{found}");
    near(m.accuracy(), 4.0 / 9.0);
    // predicted: 4, 3, 2; true: 3, 4, 2; class 3 occurs nowhere
    let (p, r) = ([0.25, 1.0 / 3.0, 1.0], [1.0 / 3.0, 0.25, 1.0]);
    let f = [2.0 / 7.0, 2.0 / 7.0, 1.0];
    let mean = |v: [f64; 3]| v.iter().sum::<f64>() / 3.0;
    let weighed = |v: [f64; 3]| (3.0 * v[0] + 4.0 * v[1] + 2.0 * v[2]) / 9.0;
    near(m.precision(Average::Macro).unwrap(), mean(p));
    near(m.precision(Average::Weighted).unwrap(), weighed(p));
    near(m.precision(Average::Micro).unwrap(), 4.0 / 9.0);
    near(m.recall(Average::Macro).unwrap(), mean(r));
    near(m.recall(Average::Weighted).unwrap(), weighed(r));
    near(m.f1(Average::Macro).unwrap(), mean(f));
    near(m.f1(Average::Weighted).unwrap(), weighed(f));
    near(m.f1(Average::Micro).unwrap(), 4.0 / 9.0);
    // hits times total less sum of products; squares of total less sums of squares
    near(m.mcc(), (4.0 * 9.0 - 28.0) / (81.0 - 29.0));
    let e = m.precision(Average::Binary).unwrap_err().to_string();
    assert!(e.contains("`average` = Binary"), "{e}");
    // The same in any unit.
    let large = weights.map(|w| w * 1e200);
    let m = ConfusionMatrix::new(4, &truth, &predicted, Some(&large)).unwrap();
    near(m.mcc(), 8.0 / 52.0);
    near(m.accuracy(), 4.0 / 9.0);
    near(m.f1(Average::Weighted).unwrap(), weighed(f));
    let most = ConfusionMatrix::new(2, &[0, 1], &[0, 1], Some(&[f64::MAX; 2])).unwrap_err();
    assert!(most.to_string().contains("sum of the weights"), "{most}");
}

/// One class is predicted for nobody: scikit-learn's zero_division=0.
#[test]
fn figures_of_nothing_are_zero() {
    let m = ConfusionMatrix::new(2, &[0, 0, 1], &[0, 0, 0], None).unwrap();
    assert_eq!(m.precision(Average::Binary).unwrap(), 0.0);
    assert_eq!(m.f1(Average::Binary).unwrap(), 0.0);
    assert_eq!(m.precision(Average::Macro).unwrap(), 1.0 / 3.0);
    assert_eq!(m.mcc(), 0.0);
    let m = ConfusionMatrix::new(2, &[0, 0], &[1, 1], None).unwrap();
    assert_eq!(m.recall(Average::Macro).unwrap(), 0.0);
    assert_eq!(m.recall(Average::Binary).unwrap(), 0.0);
}

#[test]
fn distributions_may_miss_one_by_a_thousandth() {
    let of = |p: &[f64]| multi_log_loss(p, 2, &[0], None);
    assert!(of(&[0.5, 0.5009]).is_ok() && of(&[0.5, 0.4991]).is_ok());
    for far in [0.5011, 0.4989] {
        let e = of(&[0.5, far]).unwrap_err().to_string();
        assert!(e.contains("row 0") && e.contains("add up to 1"), "{e}");
    }
    assert!(of(&[1.0, 0.0]).is_ok() && of(&[0.0, 1.0]).is_ok());
    for bad in [[-0.1, 1.1], [1.1, -0.1]] {
        let e = of(&bad).unwrap_err().to_string();
        assert!(e.contains("a number in [0, 1]"), "{e}");
    }
    // By hand, rows of weights 1, 3, 0.
    let p = [0.2, 0.8, 0.5, 0.5, 0.9, 0.1];
    let found = multi_log_loss(&p, 2, &[0, 1, 1], Some(&[1.0, 3.0, 0.0])).unwrap();
    let by_hand = -(f64::ln(0.2) + 3.0 * f64::ln(0.5)) / 4.0;
    assert!((found - by_hand).abs() < 1e-15);
    // Certain and wrong is clipped at the epsilon of the type.
    let wide = multi_log_loss(&[0.0, 1.0], 2, &[0], None).unwrap();
    assert!((wide + f64::EPSILON.ln()).abs() < 1e-12);
    let narrow = multi_log_loss(&[0.0f32, 1.0], 2, &[0], None).unwrap();
    assert!((narrow + f64::from(f32::EPSILON).ln()).abs() < 1e-6);
}

/// Areas by hand: class 0 of rows 0, 3; class 1 of row 1; class 2 of rows 2, 4.
#[test]
fn areas_of_several_classes_are_weighted_by_their_rows() {
    let p = [
        0.6, 0.3, 0.1, 0.5, 0.4, 0.1, 0.2, 0.5, 0.3, 0.3, 0.3, 0.4, 0.1, 0.2, 0.7,
    ];
    let y = [0, 1, 2, 0, 2];
    let one = |class: usize, w: Option<&[f64]>| {
        let own: Vec<f64> = (0..5).map(|row| p[row * 3 + class]).collect();
        let is: Vec<bool> = y.iter().map(|c| *c as usize == class).collect();
        roc_auc(&own, &is, w).unwrap()
    };
    let w = [1.0, 2.0, 0.5, 3.0, 1.5];
    for (weights, shares) in [(None, [2.0, 1.0, 2.0]), (Some(&w[..]), [4.0, 2.0, 2.0])] {
        let areas = [0, 1, 2].map(|class| one(class, weights));
        let of = |average| roc_auc_ovr(&p, 3, &y, average, weights).unwrap();
        let mean = areas.iter().sum::<f64>() / 3.0;
        assert!((of(Average::Macro) - mean).abs() < 1e-15);
        let sum: f64 = areas.iter().zip(shares).map(|(a, s)| a * s).sum();
        let all: f64 = shares.iter().sum();
        assert!((of(Average::Weighted) - sum / all).abs() < 1e-15);
    }
    // A class whose rows have no weight has no area; the metric of a sample says the same.
    let none = roc_auc_ovr(&p, 3, &y, Average::Macro, Some(&[1.0, 0.0, 1.0, 1.0, 1.0]));
    assert!(
        none.unwrap_err()
            .to_string()
            .contains("class 1 has no rows")
    );
    let names: Vec<Box<str>> = ["a", "b", "c"].map(Into::into).into();
    let truth = ClassLabels::new(y.to_vec(), names).unwrap();
    let predicted = Probabilities::new(3, p.to_vec()).unwrap();
    for average in [Average::Macro, Average::Weighted] {
        let found = RocAucOvr(average)
            .score(&truth, &predicted, Some(&w))
            .unwrap();
        assert_eq!(found, roc_auc_ovr(&p, 3, &y, average, Some(&w)).unwrap());
    }
    let found = MultiLogLoss.score(&truth, &predicted, None).unwrap();
    assert_eq!(found, multi_log_loss(&p, 3, &y, None).unwrap());
}
