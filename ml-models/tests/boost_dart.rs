//! DART: rounds that drop nothing.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::contract::Fit;
use ml_data::repr::Dense;
use ml_data::sample::{Dataset, Real, RealLabels};
use ml_models::boost::{Boost, Boosting, FittedBoost};

/// One split leaves nothing: rounds that drop nothing find no split, and later ones that drop
/// rounds find it again. Where nothing may be dropped, the first such round is the last.
#[test]
fn a_round_that_drops_nothing_and_finds_no_split_does_not_end_dart() {
    let x: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
    let y = x.iter().map(|&x| if x < 5.0 { -1.0 } else { 1.0 });
    let labels = RealLabels::new(y.collect::<Vec<f64>>()).unwrap();
    let train = Dataset::<_, Real>::new(Dense::from_rows(1, x).unwrap(), labels).unwrap();
    let train = train.into_train();
    let dart = Boost::new()
        .boosting(Boosting::Dart)
        .learning_rate(1.0)
        .num_iterations(20)
        .min_gain_to_split(1e-6)
        .num_leaves(2);
    let splits = |boost: &Boost| -> Vec<usize> {
        let model: FittedBoost = boost.fit(&train).unwrap();
        model.trees().iter().map(|t| t.nodes().len()).collect()
    };
    let found = splits(&dart.clone().drop_rate(0.5));
    let without = found.iter().position(|&splits| splits == 0).unwrap();
    assert!(
        found.len() == 20 && found[without..].contains(&1),
        "{found:?}"
    );
    assert_eq!(splits(&dart.clone().skip_drop(1.0)), [1]);
    assert_eq!(splits(&dart.drop_rate(0.0)), [1]);
}
